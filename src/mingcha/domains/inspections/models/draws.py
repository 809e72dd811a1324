"""A draw: what was committed, the seed, what came of it, and what was changed in later rounds."""

from django.db import models
from django.db.models import F, Q


class Draw(models.Model):
    """One draw (随机抽取): committed when its task is frozen, held once its seed is known.

    `files` is kind → [lines, root, SM3 of the file] for the frozen files in `var/draws`. `counts` is
    what the public may know of them: excluded by reason, drawn and reserves by stratum, vacancies.
    Cancelling is an act with a reason; a cancelled draw stays public, with the list that it would
    have drawn once the values of its sources are known. `was_known`: they were when it was cancelled.
    `kept` holds what the cancelled draw's seed needs and its task may lose: numbers by party, and name
    and address by source.
    """

    task = models.ForeignKey(
        "inspections.Task", verbose_name="抽查任务", on_delete=models.PROTECT, related_name="draws"
    )
    draw_id = models.CharField("抽取编号", max_length=60, unique=True)
    commitment = models.BinaryField("承诺文件")
    digest = models.CharField("承诺摘要", max_length=64)
    files = models.JSONField("冻结文件")
    counts = models.JSONField("统计", default=dict)
    frozen_at = models.DateTimeField("冻结时间")
    frozen_by = models.ForeignKey(
        "people.Account",
        verbose_name="冻结人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    witness = models.CharField("外部见证", max_length=200, blank=True)
    seed = models.TextField("随机种子", blank=True)
    drawn_at = models.DateTimeField("抽取时间", null=True)
    drawn_by = models.ForeignKey(
        "people.Account",
        verbose_name="抽取人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    result = models.CharField("结果摘要", max_length=64, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True)
    cancelled_by = models.ForeignKey(
        "people.Account",
        verbose_name="取消人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    cancelled_because = models.CharField("取消理由", max_length=300, blank=True)
    was_known = models.BooleanField("取消时来源已有取值", default=False)
    kept = models.JSONField("取消时留存", default=dict)

    class Meta:
        verbose_name = "随机抽取"
        ordering = ["-frozen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(cancelled_at__isnull=True), name="draw_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True) | (~Q(seed="") & ~Q(result="")),
                name="draw_has_its_seed",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancelled_because=""),
                name="draw_cancelled_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["-drawn_at"], name="draw_drawn_at")]

    def __str__(self) -> str:
        return self.draw_id


class SeedValue(models.Model):
    """What a source gave (来源取值), entered by one person and confirmed by another from the source.

    `is_fallback`: the fallback occasion counts. A value that the second person does not find at the
    source is refused and entered anew. Insert-only apart from the second person's word.
    """

    draw = models.ForeignKey(
        Draw, verbose_name="随机抽取", on_delete=models.PROTECT, related_name="values"
    )
    source = models.CharField("来源标识", max_length=40)
    value = models.CharField("取值", max_length=128)
    is_fallback = models.BooleanField("采用备用场次", default=False)
    seen_at = models.URLField("公告网址", blank=True)
    entered_by = models.ForeignKey(
        "people.Account", verbose_name="录入人", on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField("录入时间", auto_now_add=True)
    confirmed_by = models.ForeignKey(
        "people.Account",
        verbose_name="核对人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    confirmed_at = models.DateTimeField("核对时间", null=True)
    refused_at = models.DateTimeField("核对不符时间", null=True)

    class Meta:
        verbose_name = "来源取值"
        ordering = ["draw", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "source"],
                condition=Q(refused_at__isnull=True),
                name="seed_value_once",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("entered_by")),
                name="seed_value_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.value}"


class DrawnUnit(models.Model):
    """An entity that was drawn, or stands in reserve (抽中对象). Insert-only.

    `place` is its place in the order of its stratum, from 1; a reserve has its own count.
    `is_certain`: taken for certain, since its weight left no chance.
    """

    draw = models.ForeignKey(
        Draw, verbose_name="随机抽取", on_delete=models.PROTECT, related_name="units"
    )
    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+"
    )
    key = models.CharField("代号", max_length=80)
    stratum = models.CharField("分层", max_length=100)
    weight = models.BigIntegerField("权重", default=1)
    place = models.PositiveIntegerField("次序")
    is_reserve = models.BooleanField("备选", default=False)
    is_certain = models.BooleanField("必查", default=False)

    class Meta:
        verbose_name = "抽中对象"
        ordering = ["draw", "stratum", "is_reserve", "place"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "key"], name="drawn_unit_once"),
            models.UniqueConstraint(
                fields=["draw", "stratum", "is_reserve", "place"], name="drawn_unit_place_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.stratum} {self.place}"


class PairingRound(models.Model):
    """A later round in which vacant places were filled (补位轮次), and the recorded change before it.

    `content` is the round's file as the bundle has it for auditors, `digest` its SM3. Insert-only.
    """

    draw = models.ForeignKey(
        Draw, verbose_name="随机抽取", on_delete=models.PROTECT, related_name="rounds"
    )
    number = models.PositiveSmallIntegerField("轮次")
    because = models.CharField("变更", max_length=300)
    content = models.TextField("轮次文件")
    digest = models.CharField("摘要", max_length=64)
    at = models.DateTimeField("时间", auto_now_add=True)
    by = models.ForeignKey(
        "people.Account",
        verbose_name="办理人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "补位轮次"
        ordering = ["draw", "number"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="pairing_round_once")
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} 第 {self.number} 轮"


class Replacement(models.Model):
    """A drawn entity found out of scope is replaced by the next reserve (备选递补). A case.

    Asked with evidence by one person, decided by a reviewer. `reserve` is set when it is allowed.
    """

    class Ground(models.TextChoices):
        DEREGISTERED = "deregistered", "已注销或被吊销、撤销登记"
        MOVED = "moved", "已迁出抽查范围"
        NO_ACTIVITY = "no-activity", "未从事抽查事项涉及的经营活动"

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    unit = models.ForeignKey(
        DrawnUnit, verbose_name="被替换对象", on_delete=models.PROTECT, related_name="replacements"
    )
    ground = models.CharField("事由", max_length=12, choices=Ground.choices)
    evidence = models.CharField("证据", max_length=1000)
    file = models.ForeignKey(
        "records.VaultFile",
        verbose_name="证据文件",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    reserve = models.OneToOneField(
        DrawnUnit,
        verbose_name="递补对象",
        on_delete=models.PROTECT,
        null=True,
        related_name="replaces",
    )
    is_allowed = models.BooleanField("同意递补", null=True)

    class Meta:
        verbose_name = "备选递补"
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(is_allowed__isnull=True) | Q(is_allowed=True),
                name="replacement_once",
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="replacement_has_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.get_ground_display()}"
