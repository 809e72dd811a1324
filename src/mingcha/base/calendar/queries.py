"""Is this a working day, and when do n of them end?"""

from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from types import MappingProxyType

import chinese_calendar

from mingcha.base.calendar import rules
from mingcha.base.calendar.models import Holiday
from mingcha.base.calendar.rules import Counted, Day, Judge, Reached

_BASIS = "国务院办公厅关于 {year} 年部分节假日安排的通知"


def is_working_day(day: date) -> Day:
    """Whether a day is worked: the editable table first, else the notice, else weekends."""
    return days()(day)


def add_working_days(start: date, count: int) -> Reached:
    """The `count`-th working day after `start` (`rules.add_working_days`). One query."""
    return rules.add_working_days(start, count, days())


def working_days_between(start: date, end: date) -> Counted:
    """Working days after `start` up to `end` (`rules.working_days_between`). One query."""
    return rules.working_days_between(start, end, days())


def days() -> Judge:
    """All that is known now, in one query; for whoever asks about many days."""
    changed = {
        holiday.day: Day(holiday.is_workday, False, f"{holiday.name}（{holiday.basis}）")
        for holiday in Holiday.objects.all()
    }
    known = {**announced_days(), **changed}
    return partial(rules.judge, known=known, announced_until=announced_until())


@cache
def announced_days() -> Mapping[date, Day]:
    """The holidays and make-up days of the notices that came with the package."""
    free = {day: Day(False, False, _ground(day, name)) for day, name in _named("holidays")}
    worked = {
        day: Day(True, False, _ground(day, f"{name}调休上班")) for day, name in _named("workdays")
    }
    return MappingProxyType(free | worked)


@cache
def announced_until() -> int:
    """The last year whose notice came with the package."""
    return max(day.year for day, _ in _named("holidays"))


def _named(kind: str) -> list[tuple[date, str]]:
    listed: Mapping[date, str] = getattr(chinese_calendar, kind)
    return [(day, chinese_calendar.Holiday(name).chinese) for day, name in listed.items()]


def _ground(day: date, name: str) -> str:
    return f"{name}（{_BASIS.format(year=day.year)}）"
