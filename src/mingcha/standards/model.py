"""The shape of a declaration: what a table of the data standard may say about itself.

A declaration is YAML (`tables/*.yaml`), read strictly: an unknown key is an error that names it.
Everything that checks, stores, documents, masks or exchanges data follows from these classes.
"""

from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator
from pydantic import Field as Given

from mingcha.standards.shelving import CatalogSpec, LawSpec, MappingSpec, PointSpec
from mingcha.standards.strict import Strict


class Share(StrEnum):
    """Share level (共享级别): who may see a value (architecture.md 8)."""

    PUBLIC = "public"  # 公开: anybody
    SHARED = "shared"  # 共享: officials, while the provider's consent stands
    INTERNAL = "internal"  # 内部: the provider's unit and its line above
    SENSITIVE = "sensitive"  # 敏感: a named person for a named case; each look is an act


class Severity(StrEnum):
    """What a failed check does to its row."""

    REFUSE = "refuse"  # 退回: back to its provider with the reason
    WAIT = "wait"  # 待核: what it refers to is not here yet; kept aside and checked again
    WARN = "warn"  # 提示: taken in, and pointed out


class FieldType(StrEnum):
    """What a cell holds. Canonical text in brackets: what payloads, hashes and exports carry."""

    TEXT = "text"  # 文本 (as is, NFC, trimmed)
    CODE = "code"  # 代码 (the code, never its label)
    REGION = "region"  # 行政区划代码 (six digits, GB/T 2260)
    DATE = "date"  # 日期 (YYYY-MM-DD)
    YEAR = "year"  # 年度 (four digits)
    NUMBER = "number"  # 数值 (plain decimal, no exponent, no trailing zeros)
    RATIO = "ratio"  # 比例 (plain decimal, 0 to 1)
    BOOLEAN = "boolean"  # 是否 ("是" or "否")
    LIST = "list"  # 列表 (parts joined by "、")
    USCC = "uscc"  # 统一社会信用代码 (18, GB 32100-2015)
    RESIDENT_ID = "resident-id"  # 公民身份号码 (18, GB 11643-1999)
    USCC_OR_ID = "uscc|resident-id"  # 相对人编码: which of the two the certificate type says
    ITEM = "item"  # 监管事项目录编码 (14 digits)
    CHECKLIST = "checklist"  # 检查实施清单编码 (USCC of the body, level 1..5, tail)


class FieldSpec(Strict):
    """One field (字段) of a table."""

    label: str
    aliases: tuple[str, ...] = ()  # other headers this field is known by
    type: FieldType = FieldType.TEXT
    required: bool = False
    max: int | None = None  # characters
    exact: int | None = None  # characters
    at_least: int | None = None  # parts of a list
    codes: str | None = None  # name of a code table; only with type code or list (each part)
    share: Share | None = None  # None: the table's level
    share_if_person: Share | None = None  # level where the row's subject is a natural person
    mask: Literal["name", "id", "phone", "address", "all"] | None = None
    unit: str = ""  # of a number, as people write it after the figure: 元, 万元
    basis: str = ""
    note: str = ""


def _one_or_several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


# The field with a code; or the fields that together identify what has no code (自然键).
Identity = Annotated[tuple[str, ...], BeforeValidator(_one_or_several)]


# Who can be dealt with: entities, persons, bodies. A device, a product's licence, premises or whatever
# else is listed as an object bears its owner's name and is not whom a complaint is about.
OBJECT_KINDS: Final = "supervise_object_type"
WHO: Final = ("1", "2", "10")


