"""Cells as people and spreadsheets write them → one way of writing (architecture.md 5.1, step 3).

Most cells are clean already: one pass over a column finds the others, and only they are rewritten.
"""

import polars as pl

from mingcha.standards.model import FieldType

# What stands for "nothing" in departments' files, in any case. Not "未知" or "其他": those say
# something.
_SIGNS = ("", "-", "--", "---", "—", "——", "– –", "- -", "— —", "/", "//", "\\", "\\N", ".")
_WORDS = (
    *("无", "暂无", "空", "(空)", "（空）", "无数据", "暂无数据"),
    *("null", "(null)", "[null]", "<null>", "none", "nil", "nan"),
    *("n/a", "#n/a", "#ref!", "#value!", "#div/0!", "#name?"),
)
NULL_TOKENS = (*_SIGNS, *_WORDS)
_NULLS = frozenset(
    {form for token in NULL_TOKENS for form in (token, token.lower(), token.upper(), token.title())}
    | {"NaN"}
)

# Anything else in a text is looked at more closely. These characters are NFC, visible, half width
# where they have a half width, and common: the fast way for nearly all Chinese text.
_PLAIN = (
    r"!-~ \u00b7\u2018\u2019\u201c\u201d\u2026\u2500\u3001\u3002\u3007-\u3011\u3014\u3015"
    r"\u3400-\u4dbf\u4e00-\u9fff\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
_UNUSUAL_TEXT = rf"[^{_PLAIN}]|^ | $|^'+[=+@-]"
_UNUSUAL_BARE = r"[^!-~]|^'"
_UNUSUAL_CODE = r"[^!-`{-~]|^'"

# Control characters, zero-width space, word joiner, byte-order mark, marks of writing direction.
# The zero-width joiners stay: Mongolian and Uyghur names need them.
_UNSEEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
_SPACE = r"[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_DASHES = r"^[\s\-\u2010-\u2015\u2212\u2500\u30fc\uff0d\uff0f/\\]*$"

_DIGITS_LETTERS = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
_ALL_WIDE = [*range(0xFF01, 0xFF5F)]

_CODES = {FieldType.USCC, FieldType.RESIDENT_ID, FieldType.USCC_OR_ID, FieldType.CHECKLIST}
_PROSE = {FieldType.TEXT, FieldType.LIST}


def clean(raw: pl.Series, kind: FieldType, meant: frozenset[str] = frozenset()) -> pl.Series:
    """The cells without what carries no meaning; null where nothing is left. Row-aligned.

    Everywhere: NFC, no control, zero-width or byte-order marks, no spaces around, null tokens
    (“— —”, “无”, “/”, NULL, …) to null unless `meant` names them (a code labelled 无). Text and
    lists: full-width digits and letters become half width, Chinese punctuation stays. Other kinds:
    all full-width ASCII becomes half width; numbers and codes also lose spaces inside, and the
    codes of persons and bodies become upper case. Confusable letters (O for 0) are not repaired.
    """
    nulls = sorted(_NULLS - meant)
    unusual = (raw.str.contains(_unusual(kind)) | raw.is_in(nulls)).fill_null(False)
    if not unusual.any():
        return raw
    cells = raw.filter(unusual).to_frame("cell")
    cleaned = cells.select(_cleaned(kind)).to_series()
    empty = cleaned.is_in(nulls) | cleaned.str.contains(_DASHES)
    return raw.clone().scatter(unusual.arg_true(), cleaned.set(empty, None))


def _unusual(kind: FieldType) -> str:
    if kind in _CODES:
        return _UNUSUAL_CODE
    return _UNUSUAL_TEXT if kind in _PROSE else _UNUSUAL_BARE


def _cleaned(kind: FieldType) -> pl.Expr:
    wide = _DIGITS_LETTERS if kind in _PROSE else _ALL_WIDE
    cell = (
        pl.col("cell")
        .str.replace_all(_UNSEEN, "")  # before NFC: what it parted may now compose
        .str.normalize("NFC")
        .str.replace_many([chr(code) for code in wide], [chr(code - 0xFEE0) for code in wide])
        .str.replace_all(_SPACE, " ")
        .str.replace_all("\r\n?", "\n")
        .str.strip_chars()
    )
    if kind in _PROSE:
        return cell.str.replace(r"^'+([=+@-])", "$1")  # how an export disarms a formula
    cell = cell.str.strip_chars_start("' ")  # how a spreadsheet marks digits as text
    if kind is FieldType.DATE:
        return cell
    bare = cell.str.replace_all(r"\s+", "").str.normalize("NFC")
    return bare.str.to_uppercase() if kind in _CODES else bare
