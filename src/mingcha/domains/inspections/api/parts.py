"""Departments' parts of visits for the officers' own tools. Moves go through /cases/{number}/moves."""

from datetime import date, datetime
from typing import Any, Literal, cast

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from mingcha.base.access import door
from mingcha.base.once.door import once
from mingcha.base.people.models import Account
from mingcha.domains.inspections.models import Part
from mingcha.domains.inspections.queries import documents
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.queries.parts import Filter, Line
from mingcha.domains.inspections.services import onsite
from mingcha.domains.inspections.services.onsite import Tap

router = Router(tags=["检查"])
MOST = 200


class PartOut(Schema):
    """A department's part of a visit."""

    number: str = Field(description="办件编号")
    state: str
    state_label: str
    party: str = Field(description="检查对象名称")
    party_code: str
    task: str
    how: str = Field(description="检查方式；不经抽取的写明")
    body: str = Field(description="检查主体标识")
    first_on: date = Field(description="检查期间首日")
    last_on: date
    planned_on: date | None
    due_on: date | None
    result: str = Field(description="代码表“抽查结果”；未提交时为空")
    version: int = Field(description="办理时带回，用于发现他人已先办理")


class PersonOut(Schema):
    """A place in the team."""

    number: int
    name: str = Field(description="空缺时为空")
    certificate: str
    confirmed_at: datetime | None
    is_present: bool
    lacks: str = Field(description="空缺原因")


class LineOut(Schema):
    """A line of the form."""

    item: int = Field(description="分工事项，记录时带回")
    item_name: str
    number: int = Field(description="序号，记录时带回")
    text: str
    how: str = Field(description="操作要领和方法")
    is_key: bool
    answer: str = Field(description="代码表“检查项结果”；未记录时为空")
    note: str


class WholePartOut(PartOut):
    """A part with its team, its form and what is missing."""

    team: list[PersonOut]
    lines: list[LineOut]
    missing: list[str] = Field(description="提交前还要补充的")


class TapIn(Schema):
    """What was found on a line."""

    item: int = Field(ge=1)
    number: int = Field(ge=1, le=100_000)
    answer: str = Field(max_length=2, description="代码表“检查项结果”")
    note: str = Field("", max_length=1000, description="不是合格的必填")


class Asked(Schema):
    """Which parts are asked for."""

    q: str = Field("", description="对象名称、代码或编号")
    whose: Literal["mine", "all"] = Field("mine", description="mine 我参加的、all 我能看到的")
    standing: Literal["", "open", "late", "closed"] = ""
    offset: int = Field(0, ge=0, le=100_000)
    limit: int = Field(50, ge=1, le=MOST)


@router.get("/inspections/parts", response=list[PartOut], summary="我的检查")
@door("inspections.inspect")
def parts(request: HttpRequest, asked: Query[Asked]) -> list[dict[str, Any]]:
    """The parts in whose team I am, the most urgent first; with whose=all what I may see."""
    wanted = Filter(words=asked.q.strip(), whose=asked.whose, standing=asked.standing)
    found = queries.parts(cast(Account, request.user), wanted).order_by("case__due_on", "pk")
    return [_part(one) for one in found[asked.offset : asked.offset + asked.limit]]


@router.get("/inspections/parts/{number}", response=WholePartOut, summary="一次部门检查")
@door("inspections.see")
def part(request: HttpRequest, number: str) -> dict[str, Any]:
    """A part with its form. Refuses with 404 for missing and hidden alike."""
    found = queries.part_for(cast(Account, request.user), number)
    return _whole(found, queries.lines_of(found))


@router.put("/inspections/parts/{number}/findings", response=WholePartOut, summary="记录检查情况")
@door("inspections.inspect")
@once
def record(request: HttpRequest, number: str, taps: list[TapIn]) -> dict[str, Any]:
    """Keep what was found on some lines; all of it or nothing. The same again changes nothing.

    Refuses with 403 (not in the team), 404, 409 (not under way) or 422 (which line lacks what).
    """
    account = cast(Account, request.user)
    found = queries.part_for(account, number)
    said = [Tap(one.item, one.number, one.answer, one.note) for one in taps]
    lines = onsite.record(found.case, said, actor=account)
    return _whole(queries.part_for(account, number), lines)


def _part(found: Part) -> dict[str, Any]:
    case, task = found.case, found.visit.task
    return {
        "number": case.number, "state": case.state, "state_label": case.get_state_display(),
        "party": found.visit.party.name, "party_code": found.visit.party.code, "task": task.name,
        "how": documents.title_of(found.visit), "body": found.body.code,
        "first_on": task.first_on, "last_on": task.last_on,
        "planned_on": found.visit.planned_on, "due_on": case.due_on, "result": found.result,
        "version": case.version,
    }  # fmt: skip


def _whole(found: Part, lines: list[Line]) -> dict[str, Any]:
    return _part(found) | {
        "team": [
            {"number": one.number, "name": one.name, "certificate": one.certificate,
             "confirmed_at": one.confirmed_at, "is_present": one.is_present, "lacks": one.lacks}
            for one in queries.team(found)
        ],
        "lines": [
            {"item": line.item.pk, "item_name": line.item.item.name, "number": line.number,
             "text": line.text, "how": line.how, "is_key": line.is_key, "answer": line.answer,
             "note": line.finding.note if line.finding is not None else ""}
            for line in lines
        ],
        "missing": queries.missing(found, lines),
    }  # fmt: skip
