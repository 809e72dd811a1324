"""Workbooks as departments really send them."""

import shutil
import zipfile
from datetime import UTC, date, datetime, time

import openpyxl
import pytest
import xlsxwriter

from mingcha.domains.records.reading import errors
from mingcha.domains.records.reading.door import chunks, open_source
from mingcha.domains.records.reading.model import Limits
from mingcha.domains.records.tests.reading_files import HEADERS, Read, expecting


def save(tmp_path, *sheets, name="a.xlsx"):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = tmp_path / name
    book.save(path)
    return path


AS_SEEN = [
    (20260102, "20260102"),
    (20260102.0, "20260102"),
    (0.1 + 0.2, "0.3"),
    (123456789.12, "123456789.12"),
    (99.99, "99.99"),
    (123456789012345, "123456789012345"),
    (True, "true"),
    (date(2026, 1, 2), "2026-01-02"),
    (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(tzinfo=None), "2026-01-02 03:04:05"),
    (time(3, 4, 5), "03:04:05"),
    ("0012", "0012"),
    ("913100001234567890", "913100001234567890"),
    (" 空 ", " 空 "),
    ("第一行\n第二行", "第一行\n第二行"),
]


def test_cells_are_read_as_the_text_a_clerk_sees(tmp_path):
    rows = [[str(at), value, "x"] for at, (value, _) in enumerate(AS_SEEN)]
    found = Read(save(tmp_path, ("一", [HEADERS, *rows])))

    assert [row[1] for row in found.rows] == [text for _, text in AS_SEEN]
    assert found.flaws == []


def test_a_code_typed_as_a_number_is_known_to_have_lost_digits(tmp_path):
    rows = [["1", 913100001234567890, "x"], ["2", "913100001234567936", "y"]]
    found = Read(save(tmp_path, ("一", [HEADERS, *rows])))

    assert found.rows == [("1", "9.13100001234568E+17", "x"), ("2", "913100001234567936", "y")]
    assert [flaw[:2] for flaw in found.flaws] == [(2, "检查对象名称")]
    assert "科学计数法" in found.flaws[0][2]


def test_a_formula_without_result_and_an_error_are_pointed_out(tmp_path):
    rows = [["1", "=1+1", "x"], ["2", "b", "#N/A"], ["3", "c", "z"]]
    found = Read(save(tmp_path, ("一", [HEADERS, *rows])))

    assert [row[:2] for row in found.rows] == [("1", None), ("2", "b"), ("3", "c")]
    assert [flaw[:2] for flaw in found.flaws] == [
        (2, "检查对象名称"),
        (3, "统一社会信用代码"),
    ]
    assert "B2 是公式" in found.flaws[0][2]
    assert "#N/A" in found.flaws[1][2]


def test_a_formula_with_its_result_is_the_result(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ["1"])
        sheet.write_formula(1, 1, '=A2&"号"', None, "1号")
    found = Read(path)

    assert found.rows == [("1", "1号", None)]
    assert found.flaws == []


def test_the_sheet_that_fits_is_read_and_the_others_are_named(tmp_path):
    cover = ("填报说明", [["请按要求填写"], ["谢谢"]])
    found = Read(save(tmp_path, cover, ("数据", [HEADERS, ["1", "a", "b"]])))

    assert found.source.sheet == "数据"
    assert found.source.total_rows == 1
    assert "没有读取：“填报说明”（2 行）" in found.notes


def test_titles_merged_headers_blank_and_hidden_rows(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [
        ["演示区行政检查汇总表"], [], ["序号", "检查对象", None], [None, "名称", "代码"],
        ["1", "甲", "a"], [], ["2", "乙", "b"], ["3", None, "c"],
    ]:  # fmt: skip
        sheet.append(row)
    for area in ("A1:C1", "B3:C3", "A3:A4", "B7:B8"):
        sheet.merge_cells(area)
    sheet.row_dimensions[7].hidden = True
    book.save(path)
    found = Read(path, "序号", "名称", "代码")

    assert found.source.headers == ("序号", "名称", "代码")
    assert found.rows == [("1", "甲", "a"), ("2", "乙", "b"), ("3", None, "c")]
    assert found.numbers == [5, 7, 8]
    assert "有 1 处合并单元格" in found.notes


def test_tags_with_a_prefix_are_looked_through_too(tmp_path):
    path = save(tmp_path, ("一", [HEADERS, ["1", 913100001234567890, "x"]]))
    prefixed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(prefixed, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                content = (
                    content.replace(b"</", b"\0").replace(b"<", b"<x:").replace(b"\0", b"</x:")
                )
                content = content.replace(b"xmlns=", b"xmlns:x=")
            new.writestr(entry.filename, content)
    found = Read(prefixed)

    assert [flaw[:2] for flaw in found.flaws] == [(2, "检查对象名称")]


def test_a_macro_workbook_gives_its_values_only(tmp_path):
    path = save(tmp_path, ("一", [HEADERS, ["1", "a", "b"]]))
    shutil.copy(path, tmp_path / "a.xlsm")
    found = Read(tmp_path / "a.xlsm")

    assert found.rows == [("1", "a", "b")]
    assert "宏没有运行" in found.notes


def test_a_workbook_too_large_for_its_process_is_refused_in_words(tmp_path):
    path = save(tmp_path, ("一", [HEADERS, *[[str(i), "名" * 50, "x"] for i in range(3000)]]))

    with pytest.raises(errors.SheetTooHeavy, match="内存"):
        Read(path, limits=Limits(sheet_memory=150 * 1024**2))
    with pytest.raises(errors.SheetTooHeavy, match="0 秒"):
        Read(path, limits=Limits(sheet_seconds=0))
    with pytest.raises(errors.ZipBomb):
        Read(path, limits=Limits(unpacked_bytes=100_000))


def test_empty_workbooks_and_damaged_parts_are_refused(tmp_path):
    with pytest.raises(errors.EmptyFile):
        Read(save(tmp_path, ("一", []), ("二", [])))
    path = save(tmp_path, ("一", [HEADERS]))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    content[at : at + 20] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(errors.DamagedFile):
        Read(path)


def test_reading_goes_on_after_any_chunk(tmp_path):
    path = save(tmp_path, ("一", [HEADERS, *[[str(i), "a", "b"] for i in range(25)]]))
    source = open_source(path, "a.xlsx", choose=expecting())
    whole = list(chunks(source, size=10))

    assert [(chunk.start, chunk.stop) for chunk in whole] == [(0, 10), (10, 20), (20, 25)]
    assert next(chunks(source, size=10, start_row=20)).rows.equals(whole[2].rows)
    assert list(chunks(source, size=10, start_row=25)) == []
