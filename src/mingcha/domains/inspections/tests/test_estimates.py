"""Rates from a draw: right on average, intervals that hold what they promise, counts beside them."""

from collections import Counter
from math import inf, isclose

import pytest

from mingcha.base.ledger.hashing import SHA256
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.rules import drawing, lines
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.estimates import Found, Outcome, estimate, wilson
from mingcha.domains.inspections.rules.lines import Stratum

RUNS = 2_000
CLEAN, BAD, OUT, AWAY = Found.CLEAN, Found.VIOLATION, Found.OUT_OF_SCOPE, Found.UNREACHED


def population(weigh):
    """key → (row, what would be found): three strata, 6, 15 and 40 % violations, some out of scope."""
    made = {}
    for number in range(420):
        name = "高中低低低低低"[number % 7]
        hit = number * 2654435761 % 1000
        rate = {"高": 400, "中": 150, "低": 60}[name]
        found = OUT if number % 23 == 7 else BAD if hit < rate else CLEAN
        key = f"K{number:04}"
        made[key] = (key, name, weigh(number, found), "31"), found
    return made


def truth(known, counts):
    found = [what for key, (_, what) in known.items() if counts(key)]
    return found.count(BAD) / (found.count(BAD) + found.count(CLEAN))


DESIGNS = {
    "stratified": (lambda number, found: 1, {"高": 40, "中": 40, "低": 60}, "srs"),
    "pareto": (
        lambda number, found: 1 + number % 5 + (found is BAD), {"高": 40, "中": 40, "低": 60}, "pps"
    ),
    "systematic": (lambda number, found: 1 + number % 3, {"高": 4, "中": 5, "低": 5}, "pps"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
def test_the_interval_covers_the_truth_and_the_rate_is_right_on_average(design):
    """Of all, and of a half that cuts across the strata."""
    weigh, wanted, method = DESIGNS[design]
    known = population(weigh)
    rows = sorted(row for row, _ in known.values())
    frame = lines.unit_lines(rows)
    strata = [
        Stratum(name, sum(row[1] == name for row in rows), n, 0, method)
        for name, n in wanted.items()
    ]
    chances = drawing.chances(frame, strata)
    asked = {"all": lambda key: True, "half": lambda key: int(key[1:]) % 2 == 1}
    true = {name: truth(known, counts) for name, counts in asked.items()}
    covered, rates = Counter(), Counter()

    for run in range(RUNS):
        drawn = drawing.draw(frame, strata, Chance.of(SHA256, f"T-1|run={run}", "T-1"))
        for name, counts in asked.items():
            some = [
                Outcome(one.stratum, chances[one.stratum, known[key][0][2]], known[key][1],
                        counts=counts(key))
                for one in drawn
                for key in one.objects
            ]  # fmt: skip
            said = estimate(some, {one.stratum: one.method for one in drawn})
            assert said.is_conservative is (design == "systematic")
            covered[name] += said.low <= true[name] <= said.high
            rates[name] += said.rate

    for name in asked:
        assert covered[name] / RUNS >= 0.93, name
        bias = 0.012 if design != "systematic" else 0.05  # some ten visits: a ratio is biased
        assert rates[name] / RUNS == pytest.approx(true[name], abs=bias), name


def outcomes(found, stratum="S", chance=0.1, **more):
    return [Outcome(stratum, chance, one, **more) for one in found]


def test_out_of_scope_leaves_the_frame_and_unreached_gives_bounds():
    said = estimate(outcomes([BAD] * 2 + [CLEAN] * 6 + [OUT] * 4 + [AWAY] * 2))

    assert said.rate == pytest.approx(2 / 8)
    assert said.bounds == pytest.approx((2 / 10, 4 / 10))
    assert said.drawn == 14
    assert said.counted == {CLEAN: 6, BAD: 2, OUT: 4, AWAY: 2}


def test_reserves_are_counted_apart_and_move_nothing():
    drawn = outcomes([BAD] * 3 + [CLEAN] * 9)

    said = estimate([*drawn, *outcomes([BAD] * 5, is_reserve=True)])

    assert said.rate == estimate(drawn).rate
    assert said.reserves[BAD] == 5
    assert said.counted[BAD] == 3


def test_a_census_has_no_interval():
    said = estimate(outcomes([BAD] * 3 + [CLEAN] * 9, chance=1.0))

    assert said.effective == inf
    assert said.low == said.high == said.rate == 0.25


def test_a_sample_without_violations_still_has_an_upper_bound():
    said = estimate(outcomes([CLEAN] * 50, chance=0.01))

    assert said.rate == said.low == 0
    assert 0.05 < said.high < 0.1


def test_taking_more_of_the_frame_narrows_the_interval():
    few, most = (
        estimate(outcomes([BAD] * 10 + [CLEAN] * 30, chance=chance)) for chance in (0.01, 0.9)
    )

    assert few.rate == pytest.approx(most.rate)
    assert most.high - most.low < (few.high - few.low) / 2


def test_strata_with_fewer_than_two_results_are_merged_with_the_next_by_bytes():
    some = [
        *outcomes([BAD], "A"), *outcomes([CLEAN] * 3, "B"),
        *outcomes([BAD], "C", chance=1.0), *outcomes([CLEAN, BAD], "D"), *outcomes([CLEAN], "E"),
    ]  # fmt: skip

    assert estimate(some).merged == [("A", "B"), ("D", "E")]


def test_nothing_can_be_said_without_results_in_scope():
    for found in ([OUT, OUT], [AWAY], []):
        with pytest.raises(errors.TooFewResults, match="只有 0 户"):
            estimate(outcomes(found))


def test_wilson_gives_the_textbook_interval():
    low, high = wilson(0.1, 100)

    assert isclose(low, 0.05523, abs_tol=1e-4)
    assert isclose(high, 0.17437, abs_tol=1e-4)
