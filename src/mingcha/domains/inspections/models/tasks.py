"""A task: whom to inspect, by whom, and how the draw is to be held; written before it is frozen."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Concat

from mingcha.base.intervals import never_overlap, same_text


class Mode(models.TextChoices):
    """How the objects of a task are found."""

    RANDOM = "random", "随机抽查"
    SPECIAL = "special", "专项检查"
    PATROL = "patrol", "日常巡查"
    CLUE = "clue", "有因检查"
    FULL = "full", "重点监管全覆盖"


class Level(models.TextChoices):
    """How far a draw is published (docs/explanation/draw.md, “Publication levels”)."""

    OPEN = "open", "全部公开"
    KEYED = "keyed", "代号公开"
    EMBARGOED = "embargoed", "延后公开"


class Task(models.Model):
    """A task of inspection (抽查任务). Its state, clock and trace live in its case.

    `scope` narrows the register, `strata` says how the frame is divided and how many are drawn of
    each stratum, `exclusions` which entities take no part and why: what `rules.writing` reads.
    Nothing of these changes once the task is frozen. A visit is made between `first_on` and
    `last_on`.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    body = models.ForeignKey(
        "people.Organisation", verbose_name="发起单位", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("任务名称", max_length=200)
    mode = models.CharField("检查方式", max_length=8, choices=Mode.choices, default=Mode.RANDOM)
    line = models.ForeignKey(
        "inspections.PlanLine",
        verbose_name="计划批次",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
    )
    ground = models.CharField(
        "检查缘由", max_length=500, blank=True, help_text="没有计划的任务写明依据；有因检查写明线索"
    )
    objects_from = models.ForeignKey(
        "inspections.RegisterVersion",
        verbose_name="检查对象名录库版本",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    officers_from = models.ForeignKey(
        "inspections.RegisterVersion",
        verbose_name="执法检查人员名录库版本",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    scope = models.JSONField("抽查范围", default=dict)
    strata = models.JSONField("分层", default=list)
    exclusions = models.JSONField("排除", default=dict)
    first_on = models.DateField("检查期间首日")
    last_on = models.DateField("检查期间末日")
    level = models.CharField("公开方式", max_length=10, choices=Level.choices, default=Level.KEYED)
    embargo_on = models.DateField("延后公开至", null=True, blank=True)
    reveal_by = models.DateTimeField("随机数最迟公开时间", null=True, blank=True)
    run = models.ForeignKey(
        "runs.Run", verbose_name="正在办理", on_delete=models.PROTECT, null=True, related_name="+"
    )
    finished_on = models.DateField("完成日期", null=True)
    published_at = models.DateTimeField("结果公示时间", null=True)

    class Meta:
        verbose_name = "抽查任务"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="task_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=False) | ~Q(ground=""), name="task_has_plan_or_ground"
            ),
            models.CheckConstraint(
                condition=Q(embargo_on__isnull=True) | Q(level=Level.EMBARGOED),
                name="task_embargo_of_its_level",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """What one department does in a task (部门分工): its items, the skill and number of its officers."""

    task = models.ForeignKey(
        Task, verbose_name="抽查任务", on_delete=models.PROTECT, related_name="assignments"
    )
    body = models.ForeignKey(
        "people.Organisation", verbose_name="检查主体", on_delete=models.PROTECT, related_name="+"
    )
    skill = models.CharField("执法类别", max_length=60, blank=True)
    count = models.PositiveSmallIntegerField("检查人数", default=2)

    class Meta:
        verbose_name = "部门分工"
        ordering = ["task", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "body", "skill"], name="assignment_once"),
            models.CheckConstraint(condition=Q(count__gte=2), name="assignment_two_officers"),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.skill}"


class AssignmentItem(models.Model):
    """An item that a department checks in a task, by which checklist (分工事项), as they stood."""

    assignment = models.ForeignKey(
        Assignment, verbose_name="部门分工", on_delete=models.PROTECT, related_name="items"
    )
    item = models.ForeignKey(
        "inspections.RandomItemVersion",
        verbose_name="随机抽查事项版本",
        on_delete=models.PROTECT,
        related_name="+",
    )
    checklist = models.ForeignKey(
        "catalog.ChecklistVersion",
        verbose_name="检查实施清单版本",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "分工事项"
        ordering = ["assignment", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "item"], name="assignment_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.item_id}"


class SeedSource(models.Model):
    """A public source named beforehand from which the seed follows (随机数来源); the public one is last.

    `pattern` is how its values look (docs/explanation/draw.md, “Seeds”); before `at` it can have
    none; `fallback` counts when the occasion fails.
    """

    task = models.ForeignKey(
        Task, verbose_name="抽查任务", on_delete=models.PROTECT, related_name="sources"
    )
    number = models.PositiveSmallIntegerField("序号")
    source = models.CharField("来源标识", max_length=40)
    label = models.CharField("来源名称", max_length=100)
    address = models.URLField("公告网址", blank=True)
    occasion = models.CharField("场次", max_length=40)
    pattern = models.CharField("取值样式", max_length=100)
    at = models.DateTimeField("最早产生时间")
    fallback = models.CharField("备用场次", max_length=40)
    fallback_at = models.DateTimeField("备用场次最早产生时间")

    class Meta:
        verbose_name = "随机数来源"
        ordering = ["task", "number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="seed_source_number_once"),
            models.UniqueConstraint(fields=["task", "source"], name="seed_source_once"),
            models.CheckConstraint(
                condition=Q(fallback_at__gt=F("at")), name="seed_source_fallback_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}@{self.occasion}"


class Pledge(models.Model):
    """A number that a department or witness committed to before the draw (随机数承诺), and revealed.

    `commitment` is published at the freeze; `nonce` stays empty until it is revealed, and is then
    what was committed. One that is not revealed by the task's `reveal_by` counts as withheld.
    """

    task = models.ForeignKey(
        Task, verbose_name="抽查任务", on_delete=models.PROTECT, related_name="pledges"
    )
    party = models.CharField("提供方", max_length=60)
    commitment = models.CharField("承诺摘要", max_length=64)
    nonce = models.CharField("随机数", max_length=64, blank=True)
    revealed_at = models.DateTimeField("公开时间", null=True)
    revealed_by = models.ForeignKey(
        "people.Account",
        verbose_name="录入人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "随机数承诺"
        ordering = ["task", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "party"], name="pledge_once"),
            models.CheckConstraint(
                condition=Q(nonce="") ^ Q(revealed_at__isnull=False), name="pledge_revealed_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.commitment[:8]}"


class Avoidance(models.Model):
    """An officer keeps away from a party for some days (回避登记), declared by him or asked by the party.

    It counts for every draw frozen while it holds. Avoidance is never relaxed. Ended with
    `ended_because`, never deleted. Grounds: 行政处罚法 art. 43, 公务员法 art. 74 and 76.
    """

    class Ground(models.TextChoices):
        KIN = "kin", "近亲属关系"
        INTEREST = "interest", "直接利害关系"
        FORMER = "former", "曾在该单位任职或者从业"
        OTHER = "other", "其他可能影响公正的关系"
        ASKED = "asked", "当事人申请并经决定"

    officer = models.ForeignKey(
        "officers.Officer", verbose_name="执法人员", on_delete=models.PROTECT, related_name="+"
    )
    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+"
    )
    ground = models.CharField("事由", max_length=10, choices=Ground.choices)
    note = models.CharField("说明", max_length=300, blank=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    declared_by = models.ForeignKey(
        "people.Account",
        verbose_name="登记人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    declared_at = models.DateTimeField("登记时间", auto_now_add=True)
    ended_because = models.CharField("结束理由", max_length=300, blank=True)
    ended_by = models.ForeignKey(
        "people.Account",
        verbose_name="结束人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    both = models.GeneratedField(
        expression=Concat(
            Cast("officer_id", models.TextField()),
            models.Value("|", output_field=models.TextField()),
            Cast("party_id", models.TextField()),
        ),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name="人员与对象",
    )

    class Meta:
        verbose_name = "回避登记"
        ordering = ["-declared_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="avoidance_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | ~Q(ended_because=""),
                name="avoidance_ended_with_reason",
            ),
            never_overlap("avoidance_once_a_day", same_text("both")),
        ]
        indexes = [models.Index(fields=["party"], name="avoidance_party")]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.party_id}"