class SubjectSpec(Strict):
    """Which fields say whom the record concerns (监管对象 / 行政相对人).

    `scheme` is fixed ("uscc"), or `scheme_from` names a certificate-type field whose code decides
    (001 → uscc, 111 → resident-id, anything else → "cert-<code>"). Without a value the subject is
    nameless: (provider, normalised name, address). `kinds` are the kinds of objects (代码表
    supervise_object_type) that it may be when it is looked for by name; a code decides by itself.
    """

    scheme: str | None = None
    scheme_from: str | None = None
    value: Identity = ()
    name: str | None = None
    address: tuple[str, ...] = ()  # the first that is filled counts
    region: str | None = None
    person_when: tuple[str, str] | None = None  # (field, value) saying it is a natural person
    kinds: Annotated[tuple[str, ...], Given(min_length=1)] = WHO

    @property
    def code(self) -> str | None:
        """The field with the subject's code; None where several fields identify it, or none does."""
        return self.value[0] if len(self.value) == 1 else None


class RegionBy(StrEnum):
    """How a field tells in which division an object is."""

    STATED = "stated"  # it holds the division's code
    AUTHORITY = "authority"  # the registering authority's code, where it begins with a division's
    ADDRESS = "address"  # an address that names the division
    USCC = "uscc"  # places 3 to 8 of a credit code (登记管理机关行政区划码, GB 32100-2015)


class RegionSource(Strict):
    """One field that tells a division, and how."""

    field: str
    by: RegionBy = RegionBy.STATED


def _as_sources(given: Any) -> Any:
    listed = given if isinstance(given, list | tuple) else [given]
    return tuple({"field": one} if isinstance(one, str) else one for one in listed)


class RegisterSpec(Strict):
    """How a register table (对象库) fills the register of parties.

    `identifiers` (scheme → field, or fields that identify together) are all that the object is
    known by; the first that is filled decides which party it is, so at least one is always filled.

    `region` lists where its division may be found, the surest first. The first field that tells a
    known division counts, abolished ones too; a later one may only say it more finely (城市 → 区县).
    A credit code keeps the division where it was first given, so it comes last.
    """

    kind: str  # 监管行为监管对象类型: 1..11
    subkind: str = ""  # our own finer word, e.g. "enterprise", "individual"
    name: tuple[str, ...]  # parts joined by a space
    identifiers: dict[str, Identity]
    address: tuple[str, ...] = ()
    region: Annotated[tuple[RegionSource, ...], BeforeValidator(_as_sources)] = ()
    industry: str | None = None
    status: str | None = None
    legal_person: str | None = None
    founded_on: str | None = None
    changed_on: str | None = (
        None  # field with the day of the last change that was approved (核准日期)
    )
    ended_on: str | None = None  # field with the day on which it was revoked or struck off
    longitude: str | None = None
    latitude: str | None = None
    owner: str | None = None  # field with the USCC of the party that answers for the object


class RelationSpec(Strict):
    """How a table tells that two entities stand in a relation (主体关系), from a day on.

    The record's subject is the one; `other` holds the USCC of the other, `other_name` its name.
    `relation` is a field with a code of the code table party_relation.
    """

    relation: str
    other: str
    other_name: str
    since: str
    until: str | None = None


class DayOf(Strict):
    """The day is that of the record which a reference leads to: the record itself has none."""

    reference: str  # its name


class ItemSpec(Strict):
    """Which fields say under what item the act was done (监管事项), and whose items these are.

    `scheme` is the catalogue table that lists the items: the national one, or a city's own. A code
    means something in its own scheme only; the reference that checks it names the same one.
    """

    item: str
    scheme: str = "item"
    checklist: str | None = None
    body: str | None = None  # field with the code of the implementing body
    name: str | None = None  # field with the name of the act, by which near items are looked for


class OfficerSpec(Strict):
    """How an officer table fills the register of officers (执法人员)."""

    certificate: str
    name: str
    body: str
    valid_to: str | None = None
    region: str | None = None
    fields: str | None = None  # 执法类别
    area: str | None = None  # 执法区域
    kind: str | None = None  # 执法人员性质
    issued_by: str | None = None
    is_supervisor: str | None = None


