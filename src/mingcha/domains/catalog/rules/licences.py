"""Licences by their names: 食品经营许可证（副本）, 食品经营许可核发 and 食品经营许可 are one (许可事项)."""

import re

_IN_BRACKETS = re.compile(r"[（(\[【][^（）()\[\]【】]*[)）\]】]")
_ENDS = ("核发", "审批", "审查", "换发", "延续", "变更", "准予", "决定书", "许可证", "证书", "证")
_PARTS = re.compile(r"[、；;\n]")


def bare(name: str) -> str:
    """A licence's name without brackets and without what is done with it or what it is written on."""
    name = _IN_BRACKETS.sub("", "".join(name.split()))
    while True:
        end = next((one for one in _ENDS if name.endswith(one) and len(name) > len(one)), "")
        if not end:
            return name.removesuffix("许可") or name
        name = name[: -len(end)]


def named(text: str) -> set[str]:
    """The bare names of all licences that a field of an item lists."""
    return {bare(part) for part in _PARTS.split(text) if part.strip()}
