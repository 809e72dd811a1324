"""What a viewer could have seen at a moment of the past, and what things were called then (BEY-9).

Rights and consents come from the ledger, names from the facts and acts known by then: the answer
for a moment is the same whenever it is asked. Share levels are those of the standard in force now.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from mingcha.base.days import local_day
from mingcha.base.ledger import queries as ledger
from mingcha.base.people import then as people
from mingcha.base.people.models import Account
from mingcha.base.people.then import AccountThen
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Chunk, Fact, Subject, Tie, Writing
from mingcha.domains.records.queries.sharing import READ, Policy, tables_of
from mingcha.standards import loader
from mingcha.standards.model import RegionBy, RegisterSpec, Share

NAMELESS = "name"  # the scheme of subjects without a code
NOTHING = Policy(frozenset(), frozenset(), frozenset(), is_official=False)


@dataclass(frozen=True)
class RightsThen:
    """The policy of a moment, and what it rests on: for the page that says so."""

    policy: Policy
    account: AccountThen

    @property
    def could_look(self) -> bool:
        """Whether the account could open dossiers at all."""
        return self.account.holds(READ)

    @property
    def consents(self) -> int:
        """How many (provider, table) others had opened to the account."""
        return len(self.policy.consented)


def rights_at(account: Account, moment: datetime) -> RightsThen:
    """What the account could see at a moment: its grants and the consents in force then."""
    known = people.account_at(account, moment)
    if not known.holds(READ):
        return RightsThen(NOTHING, known)
    numbers = {body.code: body.pk for body in known.bodies.values()}
    shared, day = tables_of(Share.SHARED), local_day(moment).isoformat()
    consented = frozenset(
        (numbers[said["provider"]], said["dataset"])
        for said in ledger.contents_at("records.consent", moment).values()
        if said["dataset"] in shared
        and _stood(said, day)
        and (not said["recipient"] or said["recipient"] in known.line)
    )
    line = known.bodies_under(READ)
    return RightsThen(Policy(tables_of(Share.PUBLIC), line, consented, is_official=True), known)


def _stood(consent: Mapping[str, str], day: str) -> bool:
    """`ConsentQuerySet.standing` over what the ledger holds of a consent."""
    begun = consent["since"] <= day <= (consent["until"] or day)
    return begun and (not consent["ends_on"] or consent["ends_on"] > day)


def learnt_chunks(as_of: datetime) -> QuerySet[Chunk]:
    """The chunks whose act was sealed at or before a moment."""
    return Chunk.objects.filter(act_id__in=ledger.learnt_by(as_of).values("pk"))


def believed(ties: QuerySet[Tie], as_of: datetime | None) -> QuerySet[Tie]:
    """Those of some ties that hold now, or that were learnt by a moment and not known to have ended."""
    if as_of is None:
        return ties.filter(until__isnull=True)
    learnt = Writing.objects.filter(act_id__in=ledger.learnt_by(as_of).values("pk")).values("pk")
    return ties.filter(Q(closed_by__isnull=True) | ~Q(closed_by__in=learnt), writing__in=learnt)


def current(facts: QuerySet[Fact], as_of: datetime | None) -> QuerySet[Fact]:
    """Those of some facts that no higher version replaces, of all there are or of those learnt by."""
    newer = Fact.objects.filter(
        provider=OuterRef("provider"),
        dataset=OuterRef("dataset"),
        source_key=OuterRef("source_key"),
        version__gt=OuterRef("version"),
    )
    if as_of is None:
        return facts.filter(~Exists(newer))
    learnt = Q(chunk__in=learnt_chunks(as_of))
    return facts.filter(learnt, ~Exists(newer.filter(learnt)))


def parties_at(found: Sequence[Party], as_of: datetime) -> dict[int, Party]:
    """Parties as the registers knew them at a moment: copies with the name, code, address of then.

    What no register had by then is named as the record that first spoke of it did. A party that
    nothing spoke of yet is absent. Two queries however many.
    """
    return {pk: party for pk, (party, _) in _made(found, as_of).items()}


def party_at(party: Party, as_of: datetime) -> Party | None:
    """One party as it was known at a moment, with whom it belonged to; None: nothing was known."""
    then, owner_code = _made([party], as_of).get(party.pk, (None, ""))
    if then is not None:
        owner = parties.by_code("uscc", [owner_code]).get(owner_code) if owner_code else None
        then.owner = parties_at([owner], as_of).get(owner.pk, owner) if owner else None
    return then


def _made(found: Sequence[Party], as_of: datetime) -> dict[int, tuple[Party, str]]:
    """Each party as it was known, and the code of whom it belonged to."""
    tied = _tied(found, as_of)
    party_of = {tie.subject_id: tie.party_id for tie in tied}
    register = {party_of[fact.subject_id or 0]: fact for fact in _register_facts(tied, as_of)}
    first = {tie.party_id: tie.subject for tie in reversed(tied)}
    made = {}
    for party in found:
        fact, subject = register.get(party.pk), first.get(party.pk)
        if fact is not None:
            spec = _registers()[fact.dataset]
            owner = fact.payload.get(spec.owner, "") if spec.owner else ""
            same = party.fact_id == fact.pk  # the record that made the register's present row
            made[party.pk] = copy(party) if same else _registered(party, spec, fact.payload), owner
        elif subject is not None:
            made[party.pk] = _unregistered(party, subject), ""
    return made


def _registers() -> dict[str, RegisterSpec]:
    """How each register table fills the register of parties."""
    tables = loader.current().tables.values()
    return {table.name: table.register_as for table in tables if table.register_as is not None}


def _register_facts(tied: Sequence[Tie], as_of: datetime) -> QuerySet[Fact]:
    """The registers' records of some subjects that stood at a moment, the deciding one last."""
    facts = Fact.objects.filter(
        dataset__in=_registers(), subject__in={tie.subject_id for tie in tied}
    )
    return current(facts.exclude(operation="d"), as_of).order_by("pk")


