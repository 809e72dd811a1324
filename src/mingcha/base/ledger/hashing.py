"""SM3, fast for many short messages: the state after the first bytes is copied, not made anew.

The ledger knows SM3 only. A public draw names its hash, so trees, keyed digests and whoever hashes
many messages with a common beginning take a `Hashing` by argument.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes

HASH_BYTES = 32
_BLOCK_BYTES = 64
Digest: TypeAlias = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Hashing:
    """A hash function of 32 bytes.

    `starting_with(prefix)` is the digest of prefix ‖ data as a function of data; `leaf` and `pair`
    start with 0x00 and 0x01 (RFC 6962).
    """

    name: str
    starting_with: Callable[[bytes], Digest]
    digest: Digest
    leaf: Digest
    pair: Digest


def _openssl_starting_with(prefix: bytes, name: str = "sm3") -> Digest:
    start = hashlib.new(name, prefix)

    def digest(data: bytes) -> bytes:
        state = start.copy()
        state.update(data)
        return state.digest()

    return digest


def _cryptography_starting_with(prefix: bytes) -> Digest:
    start = hashes.Hash(hashes.SM3())
    start.update(prefix)

    def digest(data: bytes) -> bytes:
        state = start.copy()
        state.update(data)
        return state.finalize()

    return digest


# Python's own OpenSSL may be built without SM3; the one in `cryptography` never is.
_starting_with = (
    _openssl_starting_with if "sm3" in hashlib.algorithms_available else _cryptography_starting_with
)


def _hashing(name: str, starting_with: Callable[[bytes], Digest]) -> Hashing:
    digest, leaf, pair = (starting_with(prefix) for prefix in (b"", b"\x00", b"\x01"))
    return Hashing(name, starting_with, digest, leaf, pair)


SM3 = _hashing("sm3", _starting_with)
SHA256 = _hashing("sha256", partial(_openssl_starting_with, name="sha256"))
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
