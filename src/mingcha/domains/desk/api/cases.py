"""The inbox, cases and their moves for machines. A move goes through the same form as on the page."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, cast

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.calendar import queries as calendar
from mingcha.base.calendar.rules import Judge
from mingcha.base.cases import faces, services
from mingcha.base.cases import queries as cases
from mingcha.base.cases.errors import MoveRefused, Stale
from mingcha.base.cases.models import Case, Rung, Todo, Urging
from mingcha.base.cases.queries import Filter, Sought
from mingcha.base.people.models import Account
from mingcha.domains.desk import queries

router = Router(tags=["办件"])
MOST = 200  # rows of one answer


class CaseOut(Schema):
    """A case as it stands."""

    number: str = Field(description="办件编号")
    kind: str
    kind_label: str
    state: str
    state_label: str
    title: str
    unit: str = Field(description="承办单位标识")
    handler: str = Field(description="承办人登录名；未认领时为空")
    opener: str = Field(description="发起单位标识")
    opened_at: datetime
    closed_at: datetime | None
    due_on: date | None = Field(description="最早届满的期限")
    due: str = Field(description="期限的文字，如“剩余 3 个工作日（至 2026-10-14）”")
    is_provisional: bool = Field(description="期限是否暂定（跨入放假安排未公布的年份）")
    is_paused: bool
    is_urgent: bool
    version: int = Field(description="办理时带回，用于发现他人已先办理")


class TodoOut(Schema):
    """Something that waits."""

    case: CaseOut
    verb: str = Field(description="要做的事")
    to_know: bool
    unit: str = Field(description="收件单位标识")
    person: str = Field(description="收件人登录名；发给单位的为空")
    sent_at: datetime
    sent_by: str
    delivered_at: datetime | None
    opened_at: datetime | None
    due_on: date | None
    urged: int = Field(description="已催办次数")


class InboxAsked(Schema):
    """What of an inbox is asked for."""

    box: Literal["mine", "own", "below", "known"] = Field(
        "mine", description="mine 待我办、own 本单位待认领、below 下级待认领、known 抄知"
    )
    q: str = Field("", description="标题或编号")
    kind: str = ""
    due: Literal["", "late", "today", "soon", "none"] = ""
    offset: int = Field(0, ge=0, le=100_000)
    limit: int = Field(50, ge=1, le=MOST)


class CasesAsked(Schema):
    """What of the cases is asked for."""

    q: str = Field("", description="标题或编号")
    kind: str = ""
    state: str = ""
    unit: str = Field("", description="承办单位标识，或名称的一部分")
    standing: Literal["", "open", "soon", "late", "closed"] = ""
    mine: Literal["", "handler", "unit", "opener"] = Field(
        "", description="由我承办、本单位承办、本单位发起"
    )
    since: date | None = Field(None, description="发起日期，起")
    until: date | None = Field(None, description="发起日期，止")
    before: str = Field("", description="上一页最后一件的编号")
    limit: int = Field(50, ge=1, le=MOST)


class FactOut(Schema):
    """One field that a move asks for."""

    name: str
    label: str
    required: bool
    type: str
    choices: list[list[str]] = Field(description="可选的 [值, 名称]；不是选择项时为空")


class MoveOut(Schema):
    """A move from where the case stands."""

    name: str
    label: str
    may: bool
    why_not: str
    facts: list[FactOut]


class ClockOut(Schema):
    """One period."""

    rule: str = Field(description="规则标识；由人指定的期限为空")
    label: str
    basis: str
    how: str
    words: str
    started_on: date
    due_on: date | None
    stopped_on: date | None
    is_provisional: bool


class StepOut(Schema):
    """One step of the trace."""

    at: datetime
    label: str
    move: str
    source: str
    target: str
    by: str
    on_behalf: str
    unit: str
    reason: str
    version: int


class ServiceOut(Schema):
    """Who was served with what."""

    verb: str
    to_know: bool
    unit: str
    person: str
    sent_at: datetime
    delivered_at: datetime | None
    opened_at: datetime | None
    opened_by: str
    claimed_at: datetime | None
    claimed_by: str
    claimed_for: str
    urged: int
    done_at: datetime | None


class CasePageOut(CaseOut):
    """A case with what may be done, its clocks, trace and service."""

    moves: list[MoveOut]
    clocks: list[ClockOut]
    trace: list[StepOut]
    services: list[ServiceOut]
    linked: list[dict[str, str]]


class MoveIn(Schema):
    """What goes with a move."""

    version: int | None = Field(None, ge=0, description="看到的版本；不符时拒绝并说明有何变动")
    reason: str = Field("", max_length=1000, description="意见或理由")
    facts: dict[str, Any] = Field(
        default_factory=dict, description="该动作所需的内容，见 moves 中的 facts"
    )


class UrgeIn(Schema):
    """How high, and in which words."""

    rung: int = Field(
        0, ge=0, le=3, description="0 承办人、1 承办机构负责人、2 分管领导、3 第一责任人"
    )
    text: str = Field("", max_length=500)


class UrgingOut(Schema):
    """One urging that was sent."""

    to: str
    rung: int
    at: datetime
    text: str


@router.get("/inbox", response=list[TodoOut], summary="待办")
@door(SIGNED_IN)
def inbox(request: HttpRequest, asked: Query[InboxAsked]) -> list[dict[str, object]]:
    """The earliest due first."""
    parts = cases.inbox(_who(request))
    chosen: dict[str, QuerySet[Todo]] = {
        "mine": parts.mine, "own": parts.own, "below": parts.below, "known": parts.to_know,
    }  # fmt: skip
    sought = Sought(words=asked.q, kind=asked.kind, due=asked.due)
    found = cases.narrowed(chosen[asked.box], sought).select_related("case__handler")
    judge = calendar.days()
    return [_todo(todo, judge) for todo in found[asked.offset : asked.offset + asked.limit]]


@router.get("/cases", response=list[CaseOut], summary="办件列表")
@door(SIGNED_IN)
def list_cases(request: HttpRequest, asked: Query[CasesAsked]) -> list[dict[str, object]]:
    """Newest first; go on with `before` = the last number you have. Refuses with 404 (`before`)."""
    account = _who(request)
    said = asked.dict(exclude={"q", "before", "limit"})
    found = cases.cases(account, Filter(words=asked.q, **said)).order_by("-opened_at", "-pk")
    if asked.before:
        last = cases.case_for(account, asked.before)
        same = Q(opened_at=last.opened_at, pk__lt=last.pk)
        found = found.filter(Q(opened_at__lt=last.opened_at) | same)
    judge = calendar.days()
    return [_case(one, judge) for one in found[: asked.limit]]


@router.get("/cases/{number}", response=CasePageOut, summary="一件办件")
@door(SIGNED_IN)
def get_case(request: HttpRequest, number: str) -> dict[str, object]:
    """With the moves you may make and what each asks for. Reading it counts as opening it.

    Refuses with 404 (missing or not yours).
    """
    account = _who(request)
    found = cases.case_for(account, number)
    services.note_opened(found, reader=account)
    return _whole(found, account)


@router.post("/cases/{number}/moves/{move}", response=CasePageOut, summary="办理一步")
@door(SIGNED_IN)
def make_move(request: HttpRequest, number: str, move: str, body: MoveIn) -> dict[str, object]:
    """The same move by you on the same version a second time answers as the first.

    Refuses with 403 (no permission, or two persons needed), 404, 409 (wrong state, or changed
    meanwhile: `changes` says what) or 422 (facts).
    """
    account = _who(request)
    found = cases.case_for(account, number)
    data = {**body.facts, "reason": body.reason}
    if body.version is not None:
        data["version"] = body.version
    form = faces.form_of(found, move, actor=account, data=data)
    try:
        faces.make(form)
    except (Stale, MoveRefused):
        if not cases.made_by(found, account, seen=form.seen, labels=[form.move.label]):
            raise
    return _whole(cases.case_for(account, number), account)


@router.post("/cases/{number}/claim", response=CaseOut, summary="认领")
@door(SIGNED_IN)
def claim(request: HttpRequest, number: str) -> dict[str, object]:
    """Claiming one's own again does nothing. Refuses with 403, 404 or 409 (another has it)."""
    account = _who(request)
    services.claim(cases.case_for(account, number), actor=account)
    return _case(cases.case_for(account, number), calendar.days())


