"""Whether what an act cites was in force on its day, and if not: why, what comes near, what excuses it.

Rows are joined with the versions of the catalogue; only what fails gets words.
"""

from dataclasses import dataclass

import polars as pl

from mingcha.standards.frames.catalogue import EXCEPTED
from mingcha.standards.frames.columns import Found, quoted
from mingcha.standards.frames.rows import Rows
from mingcha.standards.model import Reference, Severity
from mingcha.standards.nearness import IN_USE, Candidate, Nearby, Sought

QUESTIONS = 200  # different things asked for per chunk for which near ones are looked up

KEPT = {
    Severity.REFUSE: "",
    Severity.WAIT: "本行暂存待核，所引用的内容入库或更正后自动重新核对。",
    Severity.WARN: "本行已收。",
}

# How near an entry of the catalogue comes to allowing an act: the nearest one gives the reason.
_UNKNOWN, _OTHER_BODY, _OTHER_ITEM, _OTHER_REGION, _OTHER_LEVEL = range(5)
_EARLY, _LATE, _STOPPED, _IN_FORCE = range(5, 9)
# An exception is for want of an item in force, no more; and without an item there is no checklist.
_EXCUSED_ITEM = (_UNKNOWN, _EARLY, _LATE, _STOPPED)
_EXCUSED_CHECKLIST = (*_EXCUSED_ITEM, _OTHER_ITEM)


@dataclass(frozen=True)
class Book:
    """One catalogue: its versions, what people call it, what is excepted from it.

    `nearby` holds the index of near items once it has been asked for.
    """

    entries: pl.DataFrame
    called: str
    exceptions: pl.DataFrame | None
    nearby: list[Nearby]


