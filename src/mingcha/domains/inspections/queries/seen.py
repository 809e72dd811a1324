"""What an account may see of lists, registers, plans, tasks and draws: the one door to each."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from mingcha.base.errors import NotFound
from mingcha.base.intervals import holds_on
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import organisations_under
from mingcha.domains.inspections.models import (
    Assignment,
    Draw,
    Plan,
    RandomItem,
    RandomItemVersion,
    Register,
    RegisterVersion,
    Task,
)
from mingcha.domains.inspections.states import SEE


def item_versions(account: Account) -> QuerySet[RandomItemVersion]:
    """Versions of items: published ones of every body, drafts of the bodies one may look into."""
    if not account.holds(SEE):
        return RandomItemVersion.objects.none()
    mine = Q(item__body__in=account.held.bodies(SEE))
    found = RandomItemVersion.objects.filter(mine | Q(published_at__isnull=False))
    return found.select_related("item__body")


def item_for(account: Account, public_id: str) -> RandomItem:
    """The one door to an item. Raises NotFound."""
    found = RandomItem.objects.filter(versions__in=item_versions(account), public_id=public_id)
    item = found.select_related("body").first()
    if item is None:
        raise NotFound(what="随机抽查事项", key=public_id)
    return item


def items_on(account: Account, body: Organisation, day: object) -> QuerySet[RandomItemVersion]:
    """The published items in force on a day, those of a body first."""
    found = item_versions(account).filter(holds_on(day), published_at__isnull=False)  # type: ignore[arg-type]
    return found.order_by("item__body__path", "name")


def registers(account: Account) -> QuerySet[Register]:
    """The registers of the bodies one may look into."""
    found = Register.objects.filter(body__in=account.held.bodies(SEE))
    return found.select_related("body")


def register_for(account: Account, public_id: str) -> Register:
    """The one door to a register. Raises NotFound."""
    found = registers(account).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(what="名录库", key=public_id)
    return found


def latest_versions(account: Account, of: str) -> QuerySet[RegisterVersion]:
    """The latest version of each register in use."""
    newer = RegisterVersion.objects.filter(
        register=OuterRef("register"), number__gt=OuterRef("number")
    )
    found = RegisterVersion.objects.filter(
        ~Exists(newer), register__in=registers(account), register__of=of, register__is_closed=False
    )
    return found.select_related("register__body").order_by("register__name")


def plans(account: Account) -> QuerySet[Plan]:
    """The plans of the bodies one may look into, those filed with them, and published ones."""
    bodies = account.held.bodies(SEE)
    mine = Q(body__in=bodies) | Q(filed_with__in=bodies) | Q(published_at__isnull=False)
    found = Plan.objects.filter(mine) if account.holds(SEE) else Plan.objects.none()
    return found.select_related("case", "body", "filed_with")


def plan_for(account: Account, number: str) -> Plan:
    """The one door to a plan. Raises NotFound."""
    found = plans(account).filter(case__number=number).first()
    if found is None:
        raise NotFound(what="抽查计划", key=number)
    return found


def tasks(account: Account) -> QuerySet[Task]:
    """The tasks of the bodies one may look into, and those in which one of them takes part."""
    bodies = account.held.bodies(SEE)
    shares = Assignment.objects.filter(task=OuterRef("pk"), body__in=bodies)
    found = Task.objects.filter(Q(body__in=bodies) | Exists(shares))
    return found.select_related(
        "case__unit", "case__opener", "body", "line__plan__case", "objects_from__register",
        "officers_from__register", "run",
    )  # fmt: skip


def task_for(account: Account, number: str) -> Task:
    """The one door to a task. Raises NotFound."""
    found = tasks(account).filter(case__number=number).first()
    if found is None:
        raise NotFound(what="抽查任务", key=number)
    return found


def draw_for(account: Account, draw_id: str) -> Draw:
    """The one door to a draw. Raises NotFound."""
    found = Draw.objects.filter(task__in=tasks(account), draw_id=draw_id)
    draw = found.select_related("task__case", "task__body", "task__run", "drawn_by").first()
    if draw is None:
        raise NotFound(what="随机抽取", key=draw_id)
    return draw


def bodies_of(account: Account, right: str) -> list[Organisation]:
    """The open bodies for which somebody may do something."""
    mine = organisations_under(account, right).filter(closed_on__isnull=True)
    return list(mine.exclude(kind=Organisation.Kind.OPERATOR))


def published_draws() -> QuerySet[Draw]:
    """Every draw: a commitment is public from its freeze on, a cancelled one stays so."""
    return Draw.objects.select_related("task__body", "task__case").order_by("-frozen_at")
