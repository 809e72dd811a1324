"""What follows from a result is dated, has its basis, and says what of it was not verified."""

from datetime import date

import pytest

from mingcha.base.days import local_today
from mingcha.domains.inspections.rules import following
from mingcha.domains.inspections.rules.following import Opens
from mingcha.standards import loader

DAY = date(2026, 11, 28)
OPENS = {
    "B": [Opens.CORRECTION, Opens.ABNORMAL],
    "C": [Opens.ABNORMAL],
    "6": [Opens.ABNORMAL],
    "8": [Opens.UNCOOPERATIVE],
    "A": [Opens.CORRECTION, Opens.CASE],
}


def codes(table):
    return {one.code for one in loader.current().code_table(table).codes}


@pytest.mark.parametrize("result", sorted(codes("spot_check_result")))
def test_each_result_opens_exactly_this(result):
    assert [one.opens for one in following.follows(result, on=DAY)] == OPENS.get(result, [])


def test_a_row_counts_on_its_days_only():
    before = following.follows("C", on=date(2024, 4, 30))[0]
    after = following.follows("C", on=date(2024, 5, 1))[0]

    assert "第654号" in before.basis and "第777号" in after.basis
    assert following.follows("A", on=date(2021, 7, 14)) == []
    assert not following.is_decided("A", on=date(2018, 6, 30))
    with pytest.raises(LookupError):
        following.national("1", on=date(2018, 12, 31))


def test_no_two_rows_say_the_same_on_one_day():
    rows = following.tables().follows
    for one in rows:
        held = following.follows(one.result, on=one.since)
        assert [other.opens for other in held].count(one.opens) == 1
        assert one.until is None or one.since <= one.until


def test_every_result_has_a_national_code_and_names_only_codes_that_exist():
    known = codes("spot_check_result")
    today = local_today()

    assert {following.national(one, on=today) for one in known} <= codes("check_result")
    assert {one.result for one in following.tables().follows} <= known
    assert {name for one in following.tables().decided for name in one.results} <= known


def test_what_was_not_verified_is_said_beside_the_basis():
    for one in following.tables().follows:
        assert one.to_verify in one.in_words and one.in_words.startswith(one.basis)
    assert "待核" in following.follows("A", on=DAY)[0].in_words
