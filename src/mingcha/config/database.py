"""Where the database is and as whom one may speak to it. Pure wiring: no Django in here.

The owner comes from DATABASE_URL or from the file the embedded server wrote. The other three
roles are login roles with random passwords of their own, so that a fault or an intruder in the
web server cannot rewrite what is meant to last (architecture: four database roles).
"""

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Literal, get_args
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import mingcha
from mingcha.config.env import setting
from mingcha.config.errors import (
    AddressUnreadable,
    DatabaseTooOld,
    DatabaseUnreachable,
    RolesNotAllowed,
)

DatabaseRole = Literal["owner", "app", "sealer", "reader"]
OLDEST_VERSION = 15
CONNECT_SECONDS = 10

# What every connection of a role starts with. Long work widens its own limit by SET LOCAL.
ROLE_SETTINGS: Mapping[DatabaseRole, Mapping[str, str]] = {
    "app": {
        "statement_timeout": "60s",
        "idle_in_transaction_session_timeout": "2min",
        "lock_timeout": "10s",
        "work_mem": "32MB",
        "TimeZone": "UTC",
    },
    "sealer": {
        "statement_timeout": "60s",
        "idle_in_transaction_session_timeout": "1min",
        "lock_timeout": "10s",
        "work_mem": "16MB",
        "TimeZone": "UTC",
    },
    "reader": {
        "statement_timeout": "15min",
        "idle_in_transaction_session_timeout": "15min",
        "lock_timeout": "10s",
        "work_mem": "64MB",
        "default_transaction_read_only": "on",
        "TimeZone": "UTC",
    },
}
_ROLES_LOCK = 7_301_001  # advisory: two starts must not alter the same role at once
_PRIVILEGE = re.compile(r"(INSERT|UPDATE|DELETE)( \([a-z_]+(, [a-z_]+)*\))?")


@dataclass(frozen=True)
class Credentials:
    """One way into one database. `host` is a name, an address or the folder of a socket."""

    database: str
    user: str
    password: str = field(repr=False)
    host: str
    port: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def conninfo(self) -> str:
        """As libpq takes it, password included."""
        parts = {"dbname": self.database, "user": self.user, "password": self.password}
        parts |= {"host": self.host, "port": self.port, "connect_timeout": str(CONNECT_SECONDS)}
        return make_conninfo(
            **{key: text for key, text in {**parts, **self.options}.items() if text}
        )

    @property
    def url(self) -> str:
        """As an address for DATABASE_URL, password included."""
        server = {"host": self.host, "port": self.port, **self.options}
        query = urlencode({key: text for key, text in server.items() if text}, quote_via=quote)
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        return f"postgresql://{user}:{password}@/{quote(self.database, safe='')}?{query}"

    @property
    def where(self) -> str:
        """For people: which database where, without the password."""
        return f"{self.database}（{self.host}{':' if self.port else ''}{self.port}）"


@dataclass(frozen=True)
class Protection:
    """What may be written in a protected table, beyond reading: privileges per role.

    Each is INSERT, UPDATE or DELETE, optionally with columns: "UPDATE (leaf_no)".
    """

    app: tuple[str, ...] = ("INSERT",)
    sealer: tuple[str, ...] = ()


