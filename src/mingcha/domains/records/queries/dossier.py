"""One entity, one dossier (一户一档): all facts tied to a party, as of any moment."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count, pairwise

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from mingcha.base.errors import NotFound
from mingcha.base.ledger import queries as ledger
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog import queries as catalog
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Fact, Mark, Tie
from mingcha.domains.records.queries import then
from mingcha.domains.records.queries.marks import standing_on
from mingcha.domains.records.queries.sharing import (
    Policy,
    Shown,
    is_about_person,
    mask,
    policy_of,
    shown,
    visible_to,
)
from mingcha.standards import loader
from mingcha.standards.model import Family, FieldType, Table

PAGE = 200  # facts of one family on a page; the rest by paging


@dataclass(frozen=True)
class Entry:
    """One fact on the timeline, as this viewer may see it.

    `dated` says how surely `occurred_on` is known: "day", "year" (1 January stands for the year) or
    "intake" (the record has no day: that of intake stands in for it).
    """

    fact_id: int
    family: Family
    table: Table
    occurred_on: date
    dated: str
    headline: str
    provider: Organisation
    learnt_at: datetime | None  # None: landed, not yet sealed
    version: int
    is_withdrawn: bool
    item: str
    item_name: str
    batch_id: str
    file_name: str
    row: int
    tie: Tie | None
    fields: Sequence[Shown]
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Dossier:
    """A party and its facts, newest first, as of a moment (None = now)."""

    party: Party
    as_of: datetime | None
    entries: Sequence[Entry]
    total: int
    doubtful: Sequence[Tie]

    def of(self, *families: Family) -> list[Entry]:
        """The entries of some families."""
        return [entry for entry in self.entries if entry.family in families]


def facts_of(
    account: Account,
    party: Party,
    *,
    as_of: datetime | None = None,
    policy: Policy | None = None,
) -> QuerySet[Fact]:
    """The current versions of all facts tied to a party that the account may see.

    As of T: learnt (sealed) at or before T, no higher version learnt by then, under the ties
    believed at T. What may be seen is what may be seen today, unless another `policy` is given:
    that of then (queries/then.py).
    """
    seen = Fact.objects.filter((policy or policy_of(account)).as_q())
    return then.current(seen.filter(tied_to(party, as_of)), as_of)


def tied_to(party: Party, as_of: datetime | None = None) -> Q:
    """The facts that mean a party: by the tie of their subject, unless one of their own says otherwise.

    As of T by the ties believed at T.
    """
    firm = then.believed(Tie.objects.filter(is_doubtful=False), as_of)
    apart = firm.filter(fact_id__isnull=False)
    general = firm.filter(party=party, fact_id__isnull=True)
    meant = Q(subject__in=general.values("subject"))
    if apart.filter(subject__in=general.values("subject")).exists():
        meant &= ~Q(Exists(apart.filter(fact_id=OuterRef("pk")).exclude(party=party)))
    own = list(apart.filter(party=party).values_list("fact_id", flat=True))
    return meant | Q(pk__in=own) if own else meant


def dossier(
    account: Account,
    party: Party,
    *,
    as_of: datetime | None = None,
    policy: Policy | None = None,
    families: Iterable[Family] = (),
    start: int = 0,
) -> Dossier:
    """The dossier of a party for a viewer. A fixed number of queries, whatever it holds.

    `entries` are at most PAGE facts from the `start`th on; `total` counts all. Doubtful ties are
    told where the viewer may see a record behind them. `policy` as in `facts_of`.
    """
    policy = policy or policy_of(account)
    facts = facts_of(account, party, as_of=as_of, policy=policy)
    wanted = [t.name for t in loader.current().tables.values() if t.family in set(families)]
    if wanted:
        facts = facts.filter(dataset__in=wanted)
    total = facts.count()
    ordered = facts.select_related("provider", "chunk__batch").order_by("-occurred_on", "-id")
    rows = list(ordered[start : start + PAGE])
    entries = _entries(policy, rows, _ties(party, as_of), as_of)
    return Dossier(party, as_of, entries, total, _doubtful(policy, party, as_of))


def _doubtful(policy: Policy, party: Party, as_of: datetime | None) -> list[Tie]:
    """The doubtful ties of a party, as far as the viewer may see a record behind them."""
    behind = Fact.objects.filter(policy.as_q(), subject=OuterRef("subject"))
    if as_of is not None:
        behind = behind.filter(chunk__in=then.learnt_chunks(as_of))
    doubtful = then.believed(Tie.objects.filter(party=party, is_doubtful=True), as_of)
    return list(doubtful.filter(Exists(behind)).select_related("subject")[:20])


def counts(
    account: Account,
    party: Party,
    *,
    as_of: datetime | None = None,
    policy: Policy | None = None,
) -> dict[str, int]:
    """How many facts of each table the dossier holds for this viewer. `policy` as in `facts_of`."""
    facts = facts_of(account, party, as_of=as_of, policy=policy)
    return dict(facts.values_list("dataset").annotate(n=Count("pk")).order_by())


def all_entries(
    account: Account, party: Party, *, as_of: datetime | None = None
) -> Iterator[Entry]:
    """Every fact of the dossier, newest first, some hundreds at a time: for exports."""
    policy, ties = policy_of(account), _ties(party, as_of)
    facts = facts_of(account, party, as_of=as_of, policy=policy)
    ordered = facts.select_related("provider", "chunk__batch").order_by("-occurred_on", "-pk")
    for start in count(0, PAGE):
        rows = list(ordered[start : start + PAGE])
        yield from _entries(policy, rows, ties, as_of)
        if len(rows) < PAGE:
            return


def doubt_in_words(tie: Tie) -> str:
    """Which subject may be the party, and why it is doubtful; a person's number is never shown."""
    subject = tie.subject
    coded = subject.value if subject.scheme not in {"name", "resident-id"} else ""
    named = "、".join(dict.fromkeys(text for text in (subject.name, coded) if text)) or "未具名"
    return f"{named}：{reasons_in_words(tie)}"


