"""The seed: public sources named beforehand and nonces committed beforehand; nobody types it.

Source: docs/explanation/draw.md, “Seeds”. A value pattern is literal text in which N is a digit;
`64h` is 64 lower-case hexadecimal digits; “ ascending” after it asks that numbers before a “+” rise.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from mingcha.base.ledger.hashing import Hashing
from mingcha.domains.inspections.errors import BadField, BadSeedValue, NonceMismatch, SeedNotReady
from mingcha.domains.inspections.rules import text
from mingcha.domains.inspections.rules.chance import hashed

SPEC = "mingcha-draw/1"
LEAST_PARTIES = 3  # without a public source
_ASCENDING = " ascending"
_HEX = re.compile(r"([1-9][0-9]*)h")
_NONCE = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Source:
    """A public source: `id@occasion`, how its values look, from when there can be one (UTC), and the
    occasion that counts when this one fails.
    """

    id: str
    occasion: str
    pattern: str
    at: datetime
    fallback: str
    fallback_at: datetime


@dataclass(frozen=True)
class Nonce:
    """A party's committed nonce: H("mingcha-draw/1", "nonce", draw_id, party, nonce) in hexadecimal."""

    party: str
    commitment: str


@dataclass(frozen=True)
class Reveal:
    """What has become known: values by source id, ids whose fallback counts, nonces by party."""

    values: Mapping[str, str]
    by_fallback: frozenset[str] = frozenset()
    nonces: Mapping[str, str] = field(default_factory=dict)


LOTTERY = "NN NN NN NN NN NN + NN ascending"  # 双色球
BEACON = "64h"  # a randomness beacon such as drand


def fits(pattern: str, value: str) -> bool:
    """Whether a value looks as the pattern says."""
    form = pattern.removesuffix(_ASCENDING)
    hexadecimal = _HEX.fullmatch(form)
    if hexadecimal:
        return len(value) == int(hexadecimal[1]) and set(value) <= set("0123456789abcdef")
    expression = "".join("[0-9]" if one == "N" else re.escape(one) for one in form)
    if not re.fullmatch(expression, value):
        return False
    numbers = [int(one) for one in re.findall("[0-9]+", value.split("+")[0])]
    return form == pattern or all(a < b for a, b in pairwise(numbers))


def nonce_commitment(by: Hashing, draw_id: str, party: str, nonce: str) -> str:
    """What a party publishes before the draw. Raises BadField unless the nonce is 64 hex digits."""
    if not _NONCE.fullmatch(nonce):
        raise BadField(
            where=f"“{party}”的随机数",
            field="随机数",
            value=nonce,
            problem="应为 64 位小写十六进制",
        )
    parts = SPEC, "nonce", draw_id, party, nonce
    return hashed(by, *(part.encode() for part in parts)).hex()


@dataclass(frozen=True)
class Seed:
    """The seed's text, and the parties whose nonce was not revealed in time."""

    text: str
    withheld: Sequence[str]


def build(
    draw_id: str, sources: Sequence[Source], nonces: Sequence[Nonce], reveal: Reveal, by: Hashing
) -> Seed:
    """`draw_id|id=value|…|nonce.<party>=<64 hex>` in the order of the commitment.

    Raises SeedNotReady when a source has no value or, without any source, fewer than three parties
    revealed; BadSeedValue and NonceMismatch for what is wrong.
    """
    parts = [draw_id]
    for source in sources:
        value = reveal.values.get(source.id)
        if value is None:
            raise SeedNotReady(problem=f"来源“{source.id}@{source.occasion}”还没有取值")
        if not fits(source.pattern, value):
            raise BadSeedValue(source=source.id, value=value, pattern=source.pattern)
        parts.append(f"{source.id}={value}")
    revealed = [nonce for nonce in nonces if nonce.party in reveal.nonces]
    for nonce in revealed:
        value = reveal.nonces[nonce.party]
        if nonce_commitment(by, draw_id, nonce.party, value) != nonce.commitment:
            raise NonceMismatch(party=nonce.party)
        parts.append(f"nonce.{nonce.party}={value}")
    if not sources and len(revealed) < LEAST_PARTIES:
        raise SeedNotReady(
            problem=f"没有公共来源时至少要有 {LEAST_PARTIES} 方公开随机数，现有 {len(revealed)} 方"
        )
    withheld = [nonce.party for nonce in nonces if nonce.party not in reveal.nonces]
    return Seed("|".join(parts), withheld)


def check(sources: Sequence[Source], nonces: Sequence[Nonce]) -> None:
    """What sources and parties are called has to stand in a seed. Raises BadField."""
    names = [(one.id, "来源") for one in sources] + [(one.party, "提供方") for one in nonces]
    for name, role in names:
        text.name(name, role, "随机种子")
        if re.search("[=@.]", name):
            raise BadField(where="随机种子", field=role, value=name, problem="不能含有“=”“@”“.”")
