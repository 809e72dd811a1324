"""Decisions about ties (关联决定): the list, one with what it changed, and what undoing it would change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account
from mingcha.base.people.queries import organisations_under
from mingcha.domains.parties.queries import Party, gone_into
from mingcha.domains.records.models import Decision, DecisionKind, Fact, Pin, Subject, Tie
from mingcha.domains.records.queries import naming
from mingcha.domains.records.queries.beliefs import (
    component,
    name_fields,
    one_spelling,
    wanted_of,
)
from mingcha.domains.records.queries.questions import LINK
from mingcha.domains.records.rules.beliefs import roots
from mingcha.standards.masking import mask

RECORDS = 50  # of a subject, looked through for the one that was decided about


@dataclass(frozen=True)
class Filter:
    """What a list of decisions was asked for; every part narrows."""

    words: str = ""
    kind: str = ""
    standing: str = ""  # "yes", "no" or "" for both
    unit: str = ""
    since: date | None = None
    until: date | None = None


def visible_to(account: Account) -> QuerySet[Decision]:
    """The decisions made in the bodies over which the account may link, or about their records."""
    if not account.holds(LINK):
        return Decision.objects.none()
    mine = organisations_under(account, LINK).values("pk")
    about = Fact.objects.filter(subject=OuterRef("subject"), provider__in=mine)
    moved = Tie.objects.filter(Exists(about), decision=OuterRef("pk"))
    found = Decision.objects.filter(Q(unit__in=mine) | Exists(moved))
    return found.select_related(
        "party", "other", "subject", "by", "unit", "undoes", "undone", "case"
    ).prefetch_related("pins")


def decisions(account: Account, asked: Filter) -> QuerySet[Decision]:
    """The visible decisions that fit, each with `moved` (ties that it wrote)."""
    found = visible_to(account)
    if asked.words:
        found = found.filter(
            Q(party__name__contains=asked.words) | Q(other__name__contains=asked.words)
            | Q(subject__name__contains=asked.words) | Q(party__code=asked.words)
            | Q(other__code=asked.words)
        )  # fmt: skip
    if asked.standing == "yes":
        found = found.filter(undone__isnull=True).exclude(kind=DecisionKind.UNDO)
    elif asked.standing == "no":
        found = found.filter(undone__isnull=False)
    for name, value in (
        ("kind", asked.kind),
        ("unit__code", asked.unit),
        ("at__date__gte", asked.since),
        ("at__date__lte", asked.until),
    ):
        if value:
            found = found.filter(**{name: value})
    return found.annotate(moved=Count("ties"))


def decision_for(account: Account, number: int) -> Decision:
    """The one door to a decision. Raises NotFound for missing and hidden alike."""
    found = visible_to(account).filter(pk=number).first()
    if found is None:
        raise NotFound(what="关联决定", key=number)
    return found


def of_party(party: Party) -> list[Decision]:
    """The merges and splits that a party was part of, newest first: for its dossier."""
    kinds = (DecisionKind.MERGE, DecisionKind.SPLIT)
    about = Decision.objects.filter(Q(party=party) | Q(other=party), kind__in=kinds)
    return list(about.select_related("party", "other", "by", "unit", "undone").order_by("-pk")[:20])


def in_words(decision: Decision) -> str:
    """What was decided, in one sentence; what identifies a person is masked."""
    party = naming.name_of(decision.party) if decision.party else ""
    other = naming.name_of(decision.other) if decision.other else ""
    said = _called(decision, decision.subject) if decision.subject else ""
    match decision.kind:
        case DecisionKind.ACCEPT:
            return f"“{said}”就是“{party}”"
        case DecisionKind.REFUSE:
            return f"“{said}”不是“{party}”"
        case DecisionKind.OWN:
            return f"“{said}”是另一个对象"
        case DecisionKind.MERGE:
            return f"“{other}”并入“{party}”"
        case DecisionKind.SPLIT:
            return f"从“{party}”拆出“{other}”"
        case _:
            return f"撤销第 {decision.undoes_id} 号决定"


def _called(decision: Decision, subject: Subject) -> str:
    """What the record decided about calls whom it concerns; its own name, where that alone is meant."""
    says = next((pin.says for pin in decision.pins.all() if pin.says), "")
    if says:
        for dataset, payload in (
            Fact.objects.filter(subject=subject).order_by("-pk").values_list("dataset", "payload")
        )[:RECORDS]:
            name = str(payload.get(name_fields().get(dataset, ""), ""))
            if name and one_spelling(name)[: len(says)] == says:
                return mask(name, "name") if subject.scheme in naming.PERSONS else name
    return naming.subject_name(subject)


def state_of(decision: Decision) -> tuple[str, str]:
    """Whether it stands: (word, tone)."""
    if decision.kind == DecisionKind.UNDO:
        return "已执行", "plain"
    return ("已撤销", "todo") if hasattr(decision, "undone") else ("有效", "done")


@dataclass(frozen=True)
class Change:
    """What became, or would become, of the ties of one subject or record."""

    subject: Subject
    fact: int | None
    before: str  # names of parties, the firm one first; doubtful ones in brackets
    after: str
    records: int


def changes(decision: Decision) -> list[Change]:
    """What a decision changed when it was made, by subject."""
    gone = Tie.objects.filter(closed_by=decision.writing_id)
    made = Tie.objects.filter(decision=decision)
    touched = set(made.values_list("subject", flat=True))
    touched |= {*gone.filter(subject__in=_named(decision)).values_list("subject", flat=True)}
    gone = gone.filter(subject__in=touched).exclude(writing=decision.writing_id)
    before = _by_place(gone.values_list("subject", "fact_id", "party", "rank"))
    after = _by_place(made.values_list("subject", "fact_id", "party", "rank"))
    return _told(before, after)


def changes_if_undone(decision: Decision) -> list[Change]:
    """What undoing a decision now would change; later decisions stay."""
    joins = list(decision.joins.all())
    ends = {party for join in joins for party in (join.loser_id, join.winner_id)}
    moved, gone = _without(decision, ends)
    subjects = _named(decision)
    subjects |= {*Tie.objects.filter(party__in=moved).values_list("subject", flat=True)}
    subjects |= {*Pin.objects.filter(party__in=moved).values_list("subject", flat=True)}
    standing = Tie.objects.filter(subject__in=subjects, until__isnull=True)
    before = _by_place(standing.values_list("subject", "fact_id", "party", "rank"))
    would = wanted_of(subjects, without=decision.pk, gone=gone or {}, around=moved)
    after = _by_place((w.subject, w.fact, w.belief.party, w.belief.rank) for w in would)
    return _told(before, after)


def _named(decision: Decision) -> set[int]:
    pins = decision.pins.values_list("subject", flat=True)
    return {*pins, *decision.bars.values_list("subject", flat=True)}


def _without(
    decision: Decision, ends: Collection[int]
) -> tuple[set[int], Mapping[int, int] | None]:
    """The parties that would move without a decision, and where those around would have gone."""
    if not ends:
        return set(), None
    around, joins = component(set(ends))
    before = gone_into(around)
    without = roots((j.loser_id, j.winner_id) for j in joins if j.decision_id != decision.pk)
    return {p for p in around if before.get(p) != without.get(p)}, without


Place = tuple[int, int | None]


def _by_place(
    rows: Iterable[tuple[int, int | None, int, int]],
) -> dict[Place, list[tuple[int, int]]]:
    found: dict[Place, list[tuple[int, int]]] = {}
    for subject, fact, party, rank in rows:
        found.setdefault((subject, fact), []).append((rank, party))
    return found


def _told(
    before: Mapping[Place, Sequence[tuple[int, int]]],
    after: Mapping[Place, Sequence[tuple[int, int]]],
) -> list[Change]:
    places = sorted({*before, *after}, key=str)
    places = [p for p in places if sorted(before.get(p, ())) != sorted(after.get(p, ()))]
    subjects = Subject.objects.in_bulk({subject for subject, _ in places})
    ids = {party for several in (*before.values(), *after.values()) for _, party in several}
    names = {pk: naming.name_of(party) for pk, party in Party.objects.in_bulk(ids).items()}
    counted = Fact.objects.filter(subject__in=subjects).values("subject").annotate(n=Count("pk"))
    records = {row["subject"]: row["n"] for row in counted}
    return [
        Change(
            subjects[subject], fact, _words(before.get((subject, fact), ()), names, fact),
            _words(after.get((subject, fact), ()), names, fact),
            1 if fact else records.get(subject, 0),
        )
        for subject, fact in places
    ]  # fmt: skip


def _words(ties: Sequence[tuple[int, int]], names: Mapping[int, str], fact: int | None) -> str:
    firm = [names[party] for rank, party in ties if rank == 0]
    doubtful = [f"（可能）{names[party]}" for rank, party in sorted(ties) if rank > 0]
    return "、".join([*firm, *doubtful]) or ("随记录主体" if fact else "—")
