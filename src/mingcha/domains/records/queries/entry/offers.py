"""What a field offers while somebody types: by code, by a part of the name, by pinyin initials."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from mingcha.base.people import queries as people
from mingcha.domains.catalog import queries as catalog
from mingcha.domains.officers import queries as officers
from mingcha.domains.parties import queries as parties
from mingcha.domains.records.models import Entry, Fact
from mingcha.domains.records.queries.entry.known import Known, item_names, use_of
from mingcha.domains.records.queries.sharing import policy_of, shown
from mingcha.standards import loader
from mingcha.standards.form import fills
from mingcha.standards.meant import rank_of
from mingcha.standards.model import CodeTable, FieldType, Table

Values = Mapping[str, str]
Source = Callable[[Known, str, str, Mapping[str, str]], Iterable["Offer"]]
MOST = 12
SEARCHED = 4000  # names looked through for initials
RECENT = 60  # own records whose values are offered again
ENDING, ENDING_DIGITS = 5, 4  # how near an ending is, and how long it must be
LAST = "上次用过"


@dataclass(frozen=True)
class Offer:
    """One thing a field may hold: what to write, how it is told, what else follows from it."""

    value: str
    label: str
    under: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False  # the field holds the value without its label

    @property
    def written(self) -> str:
        """As the field holds it: code and name, or the value alone."""
        alone = self.bare or not self.label or self.label == self.value
        return self.value if alone else f"{self.value} {self.label}"


def offers(known: Known, name: str, text: str, values: Values) -> list[Offer]:
    """What fits a text, the nearest first, at most MOST; for an empty one what was used last."""
    text = text.strip()
    source = _source(known, name)
    if source is None:
        return list(islice(_used_before(known, name, text), MOST))
    if not text:
        return _again(known, name, source, values)
    return list(islice(source(known, name, text, values), MOST))


def is_free(table: Table, name: str) -> bool:
    """Whether a field takes any text, so that what is offered is only a proposal."""
    spec = table.fields[name]
    if spec.codes is not None or spec.type in {
        FieldType.REGION, FieldType.ITEM, FieldType.CHECKLIST, FieldType.BOOLEAN,
        FieldType.USCC, FieldType.USCC_OR_ID,
    }:  # fmt: skip
        return False
    return not any(r.field == name for r in table.references)


def part_label(table: Table, name: str, part: str) -> str:
    """What people read for one part of a list: a code's label, an officer's name; else ""."""
    spec = table.fields[name]
    if spec.codes is not None:
        return loader.current().code_table(spec.codes).labels.get(part, "")
    if any(r.field == name and r.to == "officer" for r in table.references):
        return officers.names_of([part]).get(part, "")
    return ""


def nearest(known: Known, name: str, text: str, values: Values) -> list[Offer]:
    """The items or checklists in force that come nearest to one that is not: by code, at most 3."""
    source = _source(known, name)
    if source not in _SMALL:
        return []
    found: QuerySet[Any] = (
        catalog.items_for(use_of(known, values))
        if source is _items
        else catalog.checklists_for(use_of(known, values, "checklist"))
    )
    for length in range(len(text) - 1, 0, -2):
        near = list(found.filter(code__startswith=text[:length])[:3])
        if near:
            return [Offer(one.code, one.name) for one in near]
    return [Offer(one.code, one.name) for one in found[:3]]


def only_offer(known: Known, name: str, text: str, values: Values) -> str:
    """The value of the one thing that a text fits; "" when it fits none, or several.

    Last digits are offered, but nothing is taken for what only ends with them.
    """
    source = _source(known, name)
    found = list(islice(source(known, name, text, values), 2)) if source is not None else []
    found = [offer for offer in found if offer.value == text or not _ends(offer.value, text)]
    exact = [offer for offer in found if offer.label == text or offer.value == text]
    chosen = exact or found
    return chosen[0].value if len(chosen) == 1 else ""


def _source(known: Known, name: str) -> Source | None:
    """Where the offers of a field come from; None for free text."""
    table, spec = known.table, known.table.fields[name]
    if spec.codes is not None:
        return _codes
    by_type: dict[FieldType, Source] = {
        FieldType.REGION: _regions,
        FieldType.ITEM: _items,
        FieldType.CHECKLIST: _checklists,
    }
    if spec.type in by_type and not (table.catalog_as and table.catalog_as.code == name):
        return by_type[spec.type]
    for reference in table.references:
        if reference.field == name:
            return _officers if reference.to == "officer" else _records
    if any(way.fact in {"party.code", "party.name"} for way in fills(table).get(name, ())):
        return _parties
    if spec.type is FieldType.USCC and table.register_as is not None:
        return _parties if table.register_as.owner == name else None
    return None


def _codes(known: Known, name: str, text: str, values: Values) -> Iterable[Offer]:
    table = loader.current().code_table(known.table.fields[name].codes or "")
    day = use_of(known, values).on
    ranked = [
        (rank, len(code.label), Offer(code.code, code.label))
        for code in table.codes
        if (code.since is None or code.since <= day) and (code.until is None or day <= code.until)
        if (rank := rank_of(code.code, code.label, text)) is not None
    ]
    yield from (offer for *_, offer in sorted(ranked, key=lambda found: found[:2]))


def _regions(known: Known, name: str, text: str, values: Values) -> Iterable[Offer]:
    rows = people.regions(abolished=False).values_list("code", "full_name", "name")
    near = known.provider.region_id[:2]
    yield from _ranked(text, rows, lambda code: code[:2] != near)


def _items(known: Known, name: str, text: str, values: Values) -> Iterable[Offer]:
    """Items in force; first those for which the body has a checklist."""
    use = use_of(known, values)
    lists = catalog.checklists_for(use_of(known, values, "checklist"))
    own = set(lists.values_list("item_code", flat=True))
    found = catalog.items_for(use)
    rows = {*_named(found, text), *_named(found.filter(code__in=own), text)}
    yield from _ranked(text, rows, lambda code: code not in own)


def _checklists(known: Known, name: str, text: str, values: Values) -> Iterable[Offer]:
    spec = known.table.item
    item = values.get(spec.item, "") if spec is not None else ""
    found = catalog.checklists_for(use_of(known, values, "checklist"), item=item)
    yield from _ranked(text, _named(found, text))


def _named(found: QuerySet[Any], text: str) -> Iterable[tuple[str, str]]:
    """(code, name) of the entries that a text may mean; initials look through the names."""
    if not text.isascii():
        found = found.filter(Q(name__contains=text) | Q(code__startswith=text))
    elif text.isdigit():
        found = found.filter(code__contains=text)
    yield from found.values_list("code", "name")[:SEARCHED]


def _officers(known: Known, name: str, text: str, values: Values) -> Iterable[Offer]:
    """Officers by certificate, name or initials; those of the own body first."""
    rows = [*known.own_officers, *_elsewhere(known, text)]
    own = {certificate for certificate, *_ in known.own_officers}
    body = {certificate: body for certificate, _, body in rows}
    named = [(certificate, name) for certificate, name, _ in rows]
    for offer in _ranked(text, named, lambda certificate: certificate not in own):
        yield Offer(offer.value, offer.label, body[offer.value], bare=True)


def _elsewhere(known: Known, text: str) -> list[tuple[str, str, str]]:
    """Officers of other bodies by certificate or name; initials are looked for at home."""
    if text.isascii() and not text[:1].isdigit():
        return []
    held = Q(certificate__startswith=text) | Q(name__startswith=text)
    if _ends(text, text):
        held |= Q(certificate__endswith=text)
    found = officers.public().filter(held).exclude(organisation=known.provider)
    return list(found.values_list("certificate", "name", "body")[:MOST])


def _records(known: Known, name: str, text: str, values: Values) -> Iterable[Offer]:
    """The body's own records that a field may cite: by number, or by whom they concern."""
    to = next(r.to for r in known.table.references if r.field == name)
    dataset, _, _ = to.partition(".")
    table = loader.current().table(dataset)
    entered = Entry.objects.filter(
        provider=known.provider, table=dataset, is_latest=True, fact_id__isnull=False
    )
    held = Q(source_key__icontains=text) | Q(party__icontains=text)
    mine = list(entered.filter(held).order_by("-pk")[:MOST])
    for entry in mine:
        day = f"{entry.occurred_on} " if entry.occurred_on else ""
        yield Offer(entry.source_key, entry.party, f"{day}{table.label}", bare=True)
    exact = Fact.objects.filter(provider=known.provider, dataset=dataset, source_key=text)
    for fact in exact.order_by("-version")[:1]:
        if text not in {entry.source_key for entry in mine}:
            yield Offer(fact.source_key, "", f"{fact.occurred_on} {table.label}")