@router.post("/cases/{number}/urge", response=list[UrgingOut], summary="催办")
@door(SIGNED_IN)
def urge(request: HttpRequest, number: str, body: UrgeIn) -> Sequence[Urging]:
    """The same words within a minute are one urging. Refuses with 403, 404 or 409."""
    account = _who(request)
    found = cases.case_for(account, number)
    return services.urge(found, text=body.text, rung=Rung(body.rung), actor=account)


def _who(request: HttpRequest) -> Account:
    """Who asks; behind a door that asks for a signed-in account."""
    return cast(Account, request.user)


def _case(case: Case, judge: Judge) -> dict[str, object]:
    return {
        "number": case.number, "kind": case.kind, "kind_label": case.of.label, "state": case.state,
        "state_label": case.get_state_display(), "title": case.title, "unit": case.unit.code,
        "handler": case.handler.login if case.handler else "", "opener": case.opener.code,
        "opened_at": case.opened_at, "closed_at": case.closed_at, "due_on": case.due_on,
        "due": queries.standing(case, judge)[0], "is_provisional": case.is_provisional,
        "is_paused": case.is_paused, "is_urgent": case.is_urgent, "version": case.version,
    }  # fmt: skip


def _todo(todo: Todo, judge: Judge) -> dict[str, object]:
    return {
        "case": _case(todo.case, judge), "verb": todo.verb, "to_know": todo.to_know,
        "unit": todo.unit.code, "person": todo.person.login if todo.person else "",
        "sent_at": todo.sent_at, "sent_by": queries.sender_of(todo),
        "delivered_at": todo.delivered_at, "opened_at": todo.opened_at, "due_on": todo.due_on,
        "urged": todo.urged,  # type: ignore[attr-defined]  # cases.narrowed
    }  # fmt: skip


