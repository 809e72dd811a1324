"""Clocks of a case: started, stopped, paused, resumed and extended by rule; moved with the calendar."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from mingcha.base.calendar import queries as calendar
from mingcha.base.calendar.rules import Judge
from mingcha.base.cases.contents import content_of, record_of
from mingcha.base.cases.errors import ExtendedAlready, NoClock
from mingcha.base.cases.machine import ClockStep, Extension, Tick
from mingcha.base.cases.models import Case, Clock, ClockChange, Step, Todo
from mingcha.base.cases.rules import Pause, Period, due
from mingcha.base.days import local_today
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.rules.models import Rule
from mingcha.base.rules.queries import in_force


def run(case: Case, steps: Iterable[ClockStep], *, on: date, reason: str = "") -> None:
    """Do what a move says to the clocks, then set the case's own dates. In the caller's transaction.

    Raises NoRule when a clock would start that no rule gives a length for on that day.
    """
    for step in steps:
        _TICKS[step.tick](case, step.rule, on, reason)
    settle(case)


def start(case: Case, key: str, on: date, _: str = "") -> None:
    """Begin a period under the rule in force on the day. One that runs already begins anew."""
    stop(case, key, on)
    clock = Clock(case=case, rule=in_force(key, on=on), started_on=on)
    clock.save()
    _count(clock, calendar.days())


def fix(case: Case, day: date, *, basis: str, on: date) -> None:
    """Set a last day that no rule fixes, on the ground stated."""
    Clock.objects.create(case=case, basis=basis, started_on=on, due_on=day, how=f"指定为 {day}")


def stop(case: Case, key: str, on: date, _: str = "") -> None:
    """End a period."""
    open_clocks(case).filter(rule__key=key).update(stopped_on=on)


def stop_all(case: Case, *, on: date) -> None:
    """End every period: the case is closed."""
    open_clocks(case).update(stopped_on=on)
    settle(case)


def pause(case: Case, key: str, on: date, reason: str) -> None:
    """Let a period stand still from the next day (中止). Raises NoClock."""
    clock = _the(case, key, deed="中止", paused=False)
    clock.paused_on, clock.due_on = on, None
    clock.save(update_fields=["paused_on", "due_on"])
    ClockChange.objects.create(clock=clock, since=on, reason=reason or "中止计算期限")


def resume(case: Case, key: str, on: date, _: str = "") -> None:
    """Let a period go on from the next day (恢复). Raises NoClock."""
    clock = _the(case, key, deed="恢复计算", paused=True)
    clock.changes.filter(extension__isnull=True, until__isnull=True).update(until=on)
    clock.paused_on = None
    clock.save(update_fields=["paused_on"])
    _count(clock, calendar.days())


def extend(case: Case, extension: Extension, reason: str) -> None:
    """Add the length of the rule `extension.by`, in force today, to a period (延长).

    Raises NoClock or ExtendedAlready.
    """
    clock = _the(case, extension.rule, deed="延长", paused=False)
    if clock.changes.filter(extension__key=extension.by).count() >= extension.times:
        raise ExtendedAlready(number=case.number, times=extension.times)
    today = local_today()
    by = in_force(extension.by, on=today)
    ClockChange.objects.create(clock=clock, since=today, extension=by, reason=reason[:300])
    _count(clock, calendar.days())
    settle(case)


def open_clocks(case: Case) -> QuerySet[Clock]:
    """The clocks of a case that have not been stopped."""
    return case.clocks.filter(stopped_on__isnull=True)


def settle(case: Case) -> None:
    """Set the case's dates, and those of what waits, from its clocks. Does not save the case."""
    clocks = list(open_clocks(case))
    running = [clock for clock in clocks if clock.due_on is not None]
    first = _first(running)
    case.due_on = first.due_on if first else None
    case.is_provisional = first.is_provisional if first else False
    case.is_paused = bool(clocks) and not running
    Todo.objects.filter(case=case, done_at__isnull=True, to_know=False).update(due_on=case.due_on)


