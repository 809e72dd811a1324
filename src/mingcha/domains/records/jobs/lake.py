"""The lake's background work: large chunks write their file beside the database when they land;
what is left is gathered every few minutes, and small files are merged every hour.

Whatever a crash left out is gathered with the rest. A file counts only when it is listed.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import polars as pl
from django.db import transaction
from procrastinate.contrib.django import app

from mingcha.domains.records.jobs import files
from mingcha.domains.records.jobs.landing import Landing
from mingcha.standards import loader
from mingcha.standards.model import Table

OWN_FILE_ROWS = 10_000


class Writer:
    """Writes the files of a batch's large chunks beside the database."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="lake")
        self._open: list[Future[files.Written]] = []

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
            ids = [landed.chunk_id]
            self._open.append(self._pool.submit(files.write_file, self._table, ids, chunk))

    def list_finished(self) -> None:
        """Put finished files into the manifest; part of the caller's transaction."""
        finished = [future for future in self._open if future.done()]
        self._open = [future for future in self._open if not future.done()]
        files.list_files([future.result() for future in finished])


@app.periodic(cron="*/3 * * * *")
@app.task(name="records.gather", queueing_lock="records.gather", lock="records:gather")
def gather(timestamp: int = 0) -> None:
    """Write files for all chunks that no file holds, table by table."""
    with files.alone() as free:
        for table in loader.current().tables.values() if free else ():
            files.gather(table)


@app.periodic(cron="17 * * * *")
@app.task(name="records.compact", queueing_lock="records.compact", lock="records:gather")
def compact(timestamp: int = 0) -> None:
    """Merge small files, and sweep away what no longer counts."""
    with files.alone() as free:
        for table in loader.current().tables.values() if free else ():
            files.compact(table)
            files.sweep(table)
