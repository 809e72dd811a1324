"""How often pairs of officers came up, held against what the pairing intends; and the tail of χ².

Sources: docs/explanation/draw.md, “Observed and intended”; NIST DLMF 8.7.1 and 8.9.2 (the gamma function).

The intended numbers come from pairing again, for the objects that were drawn, with 2,000 other seeds on
the committed files, and so does the distribution of the statistic. Classes are in `classes`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, lgamma, log

from mingcha.base.ledger.hashing import Hashing
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.eligible import Visit

SEEDS, FEWEST_SEEDS = 2_000, 400
MOST_VISITS = (
    8_000_000  # paired over all simulations of a draw, which is about a quarter of an hour
)
Pair = tuple[str, str]


@dataclass(frozen=True)
class Seen:
    """A pair: how often it came up and how often it should have, on average."""

    name: str
    observed: int
    intended: float


@dataclass(frozen=True)
class Test:
    """Observed against intended: the statistic and how likely one as large is under fair draws."""

    seen: Sequence[Seen]
    statistic: float
    probability: float


def pairs_of(teams: Mapping[Visit, Sequence[str]]) -> Counter[Pair]:
    """How often each two officers went together."""
    counted: Counter[Pair] = Counter()
    for team in teams.values():
        counted.update(combinations(sorted(team), 2))
    return counted


def seeds_of(visits: int) -> int:
    """How many other seeds a draw of so many visits is paired with: 2,000 up to 4,000 visits, then fewer,
    never below 400, which still tell a probability of 1 %.
    """
    return min(SEEDS, max(FEWEST_SEEDS, MOST_VISITS // max(1, visits)))


def seeds_for(draw_id: str, by: Hashing, count: int = SEEDS) -> list[Chance]:
    """The other seeds: `draw_id|simulation=1` and so on, so that anyone simulates the same."""
    return [Chance.of(by, f"{draw_id}|simulation={n}", draw_id) for n in range(1, count + 1)]


def by_pair(
    observed: Counter[Pair],
    simulated: Callable[[], Iterable[Counter[Pair]]],
) -> Test:
    """Whether pairs of officers came up as the draw intends.

    `simulated` gives the pairs of every simulated pairing; it is asked twice, so that memory grows
    with the pairs and not with the simulations. X² is the sum over pairs of (observed − mean)²/mean,
    the mean being that of all, the observed one among them; so all are exchangeable under a fair draw,
    and the probability is the exact share of statistics as large.
    """
    total = Counter(observed)
    draws = 1
    for one in simulated():
        total.update(one)
        draws += 1
    means = {pair: count / draws for pair, count in total.items()}
    base = sum(means.values())

    def statistic(counts: Counter[Pair]) -> float:
        return base + sum(
            (count - means[pair]) ** 2 / means[pair] - means[pair] for pair, count in counts.items()
        )

    own = statistic(observed)
    as_large = sum(statistic(one) >= own for one in simulated())
    seen = [Seen("、".join(pair), observed[pair], means[pair]) for pair in sorted(means)]
    return Test(seen, own, (1 + as_large) / draws)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(χ² ≥ statistic) with `freedom` degrees; 1 without any."""
    if freedom < 1 or statistic <= 0:
        return 1.0
    a, x = freedom / 2, statistic / 2
    scale = exp(a * log(x) - x - lgamma(a))
    return 1 - scale * _series(a, x) if x < a + 1 else scale * _fraction(a, x)


def _series(a: float, x: float) -> float:
    """Γ-series below the mean (DLMF 8.7.1)."""
    term = total = 1 / a
    n = a
    while term > total * 1e-15:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    """Continued fraction above the mean (DLMF 8.9.2), by Lentz's method."""
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    value, n = d, 0
    while True:
        n += 1
        step = -n * (n - a)
        b += 2
        d = 1 / (step * d + b or tiny)
        c = b + step / c or tiny
        change = c * d
        value *= change
        if abs(change - 1) < 1e-15:
            return value
