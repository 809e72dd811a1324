"""Re-check of the ledger, sealing and acting, each beside its limit in the same run.

    python bench/ledger.py [--acts 1000000]

Makes a database of its own on the configured server and drops it afterwards. Cache: warm. One
client. The limit of the re-check is bare SM3 of the same bytes: every body as a leaf and one
inner node per leaf, in as many processes as the re-check uses, without reading anything.
"""

import argparse
import json
import os
import resource
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import django
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import override_settings

CORES = os.cpu_count() or 1
PER_RECORD = 3  # acts on each record, as in a case that is opened, handled and closed
ACCOUNTS = 500
DATABASE = "mingcha_bench_ledger"
ACTS_BY_CLIENT = 2000


def main() -> None:
    """Run and print one JSON line per row of the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=1_000_000)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingcha.config.settings")
    os.environ.setdefault("MINGCHA_DATABASE_ROLE", "owner")
    django.setup()
    own = settings.DATABASES["default"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        home = Path(tempfile.mkdtemp())
        with override_settings(HOME=home, KEYS=home / "keys"):
            for row in measure(arguments.acts):
                print(json.dumps(row, ensure_ascii=False), flush=True)
        shutil.rmtree(home)
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)


def measure(acts: int) -> Iterator[dict[str, object]]:
    """The rows, at a quarter of the acts and at all of them, so that growth shows."""
    from mingcha.base.ledger import sealer, verify  # after django.setup
    from mingcha.base.ledger.management.commands.seal import drain

    yield act_rate()
    signer = sealer.file_signer()
    drain(signer)
    done = 0
    for target in (acts // 4, acts):
        load(target - done, first=done)
        done = target
        sealing = clocked(lambda: drain(signer))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE ledger_act")
        report = verify.verify_ledger()
        seconds = report.seconds
        memory = peak_mb()
        bare = bare_rate(target)
        total = report.counts["已封存留痕"]
        checked = seconds["封存"] + seconds["留痕与树"]
        yield {
            "what": "ledger re-check",
            "acts": total,
            "sound": report.is_sound,
            "bodies, columns, tree nodes, seals: acts/s": round(total / checked),
            "with per-record chains: acts/s": round(total / (checked + seconds["记录链"])),
            "limit, bare SM3 of the same bytes: acts/s": round(bare),
            "ratio": round(total / checked / bare, 2),
            "sealing: acts/s": round((target if target == acts // 4 else acts * 3 // 4) / sealing),
            "seconds": seconds,
            "peak MB": memory,
        }


def act_rate() -> dict[str, object]:
    """How many acts a second one client leaves, beside bare inserts of the same row."""
    from mingcha.base.ledger import services
    from mingcha.base.ledger.models import Act

    actor = SimpleNamespace(pk=1, organisation=SimpleNamespace(code="11310000000013"))

    def acting() -> None:
        for number in range(ACTS_BY_CLIENT):
            services.act(actor, "提交结果", ("bench", str(number)), content={"n": number})

    model = Act(
        at=datetime.now(UTC), record_kind="b", record_key="b", verb="b", actor_id=1, body="x" * 280
    )

    def inserting() -> None:
        for _ in range(ACTS_BY_CLIENT):
            model.pk, model.hash = None, secrets.token_bytes(32)
            model.save(force_insert=True)

    with transaction.atomic():  # one commit, so that the disk's flush is not what is measured
        rate = ACTS_BY_CLIENT / clocked(acting)
    with transaction.atomic():
        limit = ACTS_BY_CLIENT / clocked(inserting)
        transaction.set_rollback(True)
    return {"what": "act", "acts/s": round(rate), "limit, bare insert": round(limit)}


def load(count: int, *, first: int) -> None:
    """Acts as the application writes them, by COPY; the records' chains are whole."""
    from mingcha.base.ledger.hashing import leaf_hash, sm3
    from mingcha.base.ledger.rules import Deed

    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=first)
    prev: dict[str, bytes] = {}
    connection.ensure_connection()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY ledger_act (at, record_kind, record_key, verb, actor_id, organisation, origin, prev,"
            " body, hash) FROM STDIN"
        ) as copy,
    ):
        for number in range(count):
            key = f"{first + number // PER_RECORD}"
            account = number % ACCOUNTS
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
                    deed.at,
                    *deed.record,
                    deed.verb,
                    account,
                    deed.organisation,
                    deed.origin,
                    deed.prev or None,
                    body,
                    hash_,
                )
            )


def bare_rate(acts: int) -> float:
    """Acts a second if there were nothing but SM3 to do, in all processes at once."""
    from mingcha.base.ledger.models import Act

    bodies = [body.encode() for body in Act.objects.values_list("body", flat=True)[:10_000]]
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
        rounds = max(1, acts // len(bodies) // CORES)
        list(pool.map(hash_all, [bodies] * CORES, [0] * CORES))
        seconds = clocked(lambda: list(pool.map(hash_all, [bodies] * CORES, [rounds] * CORES)))
        seconds -= clocked(lambda: list(pool.map(hash_all, [bodies] * CORES, [0] * CORES)))
    return len(bodies) * rounds * CORES / seconds


def hash_all(bodies: list[bytes], rounds: int) -> None:
    """A leaf and an inner node for each body."""
    from mingcha.base.ledger.hashing import leaf_hash, pair_hash

    pair = bytes(64)
    for _ in range(rounds):
        for body in bodies:
            leaf_hash(body)
            pair_hash(pair)


def clocked(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_mb() -> dict[str, int]:
    """Peak memory of this process and of the largest worker."""
    return {
        "main": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    main()
