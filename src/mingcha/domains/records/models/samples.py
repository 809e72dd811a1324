"""Tables of the labelled sample on which the quality of linking is measured."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Sample(models.Model):
    """Pairs of a record and a party drawn for labelling (关联样本), with a stated seed.

    Within each stratum the pairs with the smallest SHA-256 of "seed|tie" are drawn, so that anybody
    can draw them again. `strata` is [{key, label, size, drawn}], None until the job has drawn.
    `weights` is the version by which the machine judged then.
    """

    seed = models.CharField("种子", max_length=64)
    weights = models.CharField("权重版本", max_length=20)
    per_stratum = models.PositiveIntegerField("每层抽取")
    strata = models.JSONField("分层", null=True)
    scope = models.ForeignKey(
        "people.Organisation", verbose_name="范围", on_delete=models.PROTECT, related_name="+"
    )
    drawn_by = models.ForeignKey(
        "people.Account", verbose_name="抽取人", on_delete=models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField("抽取时间")

    class Meta:
        verbose_name = "关联样本"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"第 {self.pk} 号样本"


class Verdict(models.TextChoices):
    """What a person says of a pair."""

    SAME = "same", "是同一个"
    OTHER = "other", "不是"
    UNSURE = "unsure", "看不出"


class SamplePair(models.Model):
    """One pair of a sample (样本对): what the machine found, and what a person says (标注).

    The tie's party is the one it was tied to or the likeliest candidate; for a record that the machine
    held to mean nobody registered, its own party. `meant` is the registered party that the record
    means instead, where the label names one.
    """

    sample = models.ForeignKey(
        Sample, verbose_name="样本", on_delete=models.PROTECT, related_name="pairs"
    )
    tie = models.ForeignKey(
        "records.Tie", verbose_name="关联", on_delete=models.PROTECT, related_name="+"
    )
    stratum = models.CharField("分层", max_length=20)
    kinds = ArrayField(models.CharField(max_length=20), verbose_name="脏数据种类", default=list)
    place = models.PositiveIntegerField("次序")
    verdict = models.CharField("标注", max_length=8, choices=Verdict.choices, blank=True)
    meant = models.ForeignKey(
        "parties.Party",
        verbose_name="本应归入",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    labelled_by = models.ForeignKey(
        "people.Account",
        verbose_name="标注人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    labelled_at = models.DateTimeField("标注时间", null=True)

    class Meta:
        verbose_name = "样本对"
        ordering = ["sample", "place"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "tie"], name="sample_pair_once"),
            models.UniqueConstraint(fields=["sample", "place"], name="sample_place_once"),
            models.CheckConstraint(
                condition=Q(verdict="", labelled_at__isnull=True)
                | (~Q(verdict="") & Q(labelled_at__isnull=False)),
                name="sample_pair_labelled_or_not",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sample", "place"], condition=Q(verdict=""), name="sample_pair_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sample_id}/{self.place}"
