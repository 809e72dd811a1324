"""The business key (业务主键) of rows, and rows that share one."""

import polars as pl

from mingcha.base.ledger.hashing import sm3
from mingcha.standards.frames.catalogue import DOUBLED, KEY_CONFLICT, KEY_MISSING
from mingcha.standards.frames.columns import Found, quoted
from mingcha.standards.model import KeySpec, Table

LONGEST, CUT = (
    380,
    300,
)  # characters; the column of keys holds 400, the count of equal ones included
_CHANGES = ("u", "d")  # cd_operation of rows that mean to follow another row with their key


def source_key(frame: pl.DataFrame, table: Table, before: pl.DataFrame | None = None) -> pl.Series:
    """The key of each row: its fields joined by "|"; null where it is missing. Row-aligned.

    Missing: a part is empty, or, with `counted`, every part. Counted keys end in #1, #2, … in the
    order of the rows; `before` (columns key, count) continues the counting of earlier chunks of
    the same file: keys without their #.
    """
    key = bare_key(frame, table.key)
    if not table.key.counted:
        return key
    cells = key.to_frame("key").with_columns(
        nth=pl.int_range(1, pl.len() + 1).over("key"), offset=pl.lit(0)
    )
    if before is not None:
        cells = cells.drop("offset").join(before, on="key", how="left", maintain_order="left")
        cells = cells.rename({"count": "offset"})
    nth = pl.col("nth") + pl.col("offset").fill_null(0)
    return cells.select(key=pl.format("{}#{}", "key", nth)).to_series()


def bare_key(frame: pl.DataFrame, spec: KeySpec) -> pl.Series:
    """The key of each row before equal ones are counted; null where it is missing.

    What is longer than LONGEST is cut and ends in the SM3 of the whole.
    """
    if len(spec.fields) == 1:
        return _short(frame[spec.fields[0]].alias("key"))
    if not spec.counted:
        return _short(frame.select(key=pl.concat_str(spec.fields, separator="|")).to_series())
    parts = [pl.col(name).fill_null("") for name in spec.fields]
    some = pl.any_horizontal(pl.col(name).is_not_null() for name in spec.fields)
    whole = pl.when(some).then(pl.concat_str(parts, separator="|"))
    return _short(frame.select(key=whole).to_series())


def _short(keys: pl.Series) -> pl.Series:
    long = keys.str.len_chars() > LONGEST
    if not long.any():
        return keys
    cut = [f"{key[:CUT]}…{sm3(key.encode()).hex()}" for key in keys.filter(long)]
    return keys.scatter(long.arg_true(), cut)


def check_missing(table: Table, key: pl.Series) -> list[Found]:
    """Rows without a key."""
    at = key.is_null().arg_true()
    labels = "、".join(table.fields[name].label for name in table.key.fields)
    words = pl.Series([f"业务主键（{labels}）没有填写，无法区分是哪一条记录，请补填。"])
    return [Found(KEY_MISSING, at.to_numpy(), words.new_from_index(0, len(at)))] if len(at) else []


def check_twins(frame: pl.DataFrame, table: Table, standing: pl.Series) -> list[Found]:
    """Rows that repeat the key of an earlier one: with its content (doubled) or another (refused).

    `frame` has `_row`, `_key`, the fields and perhaps cd_operation; only rows that are `standing`
    (not refused for other reasons) count, so that a right row may follow a wrong one. Rows of a
    key that is changed or withdrawn in the same file are versions, not twins.
    """
    asked = standing & frame["_key"].is_not_null()
    keys = frame["_key"].filter(asked)
    if keys.hash().n_unique() == len(keys):  # far cheaper than finding which ones repeat
        return []
    twins = frame.with_row_index("at").filter(asked).filter(keys.is_duplicated())
    if "cd_operation" in frame.columns:
        changed = pl.col("cd_operation").is_in(_CHANGES).fill_null(False).any().over("_key")
        twins = twins.filter(~changed)
    pairs = twins.select(
        "at",
        first=pl.col("_row").first().over("_key"),
        later=pl.col("_row") != pl.col("_row").first().over("_key"),
        key=pl.col("_key"),
        same=_same_as_first(table),
    ).filter("later")
    label = "、".join(table.fields[name].label for name in table.key.fields)
    doubled = pl.format("与第 {} 行内容完全相同，只入库一次。", "first")
    conflict = pl.format(
        f"{label}{{}}与第 {{}} 行相同而内容不同，无法判断哪一行为准，请删去或改正其中一行。",
        quoted(pl.col("key")),
        "first",
    )
    found = []
    for check, some, reason in (
        (DOUBLED, pairs.filter("same"), doubled),
        (KEY_CONFLICT, pairs.filter(~pl.col("same")), conflict),
    ):
        if not some.is_empty():
            found.append(Found(check, some["at"].to_numpy(), some.select(r=reason)["r"]))
    return found


def _same_as_first(table: Table) -> pl.Expr:
    """Whether every field equals that of the first row with the key."""
    same = [pl.col(key).eq_missing(pl.col(key).first().over("_key")) for key in table.fields]
    return pl.all_horizontal(same)
