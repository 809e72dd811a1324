"""Decimal numbers as text: exact, because money never becomes a float."""

import polars as pl

_PLAIN = r"^[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?$|^[+-]?\.[0-9]+$"


def plain_decimal(given: pl.Expr) -> pl.Expr:
    """Clean text → plain decimal: no plus, no thousands separators, no superfluous zeros, no "-0".

    Null for anything else, exponents (1.2E+10) included: a spreadsheet has dropped digits there.
    """
    number = pl.when(given.str.contains(_PLAIN)).then(given.str.replace_all("[,+]", ""))
    return _tidy(number)


def shifted(number: pl.Expr, places: int) -> pl.Expr:
    """A plain decimal times 10^`places`, exactly; negative places divide. Null stays null."""
    whole = number.str.extract(r"^-?([0-9]+)")
    fraction = number.str.extract(r"\.([0-9]+)$").fill_null("")
    sign = pl.when(number.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
    if places >= 0:
        padded = fraction.str.pad_end(places, "0")
        left, right = whole + padded.str.slice(0, places), padded.str.slice(places)
    else:
        padded = whole.str.zfill(-places + 1)
        left, right = padded.str.head(places), padded.str.tail(-places) + fraction
    return _tidy(sign + left + "." + right)


def _tidy(number: pl.Expr) -> pl.Expr:
    """Without superfluous zeros; `number` has at most a sign, digits and one point."""
    bare = number.str.replace(r"^(-?)0+([0-9])", "$1$2").str.replace(r"^(-?)\.", "${1}0.")
    trimmed = bare.str.replace(r"(\.[0-9]*?)0+$", "$1").str.strip_suffix(".")
    return trimmed.str.replace(r"^-0$", "0")
