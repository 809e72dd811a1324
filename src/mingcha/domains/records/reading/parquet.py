"""Parquet: typed columns back to the text a clerk would write."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from mingcha.domains.records.reading import headers
from mingcha.domains.records.reading.errors import DamagedFile, EmptyFile, NoHeader, ZipBomb
from mingcha.domains.records.reading.model import GIB, ROW, Kind, Limits, Source
from mingcha.domains.records.reading.pieces import (
    Flaw,
    Piece,
    without_blanks,
    without_empty_text,
)

NESTED = "字段“{name}”的值是嵌套结构，应为单个值，或由单个值组成的列表"
DATETIME = "%Y-%m-%d %H:%M:%S%.f"


def open_parquet(path: Path, name: str, *, limits: Limits) -> Source:
    """Understand a Parquet file. Raises DamagedFile, ZipBomb, EmptyFile or NoHeader."""
    try:
        with pq.ParquetFile(path) as file:
            meta, keys = file.metadata, file.schema_arrow.names
    except (pa.ArrowException, OSError) as fault:
        raise DamagedFile(name=name, problem="Parquet 的目录无法读取") from fault
    groups = [meta.row_group(index).total_byte_size for index in range(meta.num_row_groups)]
    if max(groups, default=0) > limits.unpacked_bytes:
        raise ZipBomb(name=name, problem=f"有 {max(groups) / GIB:.1f} GB")
    if not meta.num_rows:
        raise EmptyFile(name=name)
    names, picks, notes = headers.name_columns(keys)
    if not names:
        raise NoHeader(name=name, rows=1)
    size = path.stat().st_size
    return Source(
        path, name, Kind.PARQUET, names, 0, notes, meta.num_rows, size, limits, picks=picks
    )


def pieces(source: Source, *, size: int, start: int) -> Iterator[Piece]:
    """Rows of data from row `start`, never across a multiple of `size`. Raises DamagedFile."""
    done = 0
    try:
        with pq.ParquetFile(source.path) as file:
            groups, done = _from(file.metadata, start)
            for batch in file.iter_batches(size, row_groups=groups):
                for part in _parts(batch, done, size):
                    if done >= start:
                        yield _piece(source, part, done)
                    done += part.num_rows
    except (pa.ArrowException, OSError) as fault:
        raise DamagedFile(name=source.name, problem=f"第 {done + 1} 行之后无法读取") from fault


def _from(meta: pq.FileMetaData, start: int) -> tuple[list[int], int]:
    """The row groups from the one that holds row `start`, and its first row."""
    first, group = 0, 0
    while group < meta.num_row_groups and first + meta.row_group(group).num_rows <= start:
        first += meta.row_group(group).num_rows
        group += 1
    return list(range(group, meta.num_row_groups)), first


def _parts(batch: pa.RecordBatch, done: int, size: int) -> Iterator[pa.RecordBatch]:
    at = 0
    while at < batch.num_rows:
        take = min(batch.num_rows - at, size - (done + at) % size)
        yield batch.slice(at, take)
        at += take


def _piece(source: Source, batch: pa.RecordBatch, first: int) -> Piece:
    count = batch.num_rows
    numbers = pl.Series(ROW, range(first + 1, first + 1 + count), dtype=pl.Int64)
    columns = []
    flaws: list[Flaw] = []
    for place, name in zip(source.picks, source.headers, strict=True):
        cells = pl.Series(name, pl.from_arrow(batch.column(place)))
        columns.append(_text(cells).alias(name))
        if cells.dtype.is_nested() and not _is_list(cells.dtype):
            filled = numbers.filter(cells.is_not_null())
            flaws += [(row, name, NESTED.format(name=name)) for row in filled]
    rows = without_blanks(without_empty_text(pl.DataFrame([*columns, numbers])))
    done = source.total_bytes * (first + count) // source.total_rows
    return Piece(count, rows, [], flaws, done)


def _text(cells: pl.Series) -> pl.Series:
    """Days as ISO 8601, numbers plain, without exponent or the noise of binary fractions.

    Lists as their parts joined by "、", which is how the standard writes them: exports hold lists.
    """
    kind = cells.dtype
    if _is_list(kind):
        return _joined(cells)
    if kind.is_nested():
        return _dumped(cells)
    if isinstance(kind, pl.Datetime):
        cells = cells.dt.convert_time_zone("Asia/Shanghai") if kind.time_zone else cells
        shown = cells.dt.strftime(DATETIME).str.replace(r"\.0*$", "")
        return shown.str.replace(r" 00:00:00$", "")
    if kind.is_float():
        return pl.Series(
            [None if value is None else _number(value) for value in cells], dtype=pl.String
        )
    if kind == pl.Binary:
        return pl.Series(
            [None if value is None else value.decode("utf-8", "replace") for value in cells],
            dtype=pl.String,
        )
    return cells.cast(pl.String)


def _is_list(kind: pl.DataType) -> bool:
    """Whether cells are lists of single values."""
    return isinstance(kind, pl.List | pl.Array) and not kind.inner.is_nested()


def _joined(cells: pl.Series) -> pl.Series:
    """Each list as its parts, written like single cells, joined by "、"."""
    parts = pl.DataFrame({"at": range(len(cells)), "part": cells}).explode("part")
    texts = pl.DataFrame({"at": parts["at"], "text": _text(parts["part"])}).group_by("at")
    joined = texts.agg(pl.col("text").drop_nulls().str.join("、")).sort("at")["text"]
    return joined.set(joined == "", None)


def _number(value: float) -> str:
    """As many digits as a double holds for sure, never an exponent."""
    text = f"{value:.15g}"
    return f"{float(text):f}".rstrip("0").rstrip(".") if "e" in text else text


def _dumped(cells: pl.Series) -> pl.Series:
    texts = [
        None if value is None else json.dumps(value, ensure_ascii=False, default=str)
        for value in cells.to_list()
    ]
    return pl.Series(texts, dtype=pl.String)
