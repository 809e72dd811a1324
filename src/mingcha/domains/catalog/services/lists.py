"""Take lists into the book as they come by file (清单报送): published by exchange, without review.

A list that lands is published: the department that hands it in answers for it. A version ends where
the next one of its item begins, whatever end it states itself, so that no row of a list is refused
for its days and files may come in any order. The same first day again is a correction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog.events import ChecklistPublished, ItemPublished
from mingcha.domains.catalog.models import (
    Change,
    ChecklistVersion,
    CheckPoint,
    ItemMapping,
    Kind,
    Publication,
)
from mingcha.domains.catalog.queries.contents import content_of, record_of
from mingcha.domains.catalog.queries.shelves import SHELVES, Said
from mingcha.domains.catalog.rules.keys import EPOCH
from mingcha.domains.catalog.services.book import take_back, write
from mingcha.standards.model import Table
from mingcha.standards.shelving import MappingSpec, PointSpec


@dataclass(frozen=True)
class Row:
    """One row of a list that landed: canonical text by field, and the fact it became."""

    content: Mapping[str, str]
    fact_id: int
    withdraws: bool = False


@dataclass(frozen=True)
class Sender:
    """Whose list it is, in which batch it came, and who handed it in."""

    provider: Organisation
    batch: str = ""
    actor: Account | None = None


@transaction.atomic
def land_list(table: Table, rows: Sequence[Row], sender: Sender) -> Publication | None:
    """Publish the rows of a list of items or checklists. None: the book says all this already.

    Of rows with one code and first day the last counts. Leaves one act and announces ItemPublished
    or ChecklistPublished.
    """
    latest = {(one.keys.code, one.keys.since): (one, row) for one, row in _read(table, rows)}
    said = [one for one, row in latest.values() if not row.withdraws]
    gone = [(table.name, *key) for key, (_, row) in latest.items() if row.withdraws]
    kind = Kind(said[0].spec.kind if said else _kind(table))
    said, gone = _news(kind, table.name, said), _standing(kind, gone)
    if not said and not gone:
        return None
    publication = _opened(kind, sender)
    written = write(kind, said, publication, owner=sender.provider)
    take_back(kind, gone, publication)
    _tell(publication, written.entries if len(written.entries) == 1 and not gone else {}, sender)
    return publication


@transaction.atomic
def land_points(
    table: Table, spec: PointSpec, rows: Sequence[Row], sender: Sender
) -> Publication | None:
    """Publish the check items of checklists. Leaves one act and announces ChecklistPublished.

    A row belongs to the version that begins on its day, else to the one in force on it; a row
    without one is left out. None: nothing is new.
    """
    versions = _versions_of(spec, rows)
    fresh, gone = [], []
    for row in rows:
        version = versions.get(_place(spec, row))
        if version is None:
            continue
        number = int(row.content[spec.number].split(".")[0])
        there = version.points.filter(number=number, displaced_by__isnull=True).first()
        same = there is not None and there.content == dict(row.content)
        if there is not None and (row.withdraws or not same):
            gone.append(there)
        if not row.withdraws and not same:
            point = CheckPoint(version=version, number=number, content=dict(row.content))
            point.fact_id = row.fact_id
            fresh.append(point)
    if not fresh and not gone:
        return None
    publication = _opened(Kind.CHECKLIST, sender)
    CheckPoint.objects.filter(pk__in=[one.pk for one in gone]).update(displaced_by=publication)
    for point in fresh:
        point.publication = publication
    CheckPoint.objects.bulk_create(fresh)
    _tell(publication, {}, sender)
    return publication


@transaction.atomic
def land_mappings(spec: MappingSpec, rows: Sequence[Row]) -> None:
    """Take a mapping sheet in (导入映射关系梳理表); of the same pair the last row counts."""
    for row in rows:
        said = row.content
        pair: dict[str, Any] = {
            "scheme": spec.scheme, "local_code": said[spec.local],
            "national_code": said[spec.national],
        }  # fmt: skip
        if row.withdraws:
            ItemMapping.objects.filter(**pair).delete()
            continue
        values = {
            "relation": said[spec.relation],
            "since": _day(said.get(spec.since or "")) or EPOCH,
            "until": _day(said.get(spec.until or "")),
            "fact_id": row.fact_id,
        }
        ItemMapping.objects.update_or_create(**pair, defaults=values)


def _read(table: Table, rows: Sequence[Row]) -> list[tuple[Said, Row]]:
    return [(Said(table, row.content, row.fact_id), row) for row in rows]


def _kind(table: Table) -> str:
    return Said(table, {}).spec.kind


def _news(kind: Kind, scheme: str, said: Sequence[Said]) -> list[Said]:
    """What the book does not say already."""
    there = _contents(kind, {(scheme, one.keys.code, one.keys.since) for one in said})
    return [
        one
        for one in said
        if there.get((scheme, one.keys.code, one.keys.since)) != dict(one.content)
    ]


def _standing(kind: Kind, keys: Sequence[tuple[str, str, date]]) -> list[tuple[str, str, date]]:
    there = _contents(kind, set(keys))
    return [key for key in keys if key in there]


def _contents(
    kind: Kind, keys: set[tuple[str, str, date]]
) -> dict[tuple[str, str, date], dict[str, str]]:
    """What the standing versions with these schemes, codes and first days say."""
    shelf = SHELVES[kind]
    of = shelf.link
    rows = shelf.version._default_manager.filter(
        displaced_by__isnull=True,
        **{f"{of}__scheme__in": {k[0] for k in keys}, f"{of}__code__in": {k[1] for k in keys}},
    ).values_list(f"{of}__scheme", f"{of}__code", "since", "content")
    found = {(scheme, code, since): content for scheme, code, since, content in rows}
    return {key: found[key] for key in keys if key in found}


def _versions_of(spec: PointSpec, rows: Sequence[Row]) -> dict[tuple[str, date], ChecklistVersion]:
    """The version that each (code, day) of some rows belongs to."""
    places = {_place(spec, row) for row in rows}
    found = ChecklistVersion.objects.filter(
        checklist__scheme=spec.scheme, checklist__code__in={code for code, _ in places},
        displaced_by__isnull=True,
    ).select_related("checklist")  # fmt: skip
    by_code: dict[str, list[ChecklistVersion]] = {}
    for version in found.order_by("since"):
        by_code.setdefault(version.checklist.code, []).append(version)
    answer = {}
    for code, day in places:
        for version in by_code.get(code, ()):
            holds = version.since <= day and (version.until is None or day <= version.until)
            if version.since == day or holds:
                answer[code, day] = version
    return answer


def _place(spec: PointSpec, row: Row) -> tuple[str, date]:
    return row.content[spec.checklist], _day(row.content[spec.since]) or EPOCH


def _opened(kind: Kind, sender: Sender) -> Publication:
    return Publication.objects.create(
        kind=kind, change=Change.LIST, body=sender.provider, by=sender.actor, batch=sender.batch
    )


def _tell(
    publication: Publication, entries: Mapping[tuple[str, str], object], sender: Sender
) -> None:
    """The act and the event of a list."""
    ledger.act(
        sender.actor, f"{publication.get_kind_display()}清单报送", record_of(publication),
        content=content_of(publication),
    )  # fmt: skip
    event = ItemPublished if publication.kind == Kind.ITEM else ChecklistPublished
    scheme, code = next(iter(entries), ("", ""))
    announce(event(publication.pk, publication.change, scheme, code))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
