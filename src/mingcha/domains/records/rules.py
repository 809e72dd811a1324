"""Pure rules of the data centre: the exact bytes of a fact, the order of states."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import rfc8785

WITHDRAW = "d"


def content(
    *,
    provider: str,
    dataset: str,
    key: str,
    occurred_on: date,
    subject: tuple[str, str] | None,
    item: str,
    operation: str,
    payload: Mapping[str, str],
) -> bytes:
    """The bytes that a fact's content hash covers: RFC 8785 JSON of all it says.

    The version and the time are not in it, so the same content again has the same hash. A
    withdrawal says only which record it withdraws.
    """
    said: dict[str, object] = {"dataset": dataset, "key": key, "payload": dict(payload)}
    said["provider"] = provider
    if operation == WITHDRAW:
        return rfc8785.dumps(said | {"withdrawn": True})
    said |= {"item": item, "occurred_on": occurred_on.isoformat()}
    said["subject"] = list(subject) if subject else []
    return rfc8785.dumps(said)


def content_hash(body: bytes) -> bytes:
    """SM3 of a fact's content."""
    return hashlib.new("sm3", body).digest()


def versions_digest(facts: Iterable[tuple[int, int, str]]) -> str:
    """SM3, in hex, over "row version operation" lines: what the content hashes leave out."""
    lines = "\n".join(f"{row} {version} {operation}" for row, version, operation in facts)
    return hashlib.new("sm3", lines.encode()).hexdigest()
