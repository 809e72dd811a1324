"""How often classes were drawn over a year, held against the published chances.

Sources: docs/explanation/draw.md, “Observed and intended”; J. Hájek, Ann. Math. Statist. 35 (1964) (the
covariances of a draw without replacement); W. G. Cochran, Biometrics 10 (1954) (counts below five).

How many are drawn of a stratum is fixed beforehand, so a stratum always comes up as intended and
proves nothing. What chance decides is who is drawn within it: the classes of a stratum (its weights,
its districts, its trades) are compared given its size. The counts and their covariances add up over
the draws of a year, so that what is favoured a little each time shows in the sum.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import TypeAlias

from mingcha.domains.inspections.rules.frequencies import chi_square_tail

LEAST = 5.0  # Σπ(1 − π) below which a class is compared together with other small ones
FOUND = (
    3.42  # standard deviations that are found in four of five cases at a level of 1 % (2.58 + 0.84)
)
_NOTHING = 1e-9
_Matrix: TypeAlias = dict[int, dict[int, float]]


@dataclass(frozen=True)
class Cell:
    """A class in one stratum of one draw: how many were drawn, the sum of its chances π, Σπ(1 − π), and
    how many entities it has.
    """

    drawn: int
    intended: float
    spread: float
    size: int


Block: TypeAlias = Mapping[str, Cell]  # one stratum of one draw: class → its cell


@dataclass(frozen=True)
class Class:
    """A class over the year. `deviations` says by how many standard deviations it came up more often
    than intended; None where chance decides nothing (`is_fixed`) or too little to be told apart.
    """

    name: str
    observed: int
    intended: float
    deviations: float | None
    is_fixed: bool


@dataclass(frozen=True)
class Compared:
    """Observed against intended: X² and how likely one as large is if every draw was fair.

    `probability` is None where nothing can be tested: `compared` groups of classes are too few.
    `detectable` is the least share by which one class must have been favoured or spared for this many
    draws to show it in four of five cases; None where nothing can be tested.
    """

    seen: Sequence[Class]
    statistic: float
    freedom: int
    probability: float | None
    compared: int
    detectable: float | None


def compare(blocks: Iterable[Block]) -> Compared:
    """Whether classes were drawn as often as their chances say, given the size of every stratum.

    X² is the quadratic form of observed − intended in the inverse of its covariances, which of an
    equal-chance stratum are those of the hypergeometric distribution, and of a weighted one Hájek's:
    s_i − s_i²/Σs and −s_i·s_j/Σs with s = Σπ(1 − π), times N/(N − 1). Its degrees of freedom are the
    rank. Classes with s below 5 over the year are put together, smallest first, by s alone: what was
    observed has no part in it.
    """
    total = _Sums()
    for block in blocks:
        total.add(block)
    names = sorted(total.intended)
    group_of = _grouped({name: total.spread.get(name, 0.0) for name in names})
    matrix, vector, intended = total.by(group_of)
    statistic, freedom = _form(matrix, vector)
    seen = [total.seen(name, is_small=total.spread.get(name, 0.0) < LEAST) for name in names]
    if not freedom:
        return Compared(seen, 0.0, 0, None, len(matrix), None)
    telling = [
        FOUND * sqrt(matrix[one][one]) / intended[one]
        for one in matrix
        if matrix[one][one] > _NOTHING
    ]
    probability = chi_square_tail(statistic, freedom)
    return Compared(seen, statistic, freedom, probability, len(matrix), min(telling))


@dataclass
class _Sums:
    """What is summed over the strata of a year."""

    observed: dict[str, int] = field(default_factory=dict)
    intended: dict[str, float] = field(default_factory=dict)
    spread: dict[str, float] = field(default_factory=dict)  # of strata in which chance decides
    blocks: list[Block] = field(default_factory=list)  # these strata

    def add(self, block: Block) -> None:
        for name, cell in block.items():
            self.observed[name] = self.observed.get(name, 0) + cell.drawn
            self.intended[name] = self.intended.get(name, 0.0) + cell.intended
        decided = {name: cell for name, cell in block.items() if cell.spread > _NOTHING}
        if len(decided) > 1:
            self.blocks.append(decided)
            for name, cell in decided.items():
                self.spread[name] = self.spread.get(name, 0.0) + cell.spread

    def by(self, group_of: Mapping[str, int]) -> tuple[_Matrix, dict[int, float], dict[int, float]]:
        """Covariances, observed − intended and intended of groups of classes."""
        matrix: _Matrix = {group: {group: 0.0} for group in group_of.values()}
        vector = dict.fromkeys(matrix, 0.0)
        intended = dict.fromkeys(matrix, 0.0)
        for block in self.blocks:
            spread: dict[int, float] = {}
            for name, cell in block.items():
                group = group_of[name]
                spread[group] = spread.get(group, 0.0) + cell.spread
                vector[group] += cell.drawn - cell.intended
                intended[group] += cell.intended
            _add_covariances(matrix, spread, sum(cell.size for cell in block.values()))
        return matrix, vector, intended

    def seen(self, name: str, *, is_small: bool) -> Class:
        variance = 0.0
        for block in self.blocks:
            if name in block:
                whole = sum(cell.spread for cell in block.values())
                size = sum(cell.size for cell in block.values())
                own = block[name].spread
                variance += own * (1 - own / whole) * size / (size - 1)
        observed, intended = self.observed[name], self.intended[name]
        is_fixed = variance <= _NOTHING
        away = None if is_fixed or is_small else (observed - intended) / sqrt(variance)
        return Class(name, observed, intended, away, is_fixed)


def _add_covariances(matrix: _Matrix, spread: Mapping[int, float], size: int) -> None:
    whole = sum(spread.values())
    factor = size / (size - 1)
    for one, own in spread.items():
        row = matrix[one]
        row[one] += own * (1 - own / whole) * factor
        for other, theirs in spread.items():
            if other != one:
                row[other] = row.get(other, 0.0) - own * theirs / whole * factor


def _grouped(spread: Mapping[str, float]) -> dict[str, int]:
    """class → group: each by itself, small ones together, the smallest two at a time."""
    sums = sorted((total, [name]) for name, total in spread.items() if total > _NOTHING)
    while len(sums) > 1 and sums[0][0] < LEAST:
        (one, names), (other, more) = sums[0], sums[1]
        sums = sorted([*sums[2:], (one + other, sorted([*names, *more]))])
    return {name: group for group, (_, names) in enumerate(sums) for name in names}


def _form(matrix: _Matrix, vector: Mapping[int, float]) -> tuple[float, int]:
    """vᵀM⁺v of a positive semidefinite matrix, and its rank, by elimination with the largest pivot."""
    rows = {one: dict(row) for one, row in matrix.items()}
    left = dict(vector)
    most = max((row[one] for one, row in rows.items()), default=0.0)
    total, rank = 0.0, 0
    while rows:
        pivot = max(rows, key=lambda one: rows[one][one])
        row = rows.pop(pivot)
        own = row.pop(pivot)
        if own <= most * 1e-9 or own <= _NOTHING:
            break
        total += left[pivot] ** 2 / own
        rank += 1
        _eliminate(rows, left, pivot, row, own)
    return total, rank


def _eliminate(
    rows: _Matrix, left: dict[int, float], pivot: int, row: Mapping[int, float], own: float
) -> None:
    others: Collection[int] = [one for one in row if one in rows]
    for one in others:
        share = row[one] / own
        left[one] -= share * left[pivot]
        mine = rows[one]
        del mine[pivot]
        for other in others:
            mine[other] = mine.get(other, 0.0) - share * row[other]
