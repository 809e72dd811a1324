"""Checks that look at a whole row: rules between fields, dates of codes, whose number it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from mingcha.standards.frames.catalogue import (
    MASK,
    MASKED,
    certificate_type_of,
    masked_fields,
    range_words,
)
from mingcha.standards.frames.cells import (
    ID_FORM,
    OLD_ID_FORM,
    USCC_FORM,
    Judged,
    id_reason,
    parts,
    uscc_reason,
    with_long_ids,
)
from mingcha.standards.frames.columns import Column, Found, quoted
from mingcha.standards.frames.digits import resident_id_valid, uscc_valid
from mingcha.standards.model import (
    CodeTable,
    FieldType,
    NotFutureRule,
    OrderRule,
    RangeRule,
    RequiredWhenRule,
    Rule,
    SameCountRule,
    Table,
)

CERTIFICATE_USCC = "001"  # 证件类型: 统一社会信用代码
CERTIFICATE_RESIDENT_ID = "111"  # 证件类型: 身份证


@dataclass(frozen=True)
class Rows:
    """All rows of a chunk after their cells were judged. `days`: the day each act happened."""

    table: Table
    fields: Mapping[str, Judged]
    days: pl.Series

    def text(self, key: str) -> pl.Series:
        """A field's canonical text, per row."""
        return self.fields[key].text

    def texts(self) -> list[pl.Series]:
        """Every field's canonical text, in the order of the declaration."""
        return [self.text(key).alias(key) for key in self.table.fields]

    def label(self, key: str) -> str:
        """A field's Chinese label."""
        return self.table.fields[key].label

    def nothing(self) -> pl.Series:
        """A column of nulls."""
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(self.days))

    def item(self) -> pl.Series:
        """The item that each act was done under; null where the table names none."""
        return self.text(self.table.item.item) if self.table.item is not None else self.nothing()

    def body(self) -> pl.Series:
        """The credit code of the implementing body: as stated, else from the checklist code."""
        spec = self.table.item
        stated = self.text(spec.body) if spec is not None and spec.body else self.nothing()
        if spec is None or spec.checklist is None or not stated.null_count():
            return stated
        return (
            stated.to_frame("s").select(pl.col("s").fill_null(self._checklist(0, 18))).to_series()
        )

    def level(self) -> pl.Series:
        """The exercising level (行使层级) from place 19 of the checklist code; else null."""
        return self._checklist(18, 1).cast(pl.Int64, strict=False)

    def place(self) -> pl.Series:
        """The region code of each row; null where the table has none."""
        named = self.table.subject.region if self.table.subject is not None else None
        kinds = (key for key, spec in self.table.fields.items() if spec.type is FieldType.REGION)
        key = named or next(kinds, None)
        return self.text(key) if key is not None else self.nothing()

    def _checklist(self, start: int, length: int) -> pl.Series:
        spec = self.table.item
        if spec is None or spec.checklist is None:
            return self.nothing()
        judged = self.fields[spec.checklist]
        return judged.column.spread(judged.cells["text"].str.slice(start, length))


def failing(check: str, wrong: pl.Series, reason: pl.Expr, **columns: pl.Series) -> list[Found]:
    """Rows marked by `wrong` (null = right) with their reason over the named columns, if any."""
    bad = wrong.fill_null(False)
    if not bad.any():
        return []
    at = bad.arg_true()
    some = pl.DataFrame({"at": at, **{name: each.gather(at) for name, each in columns.items()}})
    return [Found(check, at.to_numpy(), some.with_columns(reason=reason)["reason"])]


def check_rule(rows: Rows, rule: Rule, on: date) -> list[Found]:
    """The rows that break one declared rule. `on` is the day of intake."""
    match rule:
        case OrderRule():
            return _order(rows, rule)
        case RequiredWhenRule():
            return _required_when(rows, rule)
        case SameCountRule():
            return _same_count(rows, rule)
        case NotFutureRule():
            return _not_future(rows, rule, on)
        case RangeRule():
            return _range(rows, rule)


