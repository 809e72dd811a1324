"""The table of dated rules."""

from django.db import models
from django.db.models import F, Q


class Rule(models.Model):
    """One number with its dates and legal basis (规则). A new value is a new row.

    `value` is an integer in the unit that `unit` names; ratios are per mille.
    """

    key = models.CharField("规则标识", max_length=60)
    label = models.CharField("名称", max_length=100)
    value = models.BigIntegerField("数值")
    unit = models.CharField("单位", max_length=20)
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "规则"
        ordering = ["key", "since"]
        constraints = [
            models.UniqueConstraint(fields=["key", "since"], name="rule_once_per_day"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="rule_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.value}{self.unit}"
