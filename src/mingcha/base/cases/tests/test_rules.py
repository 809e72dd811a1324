"""Clocks against dates counted by hand on the calendar of 2026 (国办发明电 of November 2025)."""

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.calendar.queries import announced_days, announced_until
from mingcha.base.calendar.rules import judge
from mingcha.base.cases.rules import Pause, Period, due

JUDGE = partial(judge, known=announced_days(), announced_until=announced_until())
STAND = [Pause(date(2026, 9, 29), date(2026, 10, 9))]


@pytest.mark.parametrize(
    ("start", "value", "unit", "end"),
    [
        # 30 September is a Wednesday; 1–7 October off, Saturday 10 October is worked.
        (date(2026, 9, 29), 1, "workday", date(2026, 9, 30)),
        (date(2026, 9, 29), 2, "workday", date(2026, 10, 8)),
        (date(2026, 9, 29), 4, "workday", date(2026, 10, 10)),
        (date(2026, 9, 30), 5, "workday", date(2026, 10, 13)),
        # Spring Festival: 15–23 February off, Saturdays 14 and 28 are worked.
        (date(2026, 2, 12), 2, "workday", date(2026, 2, 14)),
        (date(2026, 2, 12), 3, "workday", date(2026, 2, 24)),
        (date(2026, 2, 24), 4, "workday", date(2026, 2, 28)),
        # A period in days that ends in the holidays ends on the next working day.
        (date(2026, 9, 24), 7, "day", date(2026, 10, 8)),
        (date(2026, 9, 24), 6, "day", date(2026, 9, 30)),
        (date(2026, 7, 15), 90, "day", date(2026, 10, 13)),
        # Months end on the same day, or on the last of a shorter month.
        (date(2026, 8, 31), 1, "month", date(2026, 9, 30)),
        (date(2026, 1, 31), 1, "month", date(2026, 2, 28)),
        (date(2026, 7, 4), 3, "month", date(2026, 10, 8)),
        (date(2025, 11, 30), 3, "month", date(2026, 2, 28)),
    ],
)
def test_a_period_ends_on_the_day_counted_by_hand(start, value, unit, end):
    assert due(start, [Period(value, unit)], [], JUDGE).day == end


@pytest.mark.parametrize(
    ("value", "unit", "end"),
    [
        # From 28 September; the clock stood still after the 29th up to and including 9 October.
        (3, "workday", date(2026, 10, 12)),  # 29 Sep, 10 Oct (worked Saturday), 12 Oct
        (3, "day", date(2026, 10, 12)),  # 29 Sep, 10, 11 Oct: a Sunday, so the 12th
        (1, "month", date(2026, 11, 9)),  # 28 October and ten days (7 Nov, a Saturday): Monday
    ],
)
def test_days_on_which_the_clock_stood_still_do_not_count(value, unit, end):
    assert due(date(2026, 9, 28), [Period(value, unit)], STAND, JUDGE).day == end


def test_an_extension_counts_from_the_end():
    periods = [Period(90, "day"), Period(30, "day")]

    reached = due(date(2026, 7, 15), periods, [], JUDGE)

    assert reached.day == date(2026, 11, 12)
    assert reached.how == "自 2026-07-15 次日起，90 日，30 日"


def test_a_period_into_a_year_not_announced_is_provisional():
    known_until = announced_until()

    assert due(date(known_until, 12, 28), [Period(10, "workday")], [], JUDGE).provisional
    assert not due(date(known_until, 6, 1), [Period(10, "workday")], [], JUDGE).provisional


@given(
    st.dates(date(2025, 1, 1), date(2026, 6, 1)),
    st.integers(0, 60),
    st.sampled_from(["workday", "day", "month"]),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_standing_still_never_shortens_a_period(start, value, unit, after, length):
    value = value // 20 if unit == "month" else value
    stood = Pause(start + timedelta(days=after), start + timedelta(days=after + length))

    free = due(start, [Period(value, unit)], [], JUDGE).day
    held = due(start, [Period(value, unit)], [stood], JUDGE).day

    assert free <= held <= free + timedelta(days=length + 12)


def test_a_length_below_nothing_or_beyond_ten_years_is_a_bug():
    for period in (Period(-1, "day"), Period(4000, "day"), Period(3000, "workday")):
        with pytest.raises(ValueError, match=r"negative|ten years"):
            due(date(2026, 1, 1), [period], [], JUDGE)
