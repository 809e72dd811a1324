"""Open a case and advance it: the one way in which a case changes (architecture.md 5.3).

    with opened(Opening("item-review", title, unit), actor=actor) as case:
        Review.objects.create(case=case, ...)          # what the domain keeps of it

    with advance(case, "submit", actor=actor, step=Said(seen=version)):
        ...                                            # the facts that the move requires

Everything is one transaction: the state, clocks, inbox, trace, act and event; a refusal inside the
block changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from mingcha.base.cases.contents import content_of, record_of
from mingcha.base.cases.errors import MoveRefused, ReasonMissing, Stale
from mingcha.base.cases.events import CaseMoved
from mingcha.base.cases.machine import ClockStep, Kind, Move, Tick
from mingcha.base.cases.models import Case, Step
from mingcha.base.cases.queries import admit
from mingcha.base.cases.services import clocks, inbox
from mingcha.base.days import SHANGHAI, local_today, utc_now
from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account, Organisation

NEXT_NUMBERS = """
    INSERT INTO cases_numbering (kind, year, last) VALUES (%(kind)s, %(year)s, %(many)s)
    ON CONFLICT (kind, year) DO UPDATE SET last = cases_numbering.last + %(many)s RETURNING last
"""
OPENED = "发起"


@dataclass(frozen=True)
class Deadline:
    """A last day that somebody has set or that a document states, and on which ground."""

    day: date
    basis: str


@dataclass(frozen=True)
class Opening:
    """A case to be opened: of what kind, about what, and which body must act first.

    `opener` is the body that opens it; without one, the actor's body, or `unit` for the system.
    `started_on` is the day from which its clocks count; without one, today. `due` is a day that no
    rule fixes.
    """

    kind: str
    title: str
    unit: Organisation
    opener: Organisation | None = None
    about: tuple[str, str] = ("", "")
    party_id: int | None = None
    parent: Case | None = None
    handler: Account | None = None
    is_urgent: bool = False
    started_on: date | None = None
    due: Deadline | None = None
    reason: str = ""


@dataclass(frozen=True)
class Said:
    """What goes with a move: the reason, whither the case goes, and the version that was seen."""

    reason: str = ""
    to: Organisation | None = None
    person: Account | None = None
    seen: int | None = None
    on: date | None = None  # the day on which clocks start or stop; without one, today


@contextmanager
def opened(opening: Opening, *, actor: Account | None) -> Iterator[Case]:
    """Open a case; the block writes what the domain keeps of it. Whether the actor may, the caller asks.

    Leaves one act and announces CaseMoved.
    """
    kind = Kind.called(opening.kind)
    on = opening.started_on or local_today()
    opener = opening.opener or (actor.organisation if actor else opening.unit)
    with transaction.atomic():
        case = Case.objects.create(
            number=next_numbers(kind, 1)[0], kind=kind.name, state=kind.machine.first,
            title=opening.title[:300], unit=opening.unit, opener=opener, opened_by=actor,
            handler=opening.handler, about_kind=opening.about[0], about_key=opening.about[1],
            party_id=opening.party_id, parent=opening.parent, is_urgent=opening.is_urgent,
        )  # fmt: skip
        yield case
        if opening.due is not None:
            clocks.fix(case, opening.due.day, basis=opening.due.basis, on=on)
        clocks.run(case, [ClockStep(Tick.START, rule) for rule in kind.starts], on=on)
        case.save()
        _trace(case, OPENED, actor, Step(reason=opening.reason))
        inbox.ask(case, person=opening.handler, by=actor)
        ledger.act(actor, f"{OPENED}{kind.label}", record_of(case), content=content_of(case))
        announce(CaseMoved(case.number, case.kind, "", case.state))


@contextmanager
def advance(
    case: Case, name: str, *, actor: Account | None, said: Said | None = None
) -> Iterator[Case]:
    """Make a move; the block sets the facts that the move requires. `actor` None is a rule.

    Raises MoveRefused, NotAllowed, NotSameHand, ReasonMissing or Stale, and then changes nothing.
    """
    said = said or Said()
    with changing(case, actor=actor, seen=said.seen) as (locked, leave):
        move = _legal(locked, name)
        if actor is not None:
            admit(locked, move, actor)
        if move.asks_reason and not said.reason.strip():
            raise ReasonMissing(move=move.label)
        yield locked
        source = locked.state
        _go(locked, move, said, actor)
        leave(move.label, move=move.name, source=source, reason=said.reason)
        announce(CaseMoved(locked.number, locked.kind, move.name, locked.state))
    _lift_parent(case)


@contextmanager
def changing(
    case: Case, *, actor: Account | None, seen: int | None = None
) -> Iterator[tuple[Case, "Leaver"]]:
    """Lock a case and change it; the block calls `leave(label, …)` for each thing done.

    Raises Stale when the case is no longer as it was seen. `case` shows the new values afterwards.
    """
    with transaction.atomic():
        rows = Case.objects.select_for_update(of=("self",)).select_related("unit", "opener")
        locked = rows.get(pk=case.pk)
        if seen is not None and seen != locked.version:
            raise Stale(number=locked.number, changes=changes_since(locked, seen))
        leaver = Leaver(locked, actor)
        yield locked, leaver
        leaver.finish()
    for column in Case._meta.concrete_fields:
        if column.attname in locked.__dict__:
            setattr(case, column.attname, getattr(locked, column.attname))


class Leaver:
    """Writes the trace and the act of what is done to a locked case."""

    def __init__(self, case: Case, actor: Account | None) -> None:
        self.case, self.actor = case, actor
        self.on_behalf = _on_behalf(case, actor)
        self.labels: list[str] = []

    def __call__(self, label: str, *, move: str = "", source: str = "", reason: str = "") -> None:
        """One thing that was done."""
        self.case.version += 1
        self.labels.append(label)
        step = Step(move=move, source=source, reason=reason, on_behalf=self.on_behalf)
        _trace(self.case, label, self.actor, step)

    def finish(self) -> None:
        """Save the case and leave its act, if anything was done."""
        if self.labels:
            self.case.save()
            verb = ("代办：" if self.on_behalf else "") + "、".join(self.labels)
            ledger.act(self.actor, verb[:60], record_of(self.case), content=content_of(self.case))


def _legal(case: Case, name: str) -> Move:
    machine = case.of.machine
    move = machine.move(name)
    if move not in machine.open_from(case.state):
        raise MoveRefused(number=case.number, state=machine.label(case.state), move=move.label)
    return move


def _go(case: Case, move: Move, said: Said, actor: Account | None) -> None:
    """The new state, whose turn it is, the clocks and the inbox."""
    on = said.on or local_today()
    back_to = _came_from(case) if move.back else None
    case.state = str(move.target.value)
    if back_to is not None:
        case.unit, case.handler = back_to.unit, back_to.by
    else:
        case.handler = said.person
        if said.to is not None:
            case.unit = said.to
    inbox.settle(case, by=actor)
    clocks.run(case, move.clocks, on=on, reason=said.reason)
    case.closed_at = None
    if case.of.machine.is_final(case.state):
        case.closed_at = utc_now()
        clocks.stop_all(case, on=on)
    inbox.ask(case, person=case.handler, by=actor)


def _came_from(case: Case) -> Step | None:
    """The move that brought the case to where it stands: whither it goes back."""
    arrivals = case.steps.select_related("unit", "by").filter(target=case.state).exclude(source="")
    return arrivals.order_by("-pk").first()


def _lift_parent(case: Case) -> None:
    """Let the parent go on when the states of its children say so (the rule of its kind)."""
    if case.parent_id is None:
        return
    parent = Case.objects.select_related("unit", "opener").get(pk=case.parent_id)
    states = list(parent.children.order_by("pk").values_list("state", flat=True))
    name = parent.of.over_children(states)
    if name is not None and parent.of.machine.move(name) in parent.of.machine.open_from(
        parent.state
    ):
        with advance(parent, name, actor=None, said=Said(reason="下级办件均已办理")):
            pass


def _trace(case: Case, label: str, by: Account | None, step: Step) -> None:
    """Fill in what every step has, and keep it."""
    step.case, step.label, step.by, step.target = case, label, by, case.state
    step.unit = by.organisation if by else case.unit
    step.reason, step.version = step.reason[:1000], case.version
    step.save()


def _on_behalf(case: Case, actor: Account | None) -> Account | None:
    """For whom an actor acts: the absent handler for whom the actor stands in or claimed it."""
    if actor is None or case.handler_id is None:
        return None
    if case.handler_id != actor.pk:
        return next((person for person in actor.absent if person.pk == case.handler_id), None)
    claimed = inbox.open_todos(case).filter(claimed_by=actor, claimed_for__isnull=False)
    todo = claimed.select_related("claimed_for").first()
    return todo.claimed_for if todo else None


def changes_since(case: Case, seen: int) -> str:
    """What was done since a version was seen, in words."""
    steps = case.steps.filter(version__gt=seen).select_related("by").order_by("pk")
    done = [
        f"{step.at.astimezone(SHANGHAI):%m-%d %H:%M} {step.by or '系统'} {step.label}"
        for step in steps
    ]
    return "；".join(done) or "内容已更新"


def next_numbers(kind: Kind, many: int) -> list[str]:
    """The next numbers of a kind in this year, such as "SH-2026-000123". Without gaps."""
    year = local_today().year
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBERS, {"kind": kind.name, "year": year, "many": many})
        (last,) = cursor.fetchone()
    return [f"{kind.prefix}-{year}-{number:06d}" for number in range(last - many + 1, last + 1)]
