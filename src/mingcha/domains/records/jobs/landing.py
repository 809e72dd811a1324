"""Land a checked chunk as facts (architecture.md 5.1, step 5): versions, subjects, registers, ties.

Runs inside one transaction. What is known is looked up by index, row by row of the chunk; what is
new is judged here and written by COPY.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from django.db import connection

from mingcha.base.ledger.hashing import HASH_BYTES
from mingcha.base.ledger.tree import root_of
from mingcha.domains.records.jobs import versions
from mingcha.domains.records.jobs.prepare import Checker, Prepared
from mingcha.domains.records.jobs.registers import enter
from mingcha.domains.records.models import Batch, Chunk
from mingcha.domains.records.queries.copying import copied_out
from mingcha.domains.records.rules import versions_digest
from mingcha.domains.records.services import landing, ties

BLOCK_ROWS = 5_000
SPECIAL = r"[\\\t\n\r]"
ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
FACTS = {
    "row": pl.Int64,
    "version": pl.Int64,
    "fact": pl.Int64,
    "subject": pl.Int64,
    "operation": pl.String,
    "occurred_on": pl.String,
}

KEYS = "CREATE TEMP TABLE keys (source_key text NOT NULL) ON COMMIT DROP"
# LIMIT keeps the planner at one look into the index per key, whatever it believes of the tables.
STANDING = """
    COPY (
        SELECT k.source_key, f.version, encode(f.content_hash, 'hex'), f.subject_id, f.occurred_on,
               f.row, c.batch_id
        FROM keys k CROSS JOIN LATERAL (
            SELECT f.* FROM records_fact f
            WHERE f.provider_id = %(provider)s AND f.dataset = %(dataset)s
              AND f.source_key = k.source_key
            ORDER BY f.version DESC LIMIT 1) f
        LEFT JOIN records_chunk c ON c.id = f.chunk_id
    ) TO STDOUT (FORMAT csv)
"""


@dataclass(frozen=True)
class Landing:
    """What became of the rows of a chunk.

    `facts` are the new ones (columns FACTS), in the order in which they were hashed. `contradicted`
    and `absent` rows go back to the provider; see versions.Judged.
    """

    chunk_id: int | None
    facts: pl.DataFrame
    doubled: int
    contradicted: Sequence[tuple[int, int]]
    absent: Sequence[int]

    @property
    def replaced(self) -> int:
        """How many facts are later versions of a record."""
        return int((self.facts["operation"] == "u").sum())

    @property
    def withdrawn(self) -> int:
        """How many facts withdraw a record."""
        return int((self.facts["operation"] == "d").sum())


def land(batch: Batch, checker: Checker, prepared: Prepared) -> Landing:
    """Land accepted rows as facts, fill the registers, tie by code.

    Holds (provider, table) until the transaction ends.
    """
    landing.lock_table(batch.provider_id, batch.table)
    incoming = prepared.incoming
    found = versions.judged(
        incoming, _standing(batch, incoming), batch=batch.pk, enveloped=prepared.enveloped
    )
    rows = found.changed.join(incoming.drop("operation"), on="row", maintain_order="left")
    rows, fresh = _with_subjects(rows)
    chunk_id, facts = None, pl.DataFrame(schema=FACTS)
    if rows.height:
        chunk_id, ids = landing.numbers(rows.height)
        rows = rows.with_columns(pl.Series("fact", ids, pl.Int64))
        landing.keep_facts(copy_blocks(_facts(rows, batch, chunk_id)))
        facts = rows.select(list(FACTS))
        _keep_chunk(chunk_id, rows, batch)
    enter(checker.table, prepared.values, facts, regions=checker.references.regions["code"])
    if fresh:
        ties.tie_by_code(fresh)
    return Landing(chunk_id, facts, found.doubled, found.contradicted, found.absent)


def copy_blocks(frame: pl.DataFrame) -> Iterator[memoryview]:
    """A frame of numbers and texts in COPY's text format, some thousand rows at a time."""
    for start in range(0, frame.height, BLOCK_ROWS):
        block = frame.slice(start, BLOCK_ROWS)
        cells = [_escaped(cell).cast(pl.String).fill_null(r"\N") for cell in block.get_columns()]
        line = pl.concat_str([pl.col(name) for name in block.columns], separator="\t")
        lines = pl.DataFrame(cells).select(pl.concat_str(line, pl.lit("\n"))).to_series()
        data = lines.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]
        yield memoryview(data)[: int(lines.str.len_bytes().sum())]


def _escaped(cells: pl.Series) -> pl.Series:
    if cells.dtype != pl.String or not cells.str.contains(SPECIAL).any():
        return cells
    return cells.str.replace_many(list(ESCAPES), list(ESCAPES.values()))


def _standing(batch: Batch, incoming: pl.DataFrame) -> pl.DataFrame:
    """The latest version of every record that comes in."""
    keys = incoming.select(pl.col("source_key").unique().sort())
    asked = {"provider": batch.provider_id, "dataset": batch.table}
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        landing.copy_in("COPY keys FROM STDIN", copy_blocks(keys))
        standing = copied_out(STANDING, asked, versions.STANDING)
        cursor.execute("DROP TABLE keys")
    return standing


def _with_subjects(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """The rows with the id of their subject, and the subjects that are new.

    A withdrawal keeps the subject of what it withdraws.
    """
    said = rows.filter(pl.col("scheme").is_not_null() & (pl.col("operation") != "d"))
    named = said.select("scheme", "value", "name", "address", "region")
    named = named.unique(["scheme", "value"], keep="first", maintain_order=True)
    ids, fresh = (
        landing.name_subjects(copy_blocks(named.with_row_index("n"))) if named.height else ([], [])
    )
    known = named.select("scheme", "value", subject=pl.Series(ids, dtype=pl.Int64))
    rows = rows.join(known, on=["scheme", "value"], how="left", maintain_order="left")
    withdraws = pl.col("operation") == "d"
    return rows.with_columns(
        subject=pl.when(withdraws).then("present_subject").otherwise("subject"),
        occurred_on=pl.when(withdraws)
        .then(pl.coalesce("present_day", "occurred_on"))
        .otherwise("occurred_on"),
    ), fresh


def _facts(rows: pl.DataFrame, batch: Batch, chunk_id: int) -> pl.DataFrame:
    """The rows as columns of the table of facts."""
    return rows.select(
        id="fact",
        chunk_id=pl.lit(chunk_id),
        row="row",
        subject_id="subject",
        item="item",
        provider_id=pl.lit(batch.provider_id),
        dataset=pl.lit(batch.table),
        occurred_on="occurred_on",
        source_key="source_key",
        version="version",
        operation="operation",
        payload="payload",
        content_hash=r"\x" + pl.col("content_hash"),
    ).select(landing.FACT_COLUMNS)


def _keep_chunk(chunk_id: int, rows: pl.DataFrame, batch: Batch) -> None:
    digests = bytes.fromhex(rows["content_hash"].str.join("").item())
    leaves = [digests[at : at + HASH_BYTES] for at in range(0, len(digests), HASH_BYTES)]
    chunk = Chunk(pk=chunk_id, dataset=batch.table, rows=rows.height, root=root_of(leaves))
    lines = rows.select(pl.format("{} {} {}", "row", "version", "operation").str.join("\n"))
    landing.keep_chunk(
        chunk, batch=batch, versions=versions_digest(lines.item()), actor=batch.submitted_by
    )