def _parties(known: Known, name: str, text: str, values: Values) -> Iterable[Offer]:
    """Bodies of the register by code or name; taking one writes code and name together."""
    subject = known.table.subject
    found = parties.search(known.account, parties.Filter(words=text))
    code_field = (subject.code if subject is not None else None) or ""
    name_field = (subject.name if subject is not None else None) or ""
    is_subject = name in {code_field, name_field}
    for party in parties.nearest(found.exclude(kind=parties.PERSON), text, slice(MOST)):
        also = {code_field: party.code, name_field: party.name} if is_subject else {}
        also = {key: value for key, value in also.items() if key and value and key != name}
        value = party.name if name == name_field else party.code
        label = party.code if name == name_field else party.name
        if value:
            yield Offer(value, label, party.address, also, bare=True)


def _ranked(
    text: str,
    rows: Iterable[tuple[str, ...]],
    is_far: Callable[[str], bool] = lambda code: False,
) -> Iterable[Offer]:
    """(code, full name, short names …) as offers, the nearest first."""
    found = []
    for code, full, *short in rows:
        called = {full, *short}
        ranks = [rank for name in called if (rank := rank_of(code, name, text)) is not None]
        if not ranks and _ends(code, text):
            ranks = [ENDING]
        if ranks:
            found.append((is_far(code), min(ranks), len(full), code, full))
    for *_, code, full in sorted(found):
        yield Offer(code, full)


