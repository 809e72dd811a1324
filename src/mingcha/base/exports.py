"""What is taken out (导出): sheets of texts as one spreadsheet or one CSV, of any length.

Memory does not grow with the rows: a CSV is streamed, a spreadsheet is written to a temporary file
that goes away with the answer. Cells are texts, so that codes keep their zeros and nothing that a
provider wrote is run as a formula.
"""

import csv
import io
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

FORMATS = {"xlsx": "Excel 电子表格", "csv": "CSV 文本"}
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_ROWS = 1_048_576  # of an xlsx, by ECMA-376
CELL_CHARACTERS = 32_767  # UTF-16 units, as above
CUT = "……（超出单元格上限，完整内容见 CSV 格式）"
NAME_CHARACTERS = 31
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NARROW, WIDE = 8, 60  # columns, in characters
LOOKED_AT = 200  # rows whose cells decide how wide a column is

Row = Sequence[str]


@dataclass(frozen=True)
class Sheet:
    """One table of texts: its name, its headers, and its rows, read once."""

    name: str
    headers: Row
    rows: Iterable[Row]


def exported(name: str, sheet: Sheet, form: str) -> HttpResponseBase:
    """One table as a download called `name`: "xlsx", or a CSV for anything else."""
    if form == "xlsx":
        return spreadsheet(name, [sheet])
    return csv_response(name, sheet.headers, sheet.rows)


def csv_response(name: str, headers: Row, rows: Iterable[Row]) -> StreamingHttpResponse:
    """A CSV download with a BOM, streamed; cells that a spreadsheet would run are neutralised."""
    response = StreamingHttpResponse(
        _csv(chain([headers], rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = attachment(f"{name}.csv")
    return response


def spreadsheet(name: str, sheets: Sequence[Sheet]) -> FileResponse:
    """The tables as one spreadsheet, a sheet each; one longer than a sheet goes on in another."""
    book = Book()
    for sheet in sheets:
        pages = book.add(sheet.name, sheet.headers)
        for row in sheet.rows:
            pages.write(row)
    return book.response(name)


class Book:
    """A spreadsheet whose sheets may be written by turns, row after row."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(dir=settings.EXPORTS)  # noqa: SIM115  # closed by the answer
        options = {
            "constant_memory": True, "tmpdir": str(settings.EXPORTS),
            "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        }  # fmt: skip
        import xlsxwriter  # noqa: PLC0415 -- 8 MB that only writing a workbook needs

        self._book = xlsxwriter.Workbook(self._file, options)
        self._pages: list[Pages] = []

    def add(self, name: str, headers: Row) -> "Pages":
        """A new sheet with its headers, frozen and bold."""
        self._pages.append(Pages(self._book, name, headers))
        return self._pages[-1]

    def response(self, name: str) -> FileResponse:
        """The finished book as a download."""
        for pages in self._pages:
            pages.close()
        self._book.close()
        self._file.seek(0)
        response = FileResponse(self._file, content_type=SPREADSHEET)
        response["Content-Disposition"] = attachment(f"{name}.xlsx")
        return response


class Pages:
    """One table in a book: one sheet, and more when it is longer than a sheet may be."""

    def __init__(self, book: Any, name: str, headers: Row) -> None:
        self._book, self._name, self._headers = book, name, headers
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._text = book.add_format({"num_format": "@", "valign": "top"})
        self._widths = [_width(header) for header in headers]
        self._count = 0
        self._open()

    def write(self, row: Row) -> None:
        """The next row."""
        if self._at == SHEET_ROWS:
            self.close()
            self._open()
        for place, cell in enumerate(row):
            if cell:
                self._sheet.write_string(self._at, place, _fitting(cell), self._text)
        if self._at <= LOOKED_AT:
            self._widths = [
                max(known, _width(cell)) for known, cell in zip(self._widths, row, strict=True)
            ]
        self._at += 1

    def close(self) -> None:
        """Set how wide the columns are; nothing is written to the sheet afterwards."""
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, min(max(width + 2, NARROW), WIDE), self._text)

    def _open(self) -> None:
        self._count += 1
        more = "" if self._count == 1 else f"（{self._count}）"
        name = self._name.translate(NOT_IN_NAMES).strip("' ")
        self._sheet = self._book.add_worksheet(name[: NAME_CHARACTERS - len(more)] + more)
        self._sheet.freeze_panes(1, 1)
        for place, header in enumerate(self._headers):
            self._sheet.write_string(0, place, header, self._bold)
        self._at = 1


def attachment(name: str) -> str:
    """A Content-Disposition for a file name in any script (RFC 6266)."""
    return content_disposition_header(as_attachment=True, filename=name) or ""


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (formula injection)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _csv(rows: Iterable[Row]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _fitting(cell: str) -> str:
    """A text that a cell can hold; what is cut off says so."""
    if len(cell.encode("utf-16-le")) <= 2 * CELL_CHARACTERS:
        return cell
    room = 2 * (CELL_CHARACTERS - len(CUT))
    return cell.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT


def _width(cell: str) -> int:
    """How many columns of a typewriter the text takes; Chinese characters take two."""
    shown = cell[:WIDE]
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in shown)