def home() -> Path:
    """The folder of everything this node keeps: `MINGCHA_HOME`, else `var/` of the checkout."""
    given = setting(
        "MINGCHA_HOME",
        "",
        str,
        help="数据目录；默认是源码目录下的 var/，安装版为 ~/.local/share/mingcha。",
    )
    if given:
        return Path(given).absolute()
    checkout = Path(mingcha.__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    return Path.home() / ".local" / "share" / "mingcha"


def external_url() -> str:
    """DATABASE_URL, or "" when the embedded server is to be used."""
    return setting(
        "DATABASE_URL",
        "",
        str,
        help="外部 PostgreSQL（15–18）的地址，以库的所有者登录；不设置则启动内置数据库。",
    )


def owner_record() -> Path:
    """The file in which the embedded server leaves its owner's credentials (mode 0600)."""
    return home() / "secrets" / "postgres.json"


def owner_credentials() -> Credentials:
    """The owner of the database: from DATABASE_URL, else of the embedded server.

    Before the embedded server's first start there is no password yet, and connecting fails;
    reading the settings must not. Raises AddressUnreadable.
    """
    url = external_url()
    if url:
        return parse_url(url)
    record = owner_record()
    if not record.exists():
        return Credentials("mingcha", "mingcha", "", str(home() / "postgres" / "run"))
    known = json.loads(record.read_text())
    return Credentials(known["database"], known["user"], known["password"], known["host"])


def credentials(role: DatabaseRole, owner: Credentials | None = None) -> Credentials:
    """How `role` enters the database of `owner`; `<database>_<role>` with its own password."""
    owner = owner or owner_credentials()
    if role == "owner":
        return owner
    name = f"{owner.database}_{role}"
    return replace(owner, user=name, password=_passwords().get(name, ""))


def parse_url(url: str) -> Credentials:
    """Credentials from a libpq address. Raises AddressUnreadable."""
    try:
        parts = {name: str(text) for name, text in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError as error:
        raise AddressUnreadable(problem=str(error).strip()) from error
    missing = [name for name in ("dbname", "user") if not parts.get(name)]
    if missing:
        raise AddressUnreadable(problem=f"缺少 {'、'.join(missing)}")
    database, user = parts.pop("dbname"), parts.pop("user")
    password, host = parts.pop("password", ""), parts.pop("host", "127.0.0.1")
    return Credentials(database, user, password, host, parts.pop("port", ""), parts)


def database_settings(role: str) -> dict[str, object]:
    """Django's DATABASES["default"] for a role. Reads files only; connects to nothing.

    The application shares a pool per process, so its connections must not be kept by Django
    (CONN_MAX_AGE 0); each is tried before use, so a restarted database is noticed by nobody.
    """
    if role not in get_args(DatabaseRole):
        raise ValueError(f"MINGCHA_DATABASE_ROLE={role!r}: {' | '.join(get_args(DatabaseRole))}")
    way_in = credentials(role)  # type: ignore[arg-type]  # just checked
    options: dict[str, object] = {
        **way_in.options,
        "application_name": f"mingcha {role}",
        "connect_timeout": CONNECT_SECONDS,
    }
    if role == "app":
        size = setting(
            "MINGCHA_DATABASE_POOL", 8, int, help="每个进程的数据库连接池上限；不小于网页线程数。"
        )
        options["pool"] = {"min_size": 1, "max_size": size, "timeout": CONNECT_SECONDS}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": way_in.database,
        "USER": way_in.user,
        "PASSWORD": way_in.password,
        "HOST": way_in.host,
        "PORT": way_in.port,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def server_version(owner: Credentials | None = None) -> str:
    """The server's version as it says it, such as "18.4". Raises DatabaseUnreachable or
    DatabaseTooOld.
    """
    with connect(owner or owner_credentials()) as connection:
        version = connection.info.parameter_status("server_version") or ""
        if connection.info.server_version < OLDEST_VERSION * 10_000:
            raise DatabaseTooOld(version=version)
        return version.split()[0]


def ensure_roles(owner: Credentials | None = None) -> None:
    """Make or mend the login roles of the database; safe to call at every start.

    A role is mended when it is missing, cannot sign in with the password we keep, or has other
    limits than `ROLE_SETTINGS`. Raises DatabaseUnreachable or RolesNotAllowed.
    """
    owner = owner or owner_credentials()
    _make_passwords(owner.database)
    with connect(owner) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_ROLES_LOCK])
        try:
            for role in ROLE_SETTINGS:
                if not _is_sound(connection, credentials(role, owner), ROLE_SETTINGS[role]):
                    _mend(connection, credentials(role, owner), ROLE_SETTINGS[role])
            _default_privileges(connection, owner)
        except psycopg.errors.InsufficientPrivilege as error:
            problem = error.diag.message_primary or str(error)
            raise RolesNotAllowed(user=owner.user, problem=problem) from error


def grant(protected: Mapping[str, Protection], owner: Credentials | None = None) -> None:
    """Give each role its rights on all tables of schema public, in one transaction.

    reader: SELECT. sealer: SELECT. app: all four on every table, except on those named in
    `protected` (table → what may be written there). Call it after every migration; until then
    a new table can be read and added to only.
    """
    owner = owner or owner_credentials()
    for table, protection in protected.items():
        for privilege in (*protection.app, *protection.sealer):
            if not _PRIVILEGE.fullmatch(privilege):
                raise ValueError(f"{table}: {privilege!r} is not a privilege we grant")
    app, sealer, reader = (
        sql.Identifier(credentials(role, owner).user) for role in ("app", "sealer", "reader")
    )
    everyone = sql.SQL(", ").join([app, sealer, reader])
    with connect(owner) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_ROLES_LOCK])
        for statement, roles in (
            ("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", everyone),
            ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", everyone),
            ("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", app),
            ("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", app),
            ("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", sealer),
        ):
            connection.execute(sql.SQL(statement).format(roles))
        for table, protection in protected.items():
            _protect(connection, table, ((app, protection.app), (sealer, protection.sealer)))


