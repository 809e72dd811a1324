"""What rows point at: items, checklists, officers, earlier facts; and whether it was in force.

Every reference is a join of the rows with a small table, on the day of the act.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from mingcha.standards.frames.columns import Found, quoted
from mingcha.standards.frames.force import KEPT, Book, check_checklist, check_item
from mingcha.standards.frames.rows import Rows
from mingcha.standards.model import Reference
from mingcha.standards.nearness import Nearby

Schema = dict[str, pl.DataType | type[pl.DataType]]
ITEMS: Schema = {
    "code": pl.String,
    "since": pl.Date,
    "until": pl.Date,
    "status": pl.String,
    "levels": pl.List(pl.String),
    "body": pl.String,
    "region": pl.String,
    "name": pl.String,
}
CHECKLISTS: Schema = {
    "code": pl.String,
    "item": pl.String,
    "body": pl.String,
    "since": pl.Date,
    "until": pl.Date,
    "status": pl.String,
}
OFFICERS: Schema = {
    "certificate": pl.String,
    "since": pl.Date,
    "until": pl.Date,
    "body": pl.String,
}
EXCEPTIONS: Schema = {
    "code": pl.String,
    "body": pl.String,
    "since": pl.Date,
    "until": pl.Date,
    "number": pl.String,
}
REGIONS: Schema = {"code": pl.String, "since_year": pl.Int32, "until_year": pl.Int32}


@dataclass(frozen=True)
class References:
    """What rows are checked against, as frames. Null in `until`, `body`, `region` = no bound.

    `items` and `checklists`: per scheme (catalogue table) a frame with one row per version; a day
    lies in [since, until], both included, and no two versions of a code hold on one day; on the
    days of a version whose status is not 在用 nothing is in force; empty levels = every level.
    `labels`: scheme → what people call it. `exceptions`: per scheme a frame of exceptions from it.
    `officers`: one row per validity of a certificate. `keys`: "table.field" → a frame with the
    column `key` and, where a day is taken from there, `day`. `regions`: six-digit codes with the
    first and last year of their use; without rows only the form of a region code is checked.
    """

    items: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    checklists: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    exceptions: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    officers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OFFICERS))
    regions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REGIONS))
    keys: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    nearby: dict[str, list[Nearby]] = field(default_factory=dict)  # made when first asked for


def check_reference(rows: Rows, reference: Reference, references: References) -> list[Found]:
    """The rows whose reference leads nowhere, or to something not in force that day.

    Raises KeyError if `references` lacks the scheme or the keys that the declaration points at: a
    fault of the caller, not of the data.
    """
    match reference.to:
        case "item":
            return check_item(rows, reference, _book(reference, references))
        case "checklist":
            book = _book(reference, references)
            if (
                rows.table.item is not None
            ):  # an exception is one of the item, not of its checklists
                excepted = references.exceptions.get(rows.table.item.scheme)
                book = replace(book, exceptions=excepted)
            return check_checklist(rows, reference, book)
        case "officer":
            return _officer(rows, reference, references.officers)
        case to:
            return _fact(rows, reference, references.keys[to]["key"])


def cited_days(cells: pl.Series, reference: Reference, references: References) -> pl.Series:
    """The day of the record that each cell leads to; null where it leads nowhere."""
    known = references.keys[reference.to]
    found = cells.alias("key").to_frame().join(known, on="key", how="left", maintain_order="left")
    return found["day"]


def _book(reference: Reference, references: References) -> Book:
    """The catalogue that a reference looks into."""
    scheme = reference.scheme or reference.to
    usual = {"item": "监管事项目录", "checklist": "检查实施清单库"}[reference.to]
    entries = references.items if reference.to == "item" else references.checklists
    return Book(
        entries[scheme],
        called=references.labels.get(scheme, usual),
        exceptions=references.exceptions.get(scheme),
        nearby=references.nearby.setdefault(scheme, []),
    )


def _officer(rows: Rows, reference: Reference, officers: pl.DataFrame) -> list[Found]:
    """Every certificate in the list must be valid on the day.

    Certificates valid on every day of the chunk are told by a set; only the others are joined.
    """
    acts = pl.DataFrame({"certificate": rows.text(reference.field), "day": rows.days})
    first, last = pl.lit(rows.days.min()), pl.lit(rows.days.max())
    since, until = pl.col("since"), pl.col("until")
    always = (since.is_null() | (since <= first)) & (until.is_null() | (until >= last))
    safe = officers.filter(always)["certificate"]
    each = (
        acts.lazy()
        .with_row_index("at")
        .with_columns(pl.col("certificate").str.split("、"))
        .explode("certificate")
        .filter(~pl.col("certificate").is_in(safe.implode()))
    )
    entries = officers.lazy().with_columns(known=True)
    joined = each.join(entries, on="certificate", how="left", maintain_order="left")
    early, late = pl.col("day") < since, pl.col("day") > until
    state = pl.when(pl.col("known").is_null()).then(0).when(early).then(1).when(late).then(2)
    judged = joined.with_columns(state=state.otherwise(3).cast(pl.Int8)).sort("at", "state")
    best = judged.unique(["at", "certificate"], keep="last", maintain_order=True)
    failed = best.filter(pl.col("state") != 3).collect()
    if failed.is_empty():
        return []
    faults = failed.select("at", fault=_officer_fault())
    by_row = faults.group_by("at", maintain_order=True).agg(pl.col("fault").str.join("，"))
    label, kept = rows.label(reference.field), KEPT[reference.severity]
    reason = by_row.select(
        reason=pl.format(f"{label}{{}}，请核对证号和证件有效期。{kept}", "fault")
    )
    return [Found(reference.name, by_row["at"].to_numpy(), reason["reason"])]


def _officer_fault() -> pl.Expr:
    code, state = quoted(pl.col("certificate")), pl.col("state")
    since, until = (pl.col(name).cast(pl.String) for name in ("since", "until"))
    return (
        pl.when(state == 0)
        .then(pl.format("{}不在执法人员库中", code))
        .when(state == 1)
        .then(pl.format("{}自 {} 起才有效", code, since))
        .otherwise(pl.format("{}的有效期至 {}，行为当日已过期", code, until))
    )


def _fact(rows: Rows, reference: Reference, keys: pl.Series) -> list[Found]:
    judged = rows.fields[reference.field]
    values = judged.cells["text"]
    wrong = values.is_not_null() & ~values.is_in(keys.implode())
    if not wrong.any():
        return []
    words = f"{rows.label(reference.field)}{{}}所指的记录尚未入库，请先报送该记录，或核对编号。"
    reason = pl.format(words + KEPT[reference.severity], quoted(pl.col("text")))
    reasons = judged.cells.filter(wrong).select(reason=reason)["reason"]
    return [judged.column.found(reference.name, wrong, reasons)]
