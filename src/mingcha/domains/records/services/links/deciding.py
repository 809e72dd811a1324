"""What a person decides about parties and ties, and the undoing of it (认定、合并、拆分、撤销).

A decision is kept as its effects: pins, bars and joins. Ties follow from findings and standing
decisions (`Pen.settle`), so an undo is: leave the decision out and settle again whatever it touched.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from mingcha.base.cases.models import Case
from mingcha.base.errors import NotAllowed
from mingcha.base.jobs import defer
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import organisations_under
from mingcha.domains.parties import services as parties
from mingcha.domains.parties.queries import Party, gone_into
from mingcha.domains.records.errors import DecisionReasonMissing, OtherProviders, UndoneAlready
from mingcha.domains.records.models import (
    Bar,
    Decision,
    DecisionKind,
    Fact,
    Join,
    Pin,
    Tie,
)
from mingcha.domains.records.queries.beliefs import component
from mingcha.domains.records.rules.beliefs import roots
from mingcha.domains.records.services.links.writing import Pen, note_touched, writing

LINK = "records.link"
SHOWN = 3  # providers named in a refusal


@dataclass
class Effects:
    """What a decision says: which subjects are whom, which are not, which parties are one."""

    pins: list[Pin] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)

    @property
    def subjects(self) -> set[int]:
        """The subjects it names."""
        pinned = {pin.subject_id for pin in self.pins}
        return pinned | {bar.subject_id for bar in self.bars}


@dataclass(frozen=True)
class Told:
    """One decision to be kept: its kind, what it is about, why, and its effects."""

    kind: DecisionKind
    effects: Effects
    subject: int | None = None
    party: Party | None = None
    other: Party | None = None
    case: Case | None = None
    undoes: Decision | None = None
    reason: str = ""


def keep(pen: Pen, told: Told, *, actor: Account, answers: bool = False) -> Decision:
    """Keep one decision with its effects and settle what it touches. Inside an exclusive writing.

    Needs the right over every provider whose records move, unless the provider itself `answers`.
    Raises NotAllowed or OtherProviders.
    """
    decision = Decision.objects.create(
        writing_id=pen.number, kind=told.kind, subject_id=told.subject, party=told.party,
        other=told.other, case=told.case, undoes=told.undoes, by=actor, unit=actor.organisation,
        at=pen.at, reason=told.reason.strip()[:500],
    )  # fmt: skip
    effects = told.effects
    for several in (effects.pins, effects.bars, effects.joins):
        for one in several:
            one.decision = decision
    Pin.objects.bulk_create(effects.pins)
    Bar.objects.bulk_create(effects.bars)
    Join.objects.bulk_create(effects.joins)
    ends = {party for join in effects.joins for party in (join.loser_id, join.winner_id)}
    moved = carry_out(pen, decision, subjects=effects.subjects, ends=ends)
    if not answers:
        require_over(actor, subjects=moved | effects.subjects)
    return decision


def carry_out(
    pen: Pen, decision: Decision, *, subjects: Iterable[int], ends: Iterable[int]
) -> set[int]:
    """Make parties and ties follow the decisions that stand, as far as this one touches them.

    Returns the subjects whose ties changed.
    """
    moved = reroot(set(ends))
    changed = pen.settle({*subjects, *subjects_of(moved)}, decision=decision.pk)
    note_touched(moved)
    defer("records.refill", lock="records:refill")
    return changed


def reroot(parties_: Collection[int]) -> set[int]:
    """Find anew which parties have gone into which, around some of them. Returns those that changed."""
    if not parties_:
        return set()
    around, joins = component(set(parties_))
    into = roots((join.loser_id, join.winner_id) for join in joins)
    before = gone_into(around)
    changed = {party for party in around if before.get(party) != into.get(party)}
    parties.go_into({party: into.get(party) for party in changed})
    return changed


def subjects_of(parties_: Collection[int]) -> set[int]:
    """The subjects whose ties may change when these parties go into others or come back."""
    if not parties_:
        return set()
    tied = Tie.objects.filter(party__in=parties_).values_list("subject", flat=True)
    pinned = Pin.objects.filter(party__in=parties_).values_list("subject", flat=True)
    return {*tied.distinct(), *pinned.distinct()}


def undo(decision: Decision, *, reason: str, actor: Account) -> Decision:
    """Undo a decision (撤销). Later decisions stay; the ties are what they would be without this one.

    Needs the right over every provider whose records move. Leaves one act.
    Raises UndoneAlready, DecisionReasonMissing, NotAllowed or OtherProviders.
    """
    require_reason(reason, deed="撤销")
    with writing(actor, "撤销关联决定", exclusive=True) as pen:
        # Decisions come one after another (an exclusive writing); their rows cannot be locked.
        present = Decision.objects.get(pk=decision.pk)
        if present.kind == DecisionKind.UNDO or hasattr(present, "undone"):
            raise UndoneAlready(number=present.pk)
        ends = {p for j in present.joins.all() for p in (j.loser_id, j.winner_id)}
        named = set(present.pins.values_list("subject", flat=True))
        named |= set(present.bars.values_list("subject", flat=True))
        undoing = Decision.objects.create(
            writing_id=pen.number, kind=DecisionKind.UNDO, undoes=present, subject=present.subject,
            party=present.party, other=present.other, by=actor, unit=actor.organisation, at=pen.at,
            reason=reason.strip()[:500],
        )  # fmt: skip
        moved = carry_out(pen, undoing, subjects=named, ends=ends)
        require_over(actor, subjects=moved | named)
    return undoing


def follow(*, batch: int | None = None, subjects: Collection[int] = ()) -> None:
    """Let new records, those of a batch or of some subjects, go where decisions about their like send them.

    A correction follows the record that was split off, a record of a name that was split off follows
    the name.
    """
    pins = Pin.objects.filter(decision__undone__isnull=True).exclude(source_key="", says="")
    if batch is not None:
        landed = Fact.objects.filter(subject=OuterRef("subject"), chunk__batch=batch)
        pins = pins.filter(Exists(landed))
    else:
        pins = pins.filter(subject__in=subjects)
    meant = set(pins.values_list("subject", flat=True))
    if meant:
        with writing(None, "按既有决定关联") as pen:
            pen.settle(meant)


def require_over(actor: Account, *, subjects: Collection[int]) -> None:
    """Pass if the actor may link the records of every provider behind some subjects.

    Raises NotAllowed or OtherProviders.
    """
    if not actor.holds(LINK):
        raise NotAllowed(right=LINK)
    behind = Fact.objects.filter(subject__in=subjects).values("provider").distinct()
    mine = organisations_under(actor, LINK).values("pk")
    others = Organisation.objects.filter(pk__in=behind).exclude(pk__in=mine)
    names = list(others.values_list("name", flat=True)[: SHOWN + 1])
    if names:
        more = "等单位" if len(names) > SHOWN else ""
        raise OtherProviders(units="、".join(names[:SHOWN]) + more)


def require_reason(reason: str, *, deed: str) -> None:
    """Raises DecisionReasonMissing for a blank one."""
    if not reason.strip():
        raise DecisionReasonMissing(deed=deed)


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """Those that nobody has undone, and that are no undoing themselves."""
    return [
        one for one in decisions if one.kind != DecisionKind.UNDO and not hasattr(one, "undone")
    ]
