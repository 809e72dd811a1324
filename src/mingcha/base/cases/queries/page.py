"""Cases, the inbox and the trace, with the permission in the question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from mingcha.base.calendar import queries as calendar
from mingcha.base.cases.errors import NotSameHand
from mingcha.base.cases.machine import Choice, Kind, Move, Over
from mingcha.base.cases.models import Case, Clock, Step, Todo
from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.people.models import Account
from mingcha.base.people.queries import organisations_under, require
from mingcha.base.search import PairQuery, pair_query

NEARLY_LATE_WORKDAYS = 2  # how many working days before the end a clock turns amber on a page


@dataclass(frozen=True)
class Filter:
    """What a list of cases was asked for; every part narrows."""

    words: str = ""
    kind: str = ""
    state: str = ""
    unit: str = ""
    standing: str = ""  # open, late, closed
    since: date | None = None
    until: date | None = None


def visible_to(account: Account) -> QuerySet[Case]:
    """The cases that an account may read: of a kind it may see, at a body over which it may.

    That is the body that has the case or the one that opened it. Cases addressed to the account by
    name are its too.
    """
    mine = Q(pk__in=Todo.objects.filter(person=account).values("case"))
    for kind in Kind.ALL.values():
        if account.holds(kind.sees):
            bodies = organisations_under(account, kind.sees).values("pk")
            mine |= Q(kind=kind.name) & (Q(unit__in=bodies) | Q(opener__in=bodies))
    return Case.objects.filter(mine).select_related("unit", "handler", "opener")


def case_for(account: Account, number: str) -> Case:
    """The one door to a case. Raises NotFound for missing and hidden alike."""
    case = visible_to(account).filter(number=number).first()
    if case is None:
        raise NotFound(what="办件", key=number)
    return case


def cases(account: Account, asked: Filter) -> QuerySet[Case]:
    """The visible cases that fit a filter."""
    found = visible_to(account).filter(_standing(asked.standing))
    if asked.words:
        words = Q(number__iexact=asked.words) | Q(number__istartswith=asked.words)
        pairs = pair_query(asked.words, "n")
        found = found.filter(words | Q(search=PairQuery(pairs)) if pairs else words)
    for column, value in (
        ("kind", asked.kind),
        ("state", asked.state),
        ("unit__code", asked.unit),
        ("opened_at__date__gte", asked.since),
        ("opened_at__date__lte", asked.until),
    ):
        if value:
            found = found.filter(**{column: value})
    return found


def about(account: Account, kind: str, key: str) -> QuerySet[Case]:
    """The visible cases about one record, newest first."""
    return visible_to(account).filter(about_kind=kind, about_key=key).order_by("-pk")


@dataclass(frozen=True)
class Box:
    """The three parts of somebody's inbox: theirs, their body's for anyone to claim, to know."""

    mine: QuerySet[Todo]
    unclaimed: QuerySet[Todo]
    to_know: QuerySet[Todo]


def inbox(account: Account) -> Box:
    """What waits for an account, the earliest due first. Nothing is asked of whoever may not act."""
    waiting = (
        Todo.objects.filter(done_at__isnull=True)
        .select_related("case", "unit", "sent_by", "case__opener")
        .order_by("due_on", "pk")
    )
    to_do = waiting.filter(to_know=False)
    return Box(
        mine=to_do.filter(person=account),
        unclaimed=to_do.filter(person__isnull=True).filter(_may_act(account)),
        to_know=waiting.filter(to_know=True, person=account),
    )


def done_by(account: Account) -> QuerySet[Case]:
    """The cases on which an account made a step, newest first."""
    steps = Step.objects.filter(case=OuterRef("pk"), by=account)
    return visible_to(account).filter(Exists(steps)).order_by("-pk")


@dataclass(frozen=True)
class Reading:
    """A clock as a page shows it: `left` working days (negative: late), in words, and its colour."""

    clock: Clock
    left: int
    words: str
    tone: str


def readings(case: Case) -> list[Reading]:
    """The clocks of a case, those that run first."""
    clocks = case.clocks.select_related("rule").prefetch_related("changes__extension")
    found = [reading(clock) for clock in clocks]
    return sorted(found, key=lambda one: (one.clock.stopped_on is not None, one.clock.pk))


def reading(clock: Clock) -> Reading:
    """How one clock stands today."""
    if clock.stopped_on is not None:
        late = clock.due_on is not None and clock.stopped_on > clock.due_on
        words = f"已于 {clock.stopped_on} 停止计算" + ("，超过期限" if late else "")
        return Reading(clock, 0, words, "late" if late else "done")
    if clock.due_on is None:
        return Reading(clock, 0, f"自 {clock.paused_on} 起中止计算", "todo")
    return Reading(clock, *until(clock.due_on, provisional=clock.is_provisional))


def until(due_on: date, *, provisional: bool = False) -> tuple[int, str, str]:
    """Working days left, "剩余 3 个工作日（至 2026-10-14）", and the colour."""
    left = calendar.working_days_between(local_today(), due_on).days
    mark = "，暂定" if provisional else ""
    if due_on < local_today():
        return left, f"逾期 {-left} 个工作日（{due_on}{mark}）", "late"
    tone = "due" if left <= NEARLY_LATE_WORKDAYS else "doing"
    return left, f"剩余 {left} 个工作日（至 {due_on}{mark}）", tone


def choices(case: Case, account: Account) -> list[Choice]:
    """The moves from where the case stands: which the account may make, and why not the others."""
    return [_choice(case, move, account) for move in case.of.machine.open_from(case.state)]


def trace(case: Case) -> Sequence[Step]:
    """Everything that was done, oldest first. One query."""
    return list(case.steps.select_related("by", "unit").order_by("pk"))


def services_of(case: Case) -> Sequence[Todo]:
    """Who was served with what, when it was delivered, opened, claimed and done, with its urgings."""
    todos = case.todos.select_related("unit", "person", "sent_by", "opened_by", "claimed_by")
    return list(todos.prefetch_related("urgings__by").order_by("pk"))


def linked(case: Case, account: Account) -> list[tuple[Case, str]]:
    """The cases that have to do with this one and that the account may see, with the reason."""
    mine = visible_to(account)
    out = [(link.other_id, link.why) for link in case.links.all()]
    back = [(link.case_id, link.why) for link in case.links_to.all()]
    family = [(pk, "下级办件") for pk in case.children.values_list("pk", flat=True)]
    if case.parent_id is not None:
        family.append((case.parent_id, "上级办件"))
    why = dict(out + back + family)
    return [(found, why[found.pk]) for found in mine.filter(pk__in=why).order_by("pk")]


def admit(case: Case, move: Move, actor: Account) -> None:
    """Pass if the actor may make the move. Raises NotAllowed or NotSameHand."""
    require(actor, move.right, case.unit if move.over is Over.UNIT else case.opener)
    if move.by_other and _last_hand(case) == actor.pk:
        raise NotSameHand(move=move.label)


def _last_hand(case: Case) -> int | None:
    """Who made the last move, or opened the case."""
    return case.steps.filter(by__isnull=False).order_by("-pk").values_list("by", flat=True).first()


def _choice(case: Case, move: Move, account: Account) -> Choice:
    try:
        admit(case, move, account)
    except (NotAllowed, NotSameHand) as refusal:
        return Choice(move, False, f"{refusal.title}{refusal.detail}")
    return Choice(move, True)


def _may_act(account: Account) -> Q:
    """Todos from whose state the account may make some move, at a body over which it may."""
    condition = Q(pk__in=[])
    for kind in Kind.ALL.values():
        for state in kind.machine.duties:
            rights = {move.right for move in kind.machine.open_from(state)}
            for right in rights & account.held.rights:
                bodies = organisations_under(account, right).values("pk")
                condition |= Q(case__kind=kind.name, case__state=state, unit__in=bodies)
    return condition


def _standing(standing: str) -> Q:
    if standing == "closed":
        return Q(closed_at__isnull=False)
    if standing == "late":
        return Q(closed_at__isnull=True, due_on__lt=local_today())
    return Q(closed_at__isnull=True) if standing == "open" else Q()
