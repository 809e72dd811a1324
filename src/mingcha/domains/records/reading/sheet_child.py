"""The process that reads an xlsx: `python -m …sheet_child FILE FOLDER MEMORY UNPACKED SHEETS`.

A workbook is untrusted input to a parser that builds it whole in memory, so it is read apart from
the worker, under a memory limit of its own. It writes every sheet as Arrow (`0.arrow`, …; all
columns text, all rows from the first) and `report.json`; the parent chooses.
"""

import json
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fastexcel
import polars as pl

from mingcha.domains.records.reading.sheet_survey import Damaged, Survey, UnpacksTooLarge, survey

BATCH = 50_000
MIDNIGHT = " 00:00:00"
DATE_ONLY = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
TIME_ONLY = r"^1899-12-3[01] (\d{2}:\d{2}:\d{2})$"
# The reader prints nine decimals; beyond 15 significant digits they are noise of binary fractions.
NOISE = r"^-?\d{7,}\.\d{9}$"
NOISE_LENGTH = 17

LOST_DIGITS = "被表格软件改成了科学计数法，第 15 位以后的数字已丢失；请把该列设为文本格式后重填"
NO_RESULT = "{place} 是公式，但文件里没有保存计算结果；请用表格软件打开并保存一次，或改填结果本身"
ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
ERROR_CELL = "公式的结果是错误值 {error}"

Flaw = tuple[int, int, str]  # row from 1, column from 0 or -1, reason


def main(file: str, folder: str, memory: str, unpacked: str, sheets: str) -> None:
    """Read FILE into FOLDER; limits in bytes. What is wrong with the file goes to the report."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    try:
        report = _read(Path(file), Path(folder), unpacked=int(unpacked), sheets=int(sheets))
    except UnpacksTooLarge:
        report = {"fault": "bomb"}
    except MemoryError:
        report = {"fault": "heavy"}
    except (Damaged, fastexcel.FastExcelError) as fault:
        report = {"fault": "damaged", "detail": str(fault)}
    (Path(folder) / "report.json").write_text(json.dumps(report), encoding="utf-8")


def _read(path: Path, folder: Path, *, unpacked: int, sheets: int) -> dict[str, object]:
    with ThreadPoolExecutor(1) as apart:  # beside the parser, which needs no interpreter
        surveys = apart.submit(survey, path, limit=unpacked)
        workbook = fastexcel.read_excel(str(path))
        names = workbook.sheet_names
        report = []
        for index in range(min(len(names), sheets)):
            sheet = workbook.load_sheet(index, header_row=None, skip_rows=0, dtypes="string")
            look = surveys.result()[index]
            report.append(_convert(sheet, look, folder / f"{index}.arrow"))
    return {"sheets": report, "skipped": names[sheets:]}


def _convert(sheet: fastexcel.ExcelSheet, look: Survey, target: Path) -> dict[str, object]:
    batch, errors = sheet.to_arrow_with_errors()
    table, flaws = _clean(pl.DataFrame(batch), look)
    for error in errors.errors if errors else ():
        row, place = error.position
        flaws.append((row + 1, place, _error(error.detail)))
    table.write_ipc(target, record_batch_size=BATCH)
    return {
        "name": sheet.name,
        "visible": sheet.visible == "visible",
        "rows": table.height,
        "flaws": flaws,
        "merged": look.merged,
        "hidden": look.hidden,
    }


def _error(detail: str) -> str:
    name = next((name for name in ERRORS if f"Error({name})" in detail), "")
    return ERROR_CELL.format(error=ERRORS.get(name, detail))


def _clean(table: pl.DataFrame, look: Survey) -> tuple[pl.DataFrame, list[Flaw]]:
    """Cells as the clerk sees them, and what is wrong with some."""
    flaws: list[Flaw] = [
        (row, _place(place), NO_RESULT.format(place=place or "某个单元格"))
        for row, place in look.bare_formulas
    ]
    columns = []
    for place, cells in enumerate(table):
        column = _plain(cells)
        if look.long_numbers:
            column, lost = _mark_lost(column, look.long_numbers)
            flaws += [(row, place, LOST_DIGITS) for row in lost]
        columns.append(column.alias(str(place)))
    return pl.DataFrame(columns), flaws


def _place(cell: str) -> int:
    """The column, from 0, of a cell such as C12; -1 where it does not say."""
    number = 0
    for letter in cell.strip("$0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _plain(cells: pl.Series) -> pl.Series:
    """Days without midnight, times without a day, numbers without the noise of binary fractions."""
    if cells.str.ends_with(MIDNIGHT).any():
        cells = cells.str.replace(DATE_ONLY, "${1}")
    if cells.str.starts_with("1899-12-3").any():
        cells = cells.str.replace(TIME_ONLY, "${1}")
    noisy = (cells.str.len_bytes() >= NOISE_LENGTH) & cells.str.contains(NOISE)
    return _replaced(cells, noisy, ".15g") if noisy.any() else cells


def _mark_lost(cells: pl.Series, long: set[tuple[int, str]]) -> tuple[pl.Series, list[int]]:
    """Show numbers that lost digits the way a spreadsheet does, and give their rows."""
    longer = (cells.str.len_bytes() >= 16).fill_null(value=False)
    lost = [
        index
        for index, text in zip(longer.arg_true(), cells.filter(longer), strict=True)
        if (index + 1, text) in long or (0, text) in long
    ]
    mask = pl.Series(range(len(cells)), dtype=pl.Int64).is_in(lost)
    return _replaced(cells, mask, ".14E"), [index + 1 for index in lost]


def _replaced(cells: pl.Series, mask: pl.Series, style: str) -> pl.Series:
    return cells.scatter(mask.arg_true(), [f"{float(text):{style}}" for text in cells.filter(mask)])


if __name__ == "__main__":
    main(*sys.argv[1:])
