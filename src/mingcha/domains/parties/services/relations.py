"""Keep how entities stand to one another (主体关系): as records tell it, or as a person states it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from mingcha.base.days import local_today, utc_now
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.people.models import Account
from mingcha.domains.parties.errors import RelationRefused
from mingcha.domains.parties.models import Identifier, Party, Relation
from mingcha.standards import loader

LINK = "records.link"
RECORD = "parties.relation"
KINDS = "party_relation"


@dataclass(frozen=True)
class Told:
    """A relation as one record tells it now. `record` names the record in all its versions."""

    record: str
    fact_id: int
    party: int
    other: int
    kind: str
    since: date
    until: date | None


def keep_told(rows: Sequence[Told], *, gone: Iterable[str] = ()) -> None:
    """Keep relations as the records tell them; `gone` are records that were withdrawn."""
    records = [row.record for row in rows]
    Relation.objects.filter(record__in=[*records, *gone]).delete()
    latest = {row.record: row for row in rows if row.party != row.other}
    Relation.objects.bulk_create(
        Relation(
            record=row.record, fact_id=row.fact_id, party_id=row.party, other_id=row.other,
            kind=row.kind, since=row.since, until=row.until,
        )
        for row in latest.values()
    )  # fmt: skip


def holders(codes: Iterable[str]) -> dict[str, int]:
    """The parties that bear unified social credit codes, by code; one that went on counts as the other."""
    found = Identifier.objects.filter(scheme="uscc", value__in=list(codes)).select_related("party")
    return {one.value: one.party.merged_into_id or one.party_id for one in found}


@dataclass(frozen=True)
class Stated:
    """A relation that a person states: of `party` to `other`, with the reason or document."""

    party: Party
    other: Party
    kind: str
    since: date
    until: date | None
    reason: str


@transaction.atomic
def relate(said: Stated, *, actor: Account) -> Relation:
    """State how two entities stand to one another (登记主体关系). Leaves one act. Both keep their dossier.

    Raises NotAllowed or RelationRefused.
    """
    if not actor.holds(LINK):
        raise NotAllowed(right=LINK)
    if why := _why_not(said):
        raise RelationRefused(why=why)
    made = Relation.objects.create(
        party=said.party, other=said.other, kind=said.kind, since=said.since, until=said.until,
        reason=said.reason.strip()[:500], by_id=actor.pk,
    )  # fmt: skip
    ledger.act(actor, "登记主体关系", (RECORD, str(made.pk)), content=content_of(made))
    return made


@transaction.atomic
def end_relation(relation: Relation, *, reason: str, actor: Account) -> None:
    """Take back a relation that a person stated (撤销主体关系); it stays visible. Leaves one act.

    Raises NotAllowed or RelationRefused.
    """
    if not actor.holds(LINK):
        raise NotAllowed(right=LINK)
    locked = Relation.objects.select_for_update().get(pk=relation.pk)
    if locked.fact_id is not None:
        raise RelationRefused(why="它来自报送的记录，须由报送单位更正或撤回")
    if locked.ended_at is not None or not reason.strip():
        raise RelationRefused(why="已经撤销" if locked.ended_at else "撤销须写明理由")
    locked.ended_at, locked.ended_by_id = utc_now(), actor.pk
    locked.ended_reason = reason.strip()[:500]
    locked.save(update_fields=["ended_at", "ended_by_id", "ended_reason"])
    ledger.act(actor, "撤销主体关系", (RECORD, str(locked.pk)), content=content_of(locked))


def _why_not(said: Stated) -> str:
    """What is wrong with a stated relation, in words; "" for nothing."""
    if said.kind not in loader.current().code_table(KINDS).labels:
        return "没有这种关系"
    if said.party.pk == said.other.pk:
        return "两个对象是同一个"
    if not said.reason.strip():
        return "没有写明依据"
    if said.since > local_today():
        return "开始日期在今天之后"
    if said.until is not None and said.until < said.since:
        return "终止日期早于开始日期"
    same = Relation.objects.filter(
        party=said.party, other=said.other, kind=said.kind, since=said.since, ended_at__isnull=True
    )
    return "同样的关系已经登记" if same.exists() else ""


def content_of(one: Relation) -> Mapping[str, Json]:
    """What an act says a stated relation is."""
    return {
        "party": one.party_id,
        "other": one.other_id,
        "kind": one.kind,
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else "",
        "reason": one.reason,
        "by": one.by_id or 0,
        "stands": one.ended_at is None,
        "ended_reason": one.ended_reason,
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every stated relation, for `verify`; those of records are held by their facts."""
    for one in Relation.objects.filter(fact_id__isnull=True).order_by("pk").iterator(500):
        yield str(one.pk), digest_of(content_of(one))
