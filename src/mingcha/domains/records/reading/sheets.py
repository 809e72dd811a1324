"""xlsx: read by a process of its own, then like any other source."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from mingcha.domains.records.reading import headers
from mingcha.domains.records.reading.errors import (
    DamagedFile,
    EmptyFile,
    NoHeader,
    SheetTooHeavy,
    ZipBomb,
)
from mingcha.domains.records.reading.headers import Choose, Header
from mingcha.domains.records.reading.model import GIB, ROW, Kind, Limits, Source
from mingcha.domains.records.reading.pieces import (
    Flaw,
    Piece,
    named,
    without_empty_text,
)

# How a process that may have no more memory ends, beside being aborted.
OUT_OF_MEMORY = (
    b"MemoryError",
    b"memory allocation",
    b"Cannot allocate",
    b"can't start new thread",
)
CHILD = "mingcha.domains.records.reading.sheet_child"


@dataclass(frozen=True)
class _Sheet:
    index: int
    name: str
    visible: bool
    rows: int
    merged: list[tuple[int, int]]
    hidden: list[int]


def open_sheet(path: Path, name: str, *, choose: Choose, limits: Limits) -> Source:
    """Read a workbook and understand the sheet whose titles score highest.

    Reads all sheets (seconds for a large one) into a temporary folder that lives as long as the
    Source. Raises DamagedFile, ZipBomb, SheetTooHeavy, EmptyFile or NoHeader.
    """
    folder = TemporaryDirectory(prefix="mingcha-sheet-")
    try:
        sheets, skipped = _read(path, name, Path(folder.name), limits)
        filled = [sheet for sheet in sheets if sheet.rows]
        if not filled:
            raise EmptyFile(name=name)
        scored = [(_header(Path(folder.name), sheet, choose), sheet) for sheet in filled]
        found = [(header, sheet) for header, sheet in scored if header is not None]
        if not found:
            raise NoHeader(name=name, rows=headers.DEPTH)
    except BaseException:
        folder.cleanup()
        raise
    header, sheet = max(found, key=lambda pair: (pair[0].score, pair[1].visible, -pair[1].index))
    others = [other for other in sheets if other is not sheet and other.rows]
    for other in others:
        (Path(folder.name) / f"{other.index}.arrow").unlink()
    return Source(
        path=path,
        name=name,
        kind=Kind.XLSX,
        headers=header.names,
        header_rows=header.last + 1,
        notes=tuple(_notes(name, header, sheet, others, skipped)),
        total_rows=sheet.rows - header.last - 1,
        total_bytes=path.stat().st_size,
        limits=limits,
        picks=header.picks,
        sheet=sheet.name,
        table=Path(folder.name) / f"{sheet.index}.arrow",
        folder=folder,
    )


def pieces(source: Source, *, size: int, start: int) -> Iterator[Piece]:
    """Rows of data from row `start`, `size` at a time."""
    flaws = _flaws(source)
    table = pl.scan_ipc(source.table)
    for first in range(start, source.total_rows, size):
        count = min(size, source.total_rows - first)
        cells = table.slice(source.header_rows + first, count).collect()
        number = source.header_rows + 1 + first
        numbered = cells.with_columns(pl.Series(ROW, range(number, number + count), pl.Int64))
        rows, stray = named(source, without_empty_text(numbered))
        known = [flaw for flaw in flaws if number <= flaw[0] < number + count]
        done = source.total_bytes * (first + count) // source.total_rows
        yield Piece(count, rows, [], known + stray, done)


def _read(path: Path, name: str, folder: Path, limits: Limits) -> tuple[list[_Sheet], list[str]]:
    """Let the child read; its sheets, and the names of those beyond the limit."""
    numbers = (limits.sheet_memory, limits.unpacked_bytes, limits.sheets)
    command = [sys.executable, "-m", CHILD, str(path), str(folder), *map(str, numbers)]
    try:
        done = subprocess.run(  # noqa: S603  no shell; the only foreign word is a path of ours
            command, capture_output=True, timeout=limits.sheet_seconds, check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise SheetTooHeavy(name=name, limit=f"{limits.sheet_seconds} 秒") from fault
    report = _report(folder, name, done, limits)
    sheets = [
        _Sheet(index, *(sheet[part] for part in ("name", "visible", "rows", "merged", "hidden")))
        for index, sheet in enumerate(report["sheets"])
    ]
    return sheets, report["skipped"]


def _report(
    folder: Path, name: str, done: "subprocess.CompletedProcess[bytes]", limits: Limits
) -> dict[str, Any]:
    """What the child said, or the refusal that its end amounts to."""
    heavy = SheetTooHeavy(name=name, limit=f"{limits.sheet_memory / GIB:.1f} GB 内存")
    if done.returncode < 0 or any(words in done.stderr for words in OUT_OF_MEMORY):
        raise heavy
    if b"PanicException" in done.stderr:
        raise DamagedFile(name=name, problem="工作簿的内部结构有误")
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    match report.get("fault"):
        case "bomb":
            raise ZipBomb(name=name, problem=f"超过 {limits.unpacked_bytes / GIB:.1f} GB")
        case "heavy":
            raise heavy
        case "damaged":
            raise DamagedFile(name=name, problem="工作簿的内部结构有误")
    return report


def _header(folder: Path, sheet: _Sheet, choose: Choose) -> Header | None:
    first = pl.scan_ipc(folder / f"{sheet.index}.arrow").head(headers.DEPTH).collect()
    return headers.find([[cell or "" for cell in row] for row in first.rows()], choose)


def _notes(
    name: str, header: Header, sheet: _Sheet, others: list[_Sheet], skipped: list[str]
) -> list[str]:
    notes = []
    if others:
        said = "、".join(f"“{other.name}”（{other.rows} 行）" for other in others)
        notes.append(f"读取的是工作表“{sheet.name}”；没有读取：{said}。")
    if skipped:
        notes.append(f"工作表太多，另有 {len(skipped)} 张没有查看。")
    if not sheet.visible:
        notes.append(f"工作表“{sheet.name}”是隐藏的。")
    if name.lower().endswith(".xlsm"):
        notes.append("文件带有宏；宏没有运行，只读取了单元格的值。")
    hidden = sum(row > header.last + 1 for row in sheet.hidden)
    if hidden:
        notes.append(f"有 {hidden} 行被隐藏或筛选掉，也照常读取；不需要的请删除后重报。")
    merged = sum(last > header.last + 1 for _, last in sheet.merged)
    if merged:
        notes.append(f"数据区域有 {merged} 处合并单元格，只有左上角一格有值，其余按空白读取。")
    return notes + headers.note_of(header)


def _flaws(source: Source) -> list[Flaw]:
    """What the child noticed in the cells of the sheet, by column title."""
    report = json.loads((source.table.parent / "report.json").read_text(encoding="utf-8"))
    titles = dict(zip(source.picks, source.headers, strict=True))
    flaws = report["sheets"][int(source.table.stem)]["flaws"]
    return [(row, titles.get(place, ""), reason) for row, place, reason in flaws]
