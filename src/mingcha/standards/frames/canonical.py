"""Clean cells → the one canonical text of their type (model.FieldType), or null if they are none.

Everything takes and gives expressions, so that it can run on a column's distinct values alone.
"""

from collections.abc import Callable, Mapping

import polars as pl

from mingcha.standards.frames.cleaning import clean
from mingcha.standards.frames.decimals import plain_decimal, shifted
from mingcha.standards.model import CodeTable, FieldSpec, FieldType

_DAY = r"^([1-9][0-9]{3})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?"
_COMPACT = r"^([1-9][0-9]{3})([0-9]{2})([0-9]{2})"
_CLOCK = (
    r"(?:[T\s]*(?:上午|下午|[AP]M)?\s*[0-9]{1,2}\s*[:时点]\s*(?:[0-9]{1,2}\s*[:分]?\s*)?"
    r"(?:[0-9]{1,2}(?:\.[0-9]+)?秒?)?\s*(?:[AP]M)?)?$"
)
_RUN_TOGETHER = r"(?:\s*[0-9]{6}|\.0+)?$"  # 20260102103000, or 20260102.0 from a number cell
_ZONED = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})$"
_SERIAL = r"^([1-9][0-9]{4})(?:\.[0-9]+)?$"  # days since 1899-12-30: the years 1927 to 2173
_EPOCH_SERIAL = 25569  # 1970-01-01 as a serial

SEPARATORS = r"[、,，;；/|\n]"
UNLISTED = r"[,，;；/|\s]|、、|^、|、$"  # a list whose separators are not all single 、
_LONE = r"(?:^|\s)\S(?:\s|$)"  # 王 五: a space inside a name, not between two

_YES = ("是", "1", "true", "TRUE", "True", "Y", "y", "YES", "Yes", "yes", "T", "有", "√")
_NO = ("否", "0", "false", "FALSE", "False", "N", "n", "NO", "No", "no", "F", "不是", "×")


def typed(spec: FieldSpec, codes: CodeTable | None) -> Callable[[pl.Expr], pl.Expr] | None:
    """What turns clean text into the canonical text of a field's type.

    None for what is text, or is judged by checks of its own (credit codes, ids): it stays.
    """
    if spec.type is FieldType.CODE and codes is not None:
        return code_of(writings(codes))
    if spec.type is FieldType.LIST and codes is not None:
        return codes_of_list(writings(codes))
    return _TYPED.get(spec.type)


def writings(codes: CodeTable) -> dict[str, str]:
    """Every accepted writing → its code, cleaned as cells are.

    Beside what the table itself knows: the code without the leading zeros that a spreadsheet
    drops ("1" for "01"), where this cannot mean two codes.
    """
    given = pl.Series("writing", list(codes.writings), pl.String)
    cleaned = clean(given, FieldType.CODE, frozenset(codes.writings))
    known = dict(zip(cleaned.to_list(), codes.writings.values(), strict=True))
    short: dict[str, list[str]] = {}
    for code in codes.labels:
        if code.startswith("0") and code.isdigit():
            short.setdefault(code.lstrip("0") or "0", []).append(code)
    restored = {text: found[0] for text, found in short.items() if len(found) == 1}
    return restored | known


def code_of(known: Mapping[str, str]) -> Callable[[pl.Expr], pl.Expr]:
    """Clean text → code; null where no writing fits."""

    def code(given: pl.Expr) -> pl.Expr:
        whole = given.str.replace(r"^([0-9]+)\.0+$", "$1")  # a code that went through a number cell
        return whole.replace_strict(known, default=None, return_dtype=pl.String)

    return code


def codes_of_list(known: Mapping[str, str]) -> Callable[[pl.Expr], pl.Expr]:
    """Clean text → codes joined by "、"; null where one part fits no writing."""
    one = code_of(known)

    def codes(given: pl.Expr) -> pl.Expr:
        parts = listed(given).str.split("、").list.eval(one(pl.element()))
        return parts.list.join("、", ignore_nulls=False)

    return codes


def day(given: pl.Expr) -> pl.Expr:
    """Clean text → YYYY-MM-DD; null for what is no date, or a date that does not exist.

    2026-01-02, 2026/1/2, 2026.1.2, 2026年1月2日, 20260102, each with or without a time; Excel
    serials such as 46023 or 46023.5; moments with a zone count by the day in Shanghai.
    """
    parted = given.str.extract_groups(_DAY + _CLOCK)
    compact = given.str.extract_groups(_COMPACT + _RUN_TOGETHER)
    parts = [pl.coalesce(parted.struct[n], compact.struct[n]) for n in range(3)]
    spelt = pl.concat_str(parts, separator="-").str.to_date("%Y-%m-%d", strict=False)
    serial = given.str.extract(_SERIAL).cast(pl.Int32) - _EPOCH_SERIAL
    zoned = pl.when(given.str.contains(_ZONED)).then(given.str.replace(" ", "T"))
    moment = zoned.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", strict=False, time_zone="UTC")
    local = moment.dt.convert_time_zone("Asia/Shanghai").dt.date()
    return pl.coalesce(spelt, serial.cast(pl.Date), local).dt.strftime("%Y-%m-%d")


def ratio(given: pl.Expr) -> pl.Expr:
    """Clean text → plain decimal from 0 to 1; 12.5% is 0.125."""
    percent = shifted(plain_decimal(given.str.strip_suffix("%")), -2)
    value = pl.when(given.str.ends_with("%")).then(percent).otherwise(plain_decimal(given))
    return pl.when(value.str.contains(r"^(?:0(?:\.[0-9]+)?|1)$")).then(value)


def listed(given: pl.Expr) -> pl.Expr:
    """Clean text → its parts joined by "、".

    Parts stand between 、,，;；/| or line breaks; failing these, between spaces if no part is a
    single character (王 五 is one name).
    """
    marked = given.str.contains(SEPARATORS)
    by_mark = given.str.replace_all(rf"\s*{SEPARATORS}\s*", "、")
    spaced = ~given.str.contains(_LONE)
    by_space = pl.when(spaced).then(given.str.replace_all(r"\s+", "、")).otherwise(given)
    joined = pl.when(marked).then(by_mark).otherwise(by_space)
    tidy = joined.str.replace_all("、{2,}", "、").str.strip_chars("、")
    return pl.when(tidy != "").then(tidy)


def _year(given: pl.Expr) -> pl.Expr:
    return given.str.extract(r"^([1-9][0-9]{3})(?:年|年度)?(?:\.0+)?$")


def _region(given: pl.Expr) -> pl.Expr:
    """Six digits, or a statistical code of twelve cut to them."""
    return given.str.extract(r"^([1-9][0-9]{5})(?:[0-9]{6})?(?:\.0+)?$")


def _boolean(given: pl.Expr) -> pl.Expr:
    words = dict.fromkeys(_YES, "是") | dict.fromkeys(_NO, "否")
    return code_of(words)(given)


_TYPED: dict[FieldType, Callable[[pl.Expr], pl.Expr]] = {
    FieldType.DATE: day,
    FieldType.YEAR: _year,
    FieldType.REGION: _region,
    FieldType.NUMBER: plain_decimal,
    FieldType.RATIO: ratio,
    FieldType.BOOLEAN: _boolean,
    FieldType.LIST: listed,
}
