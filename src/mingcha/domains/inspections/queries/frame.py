"""What a task would freeze, before it does: classes, exclusions, chances, officers, warnings.

Every number is a count of the database; the rows behind each are one query away (`rows`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from mingcha.base.errors import MingchaError
from mingcha.base.runs.models import Run
from mingcha.base.runs.queries import Progress, progress
from mingcha.domains.inspections.models import RegisterVersion, Task
from mingcha.domains.inspections.queries import selecting
from mingcha.domains.inspections.queries.naming import Naming, Words
from mingcha.domains.inspections.queries.selecting import ANY_SKILL, Selection
from mingcha.domains.inspections.rules import criteria, pps
from mingcha.domains.inspections.rules.lines import Officer
from mingcha.domains.inspections.rules.writing import StratumPlan
from mingcha.domains.inspections.states import PartState

AREAS = 40  # areas that are looked at one by one for officers


@dataclass(frozen=True)
class Class:
    """One stratum: `size` takes part, `wanted` are drawn, with `chances` (weight → per cent).

    `words` says who is in it, `heavier` who weighs more [{weight, words}].
    """

    place: int
    plan: StratumPlan
    words: Words
    heavier: Sequence[Mapping[str, object]]
    size: int
    wanted: int
    reserves: int
    chances: Sequence[tuple[str, str]]
    problem: str = ""


@dataclass(frozen=True)
class Reach:
    """How many officers a department has for its part: in all, and where they do not suffice."""

    body: str
    skill: str
    officers: int
    free: int
    needed: int
    lacking: Sequence[str]


@dataclass(frozen=True)
class Forecast:
    """What would be frozen. `problem` says why it cannot be told."""

    classes: Sequence[Class] = ()
    excluded: Sequence[tuple[str, int]] = ()
    taking: int = 0
    drawn: int = 0
    reaches: Sequence[Reach] = ()
    overlaps: Sequence[tuple[str, str, int, str]] = ()
    repeated: int = 0
    problem: str = ""


def forecast(task: Task) -> Forecast:
    """What the task would freeze now. A handful of statements, however large the register."""
    if not task.strata:
        return Forecast(problem="还没有设定分层。")
    try:
        found = selecting.selection(task)
    except MingchaError as refusal:
        return Forecast(problem=refusal.detail)
    counts = found.counts()
    weights = found.weights()
    naming = Naming()
    classes = [
        _class(n, one, counts.get((n, ""), 0), weights.get(n), naming)
        for n, one in enumerate(found.strata)
    ]
    excluded: dict[str, int] = {}
    for (_, reason), count in counts.items():
        if reason:
            excluded[reason] = excluded.get(reason, 0) + count
    return Forecast(
        classes,
        sorted(excluded.items(), key=lambda one: -one[1]),
        sum(one.size for one in classes),
        sum(one.wanted for one in classes),
        _reaches(task, found, classes),
        found.overlaps(),
        selecting.repeated(found),
    )


def rows(task: Task, *, reason: str = "", place: int | None = None) -> QuerySet[Any]:
    """The entities of a class, or those that are excluded for a reason."""
    found = selecting.selection(task).whole()
    if reason:
        return found.filter(reason=reason)
    found = found.filter(reason="")
    return found.filter(place=place) if place is not None else found


@dataclass(frozen=True)
class Running:
    """A freeze or a draw with its progress."""

    run: Run
    progress: Progress


def run_of(task: Task) -> Running | None:
    """The last freeze or draw of a task, if any."""
    return Running(task.run, progress(task.run)) if task.run is not None else None


def facts(task: Task) -> list[dict[str, object]]:
    """What a task says, for its page."""
    line, naming = task.line, Naming()
    scope = naming.words(criteria.objects(task.scope))
    from_registers = [
        _register_fact(label, one, naming)
        for label, one in (
            ("检查对象名录库", task.objects_from), ("执法检查人员名录库", task.officers_from)
        )
        if one is not None
    ]  # fmt: skip
    return [
        {"label": "检查方式", "value": task.get_mode_display()},
        {"label": "发起单位", "value": task.body.name},
        {"label": "计划批次", "value": f"{line.plan.title} · {line.name}" if line else "—"},
        {"label": "检查缘由", "value": task.ground or "—"},
        {"label": "检查期间", "value": f"{task.first_on} 至 {task.last_on}"},
        {"label": "公开方式", "value": task.get_level_display()},
        *from_registers,
        {"label": "抽查范围", "value": scope.whole, "wide": True},
    ]  # fmt: skip


def _register_fact(label: str, version: RegisterVersion, naming: Naming) -> dict[str, object]:
    """Which version of a register a task is made from, and what it selects."""
    words = naming.of_version(version)
    return {"label": label, "value": str(version), "under": words.whole, "wide": True}


def parts_by_state(task: Task) -> list[tuple[str, str, int]]:
    """(state, its name, how many) of the task's parts."""
    counted = dict(task.case.children.order_by().values_list("state").annotate(n=Count("pk")))
    return [
        (str(state.value), str(state.label), counted[state.value])
        for state in PartState
        if state.value in counted
    ]


