"""What plans and draws say in the nation's tables, and why something is not in them."""

from django.db import models
from django.db.models import Q


class NationalRecord(models.Model):
    """A batch of a plan, or an object drawn under it, as a record of a national table (国家表入库).

    `said` is the record as it was last handed in, {} once it was withdrawn; `fact_id` its latest
    version in the data centre. `problem` says why it is not there.
    """

    class Table(models.TextChoices):
        PLAN = "random_plan", "双随机计划"
        OBJECT = "random_check", "双随机抽查的监管对象"

    table = models.CharField("数据表", max_length=16, choices=Table.choices)
    key = models.CharField("业务主键", max_length=300)
    plan = models.ForeignKey(
        "inspections.Plan",
        verbose_name="抽查计划",
        on_delete=models.PROTECT,
        null=True,
        related_name="national",
    )
    draw = models.ForeignKey(
        "inspections.Draw",
        verbose_name="随机抽取",
        on_delete=models.PROTECT,
        null=True,
        related_name="national",
    )
    said = models.JSONField("入库内容", default=dict)
    fact_id = models.BigIntegerField("入库记录", null=True)
    problem = models.CharField("未入库原因", max_length=500, blank=True)

    class Meta:
        verbose_name = "国家表入库"
        ordering = ["table", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["table", "key"], name="national_record_once"),
            models.CheckConstraint(
                condition=Q(table="random_plan", plan__isnull=False, draw__isnull=True)
                | Q(table="random_check", plan__isnull=True, draw__isnull=False),
                name="national_record_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
