"""Checks a chunk of rows against a table's declaration: all checks, all rows, no row loop.

Cells are judged once per distinct value, rules are masks over whole columns, references are joins,
and only failing rows get a sentence. bench/checking.py keeps the time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from mingcha.standards.frames.catalogue import (
    DOUBLED,
    KEY_MISSING,
    OPERATION,
    SOURCE,
    TRANSPORT,
    CheckInfo,
    checks,
)
from mingcha.standards.frames.cells import Field, Judged, judge
from mingcha.standards.frames.columns import FAILURES, Found, quoted
from mingcha.standards.frames.keys import check_missing, check_twins, source_key
from mingcha.standards.frames.references import References, check_reference, cited_days
from mingcha.standards.frames.rows import (
    Rows,
    check_checklist_body,
    check_code_days,
    check_identity,
    check_masked,
    check_region_years,
    check_rule,
    failing,
)
from mingcha.standards.model import CodeTable, FieldType, Severity, Table

ACCEPTED, REFUSED, WAITING = "accepted", "refused", "waiting"
OPERATIONS = ("i", "u", "d")
FEW = 500  # rows for which starting threads costs more than it saves

# A withdrawal (cd_operation d) only names a record: the rest of its row need not be right.
_OF_WITHDRAWALS = {OPERATION, SOURCE, KEY_MISSING}


@dataclass(frozen=True)
class Checked:
    """A checked chunk, in the order of the rows given.

    `frame`: `_row`, the transport columns that were there, every field as canonical text (null
    where a cell is empty or could not be read), `_key` (业务主键; null if missing), `_state`
    (accepted, refused, waiting), `_warned`, `_doubled` (same key and content as an earlier row of
    the chunk: to be counted, not stored). `failures`: `_row`, check, national, severity, field,
    reason (a sentence), ordered by row. `counts`: name, label, national, severity, field, applies
    and `failed` (rows) for every check of the table, those without failures included.
    """

    frame: pl.DataFrame
    failures: pl.DataFrame
    counts: pl.DataFrame


def check(
    table: Table,
    raw: pl.DataFrame,
    *,
    codes: Mapping[str, CodeTable],
    references: References,
    on: date,
    sources: Collection[str] = (),
) -> Checked:
    """Check text rows of one table.

    `raw` has text columns named by field keys (missing ones count as empty, others are ignored),
    `_row` (i64: the row's number in its file) and, if the source sends them, the transport columns
    cd_id, cd_time, cd_source, cd_batch, cd_operation. `on` is the day of intake in Shanghai;
    `sources` are the source marks that the provider may use (none = not compared).
    Raises KeyError if `codes` or `references.keys` lacks what the declaration names.
    """
    with _side_by_side(raw.height) as spread:
        fields = [_field(table, key, codes, references) for key in table.fields]
        columns = [_column(raw, key) for key in table.fields]
        judged = dict(zip(table.fields, spread(judge, fields, columns), strict=True))
        for key, spec in table.fields.items():
            if spec.type is FieldType.USCC_OR_ID:
                judged[key] = check_identity(table, judged, key)
        rows = Rows(table, judged, _days(table, judged, references, on))
        further = spread(lambda ask: ask(), _row_checks(rows, codes, references, on))
        found = [each for one in judged.values() for each in one.found]
        found += [each for some in further for each in some]
    sent = pl.DataFrame({"_row": raw["_row"], **_transport(raw)})
    found = _unless_withdrawn(sent, found) + _check_transport(sent, sources)
    return _concluded(table, sent.with_columns(rows.texts()), found)


@contextmanager
def _side_by_side(height: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """`map`, over threads where there is enough to do for them."""
    if height < FEW:
        yield map
        return
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        yield pool.map


def refuse(checked: Checked, failures: pl.DataFrame) -> Checked:
    """The same chunk with rows refused for reasons found before it (a mapping's failures).

    `failures` is shaped like Checked.failures. Where one says what is wrong with a cell, the reasons
    that judge the cell as it stands go. What a mapping could not convert counts as 代码检查 (01).
    """
    if failures.is_empty():
        return checked
    field = pl.col("field")
    judging = pl.col("check").str.starts_with(field + ".") | pl.col("check").eq(KEY_MISSING)
    explained = failures.filter(field != "").select("_row", "field", judging=True).unique()
    kept = (
        checked.failures.with_columns(judging=judging & (field != ""))
        .join(explained, on=["_row", "field", "judging"], how="anti", maintain_order="left")
        .drop("judging")
    )
    refused = pl.col("_row").is_in(failures["_row"].unique().implode())
    state = pl.when(refused).then(pl.lit(REFUSED)).otherwise("_state").alias("_state")
    return replace(
        checked,
        frame=checked.frame.with_columns(state),
        failures=pl.concat([kept, failures.select(list(FAILURES))]).sort("_row"),
        counts=_recounted(checked.counts, kept, failures),
    )


def _recounted(counts: pl.DataFrame, kept: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    now = kept.group_by(name="check").agg(now=pl.len().cast(pl.Int64))
    counts = counts.join(now, on="name", how="left", maintain_order="left")
    counts = counts.with_columns(failed=pl.col("now").fill_null(0)).drop("now")
    mapped = failures.group_by("check", "national", "severity", "field", maintain_order=True).agg(
        failed=pl.col("_row").n_unique().cast(pl.Int64)
    )
    mapped = mapped.select(
        "national",
        "severity",
        "field",
        "failed",
        name="check",
        label=pl.lit("列映射"),
        applies=True,
    )
    return pl.concat([counts, mapped.select(counts.columns)])


def _field(table: Table, key: str, codes: Mapping[str, CodeTable], references: References) -> Field:
    name = table.fields[key].codes
    known = codes[name] if name is not None else None
    return Field(table, key, known, references.regions["code"])


def _column(raw: pl.DataFrame, key: str) -> pl.Series:
    if key in raw.columns:
        return raw[key]
    return pl.Series(key, [None], pl.String).new_from_index(0, raw.height)


def _days(
    table: Table, judged: Mapping[str, Judged], references: References, on: date
) -> pl.Series:
    """The day of each act; the day of intake where the table or the row has none."""
    days = judged[table.day_field].days if table.day_field is not None else None
    if table.day_reference is not None:
        days = cited_days(judged[table.day_reference.field].text, table.day_reference, references)
    height = len(next(iter(judged.values())).text)
    today = pl.Series([on]).new_from_index(0, height)
    return today if days is None else days.zip_with(days.is_not_null(), today)


def _row_checks(
    rows: Rows, codes: Mapping[str, CodeTable], references: References, on: date
) -> Iterator[Callable[[], list[Found]]]:
    """Everything that looks at more than one cell, ready to run side by side."""
    table = rows.table
    for reference in table.references:
        yield partial(check_reference, rows, reference, references)
    for rule in table.rules:
        yield partial(check_rule, rows, rule, on)
    for key, spec in table.fields.items():
        if spec.type is FieldType.CODE and spec.codes is not None:
            yield partial(check_code_days, rows, key, codes[spec.codes])
        if spec.type is FieldType.REGION:
            yield partial(check_region_years, rows, key, references.regions)
    yield partial(check_checklist_body, rows)
    yield partial(check_masked, rows)


def _transport(raw: pl.DataFrame) -> dict[str, pl.Series]:
    """The transport columns, trimmed; the operation in lower case."""
    sent = {name: raw[name].str.strip_chars() for name in TRANSPORT if name in raw.columns}
    sent = {name: cells.set(cells == "", None) for name, cells in sent.items()}
    if "cd_operation" in sent:
        sent["cd_operation"] = sent["cd_operation"].str.to_lowercase()
    return sent


def _check_transport(sent: pl.DataFrame, sources: Collection[str]) -> list[Found]:
    found: list[Found] = []
    if "cd_operation" in sent.columns:
        operation = sent["cd_operation"]
        words = "操作类型{}不认识，只能是 i（新增）、u（修改）或 d（删除）。"
        wrong = ~operation.is_in(OPERATIONS)
        found += failing(OPERATION, wrong, pl.format(words, quoted(pl.col("v"))), v=operation)
    if "cd_source" in sent.columns and sources:
        source = sent["cd_source"]
        words = "数据来源标识{}不是本报送单位的标识，请改用本单位的标识，或由数据所属单位报送。"
        wrong = ~source.is_in(list(sources))
        found += failing(SOURCE, wrong, pl.format(words, quoted(pl.col("v"))), v=source)
    return found


def _unless_withdrawn(sent: pl.DataFrame, found: list[Found]) -> list[Found]:
    """Without what was found in rows that withdraw a record."""
    if "cd_operation" not in sent.columns:
        return found
    withdrawn = (sent["cd_operation"] == "d").fill_null(False).to_numpy()
    if not withdrawn.any():
        return found
    kept = []
    for each in found:
        stays = ~withdrawn[each.at]
        if stays.any():
            kept.append(Found(each.check, each.at[stays], each.reason.filter(pl.Series(stays))))
    return kept


def _concluded(table: Table, frame: pl.DataFrame, found: list[Found]) -> Checked:
    """The state of every row, the reasons and the counts."""
    infos = {info.name: info for info in checks(table)}
    frame = frame.with_columns(source_key(frame, table).alias("_key"))
    found = found + check_missing(table, frame["_key"])
    refused = _rows_of(found, frame.height, infos, Severity.REFUSE)
    twins = check_twins(frame, table, ~refused)
    found = found + twins
    refused |= _rows_of(twins, frame.height, infos, Severity.REFUSE)
    waiting = _rows_of(found, frame.height, infos, Severity.WAIT)
    state = pl.when(refused).then(pl.lit(REFUSED)).when(waiting).then(pl.lit(WAITING))
    doubled = [each for each in found if each.check == DOUBLED]
    frame = frame.with_columns(
        state.otherwise(pl.lit(ACCEPTED)).alias("_state"),
        _rows_of(found, frame.height, infos, Severity.WARN).alias("_warned"),
        _rows_of(doubled, frame.height, infos, Severity.WARN).alias("_doubled"),
    )
    return Checked(frame, _told(found, infos, frame["_row"]), _counted(found, infos))


def _rows_of(
    found: list[Found], height: int, infos: Mapping[str, CheckInfo], severity: Severity
) -> pl.Series:
    """Per row: whether a check of this severity failed in it."""
    marks = np.zeros(height, np.bool_)
    for each in found:
        if infos[each.check].severity is severity:
            marks[each.at] = True
    return pl.Series(marks)


def _told(found: list[Found], infos: Mapping[str, CheckInfo], rows: pl.Series) -> pl.DataFrame:
    """Every failure with its row, its check and its sentence, ordered by row."""
    told = [pl.DataFrame(schema=FAILURES)]
    for each in found:
        info = infos[each.check]
        told.append(
            pl.DataFrame({"_row": rows.gather(each.at), "reason": each.reason}).select(
                "_row",
                pl.lit(info.name).alias("check"),
                pl.lit(info.national).alias("national"),
                pl.lit(info.severity.value).alias("severity"),
                pl.lit(info.field).alias("field"),
                "reason",
            )
        )
    return pl.concat(told).sort("_row", maintain_order=True)


def _counted(found: list[Found], infos: Mapping[str, CheckInfo]) -> pl.DataFrame:
    failed = dict.fromkeys(infos, 0)
    for each in found:
        failed[each.check] += len(each.at)
    return pl.DataFrame(
        [
            (i.name, i.label, i.national, i.severity.value, i.field, i.applies, failed[i.name])
            for i in infos.values()
        ],
        schema={
            "name": pl.String,
            "label": pl.String,
            "national": pl.String,
            "severity": pl.String,
            "field": pl.String,
            "applies": pl.Boolean,
            "failed": pl.Int64,
        },
        orient="row",
    )
