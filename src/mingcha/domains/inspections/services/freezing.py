"""Freeze a task's frame and publish the commitment (冻结名单): from then on nothing can be chosen.

    run = start(task, actor=actor)      # a job does the rest, and may be cancelled until it commits

The frame is read and rooted outside the transaction; the transaction takes it only if the task is
still as it was when the reading began.
"""

import secrets
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from mingcha.base.cases.services import Said, advance
from mingcha.base.days import utc_now
from mingcha.base.jobs import defer
from mingcha.base.ledger.hashing import HASHINGS
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.base.runs import services as runs
from mingcha.base.runs.models import Run, RunState
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Draw, Task
from mingcha.domains.inspections.models.tasks import Level, Mode
from mingcha.domains.inspections.queries import selecting, uses
from mingcha.domains.inspections.queries.selecting import ANY_SKILL, NOWHERE, Selection
from mingcha.domains.inspections.rules import writing
from mingcha.domains.inspections.rules.commitment import Commitment
from mingcha.domains.inspections.rules.eligible import Window
from mingcha.domains.inspections.rules.frame import Frame, Frozen, freeze
from mingcha.domains.inspections.rules.holding import Terms, commit
from mingcha.domains.inspections.rules.keyed import keyed
from mingcha.domains.inspections.rules.lines import Avoidance, Demand, Excluded, Row, Stratum
from mingcha.domains.inspections.rules.seeds import Nonce, Source
from mingcha.domains.inspections.rules.shortages import shortages
from mingcha.domains.inspections.services import frames
from mingcha.domains.inspections.services.common import act_on_draw
from mingcha.domains.inspections.states import TASK, TaskState

USCC_LENGTH = 18
AT_ONCE = 20_000
OPEN = (RunState.QUEUED, RunState.RUNNING)
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Made:
    """A frame that was read: its files, whose key is whose, and what may be said of it."""

    frozen: Frozen
    keys: list[tuple[str, int]]
    secret: bytes
    counts: dict[str, object]


def start(task: Task, *, actor: Account) -> Run:
    """Have a task's frame frozen by a job. Raises NotAllowed, TaskFrozen or TaskIncomplete; a run that
    is under way already is returned.
    """
    require(actor, TASK, task.body)
    with transaction.atomic():
        task = Task.objects.select_for_update(of=("self",)).select_related("case").get(pk=task.pk)
        check(task)
        if task.run is not None and task.run.state in OPEN:
            return task.run
        run = Run.objects.create(
            kind="inspections.freeze", label=f"冻结“{task.name}”", actor_id=actor.pk, unit="户"
        )
        task.run = run
        task.save(update_fields=["run"])
        defer(
            "inspections.freeze", lock=f"inspections/{task.pk}", task=task.pk, run=run.pk,
            seen=task.case.version, actor=actor.pk,
        )  # fmt: skip
    return run


def stop(task: Task, *, actor: Account) -> None:
    """Stop a freeze or a draw that has not committed (停止). Raises NotAllowed."""
    require(actor, TASK, task.body)
    if task.run is not None and task.run.state in OPEN:
        runs.ask_to_cancel(task.run)


def check(task: Task) -> None:
    """Whether everything is said that a freeze needs. Raises TaskFrozen, NotWithoutDraw, TaskIncomplete."""
    if task.case.state != TaskState.DRAFT:
        raise errors.TaskFrozen(name=task.name, state=task.case.get_state_display())
    if task.mode != Mode.RANDOM:
        raise errors.NotWithoutDraw(
            name=task.name, mode=task.get_mode_display(), problem="不经过抽取，不需要冻结"
        )
    over = uses.lapsed(task)
    problems = [
        (f"{over}，检查期间内不再有效，请在分工中换用在用的事项", bool(over)),
        ("还没有设定分层", not task.strata),
        ("还没有确定参加的部门", not task.assignments.exists()),
        ("有部门还没有选择检查事项", task.assignments.filter(items__isnull=True).exists()),
        ("计划还没有公布", task.line is not None and task.line.plan.published_at is None),
        ("延后公开须写明日期", task.level == Level.EMBARGOED and task.embargo_on is None),
        ("还没有确定随机数来源", not task.sources.exists() and task.pledges.count() == 0),
    ]
    for problem, is_so in problems:
        if is_so:
            raise errors.TaskIncomplete(name=task.name, deed="冻结", problem=problem)


def next_draw_id(task: Task) -> str:
    """The number of the task's next draw: plan, task, and how many draws were cancelled before.

    It is known before the freeze, because parties commit to their numbers under it.
    """
    again = task.draws.count() + 1
    serial = task.case.number.rsplit("-", 1)[-1].lstrip("0")
    first = f"{task.line.plan.case.number}-{serial}" if task.line else task.case.number
    return f"{first}-{again}"


def freeze_task(task: Task, *, seen: int, actor: Account, tell: Tell) -> Draw:
    """Read the frame, commit to it, and freeze the task (冻结名单). Leaves an act of the task and one
    of the draw, sealed at once.

    Raises what `check` raises, Stale when the task was changed while the frame was read,
    StratumOverlaps, StratumTooSmall, NoOfficersThere, and what the rules refuse.
    """
    check(task)
    made = read_frame(task, tell)
    draw_id = next_draw_id(task)
    tell(len(made.keys), len(made.keys), "写入文件")
    folder = frames.write(made.frozen, made.keys, made.secret)
    try:
        with transaction.atomic(), advance(
            task.case, "freeze", actor=actor, said=Said(seen=seen)
        ):  # fmt: skip
            said = _commitment(task, made.frozen, draw_id)
            draw = Draw.objects.create(
                task=task, draw_id=draw_id, commitment=said.file(), digest=said.digest().hex(),
                files=frames.summary(made.frozen, folder), counts=made.counts, frozen_at=said.time,
                frozen_by=actor,
            )  # fmt: skip
            act_on_draw(draw, "公布抽取承诺", actor, seal_now=True)
            frames.settle(folder, draw_id)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return draw


