"""SM3, fast for many short messages: the state after the first byte is copied, not made anew."""

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes

HASH_BYTES = 32
_BLOCK_BYTES = 64


def _openssl_starting_with(prefix: bytes) -> Callable[[bytes], bytes]:
    start = hashlib.new("sm3", prefix)

    def digest(data: bytes) -> bytes:
        state = start.copy()
        state.update(data)
        return state.digest()

    return digest


def _cryptography_starting_with(prefix: bytes) -> Callable[[bytes], bytes]:
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

sm3 = _starting_with(b"")
leaf_hash = _starting_with(b"\x00")
pair_hash = _starting_with(b"\x01")


def node_hash(left: bytes, right: bytes) -> bytes:
    """SM3(0x01 ‖ left ‖ right): an inner node of RFC 6962."""
    return pair_hash(left + right)


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC (RFC 2104) with SM3, 32 bytes. `key` has at most 64 bytes."""
    padded = key.ljust(_BLOCK_BYTES, b"\x00")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + message)
    return sm3(bytes(byte ^ 0x5C for byte in padded) + inner)
