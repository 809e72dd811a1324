"""What is in force, for whoever checks an act."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q, QuerySet

from mingcha.domains.catalog.models import Checklist, Item

Row = tuple[str, date, date | None, str, list[str], str, str]


def items() -> QuerySet[Item]:
    """Every version of every item. The catalogue is public (CAT-10)."""
    return Item.objects.all()


def checklists() -> QuerySet[Checklist]:
    """Every version of every checklist. The catalogue is public (CAT-10)."""
    return Checklist.objects.all()


def item_in_force(code: str, *, on: date) -> Item | None:
    """The version of an item in force on a day, if any."""
    open_ended = Q(until__isnull=True) | Q(until__gte=on)
    return items().filter(open_ended, code=code, since__lte=on, status="01").last()


def item_rows() -> Iterator[Row]:
    """(code, since, until, status, levels, body, region) of every item version, for bulk checks."""
    columns = ("code", "since", "until", "status", "levels", "body", "region")
    yield from items().values_list(*columns).iterator(chunk_size=5000)


def checklist_rows() -> Iterator[tuple[str, str, date, date | None, str, str]]:
    """(code, item, since, until, status, body) of every checklist version, for bulk checks."""
    columns = ("code", "item_code", "since", "until", "status", "body")
    yield from checklists().values_list(*columns).iterator(chunk_size=5000)


def names_of(codes: set[str]) -> dict[str, str]:
    """The latest name of each item code."""
    return dict(
        items().filter(code__in=codes).order_by("code", "since").values_list("code", "name")
    )
