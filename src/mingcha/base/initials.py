"""Pinyin initials of names (拼音首字母): "pdxq" finds 浦东新区.

`initials.txt` has the 6,763 characters of GB/T 2312, each under the initial of its reading in the
pinyin order of Unicode CLDR; characters that are read differently in names of places and trades
stand under both.
"""

from functools import cache
from pathlib import Path


@cache
def _readings() -> dict[str, frozenset[str]]:
    """Character → the initials it may have, in lower case."""
    found: dict[str, set[str]] = {}
    for line in (Path(__file__).parent / "initials.txt").read_text("utf-8").splitlines():
        letter, signs = line.split(" ", 1)
        for sign in signs:
            found.setdefault(sign, set()).add(letter.lower())
    return {sign: frozenset(letters) for sign, letters in found.items()}


def fits(name: str, letters: str) -> bool:
    """Whether some stretch of the name has these initials; signs without a reading are themselves."""
    readings, wanted = _readings(), letters.lower()
    said = [readings.get(sign, frozenset(sign.lower())) for sign in name if sign.isalnum()]
    last = len(said) - len(wanted)
    return any(
        all(letter in said[start + place] for place, letter in enumerate(wanted))
        for start in range(last + 1)
    )
