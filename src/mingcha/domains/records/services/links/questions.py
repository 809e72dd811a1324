"""Decide one doubtful tie, or many that are alike (存疑关联的认定)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mingcha.base.cases.models import Case
from mingcha.base.people.models import Account
from mingcha.domains.parties import services as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.errors import NotACandidate, QuestionSettled
from mingcha.domains.records.models import (
    Bar,
    Decision,
    DecisionKind,
    Fact,
    Join,
    Pin,
    Subject,
    Tie,
)
from mingcha.domains.records.queries.beliefs import name_fields, one_spelling
from mingcha.domains.records.services.links.deciding import Effects, Told, keep
from mingcha.domains.records.services.links.pending import Question, candidates, close_askings
from mingcha.domains.records.services.links.writing import Pen, writing
from mingcha.standards import loader

OWN = "own"


def accept(
    question: Question,
    party: Party,
    *,
    reason: str = "",
    actor: Account,
    case: Case | None = None,
) -> Decision:
    """Decide that the record means this party (认定同一). Leaves one act.

    What was known from this subject alone goes into the party, with whatever else is tied to it.
    `party` is one of the candidates. Raises QuestionSettled, NotACandidate, NotAllowed or
    OtherProviders.
    """
    with _deciding(question, "认定关联", actor, case) as pen:
        if case is None:
            _held(question, party)
        return _accept(pen, question, party, reason=reason, actor=actor, case=case)


def accept_many(
    questions: Sequence[tuple[Question, Party]], *, reason: str, actor: Account
) -> list[Decision]:
    """Accept many questions in one act, each as a decision of its own that can be undone (批量认定).

    Those that were settled meanwhile are left out. Raises NotAllowed or OtherProviders.
    """
    done = []
    with writing(actor, "批量认定关联", exclusive=True) as pen:
        for question, party in questions:
            try:
                _held(question, party)
            except (QuestionSettled, NotACandidate):
                continue
            done.append(_accept(pen, question, party, reason=reason, actor=actor, case=None))
            close_askings(question)
    return done


def refuse(
    question: Question, party: Party, *, reason: str = "", actor: Account, case: Case | None = None
) -> Decision:
    """Decide that the record does not mean this party (认定不是). Leaves one act.

    The next candidate takes its place; after the last, the record stays with its own party. A single
    record that bears another's code gets a party of its own, and so do later ones of the same name.
    Raises as `accept`.
    """
    with _deciding(question, "否定关联", actor, case) as pen:
        _held(question, party)
        if question.fact is not None:
            return _of_its_own(pen, question, party, reason=reason, actor=actor, case=case)
        bars = [
            Bar(subject_id=question.subject, party_id=found) for found in _meant(question, party)
        ]
        told = Told(
            DecisionKind.REFUSE, Effects(bars=bars), question.subject, party, case=case,
            reason=reason,
        )  # fmt: skip
        return keep(pen, told, actor=actor, answers=case is not None)


def own(
    question: Question, *, reason: str = "", actor: Account, case: Case | None = None
) -> Decision:
    """Decide that the record means none of the candidates (认定为另一对象). Leaves one act.

    Raises as `accept`.
    """
    with _deciding(question, "认定为另一对象", actor, case) as pen:
        _held(question, None)
        if question.fact is not None:
            party = Tie.objects.get(pk=question.seen).party
            return _of_its_own(pen, question, party, reason=reason, actor=actor, case=case)
        firm = _firm(question.subject)
        told = Told(
            DecisionKind.OWN, Effects(pins=[Pin(subject_id=question.subject, party=firm.party)]),
            question.subject, firm.party, case=case, reason=reason,
        )  # fmt: skip
        return keep(pen, told, actor=actor, answers=case is not None)


@contextmanager
def _deciding(question: Question, verb: str, actor: Account, case: Case | None) -> Iterator[Pen]:
    """One writing for one decision; a provider that was asked and is not answering is told."""
    with writing(actor, verb, exclusive=True) as pen:
        yield pen
        if case is None:
            close_askings(question)


def _held(question: Question, party: Party | None) -> None:
    """Refuse what is no longer so. Raises QuestionSettled or NotACandidate."""
    Subject.objects.select_for_update().get(pk=question.subject)
    standing = candidates(question)
    if not standing:
        raise QuestionSettled(what="已有认定，不再存疑")
    if standing[0].pk != question.seen:
        raise QuestionSettled(what="候选对象或证据有变化")
    if party is not None and party.pk not in {tie.party_id for tie in standing}:
        raise NotACandidate


def _firm(subject: int) -> Tie:
    rows = Tie.objects.filter(
        subject=subject, fact_id__isnull=True, is_doubtful=False, until__isnull=True
    )
    return rows.select_related("party").get()


def _meant(question: Question, party: Party) -> list[int]:
    """The candidates as the machine found them that stand for a party now: it, or what went into it."""
    found = Tie.objects.filter(
        subject=question.subject, fact_id=question.fact, is_doubtful=True, decision__isnull=True
    )
    meant = found.filter(party__merged_into=party) | found.filter(party=party)
    return sorted({*meant.values_list("party", flat=True)})


def _accept(
    pen: Pen, question: Question, party: Party, *, reason: str, actor: Account, case: Case | None
) -> Decision:
    firm = _firm(question.subject)
    if question.fact is not None:
        effects = Effects(pins=[_by_name(question, party)])
    else:
        effects = Effects(pins=[Pin(subject_id=question.subject, party=party)])
        if firm.how == OWN and not firm.party.is_registered and firm.party_id != party.pk:
            effects.joins.append(Join(loser=firm.party, winner=party))
    told = Told(
        DecisionKind.ACCEPT, effects, question.subject, party, case=case, reason=reason,
        other=firm.party if effects.joins else None,
    )  # fmt: skip
    return keep(pen, told, actor=actor, answers=case is not None)


def _of_its_own(
    pen: Pen, question: Question, party: Party, *, reason: str, actor: Account, case: Case | None
) -> Decision:
    """A record that bears another's code goes, with all of its name, to a party of its own."""
    fact = Fact.objects.get(pk=question.fact or 0)
    subject = loader.current().table(fact.dataset).subject
    name = str(fact.payload.get(subject.name or "", "")) if subject else ""
    region = str(fact.payload.get(subject.region or "", "")) if subject else ""
    address = ""
    if subject is not None:
        address = next((fact.payload[f] for f in subject.address if fact.payload.get(f)), "")
    other = parties.establish(parties.Newborn(party.kind, name, region=region, address=address))
    told = Told(
        DecisionKind.SPLIT, Effects(pins=[_by_name(question, other)]), question.subject, party,
        other=other, case=case, reason=reason,
    )  # fmt: skip
    return keep(pen, told, actor=actor, answers=case is not None)


def _by_name(question: Question, party: Party) -> Pin:
    """The records of a subject that bear the name of this one are the party, future ones too."""
    fact = Fact.objects.get(pk=question.fact or 0)
    field = name_fields().get(fact.dataset, "")
    name = str(fact.payload.get(field, ""))
    return Pin(subject_id=question.subject, party=party, says=one_spelling(name)[:700])
