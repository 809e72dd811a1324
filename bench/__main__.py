"""Run the benches and print one table: `make bench`, or

    python -m bench [--only NAME ...] [--rows 100000,1000000] [--runs 3] [--write]

Needs the group `bench` of the lock file. Data and databases are made by code and kept under
var/bench, so that a second run is quick. `--write` rewrites bench/README.md from the run.
"""

import argparse
import importlib
from collections.abc import Iterator

from bench import report, rig

BENCHES = (
    "checking",
    "intake",
    "linking",
    "dossier",
    "names",
    "lists",
    "export",
    "ledger",
    "draw",
    "startup",
)


def main() -> None:
    """Measure what was asked for, row by row."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=BENCHES, help="may be given again")
    parser.add_argument("--rows", type=_sizes, default=[100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3, help="the median is shown")
    parser.add_argument("--write", action="store_true", help="rewrite bench/README.md")
    chosen = parser.parse_args()
    asked = rig.Asked(chosen.rows, chosen.runs)
    with rig.server().borrowed():
        found = report.Report(chosen.only or list(BENCHES), asked)
        for name in found.names:
            for row in _measured(name, asked):
                found.add(name, row)
    found.conclude()
    if chosen.write:
        found.write()


def _measured(name: str, asked: rig.Asked) -> Iterator[rig.Row]:
    yield from importlib.import_module(f"bench.{name}").measure(asked)


def _sizes(text: str) -> list[int]:
    return sorted(int(part.replace("_", "")) for part in text.split(","))


if __name__ == "__main__":
    main()
