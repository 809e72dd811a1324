"""Hand in files and kill at random moments; stands outside everything that is killed."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tests.kill.platform import Platform
from tests.kill.sources import Files

# How often each is chosen, in a hundred.
VICTIMS = {
    "worker-intake": 30,
    "backend": 15,
    "database": 14,
    "worker": 10,
    "web-worker": 10,
    "web": 8,
    "sealer": 7,
    "supervisor": 6,
}
ENDED = {"landed", "refused", "cancelled", "failed"}
LAND_SECONDS = 900  # for one file, kills and all, on a busy machine
PROGRESS_SECONDS = 180
IMPATIENCE = 0.5  # share of every second kill that falls into the recovery from the last one
PROGRESS = "SELECT coalesce(sum(next_row), 0) > {0} FROM records_batch"


@dataclass
class Provider:
    """One department: what it has handed in since the last comparison, and before it in all."""

    code: str
    handed_in: dict[str, Path] = field(default_factory=dict)  # batch → file
    facts_before: int = 0
    refusals_before: int = 0


class Feeder(threading.Thread):
    """Hands in one provider's files one after another, each when the last has ended."""

    def __init__(self, platform: Platform, provider: Provider, files: Iterator[Path]) -> None:
        super().__init__(name=f"feeder {provider.code}", daemon=True)
        self.platform, self.provider, self.files = platform, provider, files
        self.enough = threading.Event()
        self.trouble: BaseException | None = None

    def run(self) -> None:
        """Until told that it is enough; the last file is waited for."""
        try:
            while not self.enough.is_set():
                self._one(next(self.files))
        except BaseException as error:  # noqa: BLE001  # raised again in the test's own thread
            self.trouble = error

    def _one(self, path: Path) -> None:
        number = self.platform.hand_in(path, self.provider.code)
        self.provider.handed_in[number] = path
        deadline = time.monotonic() + LAND_SECONDS
        while (receipt := self.platform.insist(f"batches/{number}"))["state"] not in ENDED:
            assert time.monotonic() < deadline, f"{path.name} 一直没有入库：{receipt}"
            time.sleep(0.5)
        assert receipt["state"] == "landed", f"{path.name} 没有入库：{receipt}"


class Driver:
    """Kills by a seed; everything it did is in `log`."""

    def __init__(self, platform: Platform, folder: Path, seed: int, providers: list[str]) -> None:
        self.platform, self.folder = platform, folder
        self.rng = np.random.default_rng(seed)
        self.providers = [Provider(code) for code in providers]
        self.rounds = 0
        self.log: list[str] = []
        self._begun = time.monotonic()

    def run(self, kills: int) -> None:
        """Kill so many times while files come in, then wait for the last files."""
        self.rounds += 1
        feeders = [self._feeder(provider) for provider in self.providers]
        for feeder in feeders:
            feeder.start()
        for number in range(kills):
            self._await_moment(patient=number % 2 == 0 or self.rng.random() > IMPATIENCE)
            _raise(feeders)
            self._kill()
        for feeder in feeders:
            feeder.enough.set()
        for feeder in feeders:
            feeder.join(LAND_SECONDS)
        self.note("最后一次")
        _raise(feeders)
        assert not any(feeder.is_alive() for feeder in feeders), "报送没有结束"

    def note(self, what: str) -> None:
        """Add a line to the log."""
        self.log.append(f"{time.monotonic() - self._begun:7.2f} 秒  {what}")

    def _feeder(self, provider: Provider) -> Feeder:
        """One with files of its own, so that a round can be compared and forgotten."""
        name = f"{provider.code}-{self.rounds}"
        seed = int(self.rng.integers(2**32))
        files = Files(self.folder, name, np.random.default_rng(seed))
        return Feeder(self.platform, provider, iter(files))

    def _await_moment(self, *, patient: bool) -> None:
        """Most kills wait until rows land again, so that all of the work is hit, not only its start."""
        if patient:
            landed = self.platform.says("SELECT sum(next_row) FROM records_batch")
            self.platform.until(PROGRESS.format(landed), seconds=PROGRESS_SECONDS, every=0.1)
        time.sleep(float(self.rng.exponential(0.7)))

    def _kill(self) -> None:
        kinds = list(VICTIMS)
        shares = np.array(list(VICTIMS.values())) / sum(VICTIMS.values())
        while True:
            kind = str(self.rng.choice(kinds, p=shares))
            pids = self.platform.victims(kind)
            if pids:
                break
            time.sleep(0.05)
        pid = int(self.rng.choice(pids))
        self.note(f"kill -9 {kind} {pid}")
        self.platform.kill(pid)


def _raise(feeders: list[Feeder]) -> None:
    for feeder in feeders:
        if feeder.trouble is not None:
            raise feeder.trouble
