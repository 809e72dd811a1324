"""A record that is being filled in: what was typed, what it means, and what the platform adds."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mingcha.base.asking import ask
from mingcha.base.people import queries as people
from mingcha.domains.records.queries.entry.known import Known, item_names
from mingcha.domains.records.queries.entry.numbers import free_numbers, pattern_for
from mingcha.domains.records.queries.entry.offers import only_offer
from mingcha.standards import loader
from mingcha.standards.form import Proposal, number_field, propose
from mingcha.standards.meant import joined, meant, parts_of
from mingcha.standards.model import FieldType, Table

Values = Mapping[str, str]
_CODE = re.compile(r"[0-9A-Za-z_\-]{6,}")


@dataclass(frozen=True)
class Filling:
    """One record as it stands: `typed` means `meant`; `proposals` fill what was left empty."""

    table: Table
    typed: Values
    meant: Values
    proposals: Mapping[str, Proposal]

    @property
    def row(self) -> dict[str, str]:
        """The record as intake shall check it."""
        return {name: one.text for name, one in self.proposals.items()} | dict(self.meant)

    @property
    def is_numbered(self) -> bool:
        """Whether its key is still the platform's to give."""
        return any(one.source == NUMBER_SOURCE for one in self.proposals.values())

    @property
    def title(self) -> str:
        """A line by which its writer knows it again."""
        row, subject = self.row, self.table.subject
        names = [subject.name] if subject is not None else []
        shown = [name for name in [*names, *self.table.headline] if name and row.get(name)]
        said = [label_of(self.table, name, row[name]) for name in shown]
        return " · ".join(dict.fromkeys(text for text in said if text))[:300]


NUMBER_SOURCE = "自动编号"


def filled(known: Known, typed: Values, cleared: Collection[str] = ()) -> Filling:
    """What was typed into a table's fields, understood and completed."""
    table = known.table
    kept = {name: text.strip() for name, text in typed.items() if name in table.fields}
    understood: dict[str, str] = {}
    for name, text in kept.items():
        if text:
            understood[name] = _meant(known, name, text, understood)
    proposals = propose(
        table, understood, known, shown=lambda name, text: label_of(table, name, text),
        cleared=cleared,
    )  # fmt: skip
    return Filling(table, kept, understood, proposals)


def many(known: Known, rows: Sequence[Values]) -> list[Filling]:
    """The same for the rows of a grid; what they name is looked up at once.

    Rows that the platform numbers get the next free numbers in their order.
    """
    known.warm([dict(row) for row in rows])
    return _told_apart(known, [filled(known, row) for row in rows])


def _told_apart(known: Known, fillings: list[Filling]) -> list[Filling]:
    open_ = [n for n, filling in enumerate(fillings) if filling.is_numbered]
    name = number_field(known.table)
    pattern = pattern_for(known.provider, known.table, on=known.today)
    if len(open_) < 2 or name is None or pattern is None:
        return fillings
    first = pattern.serial_of(fillings[open_[0]].proposals[name].text) or 1
    numbers = free_numbers(known.provider, known.table, pattern, after=first - 1, count=len(open_))
    for place, (_, number) in zip(open_, numbers, strict=True):
        proposals = {**fillings[place].proposals, name: Proposal(number, NUMBER_SOURCE)}
        fillings[place] = replace(fillings[place], proposals=proposals)
    return fillings


def judged(known: Known, fillings: Sequence[Filling], *, operation: str) -> list[dict[str, Any]]:
    """What the checks of intake say of each record; see jobs/entering.py.

    Raises NobodyAnswers.
    """
    answer = ask(
        "records.check",
        table=known.table.name,
        provider=known.provider.pk,
        rows=[filling.row for filling in fillings],
        operation=operation,
    )
    rows: list[dict[str, Any]] = answer["rows"]
    return rows


def label_of(table: Table, name: str, text: str) -> str:
    """A value in words: the labels of codes, else the value."""
    codes = table.fields[name].codes
    return loader.current().code_table(codes).label_of(text) if codes is not None else text


def written(table: Table, row: Values) -> dict[str, str]:
    """The fields of a record as a form shows them: codes with their names beside them."""
    regions = {v for n, v in row.items() if table.fields[n].type is FieldType.REGION}
    items = {v for n, v in row.items() if table.fields[n].type is FieldType.ITEM}
    names = people.region_names(regions) if regions else {}
    names |= item_names(table, items) if items else {}
    return {name: _written(table, name, text, names) for name, text in row.items()}


def _written(table: Table, name: str, text: str, names: Mapping[str, str]) -> str:
    spec = table.fields[name]
    if spec.type is FieldType.CODE and spec.codes is not None:
        label = loader.current().code_table(spec.codes).labels.get(text)
        return f"{text} {label}" if label and label != text else text
    if spec.type in {FieldType.REGION, FieldType.ITEM} and names.get(text):
        return f"{text} {names[text]}"
    return text


def _meant(known: Known, name: str, text: str, before: Values) -> str:
    """The text that intake shall read; names and initials that fit only one thing are that thing."""
    table, spec = known.table, known.table.fields[name]
    codes = loader.current().code_table(spec.codes) if spec.codes is not None else None
    found = meant(table, name, text, codes, today=known.today)
    if spec.type is FieldType.LIST and _is_of_officers(table, name):
        return joined(_pointed(known, name, part, before) for part in parts_of(found))
    if spec.type in {FieldType.REGION, FieldType.ITEM, FieldType.CHECKLIST}:
        return _pointed(known, name, text, before)
    return found


def _pointed(known: Known, name: str, text: str, before: Values) -> str:
    """A code that was written out, or the only thing that a name or initials fit."""
    first = text.split()[0]
    if _CODE.fullmatch(first) and any(sign.isdigit() for sign in first):
        return first.upper() if known.table.fields[name].type is FieldType.CHECKLIST else first
    return only_offer(known, name, text, before) or text


def _is_of_officers(table: Table, name: str) -> bool:
    return any(r.field == name and r.to == "officer" for r in table.references)
