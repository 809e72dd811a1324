"""What differs between two texts, for showing it (pure)."""

from difflib import SequenceMatcher

Piece = tuple[str, bool]  # a stretch of the text, and whether the other text has it otherwise


def apart(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in stretches, each marked where it differs; the stretches joined give the text."""
    ours: list[Piece] = []
    theirs: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if a < b:
            ours.append((one[a:b], tag != "equal"))
        if c < d:
            theirs.append((other[c:d], tag != "equal"))
    return ours, theirs
