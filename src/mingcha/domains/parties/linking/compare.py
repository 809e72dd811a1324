"""Pairs of parsed rows to levels and weights: `rules.explain` as expressions."""

import orjson
import polars as pl

from mingcha.domains.parties.linking.keys import city_of
from mingcha.domains.parties.linking.prepare import USCC, significant
from mingcha.domains.parties.rules import Weights

COMPARED = (
    "scheme", "code", "valid", "trade", "industry", "form", "branch", "core", "area",
    "road", "door", "room",
)  # fmt: skip
PIECES = ("code", "trade", "industry", "form", "branch", "area", "address")
NOTHING = pl.lit("")


def compare(
    pairs: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame, weights: Weights
) -> pl.DataFrame:
    """Weigh pairs of row numbers.

    `pairs` is (s, r, how): row numbers in `left` and `right` (prepared, with `valid`) and
    "code", "repaired" or "name". Adds one level column per piece (`is_code`, `is_trade`, …; ""
    says nothing) and `weight`, their sum in milli-points.
    """
    told = pl.concat(
        [
            pairs,
            left.select(COMPARED)[pairs["s"]],
            right.select(pl.col(COMPARED).name.suffix("_r"))[pairs["r"]],
        ],
        how="horizontal",
    )
    told = told.with_columns(
        one_edit(told[piece], told[f"{piece}_r"]).alias(f"near_{piece}")
        for piece in ("core", "trade")
    )
    levels = pl.concat([pairs, told.select(_levels())], how="horizontal")
    return levels.with_columns(weight=pl.sum_horizontal(_points(p, weights) for p in PIECES))


def reasons(pairs: pl.DataFrame, weights: Weights) -> pl.Series:
    """For each weighed pair, JSON text [[piece, milli-points, words], …] as `rules.explain`."""
    said = pl.concat_list(_sentence(piece, weights) for piece in PIECES).list.drop_nulls()
    text = pl.concat_str(pl.lit("["), said.list.join(","), pl.lit("]"))
    return pairs.select(reasons=text).to_series()


def _points(piece: str, weights: Weights) -> pl.Expr:
    points = weights.points[piece]
    return pl.col(f"is_{piece}").replace_strict(points, default=0, return_dtype=pl.Int32)


def _sentence(piece: str, weights: Weights) -> pl.Expr:
    words = {
        level: orjson.dumps([weights.labels[piece], points, weights.words[piece][level]]).decode()
        for level, points in weights.points[piece].items()
    }
    return pl.col(f"is_{piece}").replace_strict(words, default=None, return_dtype=pl.String)


def _levels() -> list[pl.Expr]:
    """One column `is_<piece>` per piece, in the order of PIECES."""
    return [
        _code_level().alias("is_code"),
        _trade_level().alias("is_trade"),
        _industry_level().alias("is_industry"),
        _equality("form").alias("is_form"),
        _branch_level().alias("is_branch"),
        _area_level().alias("is_area"),
        _address_level().alias("is_address"),
    ]


def _code_level() -> pl.Expr:
    both = (pl.col("scheme") == USCC) & (pl.col("scheme_r") == USCC)
    return (
        pl.when(pl.col("how") == "repaired")
        .then(pl.lit("repaired"))
        .when((pl.col("code") == pl.col("code_r")) & (pl.col("code") != ""))
        .then(pl.lit("same"))
        .when(both & pl.col("valid") & pl.col("valid_r"))
        .then(pl.lit("differ"))
        .otherwise(NOTHING)
    )


def _trade_level() -> pl.Expr:
    a, b = pl.col("trade"), pl.col("trade_r")
    core = pl.min_horizontal(pl.col("core").str.len_chars(), pl.col("core_r").str.len_chars())
    trade = pl.min_horizontal(a.str.len_chars(), b.str.len_chars())
    near_core, near_trade = pl.col("near_core"), pl.col("near_trade")
    return (
        pl.when((a == "") | (b == ""))
        .then(NOTHING)
        .when(a == b)
        .then(pl.when(trade > 3).then(pl.lit("same_long")).otherwise(pl.lit("same")))
        .when(near_core & (core > 3))
        .then(pl.lit("near_long"))
        .when((near_core & (core > 1)) | (near_trade & (trade > 1)))
        .then(pl.lit("near_short"))
        .when(_is_short_for("", "_r") | _is_short_for("_r", ""))
        .then(pl.lit("short"))
        .when(_contains("trade"))
        .then(pl.lit("part"))
        .otherwise(pl.lit("differ"))
    )


