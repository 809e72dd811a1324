"""One process that starts and watches all others (`mingcha up`). It imports no Django.

What runs is a table of `Process` rows, so the watching can be tried with any programs. Each
child writes its own log file directly, so nothing is lost when the supervisor dies; each child
is told by the kernel when the supervisor ends, so none is left behind.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mingcha.base.errors import MingchaError
from mingcha.base.watch import Standing, standings, status_file
from mingcha.config.database import private_folder, try_lock, write_private
from mingcha.config.errors import AlreadyUp, NotReady, StepFailed
from mingcha.config.processes import created_at, end, kill_group, rotate, tail

STOPPING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
AWAITED = STOPPING | {signal.SIGCHLD}
TICK_SECONDS = 0.1
IDLE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 60.0
STABLE_SECONDS = 15.0  # who ran this long is trusted again and restarts at once
LEFTOVER_SECONDS = 5.0


@dataclass(frozen=True)
class Process:
    """One row of the table: a program that must always run.

    Rows are stopped by ascending `stage`, those of one stage together, each within
    `grace_seconds` of `stop_signal`. `ready` says whether it does its work yet.
    """

    name: str
    label: str
    log: Path
    launch: Callable[[], subprocess.Popen[bytes]]
    stage: int
    ready: Callable[[], bool] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0


@dataclass(frozen=True)
class Task:
    """A program that ends by itself while the others run; `then` gets its exit status."""

    program: subprocess.Popen[bytes]
    then: Callable[[int], None]


class StopRequested(BaseException):
    """Somebody asked the supervisor to end. Not an error, and not to be caught as one."""


class Child:
    """A row of the table while it runs."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.standing = Standing(process.label, process.stop_signal, process.grace_seconds)
        self.popen: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.failures = 0
        self.due = 0.0

    def launch(self) -> None:
        """Start the program now."""
        self.popen = self.process.launch()
        self.started = time.monotonic()
        self.standing.pid = self.popen.pid
        self.standing.created = created_at(self.popen.pid)

    def bury(self) -> float:
        """After an unexpected end: clear its session and return the pause before the next try."""
        if self.popen is not None:
            kill_group(self.popen.pid)  # such as web workers whose parent was killed
        if time.monotonic() - self.started > STABLE_SECONDS:
            self.failures = 0
        pause = min(2.0**self.failures, LONGEST_PAUSE_SECONDS)
        self.failures += 1
        self.popen, self.standing.pid = None, None
        self.due = time.monotonic() + pause
        self.standing.restarts += 1
        return pause


