"""CSV as departments really send it."""

import pytest

from mingcha.domains.records.reading import errors
from mingcha.domains.records.reading.door import chunks, open_source
from mingcha.domains.records.reading.model import Limits
from mingcha.domains.records.tests.reading_files import Read, expecting

HEADER = "行政检查编号,检查对象名称,统一社会信用代码\n"
BODY = "J001,上海演示餐饮有限公司,91310000MA1FL00001\nJ002,演示商店,92310000MA1FL00002\n"
ROWS = [
    ("J001", "上海演示餐饮有限公司", "91310000MA1FL00001"),
    ("J002", "演示商店", "92310000MA1FL00002"),
]


def read(tmp_path, content, *known, limits=None):
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Read(path, *known, limits=limits)


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_usual_encoding_gives_the_same_rows(tmp_path, codec):
    found = read(tmp_path, (HEADER + BODY * 20).encode(codec))

    assert found.rows == ROWS * 20
    assert found.flaws == found.broken == []


def test_traditional_characters_in_big5_are_recognised(tmp_path):
    text = "編號,名稱\n" + "1,臺灣演示餐飲有限公司的經營場所與負責人\n" * 20
    found = read(tmp_path, text.encode("big5"), "編號", "名稱")

    assert found.rows[0] == ("1", "臺灣演示餐飲有限公司的經營場所與負責人")


def test_an_encoding_nobody_can_tell_is_refused(tmp_path):
    noise = bytes((i * 37 + i * i) % 128 + 128 for i in range(400))
    with pytest.raises(errors.UnknownEncoding):
        read(tmp_path, b"a,b\n" + noise + b"\n")


def test_a_damaged_byte_costs_its_own_row_only(tmp_path):
    content = (HEADER + BODY * 30).encode()
    content = content.replace("演示商店".encode(), "演示".encode() + b"\xff" + "店".encode(), 1)
    found = read(tmp_path, content)

    assert len(found.rows) == 60
    assert [(row, column) for row, column, _ in found.flaws] == [(3, "检查对象名称")]
    assert "字节损坏" in found.notes


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_delimiters_are_recognised(tmp_path, delimiter):
    assert read(tmp_path, (HEADER + BODY).replace(",", delimiter)).rows == ROWS


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_system_are_read(tmp_path, end):
    assert read(tmp_path, (HEADER + BODY).replace("\n", end)).rows == ROWS


def test_titles_blank_rows_and_footers_keep_the_row_numbers_a_clerk_sees(tmp_path):
    title = "演示区市场监管局行政检查信息汇总表,,\n填报日期：2026年1月,,\n,,\n"
    found = read(tmp_path, title + HEADER + BODY + "\n,,\n" + "合计,2,\n填表人：张三,,\n")

    assert found.source.header_rows == 4
    assert found.numbers == [5, 6, 9, 10]
    assert found.rows[2] == ("合计", "2", None)
    assert "第 1 至 3 行不是列标题" in found.notes


def test_a_merged_header_of_two_rows_is_joined(tmp_path):
    content = "序号,行政相对人,,处罚\n,名称,代码,金额\n1,甲,乙,3\n"
    lower = read(tmp_path, content, "序号", "名称", "代码", "金额")
    joined = read(tmp_path, content, "行政相对人名称", "行政相对人代码")

    assert lower.source.headers == ("序号", "名称", "代码", "金额")
    assert joined.source.headers == ("序号", "行政相对人名称", "行政相对人代码", "处罚金额")
    assert lower.rows == joined.rows == [("1", "甲", "乙", "3")]
    assert lower.numbers == [3]


def test_doubled_and_missing_titles_are_named_and_noted(tmp_path):
    found = read(tmp_path, "名称,,名称,编号,,\n甲,x,乙,1,,\n", "名称", "编号")

    assert found.source.headers == ("名称", "第2列", "名称_2", "编号")
    assert found.rows == [("甲", "x", "乙", "1")]
    assert "列标题重复：“名称”（第 3 列，按“名称_2”读取）" in found.notes
    assert "第 2 列没有列标题" in found.notes


def test_content_beyond_the_last_title_is_pointed_out(tmp_path):
    found = read(tmp_path, "名称,编号,\n甲,1,\n乙,2,遗漏\n", "名称", "编号")

    assert found.rows == [("甲", "1"), ("乙", "2")]
    assert [flaw[:2] for flaw in found.flaws] == [(3, "")]


def test_ragged_rows_come_back_with_their_raw_text_and_the_rest_goes_on(tmp_path):
    found = read(tmp_path, HEADER + "a,b\n" + BODY + "a,b,c,d\na,b,c,,\n")

    assert found.rows == [*ROWS, ("a", "b", "c")]
    assert [(row, raw) for row, raw, _ in found.broken] == [(2, "a,b"), (5, "a,b,c,d")]
    assert "只有 2 个单元格，应有 3 个" in found.broken[0][2]


