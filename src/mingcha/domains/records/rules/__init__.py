"""Pure rules of the data centre: the exact bytes of a fact, the order of states."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

WITHDRAW = "d"


@dataclass(frozen=True)
class Said:
    """What one version of a record says, apart from its number."""

    provider: str
    dataset: str
    key: str
    occurred_on: str  # YYYY-MM-DD as the record says; "" where another stands in for it
    subject: tuple[str, str] | None
    item: str
    operation: str
    payload: Mapping[str, str]


def content(said: Said) -> bytes:
    """The bytes that a fact's content hash covers: RFC 8785 JSON of all it says.

    The version and the time are not in it, so the same content again has the same hash. A
    withdrawal says only which record it withdraws.
    """
    members: dict[str, Any] = {"dataset": said.dataset, "key": said.key}
    members |= {"payload": dict(said.payload), "provider": said.provider}
    if said.operation == WITHDRAW:
        return rfc8785.dumps(members | {"withdrawn": True})
    members |= {"item": said.item, "occurred_on": said.occurred_on}
    members["subject"] = list(said.subject) if said.subject else []
    return rfc8785.dumps(members)


def content_hash(body: bytes) -> bytes:
    """SM3 of a fact's content."""
    return hashlib.new("sm3", body).digest()


def versions_digest(lines: str) -> str:
    """SM3, in hex, over a chunk's "row version operation" lines: what the content hashes leave out."""
    return hashlib.new("sm3", lines.encode()).hexdigest()