def recount(*, because: str) -> dict[str, tuple[str, str]]:
    """Count every running clock anew, because the calendar has changed (重算办理期限).

    Leaves an act for each case that moved and one that lists them all. Returns number → (before,
    after). Rules are not changed by this: a clock keeps the value of the day on which it began.
    """
    judge = calendar.days()
    moved: dict[str, tuple[str, str]] = {}
    running = Q(clocks__stopped_on__isnull=True, clocks__paused_on__isnull=True)
    numbers = Case.objects.filter(running & Q(clocks__isnull=False), closed_at__isnull=True)
    for pk in numbers.order_by("pk").values_list("pk", flat=True).distinct():
        with transaction.atomic():
            change = _recount_one(pk, judge, because)
        if change is not None:
            moved[change[0]] = change[1:]
    if moved:
        said: dict[str, Json] = {n: f"{before} → {after}" for n, (before, after) in moved.items()}
        with transaction.atomic():
            record = ("cases.clocks", local_today().isoformat())
            ledger.act(None, "重算办理期限", record, content={"because": because, "moved": said})
    return moved


def opening(case: Case, rules: Sequence[str], *, on: date) -> list[Clock]:
    """The clocks that a case of some rules begins with, counted and not saved, and the case's dates.

    For many cases that are opened on one day: ask once, and give each its own (`for_case`).
    """
    judge, made = calendar.days(), []
    for key in rules:
        rule = in_force(key, on=on)
        clock = Clock(case=case, rule=rule, started_on=on)
        _reach(clock, [rule], [], judge)
        made.append(clock)
    first = _first(made)
    if first is not None:
        case.due_on, case.is_provisional = first.due_on, first.is_provisional
    return made


def for_case(case: Case, clocks: Sequence[Clock]) -> list[Clock]:
    """The same clocks for another case that was opened on the same day."""
    return [
        Clock(
            case=case, rule=one.rule, started_on=one.started_on, due_on=one.due_on,
            is_provisional=one.is_provisional, how=one.how,
        )
        for one in clocks
    ]  # fmt: skip


def _recount_one(pk: int, judge: Judge, because: str) -> tuple[str, str, str] | None:
    case = Case.objects.select_for_update(of=("self",)).select_related("unit", "opener").get(pk=pk)
    before, was_provisional = case.due_on, case.is_provisional
    for clock in open_clocks(case).filter(paused_on__isnull=True, rule__isnull=False):
        _count(clock, judge)
    settle(case)
    if (case.due_on, case.is_provisional) == (before, was_provisional):
        return None
    case.version += 1
    case.save()
    Step.objects.create(
        case=case, label="重算期限", target=case.state, unit=case.unit, version=case.version,
        reason=f"{because}：{before} 改为 {case.due_on}",
    )  # fmt: skip
    ledger.act(None, "重算期限", record_of(case), content=content_of(case))
    return case.number, str(before), str(case.due_on)


def _count(clock: Clock, judge: Judge) -> None:
    """Count a clock that a rule fixes."""
    changes = list(clock.changes.select_related("extension"))
    lengths = [rule for rule in (clock.rule, *(one.extension for one in changes)) if rule]
    stood = [
        Pause(change.since, change.until)
        for change in changes
        if change.extension is None and change.until is not None
    ]
    _reach(clock, lengths, stood, judge)
    clock.save(update_fields=["due_on", "is_provisional", "how"])


def _reach(clock: Clock, lengths: Iterable[Rule], stood: Sequence[Pause], judge: Judge) -> None:
    """Set when a clock ends that runs for some lengths and stood still between."""
    periods = [Period(rule.value, rule.unit) for rule in lengths]
    reached = due(clock.started_on, periods, stood, judge)
    clock.due_on, clock.is_provisional, clock.how = reached.day, reached.provisional, reached.how


def _first(clocks: Iterable[Clock]) -> Clock | None:
    """The clock that ends first."""
    return min(clocks, key=lambda clock: clock.due_on or date.max, default=None)


def _the(case: Case, key: str, *, deed: str, paused: bool) -> Clock:
    clock = (
        open_clocks(case)
        .select_related("rule")
        .filter(rule__key=key, paused_on__isnull=not paused)
        .first()
    )
    if clock is None:
        raise NoClock(number=case.number, deed=deed)
    return clock


_TICKS: dict[Tick, Callable[[Case, str, date, str], None]] = {
    Tick.START: start,
    Tick.STOP: stop,
    Tick.PAUSE: pause,
    Tick.RESUME: resume,
}