def test_quotes_with_delimiters_and_line_breaks_are_one_cell(tmp_path):
    found = read(tmp_path, HEADER + '1,"他说""好,\n行""。\r\n",3\n' + BODY)

    assert found.rows == [("1", '他说"好,\n行"。\r\n', "3"), *ROWS]
    assert found.numbers == [2, 3, 4]


def test_a_stray_quote_costs_its_own_row_only(tmp_path):
    found = read(tmp_path, HEADER + BODY + '1,"没有关上,3\n' + BODY * 20)

    assert found.rows == ROWS * 21
    assert [(row, raw) for row, raw, _ in found.broken] == [(4, '1,"没有关上,3')]
    assert "双引号" in found.broken[0][2]


def test_inch_marks_inside_a_cell_are_not_quotes(tmp_path):
    found = read(tmp_path, HEADER + '1,5"管,x\n' + BODY + '2,6"管,y\n')

    assert found.rows == [("1", '5"管', "x"), *ROWS, ("2", '6"管', "y")]
    assert found.broken == []


def test_nul_bytes_are_pointed_out(tmp_path):
    found = read(tmp_path, HEADER + "1,a\x00b,3\n" + BODY)

    assert found.rows[0] == ("1", "a\u2400b", "3")  # no database keeps the character itself
    assert [flaw[:2] for flaw in found.flaws] == [(2, "检查对象名称")]


def test_codes_stay_text(tmp_path):
    content = HEADER + "0012,1e5,913100001234567890\nTRUE,2026-01-02,NaN\n"
    assert read(tmp_path, content).rows == [
        ("0012", "1e5", "913100001234567890"),
        ("TRUE", "2026-01-02", "NaN"),
    ]


def test_a_line_without_end_is_refused(tmp_path):
    with pytest.raises(errors.LineTooLong):
        read(tmp_path, HEADER + "x" * 20_000_000, limits=Limits(record_bytes=1024**2))


def test_a_file_without_a_title_is_refused(tmp_path):
    with pytest.raises(errors.NoHeader):
        read(tmp_path, "1,2\n3,4\n")


def test_reading_goes_on_after_any_chunk_with_the_same_chunks(tmp_path):
    path = tmp_path / "a.csv"
    lines = [f'{i},"n\n{i}",c\n' if i % 7 else f"{i},x\n" for i in range(1003)]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    source = open_source(path, "a.csv", choose=expecting())
    whole = list(chunks(source, size=100))

    assert [(chunk.start, chunk.stop) for chunk in whole][-1] == (1000, 1003)
    assert whole[-1].bytes_done == source.total_bytes
    for at in (0, 300, 1000, 1003):
        rest = list(chunks(source, size=100, start_row=at))
        later = [chunk for chunk in whole if chunk.start >= at]
        assert [chunk.start for chunk in rest] == [chunk.start for chunk in later]
        for one, other in zip(rest, later, strict=True):
            assert one.rows.equals(other.rows)
            assert one.broken.equals(other.broken)
    with pytest.raises(ValueError, match="start_row 7"):
        list(chunks(source, size=100, start_row=7))


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_no_row_is_lost_or_changed_where_blocks_meet(tmp_path, codec):
    line = 'J{i},"演示{i}\n第二行，""引号""",说明{i}\n'
    count = 400_000
    content = HEADER + "".join(line.replace("{i}", str(i)) for i in range(count))
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode(codec))
    source = open_source(path, "a.csv", choose=expecting())

    at = 0
    for chunk in chunks(source):
        assert chunk.broken.is_empty() and chunk.flaws.is_empty()
        for row in chunk.rows.head(1).rows() + chunk.rows.tail(1).rows():
            i = row[-1] - 2
            assert row[:-1] == (f"J{i}", f'演示{i}\n第二行，"引号"', f"说明{i}")
        at += chunk.rows.height
    assert at == count


@pytest.mark.parametrize("word", ["合计", "总 计：", " 小计"])
def test_a_line_that_adds_up_what_stands_above_is_told_from_a_record(tmp_path, word):
    header = "序号,行政检查编号,检查对象名称,统一社会信用代码,罚款金额\n"
    rows = "1,J001,上海演示餐饮有限公司,91310000MA1FL00001,200\n2,J002,合计,,100\n"
    found = read(tmp_path, f"{header}{rows}{word},,,,300\n")

    assert len(found.rows) == 2
    assert [(row, text) for row, text, _ in found.broken] == [(4, f"{word} 300")]
    assert "合计行" in found.broken[0][2]
