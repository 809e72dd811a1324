"""The keys by which likely twins find each other, in memory or in an indexed table."""

import polars as pl

from mingcha.domains.parties import rules
from mingcha.domains.parties.linking.codes import is_valid, repairs
from mingcha.domains.parties.linking.prepare import USCC, prepare

KEY_LENGTH = 200  # of the column that holds them
MUNICIPAL = sorted(rules.lexicon().municipalities)


def blocking_keys(frame: pl.DataFrame, *, registered: bool = False) -> pl.DataFrame:
    """A few text keys per row: (id, key), sorted, no doubles. Rows that share none are no twins.

    - `c:scheme:code` the code as written; for a subject's wrong uscc, also every right code one
      slip away (about 19), so that the register need hold one key per code only;
    - `n:core@city`, `n:core@county` trade name and industry in the finest regions known (`@`
      alone when none is): the same name with another suffix, prefix, brackets or characters;
    - `t:trade@road` an abbreviated name on the same road;
    - `b:road door:x`, x the first and the last character of the trade name: any one slip in
      name, region, industry or suffix at the same door.

    Pass `registered=True` for rows of the register: codes are then taken as they are. Store
    (key, party) with an index and fetch for a chunk the parties that share a key with it; leave
    out keys held by more than `crowd` parties (weights.yaml): they tell nobody apart.
    """
    return keys_of(prepare(frame), registered=registered)


def keys_of(prepared: pl.DataFrame, *, registered: bool) -> pl.DataFrame:
    """The same for rows that are parsed already."""
    codes = prepared.filter(pl.col("code") != "")
    kinds = [_code_keys(codes.select("id", "scheme", "code"))]
    if not registered:
        wrong = codes.filter((pl.col("scheme") == USCC) & ~is_valid(pl.col("code")))
        fixed = repairs(wrong.select("id", "code")).with_columns(scheme=pl.lit(USCC))
        kinds.append(_code_keys(fixed))
    core, trade, door = pl.col("core"), pl.col("trade"), pl.col("door")
    street = pl.concat_str(pl.lit("b:"), "road", door, pl.lit(":"))
    at_door = (trade != "") & (pl.col("road") != "") & (door != "")
    city = city_of(pl.col("area"))
    kinds += [
        _keys(prepared, core != "", pl.concat_str(pl.lit("n:"), core, pl.lit("@"), city)),
        _keys(
            prepared,
            (core != "") & (city != pl.col("area")),
            pl.concat_str(pl.lit("n:"), core, pl.lit("@"), "area"),
        ),
        _keys(
            prepared,
            (trade.str.len_chars() > 1) & (pl.col("road") != ""),
            pl.concat_str(pl.lit("t:"), trade, pl.lit("@"), "road"),
        ),
        _keys(prepared, at_door, pl.concat_str(street, trade.str.head(1))),
        _keys(prepared, at_door, pl.concat_str(street, trade.str.tail(1))),
    ]
    return pl.concat(kinds).unique().sort("id", "key")


def city_of(area: pl.Expr) -> pl.Expr:
    """The code of the city (of the province, for municipalities) of a region code."""
    return (
        pl.when(area.str.head(2).is_in(MUNICIPAL))
        .then(pl.concat_str(area.str.head(2), pl.lit("0000")))
        .when(area.str.len_chars() == 6)
        .then(pl.concat_str(area.str.head(4), pl.lit("00")))
        .otherwise(pl.lit(""))
    )


def _code_keys(codes: pl.DataFrame) -> pl.DataFrame:
    key = pl.concat_str(pl.lit("c:"), "scheme", pl.lit(":"), "code")
    return codes.select("id", key=key.str.head(KEY_LENGTH))


def _keys(frame: pl.DataFrame, when: pl.Expr, key: pl.Expr) -> pl.DataFrame:
    return frame.filter(when).select("id", key=key.str.head(KEY_LENGTH))
