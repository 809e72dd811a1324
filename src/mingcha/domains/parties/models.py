"""The register of parties, their identifiers, and the keys by which doubtful ones are looked up."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import CombinedExpression

from mingcha.base.ids import PublicIdField
from mingcha.base.intervals import never_overlap, same_text
from mingcha.domains.parties.rules.attributes import LABELS as ATTRIBUTE_LABELS

ATTRIBUTES = [(str(attribute), label) for attribute, label in ATTRIBUTE_LABELS.items()]

# The name and the others by which it is found, in one text.
ALL_NAMES = CombinedExpression(F("name"), "||", F("also"))
# The pairs of characters of names and code (tag n) and of the address (tag a), as a tsvector.
PAIRS = models.Func(ALL_NAMES, F("code"), F("address"), function="mingcha_pairs")


class Party(models.Model):
    """One entity of the register (监管对象): what we believe today, made from facts.

    Its history is in the facts; this row is the projection that lists and searches read.
    `is_registered` is false for an entity known only from acts about it (未登记). One that a
    person found to be another has gone into that one (`merged_into`, the last of the line); one that
    nothing means any more is void. `also` holds its former and other names, each after a "｜".
    """

    public_id = PublicIdField("对象编号", max_length=32)
    kind = models.CharField("对象类型", max_length=2, help_text="代码表“监管行为监管对象类型”")
    subkind = models.CharField("细类", max_length=40, blank=True)
    name = models.CharField("名称", max_length=600)
    code = models.CharField("主要代码", max_length=200, blank=True, db_index=True)
    region = models.CharField("行政区划代码", max_length=6, blank=True)
    region_by = models.CharField(
        "区划依据",
        max_length=10,
        blank=True,
        help_text="行政区划由什么得出：stated 记录写明，authority 登记机关，address 地址，uscc 统一社会信用代码",
    )
    industry = models.CharField("行业代码", max_length=10, blank=True)
    address = models.CharField("地址", max_length=600, blank=True)
    status = models.CharField("登记状态", max_length=600, blank=True)
    legal_person = models.CharField("负责人", max_length=600, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    owner = models.ForeignKey(
        "self",
        verbose_name="责任主体",
        on_delete=models.PROTECT,
        null=True,
        related_name="objects_owned",
    )
    is_registered = models.BooleanField("已登记", default=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="已并入",
        on_delete=models.PROTECT,
        null=True,
        related_name="absorbed",
    )
    is_void = models.BooleanField("空户", default=False, db_default=False)
    also = models.TextField("曾用名和其他名称", blank=True, db_default="")
    fact_id = models.BigIntegerField("来源记录", null=True)
    search = models.GeneratedField(
        expression=PAIRS,
        output_field=SearchVectorField(),
        db_persist=True,
        verbose_name="检索",
    )

    class Meta:
        verbose_name = "监管对象"
        indexes = [
            GinIndex(fields=["search"], name="party_search"),
            models.Index(fields=["name"], name="party_name", opclasses=["text_pattern_ops"]),
            models.Index(fields=["region", "kind"], name="party_region_kind"),
            models.Index(
                fields=["industry"], name="party_industry", opclasses=["text_pattern_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Identifier(models.Model):
    """What a party is known by (标识): (scheme, value), e.g. ("uscc", "9131…").

    What has no code is known by several fields together; see standards.model.RegisterSpec.
    """

    scheme = models.CharField("编码体系", max_length=40)
    value = models.CharField("代码", max_length=800)
    party = models.ForeignKey(
        Party, verbose_name="监管对象", on_delete=models.PROTECT, related_name="identifiers"
    )

    class Meta:
        verbose_name = "标识"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "value"], name="identifier_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class Authority(models.Model):
    """How far a source is to be trusted for one attribute (权威来源, 一数一源), from a day on.

    `rank` 1 is the most authoritative. A table that is not named for an attribute is no source of it.
    `department` narrows the row to providers of one kind (监管部门代码); "" is any provider.
    """

    attribute = models.CharField("属性", max_length=20, choices=ATTRIBUTES)
    table = models.CharField("数据表", max_length=60)
    department = models.CharField("报送单位的监管部门", max_length=2, blank=True)
    rank = models.PositiveSmallIntegerField("次序")
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=300)
    source = models.GeneratedField(
        expression=CombinedExpression(
            CombinedExpression(
                CombinedExpression(F("attribute"), "||", Value("|")), "||", F("table")
            ),
            "||",
            CombinedExpression(Value("|"), "||", F("department")),
        ),
        output_field=models.CharField(max_length=90),
        db_persist=True,
        verbose_name="来源",
    )

    class Meta:
        verbose_name = "权威来源"
        ordering = ["attribute", "rank", "table", "department", "since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="authority_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1) & Q(rank__lte=99) & ~Q(basis=""),
                name="authority_has_rank_and_basis",
            ),
            never_overlap("authority_one_rank_a_day", same_text("source")),
        ]

    def __str__(self) -> str:
        return f"{self.attribute} {self.table} {self.rank}"


class Relation(models.Model):
    """Two entities stand in a relation (主体关系), from a day on: branch, merged, divided, succeeded.

    `kind` is a code of party_relation, said of `party`. Told by a record (`fact_id`), and then as
    that record stands now; or by a person with a reason, and then ended by a person, never changed.
    """

    party = models.ForeignKey(
        Party, verbose_name="主体", on_delete=models.PROTECT, related_name="relations"
    )
    other = models.ForeignKey(
        Party, verbose_name="对方", on_delete=models.PROTECT, related_name="relations_to"
    )
    kind = models.CharField("关系种类", max_length=4)
    since = models.DateField("开始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    record = models.CharField("来源记录", max_length=600, blank=True)
    fact_id = models.BigIntegerField("来源记录编号", null=True)
    reason = models.CharField("依据", max_length=500, blank=True)
    by_id = models.BigIntegerField("登记人", null=True)
    at = models.DateTimeField("登记时间", auto_now_add=True)
    ended_at = models.DateTimeField("撤销时间", null=True)
    ended_by_id = models.BigIntegerField("撤销人", null=True)
    ended_reason = models.CharField("撤销理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "主体关系"
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(party=F("other")), name="relation_between_two_parties"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="relation_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(fact_id__isnull=False) | (Q(by_id__isnull=False) & ~Q(reason="")),
                name="relation_has_its_source",
            ),
            models.UniqueConstraint(
                fields=["record"], condition=~Q(record=""), name="relation_once_per_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.kind} {self.other_id}"


class BlockingKey(models.Model):
    """A key that likely twins of a party share (分块键), made by linking/; never shown."""

    pk = models.CompositePrimaryKey("key", "party_id")
    key = models.CharField("键", max_length=200)
    party = models.ForeignKey(
        Party,
        verbose_name="监管对象",
        on_delete=models.CASCADE,
        related_name="blocking_keys",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        verbose_name = "分块键"

    def __str__(self) -> str:
        return self.key
