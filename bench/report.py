"""The table: printed row by row, and written to bench/README.md with what it was measured on."""

import importlib
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import psutil
from bench import rig
from bench.rig import Asked, Row

README = Path(__file__).with_name("README.md")
HEAD = "| | measured | limit beside it | ratio | target | peak memory | |\n|---|---|---|---|---|---|---|"
IDLE = 0.05  # share of the machine that others may use before it counts as busy
LOOK_SECONDS = 3


class Report:
    """The rows of one run, and how busy others kept the machine meanwhile."""

    def __init__(self, names: Sequence[str], asked: Asked) -> None:
        self.names, self.asked = names, asked
        self.rows: dict[str, list[Row]] = {name: [] for name in names}
        self.before = psutil.cpu_percent(LOOK_SECONDS) / 100
        self.load = os.getloadavg()[0]
        self._busy, self._own, self._begun = _busy(), rig.cpu_seconds(), time.monotonic()
        self.others = 0.0
        print(HEAD, flush=True)

    def add(self, name: str, row: Row) -> None:
        """Take in one row and print it."""
        self.rows[name].append(row)
        print(line(row), flush=True)
        if row.more:
            print(f"\n{row.more}\n", flush=True)

    def conclude(self) -> None:
        """Say how busy the machine was with other things."""
        span = (time.monotonic() - self._begun) * (os.cpu_count() or 1)
        others = (_busy() - self._busy) - (rig.cpu_seconds() - self._own)
        self.others = max(0.0, others / span)
        print(f"\n{self.conditions()}")

    def conditions(self) -> str:
        """What the run was made on, in sentences."""
        sentences = [
            f"{date.today()}, commit {_commit()}, {os.cpu_count()} cores ({_processor()}), "  # noqa: DTZ011
            f"Python {platform.python_version()}, median of {self.asked.runs} runs "
            f"({self.asked.times(1_000_000)} from a million rows on).",
            f"Load average before the run {self.load:.2f}.",
        ]
        if max(self.before, self.others) > IDLE:
            sentences.append(
                f"**The machine was not idle**: others used {self.before:.0%} of it before the run "
                f"and {self.others:.0%} meanwhile. Seconds are not clean; read the ratios."
            )
        return " ".join(sentences)

    def write(self) -> None:
        """bench/README.md from this run; benches that were left out keep nothing."""
        text = [
            "# Benches\n",
            "Written by `make bench`; do not edit. Each row stands beside its limit in the same run.",
            "Wall seconds first, processor seconds of all processes together (the database's "
            "included) in brackets.\n",
            self.conditions() + "\n",
            HEAD,
            *(line(row) for name in self.names for row in self.rows[name]),
        ]
        for name in self.names:
            text += [f"\n## {name}\n", importlib.import_module(f"bench.{name}").__doc__ or ""]
            text += [f"{row.more}\n" for row in self.rows[name] if row.more]
        README.write_text("\n".join(text).rstrip() + "\n", encoding="utf-8")


def line(row: Row) -> str:
    """One line of the table."""
    verdict = "" if not row.targets else "missed: " + ", ".join(row.missed) if row.missed else "met"
    cells = (
        row.what, row.measured, row.limit, row.ratio, ", ".join(row.targets), row.memory, verdict,
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _busy() -> float:
    """Seconds that all processors have been busy, whoever with."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607
        cwd=rig.ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.stdout.strip() or "unknown"


def _processor() -> str:
    names = [
        text.split(":")[1].strip()
        for text in Path("/proc/cpuinfo").read_text().splitlines()
        if text.startswith("model name")
    ]
    return names[0] if names else platform.machine()
