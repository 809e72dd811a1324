"""Where officers cannot suffice, told before the freeze.

Source: docs/explanation/draw.md, “Warnings”. Necessary conditions only: what is warned of cannot be
filled; what is not may still turn out tight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil

from mingcha.domains.inspections.rules import drawing
from mingcha.domains.inspections.rules.eligible import Window
from mingcha.domains.inspections.rules.lines import Demand, Officer, Stratum
from mingcha.domains.inspections.rules.text import MARK


@dataclass(frozen=True)
class Shortage:
    """A department, skill and area (prefix; "" is everywhere) that lacks officers.

    `needed` and `available` are officers in one team where `is_team`, else places of all visits
    expected there, against what is left of the caps.
    """

    dept: str
    skill: str
    area: str
    needed: int
    available: int
    is_team: bool


def shortages(
    lines: Iterable[bytes],
    strata: Sequence[Stratum],
    demands: Iterable[Demand],
    officers: Sequence[Officer],
    window: Window,
) -> list[Shortage]:
    """The shortages of a frame (F lines), by department, skill and area."""
    expected = _expected(lines, strata)
    needs: dict[tuple[str, str], dict[str, Fraction]] = {}
    teams: dict[tuple[str, str], dict[str, int]] = {}
    for demand in demands:
        named = demand.dept, demand.skill
        for area, visits in expected.get(demand.stratum, {}).items():
            places = needs.setdefault(named, {})
            places[area] = places.get(area, Fraction(0)) + visits * demand.count
            sizes = teams.setdefault(named, {})
            sizes[area] = max(sizes.get(area, 0), demand.count)
    fit = [
        one
        for one in officers
        if one.valid_from <= window.first
        and window.last <= one.valid_to
        and one.base_load < one.cap
    ]
    found = []
    for named in sorted(needs):
        skilled = [one for one in fit if one.dept == named[0] and named[1] in one.skills]
        found += _teams(named, teams[named], skilled)
        found += _places(named, needs[named], skilled)
    return found


def _expected(lines: Iterable[bytes], strata: Sequence[Stratum]) -> dict[str, dict[str, Fraction]]:
    """stratum → area → how many are drawn there on average."""
    frame = list(lines)
    chance = drawing.chances(frame, strata)
    found: dict[str, dict[str, Fraction]] = {}
    counted: dict[tuple[bytes, ...], int] = {}
    for line in frame:
        tail = tuple(line.split(MARK)[2:])
        counted[tail] = counted.get(tail, 0) + 1
    for (stratum, weight, area), count in counted.items():
        name, place = stratum.decode(), area.decode()
        mean = Fraction(chance[name, int(weight)]) * count
        areas = found.setdefault(name, {})
        areas[place] = areas.get(place, Fraction(0)) + mean
    return found


def _teams(
    named: tuple[str, str], sizes: Mapping[str, int], skilled: Sequence[Officer]
) -> list[Shortage]:
    found = []
    for area in sorted(sizes):
        available = sum(area.startswith(one.areas) for one in skilled)
        if available < sizes[area]:
            found.append(Shortage(*named, area, sizes[area], available, is_team=True))
    return found


def _places(
    named: tuple[str, str], needs: Mapping[str, Fraction], skilled: Sequence[Officer]
) -> list[Shortage]:
    """The smallest areas whose visits need more places than officers there can take."""
    prefixes = {"", *(prefix for area in needs for prefix in accumulate(area))}
    found: list[Shortage] = []
    for prefix in sorted(prefixes, key=lambda one: (-len(one), one)):
        within = {area: mean for area, mean in needs.items() if area.startswith(prefix)}
        needed = ceil(sum(within.values()))
        available = sum(
            one.cap - one.base_load
            for one in skilled
            if any(area.startswith(one.areas) for area in within)
        )
        is_told = any(other.area.startswith(prefix) for other in found)
        if needed > available and not is_told:
            found.append(Shortage(*named, prefix, needed, available, is_team=False))
    return sorted(found, key=lambda one: one.area)
