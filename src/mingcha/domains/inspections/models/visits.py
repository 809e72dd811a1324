"""Visits to entities, each department's part of them, who goes, and what was found."""

from django.db import models
from django.db.models import F, Q

from mingcha.base.ids import PublicIdField


class Visit(models.Model):
    """One visit to one entity under a task (入企检查), however many departments go.

    `unit` is the entity as drawn, empty where nothing was drawn. `token` is the address of the check
    code (检查码) that the enterprise scans; the notice may be shown from `shown_from` on. A visit that
    was merged into another task's (进一次门、查多项事) is made there. `is_recheck`: to look again
    whether an order to correct was followed.
    """

    task = models.ForeignKey(
        "inspections.Task", verbose_name="抽查任务", on_delete=models.PROTECT, related_name="visits"
    )
    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+"
    )
    unit = models.OneToOneField(
        "inspections.DrawnUnit",
        verbose_name="抽中对象",
        on_delete=models.PROTECT,
        null=True,
        related_name="visit",
    )
    token = PublicIdField("检查码")
    is_recheck = models.BooleanField("复查", default=False)
    planned_on = models.DateField("计划检查日期", null=True, blank=True)
    shown_from = models.DateField("通知书可出示日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="并入的入企检查",
        on_delete=models.PROTECT,
        null=True,
        related_name="merged",
    )

    class Meta:
        verbose_name = "入企检查"
        ordering = ["task", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "party"], condition=Q(is_recheck=False), name="visit_once"
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="visit_merged_into_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.party_id}"


