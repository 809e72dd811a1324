"""How a table fills the catalogue (目录): items and checklists, check items, and mappings of items."""

from typing import Literal

from mingcha.standards.strict import Strict


class CodingSpec(Strict):
    """How codes of a catalogue are formed here (编码规则): the digits of each part, in this order.

    A main item ends in zeros where a sub-item has its running number.
    """

    origin: int  # 事项来源, 0 for the national list
    department: int  # 监管部门
    serial: int  # running number of the main item
    sub: int  # running number under the main item


class CatalogSpec(Strict):
    """How a catalogue table fills the catalogue of items or checklists (事项、检查实施清单).

    `levels` is a list field of 行使层级 codes (empty = every level); `since`/`until` bound the days
    on which the entry is in force, the last day included. The last group are fields of items only.
    """

    kind: Literal["item", "checklist"]
    code: str
    name: str
    since: str
    until: str | None = None
    status: str | None = None  # field with 事项状态; only "01" is in force
    item: str | None = None  # checklist: the item it belongs to
    body: str | None = None  # field with the USCC of the only body that may use it
    levels: str | None = None
    region: str | None = None
    bases: tuple[str, ...] = ()  # fields that cite laws (设定依据、处罚依据)

    is_main: str | None = None  # field with 主项子项
    main: str | None = None  # field with the code of the main item
    action: str | None = None  # field with 监管行为类型
    department: str | None = None  # field with 监管部门
    origin: str | None = None  # field with 事项来源
    coding: CodingSpec | None = None


class PointSpec(Strict):
    """How a table fills the check items of a checklist (检查内容): one row each, in order.

    A row belongs to the version of its checklist that begins on `since`.
    """

    checklist: str
    since: str
    number: str
    scheme: str = "checklist"  # the catalogue table of the checklists


class LawSpec(Strict):
    """How a table tells that a law is amended or repealed (法律变动), for a second person to confirm.

    `deeds` says which values of `status` mean what; any other is no news. Without `document` or
    where it is empty the row's own `number` is the act that says so.
    """

    law: str
    status: str
    since: str
    number: str
    document: str | None = None
    successor: str | None = None
    deeds: dict[str, Literal["amended", "interpreted", "repealed"]]


class MappingSpec(Strict):
    """How a table says which item of ours stands for which national one (事项映射关系)."""

    local: str
    national: str
    relation: str
    since: str | None = None
    until: str | None = None
    scheme: str = "item"  # the catalogue table of the items, of both sides
