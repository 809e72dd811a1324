"""The yearly plan (年度抽查工作计划): lines, filed with the level above, published."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Plan(models.Model):
    """What a body means to inspect in a year (抽查计划). Its state, clock and trace live in its case.

    The number of its case begins the numbers of the draws held under it. `filed_with` is the body
    above with which it was filed (备案).
    """

    class Kind(models.TextChoices):
        YEARLY = "yearly", "年度抽查计划"
        SPECIAL = "special", "专项检查计划"

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    body = models.ForeignKey(
        "people.Organisation", verbose_name="制定单位", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField("类别", max_length=8, choices=Kind.choices, default=Kind.YEARLY)
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=200)
    text = models.TextField("工作要求", blank=True)
    filed_with = models.ForeignKey(
        "people.Organisation",
        verbose_name="备案机关",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    filed_at = models.DateTimeField("备案时间", null=True)
    published_at = models.DateTimeField("公布时间", null=True)

    class Meta:
        verbose_name = "抽查计划"
        ordering = ["-year", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(filed_at__isnull=False),
                name="plan_filed_before_published",
            )
        ]

    def __str__(self) -> str:
        return self.title


class PlanLine(models.Model):
    """One batch of a plan (计划批次): which items, which departments, whom, how many, when.

    `ratio` is a part of one, as an exact decimal; or `count` entities. `months` are 1 to 12.
    """

    plan = models.ForeignKey(
        Plan, verbose_name="抽查计划", on_delete=models.PROTECT, related_name="lines"
    )
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("抽查任务", max_length=200)
    items = models.ManyToManyField(
        "inspections.RandomItem", verbose_name="随机抽查事项", related_name="plan_lines"
    )
    partners = models.ManyToManyField(
        "people.Organisation", verbose_name="参加部门", related_name="+", blank=True
    )
    scope = models.CharField("抽查范围", max_length=500)
    ratio = models.DecimalField("抽查比例", max_digits=7, decimal_places=6, null=True, blank=True)
    count = models.PositiveIntegerField("抽查数量", null=True, blank=True)
    months = ArrayField(models.PositiveSmallIntegerField(), verbose_name="实施月份")

    class Meta:
        verbose_name = "计划批次"
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_line_number_once"),
            models.CheckConstraint(
                condition=Q(ratio__isnull=True) ^ Q(count__isnull=True),
                name="plan_line_ratio_or_count",
            ),
            models.CheckConstraint(
                condition=Q(ratio__isnull=True) | (Q(ratio__gt=0) & Q(ratio__lte=1)),
                name="plan_line_ratio_within_one",
            ),
            models.CheckConstraint(
                condition=Q(months__contained_by=list(range(1, 13))) & ~Q(months=[]),
                name="plan_line_months_of_a_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
