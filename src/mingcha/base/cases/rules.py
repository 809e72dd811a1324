"""Arithmetic of clocks. Pure: the calendar comes as a function, the rule as a number and a unit.

The day on which a period begins is not counted (民法典 第二百零一条). A period in working days ends
on its n-th working day. One in days or months that ends on a day off ends on the next working day
(民法典 第二百零三条). Days on which the clock stood still are not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mingcha.base.calendar.rules import LONGEST, Judge
from mingcha.base.days import plus_months

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A length of time: a number of working days, days or months."""

    value: int
    unit: str  # rules.models.Unit: workday, day, month


@dataclass(frozen=True)
class Pause:
    """Days on which a clock stood still: after `since`, up to and including `until`.

    The day on which it was stopped still counts, the day on which it went on does not.
    """

    since: date
    until: date

    def holds(self, day: date) -> bool:
        """Whether the clock stood still on a day."""
        return self.since < day <= self.until


@dataclass(frozen=True)
class Due:
    """The last day of a period, whether holidays may still move it, and how it was counted."""

    day: date
    provisional: bool
    how: str


def due(start: date, periods: Sequence[Period], pauses: Sequence[Pause], judge: Judge) -> Due:
    """The last day of a period and its extensions, counted one after another from `start`.

    Raises ValueError for a unit that no clock runs in, a negative length, or an end more than ten
    years away.
    """
    day, provisional, words = start, False, [f"自 {start} 次日起"]
    for period in periods:
        if period.value < 0:
            raise ValueError(f"a period has no negative length: {period.value}")
        reached = _COUNT[period.unit](day, period.value, pauses, judge)
        day, provisional = reached.day, provisional or reached.provisional
        words.append(reached.how)
    stood = sum((pause.until - pause.since).days for pause in pauses if pause.since < day)
    if stood:
        words.append(f"扣除中止 {stood} 天")
    return Due(day, provisional, "，".join(words))


def _working(day: date, count: int, pauses: Sequence[Pause], judge: Judge) -> Due:
    provisional, left, walked = False, count, 0
    while left:
        day, walked = day + ONE_DAY, walked + 1
        if walked > LONGEST:
            raise ValueError(f"{count} working days is more than ten years")
        if any(pause.holds(day) for pause in pauses):
            continue
        found = judge(day)
        left -= found.working
        provisional |= found.provisional
    return Due(day, provisional, f"{count} 个工作日")


def _days(day: date, count: int, pauses: Sequence[Pause], judge: Judge) -> Due:
    if count > LONGEST:
        raise ValueError(f"{count} days is more than ten years")
    left = count
    while left:
        day += ONE_DAY
        left -= not any(pause.holds(day) for pause in pauses)
    return _rolled(day, f"{count} 日", judge)


def _months(day: date, count: int, pauses: Sequence[Pause], judge: Judge) -> Due:
    """The same day of a later month, or its last day; days of standing still are added after it."""
    if count * 31 > LONGEST:
        raise ValueError(f"{count} months is more than ten years")
    start = day
    day = plus_months(day, count)
    walked = start
    while walked < day:  # the end moves on with every day that stood still before it
        walked += ONE_DAY
        day += ONE_DAY * any(pause.holds(walked) for pause in pauses)
    return _rolled(day, f"{count} 个月", judge)


def _rolled(day: date, words: str, judge: Judge) -> Due:
    end, found = day, judge(day)
    provisional = found.provisional
    while not found.working:
        end += ONE_DAY
        found = judge(end)
        provisional |= found.provisional
    how = words if end == day else f"{words}，末日 {day} 为休息日，顺延至 {end}"
    return Due(end, provisional, how)


_COUNT = {"workday": _working, "day": _days, "month": _months}
