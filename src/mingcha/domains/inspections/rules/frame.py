"""Freezing: the six files, checked against each other, sorted and rooted.

Source: docs/explanation/draw.md, “Lines” and “Root”. The order in which anything is given makes no
difference.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from math import ceil
from operator import ge, itemgetter

from mingcha.base.ledger.hashing import Hashing
from mingcha.domains.inspections.errors import (
    NamedTwice,
    NothingToDraw,
    StratumMismatch,
    StratumTooSmall,
    UnknownName,
)
from mingcha.domains.inspections.rules.lines import (
    KINDS,
    Avoidance,
    Demand,
    Excluded,
    Officer,
    Row,
    Stratum,
    unit_lines,
)
from mingcha.domains.inspections.rules.roots import Rooted, rooted


@dataclass(frozen=True)
class Frame:
    """What is to be frozen: entities as rows (key, stratum, weight, area), and the other lines."""

    units: Iterable[Row]
    strata: Sequence[Stratum]
    excluded: Sequence[Excluded] = ()
    demands: Sequence[Demand] = ()
    officers: Sequence[Officer] = ()
    avoidances: Sequence[Avoidance] = ()


@dataclass(frozen=True)
class Frozen:
    """The six files as sorted lines, and what commits each."""

    by: Hashing
    lines: Mapping[str, Sequence[bytes]]
    rooted: Mapping[str, Rooted] = field(repr=False)


def freeze(frame: Frame, by: Hashing) -> Frozen:
    """Check, sort and root.

    Raises BadField, NamedTwice, StratumMismatch, StratumTooSmall, UnknownName or NothingToDraw, and
    each names the place.
    """
    rows, keys = _by_key(frame.units)
    _check_excluded(keys, frame.excluded)
    _check_strata(frame.strata, Counter(map(itemgetter(1), rows)))
    _check_people(frame)
    lines = {
        "F": unit_lines(rows),
        "X": _sorted(frame.excluded),
        "S": _sorted(frame.strata),
        "D": _sorted(frame.demands),
        "O": _sorted(frame.officers),
        "A": _sorted(frame.avoidances),
    }
    return Frozen(by, lines, {kind: rooted(lines[kind], by) for kind in KINDS})


def proposed(size: int, ratio: str) -> int:
    """How many to draw of `size` at a ratio written as a decimal ("0.05"): min(N, ⌈N · ratio⌉)."""
    return min(size, ceil(size * Fraction(ratio)))


def _by_key(units: Iterable[Row]) -> tuple[list[Row], list[str]]:
    """Rows by key, and their keys. Code points sort as their UTF-8 bytes do, 0x1F below all."""
    rows = list(units)
    keys = [row[0] for row in rows]
    if not _is_rising(keys):
        rows.sort(key=itemgetter(0))
        keys = [row[0] for row in rows]
        if not _is_rising(keys):
            twice = next(place for place, key in enumerate(keys) if key == keys[place + 1])
            strata = f"分层“{rows[twice][1]}”和“{rows[twice + 1][1]}”"
            raise NamedTwice(what="对象", key=keys[twice], places=strata)
    return rows, keys


def _is_rising(keys: Sequence[str]) -> bool:
    return not any(map(ge, keys, islice(keys, 1, None)))


def _check_excluded(keys: Sequence[str], excluded: Sequence[Excluded]) -> None:
    """Nobody is both in and out. `keys` are sorted."""
    for key in sorted(_once("排除对象", (one.key for one in excluded), "排除名单")):
        place = bisect_left(keys, key)
        if place < len(keys) and keys[place] == key:
            raise NamedTwice(what="对象", key=key, places="抽取名单和排除名单")


def _check_strata(strata: Sequence[Stratum], counted: Mapping[str, int]) -> None:
    names = _once("分层", (one.name for one in strata), "分层表")
    if not names:
        raise NothingToDraw
    for unknown in sorted(counted.keys() - names):
        raise UnknownName(where="抽取名单", what="分层", key=unknown)
    for one in strata:
        if one.size != counted.get(one.name, 0):
            raise StratumMismatch(
                stratum=one.name, stated=one.size, counted=counted.get(one.name, 0)
            )
        if one.wanted < 1 or one.wanted + one.reserves > one.size:
            raise StratumTooSmall(
                stratum=one.name, size=one.size, wanted=one.wanted, reserves=one.reserves
            )


def _check_people(frame: Frame) -> None:
    strata = {one.name for one in frame.strata}
    for demand in frame.demands:
        if demand.stratum not in strata:
            raise UnknownName(where="人员需求", what="分层", key=demand.stratum)
    demands = (f"{one.stratum}/{one.dept}/{one.skill}" for one in frame.demands)
    _once("人员需求", demands, "需求表")
    officers = _once("执法人员", (one.name for one in frame.officers), "人员名录")
    pairs = [f"{one.officer}/{one.key}" for one in frame.avoidances]
    _once("回避", pairs, "回避名单")
    for avoidance in frame.avoidances:
        if avoidance.officer not in officers:
            raise UnknownName(where="回避名单", what="执法人员", key=avoidance.officer)


def _once(what: str, names: Iterable[str], where: str) -> set[str]:
    counted = Counter(names)
    for name, count in counted.items():
        if count > 1:
            raise NamedTwice(what=what, key=name, places=f"{where}中 {count} 处")
    return set(counted)


def _sorted(
    some: Sequence[Excluded]
    | Sequence[Stratum]
    | Sequence[Demand]
    | Sequence[Officer]
    | Sequence[Avoidance],
) -> list[bytes]:
    return sorted(one.line() for one in some)
