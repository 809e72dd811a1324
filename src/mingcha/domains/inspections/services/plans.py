"""The yearly plan: written, filed with the body above, published (年度抽查工作计划)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, Said, advance, changing, opened
from mingcha.base.days import utc_now
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import holders_of, line_above, require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Plan, PlanLine, RandomItem
from mingcha.domains.inspections.states import FILE, PLAN, PlanState


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

    Leaves one act. Raises NotAllowed, or PlanIncomplete once it has been handed in.
    """
    require(actor, PLAN, plan.body)
    with changing(plan.case, actor=actor) as (case, leave):
        if case.state != PlanState.DRAFT:
            raise errors.PlanIncomplete(
                title=plan.title, deed="修改", problem=f"当前为“{case.get_state_display()}”"
            )
        plan.lines.all().delete()
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
    line = PlanLine.objects.create(
        plan=plan, number=number, name=said.name, scope=said.scope, ratio=said.ratio,
        count=said.count, months=sorted(set(said.months)),
    )  # fmt: skip
    line.items.set(said.items)
    line.partners.set(said.partners)
    return line
