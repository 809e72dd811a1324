"""What a random draw says of everybody it was drawn from: rates with intervals.

Sources: docs/explanation/draw.md, “Estimates”; C.-E. Särndal, B. Swensson, J. Wretman, Model Assisted
Survey Sampling (1992) 5.7 and 7.2 (ratio); B. Rosén, On sampling with probability proportional to size,
J. Statist. Plann. Inference 62 (1997) (variance of Pareto draws; for equal chances it is that of simple
draws with finite-population correction); E. B. Wilson (1927) (interval), on the effective size.

A rate is the ratio of entities with a violation to entities in scope, each weighted by 1/π. Results of
targeted checks must not be put in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf, sqrt
from statistics import NormalDist

from mingcha.domains.inspections.errors import TooFewResults
from mingcha.domains.inspections.rules import pps

LEAST = 2  # results a stratum needs for a variance


class Found(Enum):
    """What came of a visit."""

    CLEAN = "clean"
    VIOLATION = "violation"
    OUT_OF_SCOPE = "out of scope"  # deregistered, moved away, no such activity: leaves the frame
    UNREACHED = "unreached"  # not found or refused: stays drawn, its answer is missing


@dataclass(frozen=True, slots=True)
class Outcome:
    """A drawn entity and what was found; `chance` is its π; reserves are marked.

    `counts` says whether it belongs to the trade, district or class asked about.
    """

    stratum: str
    chance: float
    found: Found
    is_reserve: bool = False
    counts: bool = True


@dataclass(frozen=True)
class Estimate:
    """A rate with its interval, and the counts published beside it.

    `bounds` are the rates if all unreached were clean, or all had a violation. `merged` are the strata
    put together because they had fewer than two results. `is_conservative` where a systematic draw is
    treated as a Pareto draw.
    """

    rate: float
    low: float
    high: float
    effective: float
    bounds: tuple[float, float]
    drawn: int
    counted: Mapping[Found, int]
    reserves: Mapping[Found, int]
    merged: Sequence[tuple[str, ...]]
    is_conservative: bool


@dataclass(frozen=True)
class _Item:
    """An entity in the ratio: π as its answer counts, whether violated, whether in scope."""

    chance: float
    violated: float
    in_scope: float


def estimate(
    outcomes: Iterable[Outcome], methods: Mapping[str, str] | None = None, level: float = 0.95
) -> Estimate:
    """The share with a violation among those in scope.

    `methods` is stratum → method used (`Drawn.method`), to say where the interval is conservative.
    All drawn entities of a stratum must be given, whatever `counts` says, for the stratum decides
    the variance. Raises TooFewResults when no entity asked about was reached in scope.
    """
    given = list(outcomes)
    drawn = [one for one in given if not one.is_reserve]
    groups, merged = _groups(drawn)
    items = [_items(group) for group in groups]
    rate = _rate([item for group in items for item in group])
    reached = sum(one.counts and one.found in (Found.CLEAN, Found.VIOLATION) for one in drawn)
    if rate is None:
        raise TooFewResults(found=reached)
    effective = _effective(rate, items, reached)
    low, high = wilson(rate, effective, level)
    used = {(methods or {}).get(one.stratum) for one in drawn}
    return Estimate(
        rate, low, high, effective, _bounds(drawn), sum(one.counts for one in drawn),
        _counted(drawn), _counted([one for one in given if one.is_reserve]), merged,
        pps.SYSTEMATIC in used,
    )  # fmt: skip


def wilson(rate: float, size: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval for a rate seen in `size` independent answers; of infinitely many, the rate."""
    if size == inf:
        return rate, rate
    z = NormalDist().inv_cdf(0.5 + level / 2)
    middle = (rate + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * sqrt(rate * (1 - rate) / size + z * z / (4 * size * size))
    return max(0.0, middle - half), min(1.0, middle + half)


def _groups(drawn: Sequence[Outcome]) -> tuple[list[list[Outcome]], list[tuple[str, ...]]]:
    """Strata for the variance, and those that were merged.

    The rule: strata by bytes; one with fewer than two answers that chance decided (π < 1) is put
    together with the next that has any, the last with the one before.
    """
    strata: dict[str, list[Outcome]] = {}
    for one in sorted(drawn, key=lambda one: one.stratum.encode()):
        strata.setdefault(one.stratum, []).append(one)
    groups: list[tuple[list[str], list[Outcome]]] = []
    for name, members in strata.items():
        if groups and _is_thin(groups[-1][1]) and _by_chance(members):
            groups[-1][0].append(name)
            groups[-1][1].extend(members)
        else:
            groups.append(([name], list(members)))
    if len(groups) > 1 and _is_thin(groups[-1][1]):
        names, members = groups.pop()
        groups[-1][0].extend(names)
        groups[-1][1].extend(members)
    merged = [tuple(names) for names, _ in groups if len(names) > 1]
    return [members for _, members in groups], merged


def _by_chance(members: Iterable[Outcome]) -> int:
    return sum(one.chance < 1 and one.found is not Found.UNREACHED for one in members)


def _is_thin(members: Sequence[Outcome]) -> bool:
    """Whether chance decided in it, but too seldom to tell how much."""
    return any(one.chance < 1 for one in members) and _by_chance(members) < LEAST


def _items(members: Sequence[Outcome]) -> list[_Item]:
    """Answers of a stratum; the missing are taken to be like the others drawn in their stratum."""
    drawn: dict[str, int] = {}
    answered: dict[str, int] = {}
    for one in members:
        drawn[one.stratum] = drawn.get(one.stratum, 0) + 1
        answered[one.stratum] = answered.get(one.stratum, 0) + (one.found is not Found.UNREACHED)
    return [
        _Item(
            one.chance * answered[one.stratum] / drawn[one.stratum],
            float(one.counts and one.found is Found.VIOLATION),
            float(one.counts and one.found is not Found.OUT_OF_SCOPE),
        )
        for one in members
        if one.found is not Found.UNREACHED
    ]


def _rate(items: Sequence[_Item]) -> float | None:
    """Hájek's ratio; None when nobody is in scope."""
    whole = sum(one.in_scope / one.chance for one in items)
    return sum(one.violated / one.chance for one in items) / whole if whole else None


def _effective(rate: float, groups: Sequence[Sequence[_Item]], reached: int) -> float:
    """As many independent answers as the draw is worth.

    At most those reached divided by the part of the frame that was not reached: where all answers are
    alike the variance seen is 0, and where few differ it is uncertain.
    """
    whole = sum(one.in_scope / one.chance for group in groups for one in group)
    variance = sum(_variance(rate, group) for group in groups) / (whole * whole)
    weights = [one.in_scope / one.chance for group in groups for one in group if one.in_scope]
    kish = whole * whole / sum(weight * weight for weight in weights)
    left = max(0.0, 1 - reached / whole)
    most = kish / left if left > 1e-12 else inf
    return min(most, rate * (1 - rate) / variance) if variance > 0 else most


def _variance(rate: float, group: Sequence[_Item]) -> float:
    """Rosén's estimate for the sum of (violated − rate · in scope) / π over a group."""
    count = sum(one.chance < 1 for one in group)
    spread = sum(1 - one.chance for one in group)
    if count < LEAST or spread <= 0:
        return 0.0
    parts = [(1 - one.chance, (one.violated - rate * one.in_scope) / one.chance) for one in group]
    mean = sum(weight * value for weight, value in parts) / spread
    return count / (count - 1) * sum(weight * (value - mean) ** 2 for weight, value in parts)


def _bounds(drawn: Sequence[Outcome]) -> tuple[float, float]:
    """The rates if all unreached were clean, and if all had a violation."""
    found = []
    for guess in (0.0, 1.0):
        items = [
            _Item(
                one.chance,
                float(one.counts and (
                    one.found is Found.VIOLATION or (guess and one.found is Found.UNREACHED)
                )),
                float(one.counts and one.found is not Found.OUT_OF_SCOPE),
            )
            for one in drawn
        ]  # fmt: skip
        found.append(_rate(items) or 0.0)
    return found[0], found[1]


def _counted(outcomes: Iterable[Outcome]) -> dict[Found, int]:
    counted = dict.fromkeys(Found, 0)
    for one in outcomes:
        if one.counts:
            counted[one.found] += 1
    return counted
