"""A task: written, changed until it is frozen, given up (抽查任务)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from mingcha.base.cases.services import Opening, Said, changing, opened
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.catalog.queries import checklists_in_force
from mingcha.domains.catalog.queries.force import Act
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import (
    Assignment,
    AssignmentItem,
    PlanLine,
    Pledge,
    RandomItemVersion,
    RegisterVersion,
    SeedSource,
    Task,
)
from mingcha.domains.inspections.models.tasks import Level, Mode
from mingcha.domains.inspections.rules import criteria, writing
from mingcha.domains.inspections.states import TASK, TASK_KIND, TaskState


@dataclass(frozen=True)
class TaskSaid:
    """What a task says besides its departments and sources; see Task."""

    name: str
    first_on: date
    last_on: date
    mode: str = Mode.RANDOM
    line: PlanLine | None = None
    ground: str = ""
    objects_from: RegisterVersion | None = None
    officers_from: RegisterVersion | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    strata: Sequence[Mapping[str, Any]] = ()
    exclusions: Mapping[str, Any] = field(default_factory=dict)
    level: str = Level.KEYED
    embargo_on: date | None = None


@dataclass(frozen=True)
class Share:
    """What one department does: its items, the number of officers. Skill "" is any."""

    body: Organisation
    items: Sequence[RandomItemVersion]
    skill: str = ""
    count: int = 2


@dataclass(frozen=True)
class SourceSaid:
    """A public source named beforehand; see SeedSource. The last of several is the public one."""

    source: str
    label: str
    occasion: str
    pattern: str
    at: datetime
    fallback: str
    fallback_at: datetime
    address: str = ""


def write_task(said: TaskSaid, *, body: Organisation, actor: Account) -> Task:
    """Begin a task (编制抽查任务): a case of its body. Leaves one act.

    Raises NotAllowed, BadCriteria, WrongRegister or TaskIncomplete.
    """
    require(actor, TASK, body)
    _check(said)
    opening = Opening(TASK_KIND.name, said.name, body, opener=body, handler=actor)
    with opened(opening, actor=actor) as case:
        return Task.objects.create(case=case, body=body, **_columns(said))


def change_task(task: Task, said: TaskSaid, *, actor: Account, seen: int | None = None) -> Task:
    """Change a task that is not frozen (修改抽查任务). Leaves one act.

    Raises NotAllowed, TaskFrozen, Stale, and what `write_task` raises.
    """
    _check(said)
    with writing_of(task, "修改抽查任务", actor, seen=seen) as open_task:
        for name, value in _columns(said).items():
            setattr(open_task, name, value)
        open_task.case.title = said.name[:300]
        open_task.save()
    return open_task


def assign(task: Task, shares: Iterable[Share], *, actor: Account) -> list[Assignment]:
    """Say which departments take part with which items (部门分工), in place of what was said before.

    Each item comes with the checklist in force for the department on the first day, where there is
    one. Leaves one act. Raises NotAllowed, TaskFrozen or TaskIncomplete.
    """
    shares = list(shares)
    said = [(share.body.pk, share.skill) for share in shares]
    _once(task, "保存部门分工", said, "同一部门、同一执法类别写了不止一次，请合为一行")
    with writing_of(task, "部门分工", actor) as open_task:
        AssignmentItem.objects.filter(assignment__task=open_task).delete()
        open_task.assignments.all().delete()
        return [_assignment(open_task, share) for share in shares]


def set_sources(
    task: Task, sources: Iterable[SourceSaid], pledges: Mapping[str, str], *,
    reveal_by: datetime | None = None, actor: Account,
) -> None:  # fmt: skip
    """Name the sources of the seed in their order, and the parties with their commitments
    (确定随机数来源). Leaves one act. Raises NotAllowed, TaskFrozen or TaskIncomplete.
    """
    sources = list(sources)
    named = [one.source for one in sources]
    _once(task, "保存随机数来源", named, "同一来源写了不止一次")
    moments = [reveal_by, *(one.at for one in sources), *(one.fallback_at for one in sources)]
    if any(one is not None and one.microsecond for one in moments):
        problem = "时间只能精确到秒，请去掉秒的小数"
        raise errors.TaskIncomplete(name=task.name, deed="保存随机数来源", problem=problem)
    with writing_of(task, "确定随机数来源", actor) as open_task:
        open_task.sources.all().delete()
        open_task.pledges.all().delete()
        for number, one in enumerate(sources, start=1):
            SeedSource.objects.create(task=open_task, number=number, **vars(one))
        for party, commitment in pledges.items():
            Pledge.objects.create(task=open_task, party=party, commitment=commitment)
        open_task.reveal_by = reveal_by
        open_task.save(update_fields=["reveal_by"])


@contextmanager
def writing_of(
    task: Task, label: str, actor: Account, *, seen: int | None = None
) -> Iterator[Task]:
    """Lock a task for writing. Raises NotAllowed, Stale, or TaskFrozen from the freeze on."""
    require(actor, TASK, task.body)
    with changing(task.case, actor=actor, seen=seen) as (case, leave):
        if case.state != TaskState.DRAFT:
            raise errors.TaskFrozen(name=task.name, state=case.get_state_display())
        locked = Task.objects.select_related("body").get(pk=task.pk)
        locked.case = case
        yield locked
        leave(label)


def _once(task: Task, deed: str, said: Sequence[object], problem: str) -> None:
    if len(set(said)) < len(said):
        raise errors.TaskIncomplete(name=task.name, deed=deed, problem=problem)


def _check(said: TaskSaid) -> None:
    criteria.objects(said.scope)
    writing.strata(said.strata)
    writing.leaves_out(said.exclusions)
    if said.last_on < said.first_on:
        raise errors.TaskIncomplete(name=said.name, deed="保存", problem="检查期间末日早于首日")
    if said.line is None and not said.ground.strip():
        problem = "没有选择计划批次，也没有写明检查缘由"
        raise errors.TaskIncomplete(name=said.name, deed="保存", problem=problem)
    for version, role in (
        (said.objects_from, "检查对象名录库"), (said.officers_from, "执法检查人员名录库")
    ):  # fmt: skip
        if version is None:
            continue
        register = version.register
        if register.get_of_display() != role:
            raise errors.WrongRegister(name=register.name, role=role, problem="类别不同")
        if register.is_closed:
            raise errors.WrongRegister(name=register.name, role=role, problem="已停用")


def _columns(said: TaskSaid) -> dict[str, Any]:
    strata = [writing.saved(one) for one in writing.strata(said.strata)]
    return vars(said) | {
        "scope": criteria.saved(criteria.objects(said.scope)), "strata": strata,
        "exclusions": dict(said.exclusions), "ground": said.ground.strip(),
        "embargo_on": said.embargo_on if said.level == Level.EMBARGOED else None,
    }  # fmt: skip


def _assignment(task: Task, share: Share) -> Assignment:
    made = Assignment.objects.create(
        task=task, body=share.body, skill=share.skill, count=max(2, share.count)
    )
    for item in share.items:
        if item.published_at is None:
            problem = f"“{item.name}”还没有公布"
            raise errors.TaskIncomplete(name=task.name, deed="分工", problem=problem)
        act = Act(body=share.body.uscc)
        found = checklists_in_force(on=task.first_on, act=act).filter(item_code=item.code)
        AssignmentItem.objects.create(assignment=made, item=item, checklist=found.first())
    return made


__all__ = [
    "Said", "Share", "SourceSaid", "TaskSaid", "assign", "change_task", "set_sources", "write_task",
    "writing_of",
]  # fmt: skip
