"""Objections to exceptions, as the public makes them."""

from django.db import models
from django.db.models import Q


class Objector(models.TextChoices):
    """Who objects."""

    ENTERPRISE = "enterprise", "企业或其他单位"
    PERSON = "person", "自然人"


class Remedy(models.TextChoices):
    """What becomes of an exception when an objection to it is found right."""

    END = "end", "终止例外"
    SHORTEN = "shorten", "缩短例外期限"
    NONE = "none", "例外已经失效，只作认定"


class Objection(models.Model):
    """An enterprise or a person objects to an exception (监管例外异议). Its clock lives in its case.

    `name` and `contact` are sensitive: masked but for those who handle the case, each look an act.
    They and `reason` stand outside the hashed acts; `salt` goes into their digest there, and with
    it goes the way back. `code_hash` is the SM3 of the query code, which only the objector has;
    `sheet` the digest of the form that was filled in, so that one sent twice is one.
    `answer` is published.
    """

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    exception = models.ForeignKey(
        "catalog.ItemException", verbose_name="监管例外", on_delete=models.PROTECT,
        related_name="objections",
    )  # fmt: skip
    objector = models.CharField("异议人类别", max_length=10, choices=Objector.choices)
    name = models.CharField("异议人", max_length=200)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    contact = models.CharField("联系方式", max_length=200)
    act = models.CharField("所涉监管行为", max_length=500)
    acted_on = models.DateField("监管日期", null=True)
    reason = models.CharField("异议理由", max_length=2000)
    salt = models.BinaryField("随机数")
    code_hash = models.CharField("查询码摘要", max_length=64, unique=True)
    sheet = models.CharField("表单摘要", max_length=64, null=True, unique=True)  # noqa: DJ001  # none of many
    remedy = models.CharField("处理", max_length=10, choices=Remedy.choices, blank=True)
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_on = models.DateField("答复日期", null=True)

    class Meta:
        verbose_name = "监管例外异议"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(objector="person") | ~Q(uscc=""), name="objection_enterprise_has_code"
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | ~Q(answer=""), name="objection_answer_says"
            ),
        ]

    def __str__(self) -> str:
        return str(self.case_id)


class ObjectionFile(models.Model):
    """A file that an objector handed in (异议附件), kept in the vault under its digest.

    Never shown by the platform itself: whoever handles the case takes it away as a file.
    """

    objection = models.ForeignKey(
        Objection, verbose_name="异议", on_delete=models.PROTECT, related_name="files"
    )
    name = models.CharField("文件名", max_length=200)
    digest = models.CharField("文件摘要", max_length=64)
    size = models.BigIntegerField("字节数")
    kind = models.CharField("格式", max_length=10)

    class Meta:
        verbose_name = "异议附件"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
