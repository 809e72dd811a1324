"""A table as a form for a clerk (在线录入): which fields stand together, and what is known already.

Pure: what the platform knows comes in as a function of fact and place; see `propose`.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from mingcha.standards.model import FieldType, FormSection, SubjectSpec, Table

# Fact → where it comes from, as a clerk reads it beside the field.
FACTS = {
    "today": "默认今天",
    "me.name": "取自您的账号",
    "me.phone": "取自您的账号",
    "body.name": "取自报送单位",
    "body.uscc": "取自报送单位",
    "body.region": "取自报送单位",
    "body.region_name": "取自报送单位",
    "body.department": "取自报送单位",
    "party.name": "登记库带出",
    "party.code": "登记库带出",
    "party.certificate": "按编码判断",
    "party.nature": "按编码判断",
    "party.publicity_kind": "按编码判断",
    "party.kind": "登记库带出",
    "party.address": "登记库带出",
    "party.region": "登记库带出",
    "party.region_name": "登记库带出",
    "party.industry": "登记库带出",
    "party.legal_person": "登记库带出",
    "officer.names": "执法人员库带出",
    "checklist.only": "该事项只有这一份清单",
    "item.name": "事项目录带出",
    "number": "自动编号",
}
CITED = "cited"  # cited.<field>@<reference field>: the same-named field of the record pointed at
TEXT = "="
_TEXT_SOURCE = "自动填写"
_CITED_SOURCE = "所引用的记录带出"
_BRACES = re.compile(r"\{([a-z_0-9]+)\}")
UNSURE = {"checklist.only"}  # known only where there is no choice
_PASSES = 4  # a fact may rest on a proposal that rests on another
OTHERS = "其他"

# What the platform knows: (fact, what the field after "@" holds, all fields) → text, "" if unknown.
Known = Callable[[str, str | None, Mapping[str, str]], str]


@dataclass(frozen=True)
class Fill:
    """One way to fill a field: a fact, the field it hangs on (None: the record's subject), or a text."""

    fact: str
    at: str | None = None
    text: str = ""

    @property
    def source(self) -> str:
        """Where it comes from, as a clerk reads it."""
        if self.fact == TEXT:
            return _TEXT_SOURCE
        return FACTS.get(self.fact, _CITED_SOURCE)


@dataclass(frozen=True)
class Proposal:
    """What the platform puts into a field that nobody has filled, and where it comes from."""

    text: str
    source: str


def sections(table: Table) -> tuple[FormSection, ...]:
    """The groups of fields in which the table is filled in; every field stands in exactly one."""
    said = table.form.sections
    placed = {name for section in said for name in (*section.fields, *section.more)}
    left = [name for name in table.fields if name not in placed]
    if not left:
        return said
    weighty = {*table.key.fields, *table.headline, table.day_field}
    first = tuple(n for n in left if table.fields[n].required or n in weighty)
    rest = tuple(n for n in left if n not in first)
    label = OTHERS if said else ""
    if not first:
        return (*said, FormSection(label=label, fields=rest))
    return (*said, FormSection(label=label, fields=first, more=rest))


def number_field(table: Table) -> str | None:
    """The field that a pattern may number: a key of one text field that means nothing else."""
    if len(table.key.fields) != 1 or table.key.counted:
        return None
    name = table.key.fields[0]
    subject = table.subject.value if table.subject is not None else ()
    is_text = table.fields[name].type is FieldType.TEXT
    return name if is_text and name not in subject and table.officer_as is None else None


def fills(table: Table) -> dict[str, tuple[Fill, ...]]:
    """Field → the ways to fill it, the first that knows something counting.

    The declaration's own words first; where it says nothing, what its subject implies.
    """
    said = {name: tuple(parsed(text)) for name, text in table.form.fill.items()}
    for name, fact in _implied(table):
        said.setdefault(name, (Fill(fact),))
    number = number_field(table)
    if number is not None:
        said.setdefault(number, (Fill("number"),))
    return said


def parsed(text: str) -> Iterator[Fill]:
    """The ways that one line of `form.fill` names."""
    if text.startswith(TEXT):
        yield Fill(TEXT, text=text.removeprefix(TEXT))
        return
    for part in text.split("|"):
        fact, _, at = part.strip().partition("@")
        yield Fill(fact, at or None)


def fields_in(text: str) -> list[str]:
    """The fields that a text to fill in speaks of."""
    return _BRACES.findall(text)


def hangs_on(table: Table, name: str) -> list[str]:
    """The fields that surely decide what a field is filled with, as soon as they are filled."""
    subject = table.subject
    code = subject.code if subject is not None else None
    found: list[str] = []
    for way in fills(table).get(name, ()):
        if way.fact == TEXT:
            found += fields_in(way.text)
        elif way.at is not None:
            found += [way.at] if way.fact not in UNSURE else []
        elif way.fact.startswith("party.") and code is not None:
            found.append(code)
    return [one for one in dict.fromkeys(found) if one != name]


def propose(
    table: Table,
    values: Mapping[str, str],
    known: Known,
    *,
    shown: Callable[[str, str], str],
    cleared: Collection[str] = (),
) -> dict[str, Proposal]:
    """What the platform would put into the fields that nobody has filled.

    `values` are what people wrote, by field, empty ones left out; `cleared` are fields that
    somebody emptied on purpose. `shown` gives a field's value as people read it (the label of a
    code), for texts that quote other fields.
    """
    ways = fills(table)
    found: dict[str, Proposal] = {}
    for _ in range(_PASSES):
        whole = {**values, **{name: one.text for name, one in found.items()}}
        news = {
            name: proposal
            for name, some in ways.items()
            if name not in values and name not in cleared and name not in found
            if (proposal := _proposal(some, whole, known, shown)) is not None
        }
        if not news:
            return found
        found |= news
    return found


def _proposal(
    ways: tuple[Fill, ...],
    values: Mapping[str, str],
    known: Known,
    shown: Callable[[str, str], str],
) -> Proposal | None:
    for way in ways:
        if way.fact == TEXT:
            text = _written(way.text, values, shown)
        elif way.at is not None and not values.get(way.at):
            continue
        else:
            text = known(way.fact, values[way.at] if way.at is not None else None, values)
        if text:
            return Proposal(text, way.source)
    return None


def _written(text: str, values: Mapping[str, str], shown: Callable[[str, str], str]) -> str:
    """The text with its fields filled in; "" while one of them is empty."""
    quoted = fields_in(text)
    if any(not values.get(name) for name in quoted):
        return ""
    return _BRACES.sub(lambda found: shown(found[1], values[found[1]]), text)


def _implied(table: Table) -> Iterator[tuple[str, str]]:
    """(field, fact) that a table's subject implies; a register describes its subject itself."""
    subject = table.subject
    if subject is None or table.register_as is not None:
        return
    yield from _of_subject(subject)


def _of_subject(subject: SubjectSpec) -> Iterator[tuple[str, str]]:
    for name, fact in (
        (subject.code, "party.code"),
        (subject.name, "party.name"),
        (subject.scheme_from, "party.certificate"),
        (subject.address[0] if subject.address else None, "party.address"),
        (subject.region, "party.region"),
    ):
        if name is not None:
            yield name, fact
