"""Machine door of exceptions and objections to them: open to all, counted by the hour."""

from datetime import date
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Path, Router, Schema, Status

from mingcha.base.access import PUBLIC, door
from mingcha.base.opendoors.services import knock
from mingcha.domains.catalog.queries import exceptions as queries
from mingcha.domains.catalog.queries import objections
from mingcha.domains.catalog.services import objections as services
from mingcha.domains.portal.services import object_to as hand_in

router = Router(tags=["监管例外"], auth=None)
Number = Annotated[str, Path(max_length=30, pattern=r"^[0-9A-Za-z-]+$", description="编号")]
MOST = 500


class ExceptionOut(Schema):
    """An exception that was approved."""

    number: str
    scheme: str
    code: str = Field(description="监管事项目录编码")
    name: str
    body: str = Field(description="实施机构标识")
    approved_by: str = Field(description="批准单位标识")
    since: date
    until: date = Field(description="截止日期，当天仍有效")
    reason: str
    is_ended: bool = Field(description="是否已提前终止")
    objections: int = Field(description="提出过的异议件数")
    upheld: int = Field(description="其中认定成立的件数")


class ObjectionAnswerOut(Schema):
    """An objection that was answered, without anything about who objected."""

    number: str
    state: str
    objector: str = Field(description="异议人类别")
    filed_on: date
    answered_on: date
    answer: str
    remedy: str


class ExceptionWholeOut(ExceptionOut):
    """An exception with the answers to its objections."""

    answers: list[ObjectionAnswerOut]


class ObjectionIn(Schema):
    """Who objects to which act, and why. Files are handed in on the page."""

    objector: Literal["enterprise", "person"]
    name: str = Field(min_length=1, max_length=200)
    uscc: str = Field("", max_length=30, description="统一社会信用代码；单位必填")
    contact: str = Field(min_length=1, max_length=200, description="联系方式，不公开")
    act: str = Field(min_length=1, max_length=500, description="哪一次监管")
    acted_on: date | None = None
    reason: str = Field(min_length=1, max_length=2000)


class FiledOut(Schema):
    """What to ask with later; the code is told this once."""

    number: str
    code: str = Field(description="查询码，只给出一次")
    unit: str = Field(description="承办单位")
    due: date | None = Field(description="受理期限")


class CodeIn(Schema):
    """The query code."""

    code: str = Field(min_length=1, max_length=40)


class ProgressOut(Schema):
    """How far an objection is."""

    number: str
    exception: str
    state: str
    label: str
    filed_on: date
    due_on: date | None
    unit: str
    answer: str
    answered_on: date | None
    remedy: str
    files: list[str]
    is_open: bool


@router.get("/exceptions", response=list[ExceptionOut], summary="经批准的监管例外")
@door(PUBLIC)
def all_exceptions(
    request: HttpRequest, on: date | None = None, after: str = "", limit: int = 100
) -> list[dict[str, object]]:
    """By number; `on` asks for those that hold on a day, `after` goes on after a number."""
    found = objections.counted().filter(case__number__gt=after.replace("\0", ""))
    if on is not None:
        found = found.filter(queries.holding(on))
    page = found.order_by("case__number")[: min(max(limit, 1), MOST)]
    return [_exception(one) for one in page]


@router.get("/exceptions/{number}", response=ExceptionWholeOut, summary="一项监管例外")
@door(PUBLIC)
def one_exception(request: HttpRequest, number: Number) -> dict[str, object]:
    """With the answers to its objections. Refuses with 404."""
    found = objections.public_exception(number)
    return _exception(found) | {"answers": objections.answered(found)}


@router.post(
    "/exceptions/{number}/objections", response={201: FiledOut}, summary="对监管例外提出异议"
)
@door(PUBLIC)
def object_to(request: HttpRequest, number: Number, said: ObjectionIn) -> Status[dict[str, object]]:
    """Without signing in. Refuses with 404, 422 (what is missing), 429 (too often)."""
    knock("objection", each=settings.OPEN_FORMS_EACH)
    found = objections.public_exception(number)
    who = services.Who(services.Objector(said.objector), said.name, said.contact, said.uscc)
    filed = hand_in(found, services.Said(who, said.act, said.reason, said.acted_on))
    case = filed.case
    made: dict[str, object] = {
        "number": case.number, "code": filed.code, "unit": case.unit.name, "due": case.due_on,
    }  # fmt: skip
    return Status(201, made)


@router.post("/objections/{number}/status", response=ProgressOut, summary="凭查询码查询异议")
@door(PUBLIC)
def objection_status(request: HttpRequest, number: Number, said: CodeIn) -> objections.Progress:
    """Refuses with 404 (no such number, or another code) or 429 (too often)."""
    knock("objection-code", each=settings.OPEN_LOOKUPS_EACH)
    return objections.progress_of(objections.progress_by_code(number, said.code))


@router.post("/objections/{number}/withdrawal", response=ProgressOut, summary="凭查询码撤回异议")
@door(PUBLIC)
def withdraw_objection(request: HttpRequest, number: Number, said: CodeIn) -> objections.Progress:
    """Refuses with 404, 409 (answered already) or 429."""
    knock("objection-code", each=settings.OPEN_LOOKUPS_EACH)
    services.withdraw(number, said.code)
    return objections.progress_of(objections.progress_by_code(number, said.code))


def _exception(one: Any) -> dict[str, object]:
    return {
        "number": one.case.number, "scheme": one.scheme, "code": one.code, "name": one.name,
        "body": one.body.code, "approved_by": one.case.unit.code, "since": one.since,
        "until": one.until, "reason": one.reason, "is_ended": one.case.state == "ended",
        "objections": one.objected, "upheld": one.upheld,
    }  # fmt: skip
