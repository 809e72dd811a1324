"""Arithmetic of working days. Pure: what is known of single days comes as a mapping.

The day on which a period begins is not counted (民法典 第二百零一条; 行政处罚法 第八十五条 has
two to seven "days" counted in working days).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WEEKEND = 5  # weekday() of Saturday
LONGEST = 3660  # days walked at most: a slip of the hand must not run for ever


@dataclass(frozen=True)
class Day:
    """Whether a day is worked, whether that may still change, and on which ground."""

    working: bool
    provisional: bool
    basis: str


@dataclass(frozen=True)
class Reached:
    """A day found by counting; provisional if any day on the way was."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Counted:
    """A number of working days; provisional if any day among them was."""

    days: int
    provisional: bool


Judge = Callable[[date], Day]


def judge(day: date, known: Mapping[date, Day], announced_until: int) -> Day:
    """What a day is: as known, else by its weekday; final up to the last year announced."""
    if day in known:
        return known[day]
    working = day.weekday() < WEEKEND
    if day.year <= announced_until:
        return Day(working, False, "平日" if working else "周末")
    return Day(working, True, f"{day.year} 年放假安排尚未公布，暂按周末推算")


def add_working_days(start: date, count: int, day_of: Judge) -> Reached:
    """The `count`-th working day after `start`, which is not counted itself; 0 gives `start`.

    Raises ValueError when `count` is negative or leads further than ten years.
    """
    if count < 0:
        raise ValueError(f"a period has no negative length: {count}")
    day, left, provisional = start, count, False
    while left:
        day += timedelta(days=1)
        if day - start > timedelta(days=LONGEST):
            raise ValueError(f"{count} working days after {start} is more than ten years away")
        found = day_of(day)
        left -= found.working
        provisional |= found.provisional
    return Reached(day, provisional)


def working_days_between(start: date, end: date, day_of: Judge) -> Counted:
    """How many working days after `start` up to and including `end`; negative if `end` is earlier.

    So a period of n working days from `start` ends on the day for which this gives n.
    Raises ValueError for more than ten years.
    """
    if end < start:
        back = working_days_between(end, start, day_of)
        return Counted(-back.days, back.provisional)
    length = (end - start).days
    if length > LONGEST:
        raise ValueError(f"from {start} to {end} is more than ten years")
    found = [day_of(start + timedelta(days=after)) for after in range(1, length + 1)]
    return Counted(sum(day.working for day in found), any(day.provisional for day in found))
