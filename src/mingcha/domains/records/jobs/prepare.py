"""From a chunk of a file to rows ready to land: map, check, and write the bytes that are hashed.

Runs beside the database: a thread prepares the next chunk while the last one lands.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import NoReturn, TypeVar

import polars as pl

from mingcha.base.ledger.hashing import sm3
from mingcha.base.people.models import Organisation
from mingcha.domains.records.jobs.headers import fields_by_column
from mingcha.domains.records.jobs.references import cited
from mingcha.domains.records.jobs.rows import landing_rows
from mingcha.domains.records.reading.model import Chunk
from mingcha.domains.records.reading.writing import LINE
from mingcha.standards.frames.catalogue import EXCEPTED
from mingcha.standards.frames.checking import Checked, check, refuse
from mingcha.standards.frames.force import exception_of
from mingcha.standards.frames.keys import bare_key, source_key
from mingcha.standards.frames.mapped import apply
from mingcha.standards.frames.references import References
from mingcha.standards.loader import Catalogue
from mingcha.standards.mapping import Mapping
from mingcha.standards.model import Table

T = TypeVar("T")
BLOCK_ROWS = 5_000
BROKEN = "broken"
INCOMING = (
    "row", "source_key", "operation", "occurred_on", "scheme", "value", "name", "address", "region",
    "item", "payload", "content_hash",
)  # fmt: skip
REFUSALS = {
    "_row": pl.Int64,
    "state": pl.String,
    "source_key": pl.String,
    "raw": pl.String,
    "reasons": pl.String,
}
REASON = ("check", "national", "severity", "field", "reason")


@dataclass(frozen=True)
class Prepared:
    """A checked chunk.

    `incoming`: accepted rows, columns INCOMING (the hash in hex). `values`: their canonical text by
    field, for the registers and the lake. `marks`: accepted rows that an exception let through, with
    its number and the reason (_row, about, words). `raw`: all cells as they came. `refusals`: the
    rows that are not
    accepted (columns REFUSALS). `counts`: check → rows that
    failed it. `doubled`: rows that repeat an earlier one of the chunk. `stop`, `bytes_done`: how
    far into the file this chunk reaches.
    """

    incoming: pl.DataFrame
    values: pl.DataFrame
    marks: pl.DataFrame
    raw: pl.DataFrame
    refusals: pl.DataFrame
    counts: dict[str, int]
    rows: int
    doubled: int
    warned: int
    enveloped: bool
    stop: int
    bytes_done: int


class Numbers:
    """Tells equal keys of one file apart by counting them, across its chunks (KeySpec.counted).

    Every row counts, refused ones too, so that a corrected row keeps the number of its first try.
    """

    def __init__(self, table: Table, known: pl.DataFrame | None = None) -> None:
        """`known` (_row, _key) are the keys of rows that were numbered before."""
        self._table, self._known = table, known
        self._before: pl.DataFrame | None = None

    def number(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The chunk with its keys numbered on from those of the chunks before it."""
        if not self._table.key.counted:
            return frame
        if self._known is not None:
            return frame.drop("_key").join(
                self._known, on="_row", how="left", maintain_order="left"
            )
        numbered = frame.with_columns(source_key(frame, self._table, self._before).alias("_key"))
        here = bare_key(frame, self._table.key).to_frame("key").drop_nulls()
        counts = here.group_by("key").agg(count=pl.len().cast(pl.Int64))
        both = counts if self._before is None else pl.concat([self._before, counts])
        self._before = both.group_by("key").agg(pl.col("count").sum())
        return numbered


