"""Canonical JSON: RFC 8785 of strings, integers, booleans, arrays and objects, in NFC."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import rfc8785

from mingcha.base.ledger.hashing import sm3

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json]"


def canonical(value: Json) -> bytes:
    """The one sequence of bytes for `value`.

    Raises TypeError for anything else than the five kinds (no floats, no null), ValueError for
    integers beyond ±2⁵³ and for text that is not Unicode.
    """
    return rfc8785.dumps(_normal(value))


def digest_of(content: Json) -> bytes:
    """SM3 of the canonical bytes, 32 bytes: what an act says of its record's content."""
    return sm3(canonical(content))


def moment_text(moment: datetime) -> str:
    """UTC with microseconds and Z. Raises ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_from(text: str) -> datetime:
    """The inverse of `moment_text`. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def nfc(text: str) -> str:
    """The text in Unicode NFC."""
    return unicodedata.normalize("NFC", text)


def _normal(value: object) -> Any:
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {nfc(str(name)): _normal(member) for name, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_normal(member) for member in value]
    raise TypeError(f"{type(value).__name__} has no place in a ledger: {value!r}")
