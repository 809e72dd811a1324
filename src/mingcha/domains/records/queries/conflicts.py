"""Where sources differ about an attribute of a party (来源冲突): the list, and all sources side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from mingcha.base.days import local_today
from mingcha.base.ledger import queries as ledger
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import organisations_under
from mingcha.domains.parties.queries import Party, authority
from mingcha.domains.parties.rules.attributes import LABELS, Attribute, How
from mingcha.domains.records.models import Conflict, Fact, Settlement
from mingcha.domains.records.queries.questions import LINK
from mingcha.domains.records.queries.sharing import Policy
from mingcha.domains.records.queries.sharing import visible_to as visible_facts
from mingcha.domains.records.queries.statements import Sources, sources_of
from mingcha.standards import loader

__all__ = [
    "HOWS",
    "Conflict",
    "Filter",
    "Sides",
    "Source",
    "conflicts",
    "counts",
    "how_label",
    "of_party",
    "sides",
    "visible_to",
]

HOWS = {
    How.ONLY: "只有一个来源",
    How.AGREED: "各来源一致",
    How.RANK: "按权威次序",
    How.NEWEST: "同级来源，按最新",
    How.HAND: "人工裁定",
}


@dataclass(frozen=True)
class Filter:
    """What a list of conflicts was asked for; every part narrows."""

    words: str = ""
    attribute: str = ""
    how: str = ""
    table: str = ""
    provider: str = ""
    region: str = ""
    since: date | None = None
    until: date | None = None


def visible_to(account: Account) -> QuerySet[Conflict]:
    """The conflicts in which a provider has a part over which the account may link."""
    if not account.holds(LINK):
        return Conflict.objects.none()
    mine = list(organisations_under(account, LINK).values_list("pk", flat=True))
    return Conflict.objects.filter(providers__overlap=mine).select_related("party")


def conflicts(account: Account, asked: Filter) -> QuerySet[Conflict]:
    """The visible conflicts that fit."""
    found = visible_to(account)
    if asked.words:
        named = Q(party__name__contains=asked.words) | Q(party__code=asked.words.upper())
        found = found.filter(named | Q(value__contains=asked.words))
    if asked.provider:
        of = Organisation.objects.filter(code=asked.provider).values_list("pk", flat=True)
        found = found.filter(providers__overlap=list(of))
    if asked.table:
        found = found.filter(tables__contains=[asked.table])
    if asked.region:
        prefix = asked.region.removesuffix("00").removesuffix("00")
        found = found.filter(party__region__startswith=prefix)
    for name, value in (
        ("attribute", asked.attribute),
        ("how", asked.how),
        ("since__date__gte", asked.since),
        ("since__date__lte", asked.until),
    ):
        if value:
            found = found.filter(**{name: value})
    return found


def counts(account: Account) -> dict[str, int]:
    """How many visible conflicts there are of each attribute. One query."""
    rows = visible_to(account).order_by().values_list("attribute").annotate(n=Count("pk"))
    return dict(rows)


@dataclass(frozen=True)
class Source:
    """What one source says of an attribute now, how far it is trusted, and whether it counts."""

    fact: int
    value: str
    table: str
    provider: Organisation
    rank: int | None
    basis: str
    learnt_at: datetime | None
    counts: bool
    differs: bool


@dataclass(frozen=True)
class Sides:
    """All sources of one attribute of a party, the most authoritative first, and why one counts."""

    attribute: Attribute
    how: How | None
    sources: Sequence[Source]
    settlements: Sequence[Settlement]

    @property
    def label(self) -> str:
        """The attribute's Chinese name."""
        return LABELS[self.attribute]


def sides(account: Account, party: Party, attribute: Attribute) -> Sides:
    """The sources of an attribute that the account may see, side by side."""
    ranks = authority.ranks(local_today())
    sources = sources_of([party.pk], ranks).get(party.pk, Sources())
    settled = sources.settled(attribute, ranks)
    said = [one for one in sources.current() if one.values.get(attribute)]
    seen = visible_facts(account).filter(pk__in=[one.fact for one in said])
    facts = {fact.pk: fact for fact in seen.select_related("provider", "chunk")}
    learnt = ledger.learnt_times({fact.chunk.act_id for fact in facts.values()})
    bases = {
        (row.table, row.department): row.basis
        for row in authority.authorities(on=local_today()).filter(attribute=attribute.value)
    }
    rivals = {one.order for one in settled.rivals} if settled else set()
    rows = []
    for one in said:
        fact = facts.get(one.fact)
        if fact is None:
            continue
        rank = authority.rank_of(ranks, attribute.value, one.table, one.department)
        rows.append(
            Source(
                fact=one.fact, value=one.values[attribute], table=_label(one.table),
                provider=fact.provider, rank=rank,
                basis=bases.get((one.table, one.department), bases.get((one.table, ""), "")),
                learnt_at=learnt.get(fact.chunk.act_id),
                counts=settled is not None and settled.chosen.order == one.fact,
                differs=one.fact in rivals,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (not row.counts, row.rank or 100, -row.fact))
    made = Settlement.objects.filter(party=party, attribute=attribute.value)
    made = made.select_related("by", "ended_by", "provider")
    return Sides(attribute, settled.how if settled else None, rows, list(made))


def of_party(policy: Policy, party: Party) -> list[Conflict]:
    """The conflicts of a party, with only those rivals that the viewer may see."""
    found = list(Conflict.objects.filter(party=party).order_by("attribute"))
    rivals = {int(rival[1]) for one in found for rival in one.rivals}
    seen = set(Fact.objects.filter(policy.as_q(), pk__in=rivals).values_list("pk", flat=True))
    for one in found:
        one.rivals = [rival for rival in one.rivals if int(rival[1]) in seen]
    return [one for one in found if one.rivals]


def how_label(how: str) -> str:
    """Why a value counts, in words."""
    return HOWS[How(how)]


def _label(table: str) -> str:
    return loader.current().table(table).label