def read_frame(task: Task, tell: Tell) -> Made:
    """The frame of a task, checked, sorted and rooted."""
    found = selecting.selection(task)
    tell(0, 0, "核对分层")
    for one, other, count, example in found.overlaps():
        raise errors.StratumOverlaps(one=one, other=other, count=count, example=example)
    is_open = task.level == Level.OPEN
    names = [one.name if is_open else str(n) for n, one in enumerate(found.strata, start=1)]
    secret = frames.new_secret()
    units, excluded, keys = _units(found, names, None if is_open else secret, tell)
    sizes = Counter(row[1] for row in units)
    strata = _strata(found, names, sizes)
    officers = selecting.officer_lines(task)
    demands = [
        Demand(name, one.body.code, one.skill or ANY_SKILL, one.count)
        for name in names
        for one in task.assignments.select_related("body")
    ]
    by_party = {party: key for key, party in keys}
    avoided = [
        Avoidance(one.certificate, by_party[one.party], one.ground, _salt())
        for one in selecting.avoidances(task, [officer.name for officer in officers])
        if one.party in by_party
    ]
    tell(len(keys), len(keys), "排序并计算树根")
    frame = Frame(units, strata, excluded, demands, officers, avoided)
    frozen = freeze(frame, HASHINGS[frames.ALG])
    if not found.out.vacancies:
        _refuse_nobody(task, frozen, strata, demands, officers)
    counts = {
        "strata": [
            {"name": s.name, "label": one.name, "size": s.size, "wanted": s.wanted,
             "reserves": s.reserves, "method": s.method}
            for s, one in zip(strata, found.strata, strict=True)
        ],
        "excluded": dict(Counter(one.reason for one in excluded)),
        "officers": dict(Counter(one.dept for one in officers if one.cap)),
        "avoidances": len(avoided),
    }  # fmt: skip
    return Made(frozen, keys, secret, counts)


def _units(
    found: Selection, names: list[str], secret: bytes | None, tell: Tell
) -> tuple[list[Row], list[Excluded], list[tuple[str, int]]]:
    by = HASHINGS[frames.ALG]
    total = sum(found.counts().values())
    units, excluded, keys = list[Row](), list[Excluded](), list[tuple[str, int]]()
    known = set[str]()
    rows = found.weighed().order_by().values_list(
        "pk", "code", "public_id", "region", "place", "reason", "weight"
    )  # fmt: skip
    for done, row in enumerate(rows.iterator(AT_ONCE)):
        pk, code, public_id, region, place, reason, weight = row
        own = len(code) == USCC_LENGTH and code.isalnum() and code not in known
        identifier = code if own else public_id
        known.add(identifier)
        key = identifier if secret is None else keyed(secret, identifier, by)
        keys.append((key, pk))
        if place < 0 or reason:
            excluded.append(Excluded(key, reason or writing.NO_STRATUM, _salt()))
        else:
            units.append((key, names[place], weight, region or NOWHERE))
        if done % AT_ONCE == 0:
            tell(done, total, "读取名录")
    return units, excluded, keys


def _strata(found: Selection, names: list[str], sizes: Counter[str]) -> list[Stratum]:
    made = []
    for name, one in zip(names, found.strata, strict=True):
        size = sizes[name]
        wanted = one.wanted(size)
        if size < 1 or wanted > size:
            raise errors.StratumTooSmall(
                stratum=one.name, size=size, wanted=max(wanted, 1), reserves=one.reserves
            )
        made.append(Stratum(name, size, wanted, one.spare(size), one.method))
    return made


def _refuse_nobody(
    task: Task,
    frozen: Frozen,
    strata: list[Stratum],
    demands: list[Demand],
    officers: list,  # type: ignore[type-arg]
) -> None:
    window = Window(task.first_on, task.last_on)
    names = {one.body.code: one.body.name for one in task.assignments.select_related("body")}
    for lack in shortages(frozen.lines["F"], strata, demands, officers, window):
        if lack.is_team:
            skill = "" if lack.skill == ANY_SKILL else f"“{lack.skill}”"
            raise errors.NoOfficersThere(
                body=names[lack.dept], area=selecting.area_name(lack.area), skill=skill,
                wanted=lack.needed, found=lack.available,
            )  # fmt: skip


def _commitment(task: Task, frozen: Frozen, draw_id: str) -> Commitment:
    now = utc_now().replace(microsecond=0)
    sources = [
        Source(one.source, one.occasion, one.pattern, one.at, one.fallback, one.fallback_at)
        for one in task.sources.order_by("number")
    ]
    nonces = [Nonce(one.party, one.commitment) for one in task.pledges.order_by("pk")]
    first = min((one.at for one in sources), default=now + timedelta(days=1))
    for one in sources:
        if one.at <= now:
            problem = f"来源“{one.id}@{one.occasion}”的最早产生时间已过，取值可能已经公开"
            raise errors.TaskIncomplete(name=task.name, deed="冻结", problem=problem)
    terms = Terms(
        draw_id, Window(task.first_on, task.last_on), task.level, sources, nonces,
        task.reveal_by or max(first - timedelta(seconds=1), now + timedelta(seconds=1)), now,
        task.embargo_on,
    )  # fmt: skip
    own = any(more.where.codes for one in writing.strata(task.strata) for more in one.weights)
    return commit(frozen, terms, has_internal_weights=own)


def _salt() -> str:
    return secrets.token_hex(16)
