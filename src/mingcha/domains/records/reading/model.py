"""What reading speaks of: kinds of file, limits, a source that is open, and chunks of its rows."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from mingcha.domains.records.reading.encoding import UTF8, Encoding

MIB = 1024**2
GIB = 1024**3

ROW = "_row"
RAW = "raw"
REASON = "reason"
COLUMN = "column"
BROKEN = {ROW: pl.Int64, RAW: pl.String, REASON: pl.String}
FLAWS = {ROW: pl.Int64, COLUMN: pl.String, REASON: pl.String}

# Columns that a returned file has in addition; they are not data when it comes back corrected.
REASON_COLUMN = "退回原因"
ROW_COLUMN = "行号"
OWN_COLUMNS = (REASON_COLUMN, ROW_COLUMN)


class Kind(StrEnum):
    """What a file is, by its content."""

    TEXT = "csv"  # CSV, TSV and the like
    XLSX = "xlsx"
    JSON_LINES = "jsonl"
    JSON_ARRAY = "json"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Limits:
    """How much one file may cost. Sizes in bytes; technical limits, so settings may change them."""

    file_bytes: int = 4 * GIB
    sheet_bytes: int = 256 * MIB  # an xlsx as it comes
    unpacked_bytes: int = 4 * GIB  # everything inside it
    ratio: int = 200  # unpacked / packed; asked only above 64 MiB unpacked
    entries: int = 10_000
    sheets: int = 100
    array_bytes: int = 64 * MIB  # a JSON array is read whole
    record_bytes: int = 4 * MIB
    sheet_memory: int = 6 * GIB  # address space of the process that reads an xlsx
    sheet_seconds: int = 300


@dataclass(frozen=True)
class Source:
    """A file that is understood: how it is read, and what its columns are called.

    `headers` are unique and name what `chunks` gives; `picks` are their places in a physical row
    of `width` cells. `header_rows` counts the rows above the first row of data. `total_rows` counts
    rows of data: exact for xlsx, Parquet and JSON arrays, else estimated from the first rows.
    `notes` are sentences for the receipt. The temporary folder of an xlsx goes with its Source.
    """

    path: Path
    name: str
    kind: Kind
    headers: tuple[str, ...]
    header_rows: int
    notes: tuple[str, ...]
    total_rows: int
    total_bytes: int
    limits: Limits = field(repr=False)
    picks: tuple[int, ...] = field(default=(), repr=False)
    width: int = 0
    keys: tuple[str, ...] = ()  # JSON and Parquet: what `headers` are called in the file
    encoding: Encoding = UTF8
    delimiter: str = ""
    skip_lines: int = 0
    sheet: str = ""
    table: Path = field(default=Path(), repr=False)  # a sheet as Arrow
    folder: "TemporaryDirectory[str] | None" = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Chunk:
    """Rows `start` (included) to `stop` (excluded) of a source's data, counted from 0.

    `rows` has the source's headers as strings, an empty cell being null, and `_row`, the row's
    number as a clerk counts it in the file. Rows without any cell filled are left out.
    `broken` (_row, raw, reason) are rows that could not be cut into cells; they are not in `rows`.
    `flaws` (_row, column, reason) are cells of `rows` that are not what was once entered (formula
    without result, lost digits, undecodable bytes): their rows must not be accepted.
    `column` is empty where the flaw cannot be pinned to one column.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame
    flaws: pl.DataFrame
    start: int
    stop: int
    bytes_done: int
