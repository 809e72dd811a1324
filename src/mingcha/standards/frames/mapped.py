"""Runs a column mapping over whole columns. What cannot be converted is a failure with a reason."""

from dataclasses import dataclass, field

import polars as pl
from polars.exceptions import ComputeError, InvalidOperationError

from mingcha.standards.frames.cleaning import clean
from mingcha.standards.frames.columns import FAILURES, quoted
from mingcha.standards.frames.decimals import plain_decimal, shifted
from mingcha.standards.mapping import (
    TRANSPORT,
    Constant,
    Default,
    Drop,
    Join,
    Mapping,
    MappingBroken,
    ParseDate,
    Rename,
    Replace,
    Split,
    Step,
    Strip,
    Translate,
    Unit,
    writes,
)
from mingcha.standards.model import FieldType, Severity


@dataclass(frozen=True)
class _Written:
    """What a step wrote, by name; the cells it could not convert (empty now), and why."""

    columns: dict[str, pl.Series]
    wrong: pl.Series | None = None
    raw: pl.Series = field(default_factory=pl.Series)
    because: str = ""  # a sentence with {} for the value


def apply(mapping: Mapping, raw: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with columns named by fields, and the failures. Row-aligned with `raw`.

    `raw` has `_row` and the source's text columns. The first frame has `_row`, the transport
    columns that are there, and every field written; a cell that could not be converted is null and
    stands in the second (shaped like Checked.failures; see checking.refuse) with its reason.
    Raises MappingBroken if a pattern or a date format cannot be run, or a column is not there.
    """
    columns = {name: raw[name] for name in raw.columns}
    written = {name: columns[name] for name in ("_row", *TRANSPORT) if name in columns}
    failures = [pl.DataFrame(schema=FAILURES)]
    for number, step in enumerate(mapping.steps, 1):
        done = _run(number, step, columns, raw.height)
        columns |= done.columns
        written |= {name: each for name, each in done.columns.items() if not name.startswith("$")}
        failures.append(_failures(number, step, raw["_row"], done))
    return pl.DataFrame(written), pl.concat(failures).sort("_row", maintain_order=True)


def preview(
    mapping: Mapping, raw: pl.DataFrame, rows: int = 20
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`apply` on the first rows."""
    return apply(mapping, raw.head(rows))


def _run(number: int, step: Step, columns: dict[str, pl.Series], height: int) -> _Written:
    try:
        return _step(step, columns, height)
    except KeyError as missing:
        raise MappingBroken(number=number, why=f"没有列“{missing.args[0]}”") from missing
    except (ComputeError, InvalidOperationError) as error:
        why = str(error).splitlines()[0]
        raise MappingBroken(number=number, why=f"写法有误（{why}）") from error


def _step(step: Step, columns: dict[str, pl.Series], height: int) -> _Written:
    match step:
        case Drop():
            return _Written({})
        case Constant():
            return _Written({step.field: pl.repeat(step.value, height, eager=True)})
        case Default():
            cells = columns[step.field]
            empty = clean(cells, FieldType.TEXT).is_null()
            return _Written({step.field: cells.set(empty, step.value)})
        case Join():
            parts = pl.DataFrame({str(n): columns[name] for n, name in enumerate(step.sources)})
            filled = [pl.when(pl.col(name) != "").then(name) for name in parts.columns]
            whole = pl.concat_str(filled, separator=step.separator, ignore_nulls=True)
            joined = parts.select(pl.when(whole != "").then(whole)).to_series()
            return _Written({step.field: joined})
        case Translate():
            return _translated(step, columns[step.source])
        case Split():
            return _split(step, columns[step.source])
        case _:
            return _rewritten(step, columns[step.source])


def _translated(step: Translate, raw: pl.Series) -> _Written:
    """Values are compared as cells are cleaned: full width, spaces and the like do not matter."""
    listed = pl.Series(list(step.values), dtype=pl.String)
    meant = frozenset(step.values)
    keys = clean(listed, FieldType.CODE, meant).to_list()
    known = dict(zip(keys, step.values.values(), strict=True))
    given = clean(raw, FieldType.CODE, meant)
    found = given.replace_strict(known, default=None, return_dtype=pl.String)
    if step.unlisted == "keep":
        return _Written({step.field: found.zip_with(found.is_not_null(), raw)})
    if step.unlisted == "null":
        return _Written({step.field: found})
    wrong = given.is_not_null() & found.is_null()
    because = f"列“{step.source}”的值{{}}不在列映射的换算表中，请改正该值，或在列映射中补充。"
    return _Written({step.field: found}, wrong, raw, because)


def _split(step: Split, raw: pl.Series) -> _Written:
    cells = pl.DataFrame({"cell": raw.set(raw == "", None)})
    if step.separator is not None:
        split = pl.col("cell").str.splitn(step.separator, len(step.fields))
        wrong, because = None, ""
    else:
        split = pl.col("cell").str.extract_groups(step.pattern or "")
        matched = cells["cell"].str.contains(step.pattern or "")
        wrong = ~matched
        because = f"列“{step.source}”的值{{}}不合列映射的拆分格式，请改正该值。"
    parts = cells.select(split.alias("parts"))["parts"].struct
    names = parts.fields[: len(step.fields)]
    filled = (parts.field(name).str.strip_chars() for name in names)
    return _Written(dict(zip(step.fields, filled, strict=True)), wrong, raw, because)


def _rewritten(step: Rename | ParseDate | Unit | Strip | Replace, raw: pl.Series) -> _Written:
    match step:
        case Rename():
            return _Written({step.field: raw})
        case Strip():
            bare = raw.str.strip_chars().str.strip_prefix(step.prefix).str.strip_suffix(step.suffix)
            return _Written({step.field: bare.str.strip_chars()})
        case Replace():
            return _Written({step.field: raw.str.replace_all(step.pattern, step.by)})
        case ParseDate():
            given = clean(raw, FieldType.DATE)
            day = given.str.to_date(step.format, strict=False).dt.to_string("%Y-%m-%d")
            because = f"列“{step.source}”的值{{}}不合日期格式“{step.format}”，请改正。"
            return _Written({step.field: day}, given.is_not_null() & day.is_null(), raw, because)
        case Unit():
            given = clean(raw, FieldType.NUMBER)
            value = shifted(plain_decimal(pl.col("n")), step.shift)
            number = given.to_frame("n").select(value.alias("n"))["n"]
            because = f"列“{step.source}”的值{{}}不是数值，无法换算单位，请只填写数字。"
            wrong = given.is_not_null() & number.is_null()
            return _Written({step.field: number}, wrong, raw, because)


def _failures(number: int, step: Step, rows: pl.Series, done: _Written) -> pl.DataFrame:
    if done.wrong is None or not done.wrong.any():
        return pl.DataFrame(schema=FAILURES)
    name = writes(step)[0]
    bad = done.wrong.fill_null(False)
    return pl.DataFrame({"_row": rows.filter(bad), "raw": done.raw.filter(bad)}).select(
        "_row",
        pl.lit(f"mapping.{number}").alias("check"),
        pl.lit("01").alias("national"),
        pl.lit(Severity.REFUSE.value).alias("severity"),
        pl.lit("" if name.startswith("$") else name).alias("field"),
        pl.format(done.because, quoted(pl.col("raw"))).alias("reason"),
    )
