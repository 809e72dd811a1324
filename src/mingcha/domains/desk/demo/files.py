"""Files as departments send them: xlsx, CSV in several encodings, JSON lines, Parquet.

The same rows give the same bytes: nothing here asks for the time.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from mingcha.standards.model import FieldType, Table

XLSX_ROWS, XLSX_EVERY = 800, 13  # people send small tables as sheets; not all, they read slowly
KINDS = ("csv", "csv-gbk", "jsonl", "csv-bom", "parquet", "csv-gbk")
SUFFIXES = {"xlsx": "xlsx", "jsonl": "jsonl", "parquet": "parquet"}
MADE = datetime(2025, 1, 1)  # noqa: DTZ001  (a property of a workbook, without a zone)
EXCEL_EPOCH = date(1899, 12, 30)
ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
NO_DATES = frozenset({"2025-02-30"})


@dataclass(frozen=True)
class Sheet:
    """A file to be written: its rows (text columns by field), what they are, and a title."""

    table: Table
    rows: pl.DataFrame
    title: str
    kind: str
    headers: dict[str, str] | None = None  # the sender's own, field → header


def kind_for(rows: int, number: int) -> str:
    """The kind of file that a sender uses for so many rows; `number` varies it."""
    sheet = rows <= XLSX_ROWS and number % XLSX_EVERY == 1
    return "xlsx" if sheet else KINDS[number % len(KINDS)]


def suffix_of(kind: str) -> str:
    """The ending of the file's name."""
    return SUFFIXES.get(kind, "csv")


def write(sheet: Sheet, path: Path) -> None:
    """Write the file; columns without a single cell are left out."""
    filled = [
        name for name in sheet.rows.columns if sheet.rows[name].null_count() < sheet.rows.height
    ]
    WRITERS[sheet.kind](sheet, sheet.rows.select(filled), path)


def _labels(sheet: Sheet, rows: pl.DataFrame, *, alias: bool = False) -> dict[str, str]:
    """Column → header: the sender's own, else Chinese labels, or another word for the same."""
    if sheet.headers is not None:
        return {name: sheet.headers.get(name, name) for name in rows.columns}
    fields, said = sheet.table.fields, {}
    for name in rows.columns:
        spec = fields.get(name)
        words = [spec.label, *spec.aliases] if spec else [name]
        said[name] = words[1] if alias and len(words) > 1 else words[0]
    return said


def _csv(sheet: Sheet, rows: pl.DataFrame, path: Path) -> None:
    path.write_text(_text(sheet, rows), encoding="utf-8", newline="")


def _csv_with_mark(sheet: Sheet, rows: pl.DataFrame, path: Path) -> None:
    path.write_text(_text(sheet, rows), encoding="utf-8-sig", newline="")


def _csv_gbk(sheet: Sheet, rows: pl.DataFrame, path: Path) -> None:
    path.write_text(_text(sheet, rows, alias=True, end="\r\n"), encoding="gb18030", newline="")


def _text(sheet: Sheet, rows: pl.DataFrame, *, alias: bool = False, end: str = "\n") -> str:
    named = rows.rename(_labels(sheet, rows, alias=alias))
    return named.write_csv(line_terminator=end)


def _json_lines(sheet: Sheet, rows: pl.DataFrame, path: Path) -> None:
    rows.write_ndjson(path)


def _parquet(sheet: Sheet, rows: pl.DataFrame, path: Path) -> None:
    rows.write_parquet(path)


def _xlsx(sheet: Sheet, rows: pl.DataFrame, path: Path) -> None:
    """A sheet with a merged title, dates as dates or as bare serials, and an empty row."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": sheet.title, "created": MADE})
    page = book.add_worksheet("数据")
    titled = len(sheet.title) % 2 == 0
    if titled:
        page.merge_range(0, 0, 0, max(1, rows.width - 1), sheet.title)
    top = int(titled)
    page.write_row(top, 0, list(_labels(sheet, rows).values()))
    shape = book.add_format({"num_format": "yyyy-mm-dd"}) if rows.height % 2 else None
    blank_after = rows.height // 2
    for place, name in enumerate(rows.columns):
        spec = sheet.table.fields.get(name)
        is_day = spec is not None and spec.type is FieldType.DATE
        days = rows[name].str.contains(ISO).to_list() if is_day else []
        for row, cell in enumerate(rows[name]):
            at = top + 1 + row + int(row >= blank_after)
            if cell is not None:
                _write_cell(page, at, place, cell, shape, is_day=is_day and bool(days[row]))
    book.close()
    path.write_bytes(_without_times(content.getvalue()))


def _write_cell(
    page: Worksheet, row: int, column: int, cell: str, shape: object, *, is_day: bool
) -> None:
    if is_day and cell not in NO_DATES:
        serial = (date.fromisoformat(cell) - EXCEL_EPOCH).days
        page.write_number(row, column, serial, shape)
    else:
        page.write_string(row, column, cell)


def _without_times(book: bytes) -> bytes:
    """The same archive whose entries bear one fixed time."""
    same = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as old,
        zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename), old.read(entry), zipfile.ZIP_DEFLATED)
    return same.getvalue()


WRITERS: dict[str, Callable[[Sheet, pl.DataFrame, Path], None]] = {
    "xlsx": _xlsx,
    "csv": _csv,
    "csv-bom": _csv_with_mark,
    "csv-gbk": _csv_gbk,
    "jsonl": _json_lines,
    "parquet": _parquet,
}
