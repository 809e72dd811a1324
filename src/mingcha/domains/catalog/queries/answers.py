"""Whether an act may be done under an item on a day; if not, why not, and what comes nearest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mingcha.domains.catalog.models import STANDING, Item, ItemException, ItemVersion
from mingcha.domains.catalog.queries.exceptions import exception_on
from mingcha.domains.catalog.queries.force import (
    ANYBODY,
    Act,
    item_in_force,
    items_in_force,
)
from mingcha.domains.catalog.rules.keys import CANCELLED, IN_USE, SUSPENDED, covers
from mingcha.standards.nearness import Candidate, Nearby, Sought

STOPPED = {CANCELLED: "取消", SUSPENDED: "暂停"}


@dataclass(frozen=True)
class Answer:
    """What was in force under a code on a day, for an act.

    `version` None: nothing was, for the `reason`; `exception` may still let the act pass, `nearest`
    are the items in force that come near.
    """

    code: str
    on: date
    version: ItemVersion | None
    reason: str = ""
    exception: ItemException | None = None
    nearest: Sequence[Candidate] = ()

    @property
    def may(self) -> bool:
        """Whether an act may be done."""
        return self.version is not None or self.exception is not None


def in_force(
    code: str,
    *,
    on: date,
    act: Act = ANYBODY,
    scheme: str = "item",
    name: str = "",
    known: datetime | None = None,
) -> Answer:
    """The version of an item in force on a day, for a body, a place and a level.

    `name` is what the act calls itself, by which near items are found; `known`: as the book stood
    at a past moment.
    """
    version = item_in_force(scheme, code, on=on, act=act, known=known)
    if version is not None:
        return Answer(code, on, version)
    return Answer(
        code,
        on,
        None,
        reason=_reason(scheme, code, on, act),
        exception=exception_on(scheme, code, act.body, on=on) if act.body else None,
        nearest=_nearest(scheme, Sought(code, name or _name(scheme, code), on), act),
    )


def _reason(scheme: str, code: str, on: date, act: Act) -> str:
    """Why nothing is in force, in a sentence."""
    versions = ItemVersion.objects.filter(STANDING, item__scheme=scheme, item__code=code)
    ordered = list(versions.order_by("since"))
    if not ordered:
        return f"监管事项目录中没有编码 {code}。"
    holding = [v for v in ordered if v.since <= on and (v.until is None or on <= v.until)]
    if not holding:
        return _out_of_days(ordered, on)
    version = holding[0]
    if version.status != IN_USE:
        return (
            f"该事项自 {version.since} 起{STOPPED.get(version.status, '停用')}，{on} 不得据以实施。"
        )
    bounds = (version.body, version.region, tuple(version.levels))
    return {
        "body": f"该事项只由 {version.body} 实施，不属于该机构。",
        "region": f"该事项不适用于行政区划 {act.region}。",
        "level": f"该事项不由第 {act.level} 级行使。",
    }.get(covers(bounds, (act.body, act.region, act.level)), "该事项当时不在目录之中。")


def _out_of_days(ordered: Sequence[ItemVersion], on: date) -> str:
    before = [v for v in ordered if v.until is not None and v.until < on]
    after = [v for v in ordered if v.since > on]
    if before and before[-1].until is not None:
        return f"该事项已于 {before[-1].until} 后失效。"
    return f"该事项自 {after[0].since} 起才生效。"


def _nearest(scheme: str, sought: Sought, act: Act) -> Sequence[Candidate]:
    rows = items_in_force(on=sought.on, act=act).filter(item__scheme=scheme, item__is_main=False)
    found = rows.values_list("item__code", "name", "since", "until")
    return Nearby(Candidate(*row) for row in found).nearest(sought)


def _name(scheme: str, code: str) -> str:
    item = Item.objects.filter(scheme=scheme, code=code).first()
    last = item.versions.order_by("-since").first() if item is not None else None
    return last.name if last is not None else ""
