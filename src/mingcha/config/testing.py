"""A throw-away PostgreSQL for the tests, so that `pytest` works with nothing prepared.

Loaded as a plugin (`-p mingcha.config.testing`) it starts the server before the settings are
read, once per session: the workers of pytest-xdist inherit its address from their controller.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from mingcha.config.database import external_url
from mingcha.config.env import setting
from mingcha.config.postgres import EmbeddedPostgres

# Nothing here has to survive a power cut. It does have to survive a kill, as the real one does:
# synchronous_commit stays on.
OVERRIDES: Mapping[str, str] = {"fsync": "off", "shared_buffers": "128MB"}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Before pytest-django, which reads the settings in the same hook."""
    ensure_test_server()
    return (yield)


def ensure_test_server() -> str:
    """The owner's address of this session's database server, started if nobody has.

    Sets DATABASE_URL and MINGCHA_HOME (a temporary folder) for this process and its children.
    A DATABASE_URL that was given is kept: then the tests run on that server. The server ends
    with the process that started it, however that ends.
    """
    started = setting("MINGCHA_TEST_SERVER", "", str, help="测试框架内部使用，不要手工设置。")
    if started:
        _move_in()
        return started
    home = Path(tempfile.mkdtemp(prefix="mingcha-test-"))
    url = external_url() or _start(home)
    atexit.register(_remove, home, os.getpid())
    os.environ |= {"MINGCHA_HOME": str(home), "DATABASE_URL": url, "MINGCHA_TEST_SERVER": url}
    os.environ.setdefault("MINGCHA_DATABASE_ROLE", "owner")  # pytest-django makes the test database
    return url


def _move_in() -> None:
    """Give a worker of pytest-xdist a home of its own, as it has a database of its own.

    Otherwise one worker's journal tells of acts that the other's ledger has never seen.
    """
    worker, home = os.environ.get("PYTEST_XDIST_WORKER", ""), Path(os.environ["MINGCHA_HOME"])
    if worker and home.name != worker:
        (home / worker).mkdir(exist_ok=True)
        os.environ["MINGCHA_HOME"] = str(home / worker)


def _start(home: Path) -> str:
    server = EmbeddedPostgres(home, OVERRIDES)
    server.start()
    return server.owner().url


def _remove(home: Path, starter: int) -> None:
    """At exit of the starter, not of a process it forked."""
    if os.getpid() == starter:
        EmbeddedPostgres(home).destroy()
        shutil.rmtree(home, ignore_errors=True)
