"""Whether a filled-in form holds together by its table's declaration: one row, without an engine.

The same row is checked again, by the engine that checks files, when it becomes a fact; whatever
passes here passes there (tests/test_filled.py).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from mingcha.standards.identifiers import resident_id_problem, uscc_problem
from mingcha.standards.model import (
    CodeTable,
    FieldSpec,
    FieldType,
    OrderRule,
    RangeRule,
    RequiredWhenRule,
    Rule,
    Severity,
    Table,
)

_REGION = re.compile(r"[1-9]\d{5}", re.ASCII)
_ITEM = re.compile(r"\d{14}", re.ASCII)
_CHECKLIST = re.compile(r"[0-9A-Z]{18}[1-5].*")
_YEAR = re.compile(r"(19|20)\d{2}", re.ASCII)


def tidied(table: Table, given: Mapping[str, str]) -> dict[str, str]:
    """The filled fields as canonical text: NFC, trimmed, plain decimals; empty ones left out."""
    found = {}
    for name, spec in table.fields.items():
        text = unicodedata.normalize("NFC", given.get(name, "")).replace("\r\n", "\n").strip()
        if text:
            found[name] = _plain(text) if spec.type in _NUMBERS else text
    return found


def problems(
    table: Table, content: Mapping[str, str], codes: Mapping[str, CodeTable]
) -> dict[str, str]:
    """What is wrong: field → a sentence. A field that the table does not have is wrong as well."""
    found = {name: "数据表没有这个字段。" for name in content if name not in table.fields}
    for name, spec in table.fields.items():
        said = _field_problem(spec, content.get(name, ""), codes)
        if said:
            found[name] = said
    for rule in table.rules:
        if rule.severity is Severity.REFUSE:  # what only warns is told when it becomes a fact
            for name, said in _rule_problem(table, rule, content):
                found.setdefault(name, said)
    return found


def _field_problem(spec: FieldSpec, text: str, codes: Mapping[str, CodeTable]) -> str:
    if not text:
        return "必须填写。" if spec.required else ""
    return next(filter(None, _value_problems(spec, text, codes)), "")


def _value_problems(spec: FieldSpec, text: str, codes: Mapping[str, CodeTable]) -> Iterator[str]:
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        yield "含有不可见的控制字符。"
    if spec.max is not None and len(text) > spec.max:
        yield f"不能超过 {spec.max} 个字，现为 {len(text)} 个。"
    if spec.exact is not None and len(text) != spec.exact:
        yield f"必须正好 {spec.exact} 个字，现为 {len(text)} 个。"
    parts = text.split("、") if spec.type is FieldType.LIST else [text]
    if spec.at_least is not None and len(parts) < spec.at_least:
        yield f"不能少于 {spec.at_least} 个。"
    if spec.codes is not None:
        unknown = [part for part in parts if part not in codes[spec.codes].labels]
        yield f"代码“{'、'.join(unknown)}”不在代码表中。" if unknown else ""
    if spec.type in _FORMS:
        yield _FORMS[spec.type](text)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _plain(text: str) -> str:
    """A number without exponent and trailing zeros; what is none stays as it is."""
    value = _decimal(text)
    if value is None or abs(value.adjusted()) > 30:
        return text
    said = f"{value:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def _ratio_problem(text: str) -> str:
    value = _decimal(text)
    return "" if value is not None and 0 <= value <= 1 else "必须是 0 到 1 之间的数值。"


def _unless(holds: Callable[[str], object], sentence: str) -> Callable[[str], str]:
    return lambda text: "" if holds(text) else sentence


def _sentence(of: Callable[[str], str]) -> Callable[[str], str]:
    def ask(text: str) -> str:
        said = of(text)
        return f"{said}。" if said else ""

    return ask


_NUMBERS = {FieldType.NUMBER, FieldType.RATIO}
_FORMS: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.DATE: _unless(_is_day, "必须是真实存在的日期，如 2026-01-01。"),
    FieldType.YEAR: _unless(_YEAR.fullmatch, "必须是四位年份。"),
    FieldType.NUMBER: _unless(lambda text: _decimal(text) is not None, "必须是数值。"),
    FieldType.RATIO: _ratio_problem,
    FieldType.BOOLEAN: _unless({"是", "否"}.__contains__, "只能填“是”或“否”。"),
    FieldType.REGION: _unless(_REGION.fullmatch, "必须是六位行政区划代码。"),
    FieldType.ITEM: _unless(_ITEM.fullmatch, "必须是 14 位数字。"),
    FieldType.CHECKLIST: _unless(
        _CHECKLIST.fullmatch, "前 18 位须是实施主体的统一社会信用代码，第 19 位须是 1 至 5。"
    ),
    FieldType.USCC: _sentence(uscc_problem),
    FieldType.RESIDENT_ID: _sentence(resident_id_problem),
}


def _rule_problem(
    table: Table, rule: Rule, content: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """What breaks a rule between fields, at the field where it shows."""
    label = {name: spec.label for name, spec in table.fields.items()}
    match rule:
        case OrderRule():
            later, earlier = content.get(rule.later, ""), content.get(rule.earlier, "")
            if later and earlier and later < earlier:
                yield rule.later, f"不能早于{label[rule.earlier]}（{earlier}）。"
        case RequiredWhenRule():
            if content.get(rule.when, "") in rule.values and not content.get(rule.field, ""):
                yield rule.field, f"{label[rule.when]}如此填写时，必须填写。"
        case RangeRule():
            value = _decimal(content.get(rule.field, ""))
            if value is not None and _is_outside(value, rule):
                yield rule.field, f"须在 {rule.low or '不限'} 至 {rule.high or '不限'} 之间。"


def _is_outside(value: Decimal, rule: RangeRule) -> bool:
    too_low = rule.low is not None and value < Decimal(rule.low)
    return too_low or (rule.high is not None and value > Decimal(rule.high))
