"""The law book: items and checklists, their dated versions, and who published what when.

An entry (`Item`, `Checklist`) is what stays the same; a version is what it says from a day on. No
two versions of an entry hold on one day: an exclusion constraint sees to it. What a version says
never changes. Its last day may, when a later version comes; each such change is a term, and terms
are never changed, so it stays known which days the book gave a version at any past moment.
"""

from collections.abc import Mapping
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Deferrable, F, Q, Value

from mingcha.base.days import local_day
from mingcha.base.intervals import never_overlap, same
from mingcha.domains.catalog.models.kinds import Change, Kind
from mingcha.domains.catalog.models.objections import (
    Objection,
    ObjectionFile,
    Objector,
    Remedy,
)
from mingcha.domains.catalog.models.work import (
    Answer,
    ClaimRound,
    Draft,
    ItemClaim,
    ItemException,
    LawChange,
    LawDeed,
)

__all__ = [
    "Answer",
    "Change",
    "CheckPoint",
    "Checklist",
    "ChecklistTerm",
    "ChecklistVersion",
    "Citation",
    "ClaimRound",
    "Draft",
    "Entry",
    "Item",
    "ItemClaim",
    "ItemException",
    "ItemMapping",
    "ItemTerm",
    "ItemVersion",
    "Kind",
    "LawChange",
    "LawDeed",
    "Objection",
    "ObjectionFile",
    "Objector",
    "Publication",
    "Remedy",
    "Version",
]

# table → what the app role may write there beside reading it: what was said is never unsaid.
_VERSION = ("INSERT", "UPDATE (until, displaced_by_id)")
PROTECTED: Final[Mapping[str, tuple[str, ...]]] = {
    "catalog_publication": ("INSERT",),
    "catalog_itemterm": ("INSERT",),
    "catalog_checklistterm": ("INSERT",),
    "catalog_citation": ("INSERT",),
    "catalog_itemversion": _VERSION,
    "catalog_checklistversion": _VERSION,
    "catalog_checkpoint": ("INSERT", "UPDATE (displaced_by_id)"),
}

STANDING = Q(displaced_by__isnull=True)
# The pairs of characters of the name, as a tsvector (tag n).
PAIRS = models.Func(F("name"), Value(""), Value(""), function="mingcha_pairs")


class Publication(models.Model):
    """One deed that changed the book (发布): what, by whom, on which case or file, and why.

    `body` is the publishing body: a department whose change was reviewed (`case`), or the provider
    of a list that was handed in (`batch`). Insert-only.
    """

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    change = models.CharField("动作", max_length=10, choices=Change.choices)
    body = models.ForeignKey(
        "people.Organisation", verbose_name="发布单位", on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        "people.Account",
        verbose_name="发布人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    case = models.ForeignKey(
        "cases.Case", verbose_name="办件", on_delete=models.PROTECT, null=True, related_name="+"
    )
    batch = models.CharField("报送批次", max_length=20, blank=True)
    reason = models.CharField("理由", max_length=1000, blank=True)
    at = models.DateTimeField("发布时间", auto_now_add=True)

    class Meta:
        verbose_name = "发布"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.get_change_display()} {local_day(self.at)}"


class Entry(models.Model):
    """What items and checklists share as things that last: scheme and code, and who answers.

    `scheme` is the catalogue table that lists it: the national one, or a city's own. A code means
    something in its scheme only.
    """

    scheme = models.CharField("编码体系", max_length=40, help_text="登记它的数据表，如 item")
    code = models.CharField("编码", max_length=100)
    owner = models.ForeignKey(
        "people.Organisation", verbose_name="归口单位", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class Item(Entry):
    """A supervision item (监管事项): a main item (主项), or a sub-item (子项) under one.

    `origin` is a code of 事项来源: which list it comes from, and at which level it was added.
    """

    is_main = models.BooleanField("主项", default=False)
    main = models.ForeignKey(
        "self", verbose_name="所属主项", on_delete=models.PROTECT, null=True, related_name="subs"
    )
    origin = models.CharField("事项来源", max_length=10)

    class Meta:
        verbose_name = "监管事项"
        ordering = ["scheme", "code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="item_code_once")]


class Checklist(Entry):
    """How a body carries out an inspection item (检查实施清单)."""

    item = models.ForeignKey(
        Item,
        verbose_name="监管事项",
        on_delete=models.PROTECT,
        null=True,
        related_name="checklists",
    )

    class Meta:
        verbose_name = "检查实施清单"
        ordering = ["scheme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="checklist_code_once")
        ]


class Version(models.Model):
    """What an entry says from `since` to `until`, the last day included; None is for ever.

    `content` holds the declared fields of its table as canonical text, the other columns are read
    from it. `said_until` is the last day as stated, `until` that day or the day before the next
    version begins. `displaced_by`: a publication put another version in its place from its first
    day on, or took it back. Only then, and in `until`, does a row ever change.
    """

    number = models.PositiveIntegerField("版次")
    name = models.CharField("名称", max_length=500)
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True, blank=True)
    said_until = models.DateField("声明的失效日期", null=True, blank=True)
    status = models.CharField("状态", max_length=10, help_text="代码表“事项状态”，01 在用")
    body = models.CharField("实施机构代码", max_length=18, blank=True)
    levels = ArrayField(models.CharField(max_length=1), verbose_name="行使层级", default=list)
    region = models.CharField("适用区划", max_length=6, blank=True)
    content = models.JSONField("内容")
    fact_id = models.BigIntegerField("来源记录", null=True)
    publication = models.ForeignKey(
        Publication, verbose_name="发布", on_delete=models.PROTECT, related_name="+"
    )
    displaced_by = models.ForeignKey(
        Publication, verbose_name="替代于", on_delete=models.PROTECT, null=True, related_name="+"
    )
    search = models.GeneratedField(
        expression=PAIRS, output_field=SearchVectorField(), db_persist=True, verbose_name="检索"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="%(class)s_days_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.number} 版"

    @property
    def entry(self) -> Entry:
        """The item or checklist it is a version of."""
        raise NotImplementedError


class ItemVersion(Version):
    """What a supervision item says from a day on (事项版本)."""

    item = models.ForeignKey(
        Item, verbose_name="监管事项", on_delete=models.PROTECT, related_name="versions"
    )
    action_kind = models.CharField("监管行为类型", max_length=10, blank=True)
    department = models.CharField("监管部门", max_length=10, blank=True)

    class Meta(Version.Meta):
        verbose_name = "事项版本"
        ordering = ["item", "since"]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(fields=["item", "number"], name="item_version_number_once"),
            never_overlap(
                "item_versions_never_overlap",
                same("item_id"),
                condition=STANDING,
                deferrable=Deferrable.DEFERRED,
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="item_version_search")]

    @property
    def entry(self) -> Item:
        """The item it is a version of."""
        return self.item


class ChecklistVersion(Version):
    """What a checklist says from a day on (清单版本)."""

    checklist = models.ForeignKey(
        Checklist, verbose_name="检查实施清单", on_delete=models.PROTECT, related_name="versions"
    )
    item_code = models.CharField("监管事项目录编码", max_length=100, blank=True, db_index=True)

    class Meta(Version.Meta):
        verbose_name = "清单版本"
        ordering = ["checklist", "since"]
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(
                fields=["checklist", "number"], name="checklist_version_number_once"
            ),
            never_overlap(
                "checklist_versions_never_overlap",
                same("checklist_id"),
                condition=STANDING,
                deferrable=Deferrable.DEFERRED,
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="checklist_version_search")]

    @property
    def entry(self) -> Checklist:
        """The checklist it is a version of."""
        return self.checklist


