"""A made-up draw, whole: two departments, three strata, exclusions, avoidances, vacancies, a round."""

from datetime import UTC, date, datetime

from mingcha.base.ledger.hashing import HASHINGS
from mingcha.domains.inspections.rules import frame, holding
from mingcha.domains.inspections.rules.bundle import Later
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.eligible import Eligibility, Window
from mingcha.domains.inspections.rules.lines import (
    Avoidance,
    Demand,
    Excluded,
    Officer,
    Stratum,
    read,
)
from mingcha.domains.inspections.rules.refilling import refill
from mingcha.domains.inspections.rules.seeds import BEACON, LOTTERY, Nonce, Reveal, Source
from mingcha.domains.inspections.rules.seeds import nonce_commitment as committed

DRAW_ID = "SJ-2026-0007"
WINDOW = Window(date(2026, 12, 7), date(2026, 12, 31))
SALT = "0123456789abcdef" * 2
TIME = datetime(2026, 11, 23, 2, tzinfo=UTC)
REVEAL_BY = datetime(2026, 11, 24, 10, tzinfo=UTC)
DRAWN_AT = datetime(2026, 11, 24, 13, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 13, 15, tzinfo=UTC)
NONCES = {"D1": "00112233445566778899aabbccddeeff" * 2, "见证人": "ab" * 32}
REVEAL = Reveal({"ssq": "03 09 14 21 27 30 + 08", "drand": "5f" * 32}, nonces={"D1": NONCES["D1"]})


def units(size=600):
    """Entities of three strata with weights of all kinds."""
    return [
        (f"91310000MA{number:08}", "高中低"[number % 3] + "风险", 1 + number * number % 97,
         f"3101{number % 7:02}")
        for number in range(size)
    ]  # fmt: skip


def strata(rows):
    """High by weight, middle by weight but few (systematic), low by equal chance."""
    sizes = {name: sum(row[1] == name for row in rows) for name in ("高风险", "中风险", "低风险")}
    return [
        Stratum("高风险", sizes["高风险"], 30, 4, "pps"),
        Stratum("中风险", sizes["中风险"], 3, 3, "pps"),
        Stratum("低风险", sizes["低风险"], 8, 2, "srs"),
    ]


def officers(cap=6):
    """Market officers everywhere, few fire officers, and one whose certificate ends too early."""
    until = date(2027, 12, 31)
    made = [
        Officer(f"ZF{number:03}", "市监", (f"3101{number % 7:02}", "310199"), ("食品", "综合"),
                date(2024, 1, 1), until, number % 2, cap)
        for number in range(40)
    ]  # fmt: skip
    made += [
        Officer(f"XF{number:03}", "消防", ("3101",), ("消防",), date(2024, 1, 1), until, 0, 12)
        for number in range(5)
    ]
    early = date(2026, 12, 30)
    made.append(Officer("ZF999", "市监", ("31",), ("食品",), date(2024, 1, 1), early, 0, 50))
    return made


def frame_of(size=600, **changes):
    """A frame; keyword arguments replace its parts."""
    rows = units(size)
    parts = {
        "units": rows,
        "strata": strata(rows),
        "excluded": [Excluded("91310000MB00000001", "年度检查次数已满", SALT)],
        "demands": [
            Demand("高风险", "市监", "食品", 2),
            Demand("高风险", "消防", "消防", 2),
            Demand("中风险", "市监", "综合", 3),
            Demand("低风险", "市监", "食品", 2),
        ],
        "officers": officers(),
        "avoidances": [Avoidance("XF001", rows[0][0], "近亲属任职", SALT)],
    }
    return frame.Frame(**(parts | changes))


def terms(by, **changes):
    """What the commitment says besides."""
    parts = {
        "draw_id": DRAW_ID,
        "window": WINDOW,
        "level": "open",
        "sources": [
            Source("ssq", "2026112", LOTTERY, DRAWN_AT, "2026113", LATER),
            Source("drand", "5000000", BEACON, DRAWN_AT, "5000100", LATER),
        ],
        "nonces": [Nonce(name, committed(by, DRAW_ID, name, one)) for name, one in NONCES.items()],
        "reveal_by": REVEAL_BY,
        "time": TIME,
    }
    return holding.Terms(**(parts | changes))


def published(alg="sm3", size=600, **changes):
    """A draw as it is published; keyword arguments change frame or terms."""
    by = HASHINGS[alg]
    of_terms = {name: changes.pop(name) for name in ("level", "embargo") if name in changes}
    frozen = frame.freeze(frame_of(size, **changes), by)
    return holding.hold(frozen, holding.commit(frozen, terms(by, **of_terms)), REVEAL)


def with_a_round(said):
    """The draw after a round: one officer leaves a visit, a new one is on duty everywhere."""
    visit, team = next(
        (visit, team) for visit, team in said.pairing.teams.items() if team and visit.dept == "市监"
    )
    new = Officer(
        "ZF900", "市监", ("31",), ("食品", "综合"), date(2024, 1, 1), date(2027, 1, 1), 0, 3
    )
    people = [*read("O", said.lines["O"]), new]
    chance = Chance.of(said.commitment.by, said.seed.text, DRAW_ID)
    able = Eligibility(people, read("A", said.lines["A"]), WINDOW)
    made = refill(1, said.pairing.teams, [(visit, team[0])], able, chance)
    return type(said)(**(vars(said) | {"later": [Later(made, [new])]}))
