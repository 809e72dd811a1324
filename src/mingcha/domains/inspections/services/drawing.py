"""Hold a draw (随机抽取): objects, officers and tasks in one transaction, exactly once.

    run = start(draw, actor=actor)       # a job computes, then writes all or nothing

The calculation is outside the transaction, since it can be done again and gives the same. The
transaction locks the draw, looks once more whether it was held, and writes what was calculated.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import transaction

from mingcha.base.cases.services import Said, advance
from mingcha.base.days import local_today, second_text, utc_now
from mingcha.base.events.services import announce
from mingcha.base.jobs import defer
from mingcha.base.ledger.hashing import sm3
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.base.runs.models import Run
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.events import ObjectsNamed
from mingcha.domains.inspections.models import Assignment, Draw, DrawnUnit, Task, Visit
from mingcha.domains.inspections.queries import seeding, selecting
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.queries.selecting import ANY_SKILL
from mingcha.domains.inspections.rules import bundle, holding
from mingcha.domains.inspections.rules.bundle import Published
from mingcha.domains.inspections.rules.eligible import Visit as Wanted
from mingcha.domains.inspections.rules.lines import Unit
from mingcha.domains.inspections.rules.pairing import Pairing
from mingcha.domains.inspections.rules.seeds import Reveal, build
from mingcha.domains.inspections.services import frames, seeds
from mingcha.domains.inspections.services.common import act_on_draw
from mingcha.domains.inspections.services.freezing import OPEN
from mingcha.domains.inspections.services.teams import AT_ONCE, Team, open_parts
from mingcha.domains.inspections.states import DRAW

Tell = Callable[[int, int, str], None]


def start(draw: Draw, *, actor: Account) -> Run:
    """Have a draw held by a job. Two who press at the same moment get the same run.

    Raises NotAllowed, DrawnAlready, DrawCancelled, TooEarly or SeedNotReady.
    """
    with transaction.atomic():
        draw = seeds.locked(draw, actor)
        reveal_of(draw)
        task = Task.objects.select_for_update(of=("self",)).select_related("run").get(
            pk=draw.task_id
        )  # fmt: skip
        if task.run is not None and task.run.state in OPEN:
            return task.run
        run = Run.objects.create(
            kind="inspections.draw", label=f"抽取 {draw.draw_id}", actor_id=actor.pk, unit="户"
        )
        task.run = run
        task.save(update_fields=["run"])
        defer("inspections.draw", lock=f"inspections/{task.pk}", draw=draw.pk, run=run.pk,
              actor=actor.pk)  # fmt: skip
    return run


def reveal_of(draw: Draw) -> Reveal:
    """What is known of the seed. Raises TooEarly while numbers may still be revealed, SeedNotReady,
    BadSeedValue or NonceMismatch.
    """
    said, numbers = commitment_of(draw), seeding.numbers(draw)
    if lost := seeding.unsettled(draw, said):
        raise errors.SeedNotReady(problem=f"{'、'.join(lost)}的随机数在取消时还没有公开")
    if utc_now() < said.reveal_by and any(one.party not in numbers for one in said.nonces):
        raise errors.TooEarly(what="各方随机数公开期满，抽取", at=second_text(said.reveal_by))
    values = {
        one.source: one
        for one in draw.values.filter(confirmed_at__isnull=False, refused_at__isnull=True)
    }
    found = Reveal(
        {name: one.value for name, one in values.items()},
        frozenset(name for name, one in values.items() if one.is_fallback),
        numbers,
    )
    build(draw.draw_id, said.sources, said.nonces, found, said.by)
    return found


def computed(draw: Draw, tell: Tell) -> Published:
    """The whole draw from its frozen files and its seed. Raises FrozenFilesAltered."""
    tell(0, 0, "核对冻结文件")
    frozen = frames.read(draw)
    tell(0, len(frozen.lines["F"]), "逐户计算随机数，抽取对象，匹配人员")
    return holding.hold(frozen, commitment_of(draw), reveal_of(draw), witness=draw.witness)


def hold(draw: Draw, *, actor: Account, tell: Tell) -> Draw:
    """Draw objects and officers and open the parts (随机抽取). Leaves an act of the draw, sealed at
    once, one of the task, and one of each part.

    Raises DrawnAlready, DrawCancelled, SeedNotReady or FrozenFilesAltered, and then nothing was done.
    """
    require(actor, DRAW, draw.task.body)
    seeds.refuse_over(draw)
    found = computed(draw, tell)
    made = bundle.files(found, on=local_today(), is_audit=True)
    tell(0, 0, "生成检查任务")
    with transaction.atomic():
        draw = seeds.locked(draw, actor)
        task = Task.objects.select_related("body", "case__unit", "case__opener").get(
            pk=draw.task_id
        )
        with advance(task.case, "draw", actor=actor, said=Said(reason=draw.draw_id)):
            draw.seed, draw.drawn_at, draw.drawn_by = found.seed.text, utc_now(), actor
            draw.result = result_of(made)
            draw.counts = draw.counts | _counted(draw, found)
            draw.save()
            visits = _units(draw, task, found)
            open_parts(task, _teams(task, visits, found.pairing), actor=actor)
            act_on_draw(draw, "随机抽取", actor, seal_now=True)
            announce(ObjectsNamed(draw.draw_id))
    return draw


def agrees(draw: Draw, tell: Tell) -> bool:
    """Whether the draw, recomputed from its frozen files and its seed, is what was recorded."""
    found = computed(draw, tell)
    made = bundle.files(found, on=local_today(), is_audit=True)
    return result_of(made) == draw.result and found.seed.text == draw.seed


@transaction.atomic
def cancel(draw: Draw, *, because: str, actor: Account) -> Draw:
    """Cancel a draw that was not held (取消抽取). It stays public with its reason and, once the values of
    its sources are known, with the list that it would have drawn. Leaves an act, sealed at once.

    Raises NotAllowed, ReasonMissing, DrawnAlready or DrawCancelled.
    """
    draw = seeds.locked(draw, actor)
    now = utc_now()
    kept = {"numbers": seeding.numbers(draw), "sources": seeding.labels(draw)}
    was_known = seeding.was_known(draw, commitment_of(draw), now)
    with advance(draw.task.case, "thaw", actor=actor, said=Said(reason=because)):
        draw.cancelled_at, draw.cancelled_by = now, actor
        draw.cancelled_because = because.strip()[:300]
        draw.was_known, draw.kept = was_known, kept
        draw.save()
        act_on_draw(draw, "取消抽取", actor, seal_now=True)
        seeds.publish_later(draw)
    return draw


def result_of(made: Mapping[str, bytes]) -> str:
    """The digest of what came of a draw: its objects, teams and vacancies."""
    return sm3(made["drawn.txt"] + made["teams.txt"] + made["vacant.txt"]).hex()


def _counted(draw: Draw, found: Published) -> dict[str, object]:
    by_name = {one["name"]: one for one in draw.counts["strata"]}
    for one in found.drawn:
        by_name[one.stratum] |= {
            "used": one.method, "certain": one.certain, "drawn": len(one.objects),
            "spare": len(one.reserves),
        }  # fmt: skip
    return {
        "strata": list(by_name.values()),
        "drawn": sum(len(one.objects) for one in found.drawn),
        "parts": len(found.pairing.teams),
        "vacant": len(found.pairing.vacant),
        "withheld": list(found.seed.withheld),
    }


def _units(draw: Draw, task: Task, found: Published) -> Mapping[str, Visit]:
    """Write what was drawn; key → visit of the objects."""
    keys = [key for one in found.drawn for key in (*one.objects, *one.reserves)]
    parties = frames.parties_by_key(draw, keys)
    weights = _weights(found.lines["F"], set(keys))
    units = [
        DrawnUnit(
            draw=draw, party_id=parties[key], key=key, stratum=one.stratum, weight=weights[key],
            place=place, is_reserve=is_reserve, is_certain=not is_reserve and place <= one.certain,
        )
        for one in found.drawn
        for is_reserve, several in ((False, one.objects), (True, one.reserves))
        for place, key in enumerate(several, start=1)
    ]  # fmt: skip
    DrawnUnit.objects.bulk_create(units, batch_size=AT_ONCE)
    visits = [
        Visit(task=task, party_id=one.party_id, unit=one) for one in units if not one.is_reserve
    ]
    Visit.objects.bulk_create(visits, batch_size=AT_ONCE)
    rows = Visit.objects.filter(task=task, unit__draw=draw).select_related("party", "unit")
    return {one.unit.key: one for one in rows if one.unit is not None}


def _weights(lines: Iterable[bytes], keys: set[str]) -> dict[str, int]:
    wanted = {key.encode() for key in keys}
    found = {}
    for line in lines:
        if line[2 : line.index(b"\x1f", 2)] in wanted:
            unit = Unit.read(line)
            found[unit.key] = unit.weight
    return found


def _teams(task: Task, visits: Mapping[str, Visit], pairing: Pairing) -> list[Team]:
    """A team for each department's part; visits by their bytes."""
    assignments = {
        (one.body.code, one.skill or ANY_SKILL): one
        for one in task.assignments.select_related("body")
    }
    lacks = {one.visit: _lacks(one.visit, assignments, one.reached, one.knot.officers)
             for one in pairing.vacant}  # fmt: skip
    return [
        Team(
            visits[wanted.key], assignments[wanted.dept, wanted.skill], pairing.teams[wanted],
            lacks.get(wanted, ""),
        )
        for wanted in sorted(pairing.teams, key=Wanted.line)
    ]  # fmt: skip


def _lacks(
    wanted: Wanted, assignments: Mapping[tuple[str, str], Assignment],
    reached: Sequence[Wanted], few: Sequence[str],
) -> str:  # fmt: skip
    body = assignments[wanted.dept, wanted.skill].body.name
    area, skill = selecting.area_name(wanted.area), wanted.skill
    if not few:
        return f"{body}在{area}没有可派的“{skill}”执法人员"
    return (
        f"{body}在{area}的“{skill}”执法人员不足：{len(reached)} 个检查组需要，"
        f"可派的 {len(few)} 人已满额或已在该户"
    )
