"""Laws by their names: the same law is written with and without the state before it (法律名称)."""

import re

STATE = "中华人民共和国"
_MARK = re.compile(r"[（(][^（）()]*[)）]$")  # the edition, such as （2021年修正）


def bare(name: str) -> str:
    """A law's name without brackets of a title, the state before it, and the edition after it."""
    name = "".join(name.split()).strip("《》")
    while (shorter := _MARK.sub("", name)) != name:
        name = shorter
    return name.removeprefix(STATE)


def ways_to_write(name: str) -> list[str]:
    """The names under which a law may be cited; each may be followed by an edition in brackets."""
    plain = bare(name)
    return [plain, STATE + plain]
