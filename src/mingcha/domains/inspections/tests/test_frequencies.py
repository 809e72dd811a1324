"""Observed against intended: fair draws look fair, favoured classes and pairs are found out."""

from collections import Counter

import pytest

from mingcha.base.ledger.hashing import SHA256
from mingcha.domains.inspections.rules import drawing, frequencies, lines
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.eligible import Eligibility, Visit
from mingcha.domains.inspections.rules.frequencies import Block, by_class, by_pair, chi_square_tail
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


def year(pick):
    """Twelve draws of 20 of 200 entities in four classes; `pick` may prefer some."""
    rows = [(f"K{n:03}", "S", 1 + n % 2, "31") for n in range(200)]
    frame, stratum = lines.unit_lines(rows), Stratum("S", 200, 20, 0, "pps")
    chances = drawing.chances(frame, [stratum])
    for month in range(12):
        chance = Chance.of(SHA256, f"T-{month}|x=1", f"T-{month}")
        (one,) = drawing.draw(frame, [stratum], chance)
        objects = pick(list(one.objects))
        classes = {}
        for key, name, weight, _ in rows:
            drawn, pis = classes.get("ABCD"[int(key[1:]) % 4], (0, []))
            pis.append(chances[name, weight])
            classes["ABCD"[int(key[1:]) % 4]] = drawn + (key in objects), pis
        yield Block(classes)


def test_classes_of_fair_draws_come_up_as_intended():
    test = by_class(year(lambda objects: objects))

    assert test.freedom == 36
    assert test.probability > 0.05
    assert sum(one.observed for one in test.seen) == 240
    assert sum(one.intended for one in test.seen) == pytest.approx(240)


def test_a_class_that_is_spared_is_found_out():
    def spare(objects):
        swapped = {k for k in objects if int(k[1:]) % 4 == 0}
        return [key for key in objects if key not in swapped] + [
            f"K{int(k[1:]) + 1:03}" for k in swapped
        ]

    assert by_class(year(spare)).probability < 0.001


def test_a_class_that_is_covered_in_full_decides_nothing():
    test = by_class([Block({"A": (3, [1.0] * 3), "B": (2, [0.1] * 20)})])

    assert (test.freedom, test.probability) == (0, 1.0)


def pairs_at(chance):
    visits = [Visit(f"K{n}", "D", "s", "3101", 2) for n in range(12)]
    officers = [Officer(f"P{n}", "D", ("31",), ("s",), made.WINDOW.first, made.WINDOW.last, 0, 9)
                for n in range(6)]  # fmt: skip
    return frequencies.pairs_of(pair(visits, Eligibility(officers, [], made.WINDOW), chance).teams)


def test_pairs_of_a_fair_draw_come_up_as_intended():
    chances = frequencies.seeds_for("T-1", SHA256, 200)

    test = by_pair(pairs_at(Chance.of(SHA256, "T-1|x=1", "T-1")), chances, pairs_at)

    assert len(test.seen) == 15
    assert test.probability > 0.05
    assert sum(one.intended for one in test.seen) == pytest.approx(12)


def test_a_pair_that_always_goes_together_is_found_out():
    chances = frequencies.seeds_for("T-1", SHA256, 200)
    always = Counter({("P0", "P1"): 4, ("P2", "P3"): 4, ("P4", "P5"): 4})

    test = by_pair(always, chances, pairs_at)

    assert test.probability < 0.02
    assert next(one for one in test.seen if one.name == "P0、P1").observed == 4


def test_the_simulated_seeds_are_the_same_for_everybody():
    first = frequencies.seeds_for("T-1", SHA256)

    assert len(first) == 2_000
    assert first[0].seed == b"T-1|simulation=1"
    assert len({one.seed for one in first}) == 2_000
