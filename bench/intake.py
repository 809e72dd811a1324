"""Intake of 行政检查行为 from CSV: all checks, tied, in PostgreSQL with its indexes, against raw COPY.

`python -m bench.intake [ROWS]`: prints seconds, rows per second, the share of raw COPY's speed
(limit: at least 0.5), and the peak memory of the process that takes in.
"""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mingcha.config.testing import ensure_test_server

FACT_COLUMNS = (
    "chunk_id, row, subject_id, item, provider_id, dataset, occurred_on, source_key, version, "
    "operation, payload, content_hash"
)


def main(rows: int) -> None:
    """Take in `rows` inspections and COPY the same facts raw, in one run."""
    with database():
        from bench.made import inspections
        from django.db import connection

        from mingcha.base.people.testing import City
        from mingcha.domains.records import services
        from mingcha.domains.records.models import Batch
        from mingcha.domains.records.testing import do_jobs, make_catalogue

        city = City()
        make_catalogue()
        clerk = city.person("clerk")
        with TemporaryDirectory() as folder:
            file = inspections(rows, Path(folder) / "inspections.csv")
            size = file.stat().st_size
            delivery = services.Delivery("inspections.csv", city.market, channel="api")
            with file.open("rb") as stream:
                batch = services.receive(
                    iter(lambda: stream.read(1 << 20), b""), delivery, actor=clerk
                )
            started, cpu = time.perf_counter(), time.process_time()
            do_jobs(["intake"])
            taken, own = time.perf_counter() - started, time.process_time() - cpu
            started = time.perf_counter()
            do_jobs(["default"])
            tied = time.perf_counter() - started
        batch = Batch.objects.get(pk=batch.pk)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        raw = copied(connection, rows)
        print(f"rows {batch.read_count:,}  accepted {batch.accepted_count:,}  file {size >> 20} MB")
        print(f"intake      {taken:8.2f} s  {rows / taken:10,.0f} rows/s  (own CPU {own:.2f} s)")
        print(f"ties, lake  {tied:8.2f} s")
        print(f"raw COPY    {raw:8.2f} s  {rows / raw:10,.0f} rows/s")
        print(
            f"share of raw COPY: {raw / taken:.2f} without, {raw / (taken + tied):.2f} with ties (limit 0.50)"
        )
        print(f"peak memory {peak} MB (limit 1024)")


def copied(connection: object, rows: int) -> float:
    """Seconds to COPY the same facts into an empty table with the same indexes."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("CREATE TABLE raw_fact (LIKE records_fact INCLUDING ALL)")
        with cursor.copy(
            f"COPY (SELECT {FACT_COLUMNS} FROM records_fact ORDER BY id) TO STDOUT"
        ) as out:
            blocks = list(out)
        started = time.perf_counter()
        with cursor.copy(f"COPY raw_fact ({FACT_COLUMNS}) FROM STDIN") as into:
            for block in blocks:
                into.write(block)
        return time.perf_counter() - started


@contextmanager
def database() -> Iterator[None]:
    """A throw-away server and database with all tables, and Django set up on it."""
    ensure_test_server()
    os.environ["DJANGO_SETTINGS_MODULE"] = "mingcha.config.settings"
    os.environ["MINGCHA_DATABASE_ROLE"] = "owner"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    yield


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