class Supervisor:
    """Watches the children of one home. Use as a context: leaving it stops everything."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self.home = home
        self.say = say
        self.children: list[Child] = []
        self.tasks: list[Task] = []
        self.status_file = status_file(home)

    def __enter__(self) -> "Supervisor":
        """Raises AlreadyUp when another supervisor holds this home."""
        self._lock = lock_file(self.home).open("a")
        if not try_lock(self._lock):
            self._lock.close()
            raise AlreadyUp(home=self.home)
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        self._end_leftovers()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            self.status_file.unlink(missing_ok=True)
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            self._lock.close()

    # --- Starting ---------------------------------------------------------------------------

    def start(self, process: Process) -> None:
        """Start a row of the table and watch it from now on."""
        child = Child(process)
        child.launch()
        self.children.append(child)
        self._publish()

    def await_ready(self, process: Process, *, seconds: float) -> None:
        """Watch until the process does its work. Raises NotReady or StopRequested."""
        deadline = time.monotonic() + seconds
        while process.ready is not None and not process.ready():
            if time.monotonic() > deadline:
                last = tail(process.log)
                raise NotReady(
                    label=process.label, seconds=int(seconds), tail=last, log=process.log
                )
            self.tick(TICK_SECONDS)

    def begin(self, program: subprocess.Popen[bytes], then: Callable[[int], None]) -> None:
        """Watch a program that ends by itself; it is stopped with the rest if it does not."""
        self.tasks.append(Task(program, then))

    def run(self, label: str, log: Path, program: subprocess.Popen[bytes]) -> None:
        """Watch a program to its end, and the others meanwhile. Raises StepFailed."""
        self.begin(program, lambda _: None)
        while program.poll() is None:
            self.tick(TICK_SECONDS)
        if program.returncode != 0:
            how = how_ended(program.returncode)
            raise StepFailed(label=label, how=how, tail=tail(log), log=log)

    # --- Watching ---------------------------------------------------------------------------

    def watch(self) -> None:
        """Watch until somebody asks to stop (StopRequested)."""
        while True:
            self.tick(IDLE_SECONDS)

    def tick(self, seconds: float) -> None:
        """Wait for news at most so long, then put right what is wrong."""
        news = signal.sigtimedwait(AWAITED, seconds)
        if news is not None and news.si_signo in STOPPING:
            raise StopRequested
        for child in self.children:
            if child.popen is not None and child.popen.poll() is not None:
                self._mourn(child, how_ended(child.popen.returncode))
            if child.popen is None and time.monotonic() >= child.due:
                self._revive(child)
        for task in [task for task in self.tasks if task.program.poll() is not None]:
            self.tasks.remove(task)
            task.then(task.program.returncode)
        rotate((self.home / "log").glob("*.log"))

    def _revive(self, child: Child) -> None:
        try:
            child.launch()
        except (MingchaError, OSError) as error:  # a full disk may be emptied: keep trying
            self._mourn(child, str(error))
        else:
            self._publish()
            self.say(f"  “{child.process.label}”已重新启动。")

    def _mourn(self, child: Child, how: str) -> None:
        pause = child.bury()
        label, log = child.process.label, child.process.log
        self._publish()
        self.say(f"  “{label}”意外退出（{how}），{pause:.0f} 秒后重新启动；日志：{log}")

    # --- Stopping ---------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop everything, stage by stage; a second request to stop cuts the waiting short."""
        for task in self.tasks:
            task.program.terminate()
            self._await_end([task.program], LEFTOVER_SECONDS)
            kill_group(task.program.pid)
            task.program.wait()
        for stage in sorted({child.process.stage for child in self.children}):
            self._stop_stage([c for c in self.children if c.process.stage == stage])
        self.children, self.tasks = [], []

    def _stop_stage(self, children: Sequence[Child]) -> None:
        running = [(c.process, c.popen) for c in children if c.popen is not None]
        for process, popen in running:
            popen.send_signal(process.stop_signal)
        if running:
            grace = max(process.grace_seconds for process, _ in running)
            self._await_end([popen for _, popen in running], grace)
        for process, popen in running:
            if popen.poll() is None:
                self.say(f"  “{process.label}”没有按时停下，已强制结束。")
            kill_group(popen.pid)
            popen.wait()

    def _await_end(self, programs: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while any(program.poll() is None for program in programs):
            if time.monotonic() > deadline:
                return
            news = signal.sigtimedwait(AWAITED, TICK_SECONDS)
            if news is not None and news.si_signo in STOPPING:
                return

    # --- What others may know ---------------------------------------------------------------

    def _publish(self) -> None:
        standings = {child.process.name: asdict(child.standing) for child in self.children}
        known = {"pid": os.getpid(), "processes": standings}
        write_private(self.status_file, json.dumps(known, ensure_ascii=False, indent=1))

    def _end_leftovers(self) -> None:
        """End children of a supervisor that was killed, should any still run."""
        if not self.status_file.exists():
            return
        for standing in standings(self.home).values():
            if standing.pid is not None:
                first = signal.Signals(standing.stop_signal)
                end(standing.pid, standing.created, first=first, seconds=standing.grace_seconds)
        self.status_file.unlink()


def how_ended(code: int) -> str:
    """An exit status in words."""
    return f"退出码 {code}" if code >= 0 else f"被信号 {signal.Signals(-code).name} 结束"


def lock_file(home: Path) -> Path:
    """The file whose lock says that a supervisor runs."""
    return private_folder(home / "run") / "supervisor.lock"


def is_up(home: Path) -> bool:
    """Whether a supervisor holds this home."""
    with lock_file(home).open("a") as file:
        return not try_lock(file)


def supervisor_pid(home: Path) -> int | None:
    """The number of the running supervisor, None when there is none."""
    path = status_file(home)
    if not is_up(home) or not path.exists():
        return None
    return int(json.loads(path.read_text())["pid"])


def to_terminal(line: str) -> None:
    """Talk goes to stderr, so that data on stdout stay clean."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
