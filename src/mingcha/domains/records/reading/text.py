"""CSV and its relatives: delimiter, header, and rows in chunks of text, whatever the size."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from mingcha.domains.records.reading import encoding as encodings
from mingcha.domains.records.reading import headers
from mingcha.domains.records.reading.cutting import Ints, Records, cut
from mingcha.domains.records.reading.encoding import Encoding
from mingcha.domains.records.reading.errors import EmptyFile, LineTooLong, NoHeader, UnknownEncoding
from mingcha.domains.records.reading.guard import undo
from mingcha.domains.records.reading.headers import Choose, Header
from mingcha.domains.records.reading.model import ROW, Kind, Limits, Source
from mingcha.domains.records.reading.pieces import (
    UNDECODED,
    Broken,
    Piece,
    named,
    without_empty_text,
)

SAMPLE = 256 * 1024
DELIMITERS = (",", "\t", ";", "|", "，")
# A delimiter of several bytes is replaced by one that no text uses before cutting.
WIDE, STAND_IN = "，".encode(), "\x1f"
BOM = "\ufeff".encode()
LABELS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB18030（GBK）",
    "big5": "Big5（繁体）",
}
DELIMITER_LABELS = {"\t": "制表符", ";": "分号", "|": "竖线", "，": "全角逗号"}

csv.field_size_limit(64 * 1024**2)


@dataclass(frozen=True)
class _Layout:
    """How the first rows look under one delimiter."""

    delimiter: str
    header: Header
    width: int
    skip_lines: int
    steady: float  # share of rows with `width` cells
    rows_per_line: float


def open_text(path: Path, name: str, *, choose: Choose, limits: Limits) -> Source:
    """Understand a delimited text file. Raises UnknownEncoding, EmptyFile or NoHeader."""
    encoding = encodings.detect(path)
    if encoding is None:
        raise UnknownEncoding(name=name)
    sample, whole, used = _sample(path, encoding)
    if not sample.strip():
        raise EmptyFile(name=name)
    layouts = [_layout(sample, delimiter, choose) for delimiter in DELIMITERS]
    found = [layout for layout in layouts if layout is not None]
    if not found:
        raise NoHeader(name=name, rows=headers.DEPTH)
    best = max(found, key=lambda layout: (layout.header.score, *_order(layout)))
    size = path.stat().st_size
    return Source(
        path=path,
        name=name,
        kind=Kind.TEXT,
        headers=best.header.names,
        header_rows=best.header.last + 1,
        notes=tuple(_notes(encoding, best)),
        total_rows=_estimate(sample, best, size / used if not whole else 1.0),
        total_bytes=size,
        limits=limits,
        picks=best.header.picks,
        width=best.width,
        encoding=encoding,
        delimiter=best.delimiter,
        skip_lines=best.skip_lines,
    )


def pieces(source: Source, *, size: int, start: int) -> Iterator[Piece]:
    """Rows of data from row `start`, in pieces that never cross a multiple of `size`.

    Raises LineTooLong when a record exceeds the limit; what came before has been given by then.
    """
    done = 0
    for records, position in _records(source):
        at = 0
        while at < len(records):
            take = min(len(records) - at, size - done % size)
            if done >= start:
                yield _parse(source, records.slice(at, at + take), done, position)
            at += take
            done += take


def _sample(path: Path, encoding: Encoding) -> tuple[str, bool, int]:
    """Text of the first lines, whether that is all, and how many bytes of the file it took."""
    first, used = next(encodings.blocks(path, encoding, size=SAMPLE), (b"", 0))
    whole = used >= path.stat().st_size
    text = first.decode("utf-8", "replace")
    return text if whole else text[: text.rfind("\n") + 1] or text, whole, used


def _layout(sample: str, delimiter: str, choose: Choose) -> _Layout | None:
    lines = (
        line.rstrip("\r").replace("\r", " ") + "\n"
        for line in sample.removesuffix("\n").split("\n")
    )
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) == 1000:
                break
    except csv.Error:
        return None
    header = headers.find(rows, choose)
    if header is None:
        return None
    body = Counter(len(row) for row in rows[header.last + 1 :] if any(row))
    least = header.picks[-1] + 1
    width, count = body.most_common(1)[0] if body else (len(rows[header.last]), 1)
    steady = count / body.total() if body else 0.0
    per_line = len(rows) / ends[-1]
    return _Layout(delimiter, header, max(width, least), ends[header.last], steady, per_line)


def _order(layout: _Layout) -> tuple[bool, float, int]:
    """Among delimiters under which the header is as good: several columns, steady, the commonest."""
    several = len(layout.header.names) > 1
    return several, layout.steady, -DELIMITERS.index(layout.delimiter)


def _notes(encoding: Encoding, layout: _Layout) -> list[str]:
    notes = []
    if encoding.name != "utf-8":
        label = LABELS.get(encoding.name, encoding.name)
        notes.append(f"文件编码识别为 {label}，已自动转换。")
    elif not encoding.exact:
        notes.append("文件是 UTF-8 编码，但有个别字节损坏；含有这些字节的行会被退回。")
    if layout.delimiter != ",":
        notes.append(f"单元格之间用{DELIMITER_LABELS[layout.delimiter]}分隔。")
    return [*notes, *headers.note_of(layout.header)]


def _estimate(sample: str, layout: _Layout, times: float) -> int:
    """Rows of data in a file `times` as long as its sample."""
    lines = sample.removesuffix("\n").count("\n") + 1
    return max(round(lines * times * layout.rows_per_line) - layout.header.last - 1, 0)


def _records(source: Source) -> Iterator[tuple[Records, int]]:
    """Records of the data, block by block, and the position in the file."""
    delimiter = ord(_byte(source.delimiter))
    rest, skip, row = b"", source.skip_lines, source.header_rows
    position = source.encoding.bom
    for block, position in encodings.blocks(source.path, source.encoding):
        text = block.replace(WIDE, STAND_IN.encode()) if source.delimiter == "，" else block
        data, skip = _past(rest + text, skip), 0
        hold = source.limits.record_bytes
        records, used = cut(data, delimiter=delimiter, width=source.width, hold=hold)
        rest = data[used:]
        row += len(records)
        if len(rest) > hold:
            raise LineTooLong(name=source.name, row=row + 1, limit_kb=hold // 1024)
        yield records, position
    yield cut(rest, delimiter=delimiter, width=source.width, hold=None)[0], position


def _byte(delimiter: str) -> str:
    return STAND_IN if delimiter == "，" else delimiter


def _past(data: bytes, lines: int) -> bytes:
    at = 0
    for _ in range(lines):
        at = data.find(b"\n", at) + 1 or len(data)
    return data[at:] if lines else data


def _parse(source: Source, records: Records, first: int, position: int) -> Piece:
    numbers = np.arange(len(records), dtype=np.int64) + source.header_rows + 1 + first
    plain = records.plain
    table = _split(source, records, np.flatnonzero(plain))
    if table.height != plain.sum():  # two readers of CSV disagree: believe neither
        plain = np.zeros(len(records), dtype=bool)
        table = table.clear()
    table = table.with_columns(pl.Series(ROW, numbers[plain]))
    mended, broken = _mend(source, records, np.flatnonzero(~plain).tolist(), numbers)
    if mended.height:
        table = pl.concat([table, mended]).sort(ROW)
    rows, flaws = named(source, table)
    span = records.data[records.starts[0] : records.ends[-1]] if len(records) else b""
    if b"'" in span:
        rows = rows.with_columns(undo(pl.all().exclude(ROW)))
    suspect = b"\x00" in span or UNDECODED.encode() in span
    return Piece(len(records), rows, broken, flaws, position, suspect=suspect)


def _split(source: Source, records: Records, plain: Ints) -> pl.DataFrame:
    """The cells of the plain records; every column is text, an empty cell null."""
    names = [str(place) for place in range(source.width)]
    if not len(plain):
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    breaks = np.flatnonzero(np.diff(plain) != 1)
    runs = zip(plain[np.append(0, breaks + 1)], plain[np.append(breaks, -1)], strict=True)
    starts, ends, data = records.starts, records.ends, records.data
    buffer = b"\n".join([data[starts[a] : ends[b]] for a, b in runs])
    table = pl.read_csv(
        BOM + buffer if buffer.startswith(BOM) else buffer,  # one is taken for a mark
        has_header=False,
        new_columns=names,
        separator=_byte(source.delimiter),
        infer_schema=False,
        empty_string_is_null=True,
    )
    return without_empty_text(table) if b'""' in buffer else table


def _mend(
    source: Source, records: Records, indexes: list[int], numbers: Ints
) -> tuple[pl.DataFrame, list[Broken]]:
    """Read the records that are not plain one by one: cells where they can be told, else reasons."""
    rows: list[list[str | None]] = []
    at: list[int] = []
    broken: list[Broken] = []
    for index in indexes:
        text = records.text(index).replace(STAND_IN, source.delimiter)
        cells = _cells(text, source)
        if isinstance(cells, str):
            broken.append((int(numbers[index]), text, cells))
        elif any(cells):
            rows.append([cell or None for cell in cells])
            at.append(int(numbers[index]))
    names = [str(place) for place in range(source.width)]
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return table.with_columns(pl.Series(ROW, at, dtype=pl.Int64)), broken


def _cells(text: str, source: Source) -> list[str] | str:
    """The cells of one record, as many as the table is wide, or why they cannot be told."""
    try:
        cells = next(csv.reader([text], delimiter=source.delimiter, strict=True), [])
    except csv.Error:
        if text.count('"') % 2:
            return "双引号没有成对，无法判断单元格在哪里结束；请补上或删去引号后重填"
        cells = next(csv.reader([text.replace("\n", " ")], delimiter=source.delimiter), [])
    least = source.picks[-1] + 1
    if not any(cell.strip() for cell in cells):
        return [""] * source.width
    if len(cells) < least:
        return f"只有 {len(cells)} 个单元格，应有 {least} 个；可能漏了分隔符，或单元格内有未加引号的换行，请补全后重填"
    if any(cell.strip() for cell in cells[source.width :]):
        return f"有 {len(cells)} 个单元格，应有 {source.width} 个；可能单元格内有未加引号的分隔符，请给这样的单元格加上双引号"
    return (cells + [""] * source.width)[: source.width]
