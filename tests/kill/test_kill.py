"""A kill -9 of any process at any moment loses no accepted row and doubles none.

MINGCHA_KILLS says how many kills (20 in `make test`, 500 in `make soak`), MINGCHA_KILL_SEED which.
"""

import secrets
import sys
import tempfile
from pathlib import Path

import pytest
from tests.kill.comparison import differences, lake_differences
from tests.kill.driver import Driver
from tests.kill.platform import Platform

from mingcha.config.env import setting

KILLS_AT_ONCE = 20  # then everything comes to rest and is compared
SETTLE_SECONDS = 120
# A chunk of new rows is above the size that gets a lake file of its own, one of corrections below.
SETTINGS = {"MINGCHA_CHUNK_ROWS": "11500"}
IDLE = "SELECT count(*) = 0 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"

pytestmark = pytest.mark.slow


@pytest.fixture(name="platform")
def _platform(monkeypatch):
    """A platform that runs; whatever it started is ended afterwards."""
    home = Path(tempfile.mkdtemp(prefix="mingcha-kill-"))
    monkeypatch.setenv("MINGCHA_HOME", str(home))
    for name in ("DATABASE_URL", "MINGCHA_DATABASE_ROLE", "MINGCHA_TEST_SERVER"):
        monkeypatch.delenv(name, raising=False)
    platform = Platform(home, SETTINGS)
    try:
        platform.start()
        yield platform
    finally:
        platform.end()


def test_kills_at_random_moments_lose_no_row_and_double_none(platform):
    kills = setting("MINGCHA_KILLS", 20, int, help="断电测试中强制结束进程的次数。")
    seed = setting("MINGCHA_KILL_SEED", secrets.randbits(32), int, help="断电测试的随机种子。")
    folder = platform.home / "sources"
    folder.mkdir()
    driver = Driver(platform, folder, seed, platform.stage()["providers"])
    driver.note(f"MINGCHA_KILL_SEED={seed}")
    try:
        for done in range(0, kills, KILLS_AT_ONCE):
            driver.run(min(KILLS_AT_ONCE, kills - done))
            assert platform.until(IDLE, seconds=SETTLE_SECONDS), "任务没有做完"
            _compare(platform, driver)
    finally:
        sys.stdout.write("\n".join(driver.log) + "\n")  # pytest shows it when the test fails


def _compare(platform, driver):
    """Files, facts, refused rows, receipts, lake and ledger agree."""
    driver.note("比对")
    platform.gather()
    with platform.connect() as connection:
        found = differences(connection, driver.providers)
        found += lake_differences(connection, platform.home / "lake")
    platform.verify_ledger()
    driver.note("比对结束")
    assert not found, "\n".join(found)
