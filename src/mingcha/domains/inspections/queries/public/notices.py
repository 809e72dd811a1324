"""The public lists: items of random inspection, plans, tasks, draws and results, as published."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from mingcha.base.cases.models import Clock, Step
from mingcha.base.days import day_moment, local_today
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Organisation
from mingcha.base.search import PairQuery, pair_query
from mingcha.domains.inspections.models import (
    AssignmentItem,
    Draw,
    Part,
    Plan,
    PlanLine,
    RandomItemVersion,
    Task,
)
from mingcha.domains.inspections.models.lists import Method
from mingcha.domains.inspections.models.tasks import Level, Mode
from mingcha.domains.inspections.queries.naming import Naming
from mingcha.domains.inspections.rules import criteria
from mingcha.domains.inspections.states import PartState, PlanState, TaskState
from mingcha.domains.parties.queries import PERSON
from mingcha.standards import loader
from mingcha.standards.masking import mask

WITHIN = ("inspections.publish_within", "inspections.publish_soon_within")
RESULTS = "spot_check_result"
BEGUN = (TaskState.UNDER_WAY, TaskState.DONE, TaskState.PUBLISHED)
# Announced when frozen (by chance) or begun (by plan); who is checked for a reason is not warned.
ANNOUNCED = Q(mode=Mode.RANDOM, draws__isnull=False) | Q(
    mode__in=(Mode.SPECIAL, Mode.FULL), case__state__in=BEGUN
)


@dataclass(frozen=True)
class Sought:
    """What a reader looks for in a public list; every part narrows, "" does not."""

    words: str = ""
    body: str = ""
    year: str = ""
    kind: str = ""
    state: str = ""
    since: str = ""
    until: str = ""
    on: date | None = None


def items(sought: Sought) -> QuerySet[RandomItemVersion]:
    """The items of random inspection in force on a day (随机抽查事项清单). `kind`: key, plain, joint."""
    on = sought.on or local_today()
    found = RandomItemVersion.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), published_at__isnull=False, since__lte=on
    ).select_related("item__body")
    if sought.words:
        said = sought.words.strip()
        found = found.filter(
            Q(name__icontains=said) | Q(category__icontains=said) | Q(code__startswith=said)
        )
    if sought.kind in ("key", "plain"):
        found = found.filter(is_key=sought.kind == "key")
    elif sought.kind == "joint":
        found = found.filter(partners__isnull=False).distinct()
    return found.filter(item__body__code=sought.body) if sought.body else found


def item_called(public_id: str, on: date) -> list[RandomItemVersion]:
    """Every published version of an item, latest first. Raises NotFound."""
    found = RandomItemVersion.objects.filter(item__public_id=public_id, published_at__isnull=False)
    versions = list(
        found.select_related("item__body").prefetch_related("partners").order_by("-since")
    )
    if not versions:
        raise NotFound(what="随机抽查事项", key=public_id)
    return versions


def plans(sought: Sought) -> QuerySet[Plan]:
    """Published plans (抽查计划公告)."""
    found = Plan.objects.filter(published_at__isnull=False).select_related("body", "case")
    if sought.words:
        found = found.filter(
            Q(title__icontains=sought.words) | Q(case__number__iexact=sought.words)
        )
    if sought.year.isdecimal() and len(sought.year) == 4:
        found = found.filter(year=int(sought.year))
    if sought.kind in Plan.Kind.values:
        found = found.filter(kind=sought.kind)
    found = found.annotate(batches=Count("lines", distinct=True))
    return found.filter(body__code=sought.body) if sought.body else found


@dataclass(frozen=True)
class TakenBack:
    """A plan that was public and is being changed, or was called off (`is_over`)."""

    title: str
    body: str
    year: int
    is_over: bool


def plan_taken_back(number: str) -> TakenBack | None:
    """A plan whose address stays although its batches are not shown any more, or not now."""
    was = Step.objects.filter(case=OuterRef("case"), move="publish")
    found = Plan.objects.filter(Exists(was), published_at__isnull=True, case__number=number)
    plan = found.select_related("body", "case").first()
    if plan is None:
        return None
    return TakenBack(plan.title, plan.body.name, plan.year, plan.case.state == PlanState.DROPPED)


def plan_called(number: str) -> Plan:
    """A published plan with its lines. Raises NotFound."""
    lines = PlanLine.objects.order_by("number").prefetch_related("items__versions", "partners")
    found = Plan.objects.filter(published_at__isnull=False, case__number=number)
    plan = (
        found.select_related("body", "case", "filed_with")
        .prefetch_related(Prefetch("lines", lines))
        .first()
    )
    if plan is None:
        raise NotFound(what="抽查计划", key=number)
    return plan


def tasks(sought: Sought) -> QuerySet[Task]:
    """Tasks that are announced (抽查任务公告)."""
    found = Task.objects.filter(ANNOUNCED).distinct().select_related("body", "case", "line__plan")
    if sought.words:
        found = found.filter(Q(name__icontains=sought.words) | Q(case__number__iexact=sought.words))
    if sought.kind in Mode.values:
        found = found.filter(mode=sought.kind)
    if sought.state in TaskState.values:
        found = found.filter(case__state=sought.state)
    return found.filter(body__code=sought.body) if sought.body else found


def task_called(number: str) -> Task:
    """An announced task with its departments and draws. Raises NotFound."""
    shares = AssignmentItem.objects.select_related("item__item", "checklist")
    task = (
        Task.objects.filter(ANNOUNCED, case__number=number)
        .select_related("body", "case", "line__plan__case", "objects_from")
        .prefetch_related("assignments__body", Prefetch("assignments__items", shares), "draws")
        .first()
    )
    if task is None:
        raise NotFound(what="抽查任务", key=number)
    return task


def scope_of(task: Task) -> str:
    """Whom a task may reach, in words that everybody may read; "" while the draw is kept back."""
    until = task.embargo_on or date.max
    if task.level == Level.EMBARGOED and until > local_today():
        return ""
    naming, register = Naming(), task.objects_from
    said = [register.criteria, task.scope] if register is not None else [task.scope]
    words = dict.fromkeys(naming.public(criteria.objects(one)) for one in said)
    return "；".join(one for one in words if one != "全部" or len(words) == 1)


def results(sought: Sought) -> QuerySet[Part]:
    """Results as they stand published (抽查结果公告); what is being revoked is not among them."""
    found = Part.objects.filter(case__state=PartState.PUBLISHED).select_related(
        "case", "body", "visit__party", "visit__task__case"
    )
    if sought.words:
        pairs = pair_query(sought.words, "n")
        named = Q(visit__party__search=PairQuery(pairs)) if pairs else Q()
        found = found.filter(named | Q(visit__party__code=sought.words.strip()))
        # A natural person is not found by name: names of persons are not public.
        found = found.exclude(visit__party__kind=PERSON)
    if sought.kind:
        found = found.filter(result=sought.kind)
    if (first := day_moment(sought.since)) is not None:
        found = found.filter(published_at__gte=first)
    if (last := day_moment(sought.until, end=True)) is not None:
        found = found.filter(published_at__lte=last)
    if sought.state:  # the number of a task
        found = found.filter(visit__task__case__number=sought.state)
    return found.filter(body__code=sought.body) if sought.body else found


def lateness() -> tuple[int, int]:
    """How many results were published, and how many of them after their last day. One query."""
    late = Clock.objects.filter(
        case=OuterRef("pk"), rule__key__in=WITHIN, stopped_on__gt=F("due_on")
    )
    found = Part.objects.filter(published_at__isnull=False).annotate(was_late=Exists(late))
    counted = found.aggregate(all=Count("pk"), late=Count("pk", filter=Q(was_late=True)))
    return counted["all"], counted["late"]


def result_called(number: str) -> Part:
    """A published result with its items. Raises NotFound, for one that was withdrawn too."""
    shares = AssignmentItem.objects.select_related("item__item", "checklist")
    part = (
        results(Sought())
        .filter(case__number=number)
        .select_related("assignment", "visit__unit__draw")
        .prefetch_related(Prefetch("assignment__items", shares), "places")
        .first()
    )
    if part is None:
        raise NotFound(what="抽查结果", key=number)
    return part


def draws(sought: Sought) -> QuerySet[Draw]:
    """Every draw that was ever committed, cancelled ones too."""
    found = Draw.objects.select_related("task__body", "task__case")
    if sought.words:
        found = found.filter(
            Q(draw_id__icontains=sought.words) | Q(task__name__icontains=sought.words)
        )
    stages = {
        "committed": Q(drawn_at__isnull=True, cancelled_at__isnull=True),
        "drawn": Q(drawn_at__isnull=False, cancelled_at__isnull=True),
        "cancelled": Q(cancelled_at__isnull=False),
    }
    if sought.state in stages:
        found = found.filter(stages[sought.state])
    if sought.year.isdecimal() and len(sought.year) == 4:
        found = found.filter(frozen_at__year=int(sought.year))
    return found.filter(task__body__code=sought.body) if sought.body else found


def bodies() -> list[tuple[str, str]]:
    """The bodies that inspect, for a filter: code and name."""
    mine = RandomItemVersion.objects.filter(item__body=OuterRef("pk"), published_at__isnull=False)
    has_task = Task.objects.filter(body=OuterRef("pk"))
    found = Organisation.objects.filter(Exists(mine) | Exists(has_task)).order_by("path")
    return list(found.values_list("code", "name"))


def result_label(code: str) -> str:
    """A result in words."""
    return loader.current().code_table(RESULTS).label_of(code) if code else ""


def result_codes() -> list[tuple[str, str]]:
    """The codes of results with their words."""
    return [(one.code, one.label) for one in loader.current().code_table(RESULTS).codes]


def methods_of(version: RandomItemVersion) -> str:
    """How an item is inspected, in words."""
    return "、".join(Method(one).label for one in version.methods)


def name_of(kind: str, name: str) -> str:
    """The name of an entity as the public may see it: of a natural person, the family name."""
    return mask(name, "name") if kind == PERSON else name


def code_of(kind: str, code: str) -> str:
    """The code of an entity as the public may see it: a natural person's is never shown."""
    return mask(code, "all") if kind == PERSON else code
