"""Dates computed by hand from the notices for 2025 and 2026 (国办发明电〔2025〕7 号)."""

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.calendar import queries, rules
from mingcha.base.calendar.rules import Day

NOTICE = partial(
    rules.judge, known=queries.announced_days(), announced_until=queries.announced_until()
)
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 1, 2), False),  # Friday, New Year
        (date(2026, 1, 4), True),  # Sunday, made up
        (date(2026, 2, 13), True),
        (date(2026, 2, 14), True),  # Saturday, made up for the Spring Festival
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),  # Monday, last day of the Spring Festival
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),  # Saturday, made up
        (date(2026, 9, 20), True),  # Sunday, made up for National Day
        (date(2026, 9, 25), False),  # Friday, Mid-autumn
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),  # Saturday, made up
        (date(2026, 10, 11), False),  # Sunday
        (date(2026, 11, 21), False),  # Saturday
    ],
)
def test_a_day_of_2026_is_what_the_notice_says(day, working):
    found = NOTICE(day)

    assert (found.working, found.provisional) == (working, False)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 2, 12), 1, date(2026, 2, 13)),
        # 13 Fri, 14 Sat made up, 24 Tue, 25, 26: nine free days lie between
        (date(2026, 2, 12), 5, date(2026, 2, 26)),
        # 24–28 with the Saturday, 2 and 3 March
        (date(2026, 2, 14), 7, date(2026, 3, 3)),
        # 28, 29, 30 Sept, 8, 9 and the made-up 10 Oct, 12 Mon
        (date(2026, 9, 27), 7, date(2026, 10, 12)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
        (date(2026, 10, 1), 0, date(2026, 10, 1)),
        (date(2025, 12, 30), 3, date(2026, 1, 5)),
    ],
)
def test_a_period_ends_where_a_clerk_with_a_calendar_ends_it(start, count, end):
    assert rules.add_working_days(start, count, NOTICE) == rules.Reached(end, False)
    assert rules.working_days_between(start, end, NOTICE).days == count


def test_a_year_without_notice_takes_weekends_and_says_so():
    friday, saturday = date(2027, 10, 1), date(2027, 10, 2)

    assert NOTICE(friday) == Day(True, True, "2027 年放假安排尚未公布，暂按周末推算")
    assert not NOTICE(saturday).working
    assert rules.add_working_days(date(2026, 12, 30), 3, NOTICE).provisional
    assert not rules.add_working_days(date(2026, 12, 30), 1, NOTICE).provisional


@pytest.mark.parametrize("count", [-1, 4000])
def test_an_absurd_period_is_refused(count):
    with pytest.raises(ValueError, match=r"period|ten years"):
        rules.add_working_days(date(2026, 1, 1), count, NOTICE)


@given(DAYS, st.integers(0, 60))
def test_counting_back_gives_what_was_added(start, count):
    reached = rules.add_working_days(start, count, NOTICE)

    assert rules.working_days_between(start, reached.day, NOTICE).days == count
    assert rules.working_days_between(reached.day, start, NOTICE).days == -count


@given(DAYS, DAYS)
def test_working_days_add_up_over_a_day_between(first, last):
    middle = first + timedelta(days=(last - first).days // 2)

    parts = [
        rules.working_days_between(*pair, NOTICE).days for pair in ((first, middle), (middle, last))
    ]

    assert sum(parts) == rules.working_days_between(first, last, NOTICE).days
