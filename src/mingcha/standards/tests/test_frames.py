"""Checking as a whole: what a clerk hands in, what becomes of it, and what it is told."""

from datetime import date

import polars as pl
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as some

from mingcha.standards.frames.catalogue import NATIONAL, checks
from mingcha.standards.frames.checking import Checked, check
from mingcha.standards.frames.content import content_json, item_of, occurred_on, subject
from mingcha.standards.frames.keys import source_key
from mingcha.standards.frames.references import (
    CHECKLISTS,
    ITEMS,
    OFFICERS,
    REGIONS,
    References,
)
from mingcha.standards.loader import current
from mingcha.standards.model import Code, CodeTable, Table

steady = settings(deadline=None, max_examples=60)  # a busy machine is not a fault

TODAY = date(2026, 11, 22)
BODY = "91110000600037341L"
OTHER_BODY = "91110108551385082Q"
ITEM = "31012345678901"
CHECKLIST = f"{BODY}4{ITEM}01"

GOOD: dict[str, str | None] = {
    "supervise_item_implement_code": ITEM,
    "supervise_item_check_icode": CHECKLIST,
    "check_action_name": "对演示餐饮店的行政检查",
    "check_action_code": "演示检〔2026〕1号",
    "implement_institution_code": BODY,
    "supervise_object": "演示餐饮店",
    "administrative_cp": "演示餐饮店",
    "administrative_cp_na": "02",
    "administrative_cp_ce_type": "001",
    "administrative_cp_ui_code": "91350100M000100Y43",
    "area_number": "310115",
    "check_form": "01",
    "check_type": "01",
    "check_result": "01",
    "check_date": "2026-03-02",
    "check_personnel": "张三、李四",
    "check_personnel_code": "A1、A2",
    "submitted_date": "2026-03-05",
}


def items_of(*versions: list[object]) -> pl.DataFrame:
    return pl.DataFrame(list(versions), schema=ITEMS, orient="row")


def checklists_of(*versions: list[object]) -> pl.DataFrame:
    return pl.DataFrame(list(versions), schema=CHECKLISTS, orient="row")


def references(**given: object) -> References:
    since = date(2020, 1, 1)
    whole: dict[str, object] = {
        "items": {
            "item": items_of([ITEM, since, None, "01", ["4"], None, "310000", "对演示事项的检查"])
        },
        "checklists": {"checklist": checklists_of([CHECKLIST, ITEM, BODY, since, None, "01"])},
        "officers": pl.DataFrame(
            [["A1", since, date(2027, 1, 1), None], ["A2", since, None, None]],
            schema=OFFICERS,
            orient="row",
        ),
        "regions": pl.DataFrame(
            [["310115", None, None], ["310103", None, 2011]],
            schema=REGIONS,
            orient="row",
        ),
        "keys": {"random_plan.plan_id": pl.DataFrame({"key": ["P1"]})},
    }
    return References(**(whole | given))  # type: ignore[arg-type]


def checked(*rows: dict[str, str | None], known: References | None = None) -> Checked:
    """Check rows that differ from the good one as stated; each has its own number unless stated."""
    whole = [
        GOOD | {"check_action_code": f"演示检〔2026〕{n}号"} | row for n, row in enumerate(rows, 1)
    ]
    columns = dict.fromkeys(name for row in whole for name in row)
    raw = pl.DataFrame(
        {name: [row.get(name) for row in whole] for name in columns},
        schema=dict.fromkeys(columns, pl.String),
    ).with_columns(_row=pl.int_range(2, len(whole) + 2))
    standard = current()
    return check(
        standard.table("check_action"),
        raw,
        codes=standard.code_tables,
        references=known or references(),
        on=TODAY,
        sources={"31"},
    )


def told(result: Checked, row: int = 2) -> dict[str, str]:
    """check → reason of one row."""
    some_row = result.failures.filter(pl.col("_row") == row)
    return dict(zip(some_row["check"], some_row["reason"], strict=True))


def states(result: Checked) -> list[str]:
    return result.frame["_state"].to_list()


