"""What inspections do about their own news: work that must not hold up whoever decides."""

from mingcha.base.cases.events import CaseMoved
from mingcha.base.cases.models import Case
from mingcha.base.events.services import on
from mingcha.domains.inspections.events import (
    ObjectsNamed,
    PartReviewed,
    PartRevoked,
    PlanSettled,
)
from mingcha.domains.inspections.models import Draw, Part, Plan
from mingcha.domains.inspections.queries.parts import part_of
from mingcha.domains.inspections.services import landing, national, publishing
from mingcha.domains.inspections.states import PART_KIND, PartState, TaskState


@on(PartReviewed)
def land_result(event: PartReviewed) -> None:
    """审核通过的检查结果进入数据中心（行政检查行为）

    The last of a task lets it be known whom the draw had found. Safe to run twice: records that
    have landed are left as they are, and a key lands once.
    """
    part = part_of(Case.objects.get(number=event.part))
    landing.land(part)
    task = part.visit.task
    if task.case.state == TaskState.DONE:
        for draw in task.draws.filter(drawn_at__isnull=False, cancelled_at__isnull=True):
            national.land_draw(draw)


@on(PlanSettled)
def land_plan(event: PlanSettled) -> None:
    """公布的抽查计划进入数据中心（双随机计划），撤销的撤回

    Safe to run twice: what says the same already is left as it is.
    """
    national.land_plan(Plan.objects.get(case__number=event.plan))


@on(ObjectsNamed)
def land_objects(event: ObjectsNamed) -> None:
    """公开抽取的对象进入数据中心（双随机抽查的监管对象）；其他的待检查全部结束

    Safe to run twice: what says the same already is left as it is.
    """
    national.land_draw(Draw.objects.get(draw_id=event.draw))


@on(PartRevoked)
def take_back_result(event: PartRevoked) -> None:
    """撤销的检查结果从数据中心撤回

    Safe to run twice: a record that was withdrawn is not withdrawn again.
    """
    landing.take_back(part_of(Case.objects.get(number=event.part)))


@on(CaseMoved)
def shorten_publication(event: CaseMoved) -> None:
    """按七个工作日计算应当较快公示的检查结果的期限

    The clock is started once: a second time finds it.
    """
    if event.kind == PART_KIND.name and event.state == PartState.REVIEWED:
        parts = Part.objects.select_related("case__unit", "case__opener")
        publishing.start_sooner(parts.get(case__number=event.number))
