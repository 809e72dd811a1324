"""What still uses an item of the list or a register: asked before either is stopped."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from mingcha.base.days import local_today
from mingcha.base.people.models import Account
from mingcha.domains.inspections.models import (
    AssignmentItem,
    PlanLine,
    RandomItem,
    Register,
    Task,
)
from mingcha.domains.inspections.queries import seen
from mingcha.domains.inspections.states import PlanState, TaskState

SHOWN = 50  # tasks that a page names


@dataclass(frozen=True)
class Uses:
    """Open tasks and batches of plans; those that the account may not see are only counted.

    `drafts` are tasks that are not frozen yet: they have to be changed. `later` go on as they were
    frozen. At most SHOWN of each are named, `more` says how many are not.
    """

    drafts: Sequence[Task] = ()
    later: Sequence[Task] = ()
    lines: Sequence[PlanLine] = ()
    more: int = 0
    hidden: int = 0

    @property
    def is_none(self) -> bool:
        """Whether nothing uses it."""
        return not (self.drafts or self.later or self.lines or self.hidden)


def of_item(account: Account, item: RandomItem) -> Uses:
    """What uses an item: tasks that are not over, batches of plans of this year and later."""
    shares = AssignmentItem.objects.filter(item__item=item).order_by()
    lines = PlanLine.objects.filter(
        items=item, plan__in=seen.plans(account), plan__year__gte=local_today().year
    ).exclude(plan__case__state=PlanState.DROPPED)
    found = lines.select_related("plan__case", "plan__body").order_by(
        "plan__year", "plan", "number"
    )
    return _uses(
        account,
        Task.objects.filter(assignments__in=shares.values("assignment")),
        list(found[:SHOWN]),
    )


def of_register(account: Account, register: Register) -> Uses:
    """What uses a register: tasks that are not over and name one of its versions."""
    named = Q(objects_from__register=register) | Q(officers_from__register=register)
    return _uses(account, Task.objects.filter(named), [])


def lapsed(task: Task) -> str:
    """The name of an item of a task that does not hold in its days, with its last day; "" for none.

    A version that another follows has to hold on the first day, one that was stopped on every day.
    """
    over = Q(item__until__lt=task.first_on)
    over |= Q(item__until__lt=task.last_on) & ~Q(item__ended_because="")
    found = AssignmentItem.objects.filter(over, assignment__task=task).select_related("item")
    one = found.order_by("pk").first()
    return f"“{one.item.name}”只用到 {one.item.until}" if one is not None else ""


def _uses(account: Account, found: QuerySet[Task], lines: Sequence[PlanLine]) -> Uses:
    keys = set(found.filter(case__closed_at__isnull=True).values_list("pk", flat=True))
    mine = seen.tasks(account).filter(pk__in=keys).order_by("last_on", "pk")
    drafts = mine.filter(case__state=TaskState.DRAFT)
    later = mine.exclude(case__state=TaskState.DRAFT)
    shown, going, count = list(drafts[:SHOWN]), list(later[:SHOWN]), mine.count()
    return Uses(shown, going, lines, count - len(shown) - len(going), len(keys) - count)
