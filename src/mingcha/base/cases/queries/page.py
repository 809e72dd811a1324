"""What the page of one case shows: clocks, moves, trace, service, links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from mingcha.base.calendar import queries as calendar
from mingcha.base.calendar.rules import Judge, add_working_days, working_days_between
from mingcha.base.cases.errors import Barred, NotSameHand
from mingcha.base.cases.machine import Choice, Move, Over
from mingcha.base.cases.models import Case, Clock, Rung, Step, Todo
from mingcha.base.cases.queries.seeing import visible_to
from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.people.models import Account, Duty
from mingcha.base.people.queries import answering, holders_of, require

NEARLY_LATE_WORKDAYS = 2  # how many working days before the end a clock turns amber on a page
ABOVE = {Rung.UNIT: Duty.UNIT, Rung.LEADER: Duty.LEADER, Rung.HEAD: Duty.HEAD}
BELOW = 20  # cases below one that its page lists
TAKERS = 200  # people offered when a case is handed over


@dataclass(frozen=True)
class Reading:
    """A clock as a page shows it: `left` working days (negative: late), in words, and its colour."""

    clock: Clock
    left: int
    words: str
    tone: str


def readings(case: Case) -> list[Reading]:
    """The clocks of a case, those that run first. Four queries, however many there are."""
    clocks = case.clocks.select_related("rule").prefetch_related("changes__extension")
    judge = calendar.days()
    found = [reading(clock, judge=judge) for clock in clocks]
    return sorted(found, key=lambda one: (one.clock.stopped_on is not None, one.clock.pk))


def reading(clock: Clock, *, judge: Judge | None = None) -> Reading:
    """How one clock stands today."""
    if clock.stopped_on is not None:
        late = clock.due_on is not None and clock.stopped_on > clock.due_on
        words = f"已于 {clock.stopped_on} 停止计算" + ("，超过期限" if late else "")
        return Reading(clock, 0, words, "late" if late else "done")
    if clock.due_on is None:
        return Reading(clock, 0, f"自 {clock.paused_on} 起中止计算", "todo")
    return Reading(clock, *until(clock.due_on, provisional=clock.is_provisional, judge=judge))


def until(
    due_on: date, *, provisional: bool = False, judge: Judge | None = None
) -> tuple[int, str, str]:
    """Working days left, "剩余 3 个工作日（至 2026-10-14）" in words, and the colour.

    Whoever asks about many days gives the `judge` (calendar.queries.days), which costs one query.
    """
    today, mark = local_today(), "，暂定" if provisional else ""
    left = working_days_between(today, due_on, judge or calendar.days()).days
    if due_on < today:
        late = f"逾期 {-left} 个工作日" if left else "已逾期"  # over, and no working day since
        return left, f"{late}（{due_on}{mark}）", "late"
    if due_on == today:
        return left, f"今天到期（{due_on}{mark}）", "due"
    tone = "due" if left <= NEARLY_LATE_WORKDAYS else "doing"
    return left, f"剩余 {left} 个工作日（至 {due_on}{mark}）", tone


def soon_until(today: date) -> date:
    """The last day that is nearly due, seen from a day."""
    return add_working_days(today, NEARLY_LATE_WORKDAYS, calendar.days()).day


def choices(case: Case, account: Account) -> list[Choice]:
    """The moves from where the case stands: which the account may make, and why not the others."""
    moves = case.of.machine.open_from(case.state)
    return [_choice(case, move, account) for move in moves if not move.inner]


def trace(case: Case) -> Sequence[Step]:
    """Everything that was done, oldest first. One query."""
    return list(case.steps.select_related("by", "unit", "on_behalf").order_by("pk"))


def services_of(case: Case) -> Sequence[Todo]:
    """Who was served with what, when it was delivered, opened, claimed and done, with its urgings."""
    todos = case.todos.select_related(
        "unit", "person", "sent_by__organisation", "opened_by", "claimed_by", "claimed_for"
    )
    return list(todos.prefetch_related("urgings__by").order_by("pk"))


def linked(case: Case, account: Account) -> list[tuple[Case, str]]:
    """The cases that have to do with this one and that the account may see, with the reason.

    Of thousands of cases below it the first few: the list of cases has the others.
    """
    mine = visible_to(account)
    out = [(link.other_id, link.why) for link in case.links.all()]
    back = [(link.case_id, link.why) for link in case.links_to.all()]
    family = [
        (pk, "下级办件") for pk in case.children.order_by("pk").values_list("pk", flat=True)[:BELOW]
    ]
    if case.parent_id is not None:
        family.append((case.parent_id, "上级办件"))
    why = dict(out + back + family)
    return [(found, why[found.pk]) for found in mine.filter(pk__in=why).order_by("pk")]


def admit(case: Case, move: Move, actor: Account) -> None:
    """Pass if the actor may make the move. Raises NotAllowed, Barred or NotSameHand.

    Who may make an inner move, the service that makes it has asked.
    """
    if move.inner:
        return
    require(actor, move.right, case.unit if move.over is Over.UNIT else case.opener)
    if why := case.of.bars(case, actor):
        raise Barred(why=why)
    if move.by_other and _last_hand(case) == actor.pk:
        raise NotSameHand(move=move.label)


def may_take(case: Case) -> list[Account]:
    """Who may be handed the case: those with a right to move it on, of its own body first."""
    rights = {move.right for move in case.of.machine.open_from(case.state)}
    found = {
        person.pk: person
        for right in sorted(rights)
        for person in holders_of(right, case.unit).select_related("organisation")[:TAKERS]
        if person.pk != case.handler_id and not case.of.bars(case, person)
    }
    own = case.unit_id
    return sorted(found.values(), key=lambda p: (p.organisation_id != own, p.real_name))[:TAKERS]


def rungs(case: Case) -> list[tuple[Rung, str]]:
    """Whom an urging would reach at each rung: the rung and names, "" where nobody is entered."""
    by_duty = answering(case.unit, on=local_today())
    who = str(case.handler or "") or case.unit.name
    return [(Rung.HANDLER, who)] + [
        (rung, "、".join(f"{one.title}{one.name}" for one in by_duty.get(duty, [])))
        for rung, duty in ABOVE.items()
    ]


def made_by(case: Case, actor: Account, *, seen: int | None, labels: Iterable[str]) -> bool:
    """Whether this person did one of these on the very version that was seen: a form sent twice."""
    if seen is None:
        return False
    return case.steps.filter(version=seen + 1, by=actor, label__in=list(labels)).exists()


def _last_hand(case: Case) -> int | None:
    """Who made the last move, or opened the case. A claim or an urging is no move."""
    moves = case.steps.exclude(move="").filter(by__isnull=False).order_by("-pk")
    return moves.values_list("by", flat=True).first() or case.opened_by_id


def _choice(case: Case, move: Move, account: Account) -> Choice:
    try:
        admit(case, move, account)
    except (NotAllowed, Barred, NotSameHand) as refusal:
        return Choice(move, False, f"{refusal.title}{refusal.detail}")
    return Choice(move, True)
