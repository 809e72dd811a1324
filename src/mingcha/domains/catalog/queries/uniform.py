"""Whether the whole city names, codes and grounds an item alike (XA21 art. 3, 7: 统一性).

Each finding says which rule is broken, by which entries, and what to do about it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from mingcha.domains.catalog.models import ChecklistVersion, ItemMapping, ItemVersion
from mingcha.domains.catalog.queries.force import checklists_in_force, items_in_force
from mingcha.domains.catalog.rules.citations import citations

KINDS = {
    "same-name": "同名不同码",
    "no-main": "主项不存在",
    "main-name": "主项名称不一致",
    "other-basis": "清单依据与事项不一致",
    "other-name": "清单名称与事项不一致",
    "no-item": "清单的事项不在用",
    "no-checklist": "检查事项没有清单",
    "mapped-action": "映射两端行为类型不同",
}
SAME = "1"  # 对应关系 相同


@dataclass(frozen=True)
class Finding:
    """One thing that is not uniform: its kind, the entry concerned, and a sentence."""

    kind: str
    entry: str  # item or checklist
    scheme: str
    code: str
    name: str
    words: str

    @property
    def label(self) -> str:
        """The kind's Chinese name."""
        return KINDS[self.kind]


class _Book:
    """Everything in force on a day, read once."""

    def __init__(self, on: date) -> None:
        self.items: list[ItemVersion] = list(items_in_force(on=on))
        self.checklists: list[ChecklistVersion] = list(checklists_in_force(on=on))
        self.by_code = {(one.item.scheme, one.item.code): one for one in self.items}


def findings(on: date, *, kind: str = "", words: str = "") -> list[Finding]:
    """Everything that is not uniform on a day, in the order of the kinds."""
    book = _Book(on)
    wanted = [kind] if kind in KINDS else list(KINDS)
    found = [one for name in wanted for one in _RULES[name](book)]
    return [one for one in found if words in one.name or one.code.startswith(words)]


def like(name: str, *, on: date, besides: str = "") -> list[ItemVersion]:
    """The items in force that bear a name: what a draft of that name would double."""
    bare = _bare(name)
    return [v for v in items_in_force(on=on) if _bare(v.name) == bare and v.item.code != besides]


def _same_name(book: _Book) -> Iterator[Finding]:
    by_name: dict[tuple[str, bool], list[ItemVersion]] = {}
    for one in book.items:
        by_name.setdefault((_bare(one.name), one.item.is_main), []).append(one)
    for several in by_name.values():
        for one in several if len(several) > 1 else ():
            others = "、".join(v.item.code for v in several if v.pk != one.pk)
            yield _of_item(one, "same-name", f"与 {others} 同名；请合并为一个编码，或区分名称。")


def _no_main(book: _Book) -> Iterator[Finding]:
    for one in book.items:
        code = one.content.get("main_item_code", "")
        if code and one.item.main_id is None:
            yield _of_item(one, "no-main", f"主项编码 {code} 不在目录中；请报送主项或更正编码。")


def _main_name(book: _Book) -> Iterator[Finding]:
    for one in book.items:
        said = one.content.get("main_item_name", "")
        main = book.by_code.get((one.item.scheme, one.content.get("main_item_code", "")))
        if said and main is not None and _bare(main.name) != _bare(said):
            words = f"所写主项名称为“{said}”，主项 {main.item.code} 的名称为“{main.name}”。"
            yield _of_item(one, "main-name", words)


def _other_basis(book: _Book) -> Iterator[Finding]:
    """A checklist must rest on some law on which its item rests."""
    laws = {key: _laws(one.content.get("basis", "")) for key, one in book.by_code.items()}
    for one in book.checklists:
        own = _laws(one.content.get("check_basis", ""))
        item = laws.get((_scheme(one), one.item_code), set())
        if own and item and not own & item:
            words = f"检查依据 {'、'.join(sorted(own))} 都不在事项 {one.item_code} 的设定依据之中。"
            yield _of_checklist(one, "other-basis", words)


def _other_name(book: _Book) -> Iterator[Finding]:
    for one in book.checklists:
        item = book.by_code.get((_scheme(one), one.item_code))
        if item is not None and _bare(item.name) != _bare(one.name):
            words = f"事项 {one.item_code} 的名称为“{item.name}”；同一事项全市应当同名。"
            yield _of_checklist(one, "other-name", words)


def _no_item(book: _Book) -> Iterator[Finding]:
    for one in book.checklists:
        if one.item_code and (_scheme(one), one.item_code) not in book.by_code:
            words = f"事项 {one.item_code} 当日不在用，据此清单检查将被退回或待核。"
            yield _of_checklist(one, "no-item", words)


def _no_checklist(book: _Book) -> Iterator[Finding]:
    """XA21 art. 11: every inspection sub-item has a checklist."""
    covered = {(_scheme(one), one.item_code) for one in book.checklists}
    for key, one in book.by_code.items():
        if one.action_kind == "01" and not one.item.is_main and key not in covered:
            yield _of_item(one, "no-checklist", "行政检查子项尚未编制检查实施清单。")


def _mapped_action(book: _Book) -> Iterator[Finding]:
    for row in ItemMapping.objects.filter(relation=SAME):
        local = book.by_code.get((row.scheme, row.local_code))
        national = book.by_code.get((row.scheme, row.national_code))
        if local and national and local.action_kind != national.action_kind:
            words = f"映射关系写明与 {row.national_code} 相同，但行为类型不同。"
            yield _of_item(local, "mapped-action", words)


_RULES: dict[str, Callable[[_Book], Iterator[Finding]]] = {
    "same-name": _same_name,
    "no-main": _no_main,
    "main-name": _main_name,
    "other-basis": _other_basis,
    "other-name": _other_name,
    "no-item": _no_item,
    "no-checklist": _no_checklist,
    "mapped-action": _mapped_action,
}


def _of_item(version: ItemVersion, kind: str, words: str) -> Finding:
    return Finding(kind, "item", version.item.scheme, version.item.code, version.name, words)


def _of_checklist(version: ChecklistVersion, kind: str, words: str) -> Finding:
    entry = version.checklist
    return Finding(kind, "checklist", entry.scheme, entry.code, version.name, words)


def _scheme(version: ChecklistVersion) -> str:
    item = version.checklist.item
    return item.scheme if item is not None else "item"


def _laws(text: str) -> set[str]:
    return {f"《{one.law}》" for one in citations(text)}


def _bare(name: str) -> str:
    return "".join(name.split())
