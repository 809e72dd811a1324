"""SM3, fast for many short messages: the state after the first bytes is copied, not made anew.

The ledger knows SM3 only. A public draw names its hash, so trees, keyed digests and whoever hashes
many messages with a common beginning take a `Hashing` by argument.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes

HASH_BYTES = 32
_BLOCK_BYTES = 64
Digest: TypeAlias = Callable[[bytes], bytes]
Many: TypeAlias = Callable[[Iterable[bytes]], list[bytes]]


@dataclass(frozen=True)
class Hashing:
    """A hash function of 32 bytes.

    `starting_with(prefix)` is the digest of prefix ‖ data as a function of data; `leaf` and `pair`
    start with 0x00 and 0x01 (RFC 6962). `leaves` and `pairs` are the same for many: of each message,
    and of each two neighbours (a last one without a neighbour is left out).
    """

    name: str
    starting_with: Callable[[bytes], Digest]
    digest: Digest
    leaf: Digest
    pair: Digest
    leaves: Many
    pairs: Many


def _openssl(name: str) -> Hashing:
    """By Python's own OpenSSL. The loops over many spare a call for each."""
    leaf_start, pair_start = hashlib.new(name, b"\x00"), hashlib.new(name, b"\x01")

    def starting_with(prefix: bytes) -> Digest:
        start = hashlib.new(name, prefix)

        def digest(data: bytes) -> bytes:
            state = start.copy()
            state.update(data)
            return state.digest()

        return digest

    def leaves(messages: Iterable[bytes]) -> list[bytes]:
        made, copy = [], leaf_start.copy
        for message in messages:
            state = copy()
            state.update(message)
            made.append(state.digest())
        return made

    def pairs(level: Iterable[bytes]) -> list[bytes]:
        made, copy, rising = [], pair_start.copy, iter(level)
        for left, right in zip(rising, rising, strict=False):
            state = copy()
            state.update(left)
            state.update(right)
            made.append(state.digest())
        return made

    return _hashing(name, starting_with, leaves, pairs)


def _sm3_by_cryptography() -> Hashing:
    """Python's own OpenSSL may be built without SM3; the one in `cryptography` never is."""

    def starting_with(prefix: bytes) -> Digest:
        start = hashes.Hash(hashes.SM3())
        start.update(prefix)

        def digest(data: bytes) -> bytes:
            state = start.copy()
            state.update(data)
            return state.finalize()

        return digest

    leaf, pair = starting_with(b"\x00"), starting_with(b"\x01")

    def leaves(messages: Iterable[bytes]) -> list[bytes]:
        return [leaf(message) for message in messages]

    def pairs(level: Iterable[bytes]) -> list[bytes]:
        rising = iter(level)
        return [pair(left + right) for left, right in zip(rising, rising, strict=False)]

    return _hashing("sm3", starting_with, leaves, pairs)


def _hashing(
    name: str, starting_with: Callable[[bytes], Digest], leaves: Many, pairs: Many
) -> Hashing:
    digest, leaf, pair = (starting_with(prefix) for prefix in (b"", b"\x00", b"\x01"))
    return Hashing(name, starting_with, digest, leaf, pair, leaves, pairs)


SM3 = _openssl("sm3") if "sm3" in hashlib.algorithms_available else _sm3_by_cryptography()
SHA256 = _openssl("sha256")
HASHINGS = {one.name: one for one in (SM3, SHA256)}

sm3, leaf_hash, pair_hash = SM3.digest, SM3.leaf, SM3.pair


def node_hash(left: bytes, right: bytes) -> bytes:
    """SM3(0x01 ‖ left ‖ right): an inner node of RFC 6962."""
    return pair_hash(left + right)


def hmac_of(key: bytes, message: bytes, by: Hashing = SM3) -> bytes:
    """HMAC (RFC 2104), 32 bytes. `key` has at most 64 bytes."""
    padded = key.ljust(_BLOCK_BYTES, b"\x00")
    inner = by.digest(bytes(byte ^ 0x36 for byte in padded) + message)
    return by.digest(bytes(byte ^ 0x5C for byte in padded) + inner)