class Term(models.Model):
    """The days that a publication gave a version; `is_void`: none at all. Insert-only.

    The term of the latest publication is what stands; the terms up to a past moment are what stood
    then.
    """

    publication = models.ForeignKey(
        Publication, verbose_name="发布", on_delete=models.PROTECT, related_name="%(class)ss"
    )
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True)
    is_void = models.BooleanField("不再生效", default=False)

    class Meta:
        abstract = True


class ItemTerm(Term):
    """The days of an item's version, as a publication left them (事项效力期间)."""

    version = models.ForeignKey(
        ItemVersion, verbose_name="事项版本", on_delete=models.PROTECT, related_name="terms"
    )

    class Meta:
        verbose_name = "事项效力期间"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.version_id} {self.since}"


class ChecklistTerm(Term):
    """The days of a checklist's version, as a publication left them (清单效力期间)."""

    version = models.ForeignKey(
        ChecklistVersion, verbose_name="清单版本", on_delete=models.PROTECT, related_name="terms"
    )

    class Meta:
        verbose_name = "清单效力期间"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.version_id} {self.since}"


class CheckPoint(models.Model):
    """One check item of a checklist (检查内容): the inspector marks 合格、不合格、未检查 or 合理缺项.

    `content` holds the declared fields of the table of check items. Rows never change: a corrected
    one displaces the one before.
    """

    version = models.ForeignKey(
        ChecklistVersion, verbose_name="清单版本", on_delete=models.PROTECT, related_name="points"
    )
    number = models.PositiveIntegerField("序号")
    content = models.JSONField("内容")
    fact_id = models.BigIntegerField("来源记录", null=True)
    publication = models.ForeignKey(
        Publication, verbose_name="发布", on_delete=models.PROTECT, related_name="+"
    )
    displaced_by = models.ForeignKey(
        Publication, verbose_name="替代于", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "检查内容"
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "number"], condition=STANDING, name="check_point_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.number}"


class Citation(models.Model):
    """A place of a law on which a version rests (设定依据条款), down to article, paragraph, point.

    Read from the text of the version; 0 where the text does not go so deep. `field` is the declared
    field in which it stands.
    """

    item_version = models.ForeignKey(
        ItemVersion,
        verbose_name="事项版本",
        on_delete=models.PROTECT,
        null=True,
        related_name="citations",
    )
    checklist_version = models.ForeignKey(
        ChecklistVersion,
        verbose_name="清单版本",
        on_delete=models.PROTECT,
        null=True,
        related_name="citations",
    )
    field = models.CharField("字段", max_length=40)
    law = models.CharField("法律法规", max_length=300)
    article = models.PositiveIntegerField("条", default=0)
    sub = models.PositiveIntegerField("条之", default=0)
    paragraph = models.PositiveIntegerField("款", default=0)
    point = models.PositiveIntegerField("项", default=0)

    class Meta:
        verbose_name = "设定依据条款"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item_version__isnull=True) ^ Q(checklist_version__isnull=True),
                name="citation_of_one_version",
            )
        ]
        indexes = [models.Index(fields=["law", "article"], name="citation_law")]

    def __str__(self) -> str:
        return f"《{self.law}》第{self.article}条"


class ItemMapping(models.Model):
    """Which item of ours stands for which national one (事项映射), as the mapping sheet says.

    `relation` is a code of 事项对应关系.
    """

    scheme = models.CharField("编码体系", max_length=40)
    local_code = models.CharField("本地事项编码", max_length=100)
    national_code = models.CharField("国家事项编码", max_length=100, db_index=True)
    relation = models.CharField("对应关系", max_length=10)
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True)
    fact_id = models.BigIntegerField("来源记录")

    class Meta:
        verbose_name = "事项映射"
        ordering = ["scheme", "local_code", "national_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "local_code", "national_code"], name="item_mapping_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.local_code} → {self.national_code}"
