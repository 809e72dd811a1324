"""What checked rows are beside the records that stand: new, changed, said before, or contradicting.

Pure: frames in, frames out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

WITHDRAW = "d"
CHANGED = ("row", "version", "operation", "present_subject", "present_day")
STANDING = {
    "source_key": pl.String,
    "present_version": pl.Int64,
    "present_hash": pl.String,
    "present_subject": pl.Int64,
    "present_day": pl.String,
    "present_row": pl.Int64,
    "present_batch": pl.Int64,
}


@dataclass(frozen=True)
class Judged:
    """What became of the rows of a chunk.

    `changed`: rows that are a new version of their record, in the order of `row` (columns CHANGED:
    the subject and day are those of the version before). `contradicted` are (row,
    earlier row) of one file; `absent` are rows that withdraw what was never there. `doubled` rows
    say what is known.
    """

    changed: pl.DataFrame
    doubled: int
    contradicted: Sequence[tuple[int, int]]
    absent: Sequence[int]


def judged(
    incoming: pl.DataFrame, standing: pl.DataFrame, *, batch: int, enveloped: bool
) -> Judged:
    """Hold rows (row, source_key, operation, content_hash) to the latest version of their records.

    Two rows of one file with one key and two contents contradict each other: the later goes back,
    unless the file says itself that it is a correction (`enveloped`, the national cd_operation).
    """
    rows = incoming.select("row", "source_key", "operation", "content_hash").sort("row")
    known = rows["source_key"].is_in(standing["source_key"].implode())
    plain = ~(known | rows["source_key"].is_duplicated() | (rows["operation"] == WITHDRAW))
    others = _others(
        rows.filter(~plain).join(standing, on="source_key", how="left", maintain_order="left"),
        batch=batch,
        enveloped=enveloped,
    )
    new = rows.filter(plain).select(
        "row",
        version=pl.lit(1, pl.Int64),
        operation=pl.lit("i"),
        present_subject=pl.lit(None, pl.Int64),
        present_day=pl.lit(None, pl.String),
    )
    changed = pl.concat([new, others.changed])
    return replace(others, changed=changed.sort("row"))


def _others(rows: pl.DataFrame, *, batch: int, enveloped: bool) -> Judged:
    """Rows that are not simply new: known before, several of one key, or withdrawing."""
    withdraws = pl.col("operation") == WITHDRAW
    if enveloped:
        contradicted = rows.clear()
    else:
        other = pl.col("content_hash") != pl.col("present_hash")
        contradicted = rows.filter(other & ~withdraws & (pl.col("present_batch") == batch))
        rows = rows.join(contradicted, on="row", how="anti", maintain_order="left")
    said = pl.col("row").filter(~withdraws).min().over("source_key")
    unsaid = (said > pl.col("row")).fill_null(value=True)
    is_absent = withdraws & pl.col("present_version").is_null() & unsaid
    absent = rows.filter(is_absent)["row"].to_list()
    rows = rows.filter(~is_absent)
    before = pl.coalesce(pl.col("content_hash").shift(1).over("source_key"), pl.col("present_hash"))
    changed = rows.filter(pl.col("content_hash").ne_missing(before))
    nth = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("source_key")
    changed = changed.with_columns(version=pl.col("present_version").fill_null(0) + nth)
    meant = (
        pl.when(withdraws)
        .then(pl.lit(WITHDRAW))
        .when(pl.col("version") == 1)
        .then(pl.lit("i"))
        .otherwise(pl.lit("u"))
    )
    return Judged(
        changed=changed.with_columns(operation=meant).select(CHANGED),
        doubled=rows.height - changed.height,
        contradicted=contradicted.select("row", "present_row").rows(),
        absent=absent,
    )
