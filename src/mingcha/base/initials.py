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


def begins(name: str, letters: str) -> bool:
    """Whether the name begins with these initials."""
    said, wanted = _said(name), letters.lower()
    return len(wanted) <= len(said) and all(
        letter in said[place] for place, letter in enumerate(wanted)
    )


def letters_of(name: str) -> str:
    """The initials of a name, characters read in two ways as both: 重庆 is "cz" and "q", "[cz]q".

    As a browser needs them to search without asking: the class of a regular expression.
    """
    said = ("".join(sorted(one)) for one in _said(name))
    return "".join(one if len(one) == 1 else f"[{one}]" for one in said)


def fits(name: str, letters: str) -> bool:
    """Whether some stretch of the name has these initials; signs without a reading are themselves."""
    said, wanted = _said(name), letters.lower()
    last = len(said) - len(wanted)
    return any(
        all(letter in said[start + place] for place, letter in enumerate(wanted))
        for start in range(last + 1)
    )


def _said(name: str) -> list[frozenset[str]]:
    """The initials that each sign of a name may have."""
    readings = _readings()
    return [readings.get(sign, frozenset(sign.lower())) for sign in name if sign.isalnum()]