def test_a_faultless_row_is_accepted_without_a_word():
    result = checked({})

    assert states(result) == ["accepted"]
    assert result.failures.is_empty()
    assert result.frame["_key"].to_list() == ["演示检〔2026〕1号"]
    assert result.frame["_warned"].to_list() == [False]


def test_a_receipt_can_always_print_the_ten_national_checks():
    for table in current().tables.values():
        names = [info.name for info in checks(table)]
        assert {info.national for info in checks(table)} == {*NATIONAL}, table.name
        assert len(names) == len(set(names)), table.name


def test_every_failure_is_of_a_check_in_the_catalogue_and_counted():
    result = checked({"check_date": "2026-13-01", "check_form": "77"}, {"check_form": "78"})

    counted = dict(zip(result.counts["name"], result.counts["failed"], strict=True))
    assert counted["check_form.code"] == 2
    assert counted["check_date.form"] == 1
    assert sum(counted.values()) == result.failures.height


@pytest.mark.parametrize(
    ("field", "value", "check_name", "reason"),
    [
        (
            "check_date",
            "2026-13-01",
            "check_date.form",
            "检查时间“2026-13-01”不是有效日期，请填写成 2026-01-02 的样子。",
        ),
        ("check_date", "— —", "check_date.required", "检查时间没有填写，这是必填项，请补填。"),
        (
            "supervise_item_implement_code",
            "1012345678901",
            "supervise_item_implement_code.form",
            "监管事项目录编码“1012345678901”只有 13 位，应为 14 位：电子表格可能丢掉了开头的 0，"
            "请将该列设为文本后重新填写。",
        ),
        (
            "supervise_item_implement_code",
            "3.10123E+13",
            "supervise_item_implement_code.form",
            "监管事项目录编码“3.10123E+13”是科学计数法，电子表格已丢掉后面的数字，"
            "请将该列设为文本后重新填写 14 位编码。",
        ),
        (
            "supervise_item_check_icode",
            f"91110000600037341A4{ITEM}",
            "supervise_item_check_icode.form",
            f"监管事项检查实施清单编码“91110000600037341A4{ITEM}”的前 18 位不是有效的"
            "统一社会信用代码，请核对实施机构的代码。",
        ),
        (
            "supervise_item_check_icode",
            f"{BODY}9{ITEM}",
            "supervise_item_check_icode.form",
            f"监管事项检查实施清单编码“{BODY}9{ITEM}”的第 19 位应为 1 至 5 的行使层级，"
            "请按检查实施清单填写。",
        ),
        (
            "check_personnel",
            "张三",
            "check_personnel.at_least",
            "检查人员“张三”不足 2 个，请填全，并用顿号“、”分隔。",
        ),
        (
            "administrative_cp_ui_code",
            "310115000123456",
            "administrative_cp_ui_code.uscc",
            "行政相对人编码“310115000123456”不是 18 位统一社会信用代码（现为 15 位），"
            "请按营业执照或登记证书填写。",
        ),
        (
            "area_number",
            "浦东新区",
            "area_number.code",
            "行政区划代码“浦东新区”不是有效的行政区划代码，请填写六位代码，例如 310101。",
        ),
        (
            "check_date",
            "2026-12-01",
            "check-not-future",
            "检查时间“2026-12-01”晚于报送当天 2026-11-22，请核对日期。",
        ),
        (
            "submitted_date",
            "2026-03-01",
            "submitted-after-check",
            "报送时间“2026-03-01”早于检查时间“2026-03-02”，请核对这两个日期。",
        ),
        (
            "cd_source",
            "44",
            "row.source",
            "数据来源标识“44”不是本报送单位的标识，请改用本单位的标识，或由数据所属单位报送。",
        ),
        (
            "cd_operation",
            "x",
            "row.operation",
            "操作类型“x”不认识，只能是 i（新增）、u（修改）或 d（删除）。",
        ),
        (
            "check_action_code",
            " / ",
            "key.missing",
            "业务主键（检查行为编号）没有填写，无法区分是哪一条记录，请补填。",
        ),
    ],
)
def test_a_bad_cell_is_refused_in_words_a_clerk_understands(field, value, check_name, reason):
    result = checked({field: value})

    assert told(result)[check_name] == reason
    assert states(result) == ["refused"]


