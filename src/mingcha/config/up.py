"""`mingcha up`: which processes make up the platform, and in which order they come and go."""

import http.client
import os
import socket
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from mingcha.config.database import (
    DatabaseRole,
    ensure_roles,
    external_url,
    home,
    owner_credentials,
    server_version,
)
from mingcha.config.env import setting
from mingcha.config.errors import PortTaken
from mingcha.config.postgres import START_SECONDS, STOP_SECONDS, EmbeddedPostgres
from mingcha.config.processes import Program, spawn
from mingcha.config.supervisor import (
    TICK_SECONDS,
    Process,
    StopRequested,
    Supervisor,
    how_ended,
    to_terminal,
)

WEB_SECONDS = 120
STAGES = {"web": 1, "work": 2, "seal": 3, "database": 4}
LABEL_COLUMNS = 12


@dataclass(frozen=True)
class Options:
    """What the operator may choose at the start."""

    host: str
    port: int
    demo: bool = False

    @property
    def url(self) -> str:
        """Where the first page is."""
        return f"http://{self.host}:{self.port}"


def up(options: Options) -> None:
    """Start everything, report, and watch until asked to stop.

    Raises AlreadyUp, PortTaken, StepFailed, NotReady and what the database refuses; whatever
    was already started is stopped again first.
    """
    place, begun = home(), time.monotonic()
    with Supervisor(place, to_terminal) as house:
        check_port(options)
        to_terminal(f"明察正在启动，数据目录 {place}")
        try:
            _start(house, options, place)
            to_terminal(_welcome(options, place, time.monotonic() - begun))
            if options.demo:
                _load_demo(house, place)
            house.watch()
        except StopRequested:
            to_terminal("正在停止……")
    to_terminal("已停止。")


def _start(house: Supervisor, options: Options, place: Path) -> None:
    """The web first, so that the first page is there as early as possible."""
    with _step("数据库") as detail:
        detail.append(_start_database(house, place))
    with _step("数据准备"):
        log = place / "log" / "prepare.log"
        house.run("数据准备", log, spawn(management("prepare", role="owner", log=log)))
    with _step("网页服务"):
        web = _web(options, place)
        house.start(web)
        house.await_ready(web, seconds=WEB_SECONDS)
    with _step("后台任务") as detail:
        for process in _background(place):
            house.start(process)
            detail.append(process.label)


def _start_database(house: Supervisor, place: Path) -> str:
    """Start the embedded server, or try the external one; then its roles. Says which it is."""
    if external_url():
        kind = f"外部，{owner_credentials().where}"
    else:
        kind = "内置"
        _start_embedded(house, EmbeddedPostgres(place))
    version = server_version()
    ensure_roles()
    return f"PostgreSQL {version}，{kind}"


def _start_embedded(house: Supervisor, server: EmbeddedPostgres) -> None:
    database = Process(
        "database",
        "数据库",
        server.log,
        server.launch,
        STAGES["database"],
        server.answers,
        server.STOP_SIGNAL,
        STOP_SECONDS,
    )
    news = iter(["  数据库正由另一条 mingcha 命令使用，等它结束……"])  # said once

    def waiting() -> None:
        for line in news:
            to_terminal(line)
        house.tick(TICK_SECONDS)

    with server.unborrowed(waiting):
        house.start(database)
        house.await_ready(database, seconds=START_SECONDS)
    server.make_database()


def _web(options: Options, place: Path) -> Process:
    workers = setting("MINGCHA_WEB_WORKERS", 2, int, help="网页服务的进程数，一般等于处理器核数。")
    threads = setting("MINGCHA_WEB_THREADS", 4, int, help="每个网页进程的线程数。")
    command = [sys.executable, "-m", "granian", "mingcha.config.wsgi:application"]
    command += ["--interface", "wsgi", "--host", options.host, "--port", str(options.port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads), "--no-ws"]
    command += ["--respawn-failed-workers", "--respawn-interval", "0.5"]
    command += ["--workers-kill-timeout", "8"]
    log = place / "log" / "web.log"
    program = Program(command, log, environment("app"))

    def answers() -> bool:
        return _answers(options)

    return Process("web", "网页服务", log, lambda: spawn(program), STAGES["web"], answers)


