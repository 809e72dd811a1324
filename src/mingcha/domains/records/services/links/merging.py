"""Two parties are one, or one is really two (合并、拆分)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from mingcha.base.people.models import Account
from mingcha.domains.parties import services as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.parties.rules import is_uscc
from mingcha.domains.records.errors import (
    CodesContradict,
    GoneInto,
    KindsDiffer,
    NothingLeft,
    NothingToSplit,
    SameParty,
)
from mingcha.domains.records.models import Decision, DecisionKind, Fact, Join, Pin, Tie
from mingcha.domains.records.queries.beliefs import name_fields, one_spelling
from mingcha.domains.records.services.links.deciding import Effects, Told, keep, require_reason
from mingcha.domains.records.services.links.writing import writing

PERSON = "2"


def merge(
    loser: Party, winner: Party, *, reason: str, actor: Account, despite_codes: bool = False
) -> Decision:
    """Decide that two parties are one (合并): `loser` goes into `winner`. Leaves one act.

    Needs the right over every provider whose records move. `despite_codes`: it was confirmed that two
    valid credit codes belong to one entity. Raises DecisionReasonMissing, SameParty, GoneInto,
    KindsDiffer, CodesContradict, NotAllowed or OtherProviders.
    """
    require_reason(reason, deed="合并")
    with writing(actor, "合并监管对象", exclusive=True) as pen:
        loser, winner = _alive(loser), _alive(winner)
        if loser.pk == winner.pk:
            raise SameParty(deed="合并")
        if loser.kind != winner.kind and loser.is_registered and winner.is_registered:
            raise KindsDiffer(one=shown(loser), other=shown(winner))
        if not despite_codes and _codes_contradict(loser, winner):
            raise CodesContradict(one=shown(loser), other=shown(winner))
        effects = Effects(joins=[Join(loser=loser, winner=winner)])
        told = Told(DecisionKind.MERGE, effects, party=winner, other=loser, reason=reason)
        return keep(pen, told, actor=actor)


@dataclass(frozen=True)
class Cut:
    """What is to be split off a party: whole subjects, or single records (facts, in all versions).

    `by_name`: records of the chosen ones' subjects that bear the same name go along, future ones
    too. `to` is where they go; without one, a party of their own called `name`.
    """

    subjects: Sequence[int] = ()
    facts: Sequence[int] = ()
    by_name: bool = False
    to: Party | None = None
    name: str = ""


def split(party: Party, cut: Cut, *, reason: str, actor: Account) -> Decision:
    """Decide that some of a party's records mean another (拆分). Leaves one act.

    Raises DecisionReasonMissing, GoneInto, SameParty, NothingToSplit, NothingLeft, NotAllowed or
    OtherProviders.
    """
    require_reason(reason, deed="拆分")
    with writing(actor, "拆分监管对象", exclusive=True) as pen:
        party = _alive(party)
        subjects, facts = _own_subjects(party, cut), _own_facts(party, cut)
        if not subjects and not facts:
            raise NothingToSplit
        if cut.to is None and _is_all(party, subjects):
            raise NothingLeft
        to = _target(party, cut, subjects, facts)
        pins = [Pin(subject_id=tie.subject_id, party=to) for tie in subjects]
        pins += _pins(facts, to, by_name=cut.by_name)
        told = Told(DecisionKind.SPLIT, Effects(pins=pins), party=party, other=to, reason=reason)
        return keep(pen, told, actor=actor)


def shown(party: Party) -> str:
    """A party in a refusal, by name and code, since names may be alike; of a person the family name."""
    if party.kind == PERSON:
        return party.name[:1] + "＊"
    return f"{party.name}（{party.code}）" if party.code else party.name


def _alive(party: Party) -> Party:
    """The party as it is now. Raises GoneInto."""
    now = Party.objects.select_related("merged_into").get(pk=party.pk)
    if now.merged_into is not None:
        raise GoneInto(name=shown(now), into=shown(now.merged_into))
    return now


def _codes_contradict(one: Party, other: Party) -> bool:
    codes = [{i.value for i in p.identifiers.filter(scheme="uscc")} for p in (one, other)]
    valid = [{code for code in several if is_uscc(code)} for several in codes]
    return bool(valid[0] and valid[1] and not valid[0] & valid[1])


def _own_subjects(party: Party, cut: Cut) -> list[Tie]:
    ties = Tie.objects.filter(
        subject__in=cut.subjects, party=party, until__isnull=True, is_doubtful=False,
        fact_id__isnull=True,
    )  # fmt: skip
    return list(ties.select_related("subject"))


def _own_facts(party: Party, cut: Cut) -> list[Fact]:
    """The chosen facts that mean the party now, by their subject or by themselves."""
    firm = Tie.objects.filter(until__isnull=True, is_doubtful=False)
    general = firm.filter(party=party, fact_id__isnull=True).values("subject")
    apart = firm.filter(fact_id__isnull=False)
    mine = Q(subject__in=general) & ~Q(pk__in=apart.values("fact_id"))
    mine |= Q(pk__in=apart.filter(party=party).values("fact_id"))
    return list(Fact.objects.filter(mine, pk__in=cut.facts))


def _is_all(party: Party, subjects: Sequence[Tie]) -> bool:
    left = Tie.objects.filter(party=party, until__isnull=True, is_doubtful=False)
    return not left.exclude(subject__in=[tie.subject_id for tie in subjects]).exists()


def _target(party: Party, cut: Cut, subjects: Sequence[Tie], facts: Sequence[Fact]) -> Party:
    """Where the records go: an existing party, or one of their own named as they name it."""
    if cut.to is not None:
        to = _alive(cut.to)
        if to.pk == party.pk:
            raise SameParty(deed="拆分")
        return to
    said = subjects[0].subject if subjects else None
    name = cut.name.strip() or (said.name if said else _name_of(facts[0]) if facts else "")
    return parties.establish(
        parties.Newborn(
            party.kind, name or party.name, region=said.region if said else "",
            address=said.address if said else "",
        )
    )  # fmt: skip


def _pins(facts: Sequence[Fact], to: Party, *, by_name: bool) -> list[Pin]:
    records = {(f.subject_id or 0, f.provider_id, f.dataset, f.source_key) for f in facts}
    pins = [
        Pin(subject_id=s, party=to, provider_id=p, dataset=d, source_key=k)
        for s, p, d, k in sorted(records, key=str)
    ]
    if by_name:
        names = {(f.subject_id or 0, one_spelling(_name_of(f))[:700]) for f in facts if _name_of(f)}
        pins += [Pin(subject_id=s, party=to, says=says) for s, says in sorted(names, key=str)]
    return pins


def _name_of(fact: Fact) -> str:
    return str(fact.payload.get(name_fields().get(fact.dataset, ""), ""))