def test_a_long_value_is_quoted_only_in_part():
    assert "字" * 40 + "…”" in told(checked({"check_date": "字" * 41}))["check_date.form"]


def test_a_wrong_check_digit_of_the_subject_warns_so_that_linking_may_repair_it():
    result = checked({"administrative_cp_ui_code": "91310115077567433M"})

    assert states(result) == ["accepted"]
    assert result.frame["_warned"].to_list() == [True]
    assert result.frame["administrative_cp_ui_code"].to_list() == ["91310115077567433M"]
    assert "校验码不符" in told(result)["administrative_cp_ui_code.uscc_digit"]


def test_a_confusable_letter_is_pointed_out_and_not_silently_repaired():
    result = checked({"administrative_cp_ui_code": "9135O100M000100Y43"})

    assert result.frame["administrative_cp_ui_code"].to_list() == ["9135O100M000100Y43"]
    assert "不使用的字符" in told(result)["administrative_cp_ui_code.uscc_digit"]


def test_the_certificate_type_decides_what_a_number_must_be():
    person = {"administrative_cp_ce_type": "111", "administrative_cp_na": "01"}
    result = checked(
        person | {"administrative_cp_ui_code": "11010519491231002x"},
        person | {"administrative_cp_ui_code": "110105491231002"},
        person | {"administrative_cp_ui_code": "110105194902310021"},
        person | {"administrative_cp_ui_code": "91350100M000100Y43"},
        {"administrative_cp_ce_type": "114", "administrative_cp_ui_code": "军字第00123号"},
    )

    assert states(result) == ["accepted", "accepted", "accepted", "refused", "accepted"]
    assert result.frame["administrative_cp_ui_code"].to_list()[:2] == ["11010519491231002X"] * 2
    assert "出生日期或校验码不符" in told(result, 4)["administrative_cp_ui_code.id_digit"]
    assert told(result, 6) == {}


def test_codes_are_taken_by_code_by_label_and_without_their_leading_zero():
    result = checked(
        {"check_form": "日常检查", "check_result": "1", "administrative_cp_na": "０２"}
    )

    assert result.frame.select("check_form", "check_result", "administrative_cp_na").row(0) == (
        "01",
        "01",
        "02",
    )
    assert states(result) == ["accepted"]


def test_a_null_token_that_is_a_code_label_is_that_code():
    standard = current()
    table = standard.table("punish_action")
    field = next(
        key for key, spec in table.fields.items() if spec.codes == "administrative_reconsideration"
    )
    raw = pl.DataFrame({"_row": [2], field: ["无"]})
    known = References(
        items={"item": items_of()},
        keys={each.to: pl.DataFrame({"key": [""]}) for each in table.references if "." in each.to},
    )
    result = check(table, raw, codes=standard.code_tables, references=known, on=TODAY)

    assert result.frame[field].to_list() == ["00"]


def test_a_region_code_may_come_as_twelve_digits_and_an_abolished_one_warns():
    result = checked({"area_number": "310115000000"}, {"area_number": "310103"})

    assert result.frame["area_number"].to_list() == ["310115", "310103"]
    assert result.frame["_warned"].to_list() == [False, True]
    assert "在 2026 年未在使用" in told(result, 3)["area_number.abolished"]


