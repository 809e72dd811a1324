"""Record numbers by a pattern (编号规则): JC{年}{序号5} gives JC202600001, JC202600002, …"""

import re
from dataclasses import dataclass
from datetime import date

SERIAL = re.compile(r"\{序号([1-9]?)\}")
_WORDS = ("年", "月", "日", "机构")
_BRACES = re.compile(r"\{([^{}]*)\}")
_LONGEST = 100


@dataclass(frozen=True)
class Pattern:
    """A pattern with its parts filled in for one day and body; only the serial is open."""

    prefix: str
    suffix: str
    width: int

    def number(self, serial: int) -> str:
        """The number with this serial, padded with zeros to the pattern's width."""
        return f"{self.prefix}{serial:0{self.width}d}{self.suffix}"

    def serial_of(self, number: str) -> int | None:
        """The serial that a number has under this pattern; None for a number of another kind."""
        middle = number.removeprefix(self.prefix).removesuffix(self.suffix)
        fits = number == f"{self.prefix}{middle}{self.suffix}" and re.fullmatch(r"[0-9]+", middle)
        return int(middle) if fits else None


def problem(pattern: str) -> str:
    """Why a text is no pattern, as the rest of a sentence; "" if it is one."""
    if len(SERIAL.findall(pattern)) != 1:
        return "须正好有一处 {序号} 或 {序号4} 这样的流水号"
    if len(pattern) > _LONGEST:
        return f"超过了 {_LONGEST} 个字"
    rest = SERIAL.sub("", pattern)
    unknown = [word for word in _BRACES.findall(rest) if word not in _WORDS]
    if unknown:
        return (
            f"有不认识的写法“{{{unknown[0]}}}”，可以用 {{年}}、{{月}}、{{日}}、{{机构}} 和 {{序号}}"
        )
    bare = _BRACES.sub("", rest)
    if set(bare) & set("{}|"):
        return "有不成对的花括号，或者用了竖线“|”"
    return ""


def filled(pattern: str, *, on: date, body: str) -> Pattern:
    """The pattern of a day and a body (its code). Raises ValueError for what is no pattern."""
    why = problem(pattern)
    if why:
        raise ValueError(f"{pattern!r}：{why}")
    found = SERIAL.search(pattern)
    before, after = SERIAL.split(pattern)[0], SERIAL.split(pattern)[-1]
    known = {"年": f"{on:%Y}", "月": f"{on:%m}", "日": f"{on:%d}", "机构": body}

    def written(part: str) -> str:
        return _BRACES.sub(lambda word: known[word[1]], part)

    return Pattern(written(before), written(after), int(found[1] or 1) if found else 1)
