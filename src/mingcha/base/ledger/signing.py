"""SM2 signatures over seals, behind an interface that a hardware module can take.

Private key: settings.KEYS/sealer.pem (PKCS 8, mode 0600), made once. Public keys: one file per
key under HOME/seals/keys/, named by fingerprint, so that old seals verify after a new key.
"""

import os
from pathlib import Path
from typing import Any, Protocol

from tongsuopy.crypto import hashes, serialization
from tongsuopy.crypto.asymciphers import ec
from tongsuopy.crypto.exceptions import InternalError, InvalidSignature

from mingcha.base.ledger.hashing import sm3

_SM2_WITH_SM3 = ec.ECDSA(hashes.SM3())


class Signer(Protocol):
    """Whoever holds a sealing key."""

    @property
    def fingerprint(self) -> str:
        """Which key: 32 hexadecimal digits, see `fingerprint_of`."""

    @property
    def public_pem(self) -> bytes:
        """The public key (SubjectPublicKeyInfo, PEM)."""

    def sign(self, message: bytes) -> bytes:
        """SM2 with SM3 and the standard's default identity; DER of (r, s)."""


class FileSigner:
    """Signs with a private key kept in a file."""

    def __init__(self, path: Path) -> None:
        self._key: Any = serialization.load_pem_private_key(_made_once(path), None)
        self.public_pem: bytes = _public_pem(self._key)
        self.fingerprint = fingerprint_of(self.public_pem)

    def sign(self, message: bytes) -> bytes:
        """SM2 with SM3; DER of (r, s)."""
        signature: bytes = self._key.sign(message, _SM2_WITH_SM3)
        return signature


def fingerprint_of(public_pem: bytes) -> str:
    """The first 128 bits of SM3 over the PEM text, in hexadecimal."""
    return sm3(public_pem).hex()[:32]


def is_signed(message: bytes, signature: bytes, public_pem: bytes) -> bool:
    """Whether `signature` over `message` was made with the key belonging to `public_pem`."""
    key: Any = serialization.load_pem_public_key(public_pem)
    try:
        key.verify(signature, message, _SM2_WITH_SM3)
    except (InvalidSignature, InternalError):  # the second for what is no signature at all
        return False
    return True


def _made_once(path: Path) -> bytes:
    """The private key's PEM, made on first use; two starting at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_new_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def _new_key() -> bytes:
    pem: bytes = ec.generate_private_key(ec.SM2()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem


def _public_pem(key: Any) -> bytes:
    pem: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem
