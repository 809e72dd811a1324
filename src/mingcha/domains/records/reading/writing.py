"""Rows back to people, as the kind of file they sent: returned rows, exports, templates.

Text is written as it is. Spreadsheets get strings only, so neither a leading zero nor a formula can
come to life; CSV has the guard (guard.py) and a byte order mark, so that Excel opens it as UTF-8.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from mingcha.domains.records.reading.errors import CannotWrite
from mingcha.domains.records.reading.guard import guard
from mingcha.domains.records.reading.model import REASON_COLUMN, ROW_COLUMN, Kind

BATCH = 20_000
SHEET = "数据"
LINE = "_line"
SHEET_ROWS = 1_048_576  # of an xlsx, by ECMA-376
CELL_CHARACTERS = 32_767
SUFFIX = {
    Kind.TEXT: ".csv",
    Kind.XLSX: ".xlsx",
    Kind.JSON_LINES: ".jsonl",
    Kind.JSON_ARRAY: ".jsonl",
    Kind.PARQUET: ".parquet",
}


def write_table(
    target: Path, kind: str, columns: Sequence[str], rows: Iterable[Sequence[str | None]]
) -> int:
    """Write rows of texts to `target` and count them; memory does not grow with them.

    `kind` is a Kind or its value; `columns` are unique. Raises CannotWrite when an xlsx cannot hold
    the rows; `target` is then gone.
    """
    return write_frames(target, kind, columns, _frames(columns, rows))


def write_frames(
    target: Path, kind: str, columns: Sequence[str], frames: Iterable[pl.DataFrame]
) -> int:
    """The same as `write_table` for frames of string columns named and ordered like `columns`."""
    try:
        return WRITERS[Kind(kind)](columns, frames, target)
    except CannotWrite:
        target.unlink(missing_ok=True)
        raise


def write_returned(
    target: Path,
    kind: str,
    columns: Sequence[str],
    rows: Iterable[tuple[int, Mapping[str, str | None], Sequence[str]]],
) -> int:
    """Write refused rows back: (row number, cells as they came, reasons); the reasons come first.

    Reading a file leaves 退回原因 and 行号 out, so a corrected file can be sent as it is. A row that
    was never cut into cells has its text under `LINE`; it is given back whole in the first column.
    """
    marked = (
        ("；".join(reasons), str(number), *_cells(columns, cells))
        for number, cells, reasons in rows
    )
    return write_table(target, kind, (REASON_COLUMN, ROW_COLUMN, *columns), marked)


def _cells(columns: Sequence[str], cells: Mapping[str, str | None]) -> list[str | None]:
    if LINE in cells:
        return [cells[LINE], *[None] * (len(columns) - 1)]
    return [cells.get(column) for column in columns]


def _frames(columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Iterator[pl.DataFrame]:
    schema = dict.fromkeys(columns, pl.String)
    taken = iter(rows)
    while held := list(islice(taken, BATCH)):
        yield pl.DataFrame(held, schema=schema, orient="row")


def _csv(columns: Sequence[str], frames: Iterable[pl.DataFrame], target: Path) -> int:
    count = 0
    head = pl.DataFrame([columns], schema=[str(i) for i in range(len(columns))], orient="row")
    with target.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        head.with_columns(guard(pl.all())).write_csv(file, include_header=False)
        for frame in frames:
            frame.with_columns(guard(pl.all())).write_csv(file, include_header=False)
            count += frame.height
    return count


def _jsonl(columns: Sequence[str], frames: Iterable[pl.DataFrame], target: Path) -> int:
    count = 0
    with target.open("wb") as file:
        for frame in frames:
            frame.write_ndjson(file)
            count += frame.height
    return count


def _parquet(columns: Sequence[str], frames: Iterable[pl.DataFrame], target: Path) -> int:
    count = 0
    schema = pa.schema([(name, pa.string()) for name in columns])
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for frame in frames:
            writer.write_table(frame.to_arrow().cast(schema))
            count += frame.height
    return count


def _xlsx(columns: Sequence[str], frames: Iterable[pl.DataFrame], target: Path) -> int:
    """One sheet, titles frozen, our reasons wide; every cell a string."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(str(target), options) as workbook:
        sheet = workbook.add_worksheet(SHEET)
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = workbook.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 16, text)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, bold)
        if REASON_COLUMN in columns:
            sheet.set_column(columns.index(REASON_COLUMN), columns.index(REASON_COLUMN), 48)
        for frame in frames:
            for row in frame.iter_rows():
                count += 1
                _write_row(sheet, count, row, text)
    return count


def _write_row(
    sheet: xlsxwriter.worksheet.Worksheet,
    at: int,
    row: Sequence[str | None],
    style: xlsxwriter.format.Format,
) -> None:
    if at >= SHEET_ROWS:
        raise CannotWrite(kind="电子表格", problem=f"行数超过了一张工作表的上限 {SHEET_ROWS} 行")
    for place, cell in enumerate(row):
        if not cell:
            continue
        if len(cell.encode("utf-16-le")) > 2 * CELL_CHARACTERS:
            problem = f"第 {at + 1} 行有一个单元格超过 {CELL_CHARACTERS} 个字符"
            raise CannotWrite(kind="电子表格", problem=problem)
        sheet.write_string(at, place, cell, style)


WRITERS: dict[Kind, Callable[[Sequence[str], Iterable[pl.DataFrame], Path], int]] = {
    Kind.TEXT: _csv,
    Kind.XLSX: _xlsx,
    Kind.JSON_LINES: _jsonl,
    Kind.JSON_ARRAY: _jsonl,
    Kind.PARQUET: _parquet,
}
