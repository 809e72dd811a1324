"""The table of dated rules."""

from django.db import models
from django.db.models import F, Q

from mingcha.base.intervals import never_overlap, same_text


class Unit(models.TextChoices):
    """In what a rule's value is counted. Periods can be run by a clock, the others cannot."""

    WORKDAY = "workday", "个工作日"
    DAY = "day", "日"
    MONTH = "month", "个月"
    HOUR = "hour", "小时"
    COUNT = "count", "次"
    PER_MILLE = "permille", "‰"
    FEN = "fen", "分"


class Rule(models.Model):
    """One number with its dates and legal basis (规则). A new value is a new row.

    `value` is an integer counted in `unit`. Two values of one key are never in force on one day.
    """

    key = models.CharField("规则标识", max_length=60)
    label = models.CharField("名称", max_length=100)
    value = models.BigIntegerField("数值")
    unit = models.CharField("单位", max_length=8, choices=Unit.choices)
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=300)

    class Meta:
        verbose_name = "规则"
        ordering = ["key", "since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="rule_dates_in_order",
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="rule_has_its_basis"),
            never_overlap("rule_one_value_a_day", same_text("key")),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.amount}"

    @property
    def amount(self) -> str:
        """The value with its unit, as a person reads it: "5 个工作日"."""
        return f"{self.value} {self.get_unit_display()}"
