"""The next free code of a list, within the pattern that its table declares (统一编码)."""

from collections.abc import Collection

from mingcha.standards.shelving import CodingSpec

NATIONAL = "1"  # 事项来源 国家统一; their codes begin with 0 here


class Exhausted(ValueError):
    """No number is left under the prefix."""


def main_code(spec: CodingSpec, taken: Collection[str], *, origin: str, department: str) -> str:
    """The code of the next main item of an origin and a department. Raises Exhausted."""
    lead = "0" if origin in {"", NATIONAL} else origin
    prefix = lead.zfill(spec.origin)[-spec.origin :] + department.zfill(spec.department)
    tail = "0" * spec.sub
    return _next(prefix, spec.serial, tail, taken)


def sub_code(spec: CodingSpec, taken: Collection[str], *, main: str) -> str:
    """The code of the next sub-item under a main item. Raises Exhausted."""
    return _next(main[: -spec.sub], spec.sub, "", taken)


def checklist_code(taken: Collection[str], *, body: str, level: str, item: str) -> str:
    """The code of a body's next checklist for an item: credit code, level, item, two digits.

    Only the first nineteen places are the national rule; the rest is ours. Raises Exhausted.
    """
    return _next(f"{body}{level}{item}", 2, "", taken)


def _next(prefix: str, digits: int, tail: str, taken: Collection[str]) -> str:
    """The number after the last one taken; where that is the last of all, the first gap."""
    length = len(prefix) + digits + len(tail)
    used = {
        int(code[len(prefix) : len(prefix) + digits])
        for code in taken
        if code.startswith(prefix) and len(code) == length and code[len(prefix) :].isdecimal()
    }
    last = 10**digits - 1
    free = max(used, default=0) + 1
    if free > last:
        free = next((number for number in range(1, last + 1) if number not in used), 0)
    if not free:
        raise Exhausted(prefix)
    return f"{prefix}{free:0{digits}d}{tail}"
