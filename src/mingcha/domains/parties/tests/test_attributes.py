"""Which source an attribute is taken from, and what is wrong with how a record names an entity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domains.parties.rules.attributes import Attribute, How, Statement, same, settle
from mingcha.domains.parties.rules.dirt import Dirt, Written, kinds_of

REGISTER, LICENCE, AGAIN = (1, "object_enterprise", "1"), (2, "licence", "7"), (3, "licence", "8")
CODE = "91350100M000100Y43"
KNOWN = Written("上海市浦东新区鑫源贸易有限公司", "上海市浦东新区张杨路500号1203室", "310115", CODE)


def said(value: str, rank: int, order: int, record: tuple[int, str, str] = REGISTER) -> Statement:
    return Statement(value, rank, order, record)


def settled(
    *statements: Statement, by_hand: tuple[tuple[int, str, str], str] | None = None
) -> tuple[str, How, list[str]]:
    found = settle(Attribute.LEGAL_PERSON, statements, by_hand)
    assert found is not None
    return found.chosen.value, found.how, [one.value for one in found.rivals]


def test_the_most_authoritative_counts_then_the_newest_and_rivals_stay():
    old, new = said("王演示", 10, 1), said("李演示", 60, 9, LICENCE)

    assert settled(new, old) == ("王演示", How.RANK, ["李演示"])
    assert settled(said("王演示", 60, 1), new) == ("李演示", How.NEWEST, ["王演示"])
    assert settled(old) == ("王演示", How.ONLY, [])
    assert settled(old, said("王演示", 60, 9, LICENCE)) == ("王演示", How.AGREED, [])
    assert settle(Attribute.NAME, [said("", 1, 1)], None) is None


def test_a_person_decides_as_long_as_the_record_says_so():
    register, licence = said("王演示", 10, 1), said("李演示", 60, 9, LICENCE)

    assert settled(register, licence, by_hand=(LICENCE, "李演示")) == (
        "李演示",
        How.HAND,
        ["王演示"],
    )
    assert settled(register, licence, by_hand=(LICENCE, "赵演示")) == (
        "王演示",
        How.RANK,
        ["李演示"],
    )
    assert settled(register, by_hand=(LICENCE, "李演示")) == ("王演示", How.ONLY, [])


@given(
    st.lists(
        st.builds(
            Statement, st.sampled_from(["甲", "乙", ""]), st.integers(1, 3), st.integers(1, 9),
            st.sampled_from([REGISTER, LICENCE, AGAIN]),
        ),
        unique_by=lambda one: one.order,
    ),
    st.randoms(),
)  # fmt: skip
def test_the_order_of_statements_never_matters_and_nobody_is_dropped(statements, dice):
    found = settle(Attribute.STATUS, statements, None)
    dice.shuffle(statements)

    assert settle(Attribute.STATUS, statements, None) == found
    told = {one.value for one in statements if one.value}
    shown = {found.chosen.value, *(one.value for one in found.rivals)} if found else set()
    assert shown == told


@pytest.mark.parametrize(
    ("attribute", "one", "other", "is_same"),
    [
        (Attribute.NAME, "上海鑫源（集团）有限公司", "上海鑫源(集团)有限公司", True),
        (Attribute.NAME, "上海鑫源贸易有限公司", "上海鑫原贸易有限公司", False),
        (Attribute.ADDRESS, "上海市浦东新区张杨路500号", "张杨路５００号", True),
        (Attribute.ADDRESS, "张杨路500号", "张杨路502号", False),
        (Attribute.REGION, "310000", "310115", True),
        (Attribute.REGION, "310115", "310104", False),
        (Attribute.INDUSTRY, "F51", "F5164", True),
        (Attribute.STATUS, "存续", "注销", False),
    ],
)
def test_ways_of_writing_are_no_conflict(attribute, one, other, is_same):
    assert same(attribute, one, other) is same(attribute, other, one) is is_same


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, [Dirt.CLEAN]),
        ({"code": ""}, [Dirt.NO_CODE]),
        ({"code": CODE[:-1] + "0"}, [Dirt.WRONG_CODE]),
        ({"name": "上海市浦东新区鑫原贸易有限公司"}, [Dirt.TYPO]),
        ({"name": "上海市徐汇区鑫源贸易有限公司"}, [Dirt.REGION_CHANGED]),
        ({"name": "上海市浦东新区鑫源贸易经营部"}, [Dirt.SUFFIX_CHANGED]),
        ({"name": "上海市浦東新區鑫源貿易有限公司"}, [Dirt.TRADITIONAL]),
        ({"address": ""}, [Dirt.NO_ADDRESS]),
        ({"address": "张杨路500号"}, [Dirt.ADDRESS_VARIANT]),
        ({"name": "鑫源", "address": ""}, [Dirt.ABBREVIATED, Dirt.REGION_CHANGED, Dirt.NO_ADDRESS]),
    ],
)  # fmt: skip
def test_each_kind_of_dirt_is_told(changes, kinds):
    given = {
        "name": KNOWN.name,
        "address": KNOWN.address,
        "region": KNOWN.region,
        "code": KNOWN.code,
    }

    assert kinds_of(Written(**(given | changes)), KNOWN) == kinds
