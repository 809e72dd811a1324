"""Tables of cases, their clocks, and the inbox."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value

from mingcha.base.cases.machine import Kind
from mingcha.base.intervals import never_overlap, same, span

# table → what the app role may do beyond reading: the trace is kept as it was written.
PROTECTED = {"cases_step": ("INSERT",)}

# The pairs of characters of title and number, as a tsvector (tag n).
PAIRS = models.Func(F("title"), F("number"), Value(""), function="mingcha_pairs")


class Numbering(models.Model):
    """The last number given to a kind of case in a year (办件编号). Numbers have no gaps."""

    pk = models.CompositePrimaryKey("kind", "year")
    kind = models.CharField("种类", max_length=40)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("末号")

    class Meta:
        verbose_name = "办件编号"

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class Case(models.Model):
    """One piece of work (办件): where it stands, who has it, until when.

    What is peculiar to its kind stands in a row of the kind's domain, one to one. `unit` must act
    now; `opener` opened it. `about_kind`, `about_key` name the record it is about, as the ledger
    names records; `party_id` the party it concerns. `due_on` is the earliest end of a running
    clock. `version` counts every change, so that the second of two handlers is told.
    """

    number = models.CharField("编号", max_length=30, unique=True)
    kind = models.CharField("种类", max_length=40, db_collation="C")
    state = models.CharField("状态", max_length=30, db_collation="C")
    title = models.CharField("标题", max_length=300)
    unit = models.ForeignKey(
        "people.Organisation",
        verbose_name="承办单位",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # case_unit begins with it
    )
    handler = models.ForeignKey(
        "people.Account",
        verbose_name="承办人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    opener = models.ForeignKey(
        "people.Organisation",
        verbose_name="发起单位",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # case_opener begins with it
    )
    opened_by = models.ForeignKey(
        "people.Account",
        verbose_name="发起人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    opened_at = models.DateTimeField("发起时间", auto_now_add=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    due_on = models.DateField("办理期限", null=True)
    is_provisional = models.BooleanField("期限暂定", default=False)
    is_paused = models.BooleanField("中止计时", default=False)
    is_urgent = models.BooleanField("急件", default=False)
    about_kind = models.CharField("所涉记录种类", max_length=60, blank=True, db_collation="C")
    about_key = models.CharField("所涉记录", max_length=120, blank=True, db_collation="C")
    party_id = models.BigIntegerField("监管对象", null=True, db_index=True)
    parent = models.ForeignKey(
        "self",
        verbose_name="上级办件",
        on_delete=models.PROTECT,
        null=True,
        related_name="children",
    )
    version = models.PositiveIntegerField("版本", default=1)
    search = models.GeneratedField(
        expression=PAIRS,
        output_field=SearchVectorField(),
        db_persist=True,
        verbose_name="检索",
    )

    class Meta:
        verbose_name = "办件"
        ordering = ["-opened_at", "-pk"]
        indexes = [
            GinIndex(fields=["search"], name="case_search"),
            models.Index(fields=["kind", "state"], name="case_kind_state"),
            models.Index(fields=["unit", "-opened_at"], name="case_unit"),
            models.Index(fields=["opener", "-opened_at"], name="case_opener"),
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(fields=["about_kind", "about_key"], name="case_about"),
            # Few cases are open: whoever lists those of some bodies reads these and nothing else.
            models.Index(
                fields=["due_on"], condition=Q(closed_at__isnull=True), name="case_open_due"
            ),
            models.Index(
                fields=["unit", "due_on"],
                condition=Q(closed_at__isnull=True),
                name="case_open_unit",
            ),
            models.Index(
                fields=["opener", "due_on"],
                condition=Q(closed_at__isnull=True),
                name="case_open_opener",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def of(self) -> Kind:
        """Its kind, with the table of its moves."""
        return Kind.called(self.kind)

    @property
    def is_open(self) -> bool:
        """Whether anything is left to do."""
        return self.closed_at is None

    def get_state_display(self) -> str:
        """The state's Chinese name."""
        return self.of.machine.label(self.state)


class Clock(models.Model):
    """One period of a case (办理时钟): under the rule in force on the day it began, or to a fixed day.

    It runs while neither `stopped_on` nor `paused_on` is set. `due_on` is empty while it stands
    still. A period that is run again is a new row. Without a rule somebody has set the day, and
    `basis` says on which ground.
    """

    case = models.ForeignKey(
        Case, verbose_name="办件", on_delete=models.PROTECT, related_name="clocks"
    )
    rule = models.ForeignKey(
        "rules.Rule",
        verbose_name="期限规则",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    basis = models.CharField("指定期限的依据", max_length=200, blank=True)
    started_on = models.DateField("起算日")
    due_on = models.DateField("届满日", null=True)
    is_provisional = models.BooleanField("暂定", default=False)
    how = models.CharField("算法", max_length=400, blank=True)
    paused_on = models.DateField("中止日", null=True)
    stopped_on = models.DateField("停止日", null=True)

    class Meta:
        verbose_name = "办理时钟"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "rule"],
                condition=Q(stopped_on__isnull=True),
                name="clock_runs_once",
            ),
            models.CheckConstraint(
                condition=Q(rule__isnull=False) | ~Q(basis=""), name="clock_has_its_ground"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.label}"

    @property
    def label(self) -> str:
        """What the period is called."""
        return self.rule.label if self.rule else "指定期限"

    @property
    def ground(self) -> str:
        """The law, document or decision that fixes it."""
        return self.rule.basis if self.rule else self.basis

    @property
    def is_running(self) -> bool:
        """Whether days are being counted."""
        return self.stopped_on is None and self.paused_on is None


