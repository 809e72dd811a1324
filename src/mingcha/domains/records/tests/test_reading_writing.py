"""What we write, we read back as it was; nothing that we write runs in a spreadsheet."""

import csv

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.domains.records.reading import errors, writing
from mingcha.domains.records.reading.model import Kind
from mingcha.domains.records.tests.reading_files import Read

KINDS = [Kind.TEXT, Kind.XLSX, Kind.JSON_LINES, Kind.PARQUET]
COLUMNS = ["编号", "名称", "说明"]
DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1"]
HARMLESS = ["-5", "-12.50", "+8613800000000", "+86 138 0000 0000", "-", "--", "——", "'abc"]


def written(tmp_path, kind, rows, columns=COLUMNS):
    path = tmp_path / f"a{writing.SUFFIX[kind]}"
    assert writing.write_table(path, kind, columns, rows) == len(rows)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_what_might_run_is_text_and_comes_back_as_it_was(tmp_path, kind):
    rows = [(str(i), cell, None) for i, cell in enumerate(DANGEROUS + HARMLESS)]
    path = written(tmp_path, kind, rows)

    assert Read(path, *COLUMNS).rows == rows


def test_csv_guards_exactly_what_might_run(tmp_path):
    rows = [(str(i), cell, None) for i, cell in enumerate(DANGEROUS + HARMLESS)]
    path = written(tmp_path, Kind.TEXT, rows)

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [row[1] for row in csv.reader(file)][1:]
    assert cells == ["'" + cell for cell in DANGEROUS] + HARMLESS


def test_xlsx_has_strings_only(tmp_path):
    path = written(tmp_path, Kind.XLSX, [("001", "=1+1", "http://x")])

    row = openpyxl.load_workbook(path).active[2]
    assert [(cell.value, cell.data_type) for cell in row] == [
        ("001", "s"), ("=1+1", "s"), ("http://x", "s")
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_returned_file_reads_without_our_columns(tmp_path, kind):
    path = tmp_path / f"a{writing.SUFFIX[kind]}"
    refused = [
        (7, {"编号": "001", "名称": "=甲", "说明": None}, ["名称不合规", "缺少说明"]),
        (9, {writing.LINE: "002,乙"}, ["单元格太少"]),
    ]
    writing.write_returned(path, kind, COLUMNS, refused)
    found = Read(path, *COLUMNS)

    assert found.source.headers == tuple(COLUMNS)
    assert found.rows == [("001", "=甲", None), ("002,乙", None, None)]
    assert "系统退回的文件" in found.notes


def test_an_xlsx_that_cannot_hold_a_cell_is_refused_and_gone(tmp_path):
    path = tmp_path / "a.xlsx"
    with pytest.raises(errors.CannotWrite, match="32767"):
        writing.write_table(path, Kind.XLSX, COLUMNS, [("1", "长" * 32_768, None)])
    assert not path.exists()


def test_a_department_may_have_a_column_called_row_number(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["行号", *COLUMNS])
        sheet.write_row(1, 0, ["1", "a", "b", "c"])
    assert Read(path, *COLUMNS).source.headers == ("行号", *COLUMNS)


# What a database can hold: no NUL (pointed out when read), no U+FFFD (the mark of lost bytes).
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffd\ufffe\uffff"),
    max_size=8,
) | st.sampled_from([*DANGEROUS, *HARMLESS, '"', '""', ",", "\n", "\r\n", "\ufeff", "''=", '",\n"'])
TABLE = st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=12)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.JSON_LINES, Kind.PARQUET])
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=TABLE)
def test_any_table_comes_back_as_it_was(tmp_path, kind, rows):
    found = Read(written(tmp_path, kind, rows), *COLUMNS)

    filled = [tuple(cell or None for cell in row) for row in rows]
    assert found.rows == [row for row in filled if any(row)]
    assert found.flaws == found.broken == []


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=20, max_size=60))
def test_any_table_comes_back_from_a_workbook(tmp_path, rows):
    found = Read(written(tmp_path, Kind.XLSX, rows), *COLUMNS)

    filled = [tuple(cell or None for cell in row) for row in rows]
    assert found.rows == [row for row in filled if any(row)]
