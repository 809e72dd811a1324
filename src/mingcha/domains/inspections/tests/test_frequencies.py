"""Observed against intended: fair draws look fair, favoured classes and pairs are found out."""

from collections import Counter

import pytest

from mingcha.base.ledger.hashing import SHA256
from mingcha.domains.inspections.rules import drawing, frequencies, lines
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.classes import FOUND, Cell, compare
from mingcha.domains.inspections.rules.eligible import Eligibility, Visit
from mingcha.domains.inspections.rules.frequencies import by_pair, chi_square_tail
from mingcha.domains.inspections.rules.lines import Officer, Stratum
from mingcha.domains.inspections.rules.pairing import pair
from mingcha.domains.inspections.tests import made


@pytest.mark.parametrize(
    ("statistic", "freedom", "probability"),
    [(3.841459, 1, 0.05), (18.307038, 10, 0.05), (2.70554, 1, 0.1), (0.5, 4, 0.973501),
     (135.8067, 100, 0.01), (0, 3, 1), (5, 0, 1)],
)  # fmt: skip
def test_the_tail_of_chi_square_is_that_of_the_tables(statistic, freedom, probability):
    assert chi_square_tail(statistic, freedom) == pytest.approx(probability, abs=1e-5)


def year(pick, *, months=12, method="pps", weight=lambda n: 1 + n % 2):
    """Draws of 20 of 200 entities in four classes; `pick` may prefer some."""
    rows = [(f"K{n:03}", "S", weight(n), "31") for n in range(200)]
    frame, stratum = lines.unit_lines(rows), Stratum("S", 200, 20, 0, method)
    chances = drawing.chances(frame, [stratum])
    for month in range(months):
        chance = Chance.of(SHA256, f"T-{month}|x=1", f"T-{month}")
        (one,) = drawing.draw(frame, [stratum], chance)
        yield block(rows, chances, set(pick(list(one.objects))), lambda n: "ABCD"[n % 4])


def block(rows, chances, objects, class_of):
    """One stratum of one draw as the rules take it."""
    classes = {}
    for key, name, weight, _ in rows:
        pi = chances[name, weight]
        cell = classes.setdefault(class_of(int(key[1:])), [0, 0.0, 0.0, 0])
        for place, more in enumerate((key in objects, pi, pi * (1 - pi), 1)):
            cell[place] += more
    return {name: Cell(*cell) for name, cell in classes.items()}


def spare(objects):
    """Who of class A is drawn is swapped for a neighbour of class B."""
    swapped = {k for k in objects if int(k[1:]) % 4 == 0}
    return [key for key in objects if key not in swapped] + [
        f"K{int(k[1:]) + 1:03}" for k in swapped
    ]


@pytest.mark.parametrize("method", ["srs", "pps"])
def test_classes_of_fair_draws_come_up_as_intended(method):
    test = compare(year(lambda objects: objects, method=method))

    assert (test.freedom, test.compared) == (3, 4)
    assert test.probability > 0.05
    assert sum(one.observed for one in test.seen) == 240
    assert sum(one.intended for one in test.seen) == pytest.approx(240)
    assert all(abs(one.deviations) < 3 for one in test.seen)


def test_a_class_that_is_spared_is_found_out():
    assert compare(year(spare)).probability < 0.001


def test_what_is_favoured_a_little_each_time_shows_in_the_year():
    def one_more(objects):
        taken = next((k for k in objects if int(k[1:]) % 4 == 0), None)
        return objects if taken is None else [k for k in objects if k != taken] + ["K001"]

    assert compare(year(one_more, months=1)).probability > 0.01
    assert compare(year(one_more, months=60)).probability < 0.01


def test_a_stratum_by_itself_proves_nothing():
    test = compare([{"A": Cell(3, 3.0, 2.7, 30)}, {"B": Cell(9, 9.0, 8.1, 90)}])

    assert (test.freedom, test.probability, test.detectable) == (0, None, None)
    assert all(one.is_fixed for one in test.seen)


def test_a_class_that_is_covered_in_full_decides_nothing():
    test = compare([{"A": Cell(3, 3.0, 0.0, 3), "B": Cell(2, 2.0, 1.8, 20)}])

    assert (test.freedom, test.probability) == (0, None)


