"""Plans and drawn objects become records of the nation's tables, through the services of entry by hand.

What is landed follows what is wanted: new keys are entered, changed ones corrected, those that are no
longer wanted withdrawn. So it may be done at any time and any number of times; the night does it for
what was missed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import changing
from mingcha.base.days import local_today
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.inspections.models import Draw, NationalRecord, Plan
from mingcha.domains.inspections.queries import national as queries
from mingcha.domains.inspections.queries.national import Row
from mingcha.domains.inspections.states import PlanState
from mingcha.domains.records.queries.entry.standing import standing_keys
from mingcha.domains.records.services import entry
from mingcha.domains.records.services.entry import Handing, Outcome
from mingcha.standards import loader

CHANNEL = "case"
AT_ONCE = 2_000  # rows handed in as one batch
SETTLED = (PlanState.PUBLISHED, PlanState.DROPPED)
VERBS = {"i": "新增", "u": "更正", "d": "撤回"}


@transaction.atomic
def land_plan(plan: Plan) -> None:
    """Land the batches of a published plan in 双随机计划; withdraw those of a plan that was revoked.

    While a plan is being changed, what was published stays. Leaves one act, none when nothing was
    handed in. Without an account that has published it nothing lands, since nobody answers for it.
    """
    case = Case.objects.get(pk=plan.pk)
    by = _answers_for(case)
    if case.state not in SETTLED or by is None:
        return
    lines = plan.lines.select_related("plan__case", "plan__body__region").order_by("number")
    is_in = case.state == PlanState.PUBLISHED
    wanted = {queries.plan_id(one): queries.plan_row(one) for one in lines} if is_in else {}
    reason = f"抽查计划{case.get_state_display()}"
    land = _Landing(NationalRecord.Table.PLAN, case, plan.body, by, reason, {"plan": plan})
    if not queries.department_of(plan.body):
        land.refuse(wanted, queries.NO_DEPARTMENT)
        return
    land.follow(wanted)


@transaction.atomic
def land_draw(draw: Draw) -> None:
    """Land whom a draw has found in 双随机抽查的监管对象, once it may be known outside its bodies.

    The plan that they cite goes first. Leaves one act, none when nothing was handed in.
    """
    draw = Draw.objects.select_related(
        "task__case", "task__body", "task__line__plan__case", "drawn_by"
    ).get(pk=draw.pk)
    task = draw.task
    by = draw.drawn_by or _answers_for(task.case)
    if by is None or not queries.may_be_known(draw, on=local_today()) or task.line is None:
        return
    land_plan(task.line.plan)
    rows = (queries.object_row(task.line, one) for one in queries.objects_of(draw))
    wanted = {f"{one['plan_id']}|{one['object_id']}": one for one in rows if one is not None}
    land = _Landing(
        NationalRecord.Table.OBJECT, task.case, task.body, by, f"随机抽取 {draw.draw_id}", {"draw": draw}
    )  # fmt: skip
    cited = queries.records_of(task.line.plan).get(queries.plan_id(task.line))
    if cited is None or cited.fact_id is None:
        land.refuse(wanted, "所引用的计划批次还没有入库")
        return
    land.follow(wanted)


def land_missed() -> None:
    """Land what ought to be in the nation's tables and is not: each plan and draw for itself."""
    for plan in Plan.objects.filter(case__state__in=SETTLED).order_by("pk"):
        land_plan(plan)
    held = Draw.objects.filter(
        drawn_at__isnull=False, cancelled_at__isnull=True, task__line__isnull=False
    )
    lacking = NationalRecord.objects.filter(draw=OuterRef("pk")).exclude(problem="")
    for draw in held.filter(Q(national__isnull=True) | Exists(lacking)).order_by("pk"):
        land_draw(draw)


