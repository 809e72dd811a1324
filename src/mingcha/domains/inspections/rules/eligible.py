"""Which officers may make a visit.

Source: docs/explanation/draw.md, “Eligible”: same department; the skill listed; an area of theirs is a
prefix of the entity's area code; the certificate is valid over the whole visit window; no avoidance.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from mingcha.domains.inspections.rules.lines import Avoidance, Demand, Officer, Unit
from mingcha.domains.inspections.rules.text import line as joined


class Visit(NamedTuple):
    """An entity that was drawn, and one demand of its stratum."""

    key: str
    dept: str
    skill: str
    area: str
    places: int

    def line(self) -> bytes:
        """What orders visits that are alike in all else."""
        return joined(self.key, self.dept, self.skill)


@dataclass(frozen=True)
class Window:
    """The days on which visits may be made, both included."""

    first: date
    last: date


def visits_of(
    objects: Mapping[str, Iterable[str]], demands: Iterable[Demand], areas: Mapping[str, str]
) -> Iterator[Visit]:
    """The visits of the objects drawn (stratum → keys, without reserves). `areas` is key → area code."""
    of_stratum: dict[str, list[Demand]] = {}
    for demand in demands:
        of_stratum.setdefault(demand.stratum, []).append(demand)
    for stratum, keys in objects.items():
        for key in keys:
            for demand in of_stratum.get(stratum, ()):
                yield Visit(key, demand.dept, demand.skill, areas[key], demand.count)


def areas_of(lines: Iterable[bytes], keys: Iterable[str]) -> dict[str, str]:
    """key → area of some entities, from F lines."""
    wanted = {key.encode() for key in keys}
    found = {}
    for line in lines:
        if line[2 : line.index(b"\x1f", 2)] in wanted:
            unit = Unit.read(line)
            found[unit.key] = unit.area
    return found


class Eligibility:
    """Who may make which visit; officers by their place in `officers`, sorted by their bytes."""

    def __init__(
        self, officers: Iterable[Officer], avoidances: Iterable[Avoidance], window: Window
    ) -> None:
        self.officers: Sequence[Officer] = sorted(officers, key=lambda one: one.name.encode())
        self.places = {one.name: place for place, one in enumerate(self.officers)}
        self._groups: dict[tuple[str, str, str], list[int]] = {}
        self._by_skill: dict[tuple[str, str], list[int]] = {}
        self._avoided: dict[str, set[int]] = {}
        for place, one in enumerate(self.officers):
            if one.valid_from <= window.first and window.last <= one.valid_to:
                for skill in one.skills:
                    self._by_skill.setdefault((one.dept, skill), []).append(place)
        for avoidance in avoidances:
            self.avoid(avoidance.key, avoidance.officer)

    def avoid(self, key: str, officer: str) -> None:
        """From now on the officer does not go there."""
        self._avoided.setdefault(key, set()).add(self.places[officer])

    def of(self, visit: Visit) -> Sequence[int]:
        """The officers who may make the visit, ascending. Do not change what is returned."""
        named = (visit.dept, visit.skill, visit.area)
        group = self._groups.get(named)
        if group is None:
            skilled = self._by_skill.get(named[:2], ())
            group = [p for p in skilled if visit.area.startswith(self.officers[p].areas)]
            self._groups[named] = group
        avoided = self._avoided.get(visit.key)
        return [place for place in group if place not in avoided] if avoided else group
