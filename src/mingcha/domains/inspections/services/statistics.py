"""Count what the public pages show of a year: violation rates, and observed against intended. For jobs."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from mingcha.base.days import local_today
from mingcha.base.people.queries import region_names
from mingcha.base.rules.queries import in_force
from mingcha.domains.inspections.errors import TooFewResults
from mingcha.domains.inspections.models import Draw, DrawnUnit, Part, PublicStatistic
from mingcha.domains.inspections.models.tasks import Level, Mode
from mingcha.domains.inspections.rules import estimates, frequencies
from mingcha.domains.inspections.rules.classes import Class, compare
from mingcha.domains.inspections.rules.estimates import Estimate, Found, Outcome
from mingcha.domains.inspections.rules.frequencies import Pair
from mingcha.domains.inspections.services import classing
from mingcha.domains.inspections.services.simulating import kept_pairs, simulated
from mingcha.domains.inspections.states import PartState
from mingcha.standards import loader

LEAST = "inspections.least_results"
# Codes of 抽查结果; anything else that was published is a violation.
CLEAN = {"1"}
OUT = {
    "F",
    "7",
    "9",
    "10",
    "11",
    "12",
}  # no such activity, closed, deregistered, revoked, moved away
UNREACHED = {"6", "8"}  # not found, refused
Group = Callable[[DrawnUnit], str]


def count_year(year: int) -> None:
    """Count everything of a year anew. The same data give the same figures."""
    made = {
        PublicStatistic.Kind.RATES: rates(year),
        PublicStatistic.Kind.CLASSES: classes(year, classing.WEIGHTS),
        PublicStatistic.Kind.DISTRICTS: classes(year, classing.DISTRICTS),
        PublicStatistic.Kind.TRADES: classes(year, classing.TRADES),
        PublicStatistic.Kind.PAIRS: pairs(year),
    }
    with transaction.atomic():
        for kind, content in made.items():
            PublicStatistic.objects.update_or_create(
                kind=kind, year=year, defaults={"content": content}
            )


def years() -> list[int]:
    """The years in which something was drawn."""
    return sorted({one.year for one in Draw.objects.dates("frozen_at", "year")})


def rates(year: int) -> dict[str, Any]:
    """Violation rates of a year from published random inspections: in all, by trade, district, class.

    Every drawn entity of a published task counts, whatever came of it. Targeted checks are not read.
    """
    draws = list(
        Draw.objects.filter(
            drawn_at__year=year, cancelled_at__isnull=True, published__isnull=False,
            task__mode=Mode.RANDOM, task__published_at__isnull=False,
        ).select_related("task", "published").order_by("draw_id")
    )  # fmt: skip
    least = in_force(LEAST, on=local_today()).value
    units, outcomes, methods = _outcomes(draws)
    trades = {one.code: one.label for one in loader.current().code_table("industry").codes}
    places = region_names({unit.party.region for unit in units})
    groups: list[tuple[str, str, Group]] = [
        ("all", "各行业、各地区", lambda _: "全部"),
        ("trade", "行业", lambda unit: _trade(unit.party.industry, trades)),
        ("district", "地区", lambda unit: places.get(unit.party.region, "") or "未登记地区"),
        ("class", "分层", _class),
    ]
    rows: list[dict[str, Any]] = []
    for key, label, group in groups:
        named = [group(unit) for unit in units]
        for name in sorted(set(named)):
            asked = [
                replace(one, counts=theirs == name)
                for one, theirs in zip(outcomes, named, strict=True)
            ]
            said = {"by": key, "by_label": label, "name": name}
            rows.append(said | _estimated(asked, methods, least))
    return {
        "draws": [{"draw_id": one.draw_id, "task": one.task.name} for one in draws],
        "rows": rows, "least": least,
    }  # fmt: skip


def _outcomes(
    draws: Sequence[Draw],
) -> tuple[list[DrawnUnit], list[Outcome], dict[str, str]]:
    """Every drawn entity, and reserves that were visited, with what came of it and its chance."""
    units: list[DrawnUnit] = []
    outcomes: list[Outcome] = []
    methods: dict[str, str] = {}
    for draw in draws:
        for one in draw.published.strata:
            methods[_stratum(draw, one["name"])] = one["used"]
        for unit in _units(draw):
            if unit.is_reserve and getattr(unit, "replaces", None) is None:
                continue
            chance = draw.published.chances.get(unit.stratum, {}).get(str(unit.weight), 1.0)
            units.append(unit)
            outcomes.append(
                Outcome(_stratum(draw, unit.stratum), chance, found_at(unit), unit.is_reserve)
            )
    return units, outcomes, methods


def _units(draw: Draw) -> Iterable[DrawnUnit]:
    parts = Part.objects.select_related("case")
    return (
        DrawnUnit.objects.filter(draw=draw)
        .select_related("party", "visit", "draw__task", "replaces")
        .prefetch_related(
            Prefetch("visit__parts", parts), Prefetch("visit__merged_into__parts", parts),
            "replacements",
        )
    )  # fmt: skip


def found_at(unit: DrawnUnit) -> Found:
    """What came of a drawn entity, over all departments that went there.

    A violation with any of them is one; out of scope is what all say, or what a replacement found;
    unreached is what nobody has a published answer for.
    """
    if any(one.is_allowed for one in unit.replacements.all()):
        return Found.OUT_OF_SCOPE
    visit = getattr(unit, "visit", None)
    if visit is None:
        return Found.UNREACHED
    parts = list(visit.parts.all())
    if visit.merged_into is not None:
        parts += list(visit.merged_into.parts.all())
    codes = {one.result for one in parts if one.case.state == PartState.PUBLISHED and one.result}
    if codes - CLEAN - OUT - UNREACHED:
        return Found.VIOLATION
    if codes & CLEAN:
        return Found.CLEAN
    if codes & OUT:
        return Found.OUT_OF_SCOPE
    return Found.UNREACHED


def _estimated(asked: list[Outcome], methods: Mapping[str, str], least: int) -> dict[str, Any]:
    mine = [one for one in asked if one.counts and not one.is_reserve]
    spare = [one for one in asked if one.counts and one.is_reserve]
    counted = Counter(one.found for one in mine)
    reached = counted[Found.CLEAN] + counted[Found.VIOLATION]
    made: dict[str, Any] = {
        "drawn": len(mine), "clean": counted[Found.CLEAN], "violation": counted[Found.VIOLATION],
        "out": counted[Found.OUT_OF_SCOPE], "unreached": counted[Found.UNREACHED],
        "reserves": len(spare),
        "reserves_violation": sum(one.found is Found.VIOLATION for one in spare), "rate": None,
    }  # fmt: skip
    if reached < least:
        return made
    try:
        found: Estimate = estimates.estimate(asked, methods)
    except TooFewResults:
        return made
    return made | {
        "rate": found.rate, "low": found.low, "high": found.high, "bounds": list(found.bounds),
        "merged": len(found.merged), "is_conservative": found.is_conservative,
    }  # fmt: skip


def _stratum(draw: Draw, name: str) -> str:
    return f"{draw.draw_id}\x1f{name}"


def _trade(code: str, trades: Mapping[str, str]) -> str:
    """The section of a trade (门类), or the code's own words."""
    return trades.get(code[:1], "") or trades.get(code, "") or "未登记行业"


