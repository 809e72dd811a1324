"""Which body keeps the register of which entities (登记机关), as declared from a day on."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from mingcha.base.intervals import never_overlap, same_text


class RegistrationOffice(models.Model):
    """The body that registers the entities of a division and kind (登记机关), from a day on.

    `kind` is a code of 监管行为监管对象类型, "" for every kind. The division is the one in which an
    entity was registered; a county without a row of its own follows its city, and that its province.
    """

    region = models.ForeignKey(
        "people.Region", verbose_name="登记地", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("对象类型", max_length=2, blank=True)
    body = models.ForeignKey(
        "people.Organisation", verbose_name="登记机关", on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=300)
    entities = models.GeneratedField(
        expression=Concat("region_id", Value("|"), "kind", output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name="登记地和类型",
    )

    class Meta:
        verbose_name = "登记机关"
        ordering = ["region", "kind", "since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="registration_office_days_in_order",
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="registration_office_has_basis"),
            never_overlap("registration_office_one_a_day", same_text("entities")),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.kind} {self.body}"
