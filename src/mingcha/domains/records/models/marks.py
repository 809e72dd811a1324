"""What has to be known beside facts, which themselves never change."""

from django.db import models


class Mark(models.Model):
    """Something that has to be known beside a fact, which itself never changes (记录标记).

    `kind` exception: it was taken in although no item was in force, by the exception `about`.
    `kind` retroactive: the publication `about` changed the catalogue for its day, and what it was
    done under no longer held. `until` set: that is no longer so.
    """

    class Kind(models.TextChoices):
        EXCEPTION = "exception", "例外放行"
        RETROACTIVE = "retroactive", "追溯失据"

    fact_id = models.BigIntegerField("记录")
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    about = models.CharField("所据", max_length=40)
    words = models.CharField("说明", max_length=500)
    since = models.DateTimeField("起", auto_now_add=True)
    until = models.DateTimeField("止", null=True)

    class Meta:
        verbose_name = "记录标记"
        constraints = [
            models.UniqueConstraint(
                fields=["fact_id", "kind", "about"],
                condition=models.Q(until__isnull=True),
                name="mark_once",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "about"], name="mark_about"),
            models.Index(fields=["fact_id"], name="mark_fact"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.fact_id}"
