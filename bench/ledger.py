"""Re-check of the ledger: every act's body and columns, every tree node, every seal, from the database.

Three acts to a record, as in a case that is opened, handled and closed; some 300 bytes a body. Cache
warm, one client, the reader's role, one process per core. Beside bare SM3 of the same bytes: every
body as a leaf and one inner node per leaf, in as many processes, without reading anything. That
limit is all processor: what the re-check adds to it is what the database spends on handing the
rows out, and Python on taking them in.
"""

import os
import secrets
import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

from bench import rig
from bench.rig import Asked, Row, Target, Took

CORES = os.cpu_count() or 1
PER_RECORD = 3
ACCOUNTS = 500
ACTS_PER_SECOND = 500_000
SAMPLE = 10_000


def measure(asked: Asked) -> Iterator[Row]:
    """The re-check at every size."""
    for size in asked.sizes:
        database = rig.prepared(f"bench_ledger_{size}", fill, size)
        ours, limits = [], []
        for _ in range(asked.runs):
            limits.append(rig.apart(bare, size, database=database, role="reader"))
            ours.append(rig.apart(checked_again, size, database=database, role="reader"))
        rate, bare_rate = (
            size / statistics.median(took.wall for took in some) for some in (ours, limits)
        )
        cpu = statistics.median(took.cpu for took in ours)
        bare_cpu = statistics.median(took.cpu for took in limits)
        yield rig.row(
            f"ledger re-check, {size:,} acts",
            f"{rate:,.0f} acts/s (CPU {cpu / size * 1e6:.2f} µs/act)",
            [Target(" acts/s", rate, ACTS_PER_SECOND, at_most=False)] if size >= 1_000_000 else [],
            limit=f"bare SM3 {bare_rate:,.0f} acts/s (CPU {bare_cpu / size * 1e6:.2f} µs/act)",
            ratio=f"{rate / bare_rate:.2f} of it (CPU {bare_cpu / cpu:.2f})",
            memory=f"{max(took.peak_mb for took in ours)} MB",
        )


def fill(acts: int) -> None:
    """A sealed ledger of that many acts."""
    from mingcha.base.ledger import sealer
    from mingcha.base.ledger.management.commands.seal import drain
    from mingcha.base.ledger.models import Act

    load(acts - Act.objects.count())  # migrations may have left some
    drain(sealer.file_signer())


def checked_again(acts: int) -> Took:
    """Check seals, acts and tree; nothing may be found."""
    from mingcha.base.ledger import verify

    report = verify.Report()

    def work() -> None:
        findings = [*verify._check_seals(report), *verify._check_acts(report)]
        if findings or report.counts["已封存留痕"] != acts:
            raise SystemExit(f"{findings} {report.counts}")

    return rig.watched(work)


def load(count: int) -> None:
    """Acts as the application writes them, by COPY; the records' chains are whole."""
    from django.db import connection

    from mingcha.base.ledger.hashing import leaf_hash, sm3
    from mingcha.base.ledger.rules import Deed

    start = datetime(2026, 1, 1, tzinfo=UTC)
    prev: dict[str, bytes] = {}
    columns = "at, record_kind, record_key, verb, actor_id, organisation, origin, prev, body, hash"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ledger_act ({columns}) FROM STDIN") as copy,
    ):
        for number in range(count):
            key, account = str(number // PER_RECORD), number % ACCOUNTS
            deed = Deed(
                at=start + timedelta(microseconds=1000 * number + number % 1000),
                account=account,
                organisation=f"113100000000{account % 40:02}",
                origin="HbroeslwtZWpet0aCb2emA==",
                verb="提交检查结果",
                record=("inspections.task", key),
                content=sm3(key.encode()),
                prev=prev.get(key, b""),
                salt=secrets.token_bytes(16),
            )
            body = deed.body()
            hash_ = leaf_hash(body.encode())
            prev = {key: hash_}
            copy.write_row(
                (
                    deed.at, *deed.record, deed.verb, account, deed.organisation, deed.origin,
                    deed.prev or None, body, hash_,
                )
            )  # fmt: skip


def bare(acts: int) -> Took:
    """Nothing but SM3, in all processes at once; their start is not counted."""
    from mingcha.base.ledger.models import Act

    bodies = [body.encode() for body in Act.objects.values_list("body", flat=True)[:SAMPLE]]
    rounds = max(1, acts // len(bodies) // CORES)
    part = acts / (len(bodies) * rounds * CORES)
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        list(pool.map(hash_all, [bodies] * CORES, [0] * CORES))
        took = list(pool.map(hash_all, [bodies] * CORES, [rounds] * CORES))
    wall, cpu = max(one.wall for one in took), sum(one.cpu for one in took)
    return Took(wall * part, cpu * part, 0)


def hash_all(bodies: list[bytes], rounds: int) -> Took:
    """A leaf and an inner node for each body."""
    from mingcha.base.ledger.hashing import leaf_hash, pair_hash

    pair = bytes(64)

    def work() -> None:
        for _ in range(rounds):
            for body in bodies:
                leaf_hash(body)
                pair_hash(pair)

    return rig.watched_alone(work)
