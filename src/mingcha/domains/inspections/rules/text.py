"""Fields and lines as bytes: nothing is escaped, because what would need it is refused.

Source: docs/explanation/draw.md, “Text”.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from mingcha.domains.inspections.errors import BadField

SEPARATOR = "\x1f"
MARK = SEPARATOR.encode()
CONTROL = re.compile("[\x00-\x1f\x7f]")
_INTEGER = re.compile("0|[1-9][0-9]*")
_SALT = re.compile("[0-9a-f]{32}")


def text(value: str, field: str, where: str) -> str:
    """The value itself if it may stand in a line.

    Raises BadField for what is empty, not in Unicode NFC, or holds control characters.
    """
    problem = ""
    if not value:
        problem = "不能为空"
    elif CONTROL.search(value):
        problem = "含有控制字符（如换行、制表符）"
    elif not unicodedata.is_normalized("NFC", value):
        problem = "不是规范的 Unicode 形式（NFC）"
    if problem:
        raise BadField(where=where, field=field, value=value, problem=problem)
    return value


def name(value: str, field: str, where: str) -> str:
    """A text that names something: a key or a draw; “|” is left to seeds. Raises BadField."""
    if "|" in value:
        raise BadField(where=where, field=field, value=value, problem="不能含有“|”")
    return text(value, field, where)


def number(value: int, field: str, where: str, *, least: int = 0) -> str:
    """ASCII decimal without sign or leading zero. Raises BadField below `least`."""
    if value < least:
        raise BadField(where=where, field=field, value=value, problem=f"不能小于 {least}")
    return str(value)


def listed(values: Iterable[str], field: str, where: str) -> str:
    """A list as one field: sorted by bytes, each once, joined by commas. Raises BadField."""
    items = sorted({text(value, field, where) for value in values})
    for item in items:
        if "," in item:
            raise BadField(where=where, field=field, value=item, problem="不能含有逗号")
    return text(",".join(items), field, where)


def salt(value: str, field: str, where: str) -> str:
    """32 lower-case hexadecimal digits. Raises BadField."""
    if not _SALT.fullmatch(value):
        raise BadField(
            where=where, field=field, value=value, problem="应为 32 位小写十六进制随机数"
        )
    return value


def line(*fields: str) -> bytes:
    """Fields that were checked, as a line without its end."""
    return SEPARATOR.join(fields).encode()


def fields(line: bytes, kind: str, count: int) -> list[str]:
    """The fields of a line after its kind. Raises ValueError for another kind or number of them."""
    found = line.decode("utf-8").split(SEPARATOR)
    if found[0] != kind or len(found) != count + 1:
        raise ValueError(f"应为 {kind} 行，共 {count + 1} 项")
    return found[1:]


def read_number(value: str) -> int:
    """The inverse of `number`. Raises ValueError."""
    if not _INTEGER.fullmatch(value):
        raise ValueError(f"“{value}”不是规范的非负整数")
    return int(value)


def read_day(value: str) -> date:
    """A day written YYYY-MM-DD. Raises ValueError."""
    if len(value) != 10:
        raise ValueError(f"“{value}”不是 YYYY-MM-DD 形式的日期")
    return date.fromisoformat(value)


def read_list(value: str) -> Sequence[str]:
    """The inverse of `listed`. Raises ValueError for a list out of order or with an empty item."""
    items = value.split(",")
    if not all(items) or sorted(set(items)) != items:
        raise ValueError(f"“{value}”没有按字节排序或有空项")
    return items
