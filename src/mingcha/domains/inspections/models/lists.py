"""The list of random-inspection items, and the two registers (一单两库, 国发〔2019〕5号)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from mingcha.base.ids import PublicIdField
from mingcha.base.intervals import never_overlap, same


class RandomItem(models.Model):
    """One line of a body's list of random-inspection items (随机抽查事项); its versions say what it is."""

    public_id = PublicIdField("编号")
    body = models.ForeignKey(
        "people.Organisation", verbose_name="检查主体", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "随机抽查事项"
        ordering = ["body__path", "pk"]

    def __str__(self) -> str:
        return self.public_id


class Method(models.TextChoices):
    """How an inspection is carried out (检查方式, 国令654 art. 14)."""

    SITE = "site", "实地核查"
    PAPER = "paper", "书面检查"
    NET = "net", "网络监测"


class RandomItemVersion(models.Model):
    """What a random-inspection item says from `since` to `until` (随机抽查事项版本), both included.

    A version counts once it is published; two published versions of an item never hold on one day.
    `is_key`: 重点检查事项, without an upper limit on the ratio; else 一般检查事项. `skill` is the kind
    of enforcement (执法类别) that an officer's certificate must show, "" for any. With `partners`
    it stands on the list of joint inspections (跨部门联合抽查事项清单). `ended_because`: why it was
    stopped at `until`; "" where another version follows, or it ended as it had said.
    """

    item = models.ForeignKey(
        RandomItem, verbose_name="随机抽查事项", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField("版次")
    category = models.CharField("抽查类别", max_length=100)
    name = models.CharField("抽查事项", max_length=200)
    scheme = models.CharField("事项编码体系", max_length=40)
    code = models.CharField("监管事项目录编码", max_length=100)
    object_kinds = ArrayField(
        models.CharField(max_length=2),
        verbose_name="检查对象类型",
        help_text="代码表“监管行为监管对象类型”",
    )
    objects_in_words = models.CharField("检查对象", max_length=200)
    is_key = models.BooleanField("重点检查事项", default=False)
    methods = ArrayField(
        models.CharField(max_length=8, choices=Method.choices), verbose_name="检查方式"
    )
    skill = models.CharField("执法类别", max_length=60, blank=True)
    basis = models.CharField("检查依据", max_length=1000)
    partners = models.ManyToManyField(
        "people.Organisation", verbose_name="联合部门", related_name="+", blank=True
    )
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True, blank=True)
    made_by = models.ForeignKey(
        "people.Account",
        verbose_name="编制人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    made_at = models.DateTimeField("编制时间", auto_now_add=True)
    published_by = models.ForeignKey(
        "people.Account",
        verbose_name="公布人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    published_at = models.DateTimeField("公布时间", null=True)
    ended_because = models.CharField("停用理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "随机抽查事项版本"
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="random_item_number_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="random_item_days_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(basis="") & ~Q(object_kinds=[]) & ~Q(methods=[]),
                name="random_item_is_whole",
            ),
            never_overlap(
                "random_item_one_version_a_day",
                same("item_id"),
                condition=Q(published_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["scheme", "code"], name="random_item_code")]

    def __str__(self) -> str:
        return self.name


class Register(models.Model):
    """A saved selection of objects or officers that a body draws from (名录库), until it is closed."""

    class Of(models.TextChoices):
        OBJECTS = "objects", "检查对象名录库"
        OFFICERS = "officers", "执法检查人员名录库"

    public_id = PublicIdField("编号")
    body = models.ForeignKey(
        "people.Organisation", verbose_name="管理单位", on_delete=models.PROTECT, related_name="+"
    )
    of = models.CharField("类别", max_length=10, choices=Of.choices)
    name = models.CharField("名称", max_length=100)
    is_closed = models.BooleanField("已停用", default=False)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    closed_because = models.CharField("停用理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "名录库"
        ordering = ["of", "body__path", "name"]
        constraints = [
            models.UniqueConstraint(fields=["body", "of", "name"], name="register_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class RegisterVersion(models.Model):
    """What a register selects, from this version on (名录库版本). Insert-only.

    `criteria` is what `rules.criteria.Objects` or `rules.criteria.Officers` reads: the selection is
    made anew whenever it is used, and what came of it is kept in the frozen frame of a draw. `found`
    is how many it selected when it was made.
    """

    register = models.ForeignKey(
        Register, verbose_name="名录库", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField("版次")
    criteria = models.JSONField("选取条件")
    found = models.PositiveIntegerField("选中数")
    reason = models.CharField("变更理由", max_length=300, blank=True)
    made_by = models.ForeignKey(
        "people.Account",
        verbose_name="编制人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    made_at = models.DateTimeField("编制时间", auto_now_add=True)

    class Meta:
        verbose_name = "名录库版本"
        ordering = ["register", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="register_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.register} 第 {self.number} 版"
