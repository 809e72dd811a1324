"""The draw of objects: from F lines, S lines and chance to the objects of each stratum, in order.

Source: docs/explanation/draw.md, “srs”, “pps”, “Order”, “Reserves”. A frame of millions is read
twice at most; only units that may be drawn are kept, save where a systematic draw needs all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isqrt

from mingcha.domains.inspections.rules import pps
from mingcha.domains.inspections.rules.chance import WHOLE, Chance
from mingcha.domains.inspections.rules.lines import Stratum
from mingcha.domains.inspections.rules.pps import Plan, Ticket
from mingcha.domains.inspections.rules.text import MARK

SRS = "srs"
_MOST = (WHOLE - 1).to_bytes(32)


@dataclass(frozen=True)
class Drawn:
    """What was drawn in a stratum: the method used, the objects in order of the draw (those taken for
    certain first, `certain` of them), and the reserves in order.
    """

    stratum: str
    method: str
    certain: int
    objects: tuple[str, ...]
    reserves: tuple[str, ...]


class _Stratum:
    """A stratum while the frame passes by."""

    def __init__(self, stratum: Stratum, counts: Mapping[int, int]) -> None:
        self.stratum, self.counts = stratum, counts
        self.wanted = stratum.wanted + stratum.reserves
        self.plan = pps.plan(stratum.wanted, counts) if stratum.method == "pps" else None
        self.kept: list[Ticket] = []
        self.limits = self._limits()

    def _limits(self) -> dict[bytes, bytes]:
        """weight as written → U up to which a unit is kept."""
        ample = self.wanted + 8 * isqrt(self.wanted) + 16
        if self.plan is None:
            bound = min(WHOLE - 1, WHOLE * ample // self.stratum.size).to_bytes(32)
            return {b"%d" % weight: bound for weight in self.counts}
        if self.plan.method != pps.PARETO:
            return {b"%d" % weight: _MOST for weight in self.counts}
        found = pps.limits(self.plan, self.counts, ample)
        return {b"%d" % weight: found.get(weight, _MOST) for weight in self.counts}

    @property
    def lacks(self) -> bool:
        """Whether fewer were kept than are needed, which one draw in billions meets."""
        return len(self.kept) < self.wanted

    def keep_all(self) -> None:
        """Keep every unit when the frame passes by again."""
        self.kept, self.limits = [], dict.fromkeys(self.limits, _MOST)

    def drawn(self, chance: Chance) -> Drawn:
        """The objects and reserves."""
        if self.plan is None:
            return self._named(SRS, [], sorted(self.kept))
        certain = [ticket for ticket in self.kept if self.plan.takes(ticket.weight)]
        rest = [ticket for ticket in self.kept if not self.plan.takes(ticket.weight)]
        certain.sort(key=lambda ticket: ticket.key)
        if self.plan.method != pps.SYSTEMATIC:
            return self._named(self.plan.method, certain, pps.by_xi(rest, self.plan))
        start = chance.number(b"start", self.stratum.name.encode())
        taken = pps.systematic(rest, self.plan, start)
        if self.stratum.reserves:
            gone = {ticket.key for ticket in taken}
            others = [ticket for ticket in rest if ticket.key not in gone]
            taken += pps.by_xi(others, self.plan)
        return self._named(self.plan.method, certain, taken)

    def _named(self, method: str, certain: list[Ticket], ordered: list[Ticket]) -> Drawn:
        keys = tuple(ticket.key.decode() for ticket in certain + ordered)
        objects, rest = keys[: self.stratum.wanted], keys[self.stratum.wanted :]
        return Drawn(
            self.stratum.name, method, len(certain), objects, rest[: self.stratum.reserves]
        )


def draw(lines: Sequence[bytes], strata: Iterable[Stratum], chance: Chance) -> list[Drawn]:
    """Draw from the F lines of a frozen frame; strata by name.

    The frame must have been frozen (`frame.freeze`): nothing is checked again here.
    """
    ordered = sorted(strata, key=lambda one: one.name.encode())
    counts = weights(lines)
    passing = {one.name.encode(): _Stratum(one, counts[one.name]) for one in ordered}
    _pass(lines, passing, chance)
    short = {name: one for name, one in passing.items() if one.lacks}
    for one in short.values():
        one.keep_all()
    if short:
        _pass(lines, short, chance)
    return [passing[one.name.encode()].drawn(chance) for one in ordered]


def weights(lines: Iterable[bytes]) -> dict[str, Counter[int]]:
    """stratum → weight → how many units of it."""
    counted = Counter(map(_tail, lines))
    found: dict[str, Counter[int]] = {}
    for tail, count in counted.items():
        name, weight = tail[:2]
        found.setdefault(name.decode(), Counter())[int(weight)] += count
    return found


def chances(lines: Iterable[bytes], strata: Iterable[Stratum]) -> dict[tuple[str, int], float]:
    """(stratum, weight) → the probability to be drawn, for the page that shows a plan."""
    counts, found = weights(lines), {}
    for one in strata:
        made: Plan | None = pps.plan(one.wanted, counts[one.name]) if one.method == "pps" else None
        for weight in counts[one.name]:
            exact = one.wanted / one.size if made is None else float(made.chance(weight))
            found[one.name, weight] = exact
    return found


def _tail(line: bytes) -> tuple[bytes, ...]:
    return tuple(line.split(MARK)[2:4])


def _pass(lines: Sequence[bytes], passing: Mapping[bytes, _Stratum], chance: Chance) -> None:
    """Give every unit its number and keep those within the limits of their stratum."""
    number = chance.asking()
    for line in islice(lines, None):
        _, key, name, weight, _ = line.split(MARK)
        u = number(key)
        stratum = passing.get(name)
        if stratum is not None and u <= stratum.limits[weight]:
            stratum.kept.append(Ticket(u, key, int(weight)))
