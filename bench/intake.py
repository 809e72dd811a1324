"""Intake of 行政检查行为 (27 columns): all checks, tied, in PostgreSQL with its indexes, in the lake.

Beside raw COPY of the same facts into an empty table with the same columns and indexes, in the same
server (as `mingcha up` configures it: fsync and synchronous commit on). One file, one worker: the
clock runs from the first job to the last, references, ties and lake files included; the file was
handed in before, and the worker has taken in a small file already. 20 rows for each enterprise; 99 of 100 enterprises are in the register, the rest
become parties of their own. Cache warm. The clerk of a department signed. xlsx stands beside the
bare fastexcel read of the same file.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import fastexcel
import psycopg
from bench import made, rig
from bench.rig import Asked, Row, Target, Took

FACT_COLUMNS = (
    "id, chunk_id, row, subject_id, item, provider_id, dataset, occurred_on, source_key, version, "
    "operation, payload, content_hash"
)
FILES = {"csv": "CSV", "jsonl": "JSON-lines", "parquet": "Parquet"}
SHEET_ROWS = 200_000
MEMORY = 1024
SLOWER = 2.0  # at most: half the speed of raw COPY


def measure(asked: Asked) -> Iterator[Row]:
    """CSV at every size, the other kinds at the largest, xlsx up to 200,000 rows."""
    for size in asked.sizes:
        kinds = FILES if size == max(asked.sizes) else {"csv": "CSV"}
        for suffix, kind in kinds.items():
            yield _beside_copy(asked, size, suffix, kind)
    yield _sheet(asked, min(SHEET_ROWS, max(asked.sizes)))


def _beside_copy(asked: Asked, size: int, suffix: str, kind: str) -> Row:
    path = made.delivered(size, suffix)
    ours, limits = [], []
    for _ in range(asked.times(size)):
        database = _database(size)
        ours.append(rig.apart(take_in, path, size, database=database))
        limits.append(rig.apart(copied, database, database=database))
        rig.drop(database)
    return rig.beside(
        f"intake, {kind}, {rig.rows_of(size)}",
        ours,
        limits,
        limit="raw COPY",
        at_most=SLOWER,
        also=[_memory(ours)],
    )


def _sheet(asked: Asked, size: int) -> Row:
    path = made.delivered(size, "xlsx")
    ours, limits = [], []
    for _ in range(asked.times(size)):
        database = _database(size)
        limits.append(rig.apart(bare_sheet, path))
        ours.append(rig.apart(take_in, path, size, database=database))
        rig.drop(database)
    return rig.beside(
        f"intake, xlsx, {rig.rows_of(size)}",
        ours,
        limits,
        limit="bare fastexcel read",
        at_most=SLOWER,
    )


def _database(size: int) -> str:
    parties = made.parties_for(size)
    return rig.fresh(rig.prepared(f"bench_ground_{parties}", made.ground, parties))


def _memory(ours: list[Took]) -> Target:
    return Target(" MB", max(took.peak_mb for took in ours), MEMORY)


def take_in(path: Path, size: int) -> Took:
    """Hand a file in, then do all the work."""
    from procrastinate.contrib.django import app

    from mingcha.base.people.models import Account
    from mingcha.domains.records import jobs, services  # noqa: F401  # what a worker has imported
    from mingcha.domains.records.testing import do_jobs

    app.periodic_registry.periodic_tasks.clear()  # theirs is not the work that is measured
    clerk = Account.objects.select_related("organisation").get()
    delivery = services.Delivery(path.name, clerk.organisation, channel="api")
    services.receive([made.a_few()], delivery, actor=clerk)
    do_jobs()
    with path.open("rb") as stream:
        batch = services.receive(iter(lambda: stream.read(1 << 20), b""), delivery, actor=clerk)
    took = rig.watched(do_jobs)
    batch.refresh_from_db()
    if (batch.state, batch.accepted_count) != ("landed", size):
        raise SystemExit(f"{batch.state}: {batch.accepted_count:,} accepted; {batch.counts}")
    return took


def copied(database: str) -> Took:
    """COPY the same facts into an empty table with the same indexes."""
    with closing(psycopg.connect(rig.owner_of(database).conninfo)) as connection:
        connection.execute("CREATE TABLE raw_fact (LIKE records_fact INCLUDING ALL)")
        select = f"SELECT {FACT_COLUMNS} FROM records_fact WHERE dataset = 'check_action'"
        with connection.cursor().copy(f"COPY ({select} ORDER BY id) TO STDOUT") as out:
            blocks = [bytes(block) for block in out]
        connection.commit()
        whole = [b"".join(blocks[at : at + 1000]) for at in range(0, len(blocks), 1000)]
        del blocks

        def work() -> None:
            with connection.cursor().copy(f"COPY raw_fact ({FACT_COLUMNS}) FROM STDIN") as into:
                for block in whole:
                    into.write(block)
            connection.commit()

        return rig.watched(work)


def bare_sheet(path: Path) -> Took:
    """fastexcel with its defaults."""
    return rig.watched(lambda: fastexcel.read_excel(str(path)).load_sheet(0).to_arrow())