def _is_short_for(one: str, other: str) -> pl.Expr:
    trade = pl.col(f"trade{one}")
    bare = (pl.col(f"industry{one}") == "") & (pl.col(f"form{one}") == "")
    return bare & (trade.str.len_chars() > 1) & pl.col(f"core{other}").str.starts_with(trade)


def _industry_level() -> pl.Expr:
    differ = pl.col("industry") != pl.col("industry_r")
    return (
        pl.when(differ & _contains("industry"))
        .then(pl.lit("part"))
        .otherwise(_equality("industry"))
    )


def _branch_level() -> pl.Expr:
    a, b = pl.col("branch"), pl.col("branch_r")
    return (
        pl.when((a == "") & (b == ""))
        .then(NOTHING)
        .when((a == "") | (b == ""))
        .then(pl.lit("one"))
        .when((a == b) | _contains("branch"))
        .then(pl.lit("same"))
        .otherwise(pl.lit("differ"))
    )


def _area_level() -> pl.Expr:
    a, b = pl.col("area"), pl.col("area_r")
    inside = a.str.starts_with(significant(b)) | b.str.starts_with(significant(a))
    county = (a == b) & ~a.str.ends_with("00")
    return (
        pl.when((a == "") | (b == ""))
        .then(NOTHING)
        .when(inside)
        .then(pl.when(county).then(pl.lit("district")).otherwise(pl.lit("city")))
        .when(city_of(a) == city_of(b))
        .then(pl.lit("district_differ"))
        .otherwise(pl.lit("city_differ"))
    )


def _address_level() -> pl.Expr:
    road, door, room = pl.col("road"), pl.col("door"), pl.col("room")
    other_road, other_door, other_room = pl.col("road_r"), pl.col("door_r"), pl.col("room_r")
    return (
        pl.when((road == "") | (other_road == ""))
        .then(NOTHING)
        .when(road != other_road)
        .then(pl.lit("differ"))
        .when((door == "") | (other_door == ""))
        .then(pl.lit("road"))
        .when(door != other_door)
        .then(pl.lit("differ"))
        .when(room == other_room)
        .then(pl.lit("same"))
        .when((room != "") & (other_room != ""))
        .then(pl.lit("room_differ"))
        .otherwise(pl.lit("building"))
    )


def _equality(piece: str) -> pl.Expr:
    a, b = pl.col(piece), pl.col(f"{piece}_r")
    said = pl.when(a == b).then(pl.lit("same")).otherwise(pl.lit("differ"))
    return pl.when((a == "") | (b == "")).then(NOTHING).otherwise(said)


def _contains(piece: str) -> pl.Expr:
    a, b = pl.col(piece), pl.col(f"{piece}_r")
    long = (a.str.len_chars() > 1) & (b.str.len_chars() > 1)
    return long & (a.str.contains(b, literal=True) | b.str.contains(a, literal=True))


def one_edit(a: pl.Series, b: pl.Series) -> pl.Series:
    """`rules.one_edit` for each pair of two text columns of equal length."""
    pairs = pl.DataFrame({"a": a, "b": b}).with_columns(
        m=pl.col("a").str.len_chars().cast(pl.Int32), n=pl.col("b").str.len_chars().cast(pl.Int32)
    )
    close = (pl.col("a") != pl.col("b")) & ((pl.col("m") - pl.col("n")).abs() <= 1)
    pairs = pairs.with_row_index("row").filter(close)
    longest = pl.max_horizontal("m", "n")
    reach = range(1, (pairs.select(longest.max()).item() or 1) + 1)
    x, y = pl.col("a"), pl.col("b")
    both = pl.min_horizontal("m", "n")
    head = pl.sum_horizontal((both >= i) & (x.str.head(i) == y.str.head(i)) for i in reach)
    tail = pl.sum_horizontal((both >= i) & (x.str.tail(i) == y.str.tail(i)) for i in reach)
    pairs = pairs.with_columns(head=head.cast(pl.Int32), tail=tail.cast(pl.Int32), size=longest)
    crossed = (
        (pl.col("m") == pl.col("n"))
        & (pl.col("head") + pl.col("tail") == pl.col("size") - 2)
        & (x.str.slice(pl.col("head"), 1) == y.str.slice(pl.col("head") + 1, 1))
        & (y.str.slice(pl.col("head"), 1) == x.str.slice(pl.col("head") + 1, 1))
    )
    near = pairs.filter((pl.col("head") + pl.col("tail") >= pl.col("size") - 1) | crossed)
    return pl.int_range(len(a), dtype=pl.UInt32, eager=True).is_in(near["row"].implode())
