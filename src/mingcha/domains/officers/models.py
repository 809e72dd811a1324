"""The register of officers, their absences, and the warning before a certificate runs out."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from mingcha.base.intervals import never_overlap, same, same_text

# The pairs of characters of name, certificate and body, as a tsvector (tags n and a).
PAIRS = models.Func(F("name"), F("certificate"), F("body"), function="mingcha_pairs")


class Officer(models.Model):
    """An enforcement officer by certificate (执法证). A projection of the officer table's facts.

    `body` is the name the record gives, `organisation` the body here that bears it, if any.
    `areas` are codes of divisions, or beginnings of them, in which the certificate holds; empty is
    everywhere. `fields` are the kinds of enforcement (执法类别) on it; empty is any.
    """

    certificate = models.CharField("执法证号", max_length=100, unique=True)
    name = models.CharField("姓名", max_length=50)
    body = models.CharField("所属主体", max_length=100)
    organisation = models.ForeignKey(
        "people.Organisation",
        verbose_name="对应机构",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    kind = models.CharField(
        "人员性质", max_length=2, blank=True, help_text="代码表“执法人员性质”，05 辅助人员"
    )
    is_supervisor = models.BooleanField("监督人员", default=False)
    issued_by = models.CharField("发证机关", max_length=100, blank=True)
    valid_to = models.DateField("证件有效期", null=True, blank=True)
    region = models.CharField("行政区划代码", max_length=6, blank=True)
    areas = ArrayField(models.CharField(max_length=6), verbose_name="执法区域", default=list)
    fields = ArrayField(models.CharField(max_length=60), verbose_name="执法类别", default=list)
    fact_id = models.BigIntegerField("来源记录")
    search = models.GeneratedField(
        expression=PAIRS,
        output_field=SearchVectorField(),
        db_persist=True,
        verbose_name="检索",
    )

    class Meta:
        verbose_name = "执法人员"
        ordering = ["certificate"]
        indexes = [
            GinIndex(fields=["search"], name="officer_search"),
            models.Index(fields=["organisation", "valid_to"], name="officer_body"),
            models.Index(fields=["valid_to"], name="officer_valid_to"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.certificate}）"


class CertificateHolder(models.Model):
    """Which account belongs to the holder of a certificate (持证账号): one person, one account.

    What is asked of an officer by name goes to this account. An officer may have none.
    """

    officer = models.OneToOneField(
        Officer, verbose_name="执法人员", on_delete=models.PROTECT, related_name="holder"
    )
    account = models.OneToOneField(
        "people.Account", verbose_name="账号", on_delete=models.PROTECT, related_name="certificate"
    )
    set_at = models.DateTimeField("登记时间", auto_now=True)

    class Meta:
        verbose_name = "持证账号"

    def __str__(self) -> str:
        return f"{self.officer} {self.account}"


class OfficerVersion(models.Model):
    """What the register said of an officer from one day to another (名册历次登记); kept from its first day on.

    `since` and `until` are the first and the last day at whose end it said so; changes of one day
    are one. The public list and who might inspect on a day that is over are told from here.
    """

    certificate = models.CharField("执法证号", max_length=100)
    name = models.CharField("姓名", max_length=50)
    body = models.CharField("所属主体", max_length=100)
    organisation = models.ForeignKey(
        "people.Organisation", verbose_name="对应机构", on_delete=models.PROTECT, null=True,
        related_name="+",
    )  # fmt: skip
    kind = models.CharField("人员性质", max_length=2, blank=True)
    valid_to = models.DateField("证件有效期", null=True, blank=True)
    region = models.CharField("行政区划代码", max_length=6, blank=True)
    areas = ArrayField(models.CharField(max_length=6), verbose_name="执法区域", default=list)
    fields = ArrayField(models.CharField(max_length=60), verbose_name="执法类别", default=list)
    fact_id = models.BigIntegerField("来源记录")
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    search = models.GeneratedField(
        expression=PAIRS,
        output_field=SearchVectorField(),
        db_persist=True,
        verbose_name="检索",
    )

    class Meta:
        verbose_name = "执法人员历次登记"
        ordering = ["certificate", "since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="officer_version_days_in_order",
            ),
            never_overlap("officer_version_once_a_day", same_text("certificate")),
        ]
        indexes = [
            models.Index(fields=["certificate", "since"], name="officer_version_of"),
            GinIndex(fields=["search"], name="officer_version_search"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.certificate}）{self.since}"


class Absence(models.Model):
    """Days on which an officer does not inspect (离岗): seconded, ill, on leave, suspended."""

    officer = models.ForeignKey(
        Officer, verbose_name="执法人员", on_delete=models.PROTECT, related_name="absences"
    )
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = "离岗"
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="absence_dates_in_order",
            ),
            never_overlap("absence_once_a_day", same("officer_id")),
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.since}"


class Renewal(models.Model):
    """A certificate that runs out (证件到期提醒); its state and day live in its case."""

    case = models.OneToOneField(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, primary_key=True
    )
    officer = models.ForeignKey(
        Officer, verbose_name="执法人员", on_delete=models.PROTECT, related_name="renewals"
    )
    valid_to = models.DateField("到期日")

    class Meta:
        verbose_name = "证件到期提醒"
        constraints = [models.UniqueConstraint(fields=["officer", "valid_to"], name="renewal_once")]

    def __str__(self) -> str:
        return f"{self.officer} {self.valid_to}"
