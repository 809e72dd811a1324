"""One entity, one dossier (一户一档): all facts tied to a party, as of any moment."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from itertools import count, pairwise

from django.db.models import Count, Exists, OuterRef, QuerySet

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
    policy_of,
    shown,
    visible_to,
)
from mingcha.domains.records.queries.tied import Tied, tied
from mingcha.standards import loader
from mingcha.standards.masking import mask
from mingcha.standards.model import Family, FieldType, Table

PAGE = 20  # facts of one family on a page; the rest by paging
UNSAID = ("chunk__root", "chunk__batch__counts", "chunk__batch__notes", "chunk__batch__sample")
AT_ONCE = 500  # facts read together for an export


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
class Opened:
    """A dossier that a viewer has opened: what the entity is known by, and which facts may be seen.

    As of T: learnt (sealed) at or before T, no higher version learnt by then, under the ties
    believed at T.
    """

    party: Party
    as_of: datetime | None
    policy: Policy
    tied: Tied

    @property
    def facts(self) -> QuerySet[Fact]:
        """The current versions of all facts tied to the party that the viewer may see."""
        seen = Fact.objects.filter(self.policy.as_q()).filter(self.tied.means)
        return then.current(seen, self.as_of)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many facts of each table there are. One query, once."""
        return dict(self.facts.values_list("dataset").annotate(n=Count("pk")).order_by())

    def page(self, families: Iterable[Family] = (), start: int = 0) -> "Dossier":
        """At most PAGE facts of some families from the `start`th on; `total` counts all."""
        facts, counts = self.facts, self.counts
        if wanted := set(families):
            counts = {t: n for t, n in counts.items() if _family(t) in wanted}
            facts = facts.filter(dataset__in=list(counts))
        rows = list(_ordered(facts)[start : start + PAGE])
        return Dossier(_entries(self, rows), sum(counts.values()))

    def all_entries(self) -> Iterator[Entry]:
        """Every fact, newest first, some hundreds at a time: for exports."""
        ordered = _ordered(self.facts)
        for start in count(0, AT_ONCE):
            rows = list(ordered[start : start + AT_ONCE])
            yield from _entries(self, rows)
            if len(rows) < AT_ONCE:
                return

    def doubtful(self) -> list[Tie]:
        """The doubtful ties, as far as the viewer may see a record behind them."""
        asked = [tie.pk for tie in self.tied.doubtful]
        if not asked:
            return []
        behind = Fact.objects.filter(self.policy.as_q(), subject=OuterRef("subject"))
        if self.as_of is not None:
            behind = behind.filter(chunk__in=then.learnt_chunks(self.as_of))
        shown = Tie.objects.filter(Exists(behind), pk__in=asked)
        return list(shown.select_related("subject")[:20])


@dataclass(frozen=True)
class Dossier:
    """A page of a dossier, newest first, and how many facts there are in all."""

    entries: Sequence[Entry]
    total: int

    def of(self, *families: Family) -> list[Entry]:
        """The entries of some families."""
        return [entry for entry in self.entries if entry.family in families]


def opened(
    account: Account,
    party: Party,
    *,
    as_of: datetime | None = None,
    policy: Policy | None = None,
) -> Opened:
    """The dossier of a party for a viewer, as of a moment (None = now).

    What may be seen is what may be seen today, unless another `policy` is given: that of then
    (queries/then.py).
    """
    return Opened(party, as_of, policy or policy_of(account), tied(party, as_of))


def _ordered(facts: QuerySet[Fact]) -> QuerySet[Fact]:
    with_file = facts.select_related("provider", "chunk__batch").defer(*UNSAID)
    return with_file.order_by("-occurred_on", "-pk")


def _family(table: str) -> Family:
    return loader.current().table(table).family


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
    rows = list(same.select_related("chunk__batch", "provider").defer(*UNSAID).order_by("-version"))
    entries = entries_of(policy_of(account), rows, {}, None)
    found = [Version(entries[-1], None, frozenset())]
    pairs = zip(pairwise(rows), pairwise(entries), strict=True)
    return [
        Version(entry, before, _changed(new.payload, old.payload))
        for (new, old), (entry, before) in pairs
    ] + found


def _changed(new: Mapping[str, str], old: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name for name in {*new, *old} if new.get(name) != old.get(name))


def _entries(within: Opened, rows: Sequence[Fact]) -> list[Entry]:
    """The facts of a dossier, with the ties by which they are in it."""
    return entries_of(within.policy, rows, within.tied.by_subject, within.as_of)


def entries_of(
    policy: Policy,
    rows: Sequence[Fact],
    ties: Mapping[int, Tie],
    as_of: datetime | None,
) -> list[Entry]:
    """Facts as entries; of the past under the names that items and providers bore then."""
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
