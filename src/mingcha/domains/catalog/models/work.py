"""What is worked on in cases: drafts, exceptions, claims, and changes of laws."""

from django.db import models
from django.db.models import F, Q

from mingcha.domains.catalog.models.kinds import Change, Kind


class Draft(models.Model):
    """A change of the book under review (修订稿). Its state, clock and trace live in its case.

    `base` is the number of the version it was made from, 0 for what is new; `seen` the last
    publication about the entry at that time, so that a later one is noticed. A new or revised text
    stands in `content` (and, for a checklist, its check items in `points`); suspending, abolishing
    and taking back need only days: `since` is the first day of the change, `until` its last.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    change = models.CharField("动作", max_length=10, choices=Change.choices)
    scheme = models.CharField("编码体系", max_length=40)
    code = models.CharField("编码", max_length=100, blank=True, db_index=True)
    base = models.PositiveIntegerField("所据版次", default=0)
    seen = models.BigIntegerField("所见最近发布", default=0)
    content = models.JSONField("内容", default=dict)
    points = models.JSONField("检查内容", default=list)
    since = models.DateField("起", null=True)
    until = models.DateField("止", null=True)
    reason = models.CharField("理由", max_length=1000, blank=True)

    class Meta:
        verbose_name = "修订稿"

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_change_display()}"


class ItemException(models.Model):
    """Leave to act although no item is in force (无事项监管例外), of one body, until a day.

    XA21 art. 8 says 原则上: an approver signs, a reason is given, and its uses are counted. It holds
    from `since` to `until` while its case stands at 已批准.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    scheme = models.CharField("编码体系", max_length=40)
    code = models.CharField("监管事项目录编码", max_length=100)
    name = models.CharField("事项名称", max_length=500)
    body = models.ForeignKey(
        "people.Organisation", verbose_name="实施机构", on_delete=models.PROTECT, related_name="+"
    )
    since = models.DateField("起")
    until = models.DateField("止")
    reason = models.CharField("理由", max_length=1000)
    is_allowed = models.BooleanField("已批准", default=False)

    class Meta:
        verbose_name = "无事项监管例外"
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="exception_days_in_order"
            )
        ]
        indexes = [models.Index(fields=["scheme", "code"], name="exception_code")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"


class ClaimRound(models.Model):
    """Items laid out for the bodies below to claim (布置认领): by whom, when, under which title.

    Each body gets one case, in which it says of every item whether it is its own.
    """

    title = models.CharField("名称", max_length=200)
    body = models.ForeignKey(
        "people.Organisation", verbose_name="布置单位", on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        "people.Account", verbose_name="布置人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("布置时间", auto_now_add=True)

    class Meta:
        verbose_name = "认领布置"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title


class Answer(models.TextChoices):
    """What a body says of an item that was laid out to it."""

    WAITING = "waiting", "待认领"
    CLAIMED = "claimed", "已认领"
    DECLINED = "declined", "不属本单位"


class ItemClaim(models.Model):
    """One item laid out to one body (事项认领), and what the body said of it, when and by whom.

    `is_late`: said after the last day of its case.
    """

    case = models.ForeignKey(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, related_name="claims_made"
    )
    round = models.ForeignKey(
        ClaimRound, verbose_name="布置", on_delete=models.PROTECT, related_name="claims"
    )
    item = models.ForeignKey(
        "catalog.Item", verbose_name="监管事项", on_delete=models.PROTECT, related_name="claims"
    )
    body = models.ForeignKey(
        "people.Organisation", verbose_name="认领单位", on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField("答复", max_length=10, choices=Answer.choices, default=Answer.WAITING)
    reason = models.CharField("理由", max_length=500, blank=True)
    is_late = models.BooleanField("逾期答复", default=False)
    by = models.ForeignKey(
        "people.Account", verbose_name="答复人", on_delete=models.PROTECT, null=True,
        related_name="+",
    )  # fmt: skip
    at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "事项认领"
        ordering = ["case", "item__code"]
        constraints = [models.UniqueConstraint(fields=["case", "item"], name="claim_once_per_case")]
        indexes = [models.Index(fields=["body", "item"], name="claim_body_item")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.get_answer_display()}"

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {Answer.CLAIMED: "done", Answer.DECLINED: "late"}.get(Answer(self.answer), "due")


class LawDeed(models.TextChoices):
    """What happens to a law."""

    AMENDED = "amended", "修订"
    INTERPRETED = "interpreted", "作出解释"
    REPEALED = "repealed", "废止"


class LawChange(models.Model):
    """A law is amended, interpreted or repealed from a day on (法律变动), as somebody entered it.

    `document` is the act that says so, `successor` the law that takes its place; `fact_id` the
    record of the table of laws that told it, where nobody entered it by hand. Once another
    person has confirmed it, what rests on the law is reviewed.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    law = models.CharField("法律法规", max_length=300)
    deed = models.CharField("变动", max_length=12, choices=LawDeed.choices)
    since = models.DateField("施行日期")
    document = models.CharField("公布文件", max_length=300)
    successor = models.CharField("替代的法律法规", max_length=300, blank=True)
    reason = models.CharField("说明", max_length=1000, blank=True)
    is_confirmed = models.BooleanField("已核定", default=False)
    fact_id = models.BigIntegerField("来源记录", null=True)

    class Meta:
        verbose_name = "法律变动"
        ordering = ["-since", "law"]

    def __str__(self) -> str:
        return f"《{self.law}》{self.since} {self.get_deed_display()}"