def _whole(case: Case, account: Account) -> dict[str, object]:
    found = cases.choices(case, account)
    return _case(case, calendar.days()) | {
        "moves": [
            {
                "name": choice.move.name, "label": choice.move.label, "may": choice.may,
                "why_not": choice.why_not,
                "facts": _facts(case, choice.move.name, account) if choice.may else [],
            }
            for choice in found
        ],
        "clocks": [
            {
                "rule": one.clock.rule.key if one.clock.rule else "", "label": one.clock.label,
                "basis": one.clock.ground, "how": one.clock.how, "words": one.words,
                "started_on": one.clock.started_on, "due_on": one.clock.due_on,
                "stopped_on": one.clock.stopped_on, "is_provisional": one.clock.is_provisional,
            }
            for one in cases.readings(case)
        ],
        "trace": [
            {
                "at": step.at, "label": step.label, "move": step.move, "source": step.source,
                "target": step.target, "by": step.by.login if step.by else "",
                "on_behalf": step.on_behalf.login if step.on_behalf else "",
                "unit": step.unit.code, "reason": step.reason, "version": step.version,
            }
            for step in cases.trace(case)
        ],
        "services": [_service(todo) for todo in cases.services_of(case)],
        "linked": [
            {"number": other.number, "title": other.title, "why": why}
            for other, why in cases.linked(case, account)
        ],
    }  # fmt: skip


def _service(todo: Todo) -> dict[str, object]:
    def login(person: Account | None) -> str:
        return person.login if person else ""

    return {
        "verb": todo.verb, "to_know": todo.to_know, "unit": todo.unit.code,
        "person": login(todo.person), "sent_at": todo.sent_at, "delivered_at": todo.delivered_at,
        "opened_at": todo.opened_at, "opened_by": login(todo.opened_by),
        "claimed_at": todo.claimed_at, "claimed_by": login(todo.claimed_by),
        "claimed_for": login(todo.claimed_for), "urged": len(todo.urgings.all()),
        "done_at": todo.done_at,
    }  # fmt: skip


def _facts(case: Case, move: str, account: Account) -> list[dict[str, object]]:
    """What a move asks for, beyond version: name, label, whether it must be, type, choices."""
    form = faces.form_of(case, move, actor=account)
    return [
        {
            "name": name, "label": str(field.label), "required": field.required,
            "type": type(field).__name__.removesuffix("Field").lower(),
            "choices": _choices(field),
        }
        for name, field in form.fields.items()
        if name != "version"
    ]  # fmt: skip


def _choices(field: forms.Field) -> list[list[str]]:
    offered = getattr(field, "choices", None)
    return [[str(value), str(label)] for value, label in offered] if offered is not None else []
