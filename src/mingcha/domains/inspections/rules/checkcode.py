"""How a check code is printed for people, and read from what they type. Pure."""

import re
import unicodedata

LENGTH, GROUP = 20, 4  # hexadecimal digits of a code, and of a group of them
ALIKE = str.maketrans("oil", "011")  # letters that no code has, for the digits they look like
MARKS = re.compile(r"[\s\-‐-―_.·]+")


def written(token: str) -> str:
    """A code in groups of four, as it is printed."""
    return "-".join(token[at : at + GROUP] for at in range(0, len(token), GROUP))


def read(typed: str) -> str:
    """The code somebody means: full-width, capital and grouped writings count, and o, i, l as digits.

    A whole address is read by its last part. "" for what can be no code.
    """
    plain = unicodedata.normalize("NFKC", typed).strip().rstrip("/").rsplit("/", 1)[-1].lower()
    code = MARKS.sub("", plain).translate(ALIKE)
    return code if re.fullmatch(f"[0-9a-f]{{{LENGTH}}}", code) else ""
