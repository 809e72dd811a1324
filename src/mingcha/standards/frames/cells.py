"""Checks that look at one cell: filled, of its type, in its code table, as long as it may be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from mingcha.standards.frames.canonical import UNLISTED, typed
from mingcha.standards.frames.catalogue import required
from mingcha.standards.frames.cleaning import clean
from mingcha.standards.frames.columns import Column, Found, quoted
from mingcha.standards.frames.digits import lengthened, resident_id_valid, uscc_valid
from mingcha.standards.model import CodeTable, FieldSpec, FieldType, Table

_EXPONENT = r"^[+-]?[0-9.]+[eE][+-]?[0-9]+$"
_DAYS = {FieldType.DATE, FieldType.YEAR}
_POINTERS = {FieldType.ITEM, FieldType.CHECKLIST, FieldType.REGION}
USCC_FORM = "^[0-9A-Z]{18}$"  # letters that no code uses are a matter of its check
ID_FORM = "^[0-9]{17}[0-9X]$"
OLD_ID_FORM = "^[0-9]{15}$"


@dataclass(frozen=True)
class Fault:
    """Cells that fail one check: a mask over `cells`, and the reason as an expression over them."""

    check: str
    wrong: pl.Series
    reason: pl.Expr


@dataclass(frozen=True)
class Judged:
    """One field of all rows: canonical text, days (date and year fields), what failed.

    `cells` (raw, given = cleaned, text = canonical) has one row per value of `column`; `text` and
    `days` one entry per row of the file.
    """

    column: Column
    cells: pl.DataFrame
    text: pl.Series
    days: pl.Series | None
    found: list[Found]

    @property
    def empty(self) -> pl.Series:
        """Per row: whether nothing was given (a value of the wrong type is something)."""
        return self.column.spread(self.cells["given"].is_null())


@dataclass(frozen=True)
class Field:
    """A field with what is needed to judge its cells. `regions` empty = only their form counts."""

    table: Table
    key: str
    codes: CodeTable | None
    regions: pl.Series

    @property
    def spec(self) -> FieldSpec:
        """Its declaration."""
        return self.table.fields[self.key]


def judge(field: Field, raw: pl.Series) -> Judged:
    """Clean, type and check one column of text."""
    if raw.null_count() == len(raw):
        return _unfilled(field, len(raw))
    column, spec = Column.of(raw), field.spec
    meant = frozenset(field.codes.writings) if field.codes is not None else frozenset()
    given = clean(column.values, spec.type, meant)
    cells = pl.DataFrame({"raw": column.values, "given": given, "text": _typed(field, given)})
    faults = [fault for fault in _faults(field, cells) if fault.wrong.any()]
    found = [column.found(each.check, each.wrong, reasons_of(each, cells)) for each in faults]
    if spec.type in _POINTERS:
        for fault in faults:  # a malformed code points at nothing: one reason is enough
            cells = cells.with_columns(text=cells["text"].set(fault.wrong.fill_null(False), None))
    text = column.spread(cells["text"])
    days = None
    if spec.type in _DAYS:
        days = column.spread(as_day(cells["text"]))
    return Judged(column, cells, text, days, found)


def as_day(text: pl.Series) -> pl.Series:
    """Canonical dates, and years as their 1 January, as days."""
    whole = pl.when(pl.col("t").str.len_chars() == 4).then(pl.col("t") + "-01-01").otherwise("t")
    return text.to_frame("t").select(whole.str.to_date("%Y-%m-%d"))["t"]


def _unfilled(field: Field, height: int) -> Judged:
    """A column in which nothing was given: all there is to say is whether it had to be."""
    nothing = pl.Series([None], dtype=pl.String)
    column = Column(pl.Series([""]), pl.repeat(0, height, dtype=pl.UInt32, eager=True))
    cells = pl.DataFrame({"raw": column.values, "given": nothing, "text": nothing})
    found = []
    if height and required(field.table, field.key):
        fault = next(_faults(field, cells))
        found = [column.found(fault.check, fault.wrong, reasons_of(fault, cells))]
    text = column.spread(nothing)
    days = text.cast(pl.Date) if field.spec.type in _DAYS else None
    return Judged(column, cells, text, days, found)


def _typed(field: Field, given: pl.Series) -> pl.Series:
    """The canonical text of clean cells; only what is not yet canonical is worked on."""
    if field.spec.type is FieldType.RESIDENT_ID:
        return with_long_ids(given)
    write = typed(field.spec, field.codes)
    if write is None:
        return given
    odd = pl.repeat(True, len(given), eager=True)
    if field.spec.type is FieldType.LIST and field.codes is None:
        odd = given.str.contains(UNLISTED).fill_null(False)
    if not odd.any():
        return given
    rewritten = given.filter(odd).to_frame("given").select(text=write(pl.col("given")))["text"]
    return rewritten if odd.all() else given.clone().scatter(odd.arg_true(), rewritten)


def reasons_of(fault: Fault, cells: pl.DataFrame) -> pl.Series:
    """The sentences for the failing cells only."""
    return cells.filter(fault.wrong).with_columns(reason=fault.reason)["reason"]


def with_long_ids(ids: pl.Series) -> pl.Series:
    """Resident ids of 15 places as 18-place ones; others as they are."""
    old = ids.str.contains(OLD_ID_FORM).fill_null(False)
    if not old.any():
        return ids
    return ids.clone().scatter(old.arg_true(), lengthened(ids.filter(old)))


def uscc_reason(label: str) -> pl.Expr:
    """Why a text is no credit code."""
    value = quoted(pl.col("raw"))
    long = pl.col("given").str.len_chars()
    odd = pl.format(
        f"{label}{{}}不是 18 位统一社会信用代码（现为 {{}} 位），请按营业执照或登记证书填写。",
        value,
        long,
    )
    confusable = pl.format(
        f"{label}{{}}含有统一社会信用代码不使用的字符（字母 I、O、S、V、Z 或符号），请核对原件。",
        value,
    )
    digit = pl.format(f"{label}{{}}的校验码不符，可能有一位填错，请按营业执照核对。", value)
    legal = pl.col("given").str.contains(r"^[0-9A-HJ-NPQRTUWXY]{18}$")
    return pl.when(long != 18).then(odd).when(legal).then(digit).otherwise(confusable)


def id_reason(label: str) -> pl.Expr:
    """Why a text is no resident id."""
    value = quoted(pl.col("raw"))
    form = pl.format(f"{label}{{}}不是 18 位公民身份号码，请按身份证填写完整号码。", value)
    check = pl.format(f"{label}{{}}的出生日期或校验码不符，请按身份证核对。", value)
    formed = pl.col("given").str.contains(f"{ID_FORM}|{OLD_ID_FORM}")
    return pl.when(formed).then(check).otherwise(form)


def _faults(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    if required(field.table, field.key):
        empty = pl.lit(f"{field.spec.label}没有填写，这是必填项，请补填。")
        yield Fault(f"{field.key}.required", cells["given"].is_null(), empty)
    yield from _FORMS.get(field.spec.type, _unformed)(field, cells)
    yield from _lengths(field, cells)


def _unformed(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    """Plain text has no form. A credit code or resident id is judged beside its type (rows)."""
    yield from ()


def _lengths(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    spec, text = field.spec, cells["text"]
    if spec.max is not None:
        words = f"{spec.label}{{}}有 {{}} 个字，超过了 {spec.max} 个字的上限，请缩短。"
        reason = pl.format(words, quoted(pl.col("raw")), pl.col("text").str.len_chars())
        yield Fault(f"{field.key}.max", text.str.len_chars() > spec.max, reason)
    if spec.exact is not None and spec.type is not FieldType.ITEM:
        words = (
            f"{spec.label}{{}}有 {{}} 个字，应为 {spec.exact} 个字，请核对（开头的 0 是否丢失）。"
        )
        reason = pl.format(words, quoted(pl.col("raw")), pl.col("text").str.len_chars())
        yield Fault(f"{field.key}.exact", text.str.len_chars() != spec.exact, reason)
    if spec.at_least is not None:
        words = f"{spec.label}{{}}不足 {spec.at_least} 个，请填全，并用顿号“、”分隔。"
        reason = pl.format(words, quoted(pl.col("raw")))
        yield Fault(f"{field.key}.at_least", parts(text) < spec.at_least, reason)


def parts(text: pl.Series) -> pl.Series:
    """How many parts a canonical list has; null for null."""
    return text.str.count_matches("、", literal=True) + 1


def _untyped(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    """Filled, but nothing of its type."""
    wrong = cells["given"].is_not_null() & cells["text"].is_null()
    value = quoted(pl.col("raw"))
    say = _SAY[field.spec.type]
    reason = pl.format(f"{field.spec.label}{{}}{say}", value)
    if field.spec.type in {FieldType.NUMBER, FieldType.RATIO}:
        lost = (
            f"{field.spec.label}{{}}是科学计数法，可能已丢失数字，请将该列设为文本后填写完整数值。"
        )
        exponent = pl.col("given").str.contains(_EXPONENT)
        reason = pl.when(exponent).then(pl.format(lost, value)).otherwise(reason)
    yield Fault(f"{field.key}.form", wrong, reason)


_SAY = {
    FieldType.DATE: "不是有效日期，请填写成 2026-01-02 的样子。",
    FieldType.YEAR: "不是年度，请填写四位年份，例如 2026。",
    FieldType.NUMBER: "不是数值，请只填写数字，例如 1234.5，不要带单位。",
    FieldType.RATIO: "不是 0 到 1 之间的比例，请填写 0.05 或 5% 的样子。",
    FieldType.BOOLEAN: "应填“是”或“否”。",
}


def _uncoded(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    """Filled, but in no code table. A code's own dates are a matter of the row (rows)."""
    if field.codes is None:
        return
    wrong = cells["given"].is_not_null() & cells["text"].is_null()
    first = field.codes.codes[0]
    words = (
        f"{field.spec.label}{{}}不在代码表“{field.codes.label}”的值域范围内，"
        f"请填写其中的代码或名称，例如 {first.code}（{first.label}）。"
    )
    yield Fault(f"{field.key}.code", wrong, pl.format(words, quoted(pl.col("raw"))))