def _class(
    n: int, one: StratumPlan, size: int, weights: Mapping[int, int] | None, naming: Naming
) -> Class:  # fmt: skip
    wanted, problem = one.wanted(size), ""
    words = naming.words(one.where)
    heavier = [{"weight": w.weight, "words": naming.words(w.where)} for w in one.weights]
    if size == 0:
        problem = "没有对象，冻结时会被拒绝"
    elif wanted > size:
        problem = f"只有 {size} 户，不够抽取 {wanted} 户，冻结时会被拒绝"
    if problem:
        return Class(n, one, words, heavier, size, wanted, 0, (), problem)
    if weights and one.method == "pps":
        made = pps.plan(wanted, weights)
        chances = [
            (f"权重 {weight}（{count} 户）", _percent(float(made.chance(weight))))
            for weight, count in sorted(weights.items())
        ]
    else:
        chances = [("每户", _percent(wanted / size))]
    return Class(n, one, words, heavier, size, wanted, one.spare(size), chances)


def _percent(chance: float) -> str:
    return "必查" if chance >= 1 else f"{chance * 100:.3g}%"


def _reaches(task: Task, found: Selection, classes: Sequence[Class]) -> list[Reach]:
    lines = selecting.officer_lines(task)
    sizes = {one.place: one for one in classes}
    areas = found.areas()
    made = []
    for share in task.assignments.select_related("body"):
        skill = share.skill or ANY_SKILL
        fit = [
            one for one in lines
            if one.dept == share.body.code and skill in one.skills
            and one.valid_to >= task.last_on and one.cap > one.base_load
        ]  # fmt: skip
        drawn = sum(one.wanted for one in classes)
        lacking = _lacking(fit, areas, sizes, share.count)
        free = sum(one.cap - one.base_load for one in fit)
        made.append(Reach(share.body.name, skill, len(fit), free, drawn * share.count, lacking))
    return made


def _lacking(
    fit: Sequence[Officer], areas: Mapping[tuple[int, str], int], sizes: Mapping[int, Class],
    count: int,
) -> list[str]:  # fmt: skip
    """Areas in which fewer may inspect than a team needs."""
    expected: dict[str, float] = {}
    for (place, area), n in areas.items():
        one = sizes.get(place)
        if one is not None and one.size:
            expected[area] = expected.get(area, 0) + one.wanted * n / one.size
    found = []
    for area in sorted(expected, key=lambda one: -expected[one])[:AREAS]:
        available = sum(area.startswith(one.areas) for one in fit)
        if available < count:
            found.append(f"{selecting.area_name(area)}：需 {count} 人，可派 {available} 人")
    return found