def known_at(found: QuerySet[Party], as_of: datetime) -> QuerySet[Party]:
    """Those of some parties that a record known at a moment spoke of."""
    ties = believed(Tie.objects.filter(party=OuterRef("pk"), is_doubtful=False), as_of)
    spoken = Fact.objects.filter(subject=OuterRef("subject"), chunk__in=learnt_chunks(as_of))
    return found.filter(Exists(ties.filter(Exists(spoken))))


def _tied(found: Sequence[Party], as_of: datetime) -> list[Tie]:
    """The firm ties of some parties at a moment, oldest first, as far as a record was known by then."""
    spoken = Fact.objects.filter(subject=OuterRef("subject"), chunk__in=learnt_chunks(as_of))
    ties = Tie.objects.filter(Exists(spoken), party__in=found, is_doubtful=False)
    return list(believed(ties, as_of).select_related("subject").order_by("since", "pk"))


def _registered(party: Party, spec: RegisterSpec, payload: Mapping[str, str]) -> Party:
    """A party as an earlier record of a register has it; of its division only what the record states."""

    def said(field: str | None) -> str:
        return payload.get(field, "") if field else ""

    then = copy(party)
    then.kind, then.subkind, then.is_registered = spec.kind, spec.subkind, True
    then.name = " ".join(said(field) for field in spec.name if said(field))
    codes = (said(fields[0]) for fields in spec.identifiers.values() if len(fields) == 1)
    then.code = next(filter(None, codes), "")
    then.address = next((said(field) for field in spec.address if said(field)), "")
    stated = (said(one.field) for one in spec.region if one.by is RegionBy.STATED)
    then.region, then.region_by = next(filter(None, stated), ""), ""
    then.industry = said(spec.industry)
    then.status, then.legal_person = said(spec.status), said(spec.legal_person)
    return then


def _unregistered(party: Party, subject: Subject) -> Party:
    """A party that no register had yet, as the first record about it named it."""
    then = copy(party)
    coded = "" if subject.scheme == NAMELESS else subject.value
    then.is_registered, then.status, then.legal_person, then.industry = False, "", "", ""
    then.name, then.code = subject.name or coded or party.name, coded
    then.address, then.region, then.region_by = subject.address, subject.region, ""
    then.owner = None
    return then


def codes_at(party: Party, as_of: datetime) -> frozenset[tuple[str, str]]:
    """The (scheme, value) by which a party was known at a moment."""
    tied = _tied([party], as_of)
    said = {(tie.subject.scheme, tie.subject.value) for tie in tied}
    for fact in _register_facts(tied, as_of):
        named = _registers()[fact.dataset].identifiers.items()
        said |= {
            (scheme, fact.payload[fields[0]])
            for scheme, fields in named
            if len(fields) == 1 and fields[0] in fact.payload
        }
    return frozenset(said)


def provider_names_at(as_of: datetime) -> dict[int, str]:
    """What every organisation was called at a moment."""
    return {pk: body.name for pk, body in people.bodies_at(as_of).items()}
