"""What a person means by what they typed into a form: digits for a date, initials for a code.

Intake reads what stands in files; here only the short ways of a keyboard are spelt out, so that
the very same checks can look at the result. What means nothing here stays as it was typed.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from mingcha.base.initials import begins, fits
from mingcha.standards.identifiers import tidied
from mingcha.standards.model import CodeTable, FieldType, NotFutureRule, Table

_SOON = {"今天": 0, "今日": 0, "今": 0, "昨天": 1, "昨日": 1, "昨": 1, "前天": 2, "前日": 2}
_MONTH_DAY = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_MANY = {"万": 4, "千": 3, "百万": 6, "千万": 7, "亿": 8}
_AMOUNT = re.compile(r"([-+]?[0-9][0-9,，]*(?:\.[0-9]+)?)\s*(百万|千万|万|千|亿)?\s*元?(?:整)?")
_LETTERS = re.compile(r"[A-Za-z]{1,12}")
_YES = {"y", "s", "t", "1", "是", "有", "对"}
_NO = {"n", "f", "0", "2", "否", "无", "不"}
_PARTS = re.compile(r"[、,，;；\n]+")
_NUMBERS = {FieldType.USCC, FieldType.RESIDENT_ID, FieldType.USCC_OR_ID}
_POINTING = {FieldType.ITEM, FieldType.CHECKLIST, FieldType.REGION}


def meant(table: Table, key: str, typed: str, codes: CodeTable | None, *, today: date) -> str:
    """The text that intake shall read for what was typed into a field of a table.

    `codes` is the field's code table, `today` the day that 今天 means.
    """
    spec, text = table.fields[key], typed.strip()
    if not text:
        return ""
    if codes is not None:
        if spec.type is FieldType.LIST:
            return "、".join(code_meant(codes, part) for part in _PARTS.split(text) if part.strip())
        return code_meant(codes, text)
    match spec.type:
        case FieldType.DATE:
            return day_meant(text, today=today, past=_is_past(table, key))
        case FieldType.NUMBER:
            return amount_meant(text, unit=spec.unit)
        case FieldType.BOOLEAN:
            return _claim_meant(text)
    if spec.type in _POINTING:
        return text.split()[0]
    return _number_meant(text) if spec.type in _NUMBERS else text


def day_meant(text: str, *, today: date, past: bool = True) -> str:
    """A day as YYYY-MM-DD: 今天, 昨天, 前天; 20260102, 260102, 0102, 102; 1-2, 1月2日.

    A day without a year is the latest one that is not after today, or one of this year where the
    field may lie ahead (`past` is false). Anything else stays: intake reads the other ways of
    writing a date.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in _SOON:
        return (today - timedelta(days=_SOON[plain])).isoformat()
    if plain.isdecimal():
        return _of_digits(plain, today, past) or text
    parted = _MONTH_DAY.fullmatch(plain)
    if parted is not None:
        return _without_year(int(parted[1]), int(parted[2]), today, past) or text
    return text


def amount_meant(text: str, *, unit: str = "") -> str:
    """A number as plain digits: 12,000元, 1.2万, 3亿. `unit` is that of the field: 元 or 万元."""
    found = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return text
    figure = Decimal(re.sub("[,，]", "", found[1]))
    if found[2] is not None:
        figure = figure.scaleb(_MANY[found[2]] - (4 if unit.startswith("万") else 0))
    elif text.rstrip().endswith(("元", "整")) and unit.startswith("万"):
        figure = figure.scaleb(-4)
    return f"{figure:f}"


def code_meant(codes: CodeTable, text: str) -> str:
    """The code that a text names: a code, its label, "01 日常检查", or initials that fit only one."""
    text = text.strip()
    exact = _written(codes, text) or _written(codes, text.split(maxsplit=1)[0])
    if exact is not None:
        return exact
    found = sorted_codes(codes, text)
    best = found[0][0] if found else None
    nearest = [code for rank, code in found if rank == best]
    return nearest[0] if len(nearest) == 1 else text


def sorted_codes(codes: CodeTable, text: str) -> list[tuple[int, str]]:
    """(rank, code) of the codes that fit what was typed so far, the nearest first."""
    ranked = ((rank_of(code.code, code.label, text), code.code) for code in codes.codes)
    return sorted(
        ((rank, code) for rank, code in ranked if rank is not None), key=lambda found: found[0]
    )


def rank_of(code: str, label: str, text: str) -> int | None:
    """How near a code and its label come to a text: 0 is the code itself; None does not fit."""
    sought = text.strip()
    upper = sought.upper()
    bare = code.lstrip("0")
    if upper in {code.upper(), bare.upper()}:
        return 0
    if code.upper().startswith(upper) or label.startswith(sought):
        return 1
    if _LETTERS.fullmatch(sought) and begins(label, sought):
        return 2
    if sought in label:
        return 3
    if _LETTERS.fullmatch(sought) and fits(label, sought):
        return 4
    return None


def parts_of(text: str) -> list[str]:
    """The parts of a list as somebody typed it."""
    return [part.strip() for part in _PARTS.split(text) if part.strip()]


def joined(parts: Iterable[str]) -> str:
    """Parts as a list is written."""
    return "、".join(parts)


def _written(codes: CodeTable, text: str) -> str | None:
    found = codes.writings.get(text) or codes.writings.get(text.upper())
    if found is None and text.isdecimal():
        short: Sequence[str] = [
            code for code in codes.labels if code.isdecimal() and code.lstrip("0") == text
        ]
        found = short[0] if len(short) == 1 else None
    return found


def _number_meant(text: str) -> str:
    """A credit code or resident id without its gaps, in capitals; other numbers stay."""
    bare = tidied(text)
    return bare if len(bare) in {15, 18} and bare.isascii() and bare.isalnum() else text


def _claim_meant(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _YES:
        return "是"
    return "否" if plain in _NO else text


def _is_past(table: Table, key: str) -> bool:
    """Whether a rule says of a date that it cannot lie after today."""
    return any(isinstance(rule, NotFutureRule) and rule.field == key for rule in table.rules)


def _of_digits(digits: str, today: date, past: bool) -> str:
    """8, 6, 4 or 3 digits as a day; "" for anything else."""
    match len(digits):
        case 8:
            return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        case 6:
            century = today.year // 100 * 100
            return _day(century + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
        case 3 | 4:
            return _without_year(int(digits[:-2]), int(digits[-2:]), today, past)
    return ""


def _without_year(month: int, day: int, today: date, past: bool) -> str:
    """The latest such day that is not after today; 29 February goes back to a leap year."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return ""
    if not past:
        return _day(today.year, month, day)
    for year in range(today.year, today.year - 9, -1):
        real = day <= monthrange(year, month)[1]
        if real and date(year, month, day) <= today:
            return _day(year, month, day)
    return ""


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
