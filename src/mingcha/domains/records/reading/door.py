"""One door for every file that departments send: understand it, then take its rows in chunks."""

from collections.abc import Iterator
from pathlib import Path

from mingcha.domains.records.reading import lines, parquet, sheets, text
from mingcha.domains.records.reading.headers import Choose
from mingcha.domains.records.reading.model import Chunk, Kind, Limits, Source
from mingcha.domains.records.reading.pieces import chunks as chunks_of
from mingcha.domains.records.reading.sniff import examine

SIZE = 50_000
PIECES = {
    Kind.TEXT: text.pieces,
    Kind.XLSX: sheets.pieces,
    Kind.JSON_LINES: lines.pieces,
    Kind.JSON_ARRAY: lines.pieces,
    Kind.PARQUET: parquet.pieces,
}


def open_source(path: Path, name: str, *, choose: Choose, limits: Limits | None = None) -> Source:
    """Find out what a file is and how to read it.

    `name` is what its sender called it. `choose` scores a row of column titles against what is
    expected: the higher the better, nothing recognised = 0 or less; it decides which row is the
    header, which delimiter and which sheet is meant. Raises a MingchaError of `reading.errors`, or
    FileTooLarge, when the file as a whole cannot be read.
    """
    limits = limits or Limits()
    kind = examine(path, name, limits)
    match kind:
        case Kind.TEXT:
            return text.open_text(path, name, choose=choose, limits=limits)
        case Kind.XLSX:
            return sheets.open_sheet(path, name, choose=choose, limits=limits)
        case Kind.PARQUET:
            return parquet.open_parquet(path, name, limits=limits)
        case _:
            return lines.open_lines(path, name, kind=kind, limits=limits)


def chunks(source: Source, *, size: int = SIZE, start_row: int = 0) -> Iterator[Chunk]:
    """The rows of data, `size` at a time, from data row `start_row` (counted from 0).

    Chunks begin at multiples of `size`, and a row is in the same chunk with the same content
    whenever it is read; so a reader that stopped goes on with `start_row` = `stop` of the last
    chunk it kept. Raises ValueError for a `start_row` between chunks; LineTooLong or DamagedFile
    where the file turns out unreadable halfway.
    """
    whole = start_row - start_row % size
    pieces = PIECES[source.kind](source, size=size, start=whole)
    for chunk in chunks_of(source, pieces, size=size, start=whole):
        if chunk.start >= start_row:
            yield chunk
        elif chunk.stop != start_row:  # not where a last chunk ended
            raise ValueError(f"start_row {start_row} is not between two chunks of {size}")
