"""Keys that name nobody: `P-` and HMAC of an identifier under the frame's secret.

Source: docs/explanation/draw.md, “Publication levels”; RFC 2104. The secret belongs to one draw, so
the same enterprise has another key in the next.
"""

import hmac
import re

from mingcha.base.ledger.hashing import Hashing, hmac_of

PREFIX = "P-"
SECRET_BYTES = 32
KEYED = re.compile(r"P-[0-9a-f]{64}")


def keyed(secret: bytes, identifier: str, by: Hashing) -> str:
    """The key of an identifier. Raises ValueError unless the secret has 32 bytes."""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a frame's secret has {SECRET_BYTES} bytes, not {len(secret)}")
    return PREFIX + hmac_of(secret, identifier.encode(), by).hex()


def opens(key: str, secret: bytes, identifier: str, by: Hashing) -> bool:
    """Whether `key` is the identifier's under that secret: what an auditor checks."""
    return hmac.compare_digest(key, keyed(secret, identifier, by))