def check_masked(rows: Rows) -> list[Found]:
    """Cells that were blotted out when they were exported: taken in, they would replace the truth."""
    marks = {}
    for key in masked_fields(rows.table):
        judged = rows.fields[key]
        masked = judged.cells["raw"].str.contains(MASK, literal=True).fill_null(False)
        if masked.any():
            marks[key] = judged.column.spread(masked)
    if not marks:
        return []
    frame = pl.DataFrame(marks)
    named = [pl.when(key).then(pl.lit(rows.label(key))) for key in marks]
    labels = pl.concat_str(named, separator="、", ignore_nulls=True)
    words = "{}是导出时遮盖过的内容（含“＊”），不能再报送；请填写原来的内容，或从本单位自己的系统中取数。"
    wrong = frame.select(any=pl.any_horizontal(pl.all()))["any"]
    reasons = frame.filter(wrong).select(reason=pl.format(words, labels))["reason"]
    return [Found(MASKED, wrong.arg_true().to_numpy(), reasons)]


def _days(rows: Rows, key: str) -> pl.Series:
    days = rows.fields[key].days
    if days is None:
        raise TypeError(f"{rows.table.name}.{key} is not a date field")
    return days


def _order(rows: Rows, rule: OrderRule) -> list[Found]:
    later, earlier = _days(rows, rule.later), _days(rows, rule.earlier)
    words = (
        f"{rows.label(rule.later)}“{{}}”早于{rows.label(rule.earlier)}“{{}}”，请核对这两个日期。"
    )
    reason = pl.format(words, "later", "earlier")
    return failing(rule.name, later < earlier, reason, later=later, earlier=earlier)


def _required_when(rows: Rows, rule: RequiredWhenRule) -> list[Found]:
    when = rows.text(rule.when)
    label = rows.label(rule.field)
    words = f"{rows.label(rule.when)}为“{{}}”时必须填写{label}，请补填。"
    wrong = when.is_in(list(rule.values)) & rows.fields[rule.field].empty
    return failing(rule.name, wrong, pl.format(words, "when"), when=when)


def _same_count(rows: Rows, rule: SameCountRule) -> list[Found]:
    one, other = rule.fields
    counts = [
        rows.fields[key].column.spread(parts(rows.fields[key].cells["text"])) for key in rule.fields
    ]
    words = (
        f"{rows.label(one)}有 {{}} 个，{rows.label(other)}有 {{}} 个，个数应相同，请补全或核对。"
    )
    reason = pl.format(words, "one", "other")
    return failing(rule.name, counts[0] != counts[1], reason, one=counts[0], other=counts[1])


def _not_future(rows: Rows, rule: NotFutureRule, on: date) -> list[Found]:
    days = _days(rows, rule.field)
    words = f"{rows.label(rule.field)}“{{}}”晚于报送当天 {on}，请核对日期。"
    return failing(rule.name, days > on, pl.format(words, "day"), day=days)


def _range(rows: Rows, rule: RangeRule) -> list[Found]:
    judged = rows.fields[rule.field]
    number = judged.cells["text"].cast(pl.Float64)  # only compared with a bound, never summed
    wrong = pl.Series([False]).new_from_index(0, len(number))
    if rule.low is not None:
        wrong |= (number < float(rule.low)).fill_null(False)
    if rule.high is not None:
        wrong |= (number > float(rule.high)).fill_null(False)
    if not wrong.any():
        return []
    words = range_words(rows.label(rule.field) + "{}", rule).removesuffix("。") + "，请核对。"
    reasons = judged.cells.filter(wrong).select(reason=pl.format(words, quoted(pl.col("raw"))))
    return [judged.column.found(rule.name, wrong, reasons["reason"])]


def check_code_days(rows: Rows, key: str, codes: CodeTable) -> list[Found]:
    """Codes that were not yet, or no longer, in use on the day of the act."""
    dated = [code for code in codes.codes if code.since or code.until]
    judged = rows.fields[key]
    values = judged.cells["text"]
    if not dated or not values.is_in([code.code for code in dated]).any():
        return []
    bounds = pl.DataFrame(
        [(code.code, code.since, code.until) for code in dated],
        schema={"code": pl.String, "since": pl.Date, "until": pl.Date},
        orient="row",
    )
    known = values.to_frame("code").join(bounds, on="code", how="left", maintain_order="left")
    since, until = (judged.column.spread(known[name]) for name in ("since", "until"))
    early, late = (rows.days < since).fill_null(False), (rows.days > until).fill_null(False)
    code, label = quoted(pl.col("code")), rows.label(key)
    reason = (
        pl.when(pl.col("day") < pl.col("since"))
        .then(pl.format(f"{label}{{}}自 {{}} 起才使用，请填写行为当日有效的代码。", code, "since"))
        .otherwise(
            pl.format(f"{label}{{}}已于 {{}} 后停用，请填写行为当日有效的代码。", code, "until")
        )
    )
    columns = {"code": judged.text, "day": rows.days, "since": since, "until": until}
    return failing(f"{key}.code", early | late, reason, **columns)


