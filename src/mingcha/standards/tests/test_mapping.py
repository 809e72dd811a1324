"""Column mappings: what a steward writes down, what becomes of the cells, what is refused."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import ValidationError

from mingcha.standards.frames.checking import check, refuse
from mingcha.standards.frames.mapped import apply, preview
from mingcha.standards.frames.references import References
from mingcha.standards.loader import current
from mingcha.standards.mapping import Mapping, MappingBroken, by_headers, describe, validate
from mingcha.standards.model import Table

TABLE = Table.model_validate(
    {
        "name": "fines",
        "label": "罚款",
        "family": "penalty",
        "basis": "测试",
        "owner": "测试",
        "version": 1,
        "since": date(2026, 1, 1),
        "share": "internal",
        "key": {"fields": ["number"]},
        "fields": {
            "number": {"label": "文书号", "required": True, "max": 50},
            "fine": {"label": "罚款金额", "type": "number", "required": True},
            "decided_on": {"label": "决定日期", "aliases": ["处罚日期"], "type": "date"},
            "kind": {"label": "种类"},
            "officers": {"label": "执法人员", "type": "list"},
        },
    }
)

steady = settings(deadline=None, max_examples=60)  # a busy machine is not a fault


def mapping(*steps: dict[str, object]) -> Mapping:
    return Mapping.model_validate({"table": "fines", "steps": steps})


def run(*steps: dict[str, object], **columns: list[str | None]) -> tuple[dict, list]:
    """The written columns, and (row, field, reason) of the failures."""
    height = len(next(iter(columns.values())))
    raw = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    raw = raw.with_columns(_row=pl.int_range(2, height + 2))
    frame, failures = apply(mapping(*steps), raw)
    return frame.drop("_row").to_dict(as_series=False), failures.select(
        "_row", "field", "reason"
    ).rows()


def test_a_column_is_renamed_and_transport_columns_come_along():
    written, failed = run(
        {"do": "rename", "source": "号", "field": "number"}, 号=["a", None], cd_source=["31", "31"]
    )

    assert written == {"cd_source": ["31", "31"], "number": ["a", None]}
    assert failed == []


def test_constant_and_default():
    written, _ = run(
        {"do": "constant", "field": "kind", "value": "02"},
        {"do": "rename", "source": "号", "field": "number"},
        {"do": "default", "field": "number", "value": "缺"},
        号=["a", "— —", None, ""],
    )

    assert written == {"kind": ["02"] * 4, "number": ["a", "缺", "缺", "缺"]}


@pytest.mark.parametrize(
    ("unlisted", "expected"),
    [("keep", ["02", "别的", None]), ("null", ["02", None, None]), ("refuse", ["02", None, None])],
)
def test_values_are_translated_and_unlisted_ones_treated_as_said(unlisted, expected):
    step = {"do": "translate", "source": "种类", "field": "kind", "values": {"罚款": "02"}}
    written, failed = run(step | {"unlisted": unlisted}, 种类=["罚 款", "别的", None])

    assert written["kind"] == expected
    assert bool(failed) == (unlisted == "refuse")
    if failed:
        assert failed == [
            (3, "kind", "列“种类”的值“别的”不在列映射的换算表中，请改正该值，或在列映射中补充。")
        ]


def test_a_date_in_a_stated_format_and_one_that_misses_it():
    written, failed = run(
        {"do": "date", "source": "日", "field": "decided_on", "format": "%d/%m/%Y"},
        日=["02/01/2026", "０３/01/2026", "31/02/2026", "无"],
    )

    assert written["decided_on"] == ["2026-01-02", "2026-01-03", None, None]
    assert failed == [(4, "decided_on", "列“日”的值“31/02/2026”不合日期格式“%d/%m/%Y”，请改正。")]


def test_ten_thousands_become_yuan_without_floats():
    written, failed = run(
        {"do": "unit", "source": "万元", "field": "fine", "shift": 4},
        万元=["0.1", "1.000001", "１，２３４", "-0.00005", "一万", None],
    )

    assert written["fine"] == ["1000", "10000.01", "12340000", "-0.5", None, None]
    assert [row for row, *_ in failed] == [6]


@steady
@given(
    some.decimals(0, 10**15, places=4),
    some.integers(-6, 8),
)
def test_units_are_exact_decimals(amount, shift):
    step = {"do": "unit", "source": "x", "field": "fine", "shift": shift}
    written, _ = run(step, x=[f"{amount:f}"])

    assert Decimal(written["fine"][0]) == amount.scaleb(shift)


def test_split_by_separator_gives_the_rest_to_the_last():
    step = {"do": "split", "source": "人", "fields": ["number", "kind"], "separator": "/"}
    written, _ = run(step, 人=["甲 / 乙/丙", "甲", ""])

    assert written == {"number": ["甲", "甲", None], "kind": ["乙/丙", None, None]}


def test_split_by_groups_refuses_what_does_not_match():
    step = {
        "do": "split",
        "source": "号",
        "fields": ["kind", "number"],
        "pattern": "^([^〔]+)(〔.+)$",
    }
    written, failed = run(step, 号=["沪市监罚〔2026〕1号", "无号", None])

    assert written == {"kind": ["沪市监罚", None, None], "number": ["〔2026〕1号", None, None]}
    assert failed == [(3, "kind", "列“号”的值“无号”不合列映射的拆分格式，请改正该值。")]


def test_join_strip_and_replace_through_a_working_column():
    written, _ = run(
        {"do": "strip", "source": "号", "field": "$n", "prefix": "文号：", "suffix": "号"},
        {"do": "replace", "source": "$n", "field": "$n", "pattern": r"\[(\d+)\]", "by": "〔${1}〕"},
        {"do": "join", "sources": ["字", "$n"], "field": "number", "separator": "-"},
        {"do": "drop", "source": "备注"},
        号=["文号：[2026]5号", None],
        字=["沪", ""],
        备注=["x", "y"],
    )

    assert written == {"number": ["沪-〔2026〕5", None]}


def test_a_pattern_of_exponential_temper_takes_no_time():
    step = {"do": "replace", "source": "x", "field": "kind", "pattern": "(a+)+$", "by": ""}
    written, _ = run(step, x=["a" * 50_000 + "b"])

    assert written["kind"] == ["a" * 50_000 + "b"]


@pytest.mark.parametrize(
    "step",
    [
        {"do": "replace", "source": "x", "field": "kind", "pattern": "(?=a)b"},
        {"do": "replace", "source": "x", "field": "kind", "pattern": "("},
        {"do": "rename", "source": "没有", "field": "kind"},
    ],
)
def test_a_step_that_cannot_run_is_a_refusal_in_words(step):
    with pytest.raises(MappingBroken, match="列映射的第 1 步无法执行"):
        run(step, x=["1"])


STEPS = some.sampled_from(
    [
        {"do": "rename", "source": "x", "field": "kind"},
        {"do": "translate", "source": "x", "field": "kind", "values": {"a": "1", "": "2"}},
        {"do": "date", "source": "x", "field": "decided_on", "format": "%Y/%m/%d"},
        {"do": "unit", "source": "x", "field": "fine", "shift": -2},
        {"do": "split", "source": "x", "fields": ["kind", "number"], "pattern": "(.)-(.)"},
        {"do": "split", "source": "x", "fields": ["kind", "number"], "separator": "-"},
        {"do": "replace", "source": "x", "field": "kind", "pattern": "a*", "by": "b"},
    ]
)


@steady
@given(STEPS, some.lists(some.none() | some.text("ab-/0123456789.,无 ０①"), min_size=1, max_size=8))
def test_no_cell_is_lost_silently(step, cells):
    written, failed = run(step, x=cells)

    bad = {row for row, *_ in failed}
    fields = [values for name, values in written.items()]
    for number, cell in enumerate(cells):
        filled = cell is not None and cell.strip(" ") not in {
            "",
            "-",
            "--",
            "---",
            "/",
            "//",
            "无",
            ".",
        }
        shown = any(values[number] for values in fields)
        if filled and cell.strip("-/ ０."):
            assert shown or number + 2 in bad, (step, cell)


def test_what_a_mapping_could_not_convert_refuses_the_row_with_one_reason():
    steps = [
        {"do": "rename", "source": "号", "field": "number"},
        {"do": "unit", "source": "万元", "field": "fine", "shift": 4},
    ]
    raw = pl.DataFrame({"_row": [2, 3, 4], "号": ["a", "b", "c"], "万元": ["1", "一", None]})
    frame, failures = apply(mapping(*steps), raw)
    result = check(TABLE, frame, codes={}, references=References(), on=date(2026, 11, 22))
    whole = refuse(result, failures)

    assert whole.frame["_state"].to_list() == ["accepted", "refused", "refused"]
    assert whole.failures.select("_row", "check").rows() == [(3, "mapping.2"), (4, "fine.required")]
    counted = dict(zip(whole.counts["name"], whole.counts["failed"], strict=True))
    assert (counted["fine.required"], counted["mapping.2"]) == (1, 1)
    assert refuse(result, failures.head(0)) is result


def test_standard_headers_explain_themselves():
    found = by_headers(TABLE, ["文书号（必填）", "处罚日期", "fine", "备注"])

    assert [(step.source, step.field) for step in found.steps] == [
        ("文书号（必填）", "number"),
        ("处罚日期", "decided_on"),
        ("fine", "fine"),
    ]


def test_problems_are_sentences():
    wrong = mapping(
        {"do": "rename", "source": "没有", "field": "number"},
        {"do": "rename", "source": "号", "field": "number"},
        {"do": "rename", "source": "号", "field": "nowhere"},
        {"do": "date", "source": "日", "field": "decided_on", "format": "%Y/%m"},
        {"do": "replace", "source": "日", "field": "$a", "pattern": r"(a)\1"},
        {"do": "split", "source": "日", "fields": ["$b", "$c"], "pattern": "(a)"},
        {"do": "replace", "source": "日", "field": "$d", "pattern": "("},
        {"do": "date", "source": "日", "field": "$e", "format": "%Q %d"},
    )

    problems = validate(wrong, TABLE, ["号", "日", "备注", "号"])
    assert problems == [
        "文件中有 2 列都叫“号”，无法区分，请改名后重新上传。",
        "第 1 步要读取的列“没有”在文件中不存在，前面的步骤也没有写出它。",
        "第 2 步会盖掉第 1 步已写入的“number”，请删去其中一步。",
        "第 3 步要写入的字段“nowhere”不在数据表“罚款”中。",
        "第 4 步的日期格式“%Y/%m”没有日（%d），例如应写 %Y/%m/%d。",
        "第 5 步的匹配式“(a)\\1”用了前后断言或反向引用，不支持，请换一种写法。",
        "第 6 步的匹配式“(a)”有 1 组，却要写入 2 个字段，两者应相同。",
        "第 7 步的匹配式“(”写法有误（missing ), unterminated subpattern），请改正。",
        "第 8 步的日期格式“%Q %d”含有不认识的“%Q”，例如应写 %Y/%m/%d。",
        "文件中的列“备注”没有对应的字段，也没有声明忽略，请补充一步。",
        "必填字段“罚款金额”没有来源，请补充一步，或用常量填写。",
    ]
    other = Mapping(table="other", steps=())
    assert validate(other, TABLE, [])[0] == "这份列映射是为数据表“other”做的，不能用于“罚款”。"


def test_a_mapping_reads_as_sentences():
    steps = [
        {"do": "rename", "source": "号", "field": "number"},
        {"do": "constant", "field": "kind", "value": "02"},
        {"do": "default", "field": "kind", "value": "02"},
        {"do": "translate", "source": "类", "field": "kind", "values": {"罚款": "02"}},
        {"do": "date", "source": "日", "field": "decided_on", "format": "%d/%m/%Y"},
        {
            "do": "unit",
            "source": "额",
            "field": "fine",
            "shift": 4,
            "source_unit": "万元",
            "field_unit": "元",
        },
        {"do": "split", "source": "人", "fields": ["$a", "$b"], "separator": "/"},
        {"do": "join", "sources": ["$a", "$b"], "field": "officers", "separator": "、"},
        {"do": "strip", "source": "号", "field": "number", "prefix": "文号：", "suffix": "号"},
        {"do": "replace", "source": "号", "field": "number", "pattern": "a", "by": "b"},
        {"do": "drop", "source": "备注", "reason": "内部备注"},
    ]

    assert describe(mapping(*steps), TABLE) == [
        "列“号”原样填入“文书号”。",
        "“种类”一律填“02”。",
        "“种类”为空时填“02”。",
        "列“类”逐值换算（“罚款”作“02”；未列出的退回该行），填入“种类”。",
        "列“日”按日期格式“%d/%m/%Y”读取，填入“决定日期”。",
        "列“额”由万元换算为元（小数点右移 4 位），填入“罚款金额”。",
        "列“人”按“/”拆分，依次填入“$a”、“$b”。",
        "“$a”、“$b”用“、”连接，填入“执法人员”。",
        "列“号”去掉开头的“文号：”和结尾的“号”，填入“文书号”。",
        "列“号”把与“a”匹配的部分换成“b”，填入“文书号”。",
        "列“备注”不取用（内部备注）。",
    ]


def test_a_mapping_is_stored_as_json_and_read_strictly():
    whole = mapping({"do": "split", "source": "x", "fields": ["$a", "$b"], "separator": "/"})

    assert Mapping.model_validate_json(whole.model_dump_json()) == whole
    for bad in (
        {"do": "rename", "source": "x", "field": "kind", "sauce": "y"},
        {"do": "explode", "source": "x"},
        {"do": "split", "source": "x", "fields": ["a", "b"]},
        {"do": "split", "source": "x", "fields": ["a", "b"], "separator": "/", "pattern": "(a)(b)"},
        {"do": "unit", "source": "x", "field": "fine", "shift": 99},
    ):
        with pytest.raises(ValidationError):
            mapping(bad)


def test_a_preview_shows_the_first_rows():
    raw = pl.DataFrame({"_row": range(2, 102), "x": ["a"] * 100})
    step = {"do": "rename", "source": "x", "field": "kind"}

    assert preview(mapping(step), raw, rows=5)[0].height == 5


def test_a_mapped_file_passes_the_checks_of_a_national_table():
    table = current().table("penalty_publicity")
    names = [key for key, spec in table.fields.items() if spec.required][:2]
    headers = [table.fields[name].label for name in names]

    found = by_headers(table, headers)
    assert [step.field for step in found.steps] == names
