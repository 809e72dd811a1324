"""Issue a task without a draw (不经抽取下达): special inspection, patrol, clue-driven check, full coverage.

The same parts as after a draw; the task says that nothing was drawn. Teams are named by the bodies.
"""

from django.db import transaction

from mingcha.base.cases.services import Said, advance
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Task, Visit
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.queries import selecting, uses
from mingcha.domains.inspections.services.teams import AT_ONCE, Team, open_parts
from mingcha.domains.inspections.states import TASK, TaskState

MOST = 50_000


@transaction.atomic
def issue(task: Task, *, actor: Account) -> Task:
    """Issue a task that is not drawn to its departments (下达任务): a visit to each of its objects.

    Raises NotAllowed, TaskFrozen, NotWithoutDraw, TaskIncomplete or NothingToDraw.
    """
    require(actor, TASK, task.body)
    task = Task.objects.select_related("body", "case__unit", "case__opener").get(pk=task.pk)
    if task.case.state != TaskState.DRAFT:
        raise errors.TaskFrozen(name=task.name, state=task.case.get_state_display())
    if task.mode == Mode.RANDOM:
        raise errors.NotWithoutDraw(
            name=task.name, mode=task.get_mode_display(), problem="不能直接下达"
        )
    assignments = list(task.assignments.select_related("body"))
    if not assignments:
        raise errors.TaskIncomplete(name=task.name, deed="下达", problem="还没有确定参加的部门")
    if over := uses.lapsed(task):
        problem = f"{over}，检查期间内不再有效，请在分工中换用在用的事项"
        raise errors.TaskIncomplete(name=task.name, deed="下达", problem=problem)
    taking = selecting.selection(task).issued().order_by("pk")
    keys = list(taking.values_list("pk", flat=True)[: MOST + 1])
    if not keys:
        raise errors.NothingToDraw
    if len(keys) > MOST:
        problem = f"对象超过 {MOST} 户，请缩小范围分批下达"
        raise errors.TaskIncomplete(name=task.name, deed="下达", problem=problem)
    with advance(task.case, "issue", actor=actor, said=Said(reason=task.get_mode_display())):
        Visit.objects.bulk_create(
            [Visit(task=task, party_id=key) for key in keys], batch_size=AT_ONCE
        )
        visits = Visit.objects.filter(task=task).select_related("party").order_by("pk")
        teams = [Team(visit, one) for visit in visits for one in assignments]
        open_parts(task, teams, actor=actor)
    return task