def check_item(rows: Rows, reference: Reference, book: Book) -> list[Found]:
    """The rows whose item is not in force for their day, body, place and level."""
    bits = pl.element().cast(pl.Int64, strict=False)
    entries = book.entries.with_columns(
        levels=pl.col("levels").list.eval(pl.lit(1) * 2**bits).list.sum().cast(pl.Int64),
        region=pl.col("region").str.replace("(?:00)+$", ""),
        live=pl.col("status").eq(IN_USE),
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
    obstacles = [
        (pl.col("acting") != pl.col("body"), _OTHER_BODY),
        (~pl.col("place").str.starts_with(pl.col("region")), _OTHER_REGION),
        ((levels != 0) & ((levels // 2**level) % 2 == 0), _OTHER_LEVEL),
    ]
    failed = _failed(rows, reference, acts, entries, obstacles)
    if failed is None:
        return []
    excused, failed = _parted(failed, book.exceptions, "code", _EXCUSED_ITEM)
    found = []
    if failed.height:
        near = failed.join(
            _near(rows, failed, book), on=["code", "acting"], how="left", nulls_equal=True
        )
        near = near.sort("at")
        reason = near.select(reason=_reason(rows.label(reference.field), reference, book.called))
        found.append(Found(reference.name, near["at"].to_numpy(), reason["reason"]))
    if excused.height:
        words = f"{rows.label(reference.field)}{{}}没有在用的事项，依例外 {{}}（至 {{}}）放行，本行已收。"
        until = pl.col("excepted_until").cast(pl.String)
        told = excused.select(reason=pl.format(words, quoted(pl.col("code")), "number", until))
        name = f"{reference.name}.{EXCEPTED}"
        found.append(Found(name, excused["at"].to_numpy(), told["reason"]))
    return found


def exception_of(reason: pl.Expr) -> pl.Expr:
    """The number of the exception that a reason of `<reference>.exception` names."""
    return reason.str.extract(r"依例外 (\S+)（至", 1)


def check_checklist(rows: Rows, reference: Reference, book: Book) -> list[Found]:
    """The rows whose checklist is not in force for their day, body and item.

    Under an exception there is no item, and so there can be no checklist either.
    """
    entries = book.entries.with_columns(live=pl.col("status").eq(IN_USE))
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
    failed = _failed(rows, reference, acts, entries, obstacles)
    if failed is None:
        return []
    _, failed = _parted(failed, book.exceptions, "under", _EXCUSED_CHECKLIST)
    if failed.is_empty():
        return []
    reason = failed.with_columns(near=pl.lit("")).select(
        reason=_reason(rows.label(reference.field), reference, book.called)
    )
    return [Found(reference.name, failed["at"].to_numpy(), reason["reason"])]


_DATES = [
    (pl.col("day") < pl.col("since"), _EARLY),
    (pl.col("day") > pl.col("until"), _LATE),
    (~pl.col("live"), _STOPPED),
]
_SAID_ONLY = ("name", "status")  # columns that only a reason needs


def _nearness(obstacles: list[tuple[pl.Expr, int]]) -> pl.Expr:
    """The first obstacle that holds, else _IN_FORCE; _UNKNOWN where the join found no entry."""
    rank = pl.lit(_IN_FORCE, pl.Int8)
    for holds, obstacle in reversed([(pl.col("known").is_null(), _UNKNOWN), *obstacles]):
        rank = pl.when(holds).then(pl.lit(obstacle, pl.Int8)).otherwise(rank)
    return rank


def _failed(
    rows: Rows,
    reference: Reference,
    acts: pl.DataFrame,
    entries: pl.DataFrame,
    obstacles: list[tuple[pl.Expr, int]],
) -> pl.DataFrame | None:
    """The acts for which no entry of their code is in force, each with the entry nearest to it.

    Most codes have one entry: these are joined once per distinct code. What is then not in force,
    or has several entries, is joined row by row.
    """
    nearness = _nearness(obstacles + _DATES)
    entries = entries.with_columns(known=True)
    single = entries.filter(entries["code"].is_unique()).drop(_SAID_ONLY, strict=False)
    codes = rows.fields[reference.field]
    one = codes.cells.select(code="text").join(single, "code", how="left", maintain_order="left")
    spread = [codes.column.spread(each) for each in one.drop("code").iter_columns()]
    doubtful = acts.with_columns(spread).select(open=nearness != _IN_FORCE)["open"]
    doubtful &= acts["code"].is_not_null()
    if not doubtful.any():
        return None
    some = acts.with_row_index("at").filter(doubtful)
    judged = some.join(entries, on="code", how="left").with_columns(nearness=nearness)
    judged = judged.sort("at", "nearness").unique("at", keep="last", maintain_order=True)
    failed = judged.filter(pl.col("nearness") != _IN_FORCE)
    return failed if failed.height else None


def _parted(
    failed: pl.DataFrame, exceptions: pl.DataFrame | None, code: str, excusable: tuple[int, ...]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Those that an exception excuses, with its number and last day; and the others."""
    if exceptions is None or exceptions.is_empty():
        return failed.clear(), failed
    granted = exceptions.select(
        "number", excepted="code", whose="body", from_="since", excepted_until="until"
    )
    fits = (
        pl.col("whose").is_null()
        | (pl.col("acting").is_null())
        | pl.col("whose").eq_missing(pl.col("acting"))
    )
    fits &= pl.col("day").is_between("from_", "excepted_until")
    able = failed.filter(pl.col("nearness").is_in(excusable))
    excused = able.join(granted, left_on=code, right_on="excepted", how="inner").filter(fits)
    excused = excused.sort("at", "number").unique("at", keep="first", maintain_order=True)
    return excused, failed.filter(~pl.col("at").is_in(excused["at"].implode()))


def _near(rows: Rows, failed: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Per code and body a sentence with the items that come near and were in force on the day."""
    spec = rows.table.item
    named = rows.text(spec.name) if spec is not None and spec.name else rows.nothing()
    asked = failed.select("at", "code", "acting", "day", "place", "level")
    asked = asked.unique(["code", "acting"], keep="first", maintain_order=True).head(QUESTIONS)
    asked = asked.with_columns(named=named.gather(asked["at"]))
    if not book.nearby:
        book.nearby.append(Nearby(_candidates(book.entries)))
    said = [_said(book.nearby[0], row) for row in asked.iter_rows(named=True)]
    return asked.select("code", "acting").with_columns(near=pl.Series(said, dtype=pl.String))


def _said(nearby: Nearby, row: dict[str, object]) -> str:
    level = row["level"]
    sought = Sought(
        code=str(row["code"]), name=str(row["named"] or ""), on=row["day"],  # type: ignore[arg-type]
        body=str(row["acting"] or ""), place=str(row["place"] or ""),
        level="" if level is None else str(level),
    )  # fmt: skip
    found = nearby.nearest(sought)
    if not found:
        return ""
    listed = "、".join(f"{one.code}“{one.name}”" for one in found)
    return f"行为当日在用的相近事项：{listed}。"


def _candidates(entries: pl.DataFrame) -> list[Candidate]:
    return [
        Candidate(
            row["code"], row["name"] or "", row["since"], row["until"], row["status"] or "",
            tuple(row["levels"] or ()), row["body"] or "", row["region"] or "",
        )
        for row in entries.iter_rows(named=True)
    ]  # fmt: skip


def _reason(label: str, reference: Reference, called: str) -> pl.Expr:
    code, nearness = quoted(pl.col("code")), pl.col("nearness")
    kept, near = KEPT[reference.severity], pl.col("near").fill_null("")

    def said(words: str, *values: pl.Expr) -> pl.Expr:
        return pl.format(f"{label}{{}}{words}{{}}{kept}", code, *values, near)

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
        .when(nearness == _STOPPED)
        .then(said("自 {} 起{}，行为日期 {} 不得据以实施，请核对。", since, _stopped(), day))
    )
    if reference.to == "checklist":
        item = quoted(pl.col("item"))
        return sentence.otherwise(said("属于事项{}，与本行的事项编码不一致，请核对。", item))
    level = pl.col("level").cast(pl.String)
    return (
        sentence.when(nearness == _OTHER_REGION)
        .then(said("不适用于行政区划 {}，请核对。", pl.col("place")))
        .otherwise(said("不由第 {} 级行使，请核对行使层级。", level))
    )


def _stopped() -> pl.Expr:
    words = {"02": "取消", "03": "暂停"}  # 事项状态
    return pl.col("status").replace_strict(words, default="停用", return_dtype=pl.String)
