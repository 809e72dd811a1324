"""What may be frozen, in which bytes, and that order makes no difference."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.base.ledger import tree
from mingcha.base.ledger.hashing import SHA256, SM3
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.rules import drawing, frame, keyed, lines, roots
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.lines import (
    Avoidance,
    Demand,
    Excluded,
    Officer,
    Stratum,
    Unit,
)
from mingcha.domains.inspections.tests import made

CHANCE = Chance.of(SM3, "SJ-2026-0001|ssq=03", "SJ-2026-0001")


def test_each_kind_of_line_is_read_back_as_it_was_written():
    whole = made.frame_of()
    frozen = frame.freeze(whole, SM3)

    assert list(lines.read("F", frozen.lines["F"])) == [Unit(*row) for row in sorted(whole.units)]
    for kind, some in (("X", whole.excluded), ("S", whole.strata), ("A", whole.avoidances)):
        assert sorted(one.line() for one in lines.read(kind, frozen.lines[kind])) == sorted(
            one.line() for one in some
        )
    (officer,) = lines.read("O", [whole.officers[0].line()])
    sorted_skills = tuple(sorted(whole.officers[0].skills))
    assert officer == replace(whole.officers[0], skills=sorted_skills)


@pytest.mark.parametrize(
    "line",
    ["F\x1fK\x1fS\x1f01\x1f31", "F\x1fK\x1fS\x1f1", "X\x1fK\x1fS\x1f1\x1f31", "F\x1f\x1fS\x1f1\x1f31",
     "F\x1fK\x1fS\x1f+1\x1f31", "F\x1fK\x1fS\x1f0\x1f31", "F\x1fK|\x1fS\x1f1\x1f31"],
)  # fmt: skip
def test_a_line_that_would_not_be_written_is_not_read(line):
    with pytest.raises(errors.BadLine, match=r"F\.txt 第 2 行"):
        list(lines.read("F", [Unit("A", "S", 1, "31").line(), line.encode()]))


BAD_ROWS = {
    "a tab": (("A\tB", "高风险", 1, "31"), "控制字符"),
    "a separator": (("A\x1fB", "高风险", 1, "31"), "控制字符"),
    "a bar": (("A|B", "高风险", 1, "31"), "不能含有“|”"),
    "not NFC": (("e\u0301", "高风险", 1, "31"), "NFC"),
    "no area": (("A", "高风险", 1, ""), "不能为空"),
    "no weight": (("A", "高风险", 0, "31"), "1 至 10 亿"),
    "too much weight": (("A", "高风险", 10**9 + 1, "31"), "1 至 10 亿"),
}


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_row_that_cannot_stand_in_a_line_is_named(bad):
    row, problem = BAD_ROWS[bad]
    rows = made.units()

    with pytest.raises(errors.BadField, match=problem):
        frame.freeze(made.frame_of(units=[*rows[:300], row, *rows[301:]]), SM3)


@pytest.mark.parametrize(
    "one",
    [
        Officer("A", "D", ("31,32",), ("s",), date(2026, 1, 1), date(2026, 1, 2), 0, 1),
        Officer("A", "D", (), ("s",), date(2026, 1, 1), date(2026, 1, 2), 0, 1),
        Officer("A", "D", ("31",), ("s",), date(2026, 1, 1), date(2026, 1, 2), -1, 1),
        Demand("低风险", "D", "s", 1),
        Excluded("A", "r", "ABC"),
        Avoidance("A", "K", "", made.SALT),
        Stratum("S", 1, 1, 0, "poisson"),
    ],
)
def test_other_lines_are_held_to_the_protocol_too(one):
    with pytest.raises(errors.BadField):
        one.line()


def test_ideographic_spaces_and_rare_characters_may_stand_in_a_line():
    rows = [(f"K{n}", "低　风险", 1, "31") for n in range(3)] + [("𠮷", "低　风险", 1, "31")]

    made_lines = lines.unit_lines(rows)

    assert made_lines == [Unit(*row).line() for row in rows]


REFUSED = {
    "one entity in two strata": (
        lambda f: replace(f, units=[*f.units, (f.units[0][0], "低风险", 1, "31")]),
        errors.NamedTwice,
        "高风险”和“低风险",
    ),
    "drawn and excluded": (
        lambda f: replace(f, excluded=[Excluded(f.units[5][0], "免检", made.SALT)]),
        errors.NamedTwice,
        "抽取名单和排除名单",
    ),
    "a stratum smaller than its number": (
        lambda f: replace(f, strata=[replace(f.strata[0], wanted=201), *f.strata[1:]]),
        errors.StratumTooSmall,
        "分层“高风险”共 200 户，不能抽取 201 户",
    ),
    "nothing to draw in a stratum": (
        lambda f: replace(f, strata=[replace(f.strata[0], wanted=0), *f.strata[1:]]),
        errors.StratumTooSmall,
        "高风险",
    ),
    "a stratum miscounted": (
        lambda f: replace(f, strata=[replace(f.strata[0], size=199), *f.strata[1:]]),
        errors.StratumMismatch,
        "写明 199 户，名单中实有 200 户",
    ),
    "a stratum nobody declared": (
        lambda f: replace(f, strata=f.strata[1:]), errors.UnknownName, "高风险"
    ),
    "a demand for another stratum": (
        lambda f: replace(f, demands=[Demand("别处", "市监", "食品", 2)]), errors.UnknownName, "别处"
    ),
    "an unknown officer avoids": (
        lambda f: replace(f, avoidances=[Avoidance("无此人", "K", "回避", made.SALT)]),
        errors.UnknownName,
        "无此人",
    ),
    "an officer twice": (
        lambda f: replace(f, officers=[*f.officers, f.officers[0]]), errors.NamedTwice, "ZF000"
    ),
    "nothing at all": (
        lambda f: frame.Frame([], []), errors.NothingToDraw, "没有任何对象"
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", REFUSED)
def test_a_freeze_is_refused_and_says_where(reason):
    change, refusal, words = REFUSED[reason]

    with pytest.raises(refusal, match=words):
        frame.freeze(change(made.frame_of()), SM3)


def test_the_number_proposed_from_a_ratio_is_exact():
    assert frame.proposed(600, "0.05") == 30
    assert frame.proposed(601, "0.05") == 31
    assert frame.proposed(10, "0.1") == 1
    assert frame.proposed(3, "1") == 3
    assert frame.proposed(3, "7") == 3
    assert frame.proposed(10**7, "0.000000000000000000000000000001") == 1


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_frame_does_not_matter(chaos):
    whole = made.frame_of(
        size=90, strata=[Stratum(f"{one}风险", 30, 5, 1, "pps") for one in "高中低"]
    )
    shuffled = replace(
        whole,
        **{
            name: chaos.sample(list(getattr(whole, name)), len(getattr(whole, name)))
            for name in ("units", "strata", "demands", "officers")
        },
    )

    one, other = (frame.freeze(some, SM3) for some in (whole, shuffled))

    assert one.rooted == other.rooted
    assert drawing.draw(one.lines["F"], whole.strata, CHANCE) == drawing.draw(
        other.lines["F"], shuffled.strata, CHANCE
    )


@settings(max_examples=50)
@given(st.text("0123456789ABCDEFGHJK", min_size=1, max_size=18))
def test_an_unrelated_entity_moves_no_other_number(key):
    rows = [(f"K{n:03}", "S", 1, "31") for n in range(40)]
    more = sorted({*rows, (f"X{key}", "S", 1, "31")})
    before, after = (
        drawing.draw(lines.unit_lines(some), [Stratum("S", len(some), 5, 5, "srs")], CHANCE)[0]
        for some in (rows, more)
    )

    kept = [one for one in after.objects + after.reserves if one in {row[0] for row in rows}]
    assert kept == list((before.objects + before.reserves)[: len(kept)])


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3000), st.data())
def test_a_line_is_proved_from_its_tile_alone(size, data):
    index = data.draw(st.integers(0, size - 1))
    some = [b"%06d" % number for number in range(size)]
    file, tile = roots.rooted(some, SHA256), index // roots.TILE
    tile_lines = some[tile * roots.TILE : (tile + 1) * roots.TILE]

    path = roots.path_to(index, tile_lines, file, SHA256)

    leaves = SHA256.leaves(some)
    assert file.root == tree.root_of(leaves, SHA256)
    assert path == tree.path_of(index, leaves, SHA256)
    assert roots.proves(some[index], (index, size), path, file.root, SHA256)
    assert not roots.proves(b"another", (index, size), path, file.root, SHA256)


def test_lines_of_another_tile_prove_nothing():
    file = roots.rooted([b"a", b"b"], SM3)

    with pytest.raises(ValueError, match="tile 0"):
        roots.path_to(0, [b"a", b"c"], file, SM3)


def test_a_keyed_key_names_nobody_and_opens_with_the_secret():
    key = keyed.keyed(b"s" * 32, "91310000631696382C", SM3)

    assert keyed.KEYED.fullmatch(key)
    assert keyed.opens(key, b"s" * 32, "91310000631696382C", SM3)
    assert not keyed.opens(key, b"t" * 32, "91310000631696382C", SM3)
    assert key != keyed.keyed(b"s" * 32, "91310000631696382C", SHA256)
    with pytest.raises(ValueError, match="32 bytes"):
        keyed.keyed(b"short", "91310000631696382C", SM3)
