"""Regions by hand: add, correct, abolish (行政区划维护). None is ever deleted."""

import re
from dataclasses import dataclass

from django.db import transaction

from mingcha.base.ledger.services import act
from mingcha.base.people import contents, errors, queries
from mingcha.base.people.models import Account, Region
from mingcha.base.people.regions import level_of

RIGHT = "regions.manage"


@dataclass(frozen=True)
class Named:
    """What is said about a region by hand; `parent` is a code, empty for a province."""

    name: str
    parent: str = ""
    since_year: int | None = None
    note: str = ""


@transaction.atomic
def add_region(code: str, named: Named, *, actor: Account) -> Region:
    """Add a code that the loaded data does not know (新增区划). Leaves one act.

    Raises NotAllowed, NotLegible, CodeTaken or NotFound (parent).
    """
    queries.require_anywhere(actor, RIGHT)
    if not re.fullmatch(r"[1-9]\d{5}", code):
        raise errors.NotLegible(
            field="行政区划代码", value=code, rule="请填写 6 位数字（GB/T 2260）。"
        )
    if Region.objects.filter(code=code).exists():
        raise errors.CodeTaken(what="行政区划", value=code)
    region = Region(code=code, level=level_of(code))
    _set(region, named)
    region.save(force_insert=True)
    act(actor, "新增区划", region, content=contents.of_region(region))
    return region


@transaction.atomic
def change_region(region: Region, named: Named, *, actor: Account) -> Region:
    """Correct a region; from then on loading leaves it alone (更正区划). Leaves one act.

    Raises NotAllowed, NotLegible or NotFound (parent).
    """
    queries.require_anywhere(actor, RIGHT)
    current = Region.objects.select_for_update(of=("self",)).get(pk=region.pk)
    _set(current, named)
    current.save()
    act(actor, "更正区划", current, content=contents.of_region(current))
    return current


@transaction.atomic
def abolish_region(region: Region, *, year: int, note: str, actor: Account) -> Region:
    """Say since which year a code is no longer given out (废止区划). Leaves one act.

    `year` is the last year in which it stood. Raises NotAllowed, ReasonMissing or RegionInUse.
    """
    queries.require_anywhere(actor, RIGHT)
    if not note.strip():
        raise errors.ReasonMissing(deed="废止区划")
    current = Region.objects.select_for_update(of=("self",)).get(pk=region.pk)
    children = current.children.filter(until_year__isnull=True).count()
    if children:
        raise errors.RegionInUse(name=current.full_name, children=children)
    current.until_year, current.note, current.is_edited = year, note, True
    current.save()
    act(actor, "废止区划", current, content=contents.of_region(current))
    return current


def _set(region: Region, named: Named) -> None:
    if not named.name.strip():
        raise errors.NotLegible(field="名称", value=named.name, rule="请填写区划名称。")
    parent = queries.region(named.parent) if named.parent else None
    region.name, region.parent = named.name, parent
    region.full_name = f"{parent.full_name if parent else ''}{named.name}"
    region.since_year, region.note, region.is_edited = named.since_year, named.note, True
