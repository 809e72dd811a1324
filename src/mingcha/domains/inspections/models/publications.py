"""What is kept for the public: bundles and figures of draws, yearly statistics, files that were sent."""

from django.db import models
from django.db.models import Q


class PublishedDraw(models.Model):
    """What the public pages need of a draw beside its rows (抽取公布), made by a job from the frozen files.

    `bundle`, `early` and `audit` are the SM3 of the zips in the draw's folder: with the lines, without
    them while an embargo lasts, and for auditors with the X and A lines too; `unseeded` is that of a
    cancelled draw whose values nobody confirmed, with the lines alone. `strata` has a row per stratum with its plan, `chances` stratum → weight →
    probability for the weights that were drawn. `classes` counts how many of each weight, district and
    trade were drawn beside their chances, `pairs` holds observed against intended; `simulated` counts the
    seeds that have been paired again so far.
    """

    draw = models.OneToOneField(
        "inspections.Draw",
        verbose_name="随机抽取",
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="published",
    )
    bundle = models.CharField("数据包摘要", max_length=64, blank=True)
    early = models.CharField("延后期内数据包摘要", max_length=64, blank=True)
    audit = models.CharField("审计数据包摘要", max_length=64, blank=True)
    unseeded = models.CharField("无种子数据包摘要", max_length=64, blank=True)
    size = models.BigIntegerField("数据包字节数", default=0)
    rounds = models.PositiveSmallIntegerField("补位轮次", default=0)
    strata = models.JSONField("分层", default=list)
    excluded = models.JSONField("排除数", default=dict)
    avoided = models.JSONField("回避数", default=dict)
    chances = models.JSONField("概率", default=dict)
    classes = models.JSONField("类别频次", default=dict)
    pairs = models.JSONField("配对频次", default=dict)
    simulated = models.PositiveIntegerField("已模拟种子数", default=0)
    made_at = models.DateTimeField("生成时间", auto_now=True)

    class Meta:
        verbose_name = "抽取公布"

    def __str__(self) -> str:
        return f"{self.draw_id} {self.bundle[:8]}"


class PublicStatistic(models.Model):
    """A table of figures that the public pages show as it was counted (公开统计), anew by a job."""

    class Kind(models.TextChoices):
        RATES = "rates", "违规率推算"
        CLASSES = "classes", "分层和权重抽取频次"
        DISTRICTS = "districts", "地区抽取频次"
        TRADES = "trades", "行业抽取频次"
        PAIRS = "pairs", "人员配对频次"

    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    year = models.PositiveSmallIntegerField("年度")
    content = models.JSONField("内容")
    made_at = models.DateTimeField("统计时间", auto_now=True)

    class Meta:
        verbose_name = "公开统计"
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="public_statistic_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year}"


class PublicityFile(models.Model):
    """A file made for a publicity system (公示报送文件), and the receipt that came back for it.

    `form` says which table; `content` is the file in the vault. It is made once for its days and
    format; a receipt is what the other system answered, and is kept as it came.
    """

    class Form(models.TextChoices):
        PLAN = "random_plan", "双随机计划（国家交换表）"
        CHECK = "random_check", "双随机抽查对象（国家交换表）"
        RESULT = "check_publicity", "行政检查公示表"

    class Target(models.TextChoices):
        ENTERPRISE = "gsxt", "国家企业信用信息公示系统"
        CREDIT = "credit", "信用中国"
        NATION = "nation", "国家“互联网+监管”系统"

    body = models.ForeignKey(
        "people.Organisation", verbose_name="公示单位", on_delete=models.PROTECT, related_name="+"
    )
    form = models.CharField("报送表", max_length=16, choices=Form.choices)
    target = models.CharField("接收系统", max_length=8, choices=Target.choices)
    first_on = models.DateField("首日")
    last_on = models.DateField("末日")
    rows = models.PositiveIntegerField("行数")
    csv = models.ForeignKey(
        "records.VaultFile", verbose_name="CSV 文件", on_delete=models.PROTECT, related_name="+"
    )
    json = models.ForeignKey(
        "records.VaultFile", verbose_name="JSON 文件", on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("生成时间", auto_now_add=True)
    made_by = models.ForeignKey(
        "people.Account",
        verbose_name="生成人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    receipt = models.CharField("回执编号", max_length=100, blank=True)
    receipt_note = models.CharField("回执说明", max_length=500, blank=True)
    accepted = models.PositiveIntegerField("接收行数", null=True)
    receipt_at = models.DateTimeField("回执时间", null=True)
    receipt_by = models.ForeignKey(
        "people.Account",
        verbose_name="登记人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "公示报送文件"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(receipt="") ^ Q(receipt_at__isnull=False),
                name="publicity_file_receipt_whole",
            )
        ]
        indexes = [models.Index(fields=["body", "-made_at"], name="publicity_file_body")]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.first_on}"
