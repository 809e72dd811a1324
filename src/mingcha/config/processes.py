"""Starting and ending other programs so that none outlives the one that watches it (Linux)."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from mingcha.base.watch import alive

PR_SET_PDEATHSIG = 1  # linux/prctl.h
_prctl = ctypes.CDLL(None, use_errno=True).prctl


@dataclass(frozen=True)
class Account:
    """Whom a program runs as, when not as ourselves."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to run: the command, the file its output is added to, and as whom.

    `log` None leaves the output on our terminal. `death_signal` reaches the program when the
    thread that started it ends, however it ends; start programs from the main thread.
    """

    command: Sequence[str]
    log: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: Account | None = None
    death_signal: signal.Signals = signal.SIGTERM


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own: a Ctrl+C on the terminal does not reach it."""
    output: int | None = None
    if program.log is not None:
        program.log.parent.mkdir(parents=True, exist_ok=True)
        output = os.open(program.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    account = program.account
    try:
        return subprocess.Popen(  # noqa: S603 -- the commands are our own table
            list(program.command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=program.folder,
            env={**os.environ, **program.environment},
            start_new_session=True,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            preexec_fn=_follow(os.getpid(), program.death_signal),
        )
    finally:
        if output is not None:
            os.close(output)


def _follow(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    """What the child does before it becomes the program: hear signals, and die after us."""

    def in_child() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])  # the supervisor blocks what it awaits
        _prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # we died before the line above
            os.kill(os.getpid(), signal.SIGKILL)

    return in_child


def kill_group(leader: int) -> None:
    """Kill what is left of the session of a program that `spawn` started."""
    with contextlib.suppress(ProcessLookupError):  # nothing is left, as it should be
        os.killpg(leader, signal.SIGKILL)


def created_at(pid: int) -> float:
    """When a running process was created, in epoch seconds."""
    return float(psutil.Process(pid).create_time())


def send(process: psutil.Process, signal_: signal.Signals) -> None:
    """Signal a process; one that has just ended has got what it needs."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(signal_)


def end(pid: int, created: float, *, first: signal.Signals, seconds: float) -> None:
    """Ask a process to end if it still runs, wait, then kill what is left of its session."""
    process = alive(pid, created)
    if process is not None:
        send(process, first)
        wait_until(lambda: alive(pid, created) is None, seconds=seconds)
        kill_group(pid)


def wait_until(claim: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Whether `claim` became true within the time."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, "" when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        text = file.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:])


def rotate(logs: Iterable[Path], *, limit_bytes: int = 20 * 1024**2, keep: int = 5) -> None:
    """Copy logs beyond the limit aside (.1 is the newest) and empty them.

    The programs keep their open file (they append), so nothing has to be told to them and
    nothing is lost when the supervisor dies.
    """
    for log in logs:
        if not log.exists() or log.stat().st_size < limit_bytes:
            continue
        for number in range(keep - 1, 0, -1):
            older = log.with_name(f"{log.name}.{number}")
            if older.exists():
                older.replace(log.with_name(f"{log.name}.{number + 1}"))
        with log.open("r+b") as source, log.with_name(f"{log.name}.1").open("wb") as copy:
            os.fchmod(copy.fileno(), 0o600)
            while block := source.read(1024**2):  # to the very end, then empty it at once
                copy.write(block)
            source.truncate(0)