def test_few_counts_are_put_together_and_too_few_are_not_tested():
    small = {"A": Cell(1, 0.5, 0.45, 5), "B": Cell(0, 1.0, 0.9, 10), "C": Cell(1, 0.5, 0.45, 5)}

    alone = compare([small])
    assert (alone.probability, alone.compared) == (None, 1)
    assert [one.is_fixed for one in alone.seen] == [False] * 3
    large = {"D": Cell(10, 10.0, 9.0, 100), "E": Cell(10, 10.0, 9.0, 100)}
    beside = compare([small | large])
    assert (beside.compared, beside.freedom) == (2, 1)
    assert [one.deviations is None for one in beside.seen] == [True, True, True, False, False]


def test_the_statistic_of_one_stratum_is_that_of_the_hypergeometric_distribution():
    cells = {"A": Cell(14, 10.0, 9.0, 100), "B": Cell(16, 20.0, 18.0, 200)}

    test = compare([cells])

    variance = 30 * (100 / 300) * (200 / 300) * (270 / 299)  # n·p·q·(N − n)/(N − 1)
    assert test.statistic == pytest.approx(16 / variance)
    assert test.seen[0].deviations == pytest.approx(4 / variance**0.5)
    assert test.detectable == pytest.approx(FOUND * variance**0.5 / 20)


@pytest.mark.parametrize(("method", "weight"), [("srs", lambda n: 1), ("pps", lambda n: 1 + n % 2)])
def test_the_statistic_of_fair_draws_is_as_large_as_chi_square_on_average(method, weight):
    """Class by thirds, which cut across the weights."""
    rows = [(f"K{n:03}", "S", weight(n), "31") for n in range(200)]
    frame, stratum = lines.unit_lines(rows), Stratum("S", 200, 40, 0, method)
    chances = drawing.chances(frame, [stratum])
    found = []
    for number in range(400):
        (one,) = drawing.draw(frame, [stratum], Chance.of(SHA256, f"T|x={number}", "T"))
        cells = block(rows, chances, set(one.objects), lambda n: "ABC"[n % 3])
        found.append(compare([cells]).statistic)

    assert sum(found) / len(found) == pytest.approx(2, abs=0.3)  # three standard errors
    assert sum(chi_square_tail(one, 2) < 0.05 for one in found) / len(found) < 0.09


def pairs_at(chance):
    visits = [Visit(f"K{n}", "D", "s", "3101", 2) for n in range(12)]
    officers = [Officer(f"P{n}", "D", ("31",), ("s",), made.WINDOW.first, made.WINDOW.last, 0, 9)
                for n in range(6)]  # fmt: skip
    return frequencies.pairs_of(pair(visits, Eligibility(officers, [], made.WINDOW), chance).teams)


def simulated():
    return [pairs_at(chance) for chance in frequencies.seeds_for("T-1", SHA256, 200)]


def test_pairs_of_a_fair_draw_come_up_as_intended():
    test = by_pair(pairs_at(Chance.of(SHA256, "T-1|x=1", "T-1")), simulated)

    assert len(test.seen) == 15
    assert test.probability > 0.05
    assert sum(one.intended for one in test.seen) == pytest.approx(12)


def test_a_pair_that_always_goes_together_is_found_out():
    always = Counter({("P0", "P1"): 4, ("P2", "P3"): 4, ("P4", "P5"): 4})

    test = by_pair(always, simulated)

    assert test.probability < 0.02
    assert next(one for one in test.seen if one.name == "P0、P1").observed == 4


def test_the_simulated_seeds_are_the_same_for_everybody():
    first = frequencies.seeds_for("T-1", SHA256)

    assert len(first) == 2_000
    assert first[0].seed == b"T-1|simulation=1"
    assert len({one.seed for one in first}) == 2_000


@pytest.mark.parametrize(
    ("visits", "seeds"), [(0, 2000), (4000, 2000), (8000, 1000), (34_000, 400)]
)
def test_a_large_draw_is_simulated_with_fewer_seeds(visits, seeds):
    assert frequencies.seeds_of(visits) == seeds
