"""Export of 行政检查行为 as Parquet and CSV, beside DuckDB writing the same columns of the same files.

    python -m bench.export [--rows 1000000] [--runs 3]

Server and database are thrown away afterwards. One client, cache warm. Ours: the whole job, with
rights, the seal, versions (one record in a hundred was corrected), masking, provider names, and for
CSV the guard against formulas and Chinese headers. "own" is a viewer of the provider's own line,
"others" sees another department's rows by consent, so that persons are masked. Limit: 2 × DuckDB.
Read the ratios, of wall and of CPU seconds, not the seconds.
"""

# ruff: noqa: E402  # the models need a server and Django set up
import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django
import duckdb

from mingcha.config.testing import ensure_test_server

ensure_test_server()
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "mingcha.config.settings", "MINGCHA_DATABASE_ROLE": "owner",
}  # fmt: skip
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from mingcha.base.days import local_today
from mingcha.base.ledger import sealer
from mingcha.base.ledger.services import act
from mingcha.base.people.testing import City, make_account
from mingcha.domains.records.jobs import files
from mingcha.domains.records.models import Chunk, Consent
from mingcha.domains.records.services import datasets
from mingcha.domains.records.testing import ITEM, do_jobs, inspection
from mingcha.standards import loader

CHUNK_ROWS = 50_000
LIMIT = 2.0
COPY = {
    "parquet": "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)",
    "csv": "(FORMAT csv, HEADER true)",
}
FACTS = """
    INSERT INTO records_fact (chunk_id, row, subject_id, item, provider_id, dataset, occurred_on,
                              source_key, version, operation, payload, content_hash)
    SELECT %(chunk)s, n, NULL, %(item)s, %(provider)s, 'check_action', day, key, version,
           CASE version WHEN 1 THEN 'i' ELSE 'u' END,
           %(payload)s::jsonb || jsonb_build_object(
               'check_action_code', key, 'check_date', day,
               'administrative_cp', '演示第' || party || '号商贸有限公司',
               'supervise_object', '演示第' || party || '号商贸有限公司',
               'administrative_cp_ce_type', CASE party %% 10 WHEN 0 THEN '111' ELSE '001' END,
               'administrative_cp_ui_code', '91310115' || lpad(party::text, 10, '0'),
               'address_registered', '上海市浦东新区演示路' || party || '号'),
           sha256(key::bytea)
    FROM (SELECT n, 'JC' || lpad(n::text, 9, '0') AS key, n::bigint * 7919 %% 50000 AS party,
                 date '2025-01-01' + n %% 300 AS day, version
          FROM generate_series(%(first)s, %(last)s) AS n, generate_series(1, 2) AS version
          WHERE version = 1 OR n %% 100 = 0) AS rows
"""


def main() -> None:
    """Make the facts, export them, print one JSON line per format and viewer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    Bench(chosen.rows, chosen.runs).run()


class Bench:
    """One database full of facts, and the two ways to take them out."""

    def __init__(self, rows: int, runs: int) -> None:

        self.rows, self.runs = rows, runs
        call_command("migrate", verbosity=0)
        self.city = City()
        self.viewers = {
            "own": make_account("head", organisation=self.city.market),
            "others": make_account("head", organisation=self.city.fire),
        }
        self.fill()

    def fill(self) -> None:
        """Facts, their chunks and acts, a seal, the lake's files, and the consent."""
        market = self.city.market
        Consent.objects.create(provider=market, dataset="check_action", since=local_today())
        values = {"item": ITEM, "provider": market.pk, "payload": json.dumps(inspection(1))}
        started = time.perf_counter()
        for first in range(1, self.rows + 1, CHUNK_ROWS):
            last = min(first + CHUNK_ROWS, self.rows + 1) - 1
            with transaction.atomic(), connection.cursor() as cursor:
                left = act(None, "数据入库", ("chunk", str(first)), content={})
                chunk = Chunk.objects.create(
                    dataset="check_action", act_id=left.pk, rows=last - first + 1, root=b""
                )
                span = {"chunk": chunk.pk, "first": first, "last": last}
                cursor.execute(FACTS, values | span)
        sealer.seal_once(sealer.file_signer())
        made = time.perf_counter()
        files.gather(loader.current().table("check_action"))
        gathered = time.perf_counter()
        print(f"facts {made - started:.1f} s, lake files {gathered - made:.1f} s", flush=True)

    def run(self) -> None:
        """Ours and DuckDB by turns, so that a noisy minute hits both; medians, after a warm-up."""
        self.export("csv", "own")
        for form in COPY:
            for viewer in self.viewers:
                ours, theirs = [], []
                for _ in range(self.runs):
                    theirs.append(measured(lambda form=form: self.bare(form)))
                    ours.append(
                        measured(lambda form=form, viewer=viewer: self.export(form, viewer))
                    )
                self.tell(form, viewer, ours, theirs)

    def export(self, form: str, viewer: str) -> float:
        """Ask for an export and do its job; seconds from its run."""
        wanted = datasets.Wanted(table="check_action", form=form)
        export = datasets.ask(wanted, actor=self.viewers[viewer])
        do_jobs(["default"])
        export.refresh_from_db()
        export.run.refresh_from_db()
        if export.rows != self.rows:
            raise SystemExit(f"{export.rows} rows instead of {self.rows}: {export.run.error}")
        datasets.path_of(export).unlink()
        return (export.run.finished_at - export.run.started_at).total_seconds()

    def bare(self, form: str) -> float:
        """DuckDB writes the declared columns of the same files."""
        fields = ", ".join(loader.current().table("check_action").fields)
        source = Path(settings.LAKE) / "check_action" / "*.parquet"
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
            engine.execute(f"SET threads = {settings.ANALYTICS['threads']}")
            started = time.perf_counter()
            engine.execute(
                f"COPY (SELECT {fields} FROM read_parquet('{source}')) "  # own names
                f"TO '{folder}/out' {COPY[form]}"
            )
            return time.perf_counter() - started

    def tell(
        self,
        form: str,
        viewer: str,
        ours: list[tuple[float, float]],
        theirs: list[tuple[float, float]],
    ) -> None:
        """One line: medians of wall and CPU seconds, and their ratios."""
        wall, cpu = (statistics.median(run[at] for run in ours) for at in (0, 1))
        bare_wall, bare_cpu = (statistics.median(run[at] for run in theirs) for at in (0, 1))
        print(
            json.dumps(
                {
                    "export": form, "viewer": viewer, "rows": self.rows, "runs": self.runs,
                    "wall_s": round(wall, 2), "cpu_s": round(cpu, 2),
                    "duckdb_wall_s": round(bare_wall, 2), "duckdb_cpu_s": round(bare_cpu, 2),
                    "ratio_wall": round(wall / bare_wall, 2), "ratio_cpu": round(cpu / bare_cpu, 2),
                    "limit": LIMIT,
                }
            ),
            flush=True,
        )  # fmt: skip


def measured(work: Callable[[], float]) -> tuple[float, float]:
    """(wall, CPU) seconds: wall as the work says, CPU of this whole process meanwhile."""
    cpu = time.process_time()
    wall = work()
    return wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
