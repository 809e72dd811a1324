"""Shares and totals of a scorecard. Pure; per mille, whole numbers, floor division.

Basis: XA21 art. 15 (five working days), 19 (legality, truth, completeness, timeliness), 20.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

THOUSAND = 1000


@dataclass(frozen=True)
class Counts:
    """What was counted of a provider's rows; fields as in models.Score."""

    read: int = 0
    refused: int = 0
    doubled: int = 0
    facts: int = 0
    fillable: int = 0
    filled: int = 0
    timed: int = 0
    timely: int = 0
    history: int = 0
    corrected: int = 0
    withdrawn: int = 0
    about: int = 0
    tied: int = 0
    accepted: int = 0
    waiting: int = 0
    batches: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        mine, theirs = vars(self), vars(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})


@dataclass(frozen=True)
class Dimension:
    """One side of quality: its name, the rows that are right, and the rows there are."""

    key: str
    label: str
    meaning: str
    right: Callable[[Counts], int]
    whole: Callable[[Counts], int]

    @property
    def rule(self) -> str:
        """The rule that gives its target, in per mille."""
        return f"quality.target_{self.key}"

    def share(self, counts: Counts) -> int | None:
        """Per mille of rows that are right; None where there is nothing to count."""
        whole = self.whole(counts)
        return self.right(counts) * THOUSAND // whole if whole else None


DIMENSIONS: Sequence[Dimension] = (
    Dimension("completeness", "完整率", "已填字段占应填字段", lambda c: c.filled, lambda c: c.fillable),
    Dimension("validity", "合格率", "未被退回的行占读取行", lambda c: c.read - c.refused, lambda c: c.read),
    Dimension("uniqueness", "唯一率", "不重复的行占读取行", lambda c: c.read - c.doubled, lambda c: c.read),
    Dimension("linkage", "关联率", "关联到已登记对象的记录占有对象的记录", lambda c: c.tied, lambda c: c.about),
    Dimension("timeliness", "及时率", "期限内报送的记录占计时记录", lambda c: c.timely, lambda c: c.timed),
)  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A dimension of one scorecard: the share, its target, and the share a month before."""

    dimension: Dimension
    share: int | None
    target: int
    before: int | None
    right: int
    whole: int

    @property
    def tone(self) -> str:
        """Colour: reached, nearly (within 50 ‰), missed, or nothing to count."""
        if self.share is None:
            return "todo"
        if self.share >= self.target:
            return "done"
        return "due" if self.share >= self.target - 50 else "late"

    @property
    def change(self) -> int | None:
        """By how many per mille it changed against the month before."""
        if self.share is None or self.before is None:
            return None
        return self.share - self.before


def measures(counts: Counts, before: Counts, targets: Mapping[str, int]) -> list[Measure]:
    """Every dimension of a scorecard; `targets` by key of the dimension, in per mille."""
    return [
        Measure(
            one, one.share(counts), targets[one.key], one.share(before),
            one.right(counts), one.whole(counts),
        )
        for one in DIMENSIONS
    ]  # fmt: skip


def total(counts: Counts) -> int | None:
    """The mean of the shares that can be counted, in per mille, rounded down; None without any."""
    shares = [share for one in DIMENSIONS if (share := one.share(counts)) is not None]
    return sum(shares) // len(shares) if shares else None


def first_of(day: date) -> date:
    """The first day of a month."""
    return day.replace(day=1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return first_of(month - timedelta(days=1))


def month_after(month: date) -> date:
    """The first day of the month after."""
    return first_of(month + timedelta(days=31))


def percent(share: int | None) -> str:
    """Per mille as a person reads it: "97.5%", or "—"."""
    return "—" if share is None else f"{share // 10}.{share % 10}%"


def earliest_in_time(landed: date, within: int, is_working: Callable[[date], bool]) -> date:
    """The first day whose record, landing on `landed`, is at most `within` working days old.

    The day of the record is not counted, the day of landing is (as base/calendar counts).
    """
    day, left = landed, within
    while True:
        left -= is_working(day)
        if left < 0:
            return day
        day -= timedelta(days=1)


def added(several: Iterable[Counts]) -> Counts:
    """All together."""
    whole = Counts()
    for one in several:
        whole += one
    return whole
