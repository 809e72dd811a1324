"""The standing versions as a whole, for bulk checks and for names."""

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import QuerySet

from mingcha.domains.catalog.models import ChecklistVersion, ItemException, ItemVersion

ItemRow = tuple[str, date, date | None, str, list[str], str, str, str]
ChecklistRow = tuple[str, str, date, date | None, str, str]


def items() -> QuerySet[ItemVersion]:
    """Every standing version of every item, with its item."""
    return ItemVersion.objects.filter(displaced_by__isnull=True).select_related("item")


def checklists() -> QuerySet[ChecklistVersion]:
    """Every standing version of every checklist, with its checklist."""
    return ChecklistVersion.objects.filter(displaced_by__isnull=True).select_related("checklist")


def item_rows(scheme: str, codes: Collection[str] | None = None) -> Iterator[ItemRow]:
    """(code, since, until, status, levels, body, region, name) of a scheme's items, for bulk checks.

    `codes` given: of these items only.
    """
    columns = (
        "item__code", "since", "until", "status", "levels", "body", "region", "name",
    )  # fmt: skip
    rows = items().filter(item__scheme=scheme).select_related(None)
    if codes is not None:
        rows = rows.filter(item__code__in=codes)
    yield from rows.values_list(*columns).iterator(chunk_size=5000)


def checklist_rows(scheme: str, codes: Collection[str] | None = None) -> Iterator[ChecklistRow]:
    """(code, item, since, until, status, body) of a scheme's checklists, for bulk checks.

    `codes` given: of these checklists only.
    """
    columns = ("checklist__code", "item_code", "since", "until", "status", "body")
    rows = checklists().filter(checklist__scheme=scheme).select_related(None)
    if codes is not None:
        rows = rows.filter(checklist__code__in=codes)
    yield from rows.values_list(*columns).iterator(chunk_size=5000)


def exception_rows(scheme: str) -> Iterator[tuple[str, str, date, date, str]]:
    """(code, body, first day, last day, number) of every exception that was allowed."""
    rows = ItemException.objects.filter(scheme=scheme, is_allowed=True).exclude(body__uscc="")
    yield from rows.order_by("pk").values_list(
        "code", "body__uscc", "since", "until", "case__number"
    )


def names_of(named: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The latest name of each item, by (scheme, code)."""
    found = items().filter(
        item__code__in={code for _, code in named}, item__scheme__in={scheme for scheme, _ in named}
    )
    rows = found.order_by("since").values_list("item__scheme", "item__code", "name")
    return {(scheme, code): name for scheme, code, name in rows}
