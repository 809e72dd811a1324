"""Files as departments send them by mistake, made here: each kind by name."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence

import xlsxwriter

from mingcha.domains.records.testing import as_csv, as_lines, inspection
from mingcha.standards import loader

FIELDS = loader.catalogue().table("check_action").fields
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def text(*rows: dict[str, str]) -> str:
    """Rows as CSV text."""
    return as_csv(rows).decode()


def grid(*rows: dict[str, str]) -> list[list[str]]:
    """Header and rows as lists of cells."""
    return list(csv.reader(io.StringIO(text(*rows))))


def joined(cells: Sequence[Sequence[str]], separator: str = ",") -> bytes:
    """Cells as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(cells)
    return out.getvalue().encode()


def book(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """A workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        fill(made)
    return out.getvalue()


def sheet(cells: Sequence[Sequence[object]], name: str = "数据") -> Callable[..., None]:
    """Fills a workbook with one sheet."""

    def fill(made: xlsxwriter.Workbook) -> None:
        page = made.add_worksheet(name)
        for number, row in enumerate(cells):
            page.write_row(number, 0, row)

    return fill


def changed(column: str, value: object, number: int = 1) -> list[list[object]]:
    """Header and one row with a cell of any kind in one column."""
    head, row = grid(inspection(number))
    return [head, [value if title == FIELDS[column].label else cell
                   for title, cell in zip(head, row, strict=True)]]  # fmt: skip


def formula(made: xlsxwriter.Workbook) -> None:
    """A name worked out, with its result; a second one without."""
    page = made.add_worksheet()
    head, *rows = grid(inspection(1), inspection(2))
    place = head.index(FIELDS["check_action_name"].label)
    page.write_row(0, 0, head)
    for number, row in enumerate(rows, 1):
        page.write_row(number, 0, row)
        page.write_formula(number, place, '="演示"&"检查"', None, "演示检查" if number == 1 else "")


def several_sheets(made: xlsxwriter.Workbook) -> None:
    """A cover, the data and an old copy."""
    made.add_worksheet("封面").write_row(0, 0, ["填报单位", "演示局"])
    sheet(grid(inspection(1)), "检查")(made)
    sheet([["旧表", "作废"], ["1", "2"]], "旧")(made)


def hidden_rows(made: xlsxwriter.Workbook) -> None:
    """The second of three rows is hidden by a filter."""
    page = made.add_worksheet()
    for number, row in enumerate(grid(inspection(1), inspection(2), inspection(3))):
        page.write_row(number, 0, row)
    page.set_row(2, None, None, {"hidden": True})


def merged_cells(made: xlsxwriter.Workbook) -> None:
    """Two rows share one merged cell in a required column."""
    page = made.add_worksheet()
    rows = grid(inspection(1), inspection(2))
    place = rows[0].index(FIELDS["check_action_name"].label)
    rows[2][place] = ""
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    page.merge_range(1, place, 2, place, "合并的名称")


def bomb() -> bytes:
    """A workbook whose sheet unpacks to far more than it seems."""
    plain = book(sheet([["a"]]))
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
        with target.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(300):
                part.write(b" " * 1024**2)
    return out.getvalue()


def archive(**files: bytes) -> bytes:
    """A zip of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name.replace("_", "."), content)
    return out.getvalue()


def old_binary(stream: str) -> bytes:
    """An OLE file with one named stream, as old Excel and encrypted workbooks are."""
    return OLE + bytes(512) + stream.encode("utf-16-le") + bytes(2048)


def plain(number: int = 1, **changes: str) -> bytes:
    """One row as CSV."""
    return as_csv([inspection(number, **changes)])


def merged_header() -> bytes:
    """Some titles parted over two rows, as a merged header comes out of a spreadsheet."""
    head, row = grid(inspection(1))
    upper, lower = [""] * len(head), list(head)
    first = head.index("行政相对人性质")
    upper[first] = "行政相对人"  # over two titles; a merged cell stands in its first one only
    lower[first : first + 2] = ["性质", "证件类型"]
    return joined([upper, lower, row])


def wide(columns: int) -> bytes:
    """A row with many columns that the standard does not know."""
    head, row = grid(inspection(1))
    more = columns - len(head)
    return joined([head + [f"我局列{n}" for n in range(more)], row + ["值"] * more])


LINES = as_lines([inspection(1)])
