"""Signs that data may have been made up: pure functions over frames of rows.

Each takes the rows of one table (columns `_fact`, `_provider`, `_occurred_on` and fields as text)
and the thresholds (dated rules), and gives one row for each sign: provider, kind, what, sentence,
rows, facts. None proves anything: a campaign makes many inspections on one day, a template makes
texts alike; they say where to look.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

EXAMPLES = 30
LONG_TEXT = 20  # characters from which a text is not expected twice
DIGITS = 6  # digits from which a run or a repetition is not expected
RUNS = "0123456789", "9876543210"


@dataclass(frozen=True)
class Thresholds:
    """From when a sign counts: shares in per mille, the rest in rows."""

    checks_a_day: int
    text_share: int
    rest_share: int
    day_share: int
    least_rows: int


@dataclass(frozen=True)
class Asked:
    """Which fields of a table can show which sign."""

    officers: str | None = None
    texts: Sequence[str] = ()
    numbers: Sequence[str] = ()
    number: str | None = None  # the record's own number
    labels: Mapping[str, str] = field(default_factory=dict)


COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "provider": pl.Int64, "kind": pl.String, "what": pl.String, "sentence": pl.String,
    "rows": pl.UInt32, "facts": pl.List(pl.Int64),
}  # fmt: skip
SCHEMA = pl.Schema(COLUMNS)


def signs(
    rows: pl.DataFrame, asked: Asked, limits: Thresholds, is_rest: Callable[[date], bool]
) -> pl.DataFrame:
    """Every sign in the rows of a table. `is_rest` says whether a day is off (State Council's notice)."""
    enough = rows.filter(pl.len().over("_provider") >= limits.least_rows)
    if not enough.height:
        return pl.DataFrame(schema=SCHEMA)
    found = [*_all(enough, asked, limits, is_rest)]
    return (
        pl.concat([sign.cast(SCHEMA) for sign in found]) if found else pl.DataFrame(schema=SCHEMA)
    )


def _all(
    rows: pl.DataFrame, asked: Asked, limits: Thresholds, is_rest: Callable[[date], bool]
) -> Iterator[pl.DataFrame]:
    if asked.officers:
        yield _busy(rows, asked.officers, limits)
    for name in asked.texts:
        yield _copied(rows, name, asked.labels[name], limits)
    for name in asked.numbers:
        yield _digits(rows, name, asked.labels[name], limits)
    yield _rest_days(rows, limits, is_rest)
    yield _one_day(rows, limits)
    if asked.number:
        yield _sequence(rows, asked.number, limits)


def _sign(found: pl.DataFrame, kind: str, what: pl.Expr, sentence: pl.Expr) -> pl.DataFrame:
    return found.select(
        provider="_provider", kind=pl.lit(kind), what=what.str.slice(0, 200), sentence=sentence,
        rows="_rows", facts="_examples",
    )  # fmt: skip


COUNT = (pl.len().alias("_rows"), pl.col("_fact").sort().head(EXAMPLES).alias("_examples"))


def _busy(rows: pl.DataFrame, name: str, limits: Thresholds) -> pl.DataFrame:
    """One officer with more records on one day than a day allows. One sign an officer: the worst day."""
    each = rows.select("_provider", "_fact", "_occurred_on", who=pl.col(name).str.split("、"))
    days = (
        each.explode("who").filter(pl.col("who") != "").group_by("_provider", "who", "_occurred_on")
    )
    found = days.agg(*COUNT).filter(pl.col("_rows") > limits.checks_a_day)
    worst = found.sort("_rows", descending=True).unique(["_provider", "who"], keep="first")
    said = pl.format("执法人员 {} 在 {} 一天有 {} 条记录", "who", "_occurred_on", "_rows")
    return _sign(worst, "busy", pl.col("who"), said)


def _copied(rows: pl.DataFrame, name: str, label: str, limits: Thresholds) -> pl.DataFrame:
    """One long text in a large share of a provider's rows that fill the field."""
    long = rows.filter(pl.col(name).str.len_chars() >= LONG_TEXT)
    long = long.with_columns(_whole=pl.len().over("_provider"))
    same = long.group_by("_provider", name).agg(*COUNT, pl.col("_whole").first())
    share = pl.col("_rows") * 1000 // pl.col("_whole")
    found = same.filter((share >= limits.text_share) & (pl.col("_rows") >= limits.least_rows // 5))
    begins = pl.col(name).str.slice(0, 40)
    said = pl.format(
        "{}中有 {} 条记录的“{}”完全相同：{}…", pl.lit(label), "_rows", pl.lit(label), begins
    )
    return _sign(found, "copied", pl.format("{}：{}", pl.lit(label), begins), said)


def _digits(rows: pl.DataFrame, name: str, label: str, limits: Thresholds) -> pl.DataFrame:
    """Values that are one digit repeated, or a run up or down, in more rows than chance gives."""
    value = pl.col(name)
    same = pl.concat_list([value.str.contains(str(d) * DIGITS, literal=True) for d in range(10)])
    runs = [run[at : at + DIGITS] for run in RUNS for at in range(len(run) - DIGITS + 1)]
    odd = rows.filter(same.list.any() | value.str.contains_any(runs))
    found = odd.group_by("_provider").agg(*COUNT).filter(pl.col("_rows") >= limits.least_rows // 5)
    said = pl.format("{} 条记录的“{}”是重复或连续的数字", "_rows", pl.lit(label))
    return _sign(found, "digits", pl.lit(label), said)


def _rest_days(
    rows: pl.DataFrame, limits: Thresholds, is_rest: Callable[[date], bool]
) -> pl.DataFrame:
    """More records on days off than an office has."""
    days = rows["_occurred_on"].unique().to_list()
    off = [day for day in days if is_rest(day)]
    whole = rows.with_columns(_whole=pl.len().over("_provider"))
    rest = whole.filter(pl.col("_occurred_on").is_in(off))
    found = rest.group_by("_provider").agg(*COUNT, pl.col("_whole").first())
    share = pl.col("_rows") * 1000 // pl.col("_whole")
    found = found.filter(share >= limits.rest_share)
    said = pl.format("{} 条记录中有 {} 条发生在休息日", "_whole", "_rows")
    return _sign(found, "rest-days", pl.lit("休息日"), said)


def _one_day(rows: pl.DataFrame, limits: Thresholds) -> pl.DataFrame:
    """A large share of a provider's records on one single day."""
    whole = rows.with_columns(_whole=pl.len().over("_provider"))
    found = whole.group_by("_provider", "_occurred_on").agg(*COUNT, pl.col("_whole").first())
    share = pl.col("_rows") * 1000 // pl.col("_whole")
    found = found.filter(share >= limits.day_share)
    said = pl.format("{} 条记录中有 {} 条发生在 {} 一天", "_whole", "_rows", "_occurred_on")
    return _sign(found, "one-day", pl.col("_occurred_on").cast(pl.String), said)


def _sequence(rows: pl.DataFrame, name: str, limits: Thresholds) -> pl.DataFrame:
    """Numbers that rise one by one while their days fall: numbered afterwards, dates filled in.

    Counted are neighbours whose trailing numbers differ by one and whose days go back by a month.
    """
    tail = pl.col(name).str.extract(r"(\d{3,12})$").cast(pl.Int64, strict=False)
    head = pl.col(name).str.replace(r"\d{3,12}$", "")
    numbered = rows.with_columns(tail=tail, head=head).filter(pl.col("tail").is_not_null())
    ordered = numbered.sort("_provider", "head", "tail")
    before = pl.col("_occurred_on").shift(1).over("_provider", "head")
    next_one = pl.col("tail") - pl.col("tail").shift(1).over("_provider", "head") == 1
    back = (before - pl.col("_occurred_on")).dt.total_days() > 31
    ordered = ordered.with_columns(_whole=pl.len().over("_provider"))
    found = (
        ordered.filter(next_one & back).group_by("_provider").agg(*COUNT, pl.col("_whole").first())
    )
    found = found.filter(pl.col("_rows") * 1000 // pl.col("_whole") >= limits.text_share)
    said = pl.format("{} 条记录中有 {} 条编号在后而日期早一个月以上", "_whole", "_rows")
    return _sign(found, "sequence", pl.lit("编号与日期"), said)
