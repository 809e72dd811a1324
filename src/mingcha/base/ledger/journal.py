"""Append-only files beside the database: which acts there were, and every seal.

HOME/journal/YYYY-MM-DD.jsonl (day of the act, UTC), one line each:
    {"act":12,"hash":"<hex>"}             by the application, right after its commit
    {"act":12,"hash":"<hex>","leaf":7}    by the sealer, right after the seal's commit
The application's line shows an act deleted before its seal. A process that dies between commit
and line leaves an act without it; the sealer's line stands in, and `verify` counts such acts,
because one written past the application looks the same. Seals and their lines are published
together: whatever the seals file lacks is written again first, so a sealer that died is healed
by the next one (the same line twice means the same as once).

HOME/seals/seals.jsonl: one seal a line, flushed to disk; see rules.seal_line.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from django.conf import settings


@dataclass(frozen=True)
class Entry:
    """One line: an act's id and hash, and its leaf when the sealer wrote it."""

    at: datetime
    act: int
    hash: bytes
    leaf: int | None = None

    def line(self) -> str:
        """As it is written."""
        said: dict[str, int | str] = {"act": self.act, "hash": self.hash.hex()}
        if self.leaf is not None:
            said["leaf"] = self.leaf
        return orjson.dumps(said).decode() + "\n"


class Spoilt(ValueError):
    """A line in the middle of a file that nobody of ours wrote."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number = path, number
        super().__init__(f"{path.name}:{number}")


def folder() -> Path:
    """Where the journal lies."""
    return Path(settings.HOME) / "journal"


def seals_file() -> Path:
    """Where seals are published."""
    return Path(settings.HOME) / "seals" / "seals.jsonl"


def public_key_file(fingerprint: str) -> Path:
    """Where the public key with this fingerprint is published."""
    return seals_file().parent / "keys" / f"{fingerprint}.pem"


def append(entries: Iterable[Entry]) -> None:
    """Append entries to the files of their days.

    One write per file: on a local disk, appended writes of several processes do not mix.
    """
    by_day: dict[str, list[str]] = {}
    for entry in entries:
        by_day.setdefault(entry.at.astimezone(UTC).date().isoformat(), []).append(entry.line())
    for day, lines in by_day.items():
        append_text(folder() / f"{day}.jsonl", "".join(lines), to_disk=False)


def append_text(path: Path, text: str, *, to_disk: bool) -> None:
    """Append to a file that only we may read; `to_disk` waits until it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        data = text.encode()
        if os.write(handle, data) != len(data):
            raise OSError(f"{path} took only part of a line; is the disk full?")
        if to_disk:
            os.fsync(handle)
    finally:
        os.close(handle)


def entries() -> Iterator[tuple[int, bytes, bool]]:
    """Every entry as (act id, hash, whether the sealer wrote it), oldest file first.

    A last line without end is one whose writer died; it is left out. Raises Spoilt.
    """
    for path in sorted(folder().glob("*.jsonl")):
        yield from _read(path)


def _read(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                said = orjson.loads(line)
                yield said["act"], bytes.fromhex(said["hash"]), "leaf" in said
            except (ValueError, KeyError, TypeError) as error:
                raise Spoilt(path, number) from error