class OrderRule(Strict):
    """`later` must not lie before `earlier` (dates)."""

    kind: Literal["order"]
    name: str
    later: str
    earlier: str
    severity: Severity = Severity.REFUSE
    national: str = "10"


class RequiredWhenRule(Strict):
    """`field` must be filled when `when` holds one of `values`."""

    kind: Literal["required-when"]
    name: str
    field: str
    when: str
    values: tuple[str, ...]
    severity: Severity = Severity.REFUSE
    national: str = "01"


class SameCountRule(Strict):
    """Two lists must have the same number of parts."""

    kind: Literal["same-count"]
    name: str
    fields: tuple[str, str]
    severity: Severity = Severity.WARN
    national: str = "08"


class NotFutureRule(Strict):
    """A date must not lie after the day of intake."""

    kind: Literal["not-future"]
    name: str
    field: str
    severity: Severity = Severity.REFUSE
    national: str = "10"


class RangeRule(Strict):
    """A number must lie within [low, high]; either end may be open."""

    kind: Literal["range"]
    name: str
    field: str
    low: str | None = None
    high: str | None = None
    severity: Severity = Severity.REFUSE
    national: str = "01"


Rule = Annotated[
    OrderRule | RequiredWhenRule | SameCountRule | NotFutureRule | RangeRule,
    Given(discriminator="kind"),
]


CATALOGUES = ("item", "checklist")  # what a Reference may lead to by scheme and code


class Reference(Strict):
    """What a row points at, and what happens when that is not here.

    `to` is "item" (in force on the day for that body and level), "checklist", "officer" (certificate
    valid on the day) or "<table>.<field>" (a fact already taken in, by its source key). `scheme` is
    the catalogue table in which an item or a checklist is looked up, if it is not the national one.
    """

    name: str
    field: str
    to: str
    scheme: str | None = None
    severity: Severity = Severity.WAIT
    national: str = "08"

    @property
    def catalogue(self) -> str | None:
        """The catalogue table that is looked into; None where `to` is no item and no checklist."""
        return (self.scheme or self.to) if self.to in CATALOGUES else None


class KeySpec(Strict):
    """What makes a row one record of its provider (业务主键).

    `fields` joined by "|". With `counted`, equal keys in one file are told apart by counting them
    (#1, #2, …): for sources where the very same line stands twice and means two things.
    """

    fields: tuple[str, ...]
    counted: bool = False


class FormSection(Strict):
    """Fields that a clerk fills in together (填写分组), in this order.

    `more` are fields that the platform fills in by itself, or that are seldom needed: they stay
    folded until one of them has to be looked at.
    """

    label: str
    fields: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


class FormSpec(Strict):
    """How a table is filled in by hand (在线录入): order, what is known already, numbers.

    Fields that stand in no section follow in one of their own. `fill` names, per field, what the
    platform knows: facts of form.FACTS such as "party.name", of which the first that is known
    counts ("|" between them), or "=" and a text in which {field} stands for another field.
    `number` is the pattern of the next record number (numbering.Pattern) where the provider has set
    none. `examples`: field → what one may write.
    """

    sections: tuple[FormSection, ...] = ()
    fill: dict[str, str] = {}
    number: str | None = None
    examples: dict[str, str] = {}


class Retired(Strict):
    """A field that no longer counts, what replaces it, and until when it is still read."""

    replaced_by: str | None = None
    until: date


class Family(StrEnum):
    """What a table is about; decides where its rows appear in a dossier."""

    REGISTER = "register"  # 监管对象
    LICENCE = "licence"  # 行政许可
    INSPECTION = "inspection"  # 行政检查
    PENALTY = "penalty"  # 行政处罚
    COERCION = "coercion"  # 行政强制
    OTHER = "other"  # 其他行为
    COMPLAINT = "complaint"  # 投诉举报
    CREDIT = "credit"  # 信用
    PLAN = "plan"  # 双随机
    KNOWLEDGE = "knowledge"  # 知识库
    CATALOG = "catalog"  # 事项与清单
    OFFICER = "officer"  # 执法人员