def _unplaced(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    wrong = cells["given"].is_not_null() & cells["text"].is_null()
    if not field.regions.is_empty():
        wrong |= cells["text"].is_not_null() & ~cells["text"].is_in(field.regions.implode())
    words = f"{field.spec.label}{{}}不是有效的行政区划代码，请填写六位代码，例如 310101。"
    yield Fault(f"{field.key}.code", wrong, pl.format(words, quoted(pl.col("raw"))))


def _no_uscc(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    text, label = cells["text"], field.spec.label
    formed = text.str.contains(USCC_FORM)
    yield Fault(f"{field.key}.form", ~formed, uscc_reason(label))
    yield Fault(f"{field.key}.digit", formed & ~uscc_valid(text), uscc_reason(label))


def _no_id(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    text, label = cells["text"], field.spec.label
    formed = text.str.contains(ID_FORM)
    yield Fault(f"{field.key}.form", ~formed, id_reason(label))
    yield Fault(f"{field.key}.digit", formed & ~resident_id_valid(text), id_reason(label))


def _no_item(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    label, value, given = field.spec.label, quoted(pl.col("raw")), pl.col("given")
    short = f"{label}{{}}只有 {{}} 位，应为 14 位：电子表格可能丢掉了开头的 0，请将该列设为文本后重新填写。"
    lost = (
        f"{label}{{}}是科学计数法，电子表格已丢掉后面的数字，请将该列设为文本后重新填写 14 位编码。"
    )
    other = f"{label}{{}}不是 14 位数字编码，请按监管事项目录填写。"
    reason = (
        pl.when(given.str.contains(r"^[0-9]{1,13}$"))
        .then(pl.format(short, value, given.str.len_chars()))
        .when(given.str.contains(_EXPONENT))
        .then(pl.format(lost, value))
        .otherwise(pl.format(other, value))
    )
    yield Fault(f"{field.key}.form", ~cells["text"].str.contains(r"^[0-9]{14}$"), reason)


def _no_checklist(field: Field, cells: pl.DataFrame) -> Iterator[Fault]:
    text, label, value = cells["text"], field.spec.label, quoted(pl.col("raw"))
    formed = text.str.contains(r"^[0-9A-Z]{18}[1-5][0-9A-Z_-]*$")
    valid = uscc_valid(text.str.head(18))
    bad_body = pl.format(
        f"{label}{{}}的前 18 位不是有效的统一社会信用代码，请核对实施机构的代码。", value
    )
    bad_level = pl.format(
        f"{label}{{}}的第 19 位应为 1 至 5 的行使层级，请按检查实施清单填写。", value
    )
    bad_form = pl.format(f"{label}{{}}不足 19 位，应为 18 位实施机构代码加行使层级和序号。", value)
    reason = (
        pl.when(pl.col("text").str.len_chars() < 19)
        .then(bad_form)
        .when(pl.col("text").str.contains(r"^[0-9A-Z]{18}[1-5]"))
        .then(bad_body)
        .otherwise(bad_level)
    )
    yield Fault(f"{field.key}.form", text.is_not_null() & ~(formed & valid), reason)


_FORMS: dict[FieldType, Callable[[Field, pl.DataFrame], Iterator[Fault]]] = {
    FieldType.CODE: _uncoded,
    FieldType.LIST: _uncoded,
    FieldType.REGION: _unplaced,
    FieldType.DATE: _untyped,
    FieldType.YEAR: _untyped,
    FieldType.NUMBER: _untyped,
    FieldType.RATIO: _untyped,
    FieldType.BOOLEAN: _untyped,
    FieldType.USCC: _no_uscc,
    FieldType.RESIDENT_ID: _no_id,
    FieldType.ITEM: _no_item,
    FieldType.CHECKLIST: _no_checklist,
}
