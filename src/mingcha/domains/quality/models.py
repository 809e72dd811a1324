"""Tables of scorecards, followed returns, and hints."""

from django.db import models
from django.db.models import Q


class Score(models.Model):
    """What a provider handed in of one table in one month, in counts (质量评分).

    Shares are made from these when they are shown, so that they add up over tables and months.
    Rows are counted by the month in which they were received or landed, not in which they happened.
    """

    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    table = models.CharField("数据表", max_length=60)
    month = models.DateField("月份", help_text="该月第一天")
    batches = models.PositiveIntegerField("批次", default=0)
    read = models.BigIntegerField("读取行数", default=0)
    accepted = models.BigIntegerField("接收行数", default=0)
    refused = models.BigIntegerField("退回行数", default=0)
    waiting = models.BigIntegerField("待核行数", default=0)
    doubled = models.BigIntegerField("重复行数", default=0)
    facts = models.BigIntegerField("入库记录", default=0)
    fillable = models.BigIntegerField("应填字段数", default=0)
    filled = models.BigIntegerField("已填字段数", default=0)
    timed = models.BigIntegerField("计时记录", default=0)
    timely = models.BigIntegerField("及时记录", default=0)
    history = models.BigIntegerField("历史补录", default=0)
    corrected = models.BigIntegerField("更正", default=0)
    withdrawn = models.BigIntegerField("撤回", default=0)
    about = models.BigIntegerField("有对象的记录", default=0)
    tied = models.BigIntegerField("已关联记录", default=0)
    counted_at = models.DateTimeField("统计时间", auto_now=True)

    class Meta:
        verbose_name = "质量评分"
        ordering = ["-month", "provider", "table"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "table", "month"], name="score_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.table} {self.month:%Y-%m}"


class Return(models.Model):
    """Rows that went back to a provider, followed until corrected (退回更正). A case.

    `rows` went back, `open_rows` of them have not come in since.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    batch = models.OneToOneField(
        "records.Batch", verbose_name="批次", on_delete=models.PROTECT, related_name="+"
    )
    rows = models.PositiveIntegerField("退回行数")
    open_rows = models.PositiveIntegerField("未更正行数")

    class Meta:
        verbose_name = "退回更正"
        constraints = [
            models.CheckConstraint(
                condition=Q(open_rows__lte=models.F("rows")), name="return_open_within_rows"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.open_rows}/{self.rows}"


class Digest(models.Model):
    """A week's data quality told to its provider (质量周报). A case, so that reading it is proved.

    `content` is what was counted when it was sent, as the page shows it.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    week = models.DateField("周", help_text="该周星期一")
    content = models.JSONField("内容")

    class Meta:
        verbose_name = "质量周报"
        ordering = ["-week", "provider"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "week"], name="digest_once_a_week")
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.week}"


class Hint(models.Model):
    """A sign that data may have been made up (疑似编造线索). A hint, not a finding.

    `what` tells two hints of one kind apart (an officer, a text's beginning, a field). `facts` are
    examples, at most some dozens; `rows` is how many rows show the sign.
    """

    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    table = models.CharField("数据表", max_length=60)
    kind = models.CharField("种类", max_length=20)
    what = models.CharField("线索", max_length=200)
    sentence = models.CharField("说明", max_length=500)
    rows = models.PositiveIntegerField("涉及记录")
    facts = models.JSONField("示例记录", default=list)
    found_at = models.DateTimeField("发现时间", auto_now_add=True)
    seen_at = models.DateTimeField("最近一次发现", auto_now=True)
    explained = models.CharField("核实说明", max_length=500, blank=True)
    explained_by = models.ForeignKey(
        "people.Account",
        verbose_name="核实人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    explained_at = models.DateTimeField("核实时间", null=True)

    class Meta:
        verbose_name = "疑似编造线索"
        ordering = ["-rows"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "table", "kind", "what"], name="hint_once")
        ]

    def __str__(self) -> str:
        return self.sentence