def reasons_in_words(tie: Tie) -> str:
    """Why a tie is believed: sentences, or the linker's [piece, milli-points, words]."""
    return "；".join(reason if isinstance(reason, str) else reason[-1] for reason in tie.reasons)


def name_in(fact: Fact) -> str:
    """What a record calls whom it concerns; of a person only the family name."""
    table = loader.current().table(fact.dataset)
    if table.subject is None or table.subject.name is None:
        return ""
    name = str(fact.payload.get(table.subject.name, ""))
    return mask(name, "name") if name and is_about_person(table, fact.payload) else name


def fact_for(account: Account, number: int) -> Fact:
    """The one door to a single fact. Raises NotFound for missing and hidden alike."""
    fact = visible_to(account).filter(pk=number).select_related("provider").first()
    if fact is None:
        there = Fact.objects.filter(pk=number).exists()
        raise NotFound(what="记录", key=number, exists=there)
    return fact


@dataclass(frozen=True)
class Version:
    """One version of a record beside the one before it; `changed` are the fields that differ.

    That a field changed is told even where its value is masked.
    """

    entry: Entry
    before: Entry | None
    changed: frozenset[str]


def versions(account: Account, fact: Fact) -> list[Version]:
    """Every version of the record a fact belongs to, newest first."""
    same = visible_to(account).filter(
        provider=fact.provider, dataset=fact.dataset, source_key=fact.source_key
    )
    rows = list(same.select_related("chunk__batch", "provider").order_by("-version"))
    entries = _entries(policy_of(account), rows, {}, None)
    found = [Version(entries[-1], None, frozenset())]
    pairs = zip(pairwise(rows), pairwise(entries), strict=True)
    return [
        Version(entry, before, _changed(new.payload, old.payload))
        for (new, old), (entry, before) in pairs
    ] + found


def _changed(new: Mapping[str, str], old: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name for name in {*new, *old} if new.get(name) != old.get(name))


