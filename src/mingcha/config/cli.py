"""`mingcha`: the operator's one door. What is not ours here is a Django management command."""

import argparse
import ast
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import mingcha
from mingcha.base.errors import MingchaError
from mingcha.base.watch import standings
from mingcha.config.database import (
    Credentials,
    DatabaseRole,
    credentials,
    ensure_roles,
    external_url,
    home,
)
from mingcha.config.env import setting
from mingcha.config.errors import NotUp, StillUp
from mingcha.config.postgres import EmbeddedPostgres, bundled_programs
from mingcha.config.processes import wait_until
from mingcha.config.supervisor import is_up, supervisor_pid, to_terminal
from mingcha.config.up import Options, up

DOWN_SECONDS = 180

# Whom a command speaks to the database as; all others are the application.
ROLES: dict[str, DatabaseRole] = {
    "migrate": "owner",
    "makemigrations": "owner",
    "sqlmigrate": "owner",
    "showmigrations": "owner",
    "prepare": "owner",
    "backup": "owner",
    "restore": "owner",
    "seal": "sealer",
    "forget": "owner",
    "verify": "reader",
}

# Commands that read the code only.
WITHOUT_DATABASE = {"help", "check", "collectstatic", "findstatic", "diffsettings", "docs"}


@dataclass(frozen=True)
class Own:
    """A command of this file: its line in the help, and what does it."""

    help: str
    run: Callable[[Sequence[str]], int]


def main() -> None:
    """Run one command line. A refusal is one sentence on stderr and exit status 1."""
    words = sys.argv[1:]
    try:
        sys.exit(_run(words))
    except MingchaError as refusal:
        to_terminal(refusal.as_line())
        sys.exit(1)
    except KeyboardInterrupt:
        to_terminal("已中断。")
        sys.exit(130)


def _run(words: Sequence[str]) -> int:
    if not words or (words[0] in {"-h", "--help", "help"} and len(words) == 1):
        sys.stdout.write(overview())
        return 0
    own = OWN.get(words[0])
    return _manage(words) if own is None else own.run(words[1:])


def overview() -> str:
    """All commands an operator needs, one Chinese line each."""
    commands = {name: own.help for name, own in OWN.items()} | management_commands()
    width = max(len(name) for name in commands) + 2
    lines = [f"  {name:<{width}}{line}" for name, line in sorted(commands.items())]
    head = "明察：城市“互联网+监管”平台\n\n用法：mingcha 命令 [参数]；mingcha 命令 --help 看详细说明。\n\n"
    return head + "\n".join(lines) + "\n"


def management_commands() -> dict[str, str]:
    """Our own management commands with the first sentence of their help, read from the source.

    Nothing is imported: the help must come at once, and also when the settings are broken.
    """
    package = Path(mingcha.__file__).parent
    found = {}
    for path in package.glob("**/management/commands/[!_]*.py"):
        found[path.stem] = _help_in(ast.parse(path.read_text())).split("。")[0]
    return found


def _help_in(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names == ["help"]:
                return str(node.value.value)
    return ""


def _manage(words: Sequence[str]) -> int:
    """Hand over to Django as the role the command needs, with a database that runs."""
    command = [sys.executable, "-m", "mingcha.config.manage", *words]
    role = os.environ.get("MINGCHA_DATABASE_ROLE") or ROLES.get(words[0], "app")
    surroundings = {**os.environ, "MINGCHA_DATABASE_ROLE": role, "MINGCHA_HOME": str(home())}
    alone = words[0] in WITHOUT_DATABASE or not {"-h", "--help"}.isdisjoint(words)
    with nullcontext() if alone else database_running():
        return subprocess.run(command, env=surroundings, check=False).returncode  # noqa: S603


@contextmanager
def database_running() -> Iterator[None]:
    """The database and its roles for the length of a command; started only if nobody has."""
    if external_url():
        ensure_roles()
        yield
    elif is_up(home()):
        EmbeddedPostgres(home()).await_answer()
        yield
    else:
        with EmbeddedPostgres(home()).borrowed():
            ensure_roles()
            yield


def _up(words: Sequence[str]) -> int:
    parser = _parser("up")
    host = setting("MINGCHA_HOST", "127.0.0.1", str, help="网页服务监听的地址。")
    port = setting("MINGCHA_PORT", 8000, int, help="网页服务监听的端口。")
    parser.add_argument("--host", default=host, help=f"监听的地址，默认 {host}")
    parser.add_argument("--port", type=int, default=port, help=f"监听的端口，默认 {port}")
    parser.add_argument("--demo", action="store_true", help="首次启动时装入演示城市")
    chosen = parser.parse_args(words)
    up(Options(chosen.host, chosen.port, chosen.demo))
    return 0


def _down(words: Sequence[str]) -> int:
    _parser("down").parse_args(words)
    place = home()
    number = supervisor_pid(place)
    if number is None:
        raise NotUp(home=place)
    os.kill(number, signal.SIGTERM)
    if not wait_until(lambda: not is_up(place), seconds=DOWN_SECONDS):
        raise StillUp(seconds=DOWN_SECONDS)
    to_terminal("已停止。")
    return 0


def _status(words: Sequence[str]) -> int:
    _parser("status").parse_args(words)
    place = home()
    number = supervisor_pid(place)
    if number is None:
        to_terminal(NotUp(home=place).as_line())
        return 3  # what system tools expect of a service that does not run
    sys.stdout.write(f"supervisor\t{number}\t运行中\t守护进程\n")
    for name, standing in standings(place).items():
        state = "运行中" if standing.pid is not None else "等待重启"
        again = f"，已重启 {standing.restarts} 次" if standing.restarts else ""
        sys.stdout.write(f"{name}\t{standing.pid or '-'}\t{state}{again}\t{standing.label}\n")
    return 0


def _psql(words: Sequence[str]) -> int:
    parser = _parser("psql")
    parser.add_argument("--owner", action="store_true", help="以所有者登录（可改动数据，慎用）")
    chosen, rest = parser.parse_known_args(words)
    with database_running():
        way_in = credentials("owner" if chosen.owner else "reader")
        command = [str(bundled_programs() / "psql"), *rest]
        return subprocess.run(command, env=_libpq(way_in), check=False).returncode  # noqa: S603


def _libpq(way_in: Credentials) -> dict[str, str]:
    """The environment psql takes its address from; a password must not be in its command line."""
    known = {"PGDATABASE": way_in.database, "PGUSER": way_in.user, "PGHOST": way_in.host}
    known |= {"PGPASSWORD": way_in.password, "PGPORT": way_in.port}
    known |= {f"PG{name.upper()}": text for name, text in way_in.options.items()}
    return {**os.environ, **{name: text for name, text in known.items() if text}}


def _parser(name: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"mingcha {name}", description=OWN[name].help)


OWN: dict[str, Own] = {
    "up": Own("启动并守护整个平台（数据库、网页、后台任务、账本封存）", _up),
    "down": Own("停止正在运行的平台", _down),
    "status": Own("查看各进程是否在运行", _status),
    "psql": Own("用 psql 查询数据库（默认只读）", _psql),
}

if __name__ == "__main__":
    main()