class Table(Strict):
    """One table (数据表) of the data standard."""

    name: str  # English key; also the file's name
    label: str
    aliases: tuple[str, ...] = ()
    family: Family
    basis: str
    owner: str
    version: int
    since: date
    share: Share
    description: str = ""
    key: KeySpec
    # The date field with the day it happened, or the year field (then 1 January of it stands for
    # the year), or the record that has the day; None, or nothing there: the day of intake.
    occurred_on: str | DayOf | None = None
    subject: SubjectSpec | None = None
    register_as: RegisterSpec | None = None
    item: ItemSpec | None = None
    catalog_as: CatalogSpec | None = None
    point_as: PointSpec | None = None
    mapping_as: MappingSpec | None = None
    law_as: LawSpec | None = None
    officer_as: OfficerSpec | None = None
    relation_as: RelationSpec | None = None
    headline: tuple[str, ...] = ()  # fields that make one line of a timeline
    fields: dict[str, FieldSpec]
    rules: tuple[Rule, ...] = ()
    references: tuple[Reference, ...] = ()
    retired: dict[str, Retired] = {}
    form: FormSpec = FormSpec()

    def kinds_of_subject(self) -> dict[str, frozenset[str]]:
        """Scheme → the kinds of objects that the table's subject may be; "" if it has no code."""
        if self.register_as is not None:
            return dict.fromkeys(self.register_as.identifiers, frozenset({self.register_as.kind}))
        if self.subject is None:
            return {}
        schemes = (self.subject.scheme,) if self.subject.scheme else ("uscc", "resident-id")
        return dict.fromkeys(("", *schemes), frozenset(self.subject.kinds))

    @property
    def day_field(self) -> str | None:
        """The table's own field with the day or year it happened, if it has one."""
        return self.occurred_on if isinstance(self.occurred_on, str) else None

    @property
    def day_reference(self) -> Reference | None:
        """The reference to the record that has the day, if that is where it is."""
        if not isinstance(self.occurred_on, DayOf):
            return None
        named = self.occurred_on.reference
        return next(reference for reference in self.references if reference.name == named)


class Code(Strict):
    """One code (代码) with the dates it may be used."""

    code: str
    label: str
    parent: str = ""
    since: date | None = None
    until: date | None = None
    aliases: tuple[str, ...] = ()  # other writings of the code or its label, e.g. "C1311"
    note: str = ""


class CodeTable(Strict):
    """One code table (代码表)."""

    name: str
    label: str
    basis: str
    version: int
    since: date
    codes: tuple[Code, ...]
    note: str = ""

    @cached_property
    def labels(self) -> dict[str, str]:
        """code → label."""
        return {code.code: code.label for code in self.codes}

    def label_of(self, value: str) -> str:
        """The label of a code, or of each code of a list ("、"); an unknown code stays as it is."""
        return "、".join(self.labels.get(part, part) for part in value.split("、"))

    @cached_property
    def writings(self) -> dict[str, str]:
        """Every accepted writing → its code: codes, then aliases, then labels.

        A label that stands for several codes is left out, unless one of them lies under all the
        others (a class whose only subclass bears its name): then it means that one.
        """
        parents = {code.code: code.parent for code in self.codes}
        bearers: dict[str, list[str]] = {}
        for code in self.codes:
            bearers.setdefault(code.label, []).append(code.code)
        chains = {label: sorted(codes, key=len) for label, codes in bearers.items()}
        plain = {label: codes[-1] for label, codes in chains.items() if _is_chain(codes, parents)}
        aliases = {alias: code.code for code in self.codes for alias in code.aliases}
        return plain | aliases | {code: code for code in parents}


def _is_chain(codes: list[str], parents: dict[str, str]) -> bool:
    return all(parents[below] == above for above, below in pairwise(codes))
