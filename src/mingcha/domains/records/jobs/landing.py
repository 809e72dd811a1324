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
from mingcha.base.people.models import Account
from mingcha.domains.records.jobs import versions
from mingcha.domains.records.jobs.prepare import Checker, Prepared
from mingcha.domains.records.jobs.registers import enter
from mingcha.domains.records.models import Batch, Chunk, Mark
from mingcha.domains.records.queries.copying import copied_out
from mingcha.domains.records.rules import versions_digest
from mingcha.domains.records.services import landing, marks, ties

BLOCK_ROWS = 5_000
NO_BATCH = 0  # no batch has this number
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
class Sender:
    """Who says the rows of a table: a provider, through a batch or (None) by a deed of its own here."""

    provider_id: int
    table: str
    by: Account | None
    batch: Batch | None = None


@dataclass(frozen=True)
class Landing:
    """What became of the rows of a chunk.

    `facts` are the new ones (columns FACTS), in the order in which they were hashed. `contradicted`
    and `absent` rows go back to the provider; see versions.Judged. `fresh` are the subjects that
    were not known before.
    """

    chunk_id: int | None
    facts: pl.DataFrame
    doubled: int
    contradicted: Sequence[tuple[int, int]]
    absent: Sequence[int]
    fresh: Sequence[int]

    @property
    def replaced(self) -> int:
        """How many facts are later versions of a record."""
        return int((self.facts["operation"] == "u").sum())

    @property
    def withdrawn(self) -> int:
        """How many facts withdraw a record."""
        return int((self.facts["operation"] == "d").sum())


def land(batch: Batch, checker: Checker, prepared: Prepared) -> Landing:
    """Land accepted rows as facts, fill the registers, mark what was excepted, tie by code.

    Holds (provider, table) until the transaction ends.
    """
    sender = Sender(batch.provider_id, batch.table, batch.submitted_by, batch)
    landed = keep(prepared.incoming, sender, enveloped=prepared.enveloped)
    regions = checker.references.regions["code"]
    enter(checker.table, prepared.values, landed.facts, batch, regions=regions)
    _mark(prepared, landed)
    if landed.fresh:
        ties.tie_by_code(landed.fresh)
    return landed


def keep(incoming: pl.DataFrame, sender: Sender, *, enveloped: bool) -> Landing:
    """Land checked rows (columns INCOMING) as facts and nothing else; `enveloped` as in Prepared.

    Holds (provider, table) until the transaction ends.
    """
    landing.lock_table(sender.provider_id, sender.table)
    batch = sender.batch.pk if sender.batch is not None else NO_BATCH
    found = versions.judged(incoming, _standing(sender, incoming), batch=batch, enveloped=enveloped)
    rows = found.changed.join(incoming.drop("operation"), on="row", maintain_order="left")
    rows, fresh = _with_subjects(rows)
    chunk_id, facts = None, pl.DataFrame(schema=FACTS)
    if rows.height:
        chunk_id, ids = landing.numbers(rows.height)
        rows = rows.with_columns(pl.Series("fact", ids, pl.Int64))
        landing.keep_facts(copy_blocks(_facts(rows, sender, chunk_id)))
        facts = rows.select(list(FACTS))
        _keep_chunk(chunk_id, rows, sender)
    return Landing(chunk_id, facts, found.doubled, found.contradicted, found.absent, fresh)


def _mark(prepared: Prepared, landed: Landing) -> None:
    """Mark the facts that an exception let through."""
    if prepared.marks.is_empty():
        return
    facts = landed.facts.filter(pl.col("operation") != "d").select("fact", _row="row")
    found = prepared.marks.join(facts, on="_row")
    marks.keep(
        Mark(fact_id=fact, kind=Mark.Kind.EXCEPTION, about=about, words=words)
        for fact, about, words in found.select("fact", "about", "words").iter_rows()
    )


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


def _standing(sender: Sender, incoming: pl.DataFrame) -> pl.DataFrame:
    """The latest version of every record that comes in."""
    keys = incoming.select(pl.col("source_key").unique().sort())
    asked = {"provider": sender.provider_id, "dataset": sender.table}
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


def _facts(rows: pl.DataFrame, sender: Sender, chunk_id: int) -> pl.DataFrame:
    """The rows as columns of the table of facts."""
    return rows.select(
        id="fact",
        chunk_id=pl.lit(chunk_id),
        row="row",
        subject_id="subject",
        item="item",
        provider_id=pl.lit(sender.provider_id),
        dataset=pl.lit(sender.table),
        occurred_on="occurred_on",
        source_key="source_key",
        version="version",
        operation="operation",
        payload="payload",
        content_hash=r"\x" + pl.col("content_hash"),
    ).select(landing.FACT_COLUMNS)


def _keep_chunk(chunk_id: int, rows: pl.DataFrame, sender: Sender) -> None:
    digests = bytes.fromhex(rows["content_hash"].str.join("").item())
    leaves = [digests[at : at + HASH_BYTES] for at in range(0, len(digests), HASH_BYTES)]
    chunk = Chunk(pk=chunk_id, dataset=sender.table, rows=rows.height, root=root_of(leaves))
    lines = rows.select(pl.format("{} {} {}", "row", "version", "operation").str.join("\n"))
    landing.keep_chunk(
        chunk, batch=sender.batch, versions=versions_digest(lines.item()), actor=sender.by
    )
