"""Land checked rows as facts: one statement each for subjects and facts, one act per chunk.

Everything here runs inside the caller's transaction, so a chunk is in wholly or not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.ledger.tree import root_of
from mingcha.base.people.models import Account
from mingcha.domains.records.models import Batch, Chunk
from mingcha.domains.records.rules import versions_digest

INCOMING = """
    CREATE TEMP TABLE incoming (
        row bigint NOT NULL, source_key text NOT NULL, operation text NOT NULL,
        occurred_on date NOT NULL, scheme text, value text, name text, address text, region text,
        item text NOT NULL, payload text NOT NULL, content_hash bytea NOT NULL
    ) ON COMMIT DROP
"""
COPY = "COPY incoming FROM STDIN (FORMAT csv)"

SUBJECTS = """
    WITH fresh AS (
        INSERT INTO records_subject (scheme, value, name, address, region)
        SELECT DISTINCT ON (scheme, value) scheme, value,
               coalesce(name, ''), coalesce(address, ''), coalesce(region, '')
        FROM incoming WHERE scheme IS NOT NULL ORDER BY scheme, value, row
        ON CONFLICT (scheme, value) DO NOTHING RETURNING id)
    INSERT INTO records_untied (subject_id) SELECT id FROM fresh
"""

# The current version of every key that comes in, and which batch it came with.
CURRENT = """
    CREATE TEMP TABLE present ON COMMIT DROP AS
    SELECT DISTINCT ON (f.source_key) f.source_key, f.version, f.operation, f.content_hash,
           f.subject_id, f.occurred_on, f.row, c.batch_id
    FROM records_fact f JOIN records_chunk c ON c.id = f.chunk_id
    WHERE f.provider_id = %(provider)s AND f.dataset = %(dataset)s
      AND f.source_key IN (SELECT source_key FROM incoming)
    ORDER BY f.source_key, f.version DESC
"""

# Two rows of one file with one key and two contents contradict each other: the later goes back,
# unless the file says itself that it is a correction (the national envelope, cd_operation).
CONTRADICTED = """
    DELETE FROM incoming i USING present p
    WHERE p.source_key = i.source_key AND p.batch_id = %(batch)s AND NOT %(enveloped)s
      AND p.content_hash <> i.content_hash AND i.operation <> 'd'
    RETURNING i.row, p.row
"""

ABSENT = """
    DELETE FROM incoming i
    WHERE i.operation = 'd'
      AND NOT EXISTS (SELECT FROM present p WHERE p.source_key = i.source_key)
      AND NOT EXISTS (SELECT FROM incoming j WHERE j.source_key = i.source_key AND j.row < i.row)
    RETURNING i.row
"""

FACTS = """
    WITH seen AS (
        SELECT i.*, p.version AS present_version, p.subject_id AS present_subject,
               p.occurred_on AS present_day,
               coalesce(lag(i.content_hash) OVER keyed, p.content_hash) AS before
        FROM incoming i LEFT JOIN present p USING (source_key)
        WINDOW keyed AS (PARTITION BY i.source_key ORDER BY i.row)),
    changed AS (
        SELECT *, coalesce(present_version, 0)
                  + row_number() OVER (PARTITION BY source_key ORDER BY row) AS version
        FROM seen WHERE before IS DISTINCT FROM content_hash)
    INSERT INTO records_fact (chunk_id, row, subject_id, item, provider_id, dataset, occurred_on,
                              source_key, version, operation, payload, content_hash)
    SELECT %(chunk)s, c.row,
           CASE WHEN c.operation = 'd' THEN c.present_subject ELSE s.id END, c.item,
           %(provider)s, %(dataset)s,
           CASE WHEN c.operation = 'd' THEN coalesce(c.present_day, c.occurred_on)
                ELSE c.occurred_on END,
           c.source_key, c.version,
           CASE WHEN c.operation = 'd' THEN 'd' WHEN c.version = 1 THEN 'i' ELSE 'u' END,
           c.payload::jsonb, c.content_hash
    FROM changed c LEFT JOIN records_subject s ON s.scheme = c.scheme AND s.value = c.value
    ORDER BY c.row
    RETURNING row, version, id, subject_id, operation, content_hash
"""

REFUSALS = """
    COPY records_refusal (batch_id, row, state, source_key, raw, reasons) FROM STDIN (FORMAT csv)
