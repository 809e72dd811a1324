"""Urging (催办): by hand, and by rule before and after the due day, up the line of who answers."""

from datetime import date, timedelta

from django.db import transaction

from mingcha.base.calendar import queries as calendar
from mingcha.base.cases.contents import content_of, record_of
from mingcha.base.cases.errors import NotOpen, UrgedLately
from mingcha.base.cases.models import Case, Rung, Step, Todo, Urging
from mingcha.base.cases.queries.page import ABOVE
from mingcha.base.cases.services import inbox
from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account, Responsible
from mingcha.base.people.queries import answerable, require
from mingcha.base.rules.queries import in_force

URGE = "cases.urge"
BEFORE, AGAIN = "cases.urge_before", "cases.urge_again"
MOST_A_DAY = 3
A_MOMENT = timedelta(minutes=1)  # within which a second press is the same press
NOBODY = "（未登记）"


@transaction.atomic
def urge(case: Case, *, text: str, rung: Rung = Rung.HANDLER, actor: Account) -> list[Urging]:
    """Urge whoever has the case (催办), or those above them. Leaves one act.

    Open to the body that opened the case, and to whoever holds the right over the body that has
    it. The same words by the same person within a minute are one urging: a button pressed twice.
    Raises NotAllowed, NotOpen or UrgedLately.
    """
    if not may_urge(case, actor):
        require(actor, URGE, case.unit)
    current = inbox.locked(case)
    waiting = list(inbox.open_todos(case).select_related("case", "unit", "person"))
    if not waiting:
        raise NotOpen(number=case.number, deed="催办")
    text = text.strip() or "请抓紧办理。"
    mine = Urging.objects.filter(todo__in=waiting, by=actor)
    just_now = mine.filter(rung=rung, text=text[:500], at__gte=utc_now() - A_MOMENT)
    if said := list(just_now.order_by("pk")):
        return said
    if mine.filter(at__date=local_today()).count() >= MOST_A_DAY * len(waiting):
        raise UrgedLately(times=MOST_A_DAY)
    said = [_send(todo, rung, text, by=actor) for todo in waiting]
    _record(current, said[0], actor)
    return said


def may_urge(case: Case, actor: Account) -> bool:
    """Whether somebody may urge: of the body that opened it, or with the right over who has it."""
    return case.opener_id == actor.organisation_id or actor.holds_over(URGE, case.unit)


def urge_due(*, on: date) -> int:
    """Urge everything that is nearly or already late, by the rules in force on the day. Returns how many.

    Near the due day its handler; after it, one rung higher for every so many working days. Each
    rung is urged once, so that it may be run again.
    """
    before, again = in_force(BEFORE, on=on).value, in_force(AGAIN, on=on).value
    horizon = calendar.add_working_days(on, before).day
    due = Case.objects.filter(closed_at__isnull=True, due_on__lte=horizon).order_by("due_on", "pk")
    return sum(
        _climb(case, case.due_on, on=on, again=again)
        for case in due.select_related("unit", "opener")
        if case.due_on is not None
    )


@transaction.atomic
def remind(case: Case, rung: Rung, text: str) -> int:
    """Let a rule remind whoever has the case, or those at a rung above. Once for each rung.

    Returns how many were reminded.
    """
    current = inbox.locked(case)
    waiting = inbox.open_todos(case).select_related("case", "unit", "person")
    fresh = [t for t in waiting if not t.urgings.filter(by__isnull=True, rung__gte=rung).exists()]
    for todo in fresh:
        _record(current, _send(todo, rung, text, by=None), None)
    return len(fresh)


def _climb(case: Case, due_on: date, *, on: date, again: int) -> int:
    late = -calendar.working_days_between(on, due_on).days
    rung = Rung.HANDLER if late <= 0 else Rung(min(1 + (late - 1) // max(again, 1), Rung.HEAD))
    text = f"已逾期 {late} 个工作日" if late > 0 else f"将于 {due_on} 到期"
    return remind(case, rung, f"{text}，请抓紧办理。")


def _send(todo: Todo, rung: Rung, text: str, *, by: Account | None) -> Urging:
    """Urge at a rung; those who answer there and have an account find it in their inbox."""
    above = _above(todo, rung)
    for person in above:
        if person.account is not None:
            inbox.tell(todo.case, todo.unit, f"督促：{todo.verb}", person=person.account, by=by)
    names = "、".join(f"{one.title}{one.name}" for one in above)
    handler = str(todo.person) if todo.person else todo.unit.name
    to = handler if rung == Rung.HANDLER else names or NOBODY
    return Urging.objects.create(todo=todo, rung=rung, to=to[:200], by=by, text=text[:500])


def _above(todo: Todo, rung: Rung) -> list[Responsible]:
    if rung == Rung.HANDLER:
        return []
    return answerable(todo.unit, ABOVE[rung], on=local_today())


def _record(case: Case, urging: Urging, actor: Account | None) -> None:
    """The trace of the case and an act; the case itself is left as it is."""
    Step.objects.create(
        case=case, label="催办", target=case.state, by=actor, version=case.version,
        unit=actor.organisation if actor else case.unit,
        reason=f"{urging.get_rung_display()} {urging.to}：{urging.text}",
    )  # fmt: skip
    ledger.act(actor, "催办", record_of(case), content=content_of(case))


def urged_since(case: Case) -> int:
    """How often whoever has the case now has been urged."""
    return Urging.objects.filter(
        todo__case=case, todo__done_at__isnull=True, at__lte=utc_now()
    ).count()
