"""Shares are whole numbers that a person can recompute."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.calendar.queries import days
from mingcha.base.calendar.rules import working_days_between
from mingcha.domains.quality.rules import (
    DIMENSIONS,
    Counts,
    added,
    earliest_in_time,
    measures,
    month_after,
    month_before,
    percent,
    total,
)

SOME = Counts(read=200, refused=5, doubled=2, facts=193, fillable=1930, filled=1501, timed=100,
              timely=94, about=193, tied=190)  # fmt: skip
TARGETS = {
    "completeness": 700,
    "validity": 980,
    "uniqueness": 990,
    "linkage": 980,
    "timeliness": 950,
}


def test_each_share_and_the_total_are_rounded_down():
    shares = {one.key: one.share(SOME) for one in DIMENSIONS}

    assert shares == {
        "completeness": 777, "validity": 975, "uniqueness": 990, "linkage": 984, "timeliness": 940,
    }  # fmt: skip
    assert total(SOME) == (777 + 975 + 990 + 984 + 940) // 5


def test_what_cannot_be_counted_counts_nothing():
    assert total(Counts()) is None
    assert total(Counts(read=10, refused=1)) == (900 + 1000) // 2
    assert [percent(share) for share in (None, 0, 975, 1000)] == ["—", "0.0%", "97.5%", "100.0%"]


def test_a_measure_knows_its_target_and_its_change():
    before = Counts(read=100, refused=10)
    found = {one.dimension.key: one for one in measures(SOME, before, TARGETS)}

    assert (found["validity"].tone, found["validity"].change) == ("due", 75)
    assert (found["completeness"].tone, found["completeness"].change) == ("done", None)
    assert [found[key].tone for key in ("uniqueness", "linkage", "timeliness")] == [
        "done",
        "done",
        "due",
    ]
    assert {m.tone for m in measures(Counts(), Counts(), TARGETS)} == {"todo"}


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=5))
def test_counts_add_up(reads):
    assert added(Counts(read=n, refused=n) for n in reads) == Counts(
        read=sum(reads), refused=sum(reads)
    )


@pytest.mark.parametrize(
    ("month", "before", "after"),
    [(date(2026, 1, 1), date(2025, 12, 1), date(2026, 2, 1)), (date(2024, 3, 1), date(2024, 2, 1), date(2024, 4, 1))],
)  # fmt: skip
def test_months_follow_one_another(month, before, after):
    assert (month_before(month), month_after(month)) == (before, after)


@pytest.mark.parametrize(
    ("landed", "first"),
    [
        # Back from 9 October 2026: the 9th, 8th, 30, 29, 28 September; 25–27 are days off too.
        (date(2026, 10, 9), date(2026, 9, 24)),
        (date(2026, 10, 13), date(2026, 9, 30)),
        (date(2026, 11, 6), date(2026, 10, 30)),
        (date(2026, 2, 24), date(2026, 2, 10)),
    ],
)
def test_the_first_day_still_in_time_around_holidays(db, landed, first):
    judge = days()

    assert earliest_in_time(landed, 5, lambda day: judge(day).working) == first
    assert working_days_between(first, landed, judge).days <= 5
    day_before = date.fromordinal(first.toordinal() - 1)
    assert working_days_between(day_before, landed, judge).days > 5
