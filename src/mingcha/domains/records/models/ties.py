"""Tables of what is believed: ties, the decisions that people made about them, open questions.

The machine's findings and the people's decisions are never changed. What is believed now is made
from both by `rules.beliefs` and kept as ties, each from one moment until another.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q


class Writing(models.Model):
    """One time at which ties were written (关联写入): by the linker, by landing, or by a decision.

    Its act ("ties", id) holds the rows that it wrote and those that it closed (see queries.ties);
    the seal of the act is when they were learnt. `weights` is the version of the weights by which
    the machine judged, "" where none did.
    """

    act_id = models.BigIntegerField("留痕编号", unique=True)
    at = models.DateTimeField("时间")
    written = models.PositiveIntegerField("写入行数")
    closed = models.PositiveIntegerField("终止行数")
    weights = models.CharField("权重版本", max_length=20, blank=True)

    class Meta:
        verbose_name = "关联写入"

    def __str__(self) -> str:
        return f"第 {self.pk} 次"


class DecisionKind(models.TextChoices):
    """What a person decided about ties."""

    ACCEPT = "accept", "认定同一"
    REFUSE = "refuse", "认定不是"
    OWN = "own", "认定为另一对象"
    MERGE = "merge", "合并"
    SPLIT = "split", "拆分"
    UNDO = "undo", "撤销"


class Decision(models.Model):
    """What one person decided about ties, and why (关联决定). Insert-only; an undo is a decision too.

    A decision stands until another undoes it. `party` is what it is about: the party accepted or
    refused, the one that was split, the one that remains of two; `other` the one merged into it, or
    the one that was split off. `subject` is set where one question was decided.
    """

    writing = models.ForeignKey(
        Writing, verbose_name="写入", on_delete=models.PROTECT, related_name="decisions",
        db_constraint=False,
    )  # fmt: skip
    kind = models.CharField("决定", max_length=8, choices=DecisionKind.choices)
    subject = models.ForeignKey(
        "records.Subject", verbose_name="记录主体", on_delete=models.PROTECT, null=True,
        related_name="decisions",
    )  # fmt: skip
    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+",
        null=True,
    )  # fmt: skip
    other = models.ForeignKey(
        "parties.Party", verbose_name="另一对象", on_delete=models.PROTECT, related_name="+",
        null=True,
    )  # fmt: skip
    undoes = models.OneToOneField(
        "self", verbose_name="所撤销的决定", on_delete=models.PROTECT, null=True,
        related_name="undone",
    )  # fmt: skip
    case = models.ForeignKey(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, null=True, related_name="+"
    )
    by = models.ForeignKey(
        "people.Account", verbose_name="决定人", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        "people.Organisation", verbose_name="决定单位", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("时间")
    reason = models.CharField("理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "关联决定"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.UNDO, undoes__isnull=False)
                | (~Q(kind=DecisionKind.UNDO) & Q(undoes__isnull=True)),
                name="decision_undoes_only_if_undo",
            ),
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="decision_kind")]

    def __str__(self) -> str:
        return f"第 {self.pk} 号：{self.get_kind_display()}"


class Pin(models.Model):
    """A decision's word that a subject, or some records of it, are a party (归属认定).

    With `source_key` only that record in all its versions; with `says` only the records of the
    subject that bear this name (in one spelling, `parties.rules.parse_name`), future ones too.
    """

    decision = models.ForeignKey(
        Decision, verbose_name="决定", on_delete=models.PROTECT, related_name="pins"
    )
    subject = models.ForeignKey(
        "records.Subject", verbose_name="记录主体", on_delete=models.PROTECT, related_name="pins"
    )
    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+"
    )
    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, null=True,
        related_name="+",
    )  # fmt: skip
    dataset = models.CharField("数据表", max_length=60, blank=True)
    source_key = models.CharField("业务主键", max_length=400, blank=True)
    says = models.CharField("记录中的名称", max_length=700, blank=True)

    class Meta:
        verbose_name = "归属认定"
        constraints = [
            models.CheckConstraint(
                condition=Q(source_key="") | Q(says=""), name="pin_of_a_record_or_a_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} → {self.party_id}"


class Bar(models.Model):
    """A decision's word that a subject is not a party (归属排除)."""

    decision = models.ForeignKey(
        Decision, verbose_name="决定", on_delete=models.PROTECT, related_name="bars"
    )
    subject = models.ForeignKey(
        "records.Subject", verbose_name="记录主体", on_delete=models.PROTECT, related_name="bars"
    )
    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "归属排除"

    def __str__(self) -> str:
        return f"{self.subject_id} ≠ {self.party_id}"


