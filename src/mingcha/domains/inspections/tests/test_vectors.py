"""Every vector of the protocol comes out of the rules, of verify_draw.py and of the browser's code.

The two checkers recompute a bundle that the rules wrote, so that agreeing with it is agreeing with
the vector.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from mingcha.base.ledger.hashing import HASHINGS
from mingcha.domains.inspections.rules import bundle
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.tests import checking, vectors

CHECKERS = [checking.by_script, checking.by_browser_code]
SHARED = Path(__file__).parents[6] / "shared" / "data" / "draw_vectors.json"
by_alg = pytest.mark.parametrize("case", vectors.CASES, ids=lambda case: case["alg"])


@by_alg
def test_numbers_are_those_of_the_vectors(case):
    chance = Chance.of(HASHINGS[case["alg"]], case["seed"], case["draw_id"])

    for key, digest in case["U_hex_first_small"].items():
        assert chance.digest(key.encode()).hex() == digest
        assert chance.number(key.encode()) == int(digest, 16)


@by_alg
def test_roots_are_those_of_the_vectors(case):
    said = vectors.bundles(case)["srs"]

    assert said.seed.text == case["seed"]
    assert said.lines["F"][0].decode() == case["frame_lines_big_first"]
    assert said.commitment.roots["F"] == (60, case["frame_root_big"])
    assert said.commitment.roots["X"] == (0, case["empty_root"])


@by_alg
def test_objects_and_reserves_are_those_of_the_vectors(case):
    made = {name: said.drawn[0] for name, said in vectors.bundles(case).items()}
    few, many = case["pps_n4_of_small"], case["pps_n20_of_big"]

    assert list(made["srs"].objects) == case["srs_n5_of_big"]
    assert list(made["srs"].reserves) == case["srs_first_3_reserves"]
    assert list(made["systematic"].objects) == few["selected"]
    assert list(made["systematic"].reserves) == few["reserves"]
    assert list(made["pareto"].objects) == many["selected"]
    assert list(made["pareto"].reserves) == many["first_3_reserves"]
    assert [made[name].method for name in ("systematic", "pareto")] == [
        few["method"],
        many["method"],
    ]


@by_alg
@pytest.mark.parametrize("name", vectors.PAIRINGS)
def test_teams_and_vacancies_are_those_of_the_vectors(case, name):
    pairing = vectors.bundles(case)[name].pairing

    assert {"|".join(visit[:3]): team for visit, team in pairing.teams.items()} == case[name][
        "teams"
    ]
    assert [
        ["|".join(one.visit[:3]), ["|".join(visit[:3]) for visit in one.reached]]
        for one in pairing.vacant
    ] == case[name]["vacant"]


@by_alg
@pytest.mark.parametrize("name", ["srs", "systematic", "pareto", *vectors.PAIRINGS])
@pytest.mark.parametrize("check", CHECKERS)
def test_each_checker_recomputes_each_vector(case, name, check, tmp_path):
    files = bundle.files(vectors.bundles(case)[name], on=date(2026, 12, 1), is_audit=True)

    holds, said = check(files, tmp_path)

    assert holds, said


def test_the_vectors_kept_here_are_those_that_were_agreed_on():
    if not SHARED.exists():
        pytest.skip("the agreed file is not beside this checkout")
    (agreed,) = json.loads(SHARED.read_text(encoding="utf-8"))["cases"]
    agreed["pairing"]["vacant"] = []

    assert vectors.CASES[0] == agreed
