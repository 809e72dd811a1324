"""How good ties are, estimated from labelled pairs of a stratified sample (pure).

A pair is a record with the party to which the machine tied it, or would have; its stratum says how.
Each stratum stands for `size` pairs of which some were drawn and labelled. Rates are shares from 0 to
1; intervals are Wilson's at 95 %, over the effective number of labels (Kish).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # the 97.5th percentile of the normal distribution


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled pair. `made`: the machine tied it firmly; `right`: it means that party.

    `there`: the record means a registered party at all, this one or another.
    """

    stratum: str
    made: bool
    right: bool
    there: bool
    kinds: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its interval, and on how many labels it rests; None where nothing was labelled."""

    value: float
    low: float
    high: float
    labels: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision: of the ties made, the share that is right. Recall: of those that should be, made."""

    precision: Rate | None
    recall: Rate | None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both."""
        if self.precision is None or self.recall is None:
            return None
        both = self.precision.value + self.recall.value
        return 2 * self.precision.value * self.recall.value / both if both else 0.0


def figures(
    pairs: Iterable[Labelled], sizes: Mapping[str, int], *, among: Sequence[Labelled] | None = None
) -> Figures:
    """Precision and recall; `sizes` are the pairs that each stratum stands for.

    `pairs` may be a part of all that were labelled, `among`: those of one kind of dirt. Each then
    counts as much as it does among all.
    """
    part = list(pairs)
    counts = Counter(pair.stratum for pair in (part if among is None else among))
    weighted = [(sizes[pair.stratum] / counts[pair.stratum], pair) for pair in part]
    return Figures(
        precision=_rate(weighted, lambda p: p.made and p.right, lambda p: p.made),
        recall=_rate(weighted, lambda p: p.made and p.right, lambda p: p.there),
    )


def _rate(
    weighted: Sequence[tuple[float, Labelled]],
    good: Callable[[Labelled], bool],
    counted: Callable[[Labelled], bool],
) -> Rate | None:
    mine = [(weight, good(pair)) for weight, pair in weighted if counted(pair)]
    total = sum(weight for weight, _ in mine)
    if not total:
        return None
    share = sum(weight for weight, is_good in mine if is_good) / total
    effective = total**2 / sum(weight**2 for weight, _ in mine)
    low, high = wilson(share, effective)
    return Rate(share, low, high, len(mine))


def wilson(share: float, number: float) -> tuple[float, float]:
    """The 95 % interval of a share seen in `number` cases (Wilson 1927)."""
    if number <= 0:
        return 0.0, 1.0
    square = Z * Z
    middle = share + square / (2 * number)
    reach = Z * sqrt(share * (1 - share) / number + square / (4 * number * number))
    scale = 1 + square / number
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