def item(
    since=date(2020, 1, 1), until=None, status="01", levels=("4",), body=None, region="310000"
):
    return [ITEM, since, until, status, list(levels), body, region, "对演示事项的检查"]


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([], "不在监管事项目录中"),
        ([item(since=date(2026, 4, 1))], "自 2026-04-01 起才生效，行为日期 2026-03-02"),
        ([item(until=date(2026, 2, 1))], "已于 2026-02-01 后失效，行为日期 2026-03-02"),
        ([item(levels=("3",))], "不由第 4 级行使"),
        ([item(body=OTHER_BODY)], "不属于该实施机构"),
        ([item(region="320000")], "不适用于行政区划 310115"),
        ([item(status="03")], "自 2020-01-01 起暂停，行为日期 2026-03-02"),
        (
            [item(until=date(2026, 3, 1)), item(since=date(2026, 3, 2), status="02")],
            "自 2026-03-02 起取消",
        ),
        (
            [
                item(until=date(2026, 2, 28)),
                item(since=date(2026, 3, 1), until=date(2026, 3, 31), status="03"),
                item(since=date(2026, 4, 1)),
            ],
            "自 2026-03-01 起暂停",
        ),
        ([item(until=date(2021, 1, 1)), item(since=date(2026, 5, 1))], "后失效|起才生效"),
        ([item(levels=())], None),
        ([item(body=BODY, region=None)], None),
        ([item(until=date(2021, 1, 1)), item(since=date(2021, 1, 2))], None),
        ([item(), item(since=date(2026, 3, 3), status="02")], None),
        ([item(until=date(2026, 3, 2))], None),
    ],
)
def test_an_item_must_be_in_force_for_day_body_level_and_region(entries, reason):
    result = checked({}, known=references(items={"item": items_of(*entries)}))

    if reason is None:
        assert states(result) == ["accepted"]
    else:
        assert states(result) == ["waiting"]
        assert any(part in told(result)["item-in-force"] for part in reason.split("|"))
        assert "暂存待核" in told(result)["item-in-force"]


def test_an_item_is_looked_up_in_the_scheme_that_the_table_names():
    elsewhere = {"item": items_of(), "own_item": items_of(item())}
    labels = {"item": "“本市事项”"}

    result = checked({}, known=references(items=elsewhere, labels=labels))

    assert states(result) == ["waiting"]
    assert "不在“本市事项”中" in told(result)["item-in-force"]


def test_a_checklist_must_be_known_in_force_and_of_the_same_item_and_body():
    other = "31012345678999"
    since = date(2020, 1, 1)
    lists = checklists_of([CHECKLIST, other, BODY, since, None, "01"])
    of_other_item = checked({}, known=references(checklists={"checklist": lists}))
    unknown = checked({"supervise_item_check_icode": f"{CHECKLIST}9"})
    of_other_body = checked({"implement_institution_code": OTHER_BODY})

    assert f"属于事项“{other}”" in told(of_other_item)["checklist-in-force"]
    assert "不在检查实施清单库中" in told(unknown)["checklist-in-force"]
    assert "前 18 位与实施机构编码" in told(of_other_body)["supervise_item_check_icode.body"]
    assert states(of_other_body) == ["refused"]


def test_every_certificate_in_the_list_must_be_valid_on_the_day():
    officers = pl.DataFrame(
        [
            ["A1", date(2020, 1, 1), date(2026, 1, 1), None],
            ["A2", date(2020, 1, 1), date(2021, 1, 1), None],
            ["A2", date(2026, 1, 1), None, None],
            ["A3", date(2026, 4, 1), None, None],
        ],
        schema=OFFICERS,
        orient="row",
    )
    result = checked(
        {"check_personnel_code": "A1、A2、A3、B9"}, known=references(officers=officers)
    )

    assert told(result)["officer-certified"] == (
        "执法证号“B9”不在执法人员库中，“A3”自 2026-04-01 起才有效，"
        "“A1”的有效期至 2026-01-01，行为当日已过期，请核对证号和证件有效期。"
        "本行暂存待核，所引用的内容入库或更正后自动重新核对。"
    )
    assert states(result) == ["waiting"]


def test_persons_and_certificates_should_be_as_many():
    result = checked({"check_personnel": "张三、李四、王五"})

    assert told(result)["one-certificate-each"] == (
        "检查人员有 3 个，执法证号有 2 个，个数应相同，请补全或核对。"
    )
    assert result.frame["_warned"].to_list() == [True]


def test_a_cited_plan_that_is_not_here_is_pointed_out():
    assert "P9" in told(checked({"plan_id": "P9"}))["cited-plan"]
    assert told(checked({"plan_id": "P1"})) == {}


