"""The two shelves of the book, and a version as it is said before it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from mingcha.base.errors import NotFound
from mingcha.domains.catalog.models import (
    Checklist,
    ChecklistTerm,
    ChecklistVersion,
    Entry,
    Item,
    ItemTerm,
    ItemVersion,
    Kind,
    Version,
)
from mingcha.domains.catalog.rules.keys import Keys, keys_of
from mingcha.standards import loader
from mingcha.standards.model import Table
from mingcha.standards.shelving import CatalogSpec, PointSpec


@dataclass(frozen=True)
class Shelf:
    """The tables of one kind of entry."""

    kind: Kind
    entry: type[Entry]
    version: type[Version]
    term: type[ItemTerm] | type[ChecklistTerm]
    link: str  # the version's column that leads to its entry


SHELVES = {
    Kind.ITEM: Shelf(Kind.ITEM, Item, ItemVersion, ItemTerm, "item"),
    Kind.CHECKLIST: Shelf(Kind.CHECKLIST, Checklist, ChecklistVersion, ChecklistTerm, "checklist"),
}


@dataclass(frozen=True)
class Said:
    """One version to be written: its table, and what it says as canonical text by field."""

    table: Table
    content: Mapping[str, str]
    fact_id: int | None = None

    @property
    def spec(self) -> CatalogSpec:
        """How its table fills the book."""
        if self.table.catalog_as is None:
            raise TypeError(f"{self.table.name} fills no catalogue")
        return self.table.catalog_as

    @property
    def keys(self) -> Keys:
        """Its key columns."""
        return keys_of(self.spec, self.content)


def item_scheme(scheme: str) -> str:
    """The catalogue table in which the items of a table of checklists are looked up."""
    table = loader.current().table(scheme)
    asked = table.catalog_as.item if table.catalog_as is not None else None
    named = (one.catalogue for one in table.references if one.to == "item" and one.field == asked)
    return next(named, None) or "item"


def tables(kind: str) -> list[Table]:
    """The catalogue tables of a kind, the national one first."""
    found = [
        table
        for table in loader.current().tables.values()
        if table.catalog_as is not None and table.catalog_as.kind == kind
    ]
    return sorted(found, key=lambda table: table.name != kind)


def point_table(scheme: str) -> tuple[Table, PointSpec] | None:
    """The table of the check items of a table of checklists, if it has one."""
    for table in loader.current().tables.values():
        if table.point_as is not None and table.point_as.scheme == scheme:
            return table, table.point_as
    return None


def entry_for(kind: str, scheme: str, code: str) -> Entry:
    """The one door to an item or checklist. Raises NotFound."""
    entries: Any = SHELVES[Kind(kind)].entry._default_manager
    found = entries.select_related("owner").filter(scheme=scheme, code=code).first()
    if found is None:
        raise NotFound(what=Kind(kind).label, key=code)
    return found  # type: ignore[no-any-return]


def standing(entry: Entry) -> list[Version]:
    """The versions of an entry that stand, earliest first."""
    shelf = shelf_of(entry)
    rows = shelf.version._default_manager.filter(**{shelf.link: entry}, displaced_by__isnull=True)
    return list(rows.select_related("publication__body", shelf.link).order_by("since"))


def shelf_of(entry: Entry) -> Shelf:
    """On which shelf an entry stands."""
    return SHELVES[Kind.ITEM if isinstance(entry, Item) else Kind.CHECKLIST]


def last_publication(entry: Entry) -> int:
    """The last publication that touched an entry, 0 if none did."""
    shelf = shelf_of(entry)
    terms: Any = shelf.term._default_manager
    found = terms.filter(**{f"version__{shelf.link}": entry}).aggregate(last=Max("publication"))
    return found["last"] or 0
