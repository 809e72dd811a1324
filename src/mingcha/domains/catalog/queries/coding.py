"""What a new entry begins with: the next free code, and what the platform knows already."""

from datetime import date

from mingcha.base.people.models import Organisation
from mingcha.domains.catalog import errors
from mingcha.domains.catalog.models import Change, Draft, Item, ItemVersion, Kind
from mingcha.domains.catalog.queries.record import version_on
from mingcha.domains.catalog.queries.shelves import SHELVES, Said
from mingcha.domains.catalog.rules import coding
from mingcha.domains.catalog.rules.keys import IN_USE, MAIN
from mingcha.standards.model import Table

SUB = "2"  # 主项子项
INSPECTION = "01"  # 监管行为类型


def new_item(table: Table, *, owner: Organisation, main: Item | None, on: date) -> dict[str, str]:
    """The fields that a new item begins with: a main item, or a sub-item under one.

    Raises NoCodeLeft.
    """
    over = version_on(main, on) if main is not None else None
    given = {
        "main_or_sub": SUB if main is not None else MAIN,
        "main_item_code": main.code if main is not None else "",
        "main_item_name": over.name if over is not None else "",
        "item_origin": owner.level,
        "department": owner.department or (over.content.get("department", "") if over else ""),
        "exercise_levels": owner.level,
        "area_number": owner.region_id,
        "effective_from": on.isoformat(),
        "item_status": IN_USE,
    }
    code = next_item_code(table, origin=owner.level, department=given["department"], main=main)
    return _known(table, given | {"item_code": code})


def new_checklist(
    table: Table, *, owner: Organisation, item: ItemVersion, on: date
) -> dict[str, str]:
    """The fields that a body's new checklist for an item begins with. Raises NoCodeLeft."""
    given = {
        "checklist_code": next_checklist_code(table, owner=owner, item=item.item.code),
        "checklist_name": item.name,
        "item_code": item.item.code,
        "implement_institution": owner.name,
        "implement_institution_code": owner.uscc,
        "implementer_nature": "02" if owner.kind == Organisation.Kind.AUTHORISED else "01",
        "exercise_level": owner.level,
        "check_object": item.content.get("supervise_object", ""),
        "supervise_object_type": item.content.get("supervise_object_type", ""),
        "check_basis": item.content.get("basis", ""),
        "check_process": item.content.get("process", ""),
        "area_number": owner.region_id,
        "effective_from": max(on, item.since).isoformat(),
        "checklist_status": IN_USE,
    }
    return _known(table, given)


def next_item_code(table: Table, *, origin: str, department: str, main: Item | None) -> str:
    """The next free code under a main item, or of a main item; "" where the list has no pattern.

    Raises NoCodeLeft.
    """
    spec = Said(table, {}).spec.coding
    if spec is None or (main is None and not department):
        return ""
    taken = _taken(Kind.ITEM, table.name, main.code[: -spec.sub] if main is not None else "")
    try:
        if main is not None:
            return coding.sub_code(spec, taken, main=main.code)
        return coding.main_code(spec, taken, origin=origin, department=department)
    except coding.Exhausted as none_left:
        raise errors.NoCodeLeft(prefix=str(none_left)) from none_left


def next_checklist_code(table: Table, *, owner: Organisation, item: str) -> str:
    """The next free code of a body's checklists for an item. Raises NoCodeLeft."""
    prefix = f"{owner.uscc}{owner.level}{item}"
    taken = _taken(Kind.CHECKLIST, table.name, prefix)
    try:
        return coding.checklist_code(taken, body=owner.uscc, level=owner.level, item=item)
    except coding.Exhausted as none_left:
        raise errors.NoCodeLeft(prefix=prefix) from none_left


def _taken(kind: Kind, scheme: str, prefix: str) -> set[str]:
    """The codes that the book or an open draft bears."""
    entries = SHELVES[kind].entry._default_manager.filter(scheme=scheme, code__startswith=prefix)
    drafts = Draft.objects.filter(
        kind=kind, scheme=scheme, change=Change.NEW, code__startswith=prefix,
        case__closed_at__isnull=True,
    )  # fmt: skip
    return {*entries.values_list("code", flat=True), *drafts.values_list("code", flat=True)}


def _known(table: Table, given: dict[str, str]) -> dict[str, str]:
    """Only what the table has a field for."""
    return {name: text for name, text in given.items() if text and name in table.fields}
