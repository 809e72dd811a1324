"""The supervisor, with small shell programs in place of the platform's."""

import os
import signal
import socket
import subprocess
import sys

import psutil
import pytest

from mingcha.base.watch import standings
from mingcha.config.errors import PortTaken
from mingcha.config.processes import rotate, wait_until
from mingcha.config.supervisor import is_up, supervisor_pid
from mingcha.config.up import Options, check_port


@pytest.fixture
def supervise(place):
    """Start a stand-in supervisor of a case; its talk is in `said`."""
    started = []

    def start(case, until="all there"):
        with (place / "said").open("a") as said:
            supervisor = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "mingcha.config.tests.stand_in", str(place), case],
                stderr=said,
            )
        started.append(supervisor)
        assert wait_until(lambda: until in (place / "said").read_text(), seconds=20)
        return supervisor

    yield start
    for supervisor in started:
        supervisor.terminate()
        supervisor.wait()


def _gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_processes_are_stopped_stage_by_stage(supervise, place):
    supervisor = supervise("three")
    assert is_up(place)
    assert supervisor_pid(place) == supervisor.pid
    pids = [standing.pid for standing in standings(place).values()]

    supervisor.terminate()

    assert supervisor.wait(10) == 0
    assert (place / "ended").read_text().split() == ["first", "second", "last"]
    assert all(_gone(pid) for pid in pids)
    assert not is_up(place)


def test_what_dies_is_restarted_and_said(supervise, place):
    supervise("three")
    died = standings(place)["second"].pid

    os.kill(died, signal.SIGKILL)

    said = place / "said"
    assert wait_until(lambda: "“进程second”已重新启动" in said.read_text(), seconds=10)
    assert "“进程second”意外退出（被信号 SIGKILL 结束），1 秒后重新启动" in said.read_text()
    standing = standings(place)["second"]
    assert standing.restarts == 1
    assert not _gone(standing.pid)


def test_nothing_outlives_a_killed_supervisor(supervise, place):
    supervisor = supervise("three")
    pids = [standing.pid for standing in standings(place).values()]

    supervisor.kill()
    supervisor.wait()

    assert wait_until(lambda: all(_gone(pid) for pid in pids), seconds=5)
    assert not is_up(place)


def test_what_outlived_a_killed_supervisor_is_ended_by_the_next(supervise, place):
    supervisor = supervise("stubborn")
    left = standings(place)["stubborn"].pid
    supervisor.kill()
    supervisor.wait()
    assert not _gone(left)

    (place / "said").write_text("")
    supervise("three")

    assert _gone(left)


def test_what_does_not_stop_in_time_is_killed(supervise, place):
    supervisor = supervise("stubborn")
    pid = standings(place)["stubborn"].pid

    supervisor.terminate()

    assert supervisor.wait(10) == 0
    assert _gone(pid)
    assert "没有按时停下，已强制结束" in (place / "said").read_text()


def test_a_home_has_one_supervisor(supervise, place):
    supervise("three")
    second = supervise("three", until="config/already-up")

    assert second.wait(10) == 1
    assert is_up(place)


def test_a_start_that_fails_shows_the_log_and_leaves_nothing(supervise, place):
    supervisor = supervise("failing", until="config/not-ready")

    assert supervisor.wait(10) == 1
    said = (place / "said").read_text()
    assert "“进程failing”在 1 秒内没有就绪" in said
    assert "out of order" in said
    assert (place / "ended").read_text().split() == ["sound"]
    assert not is_up(place)


def test_a_taken_port_is_named_with_a_way_out():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken, match=f"端口 {port} 已被占用（进程 {os.getpid()}") as refusal:
            check_port(Options("127.0.0.1", port))

    assert f"--port {port + 1}" in refusal.value.detail


def test_a_long_log_is_set_aside_and_the_writer_goes_on(place):
    log = place / "some.log"
    with log.open("ab", buffering=0) as writer:
        for number in range(8):
            writer.write(f"line {number}\n".encode())
            rotate([log], limit_bytes=5, keep=3)
        writer.write(b"last\n")

    assert log.read_text() == "last\n"
    kept = {path.name: path.read_text() for path in place.glob("some.log.*")}
    assert kept == {"some.log.1": "line 7\n", "some.log.2": "line 6\n", "some.log.3": "line 5\n"}
