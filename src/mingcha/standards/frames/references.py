"""What rows point at: items, checklists, officers, earlier facts; and whether it was in force.

Every reference is a join of the rows with a small table, on the day of the act.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from mingcha.standards.frames.columns import Found, quoted
from mingcha.standards.frames.rows import Rows
from mingcha.standards.model import Reference, Severity

IN_USE = "01"  # 事项状态 在用

Schema = dict[str, pl.DataType | type[pl.DataType]]
ITEMS: Schema = {
    "code": pl.String,
    "since": pl.Date,
    "until": pl.Date,
    "status": pl.String,
    "levels": pl.List(pl.String),
    "body": pl.String,
    "region": pl.String,
}
CHECKLISTS: Schema = {
    "code": pl.String,
    "item": pl.String,
    "body": pl.String,
    "since": pl.Date,
    "until": pl.Date,
}
OFFICERS: Schema = {
    "certificate": pl.String,
    "since": pl.Date,
    "until": pl.Date,
    "body": pl.String,
}
REGIONS: Schema = {"code": pl.String, "since_year": pl.Int32, "until_year": pl.Int32}


@dataclass(frozen=True)
class References:
    """What rows are checked against, as frames. Null in `until`, `body`, `region` = no bound.

    `items` and `checklists`: per scheme (catalogue table) a frame with one row per version; a day
    lies in [since, until], both included; an item whose status is not 在用 and that has no last day
    is not in force at all; empty levels = every level. `labels`: scheme → what people call it.
    `officers`: one row per validity of a certificate. `keys`: "table.field" → a frame with the
    column `key` and, where a day is taken from there, `day`. `regions`: six-digit codes with the
    first and last year of their use; without rows only the form of a region code is checked.
    """

    items: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    checklists: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    officers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OFFICERS))
    regions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REGIONS))
    keys: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def check_reference(rows: Rows, reference: Reference, references: References) -> list[Found]:
    """The rows whose reference leads nowhere, or to something not in force that day.

    Raises KeyError if `references` lacks the scheme or the keys that the declaration points at: a
    fault of the caller, not of the data.
    """
    match reference.to:
        case "item":
            return _item(rows, reference, references)
        case "checklist":
            return _checklist(rows, reference, references)
        case "officer":
            return _officer(rows, reference, references.officers)
        case to:
            return _fact(rows, reference, references.keys[to]["key"])


def cited_days(cells: pl.Series, reference: Reference, references: References) -> pl.Series:
    """The day of the record that each cell leads to; null where it leads nowhere."""
    known = references.keys[reference.to]
    found = cells.alias("key").to_frame().join(known, on="key", how="left", maintain_order="left")
    return found["day"]


# How near an entry of the catalogue comes to allowing an act: the nearest one gives the reason.
_UNKNOWN, _OTHER_BODY, _OTHER_ITEM, _OTHER_REGION, _OTHER_LEVEL = range(5)
_STOPPED, _EARLY, _LATE, _IN_FORCE = range(5, 9)


def _item(rows: Rows, reference: Reference, references: References) -> list[Found]:
    bits = pl.element().cast(pl.Int64, strict=False)
    entries = references.items[reference.scheme or reference.to].with_columns(
        levels=pl.col("levels").list.eval(pl.lit(1) * 2**bits).list.sum().cast(pl.Int64),
        region=pl.col("region").str.replace("(?:00)+$", ""),
        live=pl.col("status").eq(IN_USE) | pl.col("until").is_not_null(),
    )
    acts = pl.DataFrame(
        {
            "code": rows.text(reference.field),
            "day": rows.days,
            "acting": rows.body(),
            "level": rows.level(),
            "place": rows.place(),
        }
    )
    level, levels = pl.col("level"), pl.col("levels").fill_null(0)
    return _in_force(
        rows,
        reference,
        acts,
        entries,
        [
            (pl.col("acting") != pl.col("body"), _OTHER_BODY),
            (~pl.col("place").str.starts_with(pl.col("region")), _OTHER_REGION),
            ((levels != 0) & ((levels // 2**level) % 2 == 0), _OTHER_LEVEL),
            (~pl.col("live"), _STOPPED),
        ],
        _called(reference, references),
    )


def _checklist(rows: Rows, reference: Reference, references: References) -> list[Found]:
    checklists = references.checklists[reference.scheme or reference.to]
    acts = pl.DataFrame(
        {
            "code": rows.text(reference.field),
            "day": rows.days,
            "acting": rows.body(),
            "under": rows.item(),
        }
    )
    obstacles = [
        (pl.col("acting") != pl.col("body"), _OTHER_BODY),
        (pl.col("under") != pl.col("item"), _OTHER_ITEM),
    ]
    called = _called(reference, references)
    return _in_force(rows, reference, acts, checklists, obstacles, called)


def _called(reference: Reference, references: References) -> str:
    """What people call the catalogue that is looked into."""
    usual = {"item": "监管事项目录", "checklist": "检查实施清单库"}[reference.to]
    return references.labels.get(reference.scheme or reference.to, usual)


_DATES = [(pl.col("day") < pl.col("since"), _EARLY), (pl.col("day") > pl.col("until"), _LATE)]


def _nearness(obstacles: list[tuple[pl.Expr, int]]) -> pl.Expr:
    """The first obstacle that holds, else _IN_FORCE; _UNKNOWN where the join found no entry."""
    rank = pl.lit(_IN_FORCE, pl.Int8)
    for holds, obstacle in reversed([(pl.col("known").is_null(), _UNKNOWN), *obstacles]):
        rank = pl.when(holds).then(pl.lit(obstacle, pl.Int8)).otherwise(rank)
    return rank


def _in_force(
    rows: Rows,
    reference: Reference,
    acts: pl.DataFrame,
    entries: pl.DataFrame,
    obstacles: list[tuple[pl.Expr, int]],
    called: str,
) -> list[Found]:
    """Rows for which no entry of their code is in force; the nearest entry gives the reason.

    Most codes have one entry: these are joined once per distinct code. What is then not in force,
    or has several entries, is joined row by row.
    """
    nearness = _nearness(obstacles + _DATES)
    entries = entries.with_columns(known=True)
    single = entries.filter(entries["code"].is_unique())
    codes = rows.fields[reference.field]
    one = codes.cells.select(code="text").join(single, "code", how="left", maintain_order="left")
    spread = [codes.column.spread(each) for each in one.drop("code").iter_columns()]
    doubtful = acts.with_columns(spread).select(open=nearness != _IN_FORCE)["open"]
    doubtful &= acts["code"].is_not_null()
    if not doubtful.any():
        return []
    some = acts.with_row_index("at").filter(doubtful)
    judged = some.join(entries, on="code", how="left").with_columns(nearness=nearness)
    judged = judged.sort("at", "nearness").unique("at", keep="last", maintain_order=True)
    failed = judged.filter(pl.col("nearness") != _IN_FORCE)
    if failed.is_empty():
        return []
    reason = failed.select(reason=_force_reason(rows.label(reference.field), reference, called))
    return [Found(reference.name, failed["at"].to_numpy(), reason["reason"])]


def _force_reason(label: str, reference: Reference, called: str) -> pl.Expr:
    code, nearness = quoted(pl.col("code")), pl.col("nearness")
    kept = _KEPT[reference.severity]

    def said(words: str, *values: pl.Expr) -> pl.Expr:
        return pl.format(f"{label}{{}}{words}{kept}", code, *values)

    day, since, until = (pl.col(name).cast(pl.String) for name in ("day", "since", "until"))
    sentence = (
        pl.when(nearness == _UNKNOWN)
        .then(said(f"不在{called}中，请先报送或认领，或核对编码。"))
        .when(nearness == _OTHER_BODY)
        .then(said("不属于该实施机构，请核对编码和实施机构。"))
        .when(nearness == _EARLY)
        .then(said("自 {} 起才生效，行为日期 {} 不在有效期内，请核对。", since, day))
        .when(nearness == _LATE)
        .then(said("已于 {} 后失效，行为日期 {} 不在有效期内，请核对。", until, day))
    )
    if reference.to == "checklist":
        item = quoted(pl.col("item"))
        return sentence.otherwise(said("属于事项{}，与本行的事项编码不一致，请核对。", item))
    level = pl.col("level").cast(pl.String)
    return (
        sentence.when(nearness == _OTHER_REGION)
        .then(said("不适用于行政区划 {}，请核对。", pl.col("place")))
        .when(nearness == _OTHER_LEVEL)
        .then(said("不由第 {} 级行使，请核对行使层级。", level))
        .otherwise(said("已取消或暂停，请核对事项状态。"))
    )


_KEPT = {
    Severity.REFUSE: "",
    Severity.WAIT: "本行暂存待核，所引用的内容入库或更正后自动重新核对。",
    Severity.WARN: "本行已收。",
}


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
    label, kept = rows.label(reference.field), _KEPT[reference.severity]
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
    reason = pl.format(words + _KEPT[reference.severity], quoted(pl.col("text")))
    reasons = judged.cells.filter(wrong).select(reason=reason)["reason"]
    return [judged.column.found(reference.name, wrong, reasons)]
