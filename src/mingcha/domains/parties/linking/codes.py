"""Unified social credit codes in bulk: which are right, and what a wrong one may have been."""

import polars as pl

from mingcha.domains.parties import rules

LENGTH = 18
MODULUS = 31
WEIGHTS = [pow(3, i, MODULUS) for i in range(LENGTH - 1)] + [1]
INVERSES = [pow(weight, -1, MODULUS) for weight in WEIGHTS]
VALUES = {character: value for value, character in enumerate(rules.ALPHABET)}
CONFUSABLE = {"O": "0", "I": "1", "Z": "2", "S": "5"}  # letters that no code contains


def is_valid(code: pl.Expr) -> pl.Expr:
    """Whether the text is a code with the right check character (GB 32100-2015)."""
    formed = code.str.contains(f"^[{rules.ALPHABET}]{{{LENGTH}}}$")
    return formed & (_remainder(code) == 0)


def repairs(codes: pl.DataFrame) -> pl.DataFrame:
    """(id, code) of wrong codes to every right code one slip away: (id, code), some 19 per id.

    A slip is one character replaced, two neighbours swapped, or letters that no code contains
    (O I Z S) read as their digits. The check character leaves one replacement per position, so
    the neighbours are found without looking at the register.
    """
    letters, digits = list(CONFUSABLE), list(CONFUSABLE.values())
    wrong = codes.filter(
        (pl.col("code").str.len_chars() == LENGTH) & ~is_valid(pl.col("code"))
    ).with_columns(code=pl.col("code").str.replace_many(letters, digits))
    if wrong.is_empty():  # as nearly always; asking for every slip takes a while
        return wrong.select("id", "code")
    wrong = wrong.with_columns(off=_remainder(pl.col("code")))
    found = [wrong.filter(pl.col("off") == 0).select("id", "code")]
    found += [_replaced(wrong, i) for i in range(LENGTH)]
    found += [_swapped(wrong, i) for i in range(LENGTH - 1)]
    right = pl.concat(found).unique(maintain_order=True)
    return right.filter(pl.col("code").str.contains(f"^[{rules.ALPHABET}]{{{LENGTH}}}$"))


def _replaced(wrong: pl.DataFrame, i: int) -> pl.DataFrame:
    """The one character at `i` that makes the check come out."""
    value = (_value(pl.col("code"), i) - pl.col("off") * INVERSES[i]) % MODULUS
    character = value.replace_strict(dict(enumerate(rules.ALPHABET)), return_dtype=pl.String)
    code = pl.concat_str(pl.col("code").str.head(i), character, pl.col("code").str.slice(i + 1))
    return wrong.filter(pl.col("off") != 0).select("id", code=code)


def _swapped(wrong: pl.DataFrame, i: int) -> pl.DataFrame:
    code = pl.col("code")
    swapped = pl.concat_str(
        code.str.head(i), code.str.slice(i + 1, 1), code.str.slice(i, 1), code.str.slice(i + 2)
    )
    return wrong.select("id", code=swapped).filter(_remainder(pl.col("code")) == 0)


def _remainder(code: pl.Expr) -> pl.Expr:
    """The weighted sum modulo 31; 0 for a right code. Letters outside the alphabet count 0."""
    terms = [_value(code, i) * weight for i, weight in enumerate(WEIGHTS)]
    return pl.sum_horizontal(terms) % MODULUS


def _value(code: pl.Expr, i: int) -> pl.Expr:
    return code.str.slice(i, 1).replace_strict(VALUES, default=0, return_dtype=pl.Int32)
