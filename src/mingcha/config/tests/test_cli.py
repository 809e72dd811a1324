"""The operator's door: help, refusals, psql, and a database for the length of a command."""

import os
import socket
import subprocess
import sys
import urllib.request

import pytest

from mingcha.config.processes import wait_until
from mingcha.config.testing import OVERRIDES

MINGCHA = [sys.executable, "-m", "mingcha.config.cli"]


@pytest.fixture
def mingcha(server):
    """Run `mingcha …` on an embedded server of its own that is not running."""
    (server.state / "local.conf").write_text(
        "".join(f"{name} = '{value}'\n" for name, value in OVERRIDES.items())
    )
    (server.state / "local.conf").chmod(0o644)

    def run(*words, **environment):
        return subprocess.run(  # noqa: S603
            [*MINGCHA, *words],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def start_up(mingcha):
    """Run `mingcha up` beside the test; its talk is to be read from `stderr`."""
    started = []

    def start(*words):
        command = [*MINGCHA, "up", *words]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))  # noqa: S603
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        process.wait()
        process.stderr.close()


def test_the_help_has_one_chinese_line_for_each_command_and_no_noise(mingcha):
    said = mingcha("--help")

    assert said.returncode == 0
    assert "\n  up " in said.stdout
    assert "sqlflush" not in said.stdout
    commands = [line for line in said.stdout.splitlines() if line.startswith("  ")]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in line) for line in commands)


def test_psql_reads_only_and_the_server_is_stopped_again(mingcha, server):
    asked = mingcha("psql", "-At", "-c", "SELECT current_user, current_database()")
    refused = mingcha("psql", "-At", "-c", "CREATE TABLE mine (note text)")

    assert asked.stdout == "mingcha_reader|mingcha\n"
    assert refused.returncode != 0
    assert "read-only" in refused.stderr
    assert server.postmaster() is None


def test_psql_as_owner_has_to_be_asked_for(mingcha):
    made = mingcha("psql", "--owner", "-c", "CREATE TABLE mine (note text)")

    assert made.stdout == "CREATE TABLE\n"


def test_commands_join_a_server_that_runs(mingcha, server):
    with server.borrowed():
        running = server.postmaster().pid

        assert mingcha("psql", "-At", "-c", "SELECT 1").stdout == "1\n"

        assert server.postmaster().pid == running


def test_starting_waits_for_a_command_that_uses_the_database(start_up, server):
    with server.borrowed():
        starting = start_up("--port", "0")

        assert "等它结束" in starting.stderr.readline() + starting.stderr.readline()

        starting.terminate()
        assert starting.wait(10) == 0
        assert server.postmaster() is not None


@pytest.mark.parametrize("command", ["down", "status"])
def test_without_a_supervisor_one_sentence_says_so(mingcha, command):
    said = mingcha(command)

    assert said.returncode != 0
    assert said.stderr.startswith("明察没有在运行")
    assert said.stderr.count("\n") == 1


def test_a_wrong_address_is_a_sentence_and_not_a_trace(mingcha):
    said = mingcha("psql", DATABASE_URL="postgresql://nobody:secret@127.0.0.1:1/city")

    assert said.returncode == 1
    assert said.stderr.startswith("连接不上数据库")
    assert "Traceback" not in said.stderr
    assert "secret" not in said.stderr


@pytest.mark.slow
def test_the_platform_comes_up_serves_survives_and_goes_down(start_up, mingcha, server):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    starting = start_up("--port", str(port))
    said = []
    while not said or "停止" not in said[-1]:
        said.append(starting.stderr.readline())
        assert starting.poll() is None, said
    assert f"http://127.0.0.1:{port}" in "".join(said)

    page = f"http://127.0.0.1:{port}/healthz"
    with urllib.request.urlopen(page, timeout=10) as answer:
        assert answer.status == 200
    server.postmaster().kill()
    assert wait_until(server.answers, seconds=20)
    with urllib.request.urlopen(page, timeout=10) as answer:
        assert answer.status == 200
    assert "sealer\t" in mingcha("status").stdout

    assert mingcha("down").returncode == 0
    assert starting.wait(10) == 0
    assert server.postmaster() is None
