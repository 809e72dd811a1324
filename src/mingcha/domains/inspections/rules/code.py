"""The digest of this code, which a commitment names, so that nobody can change the rules unseen.

Source: docs/explanation/draw.md, “Commitment”: the root over the lines `name 0x1F hash`, one for each
file of `inspections/rules`, hash in hexadecimal of the file's bytes.
"""

from collections.abc import Mapping
from importlib.resources import files

from mingcha.base.ledger.hashing import Hashing
from mingcha.domains.inspections.rules import text
from mingcha.domains.inspections.rules.roots import rooted

_PACKAGE = "mingcha.domains.inspections.rules"


def digest(by: Hashing) -> str:
    """The digest of the rules as they are installed, in hexadecimal."""
    return digest_of({one.name: one.read_bytes() for one in files(_PACKAGE).iterdir()
                      if one.name.endswith(".py")}, by)  # fmt: skip


def digest_of(sources: Mapping[str, bytes], by: Hashing) -> str:
    """The digest of some files by name."""
    lines = sorted(text.line(name, by.digest(data).hex()) for name, data in sources.items())
    return rooted(lines, by).root.hex()
