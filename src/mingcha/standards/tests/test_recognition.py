"""A header row finds its table, however the headers are written."""

import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.standards.errors import NoTableFits, SeveralTablesFit
from mingcha.standards.headers import plain
from mingcha.standards.loader import catalogue
from mingcha.standards.recognition import match, recognise, scorer

TABLES = tuple(catalogue().tables.values())
CHECK = catalogue().table("check_action")
LABELS = [field.label for field in CHECK.fields.values()]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("written", ["labels", "keys", "camel"])
def test_every_table_is_recognised_by_its_labels_and_by_its_keys(table, written):
    headers = {
        "labels": [field.label for field in table.fields.values()],
        "keys": list(table.fields),
        "camel": [key.title().replace("_", "") for key in table.fields],
    }[written]
    found = recognise(headers, TABLES)

    assert found.table == table.name
    assert found.columns == dict(enumerate(table.fields))
    assert (found.unknown, found.duplicates, found.missing) == ((), (), ())


@pytest.mark.parametrize(
    "written",
    [
        "检查时间*",
        " 检查 时间 ",
        "检查\n时间",
        "＊检查时间",
        "检查时间（必填）",
        "检查时间(*必填项)",
        "1.检查时间",
        "检查日期：",
    ],
)
def test_marks_spaces_and_full_width_do_not_matter(written):
    assert match([written], CHECK).columns == {0: "check_date"}


def test_full_width_brackets_dashes_and_case_do_not_matter():
    headers = ["行政相对人（单位／个人）", "ＣＨＥＣＫ＿ＤＡＴＥ"]
    assert match(headers, CHECK).columns == {0: "administrative_cp", 1: "check_date"}
    penalty = catalogue().table("punish_action")
    assert match(["结案情况--结案日期"], penalty).columns == {0: "closing_date"}


def test_a_unit_in_brackets_matters():
    penalty = catalogue().table("punish_action")
    assert match(["罚款金额（万元）"], penalty).unknown == ((0, "罚款金额（万元）"),)
    assert match(["罚款金额(元)"], penalty).columns == {0: "fine_amount"}


def test_transport_columns_are_told_apart():
    found = recognise(["cd_id", "CD_BATCH", *LABELS, "cd_operation"], TABLES)

    assert found.transport == {0: "cd_id", 1: "cd_batch", len(LABELS) + 2: "cd_operation"}
    assert found.columns[2] == "plan_id"
    assert found.unknown == ()


def test_unknown_doubled_and_missing_columns_are_reported_with_their_places():
    headers = [label for label in LABELS if label != "检查结果"] + ["天气", "", "检查日期"]
    found = recognise(headers, TABLES)

    first = headers.index("检查时间")
    assert found.table == "check_action"
    assert found.unknown == ((len(headers) - 3, "天气"),)
    assert found.missing == ("check_result",)
    assert found.duplicates == (("check_date", (first, len(headers) - 1)),)
    assert first not in found.columns
    assert found.columns[len(headers) - 1] == "check_date"


@pytest.mark.parametrize(
    "headers", [[], ["", " "], ["天气", "温度"], ["行政相对人", "注册地址", "经营地址"]]
)
def test_a_row_that_fits_nothing_is_refused_with_the_nearest_tables(headers):
    with pytest.raises(NoTableFits) as refusal:
        recognise(headers, TABLES)
    assert refusal.value.detail.startswith("最接近的是：")


def test_the_nearest_tables_say_what_they_lack():
    with pytest.raises(NoTableFits, match="过半的必填字段") as refusal:
        recognise(["检查行为名称", "检查行为编号", "检查时间"], TABLES)
    assert "行政检查行为（认出 3 列，缺少必填的监管事项目录编码" in refusal.value.detail


def test_two_tables_that_fit_equally_are_not_guessed_between():
    twin = CHECK.model_copy(update={"name": "twin", "label": "孪生表"})
    with pytest.raises(SeveralTablesFit, match="行政检查行为、孪生表"):
        recognise(LABELS, [CHECK, twin])


@given(st.text())
def test_reading_a_header_twice_changes_nothing_that_matters(text):
    assert plain(f" {text}\n") == plain(text)


@given(st.lists(st.sampled_from(LABELS), max_size=40))
def test_each_field_has_at_most_one_column(headers):
    found = match(headers, CHECK)
    assert len(set(found.columns.values())) == len(found.columns) == found.found


WORDS = [w for t in TABLES for f in t.fields.values() for w in (f.label, *f.aliases)]


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(["我局备注", "", "2025-01-01"]))))
def test_the_quick_look_at_a_row_ranks_it_as_holding_it_to_every_table_does(row):
    best = max(match(row, table).rank for table in TABLES)

    assert max(scorer(TABLES)(row), 0) == max(best, 0)


def test_a_row_that_fits_nothing_is_told_apart_by_looking_up_its_words():
    """Thirty rows under five delimiters are scored some 700 times a file: each in microseconds."""
    score = scorer(TABLES)
    row = [f"我局自定义列{n}" for n in range(300)]
    score(row)

    spent = min(timeit.repeat(lambda: score(row), number=100, repeat=5)) / 100

    assert score(row) == 0
    assert spent < 0.001, f"{spent:.6f} 秒"
