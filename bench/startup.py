"""The second start of everything, to the first page, and what it costs to stand idle.

A home of its own that has been started once before: `mingcha up` as `make run` calls it, from the
command to the first answer of the sign-in page. Beside the database server alone, from its command
to its first answer. Memory is that of every process together when nobody has asked for anything for
a while; what processes share is counted once (PSS). The demonstration city is not in it: neither
the start nor the idle memory depends on how many rows there are.
"""

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from bench import rig
from bench.rig import Asked, Row, Target

from mingcha.config.postgres import EmbeddedPostgres

START_SECONDS, STOP_SECONDS, SETTLE_SECONDS = 15, 60, 20
IDLE_MB = 800
PATIENCE = 180.0
KILOBYTE = 1 << 10


def measure(asked: Asked) -> Iterator[Row]:
    """One start that is not counted, then some that are."""
    home = rig.HOME / "startup"
    EmbeddedPostgres(home).destroy()
    shutil.rmtree(home, ignore_errors=True)
    _started(home)
    starts, alone = [], []
    for _ in range(asked.runs):
        alone.append(_database_alone(home))
        starts.append(_started(home))
    seconds, bare = statistics.median(start.seconds for start in starts), statistics.median(alone)
    yield rig.row(
        "second start to the first page",
        f"{rig.number(seconds)} s",
        [Target(" s", seconds, START_SECONDS)],
        limit=f"database alone {rig.number(bare)} s",
        ratio=f"{seconds / bare:.1f}",
    )
    idle = statistics.median(start.idle_mb for start in starts)
    yield rig.row(
        "idle memory of everything",
        f"{rig.number(idle)} MB in {starts[-1].processes} processes",
        [Target(" MB", idle, IDLE_MB)],
        memory=f"{max(start.idle_mb for start in starts)} MB",
    )
    EmbeddedPostgres(home).destroy()


@dataclass(frozen=True)
class Start:
    """Seconds to the first page; megabytes and processes a while after it."""

    seconds: float
    idle_mb: int
    processes: int


def _started(home: Path) -> Start:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("MINGCHA_")}
    surroundings.pop("DATABASE_URL", None)
    begun = time.perf_counter()
    with (home / "bench.log").open("wb") as log:
        up = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "mingcha.config.cli", "up", "--port", str(port)],
            env={**surroundings, "MINGCHA_HOME": str(home)}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _answered(f"http://127.0.0.1:{port}/signin", up)
        seconds = time.perf_counter() - begun
        time.sleep(SETTLE_SECONDS)
        everything = [psutil.Process(up.pid), *psutil.Process(up.pid).children(recursive=True)]
        return Start(seconds, sum(map(_pss, everything)) // KILOBYTE, len(everything))
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(STOP_SECONDS)


def _answered(address: str, up: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and up.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise SystemExit(f"{address} did not answer; see bench.log beside it")


def _database_alone(home: Path) -> float:
    begun = time.perf_counter()
    with EmbeddedPostgres(home).borrowed():
        return time.perf_counter() - begun


def _pss(process: psutil.Process) -> int:
    """Kilobytes; a process that has just ended has none."""
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
