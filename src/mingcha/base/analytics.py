"""The door to the analytic engine (DuckDB, spoken to through Ibis). Imported by records only.

Each engine has its own memory limit, threads and spill folder (`settings.ANALYTICS`), and neither
loads extensions nor reaches the network.
"""

import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from django.conf import settings
from ibis.backends.duckdb import Backend
from ibis.expr import types as ir

from mingcha.base.errors import TooBusy

LOOK_SECONDS = 0.25


def open_engine() -> Backend:
    """A fresh engine; it closes, and its spill folder goes, when nobody holds it any more."""
    root = Path(str(settings.ANALYTICS["folder"]))
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    spill = tempfile.mkdtemp(prefix="spill-", dir=root)
    engine = ibis.duckdb.connect(
        ":memory:",
        memory_limit=settings.ANALYTICS["memory"],
        threads=settings.ANALYTICS["threads"],
        temp_directory=spill,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    for setting, value in (("enable_progress_bar", "true"), ("enable_progress_bar_print", "false")):
        engine.con.execute(f"SET {setting} = {value}")  # progress can be asked for, is not drawn
    weakref.finalize(engine, _close, engine.con, spill)
    return engine


def _close(connection: duckdb.DuckDBPyConnection, spill: str) -> None:
    connection.close()
    shutil.rmtree(spill, ignore_errors=True)


def read_files(engine: Backend, files: Sequence[Path]) -> ir.Table:
    """Parquet files as one table; a column that some lack is null there."""
    return engine.read_parquet([str(file) for file in files], union_by_name=True)


def hold(engine: Backend, name: str, rows: pa.Table) -> ir.Table:
    """Rows in memory as a table of the engine. A name holds one table."""
    engine.con.register(name, rows)
    return engine.table(name)


def batches(expression: ir.Table, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of a table, at most `rows` at a time."""
    engine = expression.get_backend()
    yield from engine.con.execute(engine.compile(expression)).to_arrow_reader(rows)


def write(
    expression: ir.Table,
    target: Path,
    options: Mapping[str, str],
    watch: Callable[[float], None] = lambda share: None,
) -> int:
    """Write a table to a file by the engine's own COPY and count the rows.

    `options` are those of COPY, as SQL. `watch` is told the share done, 0 to 1, a few times a
    second; what it raises stops the writing and is raised here. Raises TooBusy when memory and
    spill space do not suffice.
    """
    engine = expression.get_backend()
    said = ", ".join(f"{name} {value}" for name, value in options.items())
    place = str(target).replace("'", "''")
    statement = f"COPY ({engine.compile(expression)}) TO '{place}' ({said})"
    return _Copy(engine.con, statement).run(watch)


class _Copy:
    """One COPY in a thread of its own, so that it can be watched and stopped."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, statement: str) -> None:
        self._connection, self._statement = connection, statement
        self._rows = 0
        self._error: duckdb.Error | None = None

    def run(self, watch: Callable[[float], None]) -> int:
        thread = threading.Thread(target=self._work, name="analytics-copy")
        thread.start()
        try:
            while thread.is_alive():
                thread.join(LOOK_SECONDS)
                watch(max(self._connection.query_progress(), 0.0) / 100)
        finally:
            if thread.is_alive():
                self._connection.interrupt()
            thread.join()
        if isinstance(self._error, duckdb.OutOfMemoryException):
            raise TooBusy from self._error
        if self._error is not None:
            raise self._error
        return self._rows

    def _work(self) -> None:
        try:
            found: Any = self._connection.execute(self._statement).fetchone()
            self._rows = int(found[0])
        except duckdb.Error as error:
            self._error = error
