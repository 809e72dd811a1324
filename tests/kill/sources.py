"""The files that are handed in, and what must come of them, worked out from the files alone."""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

import numpy as np

from mingcha.domains.records.testing import inspection, uscc
from mingcha.standards import loader

NEW_ROWS, CHANGED_ROWS = 24_000, 6_000
BAD_DAY = "2025-13-01"  # refused: there is no such month
LATER_ITEM = "01310000000099"  # waits: nobody has registered it yet
LABELS = {field.label: key for key, field in loader.current().table("check_action").fields.items()}
KEY, OPERATION = "check_action_code", "cd_operation"
FIRST_ROW = 2  # of a file whose first line is the header


@dataclass(frozen=True)
class Fact:
    """One version that must be there: from which file and row, what it does, digest of its content."""

    file: str
    row: int
    operation: str
    content: bytes


@dataclass
class Counts:
    """What the receipt of one file must say."""

    read: int = 0
    accepted: int = 0
    refused: int = 0
    waiting: int = 0
    doubled: int = 0
    replaced: int = 0
    withdrawn: int = 0


@dataclass
class Expected:
    """What one provider's files must have left behind, file after file.

    `facts`: key → its versions, first version first. `refusals`: (file, row) → (state, key).
    """

    facts: dict[str, list[Fact]] = field(default_factory=dict)
    refusals: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)

    def read(self, path: Path, *, rows: int | None = None) -> None:
        """Work out what a file adds, or its first `rows`."""
        counts = self.counts[path.name] = Counts()
        with path.open(encoding="utf-8", newline="") as file:
            for row, cells in enumerate(islice(csv.DictReader(file), rows), start=FIRST_ROW):
                said = {LABELS.get(label, label): text for label, text in cells.items() if text}
                counts.read += 1
                self._row(path.name, row, said, counts)

    def _row(self, file: str, row: int, said: Mapping[str, str], counts: Counts) -> None:
        key = said[KEY]
        versions = self.facts.get(key, [])
        withdraws = said.get(OPERATION) == "d"
        if said["check_date"] == BAD_DAY or (withdraws and not versions):
            self.refusals[file, row] = ("refused", key)
            counts.refused += 1
        elif said["supervise_item_implement_code"] == LATER_ITEM:
            self.refusals[file, row] = ("waiting", key)
            counts.waiting += 1
        else:
            self._accepted(Fact(file, row, "d" if withdraws else "", digest(said)), key, counts)

    def _accepted(self, fact: Fact, key: str, counts: Counts) -> None:
        versions = self.facts.setdefault(key, [])
        last = versions[-1] if versions else None
        if last and (last.content, last.operation == "d") == (fact.content, fact.operation == "d"):
            counts.doubled += 1
            return
        operation = fact.operation or ("u" if versions else "i")
        versions.append(Fact(fact.file, fact.row, operation, fact.content))
        counts.accepted += 1
        counts.replaced += operation == "u"
        counts.withdrawn += operation == "d"


def digest(content: Mapping[str, str]) -> bytes:
    """What stands for the content of a row: its fields, the envelope left out."""
    fields = {key: text for key, text in content.items() if not key.startswith("cd_")}
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class Files:
    """The endless row of files of one provider: new records, then corrections of them, and again.

    Every kind of row that may be lost or doubled is in them: lawful, refused, waiting, repeated
    near and far, corrected with and without the national envelope, withdrawn, entered again.
    """

    def __init__(self, folder: Path, name: str, rng: np.random.Generator) -> None:
        """`name` begins the names of the files and the keys of their rows."""
        self._folder, self._name, self._rng = folder, name, rng
        self._numbers = range(0)
        self._made = 0

    def __iter__(self) -> Iterator[Path]:
        kinds = (self._new, self._corrected, self._withdrawn, self._plainly_corrected)
        for number in count():
            yield self._write(f"{self._name}-{number:03d}.csv", kinds[number % len(kinds)]())

    def _new(self) -> list[dict[str, str]]:
        first = self._made
        self._made += NEW_ROWS
        self._numbers = range(first, self._made)
        rows = [self._row(number) for number in self._numbers]
        dice = self._rng.integers(0, 100, len(rows))
        for row, die in zip(rows, dice, strict=True):
            if die < 2:
                row["check_date"] = BAD_DAY
            elif die < 4:
                row["supervise_item_implement_code"] = LATER_ITEM
        near = [row for row, die in zip(rows, dice, strict=True) if die == 50]
        for row in near:  # once more within the chunk, and once more far away
            rows.insert(int(row[KEY].rsplit("-", 1)[1]) - first, dict(row))
        return rows + [dict(row) for row in near]

    def _corrected(self) -> list[dict[str, str]]:
        rows = []
        for number in self._some():
            die = number % 4
            change = {"check_result": "02"} if die < 2 else {}
            rows.append(self._row(number, **change) | {OPERATION: "d" if die == 3 else "u"})
        return rows

    def _withdrawn(self) -> list[dict[str, str]]:
        rows = [self._row(number) | {OPERATION: "i"} for number in self._some()]
        for row in rows[::5]:
            row[OPERATION] = "d"
        never = ({KEY: f"{row[KEY]}-无", OPERATION: "d"} for row in rows[:200])
        return rows + [rows[0] | changed for changed in never]

    def _plainly_corrected(self) -> list[dict[str, str]]:
        return [self._row(number, check_personnel="张演示、王演示") for number in self._some()]

    def _some(self) -> list[int]:
        chosen = self._rng.choice(len(self._numbers), CHANGED_ROWS, replace=False)
        return [self._numbers[int(place)] for place in chosen]

    def _row(self, number: int, **changes: str) -> dict[str, str]:
        row = dict(_PATTERN)
        row[KEY] = f"{self._name}-{number}"
        row["administrative_cp_ui_code"] = uscc(100_000 + number % 4_000)
        return row | changes

    def _write(self, name: str, rows: list[dict[str, str]]) -> Path:
        labels = {key: label for label, key in LABELS.items()}
        path = self._folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            keys = list(rows[0])
            writer = csv.DictWriter(file, keys)
            writer.writerow({key: labels.get(key, key) for key in keys})
            writer.writerows(rows)
        return path


_PATTERN = inspection(0)
