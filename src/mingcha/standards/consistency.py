"""What a declaration must keep to beyond its shape: names that exist, headers that mean one field."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from mingcha.standards import numbering
from mingcha.standards.form import CITED, FACTS, TEXT, fields_in, number_field, parsed
from mingcha.standards.headers import plain
from mingcha.standards.model import (
    OBJECT_KINDS,
    CodeTable,
    DayOf,
    FieldSpec,
    FieldType,
    OrderRule,
    Reference,
    RegionBy,
    RegisterSpec,
    RequiredWhenRule,
    Rule,
    SameCountRule,
    Table,
)

_DAYS = {FieldType.DATE}
PLACES = (
    "subject", "register_as", "item", "catalog_as", "point_as", "mapping_as", "law_as", "officer_as",
    "relation_as",
)  # fmt: skip


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
    yield from _room_problems(table)
    yield from _unknown_codes(table, code_tables)
    if table.subject is not None and len(table.subject.value) > 1 and not table.subject.scheme:
        yield "的 subject 由几个字段共同识别，须写明 scheme"
    yield from _kind_problems(table, code_tables)
    if table.register_as is not None:
        yield from _register_problems(table, table.register_as)
    if table.item is not None and not _lists(tables.get(table.item.scheme), "item"):
        yield f"的 item 所属的“{table.item.scheme}”不是监管事项的目录表"
    for reference in table.references:
        yield from _reference_problems(table, reference, tables)
    yield from _day_problems(table, tables)
    yield from _form_problems(table)


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
    if table.day_field:
        yield "occurred_on", table.day_field
    for rule in table.rules:
        yield from ((f"rules.{rule.name}", name) for name in fields_of(rule))
    if table.subject is not None and table.subject.person_when is not None:
        yield "subject.person_when", table.subject.person_when[0]
    for section in table.form.sections:
        yield from (("form.sections", name) for name in (*section.fields, *section.more))
    yield from (("form.fill", name) for name in table.form.fill)
    yield from (("form.examples", name) for name in table.form.examples)
    for place in PLACES:
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


# Members that hold something else than the name of a field.
_WORDS = {"deeds", "scheme", "kind", "kinds", "subkind", "person_when", "by", "coding"}


def _named_in(part: BaseModel) -> Iterator[tuple[str, str]]:
    for key, value in part:
        if key not in _WORDS:
            yield from ((key, name) for name in _names_in(value))


def _names_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        yield from (name for _, name in _named_in(value))
    elif isinstance(value, dict | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _names_in(one)


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
    if field.unit and field.type is not FieldType.NUMBER:
        yield "不是数值，却写了单位（unit）"


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


_TOLD_BY = {
    RegionBy.STATED: {FieldType.REGION},
    RegionBy.USCC: {FieldType.USCC, FieldType.USCC_OR_ID},
    RegionBy.AUTHORITY: {FieldType.TEXT},
    RegionBy.ADDRESS: {FieldType.TEXT},
}


def _kind_problems(table: Table, code_tables: Mapping[str, CodeTable]) -> Iterator[str]:
    """Objects are of the kinds that the national code table knows."""
    known = code_tables.get(OBJECT_KINDS)
    said = {kind for kinds in table.kinds_of_subject().values() for kind in kinds}
    for kind in sorted(said - known.labels.keys()) if known is not None else ():
        yield f"提到不存在的监管对象类型“{kind}”（代码表 {OBJECT_KINDS}）"


def _register_problems(table: Table, spec: RegisterSpec) -> Iterator[str]:
    """A register must know its objects again, whoever reports them."""
    always = [s for s, names in spec.identifiers.items() if _is_always_filled(table, names)]
    if not always:
        yield "的 register_as.identifiers 没有一项是必填的，行与行无法认出同一个对象"
    said = table.subject
    if said and said.scheme and spec.identifiers.get(said.scheme) != said.value:
        yield f"的 subject（{said.scheme}）不在 register_as.identifiers 之中，记录关联不到对象"
    for source in spec.region:
        field = table.fields.get(source.field)
        if field is not None and field.type not in _TOLD_BY[source.by]:
            yield f"的 register_as.region 不能由字段“{source.field}”按 {source.by.value} 得出：类型不合"


def _is_always_filled(table: Table, names: tuple[str, ...]) -> bool:
    return all(name in table.fields and table.fields[name].required for name in names)


def _room_problems(table: Table) -> Iterator[str]:
    """What goes into a column of ours must fit it, or a long cell would stop the whole file."""
    for place, names, longest in _rooms(table):
        sizes = [_size(table.fields[name]) for name in names if name in table.fields]
        if None in sizes:
            yield f"的 {place} 用到没有写明最长（max）的字段；合计最长须不超过 {longest} 个字"
        elif sum(size or 0 for size in sizes) + len(sizes) - 1 > longest:
            yield f"的 {place} 合计最长超过 {longest} 个字"


def _rooms(table: Table) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """(place, fields, most characters) of everything that a column of ours holds."""
    for part, rooms in _ROOMS.items():
        spec: BaseModel | None = getattr(table, part)
        for member, longest in rooms.items() if spec is not None else ():
            names = getattr(spec, member)
            if member == "address":  # the first that is filled, not all
                yield from ((f"{part}.{member}", (name,), longest) for name in names)
            elif names:
                yield f"{part}.{member}", (names,) if isinstance(names, str) else names, longest
    for scheme, names in (table.register_as.identifiers if table.register_as else {}).items():
        yield f"register_as.identifiers.{scheme}", names, 200 if len(names) == 1 else 400


def _day_problems(table: Table, tables: Mapping[str, Table]) -> Iterator[str]:
    field = table.fields.get(table.day_field or "")
    if field is not None and field.type not in {FieldType.DATE, FieldType.YEAR}:
        yield f"的 occurred_on 须是日期或年度，“{table.day_field}”不是"
    if isinstance(table.occurred_on, DayOf):
        name = table.occurred_on.reference
        to = next((one.to for one in table.references if one.name == name), "")
        target = tables.get(to.partition(".")[0]) if "." in to else None
        if target is None or target.day_field is None:
            yield f"的 occurred_on 取自引用“{name}”，但它不指向有发生日期的数据表"


_ROOMS = {
    "subject": {"value": 400, "name": 600, "address": 600},
    "register_as": {"name": 600, "address": 600, "status": 600, "legal_person": 600},
    "item": {"item": 100},
    "catalog_as": {
        "code": 100,
        "name": 500,
        "item": 100,
        "body": 18,
        "status": 10,
        "region": 6,
        "main": 100,
        "action": 10,
        "department": 10,
        "origin": 10,
    },
    "point_as": {"checklist": 100},
    "mapping_as": {"local": 100, "national": 100, "relation": 10},
    "law_as": {"law": 500, "number": 500, "document": 500, "successor": 500},
    "officer_as": {"certificate": 100, "name": 50, "body": 100, "fields": 200},
}
_SIZES = {
    FieldType.USCC: 18, FieldType.RESIDENT_ID: 18, FieldType.USCC_OR_ID: 18, FieldType.ITEM: 14,
    FieldType.REGION: 6, FieldType.DATE: 10, FieldType.YEAR: 4, FieldType.BOOLEAN: 1,
    FieldType.CODE: 10, FieldType.NUMBER: 30, FieldType.RATIO: 30,
}  # fmt: skip


def _size(field: FieldSpec) -> int | None:
    """How many characters a field may have; None where nothing bounds it."""
    return field.max or field.exact or _SIZES.get(field.type)


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


def _form_problems(table: Table) -> Iterator[str]:
    """What the form says twice, or says of what is not there."""
    placed = [name for part in table.form.sections for name in (*part.fields, *part.more)]
    for name in sorted({name for name in placed if placed.count(name) > 1}):
        yield f"的 form.sections 把字段“{name}”放了两次"
    pattern = table.form.number
    if pattern is not None and number_field(table) is None:
        yield "的 form.number 用不上：业务主键不是单独一个文本字段"
    elif pattern is not None and numbering.problem(pattern):
        yield f"的 form.number“{pattern}”{numbering.problem(pattern)}"
    for name, text in table.form.fill.items():
        yield from (f"的 form.fill.{name}{fault}" for fault in _fill_faults(table, text))


def _fill_faults(table: Table, text: str) -> Iterator[str]:
    named = fields_in(text) if text.startswith(TEXT) else []
    for way in () if text.startswith(TEXT) else parsed(text):
        kind, _, field = way.fact.partition(".")
        if way.fact not in FACTS and kind != CITED:
            yield f"提到不认识的已知信息“{way.fact}”"
        if kind == CITED and (way.at is None or not field):
            yield f"“{way.fact}”应写成 {CITED}.<字段>@<引用字段>"
        named += [] if way.at is None else [way.at]
    yield from (f"提到不存在的字段“{name}”" for name in named if name not in table.fields)