def _background(place: Path) -> list[Process]:
    """Everything that works behind the pages."""

    def row(name: str, label: str, words: tuple[str, ...], stage: str) -> Process:
        log = place / "log" / f"{name}.log"
        role: DatabaseRole = "sealer" if stage == "seal" else "app"
        program = management(*words, role=role, log=log)
        return Process(name, label, log, lambda: spawn(program), STAGES[stage], grace_seconds=20.0)

    return [
        row("worker-intake", "数据接入", ("work", "--queue", "intake"), "work"),
        row("worker", "后台任务", ("work", "--queue", "default", "--queue", "exports"), "work"),
        row("answer", "即时检核", ("answer",), "work"),
        row("sealer", "账本封存", ("seal",), "seal"),
    ]


def _load_demo(house: Supervisor, place: Path) -> None:
    """Load the demonstration city while serving; the command itself knows whether it is there."""
    accounts = place / "demo-accounts.txt"
    told = accounts.exists()

    def then(code: int) -> None:
        if code != 0:
            to_terminal(f"  演示数据没有装完（{how_ended(code)}）；再次启动时会接着装。")
        elif not told:
            to_terminal(_accounts(place))

    house.begin(spawn(management("demo", role="app", log=None)), then)


def management(*words: str, role: DatabaseRole, log: Path | None) -> Program:
    """A management command as a child of the supervisor."""
    command = [sys.executable, "-m", "mingcha.config.manage", *words]
    return Program(command, log, environment(role))


def environment(role: DatabaseRole) -> dict[str, str]:
    """What a child is told beyond our own environment."""
    return {
        "MINGCHA_DATABASE_ROLE": role,
        "MINGCHA_HOME": str(home()),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # many threads, little memory
    }


def check_port(options: Options) -> None:
    """Raises PortTaken, naming the program if we may know it."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((options.host, options.port))
        except OSError as error:
            by = _holder(options.port)
            raise PortTaken(port=options.port, by=by, other=options.port + 1) from error


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and tuple(connection.laddr)[1:] == (
                port,
            )
            if listens and connection.pid is not None:
                return f"（进程 {connection.pid}，{psutil.Process(connection.pid).name()}）"
    except (psutil.AccessDenied, psutil.NoSuchProcess):  # not ours to know, or just gone
        return ""
    return ""


def _answers(options: Options) -> bool:
    """Whether the web server answers at all with something other than its own failure."""
    connection = http.client.HTTPConnection(options.host, options.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):  # nobody listens yet
        return False
    finally:
        connection.close()


@contextmanager
def _step(label: str) -> Iterator[list[str]]:
    """Say how long a step took, and what the step adds to the list."""
    begun, detail = time.monotonic(), list[str]()
    yield detail
    seconds = time.monotonic() - begun
    to_terminal(f"  {_wide(label)}{seconds:5.1f} 秒  {'、'.join(detail)}".rstrip())


def _welcome(options: Options, place: Path, seconds: float) -> str:
    lines = [f"可以使用了（共 {seconds:.1f} 秒）：{options.url}"]
    if (place / "demo-accounts.txt").exists():
        lines.append(_accounts(place))
    lines.append(f"  {_wide('日志')}{place / 'log'}{os.sep}")
    lines.append(f"  {_wide('停止')}按 Ctrl+C，或在另一终端运行 mingcha down")
    return "\n".join(lines)


def _accounts(place: Path) -> str:
    text = (place / "demo-accounts.txt").read_text().rstrip()
    return f"  {_wide('演示账号')}见下（{place / 'demo-accounts.txt'}）\n" + "\n".join(
        f"    {line}" for line in text.splitlines()
    )


def _wide(label: str) -> str:
    """Padded to one width on the terminal, where a Chinese character takes two columns."""
    columns = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in label)
    return label + " " * max(1, LABEL_COLUMNS - columns)
