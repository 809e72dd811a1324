"""Who a party was and is (对象沿革): merged and split, renamed and moved, related, and where sources differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from mingcha.base.days import local_today
from mingcha.base.ledger import queries as ledger
from mingcha.domains.parties.queries import Party, authority, relations
from mingcha.domains.parties.queries.relations import Seen
from mingcha.domains.records.models import Conflict, Decision, Fact, Tie
from mingcha.domains.records.queries import conflicts, decisions
from mingcha.domains.records.queries.sharing import Policy
from mingcha.domains.records.queries.statements import Change, history, said_of

TRACES = """
    WITH absorbed AS (SELECT id FROM parties_party WHERE merged_into_id = %(party)s),
    mine AS (SELECT id FROM absorbed UNION ALL SELECT %(party)s),
    own AS (SELECT subject_id, fact_id FROM records_tie
            WHERE party_id = %(party)s AND until IS NULL AND NOT is_doubtful)
    SELECT EXISTS (SELECT FROM absorbed),
           EXISTS (SELECT FROM parties_relation WHERE party_id IN (SELECT id FROM mine))
           OR EXISTS (SELECT FROM parties_relation WHERE other_id IN (SELECT id FROM mine)),
           EXISTS (SELECT FROM records_decision WHERE party_id = %(party)s)
           OR EXISTS (SELECT FROM records_decision WHERE other_id = %(party)s),
           EXISTS (SELECT FROM records_conflict WHERE party_id = %(party)s),
           EXISTS (SELECT FROM own WHERE fact_id IS NOT NULL)
           OR EXISTS (SELECT FROM own JOIN records_tie apart USING (subject_id)
                      WHERE apart.fact_id IS NOT NULL AND apart.until IS NULL
                        AND NOT apart.is_doubtful)
"""


@dataclass(frozen=True)
class Known:
    """A change with who told it and when that was learnt (None: not sealed yet)."""

    change: Change
    provider: str
    learnt_at: datetime | None


@dataclass(frozen=True)
class Identity:
    """What the dossier says of who this is. `ended_on` is the day it was revoked or struck off.

    `went_to` are the parties that its records mean now, where none is left to it. `shares_code` are
    parties known by records under a code of this one (一码两用), or whose code its records bear.
    """

    changes: Sequence[Known]
    relations: Sequence[Seen]
    decisions: Sequence[Decision]
    absorbed: Sequence[Party]
    conflicts: Sequence[Conflict]
    ended_on: str
    went_to: Sequence[Party]
    shares_code: Sequence[Party]
    told_by: Mapping[int, str]


def identity(policy: Policy, party: Party) -> Identity:
    """Who a party was and is, as far as the policy's viewer may see the records that tell it."""
    visible = Fact.objects.filter(policy.as_q())
    said = said_of([party.pk], authority.ranks(local_today()))[party.pk]
    seen = visible.filter(pk__in=[one.fact for one in said])
    facts = {fact.pk: fact for fact in seen.select_related("provider", "chunk")}
    learnt = ledger.learnt_times({fact.chunk.act_id for fact in facts.values()})
    told = [one for one in said if one.fact in facts]
    changes = [
        Known(c, facts[c.fact].provider.name, learnt.get(facts[c.fact].chunk.act_id))
        for c in history(told)
    ]
    ended = next((one.ended_on for one in reversed(told) if one.is_current and one.ended_on), "")
    left = _traces(party)
    related = relations.relations_of(party) if left.related else []
    telling = [one.relation.fact_id for one in related if one.relation.fact_id is not None]
    tellers = visible.filter(pk__in=telling).values_list("pk", "provider__name")
    return Identity(
        changes=changes,
        relations=related,
        decisions=decisions.of_party(party) if left.decided else [],
        absorbed=list(Party.objects.filter(merged_into=party).order_by("pk"))
        if left.absorbed
        else [],
        conflicts=conflicts.of_party(policy, party) if left.conflicting else [],
        ended_on=ended,
        went_to=_went_to(party) if party.is_void else [],
        shares_code=_sharing_code(party) if left.apart else [],
        told_by=dict(tellers),
    )


class _Traces(NamedTuple):
    """What there is to be told of a party at all: of most there is nothing, which one query says."""

    absorbed: bool
    related: bool
    decided: bool
    conflicting: bool
    apart: bool


def _traces(party: Party) -> _Traces:
    with connection.cursor() as cursor:
        cursor.execute(TRACES, {"party": party.pk})
        return _Traces(*cursor.fetchone())


def _went_to(party: Party) -> list[Party]:
    """The parties that what once was this one's means now."""
    once = Tie.objects.filter(party=party).values("subject")
    now = Tie.objects.filter(subject__in=once, until__isnull=True, is_doubtful=False)
    return list(Party.objects.filter(pk__in=now.values("party")).exclude(pk=party.pk)[:5])


def _sharing_code(party: Party) -> list[Party]:
    """The parties whose records bear one code with records of this one, split off by a person."""
    apart = Tie.objects.filter(until__isnull=True, is_doubtful=False, fact_id__isnull=False)
    coded = apart.exclude(subject__scheme="name")
    mine = coded.filter(party=party).values("subject")
    holders = Tie.objects.filter(
        subject__in=mine, fact_id__isnull=True, until__isnull=True, is_doubtful=False
    )
    general = Tie.objects.filter(
        party=party, fact_id__isnull=True, until__isnull=True, is_doubtful=False
    )
    others = coded.filter(subject__in=general.values("subject"))
    ids = {*holders.values_list("party", flat=True), *others.values_list("party", flat=True)}
    return list(Party.objects.filter(pk__in=ids).exclude(pk=party.pk)[:5])
