"""The embedded server: made, found again, killed, misused; as root and as a user."""

import json
import multiprocessing
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from mingcha.config import testing
from mingcha.config.errors import DataElsewhere, PasswordLost
from mingcha.config.postgres import EmbeddedPostgres, bundled_programs
from mingcha.config.processes import wait_until

AS_ROOT = os.geteuid() == 0
START = """
import sys
from pathlib import Path
from mingcha.config import testing
from mingcha.config.postgres import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1]), testing.OVERRIDES).start()
print("started", flush=True)
sys.stdin.read()
"""


def _ask(server, query):
    with psycopg.connect(server.owner().conninfo) as connection:
        return connection.execute(query).fetchone()[0]


def _keep(server, note):
    with psycopg.connect(server.owner().conninfo) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (note text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [note])


def _starter(server, **environment):
    """Another process that has started the server and waits."""
    starter = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", START, str(server.home)],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout.readline() == "started\n"
    return starter


def test_a_new_server_answers_on_a_private_socket_only(fresh):
    fresh.start()

    owner = fresh.owner()
    assert _ask(fresh, "SHOW server_encoding") == "UTF8"
    assert _ask(fresh, "SELECT lower('ÀΩ')") == "àω"
    assert _ask(fresh, "SHOW listen_addresses") == ""
    assert fresh.postmaster().net_connections("tcp") == []
    assert Path(owner.host).stat().st_mode & 0o777 == 0o700
    assert fresh.record.stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(owner.conninfo.replace(owner.password, "wrong"))


def test_production_never_trades_durability(server):
    server.overrides.clear()
    server.start()

    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert _ask(server, f"SHOW {name}") == "on"


def test_what_was_committed_survives_a_stop(server):
    server.start()
    _keep(server, "一")
    server.stop()
    assert server.postmaster() is None

    server.start()

    assert _ask(server, "SELECT note FROM kept") == "一"


def test_a_killed_server_starts_again_with_everything_committed(server):
    server.start()
    _keep(server, "一")
    busy = psycopg.connect(server.owner().conninfo)
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000)")
    server.postmaster().kill()

    server.start()

    assert _ask(server, "SELECT note FROM kept") == "一"
    busy.close()


def test_a_pid_file_that_names_a_foreign_process_does_not_hinder(server):
    user = None if server.account is None else server.account.uid
    with subprocess.Popen([shutil.which("sleep"), "100"], user=user) as foreign:  # noqa: S603
        (server.data / "postmaster.pid").write_text(f"{foreign.pid}\n{server.data}\n")

        server.start()

        assert server.postmaster().pid != foreign.pid
        assert foreign.poll() is None
        foreign.kill()


def test_an_interrupted_first_start_is_taken_up_again(server):
    (server.data / "PG_VERSION").unlink()
    server.data.rename(server.state / "data.new")

    server.start()

    assert _ask(server, "SELECT 1") == 1


def test_an_operators_own_lines_win(server):
    (server.state / "local.conf").write_text("work_mem = '7MB'\n")
    (server.state / "local.conf").chmod(0o644)

    server.start()

    assert _ask(server, "SHOW work_mem") == "7MB"


def test_data_without_their_password_are_left_alone(server):
    record = server.record.read_text()
    server.record.unlink()

    with pytest.raises(PasswordLost, match="口令文件"):
        server.start()

    server.record.write_text(record)


def test_a_copied_project_does_not_silently_begin_anew(server):
    known = json.loads(server.record.read_text()) | {"state": "/elsewhere/postgres"}
    server.record.write_text(json.dumps(known))
    shutil.rmtree(server.data)

    with pytest.raises(DataElsewhere, match="/elsewhere/postgres"):
        server.start()


def test_the_server_ends_when_its_starter_is_killed(server):
    starter = _starter(server)
    assert server.postmaster() is not None
    starter.kill()
    starter.wait()

    assert wait_until(lambda: server.postmaster() is None, seconds=10)


def test_commands_share_a_server_and_the_one_that_started_it_stops_it(server):
    with server.borrowed():
        first = server.postmaster().pid
        with EmbeddedPostgres(server.home).borrowed():
            assert server.postmaster().pid == first
        assert server.postmaster().pid == first

    assert server.postmaster() is None


def test_a_long_path_gets_a_short_socket(place):
    server = EmbeddedPostgres(place / ("很" * 40), testing.OVERRIDES)
    server.start()
    try:
        assert len(os.fsencode(server.owner().host)) < 90
        assert _ask(server, "SELECT 1") == 1
    finally:
        server.destroy()


def _start_as(account, home, answer):
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    server = EmbeddedPostgres(home, testing.OVERRIDES)
    server.start()
    answer.put((server.account, str(server.state), _ask(server, "SELECT 1")))
    answer.close()
    answer.join_thread()
    server.stop()


@pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")
def test_an_ordinary_user_keeps_everything_in_the_home():
    account = pwd.getpwnam("nobody")
    home = Path(tempfile.mkdtemp(prefix="明 察-"))
    os.chown(home, account.pw_uid, account.pw_gid)
    context = multiprocessing.get_context("fork")
    answer = context.Queue()
    other = context.Process(target=_start_as, args=(account, home, answer))
    other.start()
    try:
        assert answer.get(timeout=30) == (None, str(home / "postgres"), 1)
    finally:
        other.join()
        shutil.rmtree(home)


@pytest.mark.skipif(not AS_ROOT, reason="only root has a home that others cannot enter")
def test_root_runs_the_server_as_somebody_else_and_leaves_parents_alone(fresh):
    parents = [Path("/var/lib"), fresh.home.parent]
    before = [parent.stat().st_mode for parent in parents]

    fresh.start()

    assert fresh.postmaster().uids().effective == fresh.account.uid != 0
    assert fresh.data.stat().st_uid == fresh.account.uid
    assert fresh.state.stat().st_uid == 0
    assert [parent.stat().st_mode for parent in parents] == before


@pytest.mark.slow
@pytest.mark.skipif(not AS_ROOT, reason="only root has a home that others cannot enter")
def test_programs_below_a_root_only_home_are_copied_to_where_they_can_run(server, tmp_path):
    package = bundled_programs().parents[1]
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        keep_out = shutil.ignore_patterns("include", "pginstall")
        shutil.copytree(folder, hidden / folder.name, ignore=keep_out)
    starter = _starter(server, PYTHONPATH=str(hidden))

    program = Path(server.postmaster().exe())
    assert not program.is_relative_to(hidden)
    assert program.stat().st_mode & 0o005 == 0o005
    starter.kill()
    starter.wait()
    assert wait_until(lambda: server.postmaster() is None, seconds=10)