@dataclass(frozen=True)
class Checker:
    """What a file is checked against: the table, the provider, references and the day."""

    table: Table
    provider: Organisation
    catalogue: Catalogue
    references: References
    mapping: Mapping
    on: date
    numbers: "Numbers"

    def judge(self, mapped: pl.DataFrame) -> Checked:
        """Check rows whose columns are fields already."""
        return self._judge(mapped, self._known(mapped))

    def _known(self, mapped: pl.DataFrame) -> References:
        """What the rows are checked against, with the facts that they cite."""
        return replace(self.references, keys=cited(self.table, mapped, self.provider.pk))

    def _judge(self, mapped: pl.DataFrame, known: References) -> Checked:
        return check(
            self.table,
            mapped,
            codes=self.catalogue.code_tables,
            references=known,
            on=self.on,
            sources=[source for source in (self.provider.code, self.provider.uscc) if source],
        )

    def prepare(self, chunk: Chunk) -> Prepared:
        """Check one chunk."""
        mapped, failures = apply(self.mapping, chunk.rows)
        known = self._known(mapped)
        checked = refuse(self._judge(mapped, known), pl.concat([failures, self._flaws(chunk)]))
        frame = self.numbers.number(checked.frame)
        good = frame.filter((pl.col("_state") == "accepted") & ~pl.col("_doubled"))
        counts = dict(
            checked.counts.filter(pl.col("failed") > 0).select("name", "failed").iter_rows()
        )
        return Prepared(
            incoming=self._incoming(good, known),
            values=good,
            marks=_excepted(good, checked.failures),
            raw=chunk.rows,
            refusals=pl.concat(
                [_refusals(chunk.rows, frame, checked.failures), _broken(chunk.broken)]
            ),
            counts=counts | ({BROKEN: chunk.broken.height} if chunk.broken.height else {}),
            rows=frame.height + chunk.broken.height,
            doubled=frame.filter((pl.col("_state") == "accepted") & pl.col("_doubled")).height,
            warned=int(good["_warned"].sum()),
            enveloped="cd_operation" in mapped.columns,
            stop=chunk.stop,
            bytes_done=chunk.bytes_done,
        )

    def _flaws(self, chunk: Chunk) -> pl.DataFrame:
        """Cells that are not what was once entered, as failures of the field they belong to."""
        fields = pl.DataFrame(
            list(fields_by_column(self.mapping).items()),
            schema={"column": pl.String, "field": pl.String},
            orient="row",
        )
        flaws = chunk.flaws.join(fields, on="column", how="left", maintain_order="left")
        said = {"check": pl.lit(BROKEN), "national": pl.lit("01"), "severity": pl.lit("refuse")}
        return flaws.select("_row", **said, field=pl.col("field").fill_null(""), reason="reason")

    def _incoming(self, good: pl.DataFrame, known: References) -> pl.DataFrame:
        """Accepted rows as they land; some thousand at a time, since their bytes take much room."""
        blocks = [
            self._block(good[at : at + BLOCK_ROWS], known)
            for at in range(0, good.height, BLOCK_ROWS)
        ]
        return pl.concat(blocks) if blocks else self._block(good, known)

    def _block(self, good: pl.DataFrame, known: References) -> pl.DataFrame:
        whose = self.provider.code
        rows = landing_rows(good, self.table, provider=whose, references=known, on=self.on)
        digests = pl.Series(list(map(sm3, rows["content"].to_list())), dtype=pl.Binary)
        return rows.with_columns(content_hash=digests.bin.encode("hex")).select(INCOMING)


def beside(items: Generator[T, None, None], *, ahead: int = 1) -> Iterator[T]:
    """Run a generator in a thread of its own, at most `ahead` items in front of whoever reads it.

    When nobody reads on, it is closed there after the item it is at.
    """
    passing: queue.Queue[Callable[[], T] | None] = queue.Queue(ahead)
    stopped = threading.Event()

    def hand_over(give: Callable[[], T] | None) -> None:
        while not stopped.is_set():
            try:
                return passing.put(give, timeout=0.2)
            except queue.Full:
                continue
        return None

    def work() -> None:
        try:
            with closing(items):
                for item in takewhile(lambda _: not stopped.is_set(), items):
                    hand_over(_giving(item))
        except BaseException as error:  # noqa: BLE001  # raised again by the reader, in its thread
            hand_over(_raising(error))
        hand_over(None)

    threading.Thread(target=work, name="prepare", daemon=True).start()
    try:
        while (give := passing.get()) is not None:
            yield give()
    finally:
        stopped.set()


def _giving(item: T) -> Callable[[], T]:
    return lambda: item


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def give() -> NoReturn:
        raise error

    return give


def _excepted(good: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """The accepted rows that an exception let through."""
    passed = failures.filter(pl.col("check").str.ends_with(f".{EXCEPTED}"))
    passed = passed.join(good.select("_row"), on="_row", how="semi")
    return passed.select("_row", about=exception_of(pl.col("reason")), words="reason")


def _refusals(raw: pl.DataFrame, frame: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    bad = frame.filter(pl.col("_state") != "accepted")
    bad = bad.select("_row", state="_state", source_key=pl.col("_key").fill_null("").str.head(400))
    if bad.is_empty():
        return pl.DataFrame(schema=REFUSALS)
    cells = raw.join(bad, on="_row", how="semi")
    cells = cells.select("_row", raw=pl.struct(pl.exclude("_row")).struct.json_encode())
    said = failures.select("_row", said=pl.struct(REASON).struct.json_encode())
    reasons = said.group_by("_row", maintain_order=True).agg("said")
    reasons = reasons.select("_row", reasons="[" + pl.col("said").list.join(",") + "]")
    joined = bad.join(cells, on="_row").join(reasons, on="_row", how="left")
    return joined.select(*REFUSALS)


def _broken(broken: pl.DataFrame) -> pl.DataFrame:
    reason = pl.struct(
        check=pl.lit(BROKEN), national=pl.lit(""), severity=pl.lit("refuse"), field=pl.lit(""),
        reason="reason",
    ).struct.json_encode()  # fmt: skip
    return broken.select(
        "_row",
        state=pl.lit("refused"),
        source_key=pl.lit(""),
        raw=pl.struct(pl.col("raw").alias(LINE)).struct.json_encode(),
        reasons="[" + reason + "]",
    )