def _class(unit: DrawnUnit) -> str:
    """A stratum by its name; where names are kept back, by task and number."""
    task = unit.draw.task
    return f"{task.name}·第 {unit.stratum} 层" if task.level != Level.OPEN else unit.stratum


def classes(year: int, kind: str) -> dict[str, Any]:
    """Classes of a year against their chances; `kind` is that of services/classing."""
    found = [one for one in _open_in(year) if kind in one.published.classes]
    blocks = (
        block
        for one in found
        for block in classing.blocks(one.published.classes[kind], _named(one, kind))
    )
    test = compare(blocks)
    label = _labels(kind, [one.name for one in test.seen])
    return {
        "draws": [one.draw_id for one in found],
        "seen": [
            [label(one.name), one.observed, one.intended, one.deviations, one.is_fixed]
            for one in sorted(test.seen, key=_by_number)
        ],
        "statistic": test.statistic, "freedom": test.freedom, "probability": test.probability,
        "compared": test.compared, "detectable": test.detectable,
    }  # fmt: skip


def _by_number(one: Class) -> list[tuple[int, str]]:
    """Names in the order of the numbers in them: weight 2 before weight 16."""
    parts = re.findall("[0-9]+|[^0-9]+", one.name)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _named(draw: Draw, kind: str) -> classing.Named:
    """What a class of a stratum is called: weights are of their stratum, the others of all strata."""
    if kind != classing.WEIGHTS:
        return lambda _, one: one
    is_open = draw.task.level == Level.OPEN

    def named(stratum: str, weight: str) -> str:
        name = stratum if is_open else f"{draw.draw_id} 第 {stratum} 层"
        return f"{name}·权重 {weight}" if weight else name

    return named


def _labels(kind: str, names: Sequence[str]) -> Callable[[str], str]:
    if kind == classing.DISTRICTS:
        places = region_names(names)
        return lambda name: places.get(name) or name
    if kind == classing.TRADES:
        trades = {one.code: one.label for one in loader.current().code_table("industry").codes}
        return lambda name: _trade(name, trades)
    return lambda name: name


def pairs(year: int) -> dict[str, Any]:
    """Pairs of officers over a year against the simulated pairings, over every draw that is simulated.

    The n-th simulated year is made of the n-th pairing of each. What was counted of the same draws
    before is the same still, and is not counted again.
    """
    found = [one for one in _open_in(year) if one.published.pairs]
    numbers = [one.draw_id for one in found]
    if not found:
        return {"draws": []}
    known = PublicStatistic.objects.filter(kind=PublicStatistic.Kind.PAIRS, year=year).first()
    if known is not None and known.content["draws"] == numbers:
        return dict(known.content)
    observed: Counter[Pair] = Counter()
    for one in found:
        rows = one.published.pairs["observed"]
        observed.update({(a, b): count for a, b, count in rows})
    test = frequencies.by_pair(observed, lambda: _together([simulated(one) for one in found]))
    seeds = min(one.published.simulated for one in found)
    return kept_pairs(test, seeds) | {"draws": numbers}


def _together(several: Sequence[Iterator[Counter[Pair]]]) -> Iterator[Counter[Pair]]:
    for each in zip(*several, strict=False):
        whole: Counter[Pair] = Counter()
        for one in each:
            whole.update(one)
        yield whole


def _open_in(year: int) -> list[Draw]:
    """The draws of a year whose lists may be seen today."""
    on = local_today()
    return [
        one for one in _drawn_in(year) if one.task.level != Level.EMBARGOED or _is_over(one, on=on)
    ]


def _drawn_in(year: int) -> list[Draw]:
    found = Draw.objects.filter(
        drawn_at__year=year, cancelled_at__isnull=True, published__isnull=False
    )
    return list(found.select_related("task", "published").order_by("draw_id"))


def _is_over(draw: Draw, *, on: date) -> bool:
    return draw.task.embargo_on is None or on >= draw.task.embargo_on
