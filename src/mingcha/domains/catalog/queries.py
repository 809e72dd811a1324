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


def item_in_force(scheme: str, code: str, *, on: date) -> Item | None:
    """The version of an item of a scheme in force on a day, if any."""
    open_ended = Q(until__isnull=True) | Q(until__gte=on)
    of_scheme = items().filter(open_ended, scheme=scheme, code=code)
    return of_scheme.filter(since__lte=on, status="01").last()


def item_rows(scheme: str) -> Iterator[Row]:
    """(code, since, until, status, levels, body, region) of a scheme's items, for bulk checks."""
    columns = ("code", "since", "until", "status", "levels", "body", "region")
    yield from items().filter(scheme=scheme).values_list(*columns).iterator(chunk_size=5000)


def checklist_rows(scheme: str) -> Iterator[tuple[str, str, date, date | None, str, str]]:
    """(code, item, since, until, status, body) of a scheme's checklists, for bulk checks."""
    columns = ("code", "item_code", "since", "until", "status", "body")
    yield from checklists().filter(scheme=scheme).values_list(*columns).iterator(chunk_size=5000)


def names_of(items_: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The latest name of each item, by (scheme, code)."""
    codes = {code for _, code in items_}
    found = items().filter(code__in=codes, scheme__in={scheme for scheme, _ in items_})
    rows = found.order_by("since").values_list("scheme", "code", "name")
    return {(scheme, code): name for scheme, code, name in rows}
