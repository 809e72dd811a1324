"""What is in force on a day, for a body, a place and a level; now, or as the book stood at a moment."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from mingcha.base.intervals import holds_on
from mingcha.domains.catalog.models import (
    ChecklistTerm,
    ChecklistVersion,
    ItemTerm,
    ItemVersion,
    Version,
)
from mingcha.domains.catalog.rules.keys import IN_USE

V = TypeVar("V", bound=Version)


@dataclass(frozen=True)
class Act:
    """Who acts where: the credit code of the body, the region, the level; "" sets no bound."""

    body: str = ""
    region: str = ""
    level: str = ""


ANYBODY = Act()


@dataclass(frozen=True)
class Use:
    """Who would act under an item or a checklist, when and where; "" does not limit."""

    on: date
    scheme: str  # the catalogue table
    body: str = ""  # credit code of the implementing body
    level: str = ""  # 行使层级 of the body
    region: str = ""


def items_for(use: Use) -> QuerySet[Any]:
    """The items that a body may act under on a day, by code: versions with the item's `code`."""
    found = items_in_force(on=use.on, act=Act(use.body, use.region, use.level))
    coded: QuerySet[Any] = found.filter(item__scheme=use.scheme).annotate(code=F("item__code"))
    return coded.order_by("code")


def checklists_for(use: Use, *, item: str = "") -> QuerySet[Any]:
    """The checklists that a body may use on a day, by code; `item` given: of that item only."""
    found = checklists_in_force(on=use.on, act=Act(use.body, use.region))
    found = found.filter(checklist__scheme=use.scheme)
    found = found.filter(item_code=item) if item else found
    coded: QuerySet[Any] = found.annotate(code=F("checklist__code"))
    return coded.order_by("code")


def items_in_force(
    *, on: date, act: Act = ANYBODY, known: datetime | None = None
) -> QuerySet[ItemVersion]:
    """The item versions in force on a day for an act, by code; `known`: as the book stood then."""
    found = _holding(ItemVersion.objects.all(), ItemTerm.objects.all(), on, known)
    found = found.filter(covering(act), status=IN_USE)
    return found.select_related("item").order_by("item__scheme", "item__code")


def item_names_at(named: set[tuple[str, str]], moment: datetime) -> dict[tuple[str, str], str]:
    """The latest name of each item, by (scheme, code), as the book stood at a moment."""
    codes, schemes = {code for _, code in named}, {scheme for scheme, _ in named}
    found = ItemVersion.objects.filter(item__code__in=codes, item__scheme__in=schemes)
    known = _standing_then(found, ItemTerm.objects.all(), moment).order_by(F("then_since"))
    rows = known.values_list("item__scheme", "item__code", "name")
    return {(scheme, code): name for scheme, code, name in rows}


def checklists_in_force(
    *, on: date, act: Act = ANYBODY, known: datetime | None = None
) -> QuerySet[ChecklistVersion]:
    """The checklist versions in force on a day for an act, by code."""
    found = _holding(ChecklistVersion.objects.all(), ChecklistTerm.objects.all(), on, known)
    found = found.filter(covering(act), status=IN_USE)
    return found.select_related("checklist").order_by("checklist__scheme", "checklist__code")


def item_in_force(
    scheme: str, code: str, *, on: date, act: Act = ANYBODY, known: datetime | None = None
) -> ItemVersion | None:
    """The version of an item of a scheme in force on a day, if any."""
    return (
        items_in_force(on=on, act=act, known=known)
        .filter(item__scheme=scheme, item__code=code)
        .first()
    )


def checklist_in_force(
    scheme: str, code: str, *, on: date, act: Act = ANYBODY
) -> ChecklistVersion | None:
    """The version of a checklist of a scheme in force on a day, if any."""
    of_scheme = checklists_in_force(on=on, act=act)
    return of_scheme.filter(checklist__scheme=scheme, checklist__code=code).first()


def _holding(
    versions: QuerySet[V], terms: QuerySet[ItemTerm] | QuerySet[ChecklistTerm], on: date,
    known: datetime | None,
) -> QuerySet[V]:  # fmt: skip
    """The versions whose days hold a day: as they stand, or by the last term known at a moment."""
    if known is None:
        return versions.filter(holds_on(on), displaced_by__isnull=True)
    return _standing_then(versions, terms, known).filter(holds_on(on, "then_since", "then_until"))


def _standing_then(
    versions: QuerySet[V], terms: QuerySet[ItemTerm] | QuerySet[ChecklistTerm], known: datetime
) -> QuerySet[V]:
    """The versions that stood in the book at a moment, with the days they had then."""
    then = terms.filter(version=OuterRef("pk"), publication__at__lte=known).order_by("-pk")
    last = {name: Subquery(then.values(name)[:1]) for name in ("since", "until", "is_void")}
    found: QuerySet[V] = versions.annotate(**{f"then_{name}": last[name] for name in last})
    return found.filter(then_is_void=False)


def covering(act: Act) -> Q:
    """The condition that a version sets no bound that the act is outside of (rules.keys.covers)."""
    condition = Q()
    if act.body:
        condition &= Q(body__in=["", act.body])
    if act.level:
        condition &= Q(levels=[]) | Q(levels__contains=[act.level])
    if act.region:
        around = {act.region[:length].ljust(6, "0") for length in (2, 4, 6)}
        condition &= Q(region__in=["", *sorted(around)])
    return condition
