"""Fill parties anew from what sources say, note where they differ, and settle that by hand (一数一源)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from mingcha.base.days import local_today, utc_now
from mingcha.base.jobs import defer
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.people.models import Account
from mingcha.domains.parties import services as parties
from mingcha.domains.parties.queries import Party, authority
from mingcha.domains.parties.queries.authority import Ranks
from mingcha.domains.parties.rules.attributes import Attribute, Settled
from mingcha.domains.records.errors import DecisionReasonMissing, SettlementRefused
from mingcha.domains.records.models import Conflict, Fact, Settlement
from mingcha.domains.records.queries.statements import Sources, sources_of
from mingcha.domains.records.services.links.deciding import require_over

JOB, QUEUE_LOCK = "records.refill", "records:refill"
RECORD = "records.settlement"
TAKE = """
    DELETE FROM records_staleparty WHERE party_id IN (
        SELECT party_id FROM records_staleparty ORDER BY party_id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING party_id
"""
OF_TABLE = """
    INSERT INTO records_staleparty (party_id)
    SELECT DISTINCT t.party_id FROM records_tie t JOIN records_fact f ON f.subject_id = t.subject_id
    WHERE f.dataset = %s AND t.until IS NULL AND NOT t.is_doubtful
    ON CONFLICT DO NOTHING
"""
OF_SUBJECTS = """
    INSERT INTO records_staleparty (party_id)
    SELECT DISTINCT party_id FROM records_tie
    WHERE subject_id = ANY(%s) AND until IS NULL AND NOT is_doubtful
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def refill_some(most: int) -> int:
    """Fill the next parties that are stale, in bulk. Returns how many there were. Safe to run twice."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [most])
        stale = [party for (party,) in cursor.fetchall()]
    if stale:
        refill(stale)
    return len(stale)


@transaction.atomic
def refill(stale: Collection[int]) -> None:
    """Fill some parties anew, and note where their sources differ."""
    ranks = authority.ranks(local_today())
    found = sources_of(stale, ranks)
    fillings, conflicts = [], []
    for party in stale:
        sources = found.get(party, Sources())
        settled = {a: one for a in Attribute if (one := sources.settled(a, ranks)) is not None}
        fillings.append(_filling(party, sources, settled))
        conflicts += [
            _conflict(party, attribute, one, sources, ranks)
            for attribute, one in settled.items()
            if one.rivals
        ]
    parties.fill(fillings)
    _keep(stale, conflicts)


def _filling(party: int, sources: Sources, settled: Mapping[Attribute, Settled]) -> parties.Filling:
    values = {attribute: one.chosen.value for attribute, one in settled.items()}
    name = settled.get(Attribute.NAME)
    others = [one for one in sources.names() if one != values.get(Attribute.NAME)]
    return parties.Filling(
        party, values, others, sources.is_registered(), name.chosen.order if name else None
    )


def _conflict(
    party: int, attribute: Attribute, settled: Settled, sources: Sources, ranks: Ranks
) -> Conflict:
    by_fact = {one.fact: one for one in sources.current()}
    rivals = [
        [one.value, one.order, by_fact[one.order].table, by_fact[one.order].provider, one.rank]
        for one in settled.rivals
    ]
    chosen = by_fact[settled.chosen.order]
    return Conflict(
        party_id=party, attribute=attribute.value, value=settled.chosen.value[:600],
        fact_id=settled.chosen.order, how=settled.how.value, rivals=rivals,
        tables=sorted({chosen.table, *(str(rival[2]) for rival in rivals)}),
        providers=sorted({chosen.provider, *(_number(rival[3]) for rival in rivals)}),
        since=utc_now(),
    )  # fmt: skip


def _number(value: Any) -> int:
    return int(value)


def _keep(stale: Collection[int], conflicts: Sequence[Conflict]) -> None:
    """Write the conflicts of some parties; one that was there before keeps its time."""
    there: dict[tuple[int, str], datetime] = {
        (party, attribute): since
        for party, attribute, since in Conflict.objects.filter(party__in=stale).values_list(
            "party", "attribute", "since"
        )
    }
    for one in conflicts:
        one.since = there.get((one.party_id, one.attribute), one.since)
    Conflict.objects.filter(party__in=stale).delete()
    Conflict.objects.bulk_create(conflicts)


def note_stale_table(table: str) -> None:
    """Every party of which a table says something is to be filled anew: a source's place has changed."""
    with connection.cursor() as cursor:
        cursor.execute(OF_TABLE, [table])


def note_stale_subjects(subjects: Collection[int]) -> None:
    """The parties that some subjects mean are to be filled anew: their records have changed."""
    if subjects:
        with connection.cursor() as cursor:
            cursor.execute(OF_SUBJECTS, [sorted(subjects)])


def refill_soon() -> None:
    """Have stale parties filled by a job, once the present transaction commits."""
    defer(JOB, lock=QUEUE_LOCK)


@transaction.atomic
def settle_by_hand(
    party: Party, attribute: Attribute, fact: Fact, *, reason: str, actor: Account
) -> Settlement:
    """Decide which source counts for an attribute of a party (裁定来源冲突). Leaves one act.

    It holds as long as that record says the same. What was overridden stays visible. Needs the right
    over every provider that differs. Raises DecisionReasonMissing, SettlementRefused, NotAllowed or
    OtherProviders.
    """
    if not reason.strip():
        raise DecisionReasonMissing(deed="裁定")
    sources = sources_of([party.pk], authority.ranks(local_today())).get(party.pk, Sources())
    said = next((one for one in sources.current() if one.fact == fact.pk), None)
    if said is None or not said.values.get(attribute):
        raise SettlementRefused(label=authority.label_of(attribute))
    _require(actor, party, attribute, fact)
    _end(party, attribute, actor, reason="另行裁定")
    made = Settlement.objects.create(
        party=party, attribute=attribute.value, value=said.values[attribute][:600],
        provider_id=said.provider, dataset=said.table, source_key=said.source_key,
        reason=reason.strip()[:500], by=actor, at=utc_now(),
    )  # fmt: skip
    ledger.act(actor, "裁定来源冲突", (RECORD, str(made.pk)), content=content_of(made))
    refill([party.pk])
    return made


@transaction.atomic
def take_back(settlement: Settlement, *, reason: str, actor: Account) -> None:
    """Let the rule decide again (撤回裁定). Leaves one act. Raises as `settle_by_hand`."""
    if not reason.strip():
        raise DecisionReasonMissing(deed="撤回裁定")
    attribute = Attribute(settlement.attribute)
    fact = Fact.objects.filter(
        provider=settlement.provider_id,
        dataset=settlement.dataset,
        source_key=settlement.source_key,
    ).latest("version")
    _require(actor, settlement.party, attribute, fact)
    _end(settlement.party, attribute, actor, reason=reason)
    refill([settlement.party_id])


def _require(actor: Account, party: Party, attribute: Attribute, fact: Fact) -> None:
    """The right over every provider that says something of the attribute."""
    conflict = Conflict.objects.filter(party=party, attribute=attribute.value).first()
    facts = {fact.pk, *(int(rival[1]) for rival in conflict.rivals)} if conflict else {fact.pk}
    if conflict is not None:
        facts.add(conflict.fact_id)
    subjects = Fact.objects.filter(pk__in=facts).values_list("subject", flat=True)
    require_over(actor, subjects=set(subjects.exclude(subject=None)))


def _end(party: Party, attribute: Attribute, actor: Account, *, reason: str) -> None:
    standing = Settlement.objects.select_for_update().filter(
        party=party, attribute=attribute.value, ended_at__isnull=True
    )
    for one in standing:
        one.ended_at, one.ended_by, one.ended_reason = utc_now(), actor, reason.strip()[:500]
        one.save(update_fields=["ended_at", "ended_by", "ended_reason"])
        ledger.act(actor, "终止裁定", (RECORD, str(one.pk)), content=content_of(one))


def content_of(one: Settlement) -> Mapping[str, Json]:
    """What an act says a settlement is."""
    return {
        "party": one.party_id,
        "attribute": one.attribute,
        "value": one.value,
        "record": [one.provider_id, one.dataset, one.source_key],
        "reason": one.reason,
        "by": one.by_id,
        "stands": one.ended_at is None,
        "ended_reason": one.ended_reason,
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every settlement, for `verify`."""
    for one in Settlement.objects.order_by("pk").iterator(500):
        yield str(one.pk), digest_of(content_of(one))