@contextmanager
def connect(way_in: Credentials) -> Iterator[psycopg.Connection]:
    """One connection, one transaction. Raises DatabaseUnreachable when there is no way in."""
    try:
        connection = psycopg.connect(way_in.conninfo)
    except psycopg.OperationalError as error:
        problem = str(error).strip().splitlines()[-1]
        raise DatabaseUnreachable(where=way_in.where, problem=problem) from error
    with connection:
        yield connection


def _nap() -> None:
    time.sleep(0.05)


@contextmanager
def locked(
    path: Path, *, shared: bool = False, waiting: Callable[[], None] = _nap
) -> Iterator[None]:
    """Hold an advisory lock on a file; it ends with the process that holds it.

    `waiting` is called again and again until the lock is free, and should take a moment.
    """
    private_folder(path.parent)
    with path.open("a") as file:
        while not try_lock(file, shared=shared):
            waiting()
        yield


def try_lock(file: IO[str], *, shared: bool = False) -> bool:
    """Take the lock on an open file if it is free."""
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def private_folder(path: Path) -> Path:
    """The folder, made for nobody else's eyes if it was missing. Parents keep their rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, mode 0600, on disk before this returns."""
    private_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _password_file() -> Path:
    return home() / "secrets" / "database.json"


def _passwords() -> dict[str, str]:
    """Role name → password, as kept."""
    path = _password_file()
    if not path.exists():
        return {}
    known: dict[str, str] = json.loads(path.read_text())
    return known


def _make_passwords(database: str) -> None:
    """Add a random password for every role of `database` that has none yet."""
    path = _password_file()
    with locked(path.with_suffix(".lock")):
        known = _passwords()
        names = [f"{database}_{role}" for role in ROLE_SETTINGS]
        fresh = {name: secrets.token_urlsafe(24) for name in names if name not in known}
        if fresh:
            write_private(path, json.dumps(known | fresh, indent=1))


def _is_sound(
    connection: psycopg.Connection, way_in: Credentials, limits: Mapping[str, str]
) -> bool:
    """Whether the role exists with exactly these limits and lets us in."""
    row = connection.execute(
        "SELECT coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = %s AND rolcanlogin",
        [way_in.user],
    ).fetchone()
    if row is None or set(row[0]) != {f"{name}={value}" for name, value in limits.items()}:
        return False
    try:
        psycopg.connect(way_in.conninfo).close()
    except psycopg.OperationalError:  # not let in: the answer, not an accident
        return False
    return True


def _mend(connection: psycopg.Connection, way_in: Credentials, limits: Mapping[str, str]) -> None:
    """Create or alter the role. The password travels as a SCRAM verifier, never in clear."""
    verifier = connection.pgconn.encrypt_password(
        way_in.password.encode(), way_in.user.encode(), b"scram-sha-256"
    ).decode()
    role = sql.Identifier(way_in.user)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [way_in.user])
    verb = sql.SQL("ALTER" if known.fetchone() else "CREATE")
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOINHERIT PASSWORD {}").format(verb, role, sql.Literal(verifier))
    )
    connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(role))
    for name, value in limits.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                role, sql.Identifier(name), sql.Literal(value)
            )
        )


def _default_privileges(connection: psycopg.Connection, owner: Credentials) -> None:
    """Rights on tables yet to be made: too few rather than too many, until `grant` is called."""
    app, sealer, reader = (
        sql.Identifier(credentials(role, owner).user) for role in ("app", "sealer", "reader")
    )
    for statement, roles in (
        ("GRANT USAGE ON SCHEMA public TO {}", [app, sealer, reader]),
        (
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {}",
            [sealer, reader],
        ),
        ("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {}", [app]),
        ("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {}", [app, sealer]),
    ):
        connection.execute(sql.SQL(statement).format(sql.SQL(", ").join(roles)))


def _protect(
    connection: psycopg.Connection,
    table: str,
    writers: Iterable[tuple[sql.Identifier, tuple[str, ...]]],
) -> None:
    """Take all writing on `table` away, then give back exactly what is listed."""
    name = sql.Identifier(table)
    for role, privileges in writers:
        taken = sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}")
        connection.execute(taken.format(name, role))
        for privilege in privileges:
            given = f"GRANT {privilege} ON {{}} TO {{}}"  # checked against _PRIVILEGE
            connection.execute(sql.SQL(given).format(name, role))
