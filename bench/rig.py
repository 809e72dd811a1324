"""What every bench stands on: a server and databases that are kept, work that is watched, and rows.

A bench is a module with `measure(asked)`, which yields rows of the table, and work that runs `apart`:
in a process of its own, so that its memory and processor time are its own. Times are of the wall
and of all processors together: of that process, what it started, and the database server.
"""

import contextlib
import hashlib
import inspect
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import psutil
import psycopg
from psycopg import sql

from mingcha.config.database import Credentials
from mingcha.config.postgres import EmbeddedPostgres

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "bench"
FILES = HOME / "files"
MEGABYTE = 1 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")
TWIN = "_"  # between a database and its working copy


@dataclass(frozen=True)
class Asked:
    """How much is to be measured: sizes in rows, and how often (a median is shown)."""

    sizes: Sequence[int]
    runs: int

    def times(self, size: int) -> int:
        """Runs for a size; a million rows take their time."""
        return self.runs if size < 1_000_000 else max(1, self.runs // 2)


@dataclass(frozen=True)
class Took:
    """What some work took: seconds by the wall and of all processors, peak memory in MB, and what
    it told besides.
    """

    wall: float
    cpu: float
    peak_mb: int
    told: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """What a row has to reach: `value` at most (or at least) `bound`."""

    label: str
    value: float
    bound: float
    at_most: bool = True

    @property
    def is_met(self) -> bool:
        """Whether it is reached."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {number(self.bound)}{self.label}"


@dataclass(frozen=True)
class Row:
    """One line of the table, in words. `more` is Markdown for below the table."""

    what: str
    measured: str
    limit: str = ""
    ratio: str = ""
    targets: Sequence[str] = ()
    missed: Sequence[str] = ()
    memory: str = ""
    more: str = ""


def row(what: str, measured: str, targets: Sequence[Target] = (), **words: str) -> Row:
    """A row whose targets are judged here."""
    missed = [str(target) for target in targets if not target.is_met]
    return Row(what, measured, targets=[str(target) for target in targets], missed=missed, **words)


def beside(
    what: str,
    ours: Sequence[Took],
    limits: Sequence[Took],
    *,
    limit: str,
    at_most: float | None = None,
    also: Sequence[Target] = (),
) -> Row:
    """A row of work and its limit, both run by turns: medians, and the ratios of both clocks."""
    wall, bare = (statistics.median(took.wall for took in some) for some in (ours, limits))
    cpu, bare_cpu = (statistics.median(took.cpu for took in some) for some in (ours, limits))
    targets = [Target(" × limit", wall / bare, at_most)] if at_most is not None else []
    return row(
        what,
        f"{number(wall)} s (CPU {number(cpu)})",
        [*targets, *also],
        limit=f"{limit} {number(bare)} s (CPU {number(bare_cpu)})",
        ratio=f"{wall / bare:.2f} (CPU {cpu / bare_cpu:.2f})",
        memory=f"{max(took.peak_mb for took in ours)} MB",
    )


def number(value: float) -> str:
    """Three significant digits, thousands parted."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def rows_of(count: int) -> str:
    """100,000 rows."""
    return f"{count:,} rows"


# --- Work, watched ----------------------------------------------------------------------------


def apart(work: Callable[..., T], *values: object, database: str = "", role: str = "app") -> T:
    """What `work(*values)` gives in a fresh process, Django set up on `database` if one is named."""
    prepare = partial(_enter, database, role) if database else None
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=prepare) as pool:
        return pool.submit(work, *values).result()


