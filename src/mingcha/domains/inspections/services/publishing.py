"""Publication of results (公示): within the days the law gives, by a person or by the platform itself.

A result that has passed review is published by whoever holds the right, and by the platform once the
days of the rule `inspections.publish_by_itself` are over: its review was the decision, and nobody
holds it back by doing nothing. What is revoked is not shown from that moment on, and is taken down.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Q

from mingcha.base.calendar import queries as calendar
from mingcha.base.cases.errors import MoveRefused
from mingcha.base.cases.machine import ClockStep, Tick
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said, advance, changing
from mingcha.base.cases.services import clocks as case_clocks
from mingcha.base.days import local_day, local_today, utc_now
from mingcha.base.errors import MingchaError
from mingcha.base.people.models import Account
from mingcha.base.rules.queries import in_force
from mingcha.domains.inspections.errors import NotAllPublished
from mingcha.domains.inspections.models import Part, Task
from mingcha.domains.inspections.rules import following
from mingcha.domains.inspections.states import PartState, TaskState

BY_ITSELF = "inspections.publish_by_itself"
SOON = "inspections.publish_soon_within"
_OPEN = (PartState.REVIEWED, PartState.REVOKED)


def publish_part(part: Part, *, actor: Account | None, said: Said | None = None) -> Part:
    """Publish a department's result (公示检查结果). `actor` None is the platform by its rule.

    Leaves one act, and lets the task be published once it is the last. Raises NotAllowed or
    MoveRefused.
    """
    with advance(part.case, "publish", actor=actor, said=said):
        part.published_at = utc_now()
        part.save(update_fields=["published_at"])
    return part


def withdraw_part(part: Part, *, actor: Account | None, said: Said | None = None) -> Part:
    """Take a revoked result off the public pages (撤下公示), with the reason for which it was revoked.

    Leaves one act. Raises NotAllowed or MoveRefused.
    """
    with advance(part.case, "withdraw", actor=actor, said=said) as case:
        part.withdrawn_at = utc_now()
        part.withdrawn_because = part.withdrawn_because or _revoked_because(case)
        part.save(update_fields=["withdrawn_at", "withdrawn_because"])
    return part


def publish_task(task: Task, *, actor: Account | None, said: Said | None = None) -> Task:
    """Publish the results of a finished task as a whole (公示任务结果).

    Leaves one act. Raises NotAllowed, MoveRefused, or NotAllPublished while a department's result
    still waits to be published.
    """
    with advance(task.case, "publish", actor=actor, said=said):
        waiting = Part.objects.filter(visit__task=task, case__state=PartState.REVIEWED).count()
        if waiting:
            raise NotAllPublished(name=task.name, count=waiting)
        task.published_at = utc_now()
        task.finished_on = task.finished_on or local_today()
        task.save(update_fields=["published_at", "finished_on"])
    return task


def start_sooner(part: Part) -> bool:
    """Start the clock of seven working days where a decision goes along with the result.

    Twice does no harm. Returns whether it was started.
    """
    on = local_day(part.reviewed_at) if part.reviewed_at else local_today()
    if not following.is_decided(part.result, on=on) or part.case.state != PartState.REVIEWED:
        return False
    if part.case.clocks.filter(rule__key=SOON).exists():
        return False
    with changing(part.case, actor=None) as (case, leave):
        case_clocks.run(case, [ClockStep(Tick.START, SOON)], on=on)
        leave("适用七个工作日公示期限")
    return True


def publish_due(*, on: date) -> dict[str, int]:
    """Publish and take down what is due by the rules on a day. Returns how many of each.

    Each in a transaction of its own; what was done already is not found again.
    """
    days = in_force(BY_ITSELF, on=on).value
    parts = Part.objects.filter(case__state__in=_OPEN).select_related("case__unit", "case__opener")
    done = {"published": 0, "withdrawn": 0, "tasks": 0}
    for part in parts.order_by("reviewed_at", "pk").iterator(500):
        is_revoked = part.case.state == PartState.REVOKED
        if not is_revoked and (
            part.reviewed_at is None or on < _after(local_day(part.reviewed_at), days)
        ):
            continue
        reason = "结果已撤销，按规则撤下" if is_revoked else "审核通过后按规则公示"
        try:
            _show_or_hide(part, actor=None, said=Said(reason=reason))
        except MoveRefused:  # somebody has just done it
            continue
        done["withdrawn" if is_revoked else "published"] += 1
    tasks = Task.objects.filter(case__state=TaskState.DONE).select_related(
        "case__unit", "case__opener"
    )
    waits = Part.objects.filter(case__state=PartState.REVIEWED).values("visit__task")
    for task in tasks.exclude(pk__in=waits):
        publish_task(task, actor=None, said=Said(reason="各部门结果均已公示，按规则公示"))
        done["tasks"] += 1
    return done


def late(*, on: date) -> Q:
    """Which parts are or were published late: still waiting beyond their day, or published after it."""
    return Q(case__state=PartState.REVIEWED, case__due_on__lt=on) | Q(
        case__clocks__rule__key__in=("inspections.publish_within", SOON),
        case__clocks__stopped_on__gt=F("case__clocks__due_on"),
    )


def _show_or_hide(part: Part, *, actor: Account | None, said: Said | None = None) -> None:
    """Publish a result that was accepted, take down one that was revoked."""
    deed = withdraw_part if part.case.state == PartState.REVOKED else publish_part
    deed(part, actor=actor, said=said)


def _after(day: date, count: int) -> date:
    return calendar.add_working_days(day, count).day


def _revoked_because(case: Case) -> str:
    step = case.steps.filter(move="revoke").order_by("-pk").first()
    return step.reason[:300] if step and step.reason else "认定结果撤销"


def publish_part_case(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> Part:
    """`publish_part` from the page of its case."""
    return publish_part(Part.objects.select_related("case").get(case=case), actor=actor, said=said)


def withdraw_part_case(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> Part:
    """`withdraw_part` from the page of its case."""
    return withdraw_part(Part.objects.select_related("case").get(case=case), actor=actor, said=said)


def publish_task_case(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> Task:
    """`publish_task` from the page of its case."""
    return publish_task(Task.objects.select_related("case").get(case=case), actor=actor, said=said)


def publish_several(numbers: Sequence[str], *, actor: Account) -> tuple[int, list[str]]:
    """Publish results by the numbers of their parts, each for itself. Returns how many were, and why others not."""
    done, refused = 0, []
    parts = Part.objects.filter(case__number__in=numbers).select_related(
        "case__unit", "case__opener"
    )
    for part in parts.order_by("pk"):
        try:
            _show_or_hide(part, actor=actor)
            done += 1
        except MingchaError as refusal:
            refused.append(f"{part.case.number}：{refusal.title}")
    return done, refused
