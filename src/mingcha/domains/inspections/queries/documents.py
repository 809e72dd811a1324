"""What the documents of an inspection say: notice, on-site record, order to correct (norms 2.6)."""

from datetime import datetime
from typing import Any

from mingcha.base.days import local_day, local_today, minute_text
from mingcha.base.rules.queries import in_force
from mingcha.domains.inspections.models import Correction, Evidence, Part, Place, Visit
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.rules import checkcode, following

CAP = "inspections.yearly_cap"
FORBIDDEN = (
    "严禁逐利检查",
    "严禁接受被检查企业的任何馈赠、报酬、福利待遇",
    "严禁参加被检查企业提供的宴请、娱乐、旅游等活动",
    "严禁由被检查企业支付消费开支或者将检查费用转嫁给企业",
    "严禁对检查企业下达检查指标，将考核考评、预算项目绩效与检查频次、罚没数额挂钩",
)
RIGHTS = (
    "核对检查人员的执法证件；少于两人或者不出示执法证件的，有权拒绝检查。",
    "检查人员与您有直接利害关系或者有其他关系可能影响公正执法的，有权申请回避。",
    "检查事项没有公布的，有权拒绝检查。",
    "对检查记录陈述、申辩；不认可的，可以在签字处写明。",
    "检查结束后扫同一个检查码评价，每次检查评价一次。",
)


def title_of(visit: Visit) -> str:
    """How the objects were found, in a sentence: whether by a draw, and what it was if not."""
    task = visit.task
    if visit.is_recheck:
        return f"责令改正的复查，不经抽取（{task.name}）"
    if task.mode == Mode.RANDOM:
        draw = task.draws.filter(drawn_at__isnull=False, cancelled_at__isnull=True).first()
        number = f"，抽取编号 {draw.draw_id}，任何人都可以重新计算" if draw is not None else ""
        return f"随机抽查：{task.name}{number}"
    return f"{task.get_mode_display()}（不经抽取）：{task.name}"


def cap_of(on: datetime | None = None) -> int:
    """How often a year one body may inspect one enterprise at most."""
    return in_force(CAP, on=local_day(on) if on is not None else local_today()).value


def departments(visit: Visit) -> list[dict[str, Any]]:
    """Who comes and what each department checks on which ground: public, as the notice says it."""
    return [
        {
            "body": part.body.name,
            "people": [
                {"name": one.name, "certificate": one.certificate}
                for one in queries.team(part)
                if one.officer_id is not None
            ],
            "items": [
                {"name": one.item.name, "basis": one.item.basis, "kind": one.item.category}
                for one in part.assignment.items.select_related("item").order_by("pk")
            ],
        }
        for part in queries.parts_of_visit(visit)
    ]


def notice(part: Part, *, qr: str, site: str) -> dict[str, Any]:
    """The notice of a visit (检查通知书), for every department that comes.

    `qr` is the check code as a picture; `site` is where whoever cannot scan types it in.
    """
    visit = queries.made_in(part.visit)
    task = visit.task
    return {
        "number": part.case.number, "body": part.body.name, "party": visit.party.name,
        "code": visit.party.code, "how": title_of(visit),
        "ground": task.ground or (task.line.plan.title if task.line is not None else ""),
        "days": str(visit.planned_on or f"{task.first_on} 至 {task.last_on}"),
        "departments": departments(visit), "cap": cap_of(),
        "is_counted": part.is_counted, "forbidden": FORBIDDEN, "rights": RIGHTS,
        "qr": qr, "site": site, "check_code": checkcode.written(visit.token), "today": str(local_today()),
        "shown_from": str(queries.shown_from(visit)),
    }  # fmt: skip


def record(part: Part) -> dict[str, Any]:
    """The on-site record (现场检查笔录), line by line, with the hashes of what was collected."""
    visit, lines = queries.made_in(part.visit), queries.lines_of(part)
    files = list(part.evidence.select_related("file", "by").order_by("pk"))
    signature = next((one for one in files if one.kind == Evidence.Kind.SIGNATURE), None)
    return {
        "number": part.case.number, "state": part.case.get_state_display(), "body": part.body.name,
        "party": visit.party.name, "code": visit.party.code, "address": visit.party.address,
        "how": title_of(part.visit), "started": _moment(part.started_at),
        "ended": _moment(part.ended_at), "team": [_person(one) for one in queries.team(part)],
        "lines": [
            {
                "item": line.item.item.name, "number": line.number, "text": line.text,
                "answer": queries.answer_label(line.answer) or "未记录",
                "note": line.finding.note if line.finding is not None else "",
                "is_bad": line.answer == following.FAILED,
            }
            for line in lines
        ],
        "result": queries.result_label(part.result), "summary": part.summary,
        "statement": part.statement, "signed_by": part.signed_by, "unsigned": part.unsigned,
        "signature": signature.file.digest if signature is not None else "",
        "files": [
            {"name": one.name, "kind": one.get_kind_display(), "at": _moment(one.taken_at),
             "digest": one.file.digest}
            for one in files
        ],
        "order": _ordered(part.correction) if hasattr(part, "correction") else None,
    }  # fmt: skip


def order(found: Correction) -> dict[str, Any]:
    """The order to correct (责令改正通知书)."""
    part = found.part
    return {
        "number": found.case.number, "check": part.case.number, "body": part.body.name,
        "party": part.visit.party.name, "code": part.visit.party.code,
        "checked_on": str(local_day(part.ended_at)) if part.ended_at else "",
        "order": found.order, "basis": found.basis, "correct_by": str(found.correct_by),
        "served": _moment(found.served_at), "today": str(local_today()),
        "receipts": _receipts(found),
        "team": [_person(one) for one in queries.team(part) if one.is_present],
    }  # fmt: skip


def _ordered(found: Correction) -> dict[str, Any]:
    """The order to correct that came of a check, as its record names it."""
    return {
        "number": found.case.number, "correct_by": str(found.correct_by),
        "served": _moment(found.served_at), "receipts": _receipts(found),
    }  # fmt: skip


def _receipts(found: Correction) -> list[dict[str, str]]:
    return [
        {"how": one.in_words, "name": one.name, "digest": one.file.digest}
        for one in found.receipts.select_related("file").order_by("pk")
    ]


def _person(place: Place) -> dict[str, Any]:
    return {
        "name": place.name or "（空缺）", "certificate": place.certificate,
        "present": place.is_present,
    }  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return minute_text(moment) if moment is not None else ""
