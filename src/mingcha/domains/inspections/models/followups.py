"""What follows from a result: the order to correct with its recheck, and clues for other work."""

from django.db import models
from django.db.models import Q


class Correction(models.Model):
    """An order to correct (责令改正), from the part in which it was found to its recheck. A case.

    `recheck` is the part that was opened to look again; it does not count toward the yearly cap.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    part = models.OneToOneField(
        "inspections.Part",
        verbose_name="部门检查",
        on_delete=models.PROTECT,
        related_name="correction",
    )
    order = models.CharField("责令改正内容", max_length=2000)
    basis = models.CharField("依据", max_length=500)
    correct_by = models.DateField("改正期限")
    served_at = models.DateTimeField("送达时间", null=True)
    answer = models.CharField("当事人改正情况", max_length=2000, blank=True)
    recheck = models.OneToOneField(
        "inspections.Part",
        verbose_name="复查",
        on_delete=models.PROTECT,
        null=True,
        related_name="rechecks",
    )
    is_corrected = models.BooleanField("已改正", null=True)

    class Meta:
        verbose_name = "责令改正"
        constraints = [
            models.CheckConstraint(condition=~Q(order="") & ~Q(basis=""), name="correction_whole")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.correct_by}"


class OrderReceipt(models.Model):
    """The signed receipt of an order to correct (责令改正送达回证): a photo or PDF, kept by its hash.

    `served_on` is the day on which the order was handed over; who did not sign is told in `note`.
    """

    class Manner(models.TextChoices):
        DIRECT = "direct", "直接送达"
        LEFT = "left", "留置送达"
        MAIL = "mail", "邮寄送达"
        ELECTRONIC = "electronic", "电子送达"
        ENTRUSTED = "entrusted", "委托送达"
        ANNOUNCED = "announced", "公告送达"

    correction = models.ForeignKey(
        Correction, verbose_name="责令改正", on_delete=models.PROTECT, related_name="receipts"
    )
    manner = models.CharField("送达方式", max_length=10, choices=Manner.choices)
    served_on = models.DateField("送达日期")
    received_by = models.CharField("签收人", max_length=60, blank=True)
    note = models.CharField("没有签收的情况", max_length=300, blank=True)
    file = models.ForeignKey(
        "records.VaultFile", verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("文件名称", max_length=200)
    by = models.ForeignKey(
        "people.Account", verbose_name="存入人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("存入时间", auto_now_add=True)

    class Meta:
        verbose_name = "责令改正送达回证"
        ordering = ["correction", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["correction", "file"], name="order_receipt_once"),
            models.CheckConstraint(
                condition=~Q(received_by="") | ~Q(note=""), name="order_receipt_signed_or_why_not"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correction_id} {self.in_words}"

    @property
    def in_words(self) -> str:
        """How, when and by whom: "直接送达，2026-11-28，王某签收"."""
        signed = f"{self.received_by}签收" if self.received_by else "未签收"
        said = [self.get_manner_display(), str(self.served_on), signed, self.note]
        return "，".join(one for one in said if one)


class Clue(models.Model):
    """A result that asks for other work (后续处置线索), in the inbox of the unit responsible. A case.

    `addressed` says why that unit, where another might have been expected.
    """

    class Kind(models.TextChoices):
        ABNORMAL = "abnormal", "列入经营异常名录"
        UNCOOPERATIVE = "uncooperative", "公示不配合检查"
        CASE = "case", "立案线索"
        HANDOVER = "handover", "移送其他机关"

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    part = models.ForeignKey(
        "inspections.Part", verbose_name="部门检查", on_delete=models.PROTECT, related_name="clues"
    )
    kind = models.CharField("种类", max_length=14, choices=Kind.choices)
    text = models.CharField("线索内容", max_length=2000)
    rule = models.CharField("开启依据", max_length=400)
    addressed = models.CharField("送交依据", max_length=400, blank=True)
    outcome = models.CharField("处置情况", max_length=1000, blank=True)
    document = models.CharField("处置文书号", max_length=100, blank=True)

    class Meta:
        verbose_name = "后续处置线索"
        constraints = [models.UniqueConstraint(fields=["part", "kind"], name="clue_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()}"