class Join(models.Model):
    """A decision's word that two parties are one (对象并入): `loser` goes into `winner`."""

    decision = models.ForeignKey(
        Decision, verbose_name="决定", on_delete=models.PROTECT, related_name="joins"
    )
    loser = models.ForeignKey(
        "parties.Party", verbose_name="被并入对象", on_delete=models.PROTECT, related_name="+"
    )
    winner = models.ForeignKey(
        "parties.Party", verbose_name="并入对象", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "对象并入"
        constraints = [
            models.CheckConstraint(condition=~Q(loser=F("winner")), name="join_of_two_parties")
        ]

    def __str__(self) -> str:
        return f"{self.loser_id} → {self.winner_id}"


class Tie(models.Model):
    """What we believe: this subject is this party (关联), from `since` until `until`, and why.

    `writing` wrote it, `closed_by` ended it. `decision` is null for what the machine found, and for
    such a row is never null again: these are the findings from which beliefs are made. A doubtful tie
    waits for a person and does not bring its facts into the dossier; `rank` orders the doubtful ones
    of a subject, the likeliest first (0: firm). `fact_id` set = for that fact only.
    """

    subject = models.ForeignKey(
        "records.Subject", verbose_name="记录主体", on_delete=models.PROTECT, related_name="ties"
    )
    fact_id = models.BigIntegerField("仅限记录", null=True)
    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateTimeField("起")
    until = models.DateTimeField("止", null=True)
    how = models.CharField("方式", max_length=10)
    weight = models.IntegerField("权重（千分）")
    is_doubtful = models.BooleanField("存疑", default=False)
    rank = models.PositiveSmallIntegerField("次序", default=0)
    reasons = models.JSONField("理由", default=list)
    decision = models.ForeignKey(
        Decision, verbose_name="依据的决定", on_delete=models.PROTECT, null=True,
        related_name="ties", db_constraint=False, db_index=False,
    )  # fmt: skip
    writing = models.ForeignKey(
        Writing, verbose_name="写入", on_delete=models.PROTECT, related_name="ties",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    closed_by = models.ForeignKey(
        Writing, verbose_name="终止", on_delete=models.PROTECT, null=True, related_name="closed_ties",
        db_constraint=False, db_index=False,
    )  # fmt: skip

    class Meta:
        verbose_name = "关联"
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(until__isnull=True, is_doubtful=False, fact_id__isnull=True),
                name="tie_one_firm_now",
            ),
            models.UniqueConstraint(
                fields=["fact_id"],
                condition=Q(until__isnull=True, is_doubtful=False, fact_id__isnull=False),
                name="tie_one_firm_per_fact",
            ),
            models.UniqueConstraint(
                fields=["subject", "party"],
                condition=Q(until__isnull=True, is_doubtful=True, fact_id__isnull=True),
                name="tie_doubted_once",
            ),
            models.UniqueConstraint(
                fields=["fact_id", "party"],
                condition=Q(until__isnull=True, is_doubtful=True, fact_id__isnull=False),
                name="tie_of_a_fact_doubted_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, closed_by__isnull=True)
                | Q(until__isnull=False, closed_by__isnull=False),
                name="tie_closed_by_a_writing",
            ),
            models.CheckConstraint(
                condition=Q(is_doubtful=True, rank__gt=0) | Q(is_doubtful=False, rank=0),
                name="tie_ranked_if_doubtful",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "subject"], name="tie_party"),
            models.Index(
                fields=["-weight", "id"],
                condition=Q(until__isnull=True, is_doubtful=True, rank=1),
                name="tie_question",
            ),
            models.Index(
                fields=["fact_id"], condition=Q(fact_id__isnull=False), name="tie_of_a_fact"
            ),
            models.Index(
                fields=["decision"], condition=Q(decision__isnull=False), name="tie_decided"
            ),
            models.Index(
                fields=["closed_by"], condition=Q(closed_by__isnull=False), name="tie_closing"
            ),
            BrinIndex(fields=["writing"], name="tie_writing", pages_per_range=16, autosummarize=True),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.subject_id} → {self.party_id}"


class Untied(models.Model):
    """A subject that landed and has no tie yet (待关联); gone once the linker has been over it."""

    subject = models.OneToOneField(
        "records.Subject", verbose_name="记录主体", on_delete=models.PROTECT, primary_key=True
    )

    class Meta:
        verbose_name = "待关联"

    def __str__(self) -> str:
        return str(self.subject)


class Newcomer(models.Model):
    """A party newly registered (新登记对象), to be held against what is known from acts alone."""

    party = models.OneToOneField(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, primary_key=True,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = "新登记对象"

    def __str__(self) -> str:
        return str(self.party_id)


class LinkAnswer(models.TextChoices):
    """What a provider answers about a record of its own."""

    SAME = "same", "就是所选对象"
    NONE = "none", "都不是，是另一个对象"
    UNSURE = "unsure", "无法确认"


class LinkQuestion(models.Model):
    """A provider is asked whom its record means (关联询问): what the case keeps, one to one.

    `shown` are the parties that were offered, the likeliest first. `fact_id` set: one record only.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True,
        related_name="link_question",
    )  # fmt: skip
    subject = models.ForeignKey(
        "records.Subject",
        verbose_name="记录主体",
        on_delete=models.PROTECT,
        related_name="questions",
    )
    fact_id = models.BigIntegerField("仅限记录", null=True)
    shown = models.JSONField("所列对象", default=list)
    answer = models.CharField("答复", max_length=8, choices=LinkAnswer.choices, blank=True)
    party = models.ForeignKey(
        "parties.Party", verbose_name="答复的对象", on_delete=models.PROTECT, null=True,
        related_name="+",
    )  # fmt: skip
    note = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = "关联询问"
        constraints = [
            models.CheckConstraint(
                condition=Q(answer=LinkAnswer.SAME, party__isnull=False)
                | (~Q(answer=LinkAnswer.SAME) & Q(party__isnull=True)),
                name="link_answer_names_its_party",
            )
        ]

    def __str__(self) -> str:
        return str(self.case_id)
