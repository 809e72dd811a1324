"""The items that come nearest to what an act named, when what it named is not in force.

Nearness is read from the code (how long both begin alike) and from the name (how many pairs of
neighbouring characters they share). Pure; an index is made once for many questions.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

IN_USE = "01"  # 事项状态 在用
MOST = 3
AROUND = 24  # neighbours looked at on each side of a code
LEAST = 0.3  # of 1 for the same code and 1 for the same name


@dataclass(frozen=True)
class Candidate:
    """One version of an item; empty text and levels set no bound."""

    code: str
    name: str
    since: date
    until: date | None = None
    status: str = IN_USE
    levels: tuple[str, ...] = ()
    body: str = ""
    region: str = ""

    def holds(self, on: date, body: str, place: str, level: str) -> bool:
        """Whether it is in force on a day for a body, a place and a level."""
        if self.status != IN_USE or on < self.since or (self.until and on > self.until):
            return False
        if (self.body and body and self.body != body) or not place.startswith(self._within(place)):
            return False
        return not (self.levels and level and level not in self.levels)

    def _within(self, place: str) -> str:
        stem = self.region
        while len(stem) > 2 and stem.endswith("00"):
            stem = stem[:-2]
        return stem if place else ""


@dataclass(frozen=True)
class Sought:
    """What an act said: the code, its own name, the day, and who acted where."""

    code: str
    name: str
    on: date
    body: str = ""
    place: str = ""
    level: str = ""


class Nearby:
    """An index over the versions of a list."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._all = sorted(candidates, key=lambda one: one.code)

    def nearest(self, sought: Sought, most: int = MOST) -> list[Candidate]:
        """The nearest that are in force, the nearest first; never the very code that was named."""
        shared = self._by_name(sought.name)
        at = bisect_left(self._codes, sought.code)
        around = range(max(0, at - AROUND), min(len(self._all), at + AROUND))
        best: dict[str, tuple[float, Candidate]] = {}
        for place in {*around, *shared}:
            one = self._all[place]
            if one.code == sought.code or not one.holds(
                sought.on, sought.body, sought.place, sought.level
            ):
                continue
            score = _alike(sought.code, one.code) + shared.get(place, 0.0)
            if score >= LEAST and score > best.get(one.code, (0.0, one))[0]:
                best[one.code] = (score, one)
        ranked = sorted(best.values(), key=lambda found: (-found[0], found[1].code))
        return [one for _, one in ranked[:most]]

    @cached_property
    def _codes(self) -> Sequence[str]:
        return [one.code for one in self._all]

    @cached_property
    def _pairs(self) -> dict[str, list[int]]:
        """Pair of characters → places of the names that hold it."""
        found: dict[str, list[int]] = {}
        for place, one in enumerate(self._all):
            for pair in _pairs(one.name):
                found.setdefault(pair, []).append(place)
        return found

    def _by_name(self, name: str) -> dict[int, float]:
        """Place → share of pairs in common (Dice), for names that share any rare enough one."""
        wanted = _pairs(name)
        counts: Counter[int] = Counter()
        for pair in wanted:
            places = self._pairs.get(pair, ())
            if len(places) <= max(50, len(self._all) // 4):  # 检查, 监督 are in every name
                counts.update(places)
        return {
            place: 2 * count / (len(wanted) + len(_pairs(self._all[place].name)))
            for place, count in counts.most_common(AROUND)
        }


def _pairs(text: str) -> frozenset[str]:
    bare = "".join(text.split())
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))


def _alike(one: str, other: str) -> float:
    """The share of a code with which both begin alike."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length / max(len(one), len(other), 1)