def check_region_years(rows: Rows, key: str, regions: pl.DataFrame) -> list[Found]:
    """Region codes that were not in use in the year of the act (taken in, and pointed out)."""
    judged = rows.fields[key]
    values = judged.cells["text"].to_frame("code")
    known = values.join(regions, on="code", how="left", maintain_order="left")
    if known["since_year"].null_count() == known["until_year"].null_count() == len(known):
        return []
    year = rows.days.dt.year()
    since, until = (judged.column.spread(known[name]) for name in ("since_year", "until_year"))
    wrong = (year < since).fill_null(False) | (year > until).fill_null(False)
    words = f"{rows.label(key)}{{}}在 {{}} 年未在使用（行政区划有调整），请核对。本行已收。"
    reason = pl.format(words, quoted(pl.col("code")), "year")
    return failing(f"{key}.abolished", wrong, reason, code=judged.text, year=year)


def check_checklist_body(rows: Rows) -> list[Found]:
    """Checklist codes whose first 18 places are not the stated implementing body."""
    spec = rows.table.item
    if spec is None or spec.checklist is None or spec.body is None:
        return []
    code, body = rows.text(spec.checklist), rows.text(spec.body)
    judged = rows.fields[spec.checklist]
    if rows.table.fields[spec.checklist].type is not FieldType.CHECKLIST:
        return []
    own = judged.column.spread(judged.cells["text"].str.head(18))
    words = (
        f"{rows.label(spec.checklist)}{{}}的前 18 位与{rows.label(spec.body)}{{}}不一致，请核对。"
    )
    reason = pl.format(words, quoted(pl.col("code")), quoted(pl.col("body")))
    return failing(f"{spec.checklist}.body", own != body, reason, code=code, body=body)


def check_identity(table: Table, judged: Mapping[str, Judged], key: str) -> Judged:
    """The numbers of a `uscc|resident-id` field, judged by what they are said to be.

    Certificate type 001 wants a credit code, 111 a resident id (15 places are lengthened to 18);
    other certificates have no form we could check. Without a certificate type field a number must
    be one of the two.
    """
    numbers = judged[key].text
    kind = certificate_type_of(table, key)
    if kind is None:
        as_id = numbers.str.contains(OLD_ID_FORM) | resident_id_valid(numbers)
        as_uscc = ~as_id
    else:
        column, types = judged[kind].column, judged[kind].cells["text"]
        as_uscc = column.spread(types == CERTIFICATE_USCC)
        as_id = column.spread(types == CERTIFICATE_RESIDENT_ID)
    ids = as_id.fill_null(False).arg_true()
    if not ids.is_empty():
        numbers = numbers.clone().scatter(ids, with_long_ids(numbers.gather(ids)))
    cells = pl.DataFrame({"raw": judged[key].text, "given": numbers, "text": numbers})
    label = table.fields[key].label
    found = _unfit(cells, as_uscc, f"{key}.uscc", USCC_FORM, uscc_valid, uscc_reason(label))
    found += _unfit(cells, as_id, f"{key}.id", ID_FORM, resident_id_valid, id_reason(label))
    return Judged(Column(numbers, None), cells, numbers, None, judged[key].found + found)


def _unfit(
    cells: pl.DataFrame,
    asked: pl.Series,
    check: str,
    form: str,
    valid: Callable[[pl.Series], pl.Series],
    reason: pl.Expr,
) -> list[Found]:
    """Numbers of the kind asked for that lack its form, and those whose check digit is wrong."""
    asked = (asked & cells["text"].is_not_null()).fill_null(False)
    if not asked.any():
        return []
    at = (asked & ~valid(cells["text"])).arg_true()
    formed = cells["text"].gather(at).str.contains(form)
    return [
        Found(name, some.to_numpy(), cells[some].select(reason=reason)["reason"])
        for name, some in ((check, at.filter(~formed)), (f"{check}_digit", at.filter(formed)))
        if not some.is_empty()
    ]