def _ties(party: Party, as_of: datetime | None) -> dict[int, Tie]:
    """Subject → the tie by which it is the party, for saying why a record is here."""
    ties = then.believed(Tie.objects.filter(party=party, is_doubtful=False), as_of)
    rows = ties.select_related("subject").order_by(F("fact_id").desc(nulls_last=True))
    return {tie.subject_id: tie for tie in rows}


def _entries(
    policy: Policy, rows: Sequence[Fact], ties: dict[int, Tie], as_of: datetime | None
) -> list[Entry]:
    """The facts as entries; of the past under the names that items and providers bore then."""
    named = {_item(fact) for fact in rows if fact.item}
    learnt = ledger.learnt_times({fact.chunk.act_id for fact in rows})
    if as_of is None:
        said = _Said(policy, ties, catalog.names_of(named), learnt, {})
    else:
        names = catalog.item_names_at(named, as_of)
        said = _Said(policy, ties, names, learnt, then.provider_names_at(as_of))
    marked = standing_on(fact.pk for fact in rows)
    entries = (_entry(fact, said) for fact in rows)
    return [replace(entry, marks=marked.get(entry.fact_id, ())) for entry in entries]


@dataclass(frozen=True)
class _Said:
    """What the entries of one page are told by. `providers` are names of the past, where asked."""

    policy: Policy
    ties: Mapping[int, Tie]
    items: Mapping[tuple[str, str], str]
    learnt: Mapping[int, datetime]
    providers: Mapping[int, str]


def _entry(fact: Fact, said: _Said) -> Entry:
    table = loader.current().table(fact.dataset)
    fields = shown(table, fact.payload, said.policy.near(fact.provider_id))
    batch, provider = fact.chunk.batch, fact.provider
    if fact.provider_id in said.providers:
        provider = copy(provider)
        provider.name = said.providers[fact.provider_id]
    return Entry(
        fact_id=fact.pk,
        family=table.family,
        table=table,
        occurred_on=fact.occurred_on,
        dated=dated(table, fact.payload),
        headline=headline(table, fields),
        provider=provider,
        learnt_at=said.learnt.get(fact.chunk.act_id),
        version=fact.version,
        is_withdrawn=fact.operation == "d",
        item=fact.item,
        item_name=said.items.get(_item(fact), ""),
        batch_id=batch.public_id if batch else "",
        file_name=batch.file_name if batch else "",
        row=fact.row,
        tie=said.ties.get(fact.subject_id or 0),
        fields=fields,
        marks=(),
    )


def dated(table: Table, payload: Mapping[str, str]) -> str:
    """How surely the day of a record is known: "day", "year" or "intake"."""
    source, said = table, table.day_field in payload
    if table.day_reference is not None:  # without the record it refers to, it would not be here
        source, said = loader.current().table(table.day_reference.to.partition(".")[0]), True
    if not said or source.day_field is None:
        return "intake"
    return "year" if source.fields[source.day_field].type is FieldType.YEAR else "day"


def _item(fact: Fact) -> tuple[str, str]:
    """The item of a fact with the scheme that its table names."""
    spec = loader.current().table(fact.dataset).item
    return (spec.scheme if spec is not None else "", fact.item)


def headline(table: Table, fields: Sequence[Shown]) -> str:
    """One line for the timeline, from the fields that the declaration names."""
    said = {field.field: label_of(field) for field in fields}
    parts = [said[name] for name in table.headline if said.get(name)]
    return " · ".join(parts) or table.label


def in_brief(account: Account) -> Callable[[Fact], tuple[str, str]]:
    """A function that gives a fact's line and whom it concerns, as the account may see them."""
    policy = policy_of(account)

    def brief(fact: Fact) -> tuple[str, str]:
        table = loader.current().table(fact.dataset)
        fields = shown(table, fact.payload, policy.near(fact.provider_id))
        whose = table.subject.name if table.subject is not None else None
        name = next((label_of(field) for field in fields if field.field == whose), "")
        return headline(table, fields), name

    return brief


def label_of(field: Shown) -> str:
    """A value as a person reads it: the label of a code, else the value."""
    codes = field.spec.codes
    if codes is None or field.is_masked:
        return field.value
    return loader.current().code_table(codes).label_of(field.value)
