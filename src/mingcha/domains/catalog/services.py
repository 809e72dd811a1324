"""Take items and checklists into the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mingcha.domains.catalog.models import Checklist, Dated, Item

MODELS: dict[str, type[Dated]] = {"item": Item, "checklist": Checklist}


@dataclass(frozen=True)
class Entry:
    """One row of a catalogue table, as its declaration reads it (CatalogSpec)."""

    kind: str
    scheme: str
    code: str
    name: str
    since: date
    until: date | None
    status: str
    body: str
    levels: tuple[str, ...]
    region: str
    item_code: str
    fact_id: int


def enter(entries: Iterable[Entry]) -> None:
    """Add entries, or put later versions in place of earlier ones of the same scheme, code and first day."""
    by_kind: dict[str, dict[tuple[str, str, date], Entry]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, {})[entry.scheme, entry.code, entry.since] = entry
    for kind, wanted in by_kind.items():
        _upsert(MODELS[kind], list(wanted.values()), with_item=kind == "checklist")


def withdraw(kind: str, fact_ids: Iterable[int]) -> None:
    """Take out what rests on facts that were withdrawn (operation d)."""
    MODELS[kind]._default_manager.filter(fact_id__in=list(fact_ids)).delete()


def _upsert(model: type[Dated], entries: list[Entry], *, with_item: bool) -> None:
    key = ["scheme", "code", "since"]
    columns = ["name", "until", "status", "body", "levels", "region", "fact_id"]
    columns += ["item_code"] if with_item else []
    rows = []
    for entry in entries:
        values = {column: getattr(entry, column) for column in [*key, *columns]}
        values["levels"] = list(entry.levels)
        rows.append(model(**values))
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=key,
        update_fields=columns,
        batch_size=2000,
    )