class _Landing:
    """What one case has in a national table, made to follow what is wanted there."""

    def __init__(
        self, table: str, case: Case, body: Organisation, by: Account, reason: str,
        of: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.table, self.case, self.body, self.by = loader.current().table(table), case, body, by
        self.reason, self.of = reason, of
        self.done: list[str] = []

    def follow(self, wanted: Mapping[str, Row]) -> None:
        """Enter, correct and withdraw until the table says what is wanted."""
        with changing(self.case, actor=None) as (_, leave):
            records = self._records(wanted)
            there = standing_keys(self.body, self.table, records)
            new = {key: row for key, row in wanted.items() if key not in there}
            changed = {
                key: row for key, row in wanted.items() if key in there and records[key].said != row
            }
            gone = {
                key: self._key_of(one)
                for key, one in records.items()
                if key in there and key not in wanted and one.said
            }
            problems = self._hand_in("i", new) | self._hand_in("u", changed)
            problems |= self._hand_in("d", gone)
            there = standing_keys(self.body, self.table, records)
            fresh = []
            for key, one in records.items():
                problem = problems.get(key, "")
                said = one.said if problem else dict(wanted.get(key, {}))
                if _changed(one, said, there.get(key), problem):
                    fresh.append(one)
            _keep(fresh)
            if refused := sum(bool(one.problem) for one in fresh):
                self.done.append(f"未入库 {refused} 条")
            if self.done:
                leave(f"{self.table.label}入库", reason="；".join(self.done))

    def refuse(self, wanted: Mapping[str, Row], problem: str) -> None:
        """Note why nothing of it can be handed in."""
        with changing(self.case, actor=None) as (_, leave):
            fresh = [
                one
                for one in self._records(wanted).values()
                if _changed(one, one.said, one.fact_id, problem)
            ]
            _keep(fresh)
            if fresh:
                leave(f"{self.table.label}未入库", reason=problem)

    def _records(self, wanted: Mapping[str, Row]) -> dict[str, NationalRecord]:
        """What is noted of this case, and a new note for each key that has none."""
        name, of = next(iter(self.of.items()))
        noted = NationalRecord.objects.filter(table=self.table.name)
        mine = {one.key: one for one in noted.filter(**{name: of})}
        others = {one.key: one for one in noted.filter(key__in=wanted.keys() - mine.keys())}
        fresh = {
            key: NationalRecord(table=self.table.name, key=key, **self.of)
            for key in wanted
            if key not in mine and key not in others
        }
        return {key: others[key] for key in wanted if key in others} | mine | fresh

    def _hand_in(self, operation: str, rows: Mapping[str, Row]) -> dict[str, str]:
        """Hand rows in; why some are not in, by key. What the checks refuse leaves the others alone."""
        problems: dict[str, str] = {}
        keys = list(rows)
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            handing = Handing(
                self.by, self.body, self.table, operation, accepts=True, only_good=True,
                reason="" if operation == "i" else self.reason, channel=CHANNEL,
                grounds=self.case.number,
            )  # fmt: skip
            bad = _problems(some, entry.hand_in(handing, [dict(rows[key]) for key in some]))
            problems |= bad
            if good := len(some) - len(bad):
                self.done.append(f"{VERBS[operation]} {good} 条")
        return problems

    def _key_of(self, one: NationalRecord) -> Row:
        """The key fields alone, by which a record is withdrawn."""
        return {name: one.said[name] for name in self.table.key.fields}


def _changed(one: NationalRecord, said: dict[str, str], fact: int | None, problem: str) -> bool:
    """Note on a record how it stands; whether that is anything new."""
    before = (not one._state.adding, one.said, one.fact_id, one.problem)
    one.said, one.fact_id, one.problem = said, fact, problem[:500]
    return before != (True, one.said, one.fact_id, one.problem)


def _keep(records: Sequence[NationalRecord]) -> None:
    fresh = [one for one in records if one._state.adding]
    known = [one for one in records if not one._state.adding]
    NationalRecord.objects.bulk_create(fresh, batch_size=AT_ONCE)
    NationalRecord.objects.bulk_update(known, ["said", "fact_id", "problem"], batch_size=AT_ONCE)


def _problems(keys: Sequence[str], outcome: Outcome) -> dict[str, str]:
    """Why rows did not land, by key; nothing of those that did or that say nothing new."""
    found = {}
    for key, row in zip(keys, outcome.rows, strict=False):
        if row["state"] != "accepted":
            reasons = [one["reason"] for one in row["failures"]]
            found[key] = "".join(reasons) or "检核没有通过"
    return found


def _answers_for(case: Case) -> Account | None:
    """The account that has last moved a case, else the one that opened it."""
    step = case.steps.filter(by__isnull=False).order_by("-pk").select_related("by").first()
    return step.by if step is not None else case.opened_by