"""


class Landed(NamedTuple):
    """One fact that a chunk brought; facts of a chunk are hashed in the order (row, version)."""

    row: int
    version: int
    fact_id: int
    subject_id: int | None
    operation: str
    content_hash: bytes


@dataclass(frozen=True)
class Landing:
    """What became of the rows of a chunk.

    `contradicted` are (row, earlier row) pairs of one file; `absent` are rows that withdraw what
    was never there. Both go back to the provider.
    """

    chunk_id: int | None
    facts: Sequence[Landed]
    doubled: int
    contradicted: Sequence[tuple[int, int]]
    absent: Sequence[int]

    @property
    def replaced(self) -> int:
        """How many facts are later versions of a record."""
        return sum(fact.operation == "u" for fact in self.facts)

    @property
    def withdrawn(self) -> int:
        """How many facts withdraw a record."""
        return sum(fact.operation == "d" for fact in self.facts)


@dataclass(frozen=True)
class Incoming:
    """Checked rows on their way in: CSV blocks in the order of INCOMING's columns."""

    provider_id: int
    dataset: str
    csv: Iterable[bytes]
    rows: int
    enveloped: bool  # the file says itself which rows correct which (cd_operation)


def land(incoming: Incoming, *, batch: Batch | None, actor: Account | None) -> Landing:
    """Make facts of checked rows (入库): subjects, versions, hashes, one act for the chunk.

    Must run in a transaction that holds the lock of (provider, table); see `lock_table`.
    """
    with connection.cursor() as cursor:
        cursor.execute(INCOMING)
        with connection.wrap_database_errors, cursor.copy(COPY) as copy:  # COPY goes past Django
            for block in incoming.csv:
                copy.write(block)
        landing = _insert(cursor, incoming, batch)
        cursor.execute("DROP TABLE incoming, present")
    if landing.chunk_id is not None:
        _record(landing, incoming, batch=batch, actor=actor)
    return landing


def lock_table(provider_id: int, dataset: str) -> None:
    """Hold (provider, table) until the transaction ends: versions are counted by one at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"records:{provider_id}:{dataset}"],
        )


def keep_refusals(csv: Iterable[bytes]) -> None:
    """Keep rows that were not taken in: CSV of (batch_id, row, state, source_key, raw, reasons)."""
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,  # COPY goes past Django
        cursor.copy(REFUSALS) as copy,
    ):
        for block in csv:
            copy.write(block)


def _insert(cursor: CursorWrapper, incoming: Incoming, batch: Batch | None) -> Landing:
    facts: dict[str, Any] = {
        "provider": incoming.provider_id,
        "dataset": incoming.dataset,
        "batch": batch.pk if batch else None,
        "enveloped": incoming.enveloped,
    }
    cursor.execute("ANALYZE incoming (source_key)")
    cursor.execute(CURRENT, facts)
    cursor.execute(CONTRADICTED, facts)
    contradicted = sorted(cursor.fetchall())
    cursor.execute(ABSENT)
    absent = sorted(row for (row,) in cursor.fetchall())
    cursor.execute(SUBJECTS)
    cursor.execute("SELECT nextval('records_chunk_id_seq')")
    (chunk_id,) = cursor.fetchone()
    cursor.execute(FACTS, facts | {"chunk": chunk_id})
    landed = sorted(map(Landed._make, cursor.fetchall()))
    doubled = incoming.rows - len(landed) - len(contradicted) - len(absent)
    return Landing(chunk_id if landed else None, landed, doubled, contradicted, absent)


def _record(
    landing: Landing, incoming: Incoming, *, batch: Batch | None, actor: Account | None
) -> None:
    root = root_of([fact.content_hash for fact in landing.facts])
    said: dict[str, Json] = {
        "batch": batch.public_id if batch else "",
        "dataset": incoming.dataset,
        "rows": len(landing.facts),
        "root": root.hex(),
        "versions": versions_digest((f.row, f.version, f.operation) for f in landing.facts),
    }
    record = ("chunk", str(landing.chunk_id))
    act = ledger.act(actor, "数据入库", record, content=said)
    Chunk.objects.create(
        pk=landing.chunk_id,
        batch=batch,
        dataset=incoming.dataset,
        act_id=act.pk,
        rows=len(landing.facts),
        root=root,
    )
