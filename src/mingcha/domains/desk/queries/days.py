"""The calendar as a page shows it."""

from dataclasses import dataclass
from datetime import date

from mingcha.base.calendar import queries as calendar
from mingcha.base.calendar import rules
from mingcha.base.calendar.models import Holiday

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


@dataclass(frozen=True)
class CalendarDay:
    """A day, whether it is worked, on which ground, and whether a person set it."""

    day: date
    is_workday: bool
    name: str
    basis: str
    note: str = ""
    is_set: bool = False
    is_announced: bool = False


def days_of(year: int) -> list[CalendarDay]:
    """The days of a year that a notice or a person sets, in order; a person's word wins."""
    announced = {
        day: _announced(day, found.working, found.basis)
        for day, found in calendar.announced_days().items()
        if day.year == year
    }
    by_hand = {holiday.day: _by_hand(holiday) for holiday in Holiday.objects.filter(day__year=year)}
    return [found for _, found in sorted((announced | by_hand).items())]


def day_set(day: date) -> CalendarDay:
    """What a day is, whoever says so."""
    by_hand = Holiday.objects.filter(day=day).first()
    if by_hand is not None:
        return _by_hand(by_hand)
    found = calendar.is_working_day(day)
    return _announced(day, found.working, found.basis)


def day_in_words(day: date) -> str:
    """A day with its weekday, whether it is worked and, if not, when work goes on. One query."""
    judge = calendar.days()
    found = judge(day)
    said = f"{day.year}年{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"
    if found.working:
        return f"{said}，工作日"
    following = rules.add_working_days(day, 1, judge).day
    name = found.basis.partition("（")[0] or "非工作日"
    return (
        f"{said}，{name}；下一个工作日 {following.month}月{following.day}日"
        f"（{WEEKDAYS[following.weekday()]}）"
    )


def calendar_years(shown: int) -> list[int]:
    """The years worth choosing: from the first notice to the year after the last, latest first."""
    known = {day.year for day in calendar.announced_days()}
    known |= {day.year for day in Holiday.objects.dates("day", "year")}
    return sorted({*known, max(known) + 1, shown}, reverse=True)


def _announced(day: date, is_workday: bool, ground: str) -> CalendarDay:
    """The notice's ground is "name（document）"; without a document it is only a weekday."""
    name, opened, document = ground.partition("（")
    basis = document.removesuffix("）")
    return CalendarDay(day, is_workday, name, basis, is_announced=bool(opened))


def _by_hand(holiday: Holiday) -> CalendarDay:
    return CalendarDay(
        holiday.day, holiday.is_workday, holiday.name, holiday.basis, holiday.note, is_set=True
    )