def test_the_same_row_again_is_counted_as_doubled_and_taken_once():
    result = checked({"check_action_code": "X"}, {"check_action_code": " X "}, {})

    assert result.frame["_doubled"].to_list() == [False, True, False]
    assert told(result, 3)["row.doubled"] == "与第 2 行内容完全相同，只入库一次。"
    assert states(result) == ["accepted"] * 3


def test_the_same_key_with_other_content_is_refused_naming_the_earlier_row():
    result = checked({"check_action_code": "X"}, {"check_action_code": "X", "check_form": "02"})

    assert states(result) == ["accepted", "refused"]
    assert told(result, 3)["key.conflict"] == (
        "检查行为编号“X”与第 2 行相同而内容不同，无法判断哪一行为准，请删去或改正其中一行。"
    )


def test_a_right_row_may_follow_a_wrong_one_with_its_key():
    result = checked({"check_action_code": "X", "check_date": "?"}, {"check_action_code": "X"})

    assert states(result) == ["refused", "accepted"]


def test_changes_and_withdrawals_may_follow_in_the_same_file():
    first = {"check_action_code": "X", "cd_operation": "i"}
    withdrawal = {**dict.fromkeys(GOOD), "check_action_code": "X", "cd_operation": "D"}
    result = checked(first, first | {"check_form": "02", "cd_operation": "u"}, withdrawal)

    assert states(result) == ["accepted"] * 3
    assert result.frame["cd_operation"].to_list() == ["i", "u", "d"]
    assert result.failures.is_empty()


def test_missing_columns_count_as_empty_and_no_rows_are_no_trouble():
    standard = current()
    table = standard.table("check_action")
    some_raw = pl.DataFrame({"_row": [2], "check_form": ["01"]})
    for raw in (some_raw, some_raw.head(0)):
        result = check(table, raw, codes=standard.code_tables, references=references(), on=TODAY)
        assert result.frame.height == raw.height
        assert content_json(result.frame, table).len() == raw.height


def test_half_of_a_large_file_being_bad_changes_nothing_for_the_other_half():
    bad = {"check_date": "x", "check_personnel_code": "B1、B2", "administrative_cp_ui_code": "1"}
    result = checked(*([{}, bad] * 2_000))

    assert states(result) == ["accepted", "refused"] * 2_000
    assert {*told(result, 3)} == {*told(result, 3001)}
    assert told(result, 4000) == {}


WRITTEN = some.text(some.characters(exclude_categories=["Cs"]), min_size=1)


@steady
@given(
    some.lists(
        some.fixed_dictionaries(
            {name: some.none() | WRITTEN for name in ("b", "a", "č", "😀", "\ue000", 'quo"te\n')}
        ),
        min_size=1,
        max_size=5,
    )
)
def test_content_is_canonical_json_byte_for_byte(rows):
    names = list(rows[0])
    table = small({name: {"label": name} for name in names})
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))

    expected = [
        rfc8785.dumps({key: text for key, text in row.items() if text is not None}) for row in rows
    ]
    assert [text.encode() for text in content_json(frame, table)] == expected


def test_content_json_keeps_what_json_allows_and_escapes_the_rest():
    table = small({"a": {"label": "甲"}})
    frame = pl.DataFrame({"a": ['\u2028"\\\x7f\x1f\b/é']})

    assert content_json(frame, table).item() == '{"a":"\u2028\\"\\\\\x7f\\u001f\\b/é"}'


def small(fields: dict[str, object], **rest: object) -> Table:
    """A table of a few fields."""
    whole = {
        "name": "small",
        "label": "小表",
        "family": "other",
        "basis": "测试",
        "owner": "测试",
        "version": 1,
        "since": date(2026, 1, 1),
        "share": "internal",
        "key": {"fields": [next(iter(fields))]},
        "fields": fields,
    }
    return Table.model_validate(whole | rest)


