"""The yearly plan: written, filed with the body above, published (年度抽查工作计划)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, Said, advance, changing, opened
from mingcha.base.days import utc_now
from mingcha.base.events.services import announce
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import holders_of, line_above, require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.events import PlanSettled
from mingcha.domains.inspections.models import Plan, PlanLine, RandomItem, Task
from mingcha.domains.inspections.states import FILE, PLAN, PlanState, TaskState


@dataclass(frozen=True)
class LineSaid:
    """One batch of a plan; `ratio` or `count`, the other is None."""

    name: str
    items: Sequence[RandomItem]
    scope: str
    months: Sequence[int]
    ratio: Decimal | None = None
    count: int | None = None
    partners: Sequence[Organisation] = ()


def write_plan(
    title: str, year: int, *, body: Organisation, text: str = "", kind: str = Plan.Kind.YEARLY,
    actor: Account,
) -> Plan:  # fmt: skip
    """Begin a plan (编制抽查计划): a case of its body. Leaves one act. Raises NotAllowed."""
    require(actor, PLAN, body)
    opening = Opening("inspection-plan", title, body, opener=body, handler=actor)
    with opened(opening, actor=actor) as case:
        return Plan.objects.create(
            case=case, body=body, year=year, title=title, text=text, kind=kind
        )


def set_lines(plan: Plan, lines: Iterable[LineSaid], *, actor: Account) -> list[PlanLine]:
    """Put these batches in place of those of a plan that is being written (编制计划批次).

    A batch keeps its number, which its ID in the nation's tables ends in; one under which a task is
    frozen or under way stays as it was published. Leaves one act. Raises NotAllowed, or
    PlanIncomplete once it has been handed in and for a batch that may not change any more.
    """
    require(actor, PLAN, plan.body)
    lines = list(lines)
    with changing(plan.case, actor=actor) as (case, leave):
        if case.state != PlanState.DRAFT:
            raise errors.PlanIncomplete(
                title=plan.title, deed="修改", problem=f"当前为“{case.get_state_display()}”"
            )
        standing = list(plan.lines.order_by("number"))
        _refuse_bound(plan, standing, lines)
        plan.lines.filter(number__gt=len(lines)).delete()
        made = [_line(plan, number, said) for number, said in enumerate(lines, start=1)]
        leave("编制计划批次")
    return made


def submit(case: Case, *, actor: Account, said: Said | None = None) -> Plan:
    """Hand a plan in to the nearest body above that files plans (报送备案).

    Raises PlanIncomplete, NobodyAbove, and what `advance` raises.
    """
    plan = Plan.objects.select_related("body").get(case=case)
    if not plan.lines.exists():
        raise errors.PlanIncomplete(title=plan.title, deed="报送备案", problem="还没有一个批次")
    above = filing_body(plan.body)
    if above is None:
        raise errors.NobodyAbove(body=plan.body.name)
    given = said or Said()
    with advance(case, "submit", actor=actor, said=Said(given.reason, above, None, given.seen)):
        plan.filed_with = above
        plan.save(update_fields=["filed_with"])
    return plan


def file(case: Case, *, actor: Account, said: Said | None = None) -> Plan:
    """Take a plan on file (同意备案); it goes back to its body, which publishes it."""
    plan = Plan.objects.select_related("body").get(case=case)
    given = said or Said()
    with advance(case, "file", actor=actor, said=Said(given.reason, plan.body, None, given.seen)):
        plan.filed_at = utc_now()
        plan.save(update_fields=["filed_at"])
    return plan


def publish(case: Case, *, actor: Account, said: Said | None = None) -> Plan:
    """Publish a plan that is on file (公布计划)."""
    plan = Plan.objects.select_related("body").get(case=case)
    with advance(case, "publish", actor=actor, said=said):
        plan.published_at = utc_now()
        plan.save(update_fields=["published_at"])
        announce(PlanSettled(case.number))
    return plan


def revise(case: Case, *, actor: Account, said: Said | None = None) -> Plan:
    """Take a published plan back to change it (调整计划). It is filed and published anew.

    Until then it is not public, and its batches stand in the data centre as they were published.
    Leaves one act. Raises NotAllowed, MoveRefused, ReasonMissing or Stale.
    """
    plan = Plan.objects.select_related("body").get(case=case)
    with advance(case, "revise", actor=actor, said=said):
        plan.filed_at = plan.published_at = None
        plan.save(update_fields=["filed_at", "published_at"])
    return plan


def drop(case: Case, *, actor: Account, said: Said | None = None) -> Plan:
    """Call a plan off (撤销计划). Its records in the data centre are withdrawn.

    Leaves one act. Raises PlanIncomplete while a task under it is frozen, under way or done, and
    what `advance` raises.
    """
    plan = Plan.objects.select_related("body").get(case=case)
    with advance(case, "drop", actor=actor, said=said):
        if bound := _bound(plan):
            raise errors.PlanIncomplete(title=plan.title, deed="撤销", problem=_in_words(bound))
        plan.published_at = None
        plan.save(update_fields=["published_at"])
        announce(PlanSettled(case.number))
    return plan


def filing_body(body: Organisation) -> Organisation | None:
    """The nearest body above in which, or over which, somebody files plans; bodies beside it that
    lead (牵头部门) hold the right over the government and are found as its people.
    """
    for above in reversed(line_above(body)[:-1]):
        if holders_of(FILE, above).exists():
            return above
    return None


def _line(plan: Plan, number: int, said: LineSaid) -> PlanLine:
    line, _ = PlanLine.objects.update_or_create(
        plan=plan, number=number,
        defaults={
            "name": said.name, "scope": said.scope, "ratio": said.ratio, "count": said.count,
            "months": sorted(set(said.months)),
        },
    )  # fmt: skip
    line.items.set(said.items)
    line.partners.set(said.partners)
    return line


def _bound(plan: Plan) -> list[PlanLine]:
    """The batches under which a task is frozen, under way or done."""
    loose = (TaskState.DRAFT, TaskState.CANCELLED)
    tasks = Task.objects.filter(line__plan=plan).exclude(case__state__in=loose)
    return list(plan.lines.filter(tasks__in=tasks).distinct().order_by("number"))


def _refuse_bound(plan: Plan, standing: Sequence[PlanLine], lines: Sequence[LineSaid]) -> None:
    """Refuse to change what a task rests on, or to remove a batch that has a task at all."""
    bound = [one for one in _bound(plan) if one.number > len(lines) or _differs(one, lines)]
    left = [one for one in standing[len(lines) :] if one not in bound and one.tasks.exists()]
    if bound or left:
        raise errors.PlanIncomplete(title=plan.title, deed="调整", problem=_in_words(bound + left))


def _differs(line: PlanLine, lines: Sequence[LineSaid]) -> bool:
    said = lines[line.number - 1]
    return (
        (line.name, line.scope, line.ratio, line.count, list(line.months))
        != (said.name, said.scope, said.ratio, said.count, sorted(set(said.months)))
        or set(line.items.all()) != set(said.items)
        or set(line.partners.all()) != set(said.partners)
    )


def _in_words(lines: Sequence[PlanLine]) -> str:
    numbers = "、".join(str(one.number) for one in lines)
    return f"批次 {numbers} 已有任务，不能改动或撤销"
