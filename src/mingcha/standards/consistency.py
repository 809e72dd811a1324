"""What a declaration must keep to beyond its shape: names that exist, headers that mean one field."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from mingcha.standards.headers import plain
from mingcha.standards.model import (
    CodeTable,
    FieldSpec,
    FieldType,
    OrderRule,
    Reference,
    RequiredWhenRule,
    Rule,
    SameCountRule,
    Table,
)

_DAYS = {FieldType.DATE}


def problems_of_table(
    table: Table, tables: Mapping[str, Table], code_tables: Mapping[str, CodeTable]
) -> Iterator[str]:
    """Every fault of one table, each as the rest of a sentence that began with its name."""
    yield from _unknown_fields(table)
    yield from _ambiguous_headers(table)
    for name, field in table.fields.items():
        for problem in _field_problems(field, code_tables):
            yield f"的字段“{name}”{problem}"
    yield from _rule_problems(table)
    yield from _unknown_codes(table, code_tables)
    if table.item is not None and not _lists(tables.get(table.item.scheme), "item"):
        yield f"的 item 所属的“{table.item.scheme}”不是监管事项的目录表"
    for reference in table.references:
        yield from _reference_problems(table, reference, tables)


def problems_of_codes(code_table: CodeTable) -> Iterator[str]:
    """Every fault of one code table, as sentences."""
    where = f"代码表“{code_table.label}”（{code_table.name}）"
    codes = [code.code for code in code_table.codes]
    known = set(codes)
    if not codes:
        yield f"{where}没有代码"
    if len(known) < len(codes):
        yield f"{where}有重复的代码：{'、'.join(sorted({c for c in codes if codes.count(c) > 1}))}"
    meant: dict[str, str] = {code: code for code in codes}
    for code in code_table.codes:
        if code.parent and code.parent not in known:
            yield f"{where}中代码 {code.code} 的上级 {code.parent} 不存在"
        for alias in code.aliases:
            if meant.setdefault(alias, code.code) != code.code:
                yield f"{where}的别名“{alias}”同时指 {meant[alias]} 和 {code.code}"


def fields_named_by(table: Table) -> Iterator[tuple[str, str]]:
    """(place, field) for every field that the table's other parts name."""
    yield from (("key", name) for name in table.key.fields)
    yield from (("headline", name) for name in table.headline)
    yield from (("references", reference.field) for reference in table.references)
    yield from (("retired", name) for gone in table.retired.values() if (name := gone.replaced_by))
    if table.occurred_on:
        yield "occurred_on", table.occurred_on
    for rule in table.rules:
        yield from ((f"rules.{rule.name}", name) for name in fields_of(rule))
    if table.subject is not None and table.subject.person_when is not None:
        yield "subject.person_when", table.subject.person_when[0]
    for place in ("subject", "register_as", "item", "catalog_as", "officer_as"):
        part: BaseModel | None = getattr(table, place)
        if part is not None:
            yield from ((f"{place}.{key}", name) for key, name in _named_in(part))


def fields_of(rule: Rule) -> tuple[str, ...]:
    """The fields that a rule speaks of."""
    if isinstance(rule, OrderRule):
        return rule.later, rule.earlier
    if isinstance(rule, RequiredWhenRule):
        return rule.field, rule.when
    if isinstance(rule, SameCountRule):
        return rule.fields
    return (rule.field,)


_WORDS = {"scheme", "kind", "subkind", "person_when"}  # members that hold a word, not a field


def _named_in(part: BaseModel) -> Iterator[tuple[str, str]]:
    for key, value in part:
        if value is None or key in _WORDS:
            continue
        if isinstance(value, str):
            yield key, value
        else:
            yield from (
                (key, name) for name in (value.values() if isinstance(value, dict) else value)
            )


def _unknown_fields(table: Table) -> Iterator[str]:
    for place, name in fields_named_by(table):
        if name not in table.fields:
            yield f"的 {place} 提到不存在的字段“{name}”"


def _ambiguous_headers(table: Table) -> Iterator[str]:
    meant: dict[str, str] = {}
    for name, field in table.fields.items():
        for header in {plain(text) for text in (name, field.label, *field.aliases)}:
            if meant.setdefault(header, name) != name:
                yield f"的字段“{meant[header]}”与“{name}”都可以叫“{header}”，分不清"
    labels = [field.label for field in table.fields.values()]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield f"有两个字段的中文名都是“{label}”"


def _field_problems(field: FieldSpec, code_tables: Mapping[str, CodeTable]) -> Iterator[str]:
    if field.type is FieldType.CODE and field.codes is None:
        yield "是代码，但没有写明代码表（codes）"
    if field.codes is not None and field.type not in {FieldType.CODE, FieldType.LIST}:
        yield "不是代码或列表，却写了代码表（codes）"
    if field.codes is not None and field.codes not in code_tables:
        yield f"用到不存在的代码表“{field.codes}”"
    if field.at_least is not None and field.type is not FieldType.LIST:
        yield "不是列表，却写了最少个数（at_least）"
    if field.max is not None and field.exact is not None:
        yield "同时写了最长（max）和定长（exact）"


def _rule_problems(table: Table) -> Iterator[str]:
    names = [each.name for each in (*table.rules, *table.references)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"有两条规则都叫“{name}”"
    for rule in table.rules:
        wanted = _TYPES.get(rule.kind)
        for name in fields_of(rule):
            field = table.fields.get(name)
            if field is not None and wanted is not None and field.type not in wanted:
                yield f"的规则“{rule.name}”不能用于字段“{name}”（{field.label}）：类型不合"


def _unknown_codes(table: Table, code_tables: Mapping[str, CodeTable]) -> Iterator[str]:
    for rule in table.rules:
        if not isinstance(rule, RequiredWhenRule) or rule.when not in table.fields:
            continue
        known = code_tables.get(table.fields[rule.when].codes or "")
        if known is not None:
            for value in sorted(set(rule.values) - known.labels.keys()):
                yield f"的规则“{rule.name}”提到代码表“{known.name}”中没有的代码“{value}”"


_TYPES = {
    "order": _DAYS,
    "not-future": _DAYS,
    "same-count": {FieldType.LIST},
    "range": {FieldType.NUMBER, FieldType.RATIO},
}


def _reference_problems(
    table: Table, reference: Reference, tables: Mapping[str, Table]
) -> Iterator[str]:
    where = f"的引用“{reference.name}”"
    if reference.catalogue is not None:
        if not _lists(tables.get(reference.catalogue), reference.to):
            yield f"{where}指向的“{reference.catalogue}”不是{_LISTED[reference.to]}的目录表"
        named = table.item.scheme if table.item and table.item.item == reference.field else None
        if named not in {None, reference.catalogue}:
            yield f"{where}查的是“{reference.catalogue}”，item 却写明属于“{named}”"
        return
    if reference.scheme is not None:
        yield f"{where}只有指向事项或清单时才能写 scheme"
    name, _, field = reference.to.partition(".")
    known = tables.get(name)
    if reference.to != "officer" and (known is None or field not in known.fields):
        yield f"{where}指向不存在的“{reference.to}”"


_LISTED = {"item": "监管事项", "checklist": "检查实施清单"}


def _lists(table: Table | None, kind: str) -> bool:
    """Whether a table is a catalogue of this kind."""
    return table is not None and table.catalog_as is not None and table.catalog_as.kind == kind
