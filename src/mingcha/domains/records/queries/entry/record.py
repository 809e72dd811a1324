"""One entered record as its page shows it: fields as far as the viewer may see, versions, reasons."""

from collections.abc import Sequence
from dataclasses import dataclass

from mingcha.base.people.models import Account
from mingcha.domains.parties.queries import names_of
from mingcha.domains.parties.queries import visible_to as parties_visible_to
from mingcha.domains.records.models import Entry, Fact, Operation, Refusal, Tie
from mingcha.domains.records.queries.dossier import label_of
from mingcha.domains.records.queries.entry.filling import written
from mingcha.domains.records.queries.entry.standing import versions_of
from mingcha.domains.records.queries.sharing import policy_of, shown
from mingcha.standards import loader
from mingcha.standards.form import sections
from mingcha.standards.model import FieldType


@dataclass(frozen=True)
class Part:
    """Fields that belong together, as the tag facts draws them."""

    label: str
    facts: Sequence[dict[str, object]]


@dataclass(frozen=True)
class Record:
    """An entered record. `party` is the dossier it stands in, `waits` why it is not in yet."""

    parts: Sequence[Part]
    versions: Sequence[Entry]
    fact_id: int | None
    is_withdrawn: bool
    version: int
    party: dict[str, str] | None
    waits: Sequence[str]


def record(account: Account, entry: Entry) -> Record:
    """The record of an entry, in its latest version."""
    latest = _latest(entry)
    fact = latest if latest is not None and latest.operation != Operation.DELETE else None
    refusal = Refusal.objects.filter(batch=entry.batch_id, row=entry.row).first()
    payload = fact.payload if fact is not None else _last_said(entry)
    return Record(
        parts=_parts(account, entry, payload),
        versions=versions_of(entry),
        fact_id=latest.pk if latest is not None else None,
        is_withdrawn=latest is not None and latest.operation == Operation.DELETE,
        version=latest.version if latest is not None else 0,
        party=_party(account, latest),
        waits=[r["reason"] for r in refusal.reasons]
        if refusal is not None and fact is None
        else [],
    )


def _latest(entry: Entry) -> Fact | None:
    facts = Fact.objects.filter(
        provider=entry.provider, dataset=entry.table, source_key=entry.source_key
    )
    return facts.select_related("subject").order_by("-version").first()


def _last_said(entry: Entry) -> dict[str, str]:
    """What a record said before it was withdrawn, or says while it waits."""
    facts = Fact.objects.filter(
        provider=entry.provider, dataset=entry.table, source_key=entry.source_key
    ).exclude(operation=Operation.DELETE)
    last = facts.order_by("-version").first()
    if last is not None:
        return dict(last.payload)
    refusal = Refusal.objects.filter(batch=entry.batch_id, row=entry.row).first()
    return {k: v for k, v in refusal.raw.items() if v} if refusal is not None else {}


def _parts(account: Account, entry: Entry, payload: dict[str, str]) -> list[Part]:
    table = loader.current().table(entry.table)
    near = policy_of(account).near(entry.provider_id)
    said = {one.field: one for one in shown(table, payload, near)}
    named = written(table, {n: o.value for n, o in said.items() if _is_pointer(o.spec.type)})
    parts = []
    for section in sections(table):
        facts: list[dict[str, object]] = [
            {
                "label": said[name].spec.label,
                "value": named.get(name) or label_of(said[name]),
                "masked": said[name].is_masked,
            }
            for name in (*section.fields, *section.more)
            if name in said
        ]
        if facts:
            parts.append(Part(section.label, facts))
    return parts


def _is_pointer(kind: FieldType) -> bool:
    return kind in {FieldType.ITEM, FieldType.REGION}


def _party(account: Account, fact: Fact | None) -> dict[str, str] | None:
    """The dossier that the record stands in, if it is tied firmly and the viewer may find it."""
    if fact is None or fact.subject_id is None:
        return None
    tie = Tie.objects.filter(subject=fact.subject_id, until__isnull=True, is_doubtful=False).first()
    if tie is None:
        return None
    party = parties_visible_to(account).filter(pk=tie.party_id).first()
    if party is None:
        return None
    return {"number": party.public_id, "name": names_of([party.pk])[party.pk]}
