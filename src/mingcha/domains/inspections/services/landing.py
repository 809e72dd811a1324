"""An accepted result becomes a fact of 行政检查行为, through the same services as entry by hand."""

from collections.abc import Mapping

from django.db import transaction

from mingcha.base.cases.services import changing
from mingcha.base.days import local_day, local_today
from mingcha.domains.inspections.models import CheckRecord, Part, Place
from mingcha.domains.inspections.models.lists import Method
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.queries.national import plan_id
from mingcha.domains.inspections.rules import following
from mingcha.domains.records.queries.entry.filling import filled
from mingcha.domains.records.queries.entry.known import INDIVIDUAL, Known
from mingcha.domains.records.services import entry
from mingcha.domains.records.services.entry import Handing, Outcome
from mingcha.standards import loader

TABLE, CHANNEL = "check_action", "case"
OTHER = "03"  # 行政相对人性质 其他组织
FORMS = {Mode.SPECIAL: "02", Mode.CLUE: "L01"}  # 检查形式; else 01 日常检查
MODES = {Mode.RANDOM: "1", Mode.FULL: "2"}  # 检查方式


@transaction.atomic
def land(part: Part) -> None:
    """Land the records of an accepted part (检查行为入库). Those that have landed stay as they are.

    What the checks refuse is kept as the record's `problem`. Leaves one act at the case and one for
    each record. Raises NobodyAnswers.
    """
    waiting = list(part.records.filter(fact_id__isnull=True).select_related("item__item"))
    for record in waiting:
        _landed(part, record)
    if not waiting:
        return
    with changing(part.case, actor=None) as (_, leave):
        for record in waiting:
            record.save(update_fields=["fact_id", "problem"])
        bad = "；".join(f"{one.source_key} {one.problem}" for one in waiting if one.problem)
        good = "、".join(one.source_key for one in waiting if not one.problem)
        said = [f"入库 {good}" if good else "", f"未入库 {bad}" if bad else ""]
        leave("检查行为入库", reason="；".join(one for one in said if one))


@transaction.atomic
def take_back(part: Part) -> None:
    """Withdraw the records of a revoked part from the data centre. Leaves one act for each."""
    landed = list(part.records.filter(fact_id__isnull=False))
    if not landed:
        return
    with changing(part.case, actor=None) as (_, leave):
        for record in landed:
            handing = _handing(
                part, operation="d", corrects=record.fact_id,
                reason=part.withdrawn_because or "检查结果被撤销",
            )  # fmt: skip
            entry.hand_in(handing, [{"check_action_code": record.source_key}])
            record.fact_id, record.problem = None, "检查结果撤销，记录已撤回"
            record.save(update_fields=["fact_id", "problem"])
        leave("检查行为撤回", reason="、".join(one.source_key for one in landed))


def _landed(part: Part, record: CheckRecord) -> None:
    """Hand one record in, and note on it what became of it."""
    if record.item.checklist is None:
        record.problem = "该事项没有检查实施清单，国家数据表要求填写清单编码"
        return
    handing = _handing(part, operation="i")
    known = Known(handing.account, part.body, handing.table, today=local_today())
    row = filled(known, _typed(part, record)).row
    outcome = entry.hand_in(handing, [row])
    record.problem = "" if outcome.is_in else _reasons(outcome)[:500]
    record.fact_id = outcome.entries[0].fact_id if outcome.entries else None


def _handing(part: Part, **more: object) -> Handing:
    officer = part.submitted_by
    if officer is None:
        raise ValueError(f"{part.case.number} was accepted and never handed in")
    table = loader.current().table(TABLE)
    return Handing(
        officer, part.body, table, accepts=True, channel=CHANNEL, grounds=part.case.number,
        **more,  # type: ignore[arg-type]  # named by the two callers above
    )  # fmt: skip


def _typed(part: Part, record: CheckRecord) -> Mapping[str, str]:
    """What the part knows of a record; the register fills in the rest."""
    visit, version, team = part.visit, record.item.item, _present(part)
    task = visit.task
    checklist = record.item.checklist
    day = local_day(part.ended_at or part.submitted_at)  # type: ignore[arg-type]  # it was handed in
    said = {
        "plan_id": plan_id(task.line),
        "supervise_item_implement_code": version.code,
        "supervise_item_check_icode": checklist.checklist.code if checklist is not None else "",
        "check_action_name": f"{version.name}检查",
        "check_action_code": record.source_key,
        "administrative_cp_ui_code": visit.party.code,
        "administrative_cp": visit.party.name,
        "supervise_object": visit.party.name,
        "area_number": visit.party.region,
        "check_form": FORMS.get(Mode(task.mode), "01"),
        "check_type": "01" if Method.SITE in version.methods else "02",
        "check_mode": MODES.get(Mode(task.mode), ""),
        "check_result": following.national(_result_of(part, record), on=day),
        "check_date": str(day),
        "check_personnel": "、".join(one.name for one in team),
        "check_personnel_code": "、".join(one.certificate for one in team),
    }
    if visit.party.code.startswith(INDIVIDUAL):
        said["administrative_cp_na"] = OTHER  # a trade name: neither legal person nor citizen
    return {name: text for name, text in said.items() if text}


def _result_of(part: Part, record: CheckRecord) -> str:
    """The result of one item: a problem on another item of the part is not this one's."""
    if part.result not in following.WITH_PROBLEM:
        return part.result
    failed = part.findings.filter(item=record.item, answer=following.FAILED).exists()
    return part.result if failed else following.FINE


def _present(part: Part) -> list[Place]:
    return [one for one in queries.team(part) if one.is_present and one.officer_id is not None]


def _reasons(outcome: Outcome) -> str:
    rows = [failure["reason"] for row in outcome.rows for failure in row["failures"]]
    return "".join(rows) or "检核没有通过"