class Part(models.Model):
    """What one department does and finds at a visit (部门检查). Its state, clock and trace live in its case.

    `result` is a code of 抽查结果. `statement` is what the enterprise says; signed, or `unsigned`
    says why not. `is_counted` says that it counts toward the enterprise's yearly cap: clue-driven
    checks and recheckings do not.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    visit = models.ForeignKey(
        Visit, verbose_name="入企检查", on_delete=models.PROTECT, related_name="parts"
    )
    assignment = models.ForeignKey(
        "inspections.Assignment",
        verbose_name="部门分工",
        on_delete=models.PROTECT,
        related_name="parts",
    )
    body = models.ForeignKey(
        "people.Organisation", verbose_name="检查主体", on_delete=models.PROTECT, related_name="+"
    )
    is_counted = models.BooleanField("计入年度检查频次", default=True)
    started_at = models.DateTimeField("检查开始时间", null=True)
    ended_at = models.DateTimeField("检查结束时间", null=True)
    result = models.CharField("抽查结果", max_length=2, blank=True, help_text="代码表“抽查结果”")
    summary = models.CharField("检查情况", max_length=2000, blank=True)
    statement = models.CharField("当事人陈述", max_length=2000, blank=True)
    signed_by = models.CharField("签字人", max_length=60, blank=True)
    unsigned = models.CharField("未签字原因", max_length=300, blank=True)
    submitted_by = models.ForeignKey(
        "people.Account",
        verbose_name="提交人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    submitted_at = models.DateTimeField("提交时间", null=True)
    reviewed_by = models.ForeignKey(
        "people.Account",
        verbose_name="审核人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    reviewed_at = models.DateTimeField("审核时间", null=True)
    published_at = models.DateTimeField("公示时间", null=True)
    withdrawn_at = models.DateTimeField("撤销公示时间", null=True)
    withdrawn_because = models.CharField("撤销公示理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "部门检查"
        constraints = [
            models.UniqueConstraint(fields=["visit", "assignment"], name="part_once"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | ~Q(result=""),
                name="part_submitted_with_result",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("submitted_by")),
                name="part_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(reviewed_at__isnull=False),
                name="part_published_after_review",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_because=""),
                name="part_withdrawn_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["body", "published_at"], name="part_body_published"),
            models.Index(fields=["ended_at"], name="part_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.result}"


class Place(models.Model):
    """One place in a team (检查席位): who fills it since which round, or vacant.

    Who leaves (avoidance, illness) keeps the row with `left_*`; a later round adds another row for
    the same place. `certificate` and `name` are those of the day on which the place was filled.
    """

    part = models.ForeignKey(
        Part, verbose_name="部门检查", on_delete=models.PROTECT, related_name="places"
    )
    number = models.PositiveSmallIntegerField("席位")
    officer = models.ForeignKey(
        "officers.Officer",
        verbose_name="执法人员",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    certificate = models.CharField("执法证号", max_length=100, blank=True)
    name = models.CharField("姓名", max_length=50, blank=True)
    is_present = models.BooleanField("到场", default=False)
    round = models.PositiveSmallIntegerField("轮次", default=0)
    lacks = models.CharField("空缺原因", max_length=300, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    confirmed_by = models.ForeignKey(
        "people.Account",
        verbose_name="确认人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    left_at = models.DateTimeField("离开时间", null=True)
    left_round = models.PositiveSmallIntegerField("离开轮次", null=True)
    left_because = models.CharField("离开原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "检查席位"
        ordering = ["part", "number", "round"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "number"], condition=Q(left_at__isnull=True), name="place_once"
            ),
            models.UniqueConstraint(
                fields=["part", "officer"],
                condition=Q(left_at__isnull=True, officer__isnull=False),
                name="place_one_for_an_officer",
            ),
            models.CheckConstraint(
                condition=Q(officer__isnull=False) | Q(certificate="", confirmed_at__isnull=True),
                name="place_vacant_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | ~Q(left_because=""),
                name="place_left_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["part"],
                condition=Q(officer__isnull=True, left_at__isnull=True),
                name="place_vacant",
            )
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.number} {self.name}"


class Finding(models.Model):
    """What was found on one line of a checklist (检查项结果): 合格、不合格、未检查 or 合理缺项.

    `answer` is a code of the table of point results. What is not 合格 says why in `note`. `number` is
    the line of its item's checklist; a checklist that names its contents in words only has no
    `point` to hold a line to.
    """

    part = models.ForeignKey(
        Part, verbose_name="部门检查", on_delete=models.PROTECT, related_name="findings"
    )
    item = models.ForeignKey(
        "inspections.AssignmentItem",
        verbose_name="分工事项",
        on_delete=models.PROTECT,
        related_name="+",
    )
    number = models.PositiveIntegerField("序号")
    point = models.ForeignKey(
        "catalog.CheckPoint",
        verbose_name="检查内容",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    answer = models.CharField("结果", max_length=2, help_text="代码表“检查项结果”")
    note = models.CharField("说明", max_length=1000, blank=True)
    by = models.ForeignKey(
        "people.Account",
        verbose_name="记录人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "检查项结果"
        ordering = ["part", "item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["part", "item", "number"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(answer="01") | ~Q(note=""), name="finding_says_why_not"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.item_id}-{self.number} {self.answer}"


class Evidence(models.Model):
    """A file that shows what was found (检查证据), by its hash, with the time at which it was taken.

    Also the signature that the enterprise drew, and the proof that a document was served.
    """

    class Kind(models.TextChoices):
        FOUND = "found", "现场证据"
        SIGNATURE = "signature", "当事人签名"
        SERVED = "served", "送达凭证"

    part = models.ForeignKey(
        Part, verbose_name="部门检查", on_delete=models.PROTECT, related_name="evidence"
    )
    finding = models.ForeignKey(
        Finding,
        verbose_name="检查项结果",
        on_delete=models.PROTECT,
        null=True,
        related_name="evidence",
    )
    kind = models.CharField("种类", max_length=10, choices=Kind.choices, default=Kind.FOUND)
    file = models.ForeignKey(
        "records.VaultFile", verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("名称", max_length=200)
    taken_at = models.DateTimeField("取得时间")
    by = models.ForeignKey(
        "people.Account",
        verbose_name="取得人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField("存入时间", auto_now_add=True)

    class Meta:
        verbose_name = "检查证据"
        ordering = ["part", "pk"]
        constraints = [models.UniqueConstraint(fields=["part", "file"], name="evidence_once")]

    def __str__(self) -> str:
        return self.name


class CheckRecord(models.Model):
    """A department's result on one item, as it landed in the data centre (检查行为入库).

    `problem` says why it has not landed.
    """

    part = models.ForeignKey(
        Part, verbose_name="部门检查", on_delete=models.PROTECT, related_name="records"
    )
    item = models.ForeignKey(
        "inspections.AssignmentItem",
        verbose_name="分工事项",
        on_delete=models.PROTECT,
        related_name="+",
    )
    source_key = models.CharField("检查行为编号", max_length=50, unique=True)
    fact_id = models.BigIntegerField("入库记录", null=True)
    problem = models.CharField("未入库原因", max_length=500, blank=True)

    class Meta:
        verbose_name = "检查行为入库"
        ordering = ["part", "pk"]
        constraints = [models.UniqueConstraint(fields=["part", "item"], name="check_record_once")]

    def __str__(self) -> str:
        return self.source_key


class Rating(models.Model):
    """What the enterprise said of a visit through the check code (入企评价); anybody may once."""

    visit = models.OneToOneField(
        Visit, verbose_name="入企检查", on_delete=models.PROTECT, related_name="rating"
    )
    score = models.PositiveSmallIntegerField("评分", help_text="1 至 5")
    matched = models.BooleanField("人员与公示一致", null=True)
    text = models.CharField("意见", max_length=500, blank=True)
    at = models.DateTimeField("评价时间", auto_now_add=True)

    class Meta:
        verbose_name = "入企评价"
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=1) & Q(score__lte=5), name="rating_one_to_five"
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.score}"


class Merging(models.Model):
    """Two tasks' visits to one entity may be made at once (合并入企建议). A case of the other's body.

    `kept` is the visit that is made, `other` the one that goes into it when its body agrees.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    kept = models.ForeignKey(
        Visit, verbose_name="保留的入企检查", on_delete=models.PROTECT, related_name="+"
    )
    other = models.ForeignKey(
        Visit, verbose_name="并入的入企检查", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "合并入企建议"
        constraints = [
            models.UniqueConstraint(fields=["kept", "other"], name="merging_once"),
            models.CheckConstraint(condition=~Q(kept=F("other")), name="merging_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.other_id} → {self.kept_id}"
