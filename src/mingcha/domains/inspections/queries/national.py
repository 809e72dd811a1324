"""What plans and drawn objects say in the nation's tables 双随机计划 and 双随机抽查的监管对象.

A batch of a plan is a plan of the nation's table: that table has one ratio for a plan, and ours
differ from batch to batch (docs/explanation/draw.md, “In the nation's tables”).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from mingcha.base.people.models import Organisation
from mingcha.base.people.queries import line_above
from mingcha.domains.inspections.models import Draw, NationalRecord, Plan, PlanLine, Task
from mingcha.domains.inspections.models.tasks import Level
from mingcha.domains.inspections.states import TaskState
from mingcha.domains.parties.queries import PERSON, Party

NO_DEPARTMENT = "制定单位及其上级都没有填写监管部门代码；请管理员在机构资料中填写，平台每夜再报一次"
Row = Mapping[str, str]


def plan_id(line: PlanLine | None) -> str:
    """The ID of a batch in the nation's tables (计划ID); "" for no plan."""
    return f"{line.plan.case.number}-{line.number}" if line is not None else ""


def plan_row(line: PlanLine) -> Row:
    """A batch as the table 双随机计划 has it. A batch that names a number has no ratio."""
    plan, region = line.plan, line.plan.body.region
    said = {
        "plan_id": plan_id(line), "plan_name": f"{plan.title}：{line.name}",
        "plan_year": str(plan.year), "area_name": region.full_name, "area_number": region.code,
        "department_uscc": plan.body.uscc, "department_code": department_of(plan.body),
        "check_ratio": format(line.ratio.normalize(), "f") if line.ratio is not None else "",
    }  # fmt: skip
    return {name: text for name, text in said.items() if text}


def object_row(line: PlanLine | None, party: Party) -> Row | None:
    """An object as the table 双随机抽查的监管对象 has it.

    None for what has no place there: nothing planned, or an entity without a credit code.
    """
    if line is None or party.kind == PERSON or not party.code:
        return None
    return {
        "plan_id": plan_id(line), "object_name": party.name, "object_id": party.code,
        "object_uscc": party.code,
    }  # fmt: skip


def department_of(body: Organisation) -> str:
    """A body's code of 监管部门: its own, else that of the nearest department above it; "" for none.

    A branch (派出机构) acts for the department that it belongs to; a government is no department.
    """
    for one in reversed(line_above(body)):
        if one.department:
            return one.department
        if one.kind == Organisation.Kind.GOVERNMENT:
            return ""
    return ""


def may_be_known(draw: Draw, *, on: date) -> bool:
    """Whether officials of other bodies may learn on a day whom a draw has found.

    Of an open draw from the draw on, as everybody. Of any other not before all visits are over and
    its embargo has ended: until then whoever learns it can warn.
    """
    if draw.drawn_at is None or draw.cancelled_at is not None:
        return False
    task = draw.task
    if task.level == Level.OPEN:
        return True
    is_over = task.case.state in (TaskState.DONE, TaskState.PUBLISHED)
    return is_over and (task.embargo_on is None or task.embargo_on < on)


def objects_of(draw: Draw) -> Sequence[Party]:
    """Whom a draw has found: the objects drawn, and the reserves that took a place."""
    found = draw.units.filter(Q(is_reserve=False) | Q(replaces__isnull=False))
    return [one.party for one in found.select_related("party").order_by("pk")]


@dataclass(frozen=True)
class Standing:
    """How a draw stands in the nation's table: how many objects are in, are not, and why not."""

    landed: int
    refused: int
    problems: Sequence[tuple[str, int]]


def standing_of(task: Task) -> Standing | None:
    """How the objects of a task's draws stand in the nation's table; None before any was handed in."""
    found = NationalRecord.objects.filter(draw__task=task)
    counted = found.aggregate(
        all=Count("pk"), landed=Count("pk", filter=Q(fact_id__isnull=False, problem=""))
    )
    if not counted["all"]:
        return None
    why = found.exclude(problem="").values_list("problem").annotate(many=Count("pk"))
    return Standing(
        counted["landed"], counted["all"] - counted["landed"], list(why.order_by("-many")[:5])
    )


def records_of(plan: Plan) -> Mapping[str, NationalRecord]:
    """The records of a plan's batches, by their IDs."""
    return {one.key: one for one in plan.national.all()}
