"""Two tasks' visits to one entity are made at once (进一次门、查多项事): proposed, answered, merged."""

from django.db.models import Q, QuerySet

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, Said, advance, opened
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Merging, Part, Task, Visit
from mingcha.domains.inspections.states import MERGING_KIND, TASK, PartState

_BEFORE = (PartState.TO_CONFIRM, PartState.CONFIRMED)


def candidates(task: Task) -> QuerySet[Visit]:
    """Visits of other tasks to the entities of this one, with days in common and not begun on either
    side; `ours` is the visit of this task.
    """
    begun = Part.objects.exclude(case__state__in=_BEFORE).values("visit")
    found = Visit.objects.filter(
        party__in=task.visits.filter(merged_into__isnull=True).exclude(pk__in=begun).values("party"),
        task__first_on__lte=task.last_on, task__last_on__gte=task.first_on,
        merged_into__isnull=True, is_recheck=False,
    )  # fmt: skip
    found = found.exclude(Q(task=task) | Q(pk__in=begun))
    return found.select_related("task__body", "party").order_by("party", "pk")


def named(found: QuerySet[Visit], words: str) -> QuerySet[Visit]:
    """Those of an entity or a body that is called so."""
    if not words:
        return found
    return found.filter(
        Q(party__name__icontains=words)
        | Q(party__code=words)
        | Q(task__body__name__icontains=words)
    )


def propose(kept: Visit, other: Visit, *, actor: Account) -> Merging:
    """Propose that another task's visit goes into one of ours (建议合并入户): a case of its body.

    Leaves one act. Raises NotAllowed or CannotMerge.
    """
    require(actor, TASK, kept.task.body)
    _refuse(kept, other)
    if Merging.objects.filter(kept=kept, other=other).exists():
        raise errors.CannotMerge(problem="已经建议过一次")
    opening = Opening(
        MERGING_KIND.name, f"{kept.party.name}：合并入企", other.task.body,
        opener=kept.task.body, about=("party", kept.party.public_id), party_id=kept.party_id,
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        return Merging.objects.create(case=case, kept=kept, other=other)


def merge(case: Case, *, actor: Account, said: Said) -> Merging:
    """Agree (同意合并): the other visit is made with the kept one; each department keeps its part and its
    team. Raises CannotMerge, and what `advance` raises.
    """
    found = Merging.objects.select_related("kept__task", "other__task", "kept__party").get(
        case=case
    )
    _refuse(found.kept, found.other)
    with advance(case, "merge", actor=actor, said=said):
        moved = Visit.objects.filter(pk=found.other_id, merged_into__isnull=True)
        moved.update(merged_into=found.kept)
    return found


def _refuse(kept: Visit, other: Visit) -> None:
    begun = Part.objects.filter(visit__in=(kept, other)).exclude(case__state__in=_BEFORE)
    problems = [
        ("对象不同", kept.party_id != other.party_id),
        ("是同一任务", kept.task_id == other.task_id),
        ("已经并入其他检查", bool(kept.merged_into_id or other.merged_into_id)),
        ("检查期间没有重叠", kept.task.last_on < other.task.first_on
         or other.task.last_on < kept.task.first_on),
        ("有一方已经开始检查", begun.exists()),
    ]  # fmt: skip
    for problem, is_so in problems:
        if is_so:
            raise errors.CannotMerge(problem=problem)
