"""Where chance comes from: hashes of the seed, the draw and what is asked about.

Source: docs/explanation/draw.md, “Numbers”: H(a, b, …) is the hash of the fields joined by
0x1F, read big-endian where a number is wanted.
"""

from dataclasses import dataclass

from mingcha.base.ledger.hashing import Digest, Hashing
from mingcha.domains.inspections.rules.text import MARK

BITS = 256
WHOLE = 1 << BITS


def hashed(by: Hashing, *fields: bytes) -> bytes:
    """H(fields…)."""
    return by.digest(MARK.join(fields))


@dataclass(frozen=True)
class Chance:
    """The public chance of one draw: hash, seed and draw_id as bytes."""

    by: Hashing
    seed: bytes
    draw_id: bytes

    @classmethod
    def of(cls, by: Hashing, seed: str, draw_id: str) -> "Chance":
        """From texts."""
        return cls(by, seed.encode(), draw_id.encode())

    def asking(self, *fields: bytes) -> Digest:
        """last → H(seed, draw_id, fields…, last). What they share is hashed once."""
        return self.by.starting_with(MARK.join((self.seed, self.draw_id, *fields, b"")))

    def digest(self, *fields: bytes) -> bytes:
        """H(seed, draw_id, fields…)."""
        return hashed(self.by, self.seed, self.draw_id, *fields)

    def number(self, *fields: bytes) -> int:
        """int(H(seed, draw_id, fields…)); U(key) for a single key."""
        return int.from_bytes(self.digest(*fields), "big")