def test_the_subject_is_whom_the_certificate_type_says():
    table = current().table("check_action")
    result = checked(
        {"address_operating": "演示路1号"},
        {"administrative_cp_ce_type": "111", "administrative_cp_ui_code": "11010519491231002X"},
        {"administrative_cp_ce_type": "411", "administrative_cp_ui_code": "E1"},
    )
    who = subject(result.frame, table)

    assert who.scheme.to_list() == ["uscc", "resident-id", "cert-411"]
    assert who.value.to_list()[2] == "E1"
    assert who.name.to_list() == ["演示餐饮店"] * 3
    assert who.address.to_list() == ["演示路1号", None, None]
    assert who.region.to_list() == ["310115"] * 3
    assert item_of(result.frame, table).to_list() == [ITEM] * 3
    assert occurred_on(result.frame, table).to_list() == [date(2026, 3, 2)] * 3


def test_a_table_without_a_subject_has_none():
    table = small({"a": {"label": "甲"}})
    frame = pl.DataFrame({"_row": [1, 2], "a": ["x", None]})

    assert subject(frame, table).name.to_list() == [None, None]
    assert item_of(frame, table).to_list() == [None, None]
    assert occurred_on(frame, table).to_list() == [None, None]


def test_counted_keys_tell_equal_lines_apart_and_go_on_over_chunks():
    fields = {"a": {"label": "甲"}, "b": {"label": "乙"}}
    table = small(fields, key={"fields": ["a", "b"], "counted": True})
    frame = pl.DataFrame(
        {"_row": range(4), "a": ["x", "x", None, None], "b": ["1", "1", "1", None]}
    )
    before = pl.DataFrame({"key": ["x|1"], "count": [5]})

    assert source_key(frame, table).to_list() == ["x|1#1", "x|1#2", "|1#1", None]
    assert source_key(frame, table, before).to_list() == ["x|1#6", "x|1#7", "|1#1", None]


def test_rules_on_conditions_ranges_and_dates_of_codes():
    fields = {
        "id": {"label": "编号", "required": True},
        "kind": {"label": "种类", "type": "code", "codes": "kind"},
        "fine": {"label": "罚款金额", "type": "number"},
        "on": {"label": "日期", "type": "date"},
    }
    rules = [
        {
            "kind": "required-when",
            "name": "fine-amount",
            "field": "fine",
            "when": "kind",
            "values": ["02"],
        },
        {"kind": "range", "name": "fine-range", "field": "fine", "low": "0", "high": "100"},
    ]
    table = small(fields, rules=rules, occurred_on="on")
    codes = CodeTable(
        name="kind",
        label="种类",
        basis="测试",
        version=1,
        since=date(2019, 1, 1),
        codes=(
            Code(code="01", label="警告"),
            Code(code="02", label="罚款"),
            Code(code="03", label="旧", until=date(2020, 1, 1)),
            Code(code="04", label="新", since=date(2026, 6, 1)),
        ),
    )
    raw = pl.DataFrame(
        {
            "_row": [2, 3, 4, 5, 6, 7],
            "id": list("abcdef"),
            "kind": ["02", "02", "01", "03", "04", "02"],
            "fine": ["无", "１，２３４.50", "-1", None, "99.90", "abc"],
            "on": ["2026-05-01"] * 6,
        }
    )
    result = check(table, raw, codes={"kind": codes}, references=References(), on=TODAY)

    assert told(result, 2) == {"fine-amount": "种类为“02”时必须填写罚款金额，请补填。"}
    assert told(result, 3) == {
        "fine-range": "罚款金额“１，２３４.50”不能小于 0，不能大于 100，请核对。"
    }
    assert [*told(result, 4)] == ["fine-range"]
    assert told(result, 5) == {
        "kind.code": "种类“03”已于 2020-01-01 后停用，请填写行为当日有效的代码。"
    }
    assert told(result, 6) == {
        "kind.code": "种类“04”自 2026-06-01 起才使用，请填写行为当日有效的代码。"
    }
    assert [*told(result, 7)] == ["fine.form"]
    assert result.frame["fine"].to_list() == [None, "1234.5", "-1", None, "99.9", None]
