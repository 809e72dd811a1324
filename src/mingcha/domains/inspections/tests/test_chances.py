"""The chances are those that are published, measured over many seeds (fixed, so never by luck).

Units of equal chance are pooled, and there are enough runs that three standard errors are under a
third of the bound: 1 % of the target where Σ π(1 − π) ≥ 5, 2 % in small frames.
"""

from collections import Counter
from math import sqrt

import pytest

from mingcha.base.ledger.hashing import SHA256, SM3
from mingcha.domains.inspections.rules import drawing, lines, pps
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.lines import Stratum

TARGETS = [
    # weights, how many are drawn, method, what it comes to, runs, bound
    ([1] * 30, 6, "srs", "srs", 28_000, 0.02),
    ([2, 3] * 4 + [40], 5, "pps", "systematic", 80_000, 0.02),
    ([2, 3] * 20, 20, "pps", "pareto", 64_000, 0.01),
]


@pytest.mark.slow
@pytest.mark.parametrize(("weights", "wanted", "method", "used", "runs", "bound"), TARGETS)
def test_units_are_drawn_as_often_as_their_chances_say(weights, wanted, method, used, runs, bound):
    rows = [(f"K{place:02}", "S", weight, "31") for place, weight in enumerate(weights)]
    frame, strata = lines.unit_lines(rows), [Stratum("S", len(rows), wanted, 0, method)]
    target = {weight: pi for (_, weight), pi in drawing.chances(frame, strata).items()}
    counts, drawn = Counter(weights), Counter()
    weight_of = {row[0]: row[2] for row in rows}

    for run in range(runs):
        (one,) = drawing.draw(frame, strata, Chance.of(SHA256, f"T-1|run={run}", "T-1"))
        assert (one.method, len(one.objects)) == (used, wanted)
        drawn.update(weight_of[key] for key in one.objects)

    for weight, pi in target.items():
        realised = drawn[weight] / (runs * counts[weight])
        error = sqrt(max(pi * (1 - pi), 0) / (runs * counts[weight])) / pi
        assert 3 * error < bound / 3, f"too few runs for weight {weight}"
        assert realised == pytest.approx(pi, rel=bound), weight


def test_whoever_has_more_than_a_share_is_drawn_for_certain():
    plan = pps.plan(4, Counter([1, 1, 2, 2, 4, 1, 3, 8, 30, 1]))

    assert (plan.method, plan.certain, plan.taken, plan.m, plan.total) == (
        "systematic",
        8,
        2,
        2,
        15,
    )
    assert plan.chance(30) == plan.chance(8) == 1
    assert float(plan.chance(3)) == 0.4


def test_units_of_equal_weight_that_join_take_all_join_together():
    plan = pps.plan(2, Counter([5, 5]))

    assert (plan.method, plan.taken, plan.m) == ("take-all", 2, 0)


def test_full_coverage_draws_everybody():
    rows = [(f"K{place}", "S", 1 + place, "31") for place in range(7)]

    for method in ("srs", "pps"):
        (one,) = drawing.draw(
            lines.unit_lines(rows),
            [Stratum("S", 7, 7, 0, method)],
            Chance.of(SM3, "T-1|x=1", "T-1"),
        )
        assert sorted(one.objects) == [row[0] for row in rows]
        assert one.reserves == ()


@pytest.mark.parametrize("method", ["srs", "pps"])
def test_looking_only_near_the_cut_finds_what_looking_at_all_finds(method, monkeypatch):
    rows = [(f"K{place:05}", "S", 1 + place * place % 1009, "31") for place in range(5_000)]
    frame, strata = lines.unit_lines(rows), [Stratum("S", 5_000, 60, 15, method)]
    seeds = [Chance.of(SM3, f"T-1|x={run}", "T-1") for run in range(10)]
    near = [drawing.draw(frame, strata, chance) for chance in seeds]

    monkeypatch.setattr(drawing._Stratum, "lacks", property(lambda self: not self.all_kept))
    monkeypatch.setattr(drawing._Stratum, "all_kept", False, raising=False)
    keep_all = drawing._Stratum.keep_all

    def keep(self):
        self.all_kept = True
        keep_all(self)

    monkeypatch.setattr(drawing._Stratum, "keep_all", keep)
    assert [drawing.draw(frame, strata, chance) for chance in seeds] == near
