"""What a publication changed: which entries, and on which days another version holds than before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog.models import (
    ChecklistTerm,
    ChecklistVersion,
    CheckPoint,
    ItemTerm,
    Kind,
    Publication,
    Version,
)
from mingcha.domains.catalog.queries.shelves import SHELVES, point_table
from mingcha.domains.catalog.rules.days import Span, changed

Stretch = tuple[date, date | None]


@dataclass(frozen=True)
class Touched:
    """One entry and its days that changed, earliest first; the last stretch may be open.

    `item_code` is the item's: of a checklist the one it belongs to.
    """

    kind: str
    scheme: str
    code: str
    item_code: str
    stretches: Sequence[Stretch]

    def past(self, today: date) -> list[tuple[date, date]]:
        """The days that changed and are over, today included."""
        return [
            (since, today if until is None else min(until, today))
            for since, until in self.stretches
            if since <= today
        ]


def touched(publication: int) -> list[Touched]:
    """Every entry whose days a publication changed. Three queries."""
    found = Publication.objects.get(pk=publication)
    if found.kind == Kind.ITEM:
        return _touched(found, ItemTerm, "item", "item__code")
    return _touched(found, ChecklistTerm, "checklist", "item_code")


def _touched(publication: Publication, terms: Any, of: str, item: str) -> list[Touched]:
    entry = f"version__{of}"
    mine = terms.objects.filter(publication=publication).order_by()
    named = mine.values_list(
        f"{entry}_id", f"{entry}__scheme", f"{entry}__code", f"version__{item}"
    )
    entries = {pk: (scheme, code, item_code) for pk, scheme, code, item_code in named}
    columns = (f"{entry}_id", "version_id", "since", "until", "is_void", "publication_id")
    rows = terms.objects.filter(
        **{f"{entry}__in": entries}, publication_id__lte=publication.pk
    ).order_by("pk")
    before: dict[int, dict[int, Span | None]] = {pk: {} for pk in entries}
    after: dict[int, dict[int, Span | None]] = {pk: {} for pk in entries}
    for pk, version, since, until, is_void, by in rows.values_list(*columns):
        span = None if is_void else Span(since, until, version)
        after[pk][version] = span
        if by != publication.pk:
            before[pk][version] = span
    return [
        Touched(publication.kind, *said, changed(_spans(before[pk]), _spans(after[pk])))
        for pk, said in sorted(entries.items(), key=lambda one: one[1])
    ]


@dataclass(frozen=True)
class SaidRow:
    """One row that a publication says in a table: canonical text by field."""

    table: str
    content: dict[str, str]
    withdraws: bool = False


@dataclass(frozen=True)
class SaidBy:
    """What a publication says in its tables, which body says it, who signed, and when."""

    rows: Sequence[SaidRow]
    body: Organisation
    by: Account | None
    at: datetime


def said_by(publication: int) -> SaidBy:
    """The rows that a publication adds to, and takes from, the tables of the catalogue."""
    found = Publication.objects.select_related("body", "by__organisation").get(pk=publication)
    shelf = SHELVES[Kind(found.kind)]
    versions: Any = shelf.version._default_manager.select_related(shelf.link).order_by("pk")
    fresh = list(versions.filter(publication=found))
    gone = list(versions.filter(displaced_by=found))
    kept = {(one.entry.scheme, one.entry.code, one.since) for one in fresh}
    rows = [SaidRow(one.entry.scheme, one.content) for one in fresh]
    rows += [
        SaidRow(one.entry.scheme, one.content, withdraws=True)
        for one in gone
        if (one.entry.scheme, one.entry.code, one.since) not in kept
    ]
    return SaidBy([*rows, *_said_points(fresh, gone)], found.body, found.by, found.at)


def _said_points(fresh: Sequence[Version], gone: Sequence[Version]) -> list[SaidRow]:
    """The check items of the new versions, and those of the displaced that none of them has."""
    rows, kept = [], set()
    for table, version, point in _points(fresh):
        rows.append(SaidRow(table, point.content))
        kept.add((version.checklist.code, version.since, point.number))
    for table, version, point in _points(gone):
        if (version.checklist.code, version.since, point.number) not in kept:
            rows.append(SaidRow(table, point.content, withdraws=True))
    return rows


def _points(versions: Sequence[Version]) -> Iterator[tuple[str, ChecklistVersion, CheckPoint]]:
    for version in versions:
        found = point_table(version.entry.scheme)
        if isinstance(version, ChecklistVersion) and found is not None:
            for point in version.points.filter(displaced_by__isnull=True).order_by("number"):
                yield found[0].name, version, point


def _spans(by_version: dict[int, Span | None]) -> list[Span]:
    return [span for span in by_version.values() if span is not None]
