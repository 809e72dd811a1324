"""Drawing with chances in proportion to weights: take-all, Pareto, systematic.

Sources: docs/explanation/draw.md, “pps”; B. Rosén, Asymptotic theory for order sampling, J. Statist.
Plann. Inference 62 (1997). Integers decide everything; nothing here is a float except how far to look.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from mingcha.domains.inspections.rules.chance import BITS, WHOLE

PARETO, SYSTEMATIC, TAKE_ALL = "pareto", "systematic", "take-all"
_DENSE = 5  # below Σ π(1 − π) = 5 Pareto's error is no longer negligible
_STEPS = 16  # ξ-limits are sixteenths


class Ticket(NamedTuple):
    """A unit with its number: U as 32 bytes big-endian (they sort as the number does), its key."""

    u: bytes
    key: bytes
    weight: int = 1


@dataclass(frozen=True)
class Plan:
    """How a stratum is drawn, from its weights alone.

    Units of at least `certain` join T (0: none can); `taken` of them; m and S are those of the others.
    """

    method: str
    certain: int
    taken: int
    m: int
    total: int

    def takes(self, weight: int) -> bool:
        """Whether a unit of this weight is drawn for certain."""
        return bool(self.certain) and weight >= self.certain

    def chance(self, weight: int) -> Fraction:
        """The probability π of a unit of this weight to be drawn."""
        return Fraction(1) if self.takes(weight) else Fraction(self.m * weight, self.total)


def plan(wanted: int, counts: Mapping[int, int]) -> Plan:
    """The plan for drawing `wanted` from units given as weight → how many of them."""
    total = sum(weight * count for weight, count in counts.items())
    rest, m, certain = sorted(counts, reverse=True), wanted, 0
    while m and rest and m * rest[0] >= total:
        joining = [weight for weight in rest if m * weight >= total]
        rest = rest[len(joining) :]
        m -= sum(counts[weight] for weight in joining)
        total -= sum(weight * counts[weight] for weight in joining)
        certain = joining[-1]
    spread = sum(counts[weight] * (m * weight) * (total - m * weight) for weight in rest)
    if not rest or not m:
        method = TAKE_ALL
    else:
        method = SYSTEMATIC if spread < _DENSE * total * total else PARETO
    return Plan(method, certain, wanted - m, m, total)


def limits(plan: Plan, counts: Mapping[int, int], wanted: int) -> dict[int, bytes]:
    """weight → U up to which a unit is worth keeping, so that about `wanted` more than enough are.

    A unit above its limit has a larger ξ than every unit below its own, so that whoever keeps at
    least as many as are needed has the smallest.
    """
    step = _STEPS
    while step < _STEPS << 40 and _expected(plan, counts, step) < wanted:
        step += step // 4
    return {
        weight: _last_below(step * a, _STEPS * (plan.total - a)).to_bytes(32)
        for weight in counts
        if not plan.takes(weight)
        for a in (plan.m * weight,)
    }


def by_xi(tickets: Sequence[Ticket], plan: Plan) -> list[Ticket]:
    """Units by ξ = (2U + 1)(S − a) / ((2²⁵⁷ − 2U − 1)·a), then key bytes.

    ξ is compared as ⌊ξ · 2ˢ⌋ with s so large that different fractions stay different, which is the
    same as comparing them by cross-multiplication.
    """
    if not tickets:
        return []
    most = plan.m * max(ticket.weight for ticket in tickets)
    shift = 2 * (BITS + 1 + most.bit_length()) + 2

    def order(ticket: Ticket) -> tuple[int, bytes]:
        a, odd = plan.m * ticket.weight, 2 * int.from_bytes(ticket.u) + 1
        return (odd * (plan.total - a) << shift) // ((2 * WHOLE - odd) * a), ticket.key

    return sorted(tickets, key=order)


def systematic(tickets: Sequence[Ticket], plan: Plan, start: int) -> list[Ticket]:
    """The units on which the marks r + k·S fall, `tickets` laid end to end by (U, key).

    `start` is int(H(seed, draw_id, "start", stratum)); r = ⌊start · S / 2²⁵⁶⌋.
    """
    return list(_marked(sorted(tickets), plan, start * plan.total >> BITS))


def _marked(ordered: Sequence[Ticket], plan: Plan, mark: int) -> Iterator[Ticket]:
    end, last = 0, mark + (plan.m - 1) * plan.total
    for ticket in ordered:
        end += plan.m * ticket.weight
        if mark < end:
            yield ticket
            mark += plan.total
            if mark > last:
                return


def _last_below(a: int, b: int) -> int:
    """The largest U with (2U + 1)·b ≤ (2²⁵⁷ − 2U − 1)·a: ξ at most its limit, exactly."""
    return max(0, (2 * WHOLE * a // (a + b) - 1) // 2)


def _expected(plan: Plan, counts: Mapping[int, int], step: int) -> float:
    """How many units lie below the ξ-limit step/16, on average."""
    total = 0.0
    for weight, count in counts.items():
        if not plan.takes(weight):
            a = plan.m * weight
            total += count * (step * a / (step * a + _STEPS * (plan.total - a)))
    return total