def watched(work: Callable[[], object], **told: float) -> Took:
    """Run some work and say what it took."""
    _forget_peak()
    with _sampled() as peak:
        cpu, wall = cpu_seconds(), time.perf_counter()
        work()
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    return Took(wall, cpu, max(peak[0], _own_peak()) // MEGABYTE, told)


def watched_alone(work: Callable[[], object]) -> Took:
    """As `watched`, of this process only, where others are at work at the same time."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - cpu, 0)


def median_of(runs: int, work: Callable[[], object]) -> Took:
    """The median of some runs in this process, each after the last; peak memory of them all."""
    took = [watched(work) for _ in range(runs)]
    middle = sorted(took, key=lambda one: one.wall)[len(took) // 2]
    return replace(middle, peak_mb=max(one.peak_mb for one in took))


def cpu_seconds() -> float:
    """Processor seconds so far of this process, of its children, and of the database server."""
    times = os.times()
    own = times.user + times.system + times.children_user + times.children_system
    return own + _server_seconds()


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that `part` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _server_seconds() -> float:
    master = server().postmaster()
    if master is None:
        return 0.0
    own = master.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in master.children():
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:  # counted with its parent from now on
            continue
        total += times.user + times.system
    return total


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _own_peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


@contextmanager
def _sampled() -> Iterator[list[int]]:
    """The largest sum of memory (RSS) of this process and its children, looked at ten times a second."""
    peak, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            children = _children()
            if children:
                peak[0] = max(peak[0], sum(map(_rss, [os.getpid(), *children])))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _children() -> list[int]:
    """The processes that any thread of this one has started; looking through all of /proc costs more."""
    found: list[int] = []
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has just ended
            found += map(int, (thread / "children").read_text().split())
    return found


def _rss(number: int) -> int:
    with contextlib.suppress(OSError):  # a process that has just ended
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * PAGE
    return 0


# --- The server and its databases --------------------------------------------------------------


def server() -> EmbeddedPostgres:
    """The benches' own server, as `mingcha up` would configure it; kept from run to run."""
    return EmbeddedPostgres(HOME)


def prepared(name: str, make: Callable[..., None], *values: object) -> str:
    """The database that `make(*values)` fills, made anew only when code or values have changed.

    `make` runs as the owner, Django set up, all tables there. Returns the name.
    """
    mark = _mark_of(make, values)
    with _as_owner() as connection:
        known = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
        if known and known[0] == mark:
            return name
        _create(connection, name)
    apart(_filled, make, values, database=name, role="owner")
    with _as_owner() as connection:
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
        connection.execute(comment.format(sql.Identifier(name), sql.Literal(mark)))
    return name


def fresh(name: str) -> str:
    """A new copy of a database; the copy before it is gone. Returns the copy's name."""
    copy = name + TWIN
    with _as_owner() as connection:
        _create(connection, copy, template=name)
    return copy


def drop(name: str) -> None:
    """Delete a database."""
    with _as_owner() as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def owner_of(name: str) -> Credentials:
    """The owner's way into a database of the server."""
    return replace(server().owner(), database=name)


def kept(name: str, make: Callable[[Path], object], mark: str) -> Path:
    """The file `name` that `make` writes, made anew only when `mark` has changed."""
    path, note = FILES / name, FILES / f"{name}.mark"
    if not (path.exists() and note.exists() and note.read_text() == mark):
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)
        note.write_text(mark)
    return path


def mark_of_module(module: ModuleType, *values: object) -> str:
    """A mark that changes with a module's source and with the values."""
    text = inspect.getsource(module) + repr(values)
    return hashlib.sha256(text.encode()).hexdigest()


def _mark_of(make: Callable[..., None], values: Sequence[object]) -> str:
    module = inspect.getmodule(make)
    if module is None:
        raise TypeError(f"{make} is of no module")
    migrations = sorted(ROOT.glob("src/mingcha/**/migrations/0*.py"))
    tables = hashlib.sha256(b"".join(path.read_bytes() for path in migrations)).hexdigest()
    return mark_of_module(module, make.__name__, values, tables)


@contextmanager
def _as_owner() -> Iterator[psycopg.Connection]:
    way_in = owner_of("postgres").conninfo
    with psycopg.connect(way_in, autocommit=True) as connection:
        yield connection


def _create(connection: psycopg.Connection, name: str, *, template: str = "template0") -> None:
    new, old = sql.Identifier(name), sql.Identifier(template)
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
    command = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
    connection.execute(sql.SQL(command).format(new, old))


def _enter(database: str, role: str) -> None:
    """Set Django up in this process, on a database and in a home of its own."""
    home = HOME / "homes" / database
    os.environ |= {
        "MINGCHA_HOME": str(home),
        "DATABASE_URL": owner_of(database).url,
        "MINGCHA_DATABASE_ROLE": role,
        "DJANGO_SETTINGS_MODULE": "mingcha.config.settings",
        "MINGCHA_UPLOAD_LIMIT": str(4 << 30),
    }
    if role != "owner":
        _let_in()
    import django

    django.setup()


def _let_in() -> None:
    """Give the application its rights, as `mingcha prepare` does."""
    from mingcha.config.database import ensure_roles, grant

    ensure_roles()
    grant({})


def _filled(make: Callable[..., None], values: Sequence[object]) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    make(*values)
    from django.db import connection

    connection.close()
    with psycopg.connect(owner_of(connection.settings_dict["NAME"]).conninfo) as own:
        own.autocommit = True
        own.execute("VACUUM ANALYZE")
