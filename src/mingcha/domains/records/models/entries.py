"""What clerks type in: drafts, what became of them, and how their records are numbered."""

from django.db import models

from mingcha.base.ids import PublicIdField


class EntryDraft(models.Model):
    """A record, or a grid of them, that somebody is filling in (录入草稿); nobody else sees it.

    `values` holds what was typed by field, for a grid a list of rows; what the platform proposes is
    not in it. `cleared` are proposals that were emptied on purpose. `corrects` is the fact that a
    correction follows. `version` counts the savings, so that two windows notice each other.
    """

    public_id = PublicIdField("草稿编号")
    account = models.ForeignKey(
        "people.Account", verbose_name="录入人", on_delete=models.CASCADE, related_name="+"
    )
    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    table = models.CharField("数据表", max_length=60)
    is_grid = models.BooleanField("成批", default=False)
    values = models.JSONField("内容", default=dict)
    cleared = models.JSONField("清空的字段", default=list)
    title = models.CharField("摘要", max_length=300, blank=True)
    corrects = models.BigIntegerField("更正的记录", null=True)
    reason = models.CharField("更正理由", max_length=300, blank=True)
    version = models.PositiveIntegerField("保存次数", default=1)
    opened_at = models.DateTimeField("开始时间", auto_now_add=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = "录入草稿"
        ordering = ["-saved_at"]
        indexes = [models.Index(fields=["account", "-saved_at"], name="entry_draft_mine")]

    def __str__(self) -> str:
        return self.title or f"{self.table}（草稿）"


class EntryState(models.TextChoices):
    """What became of an entered record."""

    LANDED = "landed", "已入库"
    WAITING = "waiting", "待核"
    WITHDRAWN = "withdrawn", "已撤回"
    REFUSED = "refused", "已退回"
    UNCHANGED = "unchanged", "内容未变"


class Entry(models.Model):
    """One record as somebody handed it in by hand (录入), with its reason; one row per version.

    A projection for lists and pages: the record itself is a fact, its batch the receipt. `fact_id`
    is empty while the row waits. `draft` is the draft it came from and `sent` what that draft said
    (a digest), so that handing in twice finds the first.
    """

    public_id = PublicIdField("录入编号")
    account = models.ForeignKey(
        "people.Account", verbose_name="录入人", on_delete=models.PROTECT, related_name="+"
    )
    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    table = models.CharField("数据表", max_length=60)
    source_key = models.CharField("业务主键", max_length=400)
    batch = models.ForeignKey(
        "records.Batch", verbose_name="批次", on_delete=models.PROTECT, related_name="entries"
    )
    row = models.BigIntegerField("行号")
    draft = models.CharField("来自草稿", max_length=20, blank=True)
    sent = models.CharField("所填内容的杂凑值", max_length=64, blank=True)
    fact_id = models.BigIntegerField("记录", null=True)
    state = models.CharField("状态", max_length=10, choices=EntryState.choices)
    operation = models.CharField("操作", max_length=1)
    party = models.CharField("监管对象", max_length=600, blank=True)
    title = models.CharField("摘要", max_length=600, blank=True)
    occurred_on = models.DateField("发生日期", null=True)
    reason = models.CharField("更正或撤回理由", max_length=300, blank=True)
    note = models.CharField("对提示的说明", max_length=300, blank=True)
    is_latest = models.BooleanField("最新一版", default=True)
    entered_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = "录入"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "row"], name="entry_once"),
            models.UniqueConstraint(
                fields=["provider", "table", "source_key"],
                condition=models.Q(is_latest=True),
                name="entry_one_latest",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="entry_mine"),
            models.Index(fields=["draft"], name="entry_of_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.table}：{self.source_key}"


class NumberRule(models.Model):
    """How a provider numbers the records of a table (编号规则), and how far it has come.

    `last` is the last serial given under `prefix`; another day or year begins anew.
    """

    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    table = models.CharField("数据表", max_length=60)
    pattern = models.CharField("规则", max_length=100, blank=True)
    prefix = models.CharField("当前前缀", max_length=200, blank=True)
    last = models.PositiveIntegerField("已用到", default=0)
    set_by = models.ForeignKey(
        "people.Account", verbose_name="设定人", on_delete=models.PROTECT, null=True
    )
    set_at = models.DateTimeField("设定时间", null=True)

    class Meta:
        verbose_name = "编号规则"
        constraints = [
            models.UniqueConstraint(fields=["provider", "table"], name="number_rule_once")
        ]

    def __str__(self) -> str:
        return self.pattern
