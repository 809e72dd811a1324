"""What is in force, for whoever checks an act."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from mingcha.domains.catalog.models import Checklist, Item

IN_USE = "01"  # 事项状态 在用
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


def item_rows(scheme: str, codes: Collection[str] | None = None) -> Iterator[Row]:
    """(code, since, until, status, levels, body, region) of a scheme's items, for bulk checks.

    `codes` given: of these items only.
    """
    columns = ("code", "since", "until", "status", "levels", "body", "region")
    found = _of_scheme(items(), scheme, codes)
    yield from found.values_list(*columns).iterator(chunk_size=5000)


def checklist_rows(
    scheme: str, codes: Collection[str] | None = None
) -> Iterator[tuple[str, str, date, date | None, str, str]]:
    """(code, item, since, until, status, body) of a scheme's checklists, for bulk checks.

    `codes` given: of these checklists only.
    """
    columns = ("code", "item_code", "since", "until", "status", "body")
    found = _of_scheme(checklists(), scheme, codes)
    yield from found.values_list(*columns).iterator(chunk_size=5000)


@dataclass(frozen=True)
class Use:
    """Who would act under an item or a checklist, when and where; "" does not limit."""

    on: date
    scheme: str  # the catalogue table
    body: str = ""  # credit code of the implementing body
    level: str = ""  # 行使层级 of the body
    region: str = ""


def items_for(use: Use) -> QuerySet[Item]:
    """The items that a body may act under on a day, by code."""
    free = Q(levels=[]) | Q(levels__contains=[use.level]) if use.level else Q()
    return items().filter(_open_to(use), free, scheme=use.scheme).order_by("code")


def checklists_for(use: Use, *, item: str = "") -> QuerySet[Checklist]:
    """The checklists that a body may use on a day, by code; `item` given: of that item only."""
    found = checklists().filter(_open_to(use), scheme=use.scheme).order_by("code")
    return found.filter(item_code=item) if item else found


def _open_to(use: Use) -> Q:
    """In force on the day, and bound to no other body and no other region."""
    day = Q(since__lte=use.on) & (Q(until__gte=use.on) | Q(until__isnull=True, status=IN_USE))
    body = Q(body="") | Q(body=use.body) if use.body else Q()
    if not use.region:
        return day & body
    above = [use.region, f"{use.region[:4]}00", f"{use.region[:2]}0000", ""]
    return day & body & Q(region__in=above)


M = TypeVar("M", Item, Checklist)


def _of_scheme(found: QuerySet[M], scheme: str, codes: Collection[str] | None) -> QuerySet[M]:
    found = found.filter(scheme=scheme)
    return found if codes is None else found.filter(code__in=codes)


def names_of(items_: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The latest name of each item, by (scheme, code)."""
    codes = {code for _, code in items_}
    found = items().filter(code__in=codes, scheme__in={scheme for scheme, _ in items_})
    rows = found.order_by("since").values_list("scheme", "code", "name")
    return {(scheme, code): name for scheme, code, name in rows}
