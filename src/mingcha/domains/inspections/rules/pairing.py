"""Pairing officers with visits: least loaded first, chance between equals, paths where it is tight.

Source: docs/explanation/draw.md, “Pairing”. Each visit takes one place at a time; where nobody is
free, a breadth-first alternating path moves officers between visits; where there is none, the place
stays vacant and says which visits compete for the same officers.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.eligible import Eligibility, Visit

_FULL = 1 << 40  # above every load


@dataclass(frozen=True)
class Knot:
    """Visits that compete for the same officers, who are too few: each is at his cap, or at that
    entity already. Vacancies share it, because in a district without officers it may be large.
    """

    visits: Sequence[Visit]
    officers: Sequence[str]


@dataclass(frozen=True)
class Vacancy:
    """A place nobody can fill, numbered from 1 in its visit, and the knot that is the reason."""

    visit: Visit
    place: int
    knot: Knot

    @property
    def reached(self) -> Sequence[Visit]:
        """The visits reached from this one, itself among them, by bytes."""
        return sorted({self.visit, *self.knot.visits}, key=Visit.line)


@dataclass(frozen=True)
class Pairing:
    """visit → its officers in the order they joined; visits in the order of processing."""

    teams: Mapping[Visit, Sequence[str]]
    vacant: Sequence[Vacancy]


def pair(visits: Iterable[Visit], eligibility: Eligibility, chance: Chance) -> Pairing:
    """Pair all visits. `eligibility` gives officers, loads before the draw and caps."""
    return Teams(ordered(visits, eligibility, chance), eligibility, chance).run()


def ordered(
    visits: Iterable[Visit], eligibility: Eligibility, chance: Chance
) -> list[tuple[Visit, Sequence[int]]]:
    """Visits as they are processed: fewest eligible first, then chance, then bytes."""
    known = [(visit, eligibility.of(visit)) for visit in visits]

    def place(one: tuple[Visit, Sequence[int]]) -> tuple[int, bytes, bytes]:
        line = one[0].line()
        return len(one[1]), asked(line), line

    asked = chance.asking(b"visit")
    return sorted(known, key=place)


class _Digests(dict[int, bytes]):
    """officer → H(seed, draw_id, "officer", key, officer), made when asked for."""

    def __init__(self, chance: Chance, named: bytes, key: str, names: Sequence[bytes]) -> None:
        super().__init__()
        self._asked, self._names = chance.asking(named, key.encode()), names

    def __missing__(self, officer: int) -> bytes:
        made = self[officer] = self._asked(self._names[officer])
        return made


class Teams:
    """The teams while they come together. Visits and officers are numbers here."""

    def __init__(
        self,
        ordered: Sequence[tuple[Visit, Sequence[int]]],
        eligibility: Eligibility,
        chance: Chance,
        named: str = "officer",
    ) -> None:
        self.ordered, self._eligibility = ordered, eligibility
        self._chance, self._named = chance, named.encode()
        self._caps = [one.cap for one in eligibility.officers]
        self._names = [one.name.encode() for one in eligibility.officers]
        # The load of whoever is free, _FULL for the others.
        self._free = [
            one.base_load if one.base_load < one.cap else _FULL for one in eligibility.officers
        ]
        self._load = [one.base_load for one in eligibility.officers]
        self._teams: list[list[int]] = [[] for _ in ordered]
        self._held: list[set[int]] = [set() for _ in eligibility.officers]
        self._at: dict[str, set[int]] = {}
        self._changes: dict[str, int] = {}  # of teams, by department: none is in two
        self._knots: dict[tuple[int, str, tuple[int, ...]], tuple[int, Knot]] = {}
        self._digests: tuple[str, _Digests] | None = None

    def run(self) -> Pairing:
        """All places of all visits."""
        vacant = []
        for number, (visit, who) in enumerate(self.ordered):
            for place in range(1, visit.places + 1):
                officer = self.least_loaded(visit, who)
                if officer is not None:
                    self.join(number, officer)
                elif (knot := self._knot(number)) is not None:
                    vacant.append(Vacancy(visit, place, knot))
                else:
                    self._move_along_a_path(number)
        return Pairing(self.named(), vacant)

    def named(self) -> dict[Visit, list[str]]:
        """The teams by name."""
        names = [one.name for one in self._eligibility.officers]
        return {
            visit: [names[officer] for officer in team]
            for (visit, _), team in zip(self.ordered, self._teams, strict=True)
        }

    def take_over(self, teams: Mapping[Visit, Sequence[str]]) -> None:
        """Begin with the teams of an earlier round."""
        for number, (visit, _) in enumerate(self.ordered):
            for name in teams[visit]:
                self.join(number, self._eligibility.places[name])

    def least_loaded(self, visit: Visit, who: Sequence[int]) -> int | None:
        """The free officer of `who` not yet there who is smallest by (load, hash, bytes)."""
        there, free = self._at.get(visit.key), self._free
        if there:
            who = [officer for officer in who if officer not in there]
        if not who:
            return None
        loads = [free[officer] for officer in who]
        least = min(loads)
        if least == _FULL:
            return None
        if loads.count(least) == 1:
            return who[loads.index(least)]
        digests = self._known(visit.key)
        # Officers are numbered by their bytes, which so decide between equal digests.
        equals = [one for one, load in zip(who, loads, strict=True) if load == least]
        return min(equals, key=digests.__getitem__)

    def _in_hash_order(self, number: int) -> Iterator[int]:
        visit, who = self.ordered[number]
        there, digests = self._at.get(visit.key, set()), self._known(visit.key)
        yield from sorted((one for one in who if one not in there), key=digests.__getitem__)

    def _move_along_a_path(self, start: int) -> None:
        """Fill a place of visit `start` by moving others; somebody free is known to be in reach."""
        came_from: dict[int, tuple[int, int]] = {start: (start, -1)}
        waiting = deque([start])
        while True:
            here = waiting.popleft()
            for officer in self._in_hash_order(here):
                if self._free[officer] != _FULL:
                    self._apply(here, officer, came_from)
                    return
                for holding in sorted(self._held[officer]):
                    if holding not in came_from:
                        came_from[holding] = (here, officer)
                        waiting.append(holding)

    def _knot(self, start: int) -> Knot | None:
        """Why nobody can be had for visit `start`; None when somebody free is in reach.

        The order of search does not matter here, so officers shared by many visits are looked at
        once; and what held for a visit holds for others like it until somebody joins a team.
        """
        visit, who = self.ordered[start]
        there = self._at.get(visit.key, set())
        alike = (id(who), visit.key if there else "", tuple(sorted(there)))
        changes = self._changes.get(visit.dept, 0)
        known = self._knots.get(alike)
        if known is None or known[0] != changes:
            reached = self._reached(start)
            if reached is None:
                return None
            if not self._teams[start]:  # it holds nobody, so no other visit reaches it
                reached.discard(start)
            known = self._knots[alike] = changes, self._described(reached, who)
        return known[1]

    def _reached(self, start: int) -> set[int] | None:
        seen: set[int] = {start}
        tried: set[int] = set()
        left: dict[int, set[int]] = {}  # of the officers shared by visits, those not yet tried
        waiting = [start]
        while waiting:
            visit, who = self.ordered[waiting.pop()]
            there = self._at.get(visit.key, set())
            shared = left.setdefault(id(who), set(who))
            for officer in shared - there - tried:
                if self._free[officer] != _FULL:
                    return None
                tried.add(officer)
                fresh = self._held[officer] - seen
                seen |= fresh
                waiting += fresh
            shared &= there
        return seen

    def _apply(self, end: int, officer: int, came_from: Mapping[int, tuple[int, int]]) -> None:
        """The free one joins the last visit, whose officer moves one up, and so on."""
        here = end
        while True:
            above, moving = came_from[here]
            if moving < 0:
                self.join(here, officer)
                return
            self._leave(here, moving)
            self.join(here, officer)
            here, officer = above, moving

    def join(self, number: int, officer: int) -> None:
        """The officer takes a place of visit `number`."""
        visit = self.ordered[number][0]
        self._teams[number].append(officer)
        self._at.setdefault(visit.key, set()).add(officer)
        self._changes[visit.dept] = self._changes.get(visit.dept, 0) + 1
        self._held[officer].add(number)
        self._count(officer, 1)

    def _leave(self, number: int, officer: int) -> None:
        self._teams[number].remove(officer)
        self._at[self.ordered[number][0].key].remove(officer)
        self._held[officer].remove(number)
        self._count(officer, -1)

    def _count(self, officer: int, change: int) -> None:
        self._load[officer] += change
        load = self._load[officer]
        self._free[officer] = load if load < self._caps[officer] else _FULL

    def _known(self, key: str) -> _Digests:
        """The digests at an entity; those of the last one asked about are kept."""
        if self._digests is None or self._digests[0] != key:
            self._digests = key, _Digests(self._chance, self._named, key, self._names)
        return self._digests[1]

    def _described(self, reached: set[int], own: Sequence[int]) -> Knot:
        visits = [self.ordered[number] for number in reached]
        officers = sorted({one for _, who in visits for one in who} | set(own))
        return Knot(
            sorted((known for known, _ in visits), key=Visit.line),
            [self._eligibility.officers[one].name for one in officers],
        )
