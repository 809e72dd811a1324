"""Write what has landed: subjects, facts, one chunk with its act, and the rows that did not land.

Which rows are facts is judged in jobs/landing.py. Everything here runs inside the caller's
transaction, so a chunk is in wholly or not at all. Rows come as blocks in COPY's text format.
"""

from collections.abc import Iterable

from django.db import connection

from mingcha.base.copying import copying
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.people.models import Account
from mingcha.domains.records.models import Batch, Chunk

NAMED = """
    CREATE TEMP TABLE named (
        n int NOT NULL, scheme text NOT NULL, value text NOT NULL, name text, address text, region text
    ) ON COMMIT DROP
"""
FRESH = """
    WITH fresh AS (
        INSERT INTO records_subject (scheme, value, name, address, region)
        SELECT n.scheme, n.value, coalesce(n.name, ''), coalesce(n.address, ''),
               coalesce(n.region, '')
        FROM named n LEFT JOIN LATERAL (
            SELECT s.id FROM records_subject s
            WHERE s.scheme = n.scheme AND s.value = n.value LIMIT 1) known ON true
        WHERE known.id IS NULL ORDER BY n.n
        ON CONFLICT (scheme, value) DO NOTHING RETURNING id)
    INSERT INTO records_untied (subject_id) SELECT id FROM fresh RETURNING subject_id
"""
# LIMIT keeps the planner at one look into the index per row, whatever it believes of the tables.
IDS = """
    SELECT coalesce(array_agg(s.id ORDER BY n.n), '{}') FROM named n CROSS JOIN LATERAL (
        SELECT id FROM records_subject s
        WHERE s.scheme = n.scheme AND s.value = n.value LIMIT 1) s
"""
NUMBERS = """
    SELECT nextval('records_chunk_id_seq'),
           ARRAY(SELECT nextval('records_fact_id_seq') FROM generate_series(1, %s))
"""
FACT_COLUMNS = (
    "id", "chunk_id", "row", "subject_id", "item", "provider_id", "dataset", "occurred_on",
    "source_key", "version", "operation", "payload", "content_hash",
)  # fmt: skip
FACTS = f"COPY records_fact ({', '.join(FACT_COLUMNS)}) FROM STDIN"
REFUSALS = "COPY records_refusal (batch_id, row, state, source_key, raw, reasons) FROM STDIN"


def lock_table(provider_id: int, dataset: str) -> None:
    """Hold (provider, table) until the transaction ends: versions are counted by one at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"records:{provider_id}:{dataset}"],
        )


def name_subjects(blocks: Iterable[memoryview]) -> tuple[list[int], list[int]]:
    """Keep the subjects that are not known yet; the ids of all, in order of n, and of the new ones.

    Rows are (n, scheme, value, name, address, region), distinct by scheme and value, n ascending.
    """
    with connection.cursor() as cursor:
        cursor.execute(NAMED)
        copy_in("COPY named FROM STDIN", blocks)
        cursor.execute(FRESH)
        fresh = [number for (number,) in cursor.fetchall()]
        cursor.execute(IDS)
        (ids,) = cursor.fetchone()
        cursor.execute("DROP TABLE named")
    return ids, fresh


def numbers(facts: int) -> tuple[int, list[int]]:
    """The number of a new chunk, and of so many facts, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [facts])
        chunk, ids = cursor.fetchone()
    return chunk, ids


def keep_facts(blocks: Iterable[memoryview]) -> None:
    """Insert facts (事实入库): rows of FACT_COLUMNS."""
    copy_in(FACTS, blocks)


def keep_chunk(chunk: Chunk, *, batch: Batch | None, versions: str, actor: Account | None) -> None:
    """Keep a chunk whose facts are in, and leave its act (数据入库).

    `chunk` has its number, table, rows and root; `versions` is `rules.versions_digest`.
    """
    said: dict[str, Json] = {
        "batch": batch.public_id if batch else "",
        "dataset": chunk.dataset,
        "rows": chunk.rows,
        "root": bytes(chunk.root).hex(),
        "versions": versions,
    }
    left = ledger.act(actor, "数据入库", ("chunk", str(chunk.pk)), content=said)
    chunk.act_id, chunk.batch = left.pk, batch
    chunk.save(force_insert=True)


def keep_refusals(blocks: Iterable[memoryview]) -> None:
    """Keep rows that were not taken in: (batch_id, row, state, source_key, raw, reasons)."""
    copy_in(REFUSALS, blocks)


def copy_in(statement: str, blocks: Iterable[memoryview]) -> None:
    """COPY blocks in."""
    with connection.cursor() as cursor, copying(cursor, statement) as copy:
        for block in blocks:
            copy.write(block)
