"""A kill -9 of any process at any moment loses no accepted row and doubles none.

MINGCHA_KILLS says how many kills (20 in `make test`, 500 in `make soak`); a failure prints the seed
(MINGCHA_KILL_SEED) and every kill. The same seed kills the same kinds in the same order, but never
at quite the same moments.
"""

import secrets
import sys
import tempfile
import time
import urllib.error
from pathlib import Path

import numpy as np
import pytest
from tests.kill.comparison import differences, disorder, forget, lake_differences
from tests.kill.driver import ENDED, Driver, Provider
from tests.kill.platform import Platform
from tests.kill.sources import Files

from mingcha.config.env import setting

KILLS_AT_ONCE = 20  # then everything comes to rest and is compared
SETTLE_SECONDS = 300
CHUNK_ROWS = 11_500  # new rows get a lake file of their own per chunk, corrections are gathered
SETTINGS = {"MINGCHA_CHUNK_ROWS": str(CHUNK_ROWS)}
IDLE = "SELECT count(*) = 0 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"

pytestmark = pytest.mark.slow


@pytest.fixture(name="platform", scope="module")
def _platform():
    """A platform that runs; whatever it started is ended afterwards."""
    home = Path(tempfile.mkdtemp(prefix="mingcha-kill-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINGCHA_HOME", str(home))
        for name in ("DATABASE_URL", "MINGCHA_DATABASE_ROLE", "MINGCHA_TEST_SERVER"):
            patch.delenv(name, raising=False)
        platform = Platform(home, SETTINGS)
        try:
            platform.start()
            platform.stage()
            yield platform
        finally:
            platform.end()


def test_a_cancelled_intake_keeps_what_landed_and_resumed_ends_exactly_once(platform, tmp_path):
    code = platform.providers[2]
    files = iter(Files(tmp_path, "cancelled", np.random.default_rng(1)))
    path = next(files)
    number = platform.hand_in(path, code)
    provider = Provider(code, {number: path})
    _wait(platform, number, lambda receipt: receipt["read"] > 0)

    platform.ask(f"batches/{number}/cancel", b"")

    cancelled = _wait(platform, number, lambda receipt: receipt["state"] in ENDED)
    assert cancelled["state"] == "cancelled"
    assert cancelled["read"] in {CHUNK_ROWS, 2 * CHUNK_ROWS}
    with platform.connect() as connection:
        assert differences(connection, provider, rows=cancelled["read"]) == []

    platform.ask(f"batches/{number}/resume", b"")

    resumed = _wait(platform, number, lambda receipt: receipt["state"] in ENDED)
    assert resumed["state"] == "landed"
    with platform.connect() as connection:
        assert differences(connection, provider) == []
    for deed in ("cancel", "resume"):
        with pytest.raises(urllib.error.HTTPError, match="409"):
            platform.ask(f"batches/{number}/{deed}", b"")


def test_kills_at_random_moments_lose_no_row_and_double_none(platform, tmp_path):
    kills = setting("MINGCHA_KILLS", 20, int, help="断电测试中强制结束进程的次数。")
    seed = setting("MINGCHA_KILL_SEED", secrets.randbits(32), int, help="断电测试的随机种子。")
    driver = Driver(platform, tmp_path, seed, platform.providers[:2])
    driver.note(f"MINGCHA_KILL_SEED={seed}")
    compared = set()
    try:
        for done in range(0, kills, KILLS_AT_ONCE):
            driver.run(min(KILLS_AT_ONCE, kills - done))
            assert platform.until(IDLE, seconds=SETTLE_SECONDS), "任务没有做完"
            _compare(platform, driver, compared)
        platform.verify_ledger()
        driver.note("账本核验无误")
    finally:
        sys.stdout.write("\n".join(driver.log) + "\n")  # pytest shows it when the test fails


def _compare(platform, driver, compared):
    """Files, facts, refused rows, receipts and lake agree."""
    driver.note("比对")
    platform.gather()
    with platform.connect() as connection:
        found = disorder(connection)
        for provider in driver.providers:
            found += differences(connection, provider)
            forget(provider, connection)
        found += lake_differences(connection, platform.home / "lake", compared)
    assert not found, "\n".join(found)


def _wait(platform, number, until):
    """The receipt once `until` holds of it."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while not until(receipt := platform.ask(f"batches/{number}")):
        assert time.monotonic() < deadline, receipt
        time.sleep(0.05)
    return receipt
