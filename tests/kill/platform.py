"""A whole platform in a folder of its own, seen from outside: processes, web address, database."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil
import psycopg

from mingcha.config.database import credentials
from mingcha.config.postgres import EmbeddedPostgres
from mingcha.config.processes import Program, spawn, tail, wait_until
from mingcha.config.supervisor import standings

READY = "可以使用了"
START_SECONDS = 120
STOP_SECONDS = 60


class Platform:
    """`mingcha up` with one home and one port. MINGCHA_HOME of this process must be that home."""

    def __init__(self, home: Path, settings: Mapping[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.home, self.settings = home, {**settings, "MINGCHA_HOME": str(home)}
        self.log = home / "log" / "up.log"
        self.up: subprocess.Popen[bytes] | None = None
        self.token, self.providers = "", list[str]()

    # --- Coming and going -------------------------------------------------------------------

    def start(self) -> None:
        """Start everything and wait until it can be used; nothing outlives this process."""
        said = self._said().count(READY)
        command = ["-m", "mingcha.config.cli", "up", "--port", str(self.port)]
        self.up = spawn(Program([sys.executable, *command], self.log, self.settings))
        ready = wait_until(
            lambda: self._said().count(READY) > said or self.up.poll() is not None,
            seconds=START_SECONDS,
        )
        assert ready and self.up.poll() is None, f"没有启动：\n{tail(self.log, 30)}"

    def stage(self) -> None:
        """Make organisations, an account and the catalogue; remember the token and the providers."""
        made = json.loads(self._program("tests.kill.stage", role="app"))
        self.token, self.providers = made["token"], made["providers"]

    def gather(self) -> None:
        """Write the lake files that are still missing, as a job does every few minutes."""
        self._program("tests.kill.stage", "gather", role="app")

    def verify_ledger(self) -> str:
        """What `mingcha verify ledger` says. Fails when it finds anything."""
        return self._program("mingcha.config.cli", "verify", "ledger")

    def _program(self, *words: str, role: str = "") -> str:
        told = {"DJANGO_SETTINGS_MODULE": "mingcha.config.settings", **self.settings}
        told |= {"MINGCHA_DATABASE_ROLE": role} if role else {}
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", *words], env={**os.environ, **told}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(words)}：\n{done.stdout}{done.stderr}"
        return done.stdout

    def end(self) -> None:
        """Stop everything and delete what lies outside the home."""
        if self.up is not None and self.up.poll() is None:
            self.up.terminate()
            try:
                self.up.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()
        EmbeddedPostgres(self.home).destroy()
        shutil.rmtree(self.home, ignore_errors=True)

    def _said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    # --- Whom to kill -----------------------------------------------------------------------

    def victims(self, kind: str) -> list[int]:
        """Processes of a kind that run now; none while they are being started again."""
        if kind == "supervisor":
            return [self.up.pid]
        try:
            pids = {name: standing.pid for name, standing in standings(self.home).items()}
            if kind == "web-worker":
                return [p.pid for p in psutil.Process(pids["web"]).children() if _is_running(p)]
            if kind == "backend":
                children = psutil.Process(pids["database"]).children()
                return [p.pid for p in children if " [local] " in " ".join(p.cmdline())]
            pid = pids[kind]
        except (FileNotFoundError, KeyError, psutil.NoSuchProcess, TypeError):
            return []  # no supervisor or no such child at this moment
        return [pid] if pid is not None and psutil.pid_exists(pid) else []

    def kill(self, pid: int) -> None:
        """Kill one process. A killed supervisor is started again by whoever killed it."""
        os.kill(pid, signal.SIGKILL)
        if self.up is not None and pid == self.up.pid:
            self.up.wait()
            self.start()

    # --- Its doors --------------------------------------------------------------------------

    def ask(self, path: str, data: bytes | None = None, kind: str = "") -> dict[str, object]:
        """One API call. Raises OSError when the platform cannot answer just now."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}"
        request = urllib.request.Request(address, data, headers)  # our own server
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def insist(self, path: str, data: bytes | None = None, kind: str = "") -> dict[str, object]:
        """Call until there is an answer; what is refused (4xx) is refused."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.ask(path, data, kind)
            except (OSError, ValueError) as error:  # down, cut off, or an answer cut in half
                refused = isinstance(error, urllib.error.HTTPError) and error.code < 500
                if refused or time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def hand_in(self, file: Path, provider: str) -> str:
        """Hand in a file as often as it takes to get its receipt; the number of its batch."""
        body, kind = multipart({"provider": provider}, file)
        return str(self.insist("intake", body, kind)["number"])

    def connect(self) -> psycopg.Connection:
        """A connection that can only read."""
        return psycopg.connect(credentials("reader").conninfo, autocommit=True)

    def until(self, query: str, *, seconds: float, every: float = 0.3) -> bool:
        """Whether a query comes to answer true within the time, whatever happens meanwhile."""
        return wait_until(lambda: self.says(query) > 0, seconds=seconds, every=every)

    def says(self, query: str) -> int:
        """The number a query gives, true counting as 1; 0 while nobody answers."""
        try:
            with self.connect() as connection:
                row = connection.execute(query).fetchone()
        except psycopg.OperationalError:
            return 0
        return int(row[0] or 0) if row else 0


def multipart(fields: Mapping[str, str], file: Path) -> tuple[bytes, str]:
    """A form with one file, as a browser sends it, and its content type."""
    mark = "--------mingcha-kill-test"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
    parts += [head.encode(), b"Content-Type: text/csv\r\n\r\n", file.read_bytes(), b"\r\n"]
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def _is_running(process: psutil.Process) -> bool:
    return process.status() != psutil.STATUS_ZOMBIE