def _ends(code: str, text: str) -> bool:
    """Whether a text is the last digits of a code: how one says a number one knows by heart."""
    return len(text) >= ENDING_DIGITS and text.isdigit() and code.endswith(text)


def _again(known: Known, name: str, source: Source, values: Values) -> list[Offer]:
    """For an empty field: what the account used in it last; of a short table of codes all."""
    spec = known.table.fields[name]
    if source is _parties:
        return []  # hardly anybody inspects the same one twice in a row
    last = [Offer(value, _label(known, name, value), LAST) for value in _last_values(known, name)]
    if source is _codes:
        codes: CodeTable = loader.current().code_table(spec.codes or "")
        seen = {offer.value for offer in last}
        rest = [Offer(c.code, c.label) for c in codes.codes[: MOST * 2] if c.code not in seen]
        return [*last[:3], *rest][: MOST * 2]
    if last:
        return last[:MOST]
    return list(islice(source(known, name, "", values), MOST)) if source in _SMALL else []


_SMALL = {_items, _checklists}


def _label(known: Known, name: str, value: str) -> str:
    spec = known.table.fields[name]
    if spec.codes is not None:
        return loader.current().code_table(spec.codes).label_of(value)
    match spec.type:
        case FieldType.REGION:
            return people.region_names({value}).get(value, "")
        case FieldType.ITEM:
            return item_names(known.table, {value}).get(value, "")
    named = officers.names_of([value]) if _source(known, name) is _officers else {}
    return named.get(value, "")


def _used_before(known: Known, name: str, text: str) -> Iterable[Offer]:
    """What the account wrote into a field of free text before."""
    for value in _last_values(known, name):
        if text in value and value != text:
            yield Offer(value, "", LAST)


def _last_values(known: Known, name: str) -> list[str]:
    """The values of a field in the account's latest records of the table, the most used first."""
    mine = Entry.objects.filter(
        account=known.account, provider=known.provider, table=known.table.name,
        fact_id__isnull=False,
    ).order_by("-pk")  # fmt: skip
    facts = Fact.objects.in_bulk(list(mine.values_list("fact_id", flat=True)[:RECENT]))
    near = policy_of(known.account).near(known.provider.pk)
    used: Counter[str] = Counter()
    for fact in facts.values():
        said = {name: fact.payload[name]} if name in fact.payload else {}
        for one in shown(known.table, fact.payload, near) if said else ():
            if one.field == name and not one.is_masked:
                parts = (
                    one.value.split("、")
                    if known.table.fields[name].type is FieldType.LIST
                    else [one.value]
                )
                used.update(parts)
    return [value for value, _ in used.most_common(MOST)]
