"""Items and checklists with the days on which they are in force."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Dated(models.Model):
    """What items and checklists share: code, name, and the days in force, the last included.

    `scheme` is the catalogue table that lists the entry: the national one, or a city's own. A code
    means something in its scheme only.
    """

    code = models.CharField("编码", max_length=100)
    name = models.CharField("名称", max_length=500)
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True, blank=True)
    status = models.CharField(
        "状态", max_length=2, default="01", help_text="代码表“事项状态”，01 在用"
    )
    body = models.CharField("实施机构代码", max_length=18, blank=True)
    levels = ArrayField(models.CharField(max_length=1), verbose_name="行使层级", default=list)
    region = models.CharField("适用区划", max_length=6, blank=True)
    scheme = models.CharField(
        "编码体系", max_length=40, help_text="登记它的数据表，如 item、sf_item"
    )
    fact_id = models.BigIntegerField("来源记录")

    class Meta:
        abstract = True


class Item(Dated):
    """One version of a supervision item (监管事项), in force from `since` to `until`."""

    class Meta:
        verbose_name = "监管事项"
        ordering = ["code", "since"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code", "since"], name="item_once_per_day"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="item_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Checklist(Dated):
    """One version of an inspection checklist (检查实施清单) of a body, under an item."""

    item_code = models.CharField("监管事项目录编码", max_length=100, blank=True, db_index=True)

    class Meta:
        verbose_name = "检查实施清单"
        ordering = ["code", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code", "since"], name="checklist_once_per_day"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="checklist_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
