"""The data dictionary (数据字典) as plain data: every declaration in words, ready for a page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from mingcha.standards import words
from mingcha.standards.frames.catalogue import CheckInfo, checks
from mingcha.standards.loader import Catalogue
from mingcha.standards.model import (
    OBJECT_KINDS,
    CodeTable,
    FieldSpec,
    FieldType,
    RegionBy,
    RegionSource,
    RequiredWhenRule,
    Table,
)


@dataclass(frozen=True)
class FieldEntry:
    """One field in words. `codes` names its code table, "" if it has none."""

    key: str
    label: str
    aliases: tuple[str, ...]
    type: str
    required: bool
    is_key: bool
    length: str
    codes: str
    codes_label: str
    share: str
    share_if_person: str
    mask: str
    note: str


@dataclass(frozen=True)
class RuleEntry:
    """One check in words: its number among the ten national ones, and what it does to a row."""

    name: str
    national: str
    national_label: str
    sentence: str
    severity: str


@dataclass(frozen=True)
class TableEntry:
    """One table in words."""

    name: str
    label: str
    family: str
    description: str
    basis: str
    owner: str
    version: int
    since: date
    share: str
    key: str
    fields: tuple[FieldEntry, ...]
    rules: tuple[RuleEntry, ...]
    codes: tuple[CodeTable, ...]
    retired: tuple[str, ...]
    use: tuple[tuple[str, str], ...]  # what becomes of a row: (what, a sentence)


def entries(catalogue: Catalogue) -> list[tuple[str, list[Table]]]:
    """(family in Chinese, its tables) in the order of a dossier's families."""
    tables = catalogue.tables.values()
    groups = [
        (label, [t for t in tables if t.family is kind]) for kind, label in words.FAMILIES.items()
    ]
    return [(label, found) for label, found in groups if found]


def entry(table: Table, catalogue: Catalogue) -> TableEntry:
    """Everything the dictionary says of one table, with the code tables it uses, each once."""
    used = dict.fromkeys(field.codes for field in table.fields.values() if field.codes)
    national = catalogue.code_table("data_check").labels
    return TableEntry(
        name=table.name,
        label=table.label,
        family=words.FAMILIES[table.family],
        description=table.description,
        basis=table.basis,
        owner=table.owner,
        version=table.version,
        since=table.since,
        share=words.SHARES[table.share],
        key="、".join(table.fields[name].label for name in table.key.fields),
        fields=tuple(_field(name, field, table, catalogue) for name, field in table.fields.items()),
        rules=tuple(
            _rule(check, sentence(check, table, catalogue), national)
            for check in checks(table)
            if check.applies
        ),
        codes=tuple(catalogue.code_table(name) for name in used),
        retired=tuple(_retired(name, table) for name in table.retired),
        use=tuple(_use(table, catalogue)),
    )


def sentence(check: CheckInfo, table: Table, catalogue: Catalogue) -> str:
    """A check as a sentence, with the labels of codes where a rule speaks of codes."""
    rule = next((rule for rule in table.rules if rule.name == check.name), None)
    if not isinstance(rule, RequiredWhenRule):
        return check.sentence
    when, values = table.fields[rule.when], rule.values
    if when.codes is not None:
        known = catalogue.code_table(when.codes)
        values = tuple(known.label_of(value) for value in values)
    said = "或".join(f"“{value}”" for value in values)
    return f"{when.label}为{said}时，必须填写{table.fields[rule.field].label}。"


def _field(name: str, field: FieldSpec, table: Table, catalogue: Catalogue) -> FieldEntry:
    level = field.share or table.share
    person = field.share_if_person
    return FieldEntry(
        key=name,
        label=field.label,
        aliases=field.aliases,
        type=words.TYPES[field.type],
        required=field.required,
        is_key=name in table.key.fields,
        length=words.length(field),
        codes=field.codes or "",
        codes_label=catalogue.code_table(field.codes).label if field.codes else "",
        share=words.SHARES[level],
        share_if_person=words.SHARES[person] if person else "",
        mask=words.MASKS[field.mask],
        note=field.note,
    )


def _rule(check: CheckInfo, said: str, national: dict[str, str]) -> RuleEntry:
    return RuleEntry(
        name=check.name,
        national=check.national,
        national_label=national.get(check.national, ""),
        sentence=said,
        severity=words.SEVERITIES[check.severity],
    )


def _retired(name: str, table: Table) -> str:
    gone = table.retired[name]
    until = f"{name}：{gone.until.isoformat()} 以前仍可报送"
    if gone.replaced_by is None:
        return until
    return f"{until}，由{table.fields[gone.replaced_by].label}代替"


def _use(table: Table, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What becomes of a row: its day, whom it concerns, which object it registers, where that is."""
    yield "发生日期", _day(table, catalogue)
    subject, register = table.subject, table.register_as
    if register is not None:
        ways = [_labels(table, names) for names in register.identifiers.values()]
        yield "识别对象", f"每行登记一个监管对象；依次凭{'；'.join(ways)}认出是不是同一个。"
        if register.region:
            told = "；".join(_source(table, source) for source in register.region)
            yield "对象的行政区划", f"依次取自{told}；取最先得出的，后面的只用来细化到区县。"
    elif subject is not None and (subject.value or subject.name):
        named = _labels(table, subject.value or (subject.name or "",))
        yield "关联对象", f"凭{named}关联到监管对象；代码有误或没有代码的，按名称和地址关联。"
        kinds = "；".join(catalogue.code_table(OBJECT_KINDS).label_of(k) for k in subject.kinds)
        yield "按名称可关联的对象", f"{kinds}。"
    if table.relation_as is not None:
        other = table.fields[table.relation_as.other].label
        yield (
            "主体关系",
            f"登记本行主体与{other}所指主体之间的关系，从所写日期起，列在双方的档案中。",
        )
    if table.item is not None:
        listed = catalogue.table(table.item.scheme).label
        yield "监管事项", f"{table.fields[table.item.item].label}属于“{listed}”。"


def _day(table: Table, catalogue: Catalogue) -> str:
    reference = table.day_reference
    if reference is not None:
        target = catalogue.table(reference.to.partition(".")[0])
        return f"本表没有日期，取{table.fields[reference.field].label}所指{target.label}的日期。{_day(target, catalogue)}"
    if table.day_field is None:
        return "本表没有日期，列在报送之日。"
    field = table.fields[table.day_field]
    if field.type is FieldType.YEAR:
        return f"{field.label}，只精确到年；排序时以 1 月 1 日代表该年。"
    return f"{field.label}。" if field.required else f"{field.label}；没有填写的，列在报送之日。"


def _labels(table: Table, names: Iterable[str]) -> str:
    return "、".join(table.fields[name].label for name in names)


def _source(table: Table, source: RegionSource) -> str:
    label = table.fields[source.field].label
    return {
        RegionBy.STATED: label,
        RegionBy.AUTHORITY: f"{label}开头的六位区划代码",
        RegionBy.ADDRESS: f"{label}中写明的地名",
        RegionBy.USCC: f"{label}第 3 至 8 位（登记管理机关行政区划码，GB 32100-2015；是最初登记的地方）",
    }[source.by]


def holds(table: Table, words_: str) -> bool:
    """Whether a table speaks of `words_`: in its label, key, aliases or a field's label."""
    said = [table.label, table.name, *table.aliases, *(f.label for f in table.fields.values())]
    return any(words_ in text for text in said)
