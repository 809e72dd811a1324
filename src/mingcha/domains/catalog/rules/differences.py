"""How two versions differ: field by field, and within a text part by part."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_PARTS = re.compile(r"《[^《》]*》|\d{4}-\d{2}-\d{2}|[0-9A-Za-z]+|\s+|.", re.DOTALL)
LONGEST = 4000  # characters: longer texts are compared by their sentences
_SENTENCES = re.compile(r"[^。；;\n]*[。；;\n]?")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: `kind` is "same", "gone" (only before) or "new" (only after)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One field that differs; `pieces` shows both texts in one."""

    field: str
    before: str
    after: str
    pieces: Sequence[Piece]


def differences(
    fields: Sequence[str], before: Mapping[str, str], after: Mapping[str, str]
) -> list[Difference]:
    """The fields, in their order, whose values differ."""
    found = []
    for field in fields:
        old, new = before.get(field, ""), after.get(field, "")
        if old != new:
            found.append(Difference(field, old, new, list(pieces(old, new))))
    return found


def pieces(before: str, after: str) -> Iterator[Piece]:
    """What stayed, went and came, in order. Joining "same" and "new" gives `after` back."""
    if not before or not after:
        if before:
            yield Piece("gone", before)
        if after:
            yield Piece("new", after)
        return
    cut = _SENTENCES if max(len(before), len(after)) > LONGEST else _PARTS
    old, new = ([part for part in cut.findall(text) if part] for text in (before, after))
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if b > a:
            yield Piece("gone", "".join(old[a:b]))
        if d > c:
            yield Piece("new", "".join(new[c:d]))


@dataclass(frozen=True)
class Merged:
    """Three versions made one: `clashes` are fields that both sides changed, and differently."""

    content: Mapping[str, str]
    clashes: Sequence[str]


def merged(base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]) -> Merged:
    """What `theirs` says, with the fields that `mine` changed since `base`; mine wins a clash."""
    fields = {*base, *mine, *theirs}
    own = {field for field in fields if mine.get(field, "") != base.get(field, "")}
    other = {field for field in fields if theirs.get(field, "") != base.get(field, "")}
    clashes = {f for f in own & other if mine.get(f, "") != theirs.get(f, "")}
    whole = {field: (mine if field in own else theirs).get(field, "") for field in fields}
    return Merged({field: text for field, text in whole.items() if text}, sorted(clashes))
