"""The figures of a labelled sample, against hand-computed ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domains.records.rules.quality import Labelled, figures, wilson


def pair(stratum: str, made: bool, right: bool, there: bool, *kinds: str) -> Labelled:
    return Labelled(stratum, made, right, there, kinds)


def test_strata_count_as_much_as_they_stand_for():
    """A stratum of 900 with 9 of 10 right, and one of 100 with 5 of 10: (900·0.9 + 100·0.5) / 1000."""
    firm = [pair("a", True, n < 9, n < 9) for n in range(10)]
    weak = [pair("b", True, n < 5, n < 5) for n in range(10)]

    found = figures([*firm, *weak], {"a": 900, "b": 100})

    assert found.precision is not None and found.precision.value == pytest.approx(0.86)
    assert found.precision.labels == 20
    assert found.precision.low < 0.86 < found.precision.high


def test_what_was_not_tied_counts_against_recall_alone():
    made = [pair("a", True, True, True)] * 8
    missed = [pair("own", False, False, True)] * 2
    stranger = [pair("own", False, False, False)] * 6

    found = figures([*made, *missed, *stranger], {"a": 80, "own": 80})

    # 80 made, all right; of the 80 left alone 2 of 8 were somebody's: 20 missed.
    assert found.precision is not None and found.precision.value == 1
    assert found.recall is not None and found.recall.value == pytest.approx(0.8)
    assert found.f1 == pytest.approx(2 * 0.8 / 1.8)


def test_a_kind_of_dirt_counts_as_much_as_among_all():
    typos = [pair("a", True, True, True, "typo"), pair("b", True, False, False, "typo")]
    clean = [pair("a", True, True, True)] * 9

    found = figures(typos, {"a": 100, "b": 10}, among=[*typos, *clean])

    assert found.precision is not None and found.precision.value == pytest.approx(10 / 20)


def test_nothing_labelled_says_nothing():
    found = figures([], {"a": 10})

    assert (found.precision, found.recall, found.f1) == (None, None, None)


def test_wilson_is_what_the_textbook_says():
    """Newcombe 1998, table I: 81 of 263, 15 of 148 and 0 of 20."""
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15 / 148, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@given(st.floats(0, 1), st.floats(0.5, 1e6))
def test_an_interval_holds_its_share(share, number):
    low, high = wilson(share, number)

    assert 0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1
