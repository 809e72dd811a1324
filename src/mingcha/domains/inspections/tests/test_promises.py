"""What binds a draw before its seed, and how the seed comes about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mingcha.base.ledger.hashing import SM3
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.rules import code, commitment, frame, holding, seeds
from mingcha.domains.inspections.rules.eligible import Window
from mingcha.domains.inspections.rules.seeds import BEACON, LOTTERY, Nonce, Reveal
from mingcha.domains.inspections.tests import made

FROZEN = frame.freeze(made.frame_of(), SM3)
SAID = holding.commit(FROZEN, made.terms(SM3))


def test_a_commitment_is_read_back_as_it_was_written():
    hidden = replace(SAID, level="embargoed", embargo=date(2027, 1, 1), sources=[])

    for one in (SAID, hidden):
        again = commitment.read(one.file())
        assert again == one
        assert again.digest() == SM3.digest(one.file())


def test_a_commitment_has_its_lines_in_one_order():
    names = [line.split("=")[0] for line in SAID.file().decode().splitlines()]

    assert names == [
        "spec", "draw_id", "alg",
        *(f"{kind}.{what}" for kind in "FXSDOA" for what in ("size", "root")),
        "window.first", "window.last", "code", "level", "embargo",
        *(f"source.{n}{what}" for n in (1, 2)
          for what in ("", ".pattern", ".at", ".fallback", ".fallback_at")),
        "nonce.D1", "nonce.见证人", "reveal_by", "time",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("spec=mingcha-draw/1", "spec=mingcha-draw/2", "第 1 行应为“spec=mingcha-draw/1”"),
        ("alg=sm3", "alg=md5", "第 3 行"),
        ("F.size=600", "F.size=0600", "第 4 行应为“F.size=<整数>”"),
        ("X.size", "Y.size", "第 6 行应为“X.size=…”"),
        ("window.first=2026-12-07", "window.first=2026-12-7", "第 16 行"),
        ("reveal_by=2026", "reveal_by=26", "reveal_by=YYYY"),
        ("\n", "\r\n", "第 1 行"),
    ],
)
def test_a_text_that_is_no_commitment_is_refused_naming_the_line(old, new, line):
    with pytest.raises(errors.BadCommitment, match=line):
        commitment.read(SAID.file().replace(old.encode(), new.encode(), 1))


def test_what_follows_a_commitment_is_refused():
    for more in (b"more=1\n", b"\n", b"\xff"):
        with pytest.raises(errors.BadCommitment):
            commitment.read(SAID.file() + more)


UNBOUND = {
    "不认识的公开方式": {"level": "secret"},
    "延后公开须写明公开日期": {"level": "embargoed"},
    "检查期间的末日早于首日": {"window": Window(date(2026, 12, 2), date(2026, 12, 1))},
    "至少要有 3 方": {"sources": []},
    "最迟公开时间早于承诺时间": {"reveal_by": made.TIME},
    "之前就可能有结果": {"reveal_by": made.DRAWN_AT},
    "重名": {"nonces": [Nonce("ssq", "0" * 64)]},
}


@pytest.mark.parametrize("problem", UNBOUND)
def test_a_commitment_that_would_not_bind_is_refused(problem):
    with pytest.raises(errors.CommitmentIncomplete, match=problem):
        holding.commit(FROZEN, made.terms(SM3, **UNBOUND[problem]))


def test_a_draw_by_internal_scores_is_never_open():
    with pytest.raises(errors.LevelNotAllowed):
        holding.commit(FROZEN, made.terms(SM3), has_internal_weights=True)

    keyed = holding.commit(FROZEN, made.terms(SM3, level="keyed"), has_internal_weights=True)
    assert keyed.level == "keyed"


def test_moments_need_a_time_zone_and_whole_seconds():
    for moment in (datetime(2026, 1, 1), made.TIME + timedelta(microseconds=1)):  # noqa: DTZ001
        with pytest.raises(ValueError, match="moment"):
            replace(SAID, time=moment).file()


def test_the_code_is_committed_file_by_file():
    one = code.digest_of({"a.py": b"x", "b.py": b"y"}, SM3)

    assert code.digest(SM3) == SAID.code
    assert one == code.digest_of({"b.py": b"y", "a.py": b"x"}, SM3)
    assert one != code.digest_of({"a.py": b"y", "b.py": b"x"}, SM3)


def built(reveal, **changes):
    parts = {"sources": SAID.sources, "nonces": SAID.nonces} | changes
    return seeds.build(made.DRAW_ID, parts["sources"], parts["nonces"], reveal, SM3)


def test_a_seed_is_built_in_the_order_of_the_commitment():
    seed = built(replace(made.REVEAL, nonces=made.NONCES))

    assert seed.text == (
        f"SJ-2026-0007|ssq=03 09 14 21 27 30 + 08|drand={'5f' * 32}"
        f"|nonce.D1={made.NONCES['D1']}|nonce.见证人={'ab' * 32}"
    )
    assert seed.withheld == []


def test_a_nonce_that_is_not_revealed_is_left_out_and_named():
    assert built(made.REVEAL).withheld == ["见证人"]
    assert "见证人" not in built(made.REVEAL).text


def test_a_seed_waits_for_every_source():
    with pytest.raises(errors.SeedNotReady, match="drand@5000000"):
        built(Reveal({"ssq": "03 09 14 21 27 30 + 08"}))


def test_without_a_source_three_parties_must_reveal():
    names = ("甲", "乙", "丙")
    nonces = {name: SM3.digest(name.encode()).hex() for name in names}
    promised = [
        Nonce(name, seeds.nonce_commitment(SM3, made.DRAW_ID, name, one))
        for name, one in nonces.items()
    ]

    assert built(Reveal({}, nonces=nonces), sources=[], nonces=promised).withheld == []
    with pytest.raises(errors.SeedNotReady, match="现有 2 方"):
        built(Reveal({}, nonces={n: nonces[n] for n in names[:2]}), sources=[], nonces=promised)


def test_a_nonce_other_than_the_one_committed_is_refused():
    with pytest.raises(errors.NonceMismatch, match="D1"):
        built(replace(made.REVEAL, nonces={"D1": "00" * 32}))
    with pytest.raises(errors.BadField, match="64 位"):
        seeds.nonce_commitment(SM3, made.DRAW_ID, "D1", "short")


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        (LOTTERY, "03 09 14 21 27 30 + 08", True),
        (LOTTERY, "03 09 14 21 27 30 + 01", True),
        (LOTTERY, "09 03 14 21 27 30 + 08", False),
        (LOTTERY, "03 03 14 21 27 30 + 08", False),
        (LOTTERY, "3 09 14 21 27 30 + 08", False),
        (LOTTERY, "03 09 14 21 27 30+08", False),
        (LOTTERY, "03 09 14 21 27 30 + 08 ", False),
        (BEACON, "5f" * 32, True),
        (BEACON, "5F" * 32, False),
        (BEACON, "5f" * 31, False),
        ("NNNN.NN", "3456.78", True),
        ("NNNN.NN", "3456x78", False),
        ("NN", "٣٤", False),
        ("NN", "N1", False),
    ],
)
def test_a_value_must_look_as_the_pattern_says(pattern, value, fits):
    assert seeds.fits(pattern, value) is fits


def test_a_value_of_another_kind_is_refused():
    with pytest.raises(errors.BadSeedValue, match="ssq"):
        built(Reveal({"ssq": "1|2", "drand": "5f" * 32}))


@pytest.mark.parametrize("name", ["a=b", "a|b", "a@b", "a.b", ""])
def test_sources_and_parties_have_names_that_can_stand_in_a_seed(name):
    source = replace(SAID.sources[0], id=name)

    with pytest.raises(errors.BadField):
        seeds.check([source], [])


def test_the_same_draw_is_the_same_again():
    again = holding.hold(FROZEN, SAID, made.REVEAL)

    assert vars(again) == vars(holding.hold(FROZEN, SAID, made.REVEAL))
    assert again.commitment.time == datetime(2026, 11, 23, 2, tzinfo=UTC)
