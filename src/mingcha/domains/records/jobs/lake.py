"""The lake (数据湖): typed Parquet files of facts, a projection that can be rebuilt from the database.

Large chunks write their file when they land; `gather` writes what is left every few minutes, and
with it whatever a crash left out. A file appears in the manifest only when it is whole.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from procrastinate.contrib.django import app

from mingcha.domains.records.models import Chunk, Manifest
from mingcha.domains.records.services.landing import Landing
from mingcha.standards import loader
from mingcha.standards.frames.typed import typed
from mingcha.standards.model import Table

OWN_FILE_ROWS = 10_000
GATHERED_ROWS = 500_000
META: dict[str, type[pl.DataType]] = {
    "_fact": pl.Int64,
    "_chunk": pl.Int64,
    "_provider": pl.Int64,
    "_subject": pl.Int64,
    "_version": pl.Int32,
    "_operation": pl.String,
    "_occurred_on": pl.Date,
    "_key": pl.String,
    "_item": pl.String,
}


@dataclass(frozen=True)
class Written:
    """A file that is whole: its place in the lake, its chunks, rows and digest."""

    file: str
    dataset: str
    chunk_ids: Sequence[int]
    rows: int
    digest: str


class Writer:
    """Writes the files of a batch's large chunks beside the database."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="lake")
        self._open: list[Future[Written]] = []

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for the last file; what is not listed because of an error is gathered later."""
        self._pool.shutdown(wait=True)
        if error is None:
            with transaction.atomic():
                self.list_finished()

    def write(self, landed: Landing, chunk: pl.DataFrame) -> None:
        """Write the file of a chunk that has landed; `chunk` are its rows (META and fields)."""
        if landed.chunk_id is not None and chunk.height >= OWN_FILE_ROWS:
            self._open.append(self._pool.submit(write_file, self._table, [landed.chunk_id], chunk))

    def list_finished(self) -> None:
        """Put finished files into the manifest; part of the caller's transaction."""
        finished = [future for future in self._open if future.done()]
        self._open = [future for future in self._open if not future.done()]
        list_files([future.result() for future in finished])


def list_files(files: Sequence[Written]) -> None:
    """Put files into the manifest."""
    acts = dict(
        Chunk.objects.filter(pk__in=[c for f in files for c in f.chunk_ids]).values_list(
            "pk", "act_id"
        )
    )
    Manifest.objects.bulk_create(
        Manifest(
            file=file.file,
            dataset=file.dataset,
            chunk_ids=list(file.chunk_ids),
            rows=file.rows,
            digest=file.digest,
            act_id=max(acts[chunk] for chunk in file.chunk_ids),
        )
        for file in files
    )


def write_file(table: Table, chunk_ids: Sequence[int], rows: pl.DataFrame) -> Written:
    """Write one Parquet file, typed by the standard; it takes its name only when it is whole."""
    folder = Path(settings.LAKE) / table.name
    folder.mkdir(exist_ok=True, mode=0o700)
    name = f"{table.name}/{chunk_ids[0]}-{chunk_ids[-1]}.parquet"
    path = Path(settings.LAKE) / name
    working = path.with_suffix(".writing")
    meta = rows.select(pl.col(name).cast(kind) for name, kind in META.items())
    fields = typed(rows, table)
    meta.hstack(fields).write_parquet(
        working, compression="zstd", compression_level=1, statistics=True
    )
    with working.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.new("sm3")).hexdigest()
        os.fsync(file.fileno())
    working.replace(path)
    return Written(name, table.name, chunk_ids, rows.height, digest)


@app.periodic(cron="*/3 * * * *")
@app.task(name="records.gather", queueing_lock="records.gather", lock="records:gather")
def gather(timestamp: int = 0) -> None:
    """Write files for all chunks that no file holds, table by table."""
    for dataset in loader.current().tables:
        while _gather_some(dataset):
            pass


UNLISTED = """
    SELECT id, rows FROM records_chunk
    WHERE dataset = %(dataset)s
      AND id NOT IN (SELECT unnest(chunk_ids) FROM records_manifest WHERE dataset = %(dataset)s)
    ORDER BY id
"""
FACTS = """
    SELECT id, chunk_id, provider_id, subject_id, version, operation, occurred_on, source_key, item,
           payload::text
    FROM records_fact WHERE chunk_id = ANY(%s) ORDER BY id
"""


def _gather_some(dataset: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(UNLISTED, {"dataset": dataset})
        waiting = cursor.fetchall()
    taken: list[int] = []
    rows = 0
    for chunk, count in waiting:
        if taken and rows + count > GATHERED_ROWS:
            break
        taken.append(chunk)
        rows += count
    if not taken:
        return False
    table = loader.current().table(dataset)
    written = write_file(table, taken, facts_of_chunks(table, taken))
    with transaction.atomic():
        list_files([written])
    return len(taken) < len(waiting)


def facts_of_chunks(table: Table, chunk_ids: Sequence[int]) -> pl.DataFrame:
    """The facts of some chunks from the database: META columns and the fields as canonical text."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [list(chunk_ids)])
        rows = cursor.fetchall()
    frame = pl.DataFrame(rows, schema=[*META.items(), ("payload", pl.String)], orient="row")
    fields = pl.Struct([pl.Field(name, pl.String) for name in table.fields])
    return frame.with_columns(pl.col("payload").str.json_decode(fields)).unnest("payload")