class ClockChange(models.Model):
    """A stretch on which a clock stood still, or by which it was extended (中止、延长)."""

    clock = models.ForeignKey(
        Clock, verbose_name="时钟", on_delete=models.PROTECT, related_name="changes"
    )
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    extension = models.ForeignKey(
        "rules.Rule", verbose_name="延长规则", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField("理由", max_length=300)

    class Meta:
        verbose_name = "时钟变动"
        ordering = ["pk"]
        constraints = [
            never_overlap(
                "clock_stands_still_once",
                same("clock_id"),
                span(bounds="(]"),
                condition=Q(extension__isnull=True, until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.since}"


class Todo(models.Model):
    """Something that waits for a body or a person (待办): the inbox, and the proof of service.

    A task issued in the system is validly served (XA21 art. 27): `sent_at` when it was issued,
    `delivered_at` when it lay before somebody who may act, `opened_*` who first opened it, when,
    `claimed_*` who took it on (`claimed_for`: as whose deputy), `done_at` when nothing was left to do. `person` set: for that person
    only. `to_know`: nothing to do, it is done by opening it.
    """

    case = models.ForeignKey(
        Case, verbose_name="办件", on_delete=models.PROTECT, related_name="todos"
    )
    unit = models.ForeignKey(
        "people.Organisation", verbose_name="收件单位", on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        "people.Account",
        verbose_name="收件人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    verb = models.CharField("事由", max_length=40)
    to_know = models.BooleanField("仅告知", default=False)
    due_on = models.DateField("期限", null=True)
    sent_at = models.DateTimeField("下达时间", auto_now_add=True)
    sent_by = models.ForeignKey(
        "people.Account",
        verbose_name="下达人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    delivered_at = models.DateTimeField("送达时间", null=True)
    opened_at = models.DateTimeField("查阅时间", null=True)
    opened_by = models.ForeignKey(
        "people.Account",
        verbose_name="查阅人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    claimed_at = models.DateTimeField("认领时间", null=True)
    claimed_by = models.ForeignKey(
        "people.Account",
        verbose_name="认领人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    claimed_for = models.ForeignKey(
        "people.Account",
        verbose_name="代何人认领",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    done_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "待办"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["unit", "due_on"], condition=Q(done_at__isnull=True), name="todo_open_unit"
            ),
            models.Index(
                fields=["person", "due_on"],
                condition=Q(done_at__isnull=True),
                name="todo_open_person",
            ),
            models.Index(
                fields=["due_on", "id"], condition=Q(done_at__isnull=True), name="todo_open_due"
            ),
            models.Index(
                fields=["unit"],
                condition=Q(person__isnull=True, to_know=True),
                name="todo_told_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.case_id}"


class Rung(models.IntegerChoices):
    """How high an urging has climbed (催办层级, XA21 art. 5: who is responsible for what)."""

    HANDLER = 0, "承办人"
    UNIT = 1, "承办机构负责人"
    LEADER = 2, "分管领导"
    HEAD = 3, "第一责任人"


class Urging(models.Model):
    """One reminder about something that waits (催办): by whom, to whom, how high it climbed."""

    todo = models.ForeignKey(
        Todo, verbose_name="待办", on_delete=models.PROTECT, related_name="urgings"
    )
    rung = models.PositiveSmallIntegerField("层级", choices=Rung.choices)
    to = models.CharField("被催办人", max_length=200)
    by = models.ForeignKey(
        "people.Account",
        verbose_name="催办人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField("时间", auto_now_add=True)
    text = models.CharField("内容", max_length=500)

    class Meta:
        verbose_name = "催办"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["todo", "rung"], condition=Q(by__isnull=True), name="urging_climbs_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.todo_id} {self.get_rung_display()}"


class CaseLink(models.Model):
    """Two cases that have to do with one another (关联办件), and why."""

    case = models.ForeignKey(
        Case, verbose_name="办件", on_delete=models.PROTECT, related_name="links"
    )
    other = models.ForeignKey(
        Case, verbose_name="关联办件", on_delete=models.PROTECT, related_name="links_to"
    )
    why = models.CharField("关系", max_length=100)

    class Meta:
        verbose_name = "关联办件"
        constraints = [
            models.UniqueConstraint(fields=["case", "other"], name="case_link_once"),
            models.CheckConstraint(condition=~Q(case=F("other")), name="case_link_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.other_id}"


class Step(models.Model):
    """One step of a case (办理经过): the trace that the page shows and measurements count. Insert-only.

    `move` is empty for what is no move: opened, claimed, handed over, extended, linked. `on_behalf`
    is set where `by` stood in for somebody absent (代).
    """

    case = models.ForeignKey(
        Case, verbose_name="办件", on_delete=models.PROTECT, related_name="steps"
    )
    move = models.CharField("动作标识", max_length=30, blank=True, db_collation="C")
    label = models.CharField("动作", max_length=40)
    source = models.CharField("原状态", max_length=30, blank=True, db_collation="C")
    target = models.CharField("新状态", max_length=30, db_collation="C")
    unit = models.ForeignKey(
        "people.Organisation", verbose_name="办理单位", on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        "people.Account",
        verbose_name="办理人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    on_behalf = models.ForeignKey(
        "people.Account",
        verbose_name="代何人办理",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField("时间", auto_now_add=True)
    reason = models.CharField("意见", max_length=1000, blank=True)
    version = models.PositiveIntegerField("版本")

    class Meta:
        verbose_name = "办理经过"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.label}"
