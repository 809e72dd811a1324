"""What of the book is for everybody (CAT-10): public fields, in words, and the whole book of a day."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Max

from mingcha.domains.catalog.models import (
    ChecklistVersion,
    CheckPoint,
    Entry,
    ItemVersion,
    Kind,
    Version,
)
from mingcha.domains.catalog.queries import record
from mingcha.domains.catalog.queries.force import checklists_in_force, items_in_force
from mingcha.domains.catalog.queries.reviews import points_of
from mingcha.domains.catalog.queries.shelves import point_table
from mingcha.standards import loader
from mingcha.standards.model import Share

AT_ONCE = 500


def public_content(scheme: str, content: Mapping[str, str]) -> dict[str, str]:
    """Only the fields that are public: a table of a city's own may hold others."""
    table = loader.current().table(scheme)
    return {
        name: text
        for name, text in content.items()
        if name in table.fields and (table.fields[name].share or table.share) is Share.PUBLIC
    }


def public_points(version: Version) -> list[dict[str, str]]:
    """The public fields of the check items of a version, in order."""
    table = point_table(version.entry.scheme)
    if table is None:
        return []
    return [public_content(table[0].name, point) for point in points_of(version)]


def shown(version: Version) -> list[record.Shown]:
    """The public fields of a version as a person reads them."""
    table = loader.current().table(version.entry.scheme)
    return record.fields_of(table, public_content(table.name, version.content))


def whole_book(kind: str, on: date) -> Iterator[dict[str, Any]]:
    """Every item or checklist in force on a day, with its public fields as codes, by code."""
    rows: Any = items_in_force(on=on) if kind == Kind.ITEM else checklists_in_force(on=on)
    for version in rows.select_related("publication__body").iterator(AT_ONCE):
        yield row_of(version)


def state_digest(kind: str, on: date) -> str:
    """What tells the book of a day from every other: the same on days on which it says the same.

    Two queries, that read no texts; a downloaded file is kept under it.
    """
    rows: Any = items_in_force(on=on) if kind == Kind.ITEM else checklists_in_force(on=on)
    columns = ("pk", "until", "publication__body__name")
    found = hashlib.new("sm3", f"{kind}|{loader.current().table(kind).version}".encode())
    for row in rows.select_related(None).values_list(*columns).iterator(AT_ONCE * 10):
        found.update(repr(row).encode())
    if kind == Kind.CHECKLIST:
        standing = CheckPoint.objects.filter(
            displaced_by__isnull=True, version__in=rows.values("pk")
        )
        found.update(repr(standing.aggregate(last=Max("pk"), count=Count("pk"))).encode())
    return found.hexdigest()


def row_of(version: ItemVersion | ChecklistVersion) -> dict[str, Any]:
    """A version as the downloads have it; days as ISO dates, "" for open."""
    entry: Entry = version.entry
    return {
        "scheme": entry.scheme,
        "code": entry.code,
        "version": version.number,
        "since": version.since.isoformat(),
        "until": version.until.isoformat() if version.until else "",
        "published_by": version.publication.body.name,
        "published_at": version.publication.at.isoformat(),
        "content": public_content(entry.scheme, version.content),
        "points": public_points(version),
    }


def public_columns(scheme: str) -> dict[str, str]:
    """The public fields of a table in the order of its declaration, with their labels."""
    table = loader.current().table(scheme)
    return {
        name: spec.label
        for name, spec in table.fields.items()
        if (spec.share or table.share) is Share.PUBLIC
    }
