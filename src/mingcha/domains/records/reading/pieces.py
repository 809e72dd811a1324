"""Make chunks of pieces: what all kinds of file have in common."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from mingcha.domains.records.reading.model import BROKEN, COLUMN, FLAWS, REASON, ROW, Chunk, Source

# Characters that no text has: U+FFFD stands where bytes could not be decoded, U+0000 cannot be kept.
UNDECODED, NUL = "\ufffd", "\x00"
SHOWN_NUL = "\u2400"  # what is shown and kept in its place
UNDECODED_REASON = "含有无法识别的文字（显示为“\ufffd”），可能在转换编码时损坏，请核对原文后重填"
NUL_REASON = "含有不可见的空字符（显示为“\u2400”），请删除后重填"
# How the line under a table begins that adds it up; such a line has few cells, and is no record.
SUMS = ("合计", "总计", "小计", "共计", "累计", "总数")
SUM_REASON = "这一行是合计行，不是一条记录，没有采用；请从数据表中删去"

Flaw = tuple[int, str, str]
Broken = tuple[int, str, str]


@dataclass(frozen=True)
class Piece:
    """Some consecutive rows of data: `count` in the file, of which blank ones are in no frame."""

    count: int
    rows: pl.DataFrame
    broken: Sequence[Broken]
    flaws: Sequence[Flaw]
    bytes_done: int
    suspect: bool = True  # some text may hold characters that no text has


def chunks(source: Source, pieces: Iterable[Piece], *, size: int, start: int) -> Iterator[Chunk]:
    """Chunks of `size` rows from pieces that never cross a multiple of `size`, from row `start`."""
    held: list[Piece] = []
    for piece in pieces:
        held.append(piece)
        count = sum(piece.count for piece in held)
        if (start + count) % size == 0:
            yield _chunk(source, held, start, start + count)
            held, start = [], start + count
    if held:
        yield _chunk(source, held, start, start + sum(piece.count for piece in held))


def _chunk(source: Source, held: Sequence[Piece], start: int, stop: int) -> Chunk:
    rows = pl.concat([piece.rows for piece in held]) if len(held) > 1 else held[0].rows
    broken = [row for piece in held for row in piece.broken]
    flaws = [flaw for piece in held for flaw in piece.flaws]
    if any(piece.suspect for piece in held):
        flaws += _undecoded(rows)
        rows = rows.with_columns(pl.col(pl.String).str.replace_all(NUL, SHOWN_NUL, literal=True))
        broken = [(row, text.replace(NUL, SHOWN_NUL), why) for row, text, why in broken]
    rows, sums = _without_sums(rows)
    broken += sums
    return Chunk(
        rows=rows,
        broken=pl.DataFrame(broken, schema=BROKEN, orient="row"),
        flaws=pl.DataFrame(flaws, schema=FLAWS, orient="row").sort(ROW, COLUMN, REASON),
        start=start,
        stop=stop,
        bytes_done=min(held[-1].bytes_done, source.total_bytes),
    )


def _without_sums(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Broken]]:
    """Rows without those that only add up what stands above, and these with the reason."""
    names = [name for name in rows.columns if name != ROW]
    if not names:
        return rows, []
    begins = pl.col(names[:2]).str.replace_all(r"[\s:：]", "").is_in(SUMS)
    filled = pl.sum_horizontal(pl.col(names).is_not_null().cast(pl.UInt32))
    is_sum = pl.any_horizontal(begins).fill_null(value=False) & (filled * 2 <= len(names))
    found = rows.filter(is_sum)
    if not found.height:
        return rows, []
    said = found.select(ROW, pl.concat_str(names, separator=" ", ignore_nulls=True)).rows()
    return rows.filter(~is_sum), [(row, text, SUM_REASON) for row, text in said]


def _undecoded(rows: pl.DataFrame) -> list[Flaw]:
    names = [name for name in rows.columns if name != ROW]
    flaws: list[Flaw] = []
    for mark, reason in ((UNDECODED, UNDECODED_REASON), (NUL, NUL_REASON)):
        found = (
            rows.select(pl.col(names).str.contains(mark, literal=True).any()).row(0)
            if names
            else ()
        )
        for name in (name for name, has in zip(names, found, strict=True) if has):
            at = rows.filter(pl.col(name).str.contains(mark, literal=True))[ROW]
            flaws += [(row, name, reason) for row in at]
    return flaws


def frame(
    source: Source, columns: Sequence[Sequence[str | None]], rows: Sequence[int]
) -> pl.DataFrame:
    """A frame of strings from columns in the order of the source's headers."""
    data = {
        name: pl.Series(name, cells, dtype=pl.String)
        for name, cells in zip(source.headers, columns, strict=True)
    }
    table = pl.DataFrame(data | {ROW: pl.Series(rows, dtype=pl.Int64)})
    return without_blanks(without_empty_text(table))


def without_empty_text(table: pl.DataFrame) -> pl.DataFrame:
    """An empty cell is null, however the file said so."""
    cells = pl.col(pl.String)
    return table.with_columns(pl.when(cells != "").then(cells))


def without_blanks(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without any cell filled are left out."""
    return rows.filter(~pl.all_horizontal(pl.all().exclude(ROW).is_null()))


def named(source: Source, table: pl.DataFrame) -> tuple[pl.DataFrame, list[Flaw]]:
    """The columns "0", "1", … under their titles; content without a title is a flaw, not lost."""
    picks = zip(source.picks, source.headers, strict=True)
    rows = table.select([pl.col(str(place)).alias(name) for place, name in picks] + [pl.col(ROW)])
    flaws: list[Flaw] = []
    for place in range(source.picks[-1] + 1, table.width - 1):
        stray = table.filter(pl.col(str(place)).str.strip_chars() != "")
        flaws += [(row, "", f"第 {place + 1} 列有内容，却没有列标题") for row in stray[ROW]]
    return without_blanks(rows), flaws
