"""Tying in bulk: the same answers as the rules, and the contract of architecture.md 5.2."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.domains.parties import rules
from mingcha.domains.parties.linking import blocking_keys, link, prepare, resolve
from mingcha.domains.parties.linking.codes import is_valid, repairs
from mingcha.domains.parties.linking.compare import compare, reasons
from mingcha.domains.parties.linking.ties import mark

WEIGHTS = rules.standard_weights()
RIGHT = "91350100M000100Y43"

REGIONS = [
    "",
    "上海",
    "上海市",
    "上海市浦东新区",
    "浦东新区",
    "江苏省苏州市",
    "苏州昆山",
    "鼓楼区",
    "上海長寧",
]
TRADES = ["鑫源", "鑫原", "宏达", "龍騰盛世", "便民", "McDonald's ", "和平", "长宁", ""]
INDUSTRIES = ["", "贸易", "貿易", "餐饮管理", "建材贸易", "锁具", "超市"]
FORMS = [
    "有限公司",
    "有限责任公司",
    "有限公可",
    "有公司",
    "（集团）有限公司",
    "经营部",
    " Inc.",
    "（有限合伙）",
    "公司",
    "",
]
TAILS = ["", "", "", "浦东分公司", "第二分店", "（上海）", "(个体工商户)", "【浦东新区】"]
NAMES = st.builds(
    "".join, st.tuples(*map(st.sampled_from, (REGIONS, TRADES, INDUSTRIES, FORMS, TAILS)))
)
PLACES = ["", "上海市浦东新区", "徐汇区", "苏州市昆山市玉山镇"]
ROADS = ["", "张杨路", "漕溪北路", "人民大道", "科技园区", "24TH STREET "]
DOORS = ["", "500号", "500 # ", "1200弄3号", "500-", "５００号１２楼"]
ROOMS = ["", "1203室", "1203", "12A室"]
ADDRESSES = st.builds(
    "".join, st.tuples(*map(st.sampled_from, (PLACES, ROADS, DOORS, ROOMS)))
) | st.sampled_from(["2794 24TH ST", "1 United Nations Plaza", "12号"])
ROWS = st.lists(st.tuples(NAMES, ADDRESSES), min_size=1, max_size=40)


def frame(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    columns = ["id", "party_id", "scheme", "code", "name", "address", "region"]
    used = [column for column in columns if any(column in row for row in rows)]
    return pl.DataFrame(rows, schema=dict.fromkeys(used, pl.String))


REGISTER = frame(
    [
        {
            "party_id": "p1",
            "code": RIGHT,
            "name": "上海市浦东新区鑫源贸易有限公司",
            "address": "张杨路500号1203室",
        },
        {"party_id": "p2", "code": "91110000600037341L", "name": "上海市徐汇区鑫源贸易有限公司"},
        {
            "party_id": "p3",
            "name": "上海宏达餐饮管理有限公司",
            "address": "上海市浦东新区博云路2号",
        },
        {"party_id": "p4", "scheme": "sf-business", "code": "10", "name": "TIRAMISU KITCHEN"},
    ]
)


def tied(**subject: str | None) -> dict[str, object]:
    return resolve(frame([{"id": "s", **subject}]), REGISTER, WEIGHTS).row(0, named=True)


@settings(deadline=None, max_examples=20)
@given(ROWS)
def test_in_bulk_as_one_by_one(rows):
    table = prepare(
        pl.DataFrame(rows, schema=["name", "address"], orient="row").with_row_index("id")
    )
    for row in table.iter_rows(named=True):
        profile = rules.profile(row["name"], row["address"])
        assert row["canonical"] == profile.name.canonical, row["name"]
        assert (row["road"], row["door"], row["room"], row["area"]) == (
            profile.address.road,
            profile.address.door,
            profile.address.room,
            profile.area,
        ), row["address"]


@settings(deadline=None, max_examples=20)
@given(ROWS)
def test_weighed_in_bulk_as_one_by_one(rows):
    table = mark(
        prepare(pl.DataFrame(rows, schema=["name", "address"], orient="row").with_row_index("id"))
    )
    pairs = [(i, j) for i in range(len(rows)) for j in range(len(rows))]
    numbers = pl.DataFrame(pairs, schema={"s": pl.UInt32, "r": pl.UInt32}, orient="row")
    weighed = compare(numbers.with_columns(how=pl.lit("name")), table, table, WEIGHTS)
    profiles = [rules.profile(*row) for row in rows]
    for (i, j), weight, why in zip(
        pairs, weighed["weight"], reasons(weighed, WEIGHTS), strict=True
    ):
        told = rules.explain(profiles[i], profiles[j], WEIGHTS)
        assert [tuple(reason) for reason in json.loads(why)] == told
        assert weight == sum(points for _, points, _ in told)


def test_a_registered_code_decides():
    told = tied(code=RIGHT.lower(), name="鑫源贸易")
    assert (told["party_id"], told["how"], told["doubtful"]) == ("p1", "code", False)


def test_another_scheme_is_another_code():
    assert tied(scheme="sf-business", code="10")["party_id"] == "p4"
    assert tied(scheme="uscc", code="10")["how"] == "none"


@pytest.mark.parametrize(
    "code",
    ["91350100M0001O0Y43", "91350100M000100Y34", "91350100M001000Y43", "81350100M000100Y43"],
)
def test_a_slip_in_the_code_counts_when_the_names_agree(code):
    told = tied(code=code, name="鑫源贸易")
    assert (told["party_id"], told["how"], told["doubtful"]) == ("p1", "repaired", False)
    other = tied(code=code, name="四方科技有限公司")
    assert (other["party_id"], other["doubtful"]) == ("p1", True)


def test_a_slip_that_two_codes_fit_is_doubtful():
    twin = repairs(pl.DataFrame({"id": [0], "code": ["91350100M000100Y4A"]}))["code"].to_list()
    assert RIGHT in twin
    rows = [{"party_id": code, "code": code, "name": "上海鑫源贸易有限公司"} for code in twin[:2]]
    subject = frame([{"id": "s", "code": "91350100M000100Y4A", "name": "上海鑫源贸易有限公司"}])
    told = resolve(subject, frame(rows), WEIGHTS).row(0, named=True)
    assert told["doubtful"] and {c["party_id"] for c in told["candidates"]} == set(twin[:2])


def test_name_and_address_tie_what_has_no_code():
    told = tied(name="鑫源（上海）貿易有限责任公司", address="浦东新区张杨路５００号")
    assert (told["party_id"], told["how"], told["doubtful"]) == ("p1", "name", False)


def test_a_name_that_two_parties_bear_is_doubtful():
    told = tied(name="上海鑫源贸易有限公司")
    assert told["doubtful"] and told["how"] == "name"
    assert [c["party_id"] for c in told["candidates"]] == ["p1", "p2"]


def test_a_branch_is_never_its_parent():
    branch = {"name": "上海市浦东新区鑫源贸易有限公司张江分公司", "address": "张杨路500号1203室"}
    assert tied(**branch)["party_id"] is None
    assert tied(code=RIGHT, **branch)["doubtful"]  # its parent's code on a branch's record


def test_a_right_code_that_is_not_registered_is_nobody_elses():
    told = tied(code="91330203674737244W", name="上海市浦东新区鑫源贸易有限公司")
    assert told["party_id"] is None


def test_nothing_said_is_tied_to_nothing():
    told = tied(name=None, code=None)
    assert (told["how"], told["weight"], told["reasons"], told["doubtful"]) == (
        "none",
        0,
        "[]",
        False,
    )


def test_the_order_of_rows_changes_nothing():
    subjects = frame([{"id": str(i), "name": name} for i, name in enumerate(REGISTER["name"])])
    there = resolve(subjects, REGISTER, WEIGHTS)
    back = resolve(subjects.reverse(), REGISTER.reverse(), WEIGHTS).sort("id")
    assert there.equals(back)


def test_twins_share_a_key():
    subjects = frame(
        [
            {"id": "wrong code", "code": "91350100M000100Y34"},
            {"id": "suffix", "name": "上海市浦东新区鑫源贸易有限责任公司"},
            {"id": "typo", "name": "鑫原贸易", "address": "上海市张杨路500号"},
        ]
    )
    register = blocking_keys(REGISTER.with_columns(id=pl.col("party_id")), registered=True)
    shared = blocking_keys(subjects).join(register, on="key")
    assert {(row["id"], row["id_right"]) for row in shared.iter_rows(named=True)} >= {
        ("wrong code", "p1"),
        ("suffix", "p1"),
        ("typo", "p1"),
    }
    assert register.group_by("id").len()["len"].max() <= 6


BODIES = st.text(alphabet=rules.ALPHABET, min_size=17, max_size=17)
SLIPS = st.tuples(BODIES, st.integers(0, 17), st.integers(1, 30), st.booleans())


@settings(deadline=None, max_examples=10)
@given(st.lists(SLIPS, min_size=20, max_size=60))
def test_a_wrong_code_is_found_out_and_mended(slips):
    right, wrong = [], []
    for body, at, by, is_swapped in slips:
        check = -sum(rules.ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31
        code = body + rules.ALPHABET[check]
        other = rules.ALPHABET[(rules.ALPHABET.index(code[at]) + by) % 31]
        pair = code[at : at + 2]
        if is_swapped and len(set(pair)) == 2:
            slip = code[:at] + pair[::-1] + code[at + 2 :]
        else:
            slip = code[:at] + other + code[at + 1 :]
        right.append(code)
        wrong.append(slip)
    codes = pl.DataFrame({"id": range(len(wrong)), "code": wrong})
    assert codes.select(is_valid(pl.col("code"))).to_series().any() is False
    assert pl.DataFrame({"code": right}).select(is_valid(pl.col("code"))).to_series().all()
    mended = repairs(codes)
    assert set(enumerate(right)) <= set(mended.iter_rows())
    assert mended.group_by("id").len()["len"].max() <= 18 + 17


def test_one_file_is_grouped_without_chains():
    records = frame(
        [
            {
                "id": "a",
                "code": RIGHT,
                "name": "上海鑫源贸易有限公司",
                "address": "张杨路500号1203室",
            },
            {"id": "b", "name": "上海市鑫源贸易有限责任公司", "address": "上海市张杨路500号"},
            {"id": "c", "code": "91350100M000100Y34", "name": "鑫源贸易"},
            {
                "id": "d",
                "code": "91110000600037341L",
                "name": "上海鑫源贸易有限公司",
                "address": "张杨路500号1203室",
            },
            {"id": "e", "name": "上海鑫源贸易有限公司张江分公司", "address": "张杨路500号1203室"},
            {"id": "f", "name": "苏州宏达餐饮有限公司", "address": None},
            {"id": "g", "name": "宏达（苏州）餐饮有限公司", "address": None},
            {"id": "h", "name": None, "address": None},
            {"id": "i", "name": None, "address": None},
        ]
    )
    groups = dict(link(records, WEIGHTS).iter_rows())
    assert groups["c"] == groups["a"]
    assert groups["a"] != groups["d"]  # two right codes are two entities
    assert groups["e"] == "e"
    assert groups["g"] == groups["f"]
    assert groups["b"] == "b"  # a and d are equally likely: for a person to decide


def test_a_name_leads_to_no_other_kind_than_a_subject_may_be_and_a_code_does():
    firm = {"name": "上海演示丽人化妆品有限公司", "address": "上海市浦东新区演示路9号"}
    register = frame(
        [
            {"party_id": "licence", "scheme": "cosmetic-licence", "code": "沪妆20160001", **firm},
            {"party_id": "firm", "code": RIGHT, **firm},
        ]
    ).with_columns(kind=pl.Series(["7", "1"]))
    subjects = frame(
        [
            {"id": "named", "scheme": "name", **firm},
            {"id": "coded", "scheme": "cosmetic-licence", "code": "沪妆20160001"},
        ]
    ).with_columns(may_be=pl.Series([["1", "2"], ["1", "2"]]))

    any_kind = resolve(subjects.drop("may_be"), register, WEIGHTS)
    its_kind = resolve(subjects, register, WEIGHTS)

    assert any_kind["doubtful"].to_list() == [True, False]
    assert its_kind["doubtful"].to_list() == [False, False]
    assert its_kind["party_id"].to_list() == ["firm", "licence"]
