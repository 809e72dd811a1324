"""Homes and servers of their own for the tests of the house."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from mingcha.config import testing
from mingcha.config.postgres import EmbeddedPostgres


@pytest.fixture
def place(monkeypatch):
    """An empty home whose path has a blank and Chinese characters."""
    folder = Path(tempfile.mkdtemp(prefix="明 察-"))
    monkeypatch.setenv("MINGCHA_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def fresh(place):
    """A server in that home that was never started; its data are gone afterwards."""
    embedded = EmbeddedPostgres(place, testing.OVERRIDES)
    yield embedded
    embedded.destroy()


@pytest.fixture(scope="session")
def pattern():
    """A server that was started once and stopped: making a new one takes a second of work."""
    home = Path(tempfile.mkdtemp(prefix="明 察-"))
    embedded = EmbeddedPostgres(home, testing.OVERRIDES)
    embedded.start()
    embedded.stop()
    yield embedded
    embedded.destroy()
    shutil.rmtree(home)


@pytest.fixture
def server(fresh, pattern):
    """A server that was started before and does not run now."""
    _copy(pattern.home, fresh.home)
    if not fresh.state.is_relative_to(fresh.home):
        _copy(pattern.state, fresh.state)
    known = json.loads(fresh.record.read_text()) | {"state": str(fresh.state), "host": ""}
    fresh.record.write_text(json.dumps(known))
    return fresh


def _copy(source, target):
    """With owners and rights."""
    target.mkdir(exist_ok=True)
    subprocess.run([shutil.which("cp"), "-a", f"{source}/.", str(target)], check=True)  # noqa: S603
