"""The vectors of the protocol, and bundles made of them for every checker.

`vectors.json` restates them: on the SHA-256 case two independent implementations agreed before this
code was written; the SM3 case has the same inputs.
"""

import json
from datetime import date
from pathlib import Path

from mingcha.base.ledger.hashing import HASHINGS
from mingcha.domains.inspections.rules import frame, holding
from mingcha.domains.inspections.rules.lines import Avoidance, Demand, Officer, Stratum
from mingcha.domains.inspections.rules.seeds import LOTTERY, Nonce, Reveal, Source
from mingcha.domains.inspections.rules.seeds import nonce_commitment as committed
from mingcha.domains.inspections.tests import made

CASES = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))["cases"]
PAIRINGS = ("pairing", "pairing_with_vacancy", "pairing_by_path")


def drawn_from(case, weights, wanted, reserves, method):
    """One stratum "all" in one area, as the vectors have it."""
    stratum = Stratum("all", len(weights), wanted, reserves, method)
    rows = [(key, "all", weight, "310115") for key, weight in weights.items()]
    return held(case, frame.Frame(rows, [stratum]))


def paired_from(case, given):
    """Every entity is drawn; who may make a visit follows from department, skill and avoidance."""
    visits = [name.split("|") for name in given["visits"]]
    of_key = {key: sorted(v[1:] for v in visits if v[0] == key) for key, _, _ in visits}
    names = {key: "+".join("/".join(one) for one in wants) for key, wants in of_key.items()}
    strata = [
        Stratum(one, list(names.values()).count(one), list(names.values()).count(one), 0, "srs")
        for one in sorted(set(names.values()))
    ]
    demands = {
        (names[key], dept, skill): given["visits"][f"{key}|{dept}|{skill}"]
        for key, dept, skill in visits
    }
    fields = {
        officer: name.split("|")[1:] for name, able in given["eligible"].items() for officer in able
    }
    people = [
        Officer(name, fields[name][0], ("31",), (fields[name][1],), date(2026, 1, 1),
                date(2027, 1, 1), 0, cap)
        for name, cap in given["cap"].items()
    ]  # fmt: skip
    avoided = [
        Avoidance(one.name, key, "回避", made.SALT)
        for key, dept, skill in visits
        for one in people
        if (one.dept, one.skills[0]) == (dept, skill)
        and one.name not in given["eligible"][f"{key}|{dept}|{skill}"]
    ]
    whole = frame.Frame(
        [(key, name, 1, "310115") for key, name in names.items()],
        strata,
        demands=[Demand(*named, count) for named, count in demands.items()],
        officers=people,
        avoidances=avoided,
    )
    return held(case, whole)


def held(case, whole):
    """The draw with the seed of the vectors."""
    by, nonce = HASHINGS[case["alg"]], case["seed"].rpartition("=")[2]
    said = made.terms(
        by,
        draw_id=case["draw_id"],
        sources=[Source("ssq", "2026112", LOTTERY, made.DRAWN_AT, "2026113", made.LATER)],
        nonces=[Nonce("D1", committed(by, case["draw_id"], "D1", nonce))],
    )
    frozen = frame.freeze(whole, by)
    reveal = Reveal({"ssq": "03 09 14 21 27 30 + 08"}, nonces={"D1": nonce})
    return holding.hold(frozen, holding.commit(frozen, said), reveal)


def bundles(case):
    """name → draw, for every vector of a case."""
    small, big = case["weights_small"], case["weights_big"]
    found = {
        "srs": drawn_from(case, big, 5, 3, "srs"),
        "systematic": drawn_from(case, small, 4, 6, "pps"),
        "pareto": drawn_from(case, big, 20, 3, "pps"),
    }
    return found | {name: paired_from(case, case[name]) for name in PAIRINGS}
