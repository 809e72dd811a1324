"""Why one entity was drawn or not, in numbers that its owner can follow.

Source: docs/explanation/draw.md, “srs”, “pps”: equal chances by U, chances by weight by ξ. What is
compared are exact integers and fractions; what is shown is rounded.
"""

from dataclasses import dataclass
from fractions import Fraction

from mingcha.domains.inspections.rules import pps
from mingcha.domains.inspections.rules.chance import WHOLE


@dataclass(frozen=True)
class Terms:
    """How its stratum was drawn: the method used, and of a draw by weight its plan."""

    used: str
    certain: int = 0
    m: int = 0
    total: int = 0

    def is_certain(self, weight: int) -> bool:
        """Whether an entity of that weight is drawn for certain."""
        return self.used != "srs" and bool(self.certain) and weight >= self.certain


@dataclass(frozen=True)
class Ticket:
    """The number U of an entity, and its weight."""

    u: int
    weight: int


def rank(ticket: Ticket, terms: Terms) -> Fraction | None:
    """What decides: U as a part of one, or ξ for a Pareto draw; None where order does not decide."""
    if terms.used == "srs":
        return Fraction(ticket.u, WHOLE)
    a = terms.m * ticket.weight
    if terms.used != pps.PARETO or terms.is_certain(ticket.weight) or a >= terms.total:
        return None
    return Fraction((2 * ticket.u + 1) * (terms.total - a), (2 * WHOLE - 2 * ticket.u - 1) * a)


def shown(number: Fraction, digits: int = 8) -> str:
    """A number rounded down to some digits, so that a smaller one never shows larger."""
    scaled = number * 10**digits
    whole, rest = divmod(scaled.numerator // scaled.denominator, 10**digits)
    return f"{whole}.{rest:0{digits}d}"
