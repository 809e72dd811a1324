"""Machine door of exceptions and objections to them: open to all, counted by the hour."""

from datetime import date
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, File, Form, Header, Path, Router, Schema, Status
from ninja.files import UploadedFile

from mingcha.base.access import PUBLIC, door
from mingcha.base.opendoors.services import knock
from mingcha.domains.catalog.queries import exceptions as queries
from mingcha.domains.catalog.queries import objections
from mingcha.domains.catalog.services import objections as services
from mingcha.domains.portal.services import Upload
from mingcha.domains.portal.services import object_to as hand_in

router = Router(tags=["监管例外"], auth=None)
Number = Annotated[str, Path(max_length=30, pattern=r"^[0-9A-Za-z-]+$", description="编号")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", min_length=32, max_length=255,
        description="没有收到应答时以同一键原样重发，一小时内得到第一次的编号和查询码；"
        "凭它能得到查询码，须是别人猜不到的随机值",
    ),
]  # fmt: skip
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
    """Who objects to which act, and why."""

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
    code: str = Field(description="查询码，平台不保存")
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
    "/exceptions/{number}/objections",
    response={200: FiledOut, 201: FiledOut},
    summary="对监管例外提出异议",
)
@door(PUBLIC)
def object_to(
    request: HttpRequest, number: Number, said: ObjectionIn, key: Key = ""
) -> Status[dict[str, object]]:
    """Without signing in. Refuses with 404, 409 (key used for another), 422 (what is missing), 429 (too often)."""
    return _filed(number, said, [], key)


@router.post(
    "/exceptions/{number}/objections/with-files",
    response={200: FiledOut, 201: FiledOut},
    summary="对监管例外提出异议，附文件",
)
@door(PUBLIC)
def object_with_files(
    request: HttpRequest,
    number: Number,
    said: Form[ObjectionIn],
    files: File[list[UploadedFile]],
    key: Key = "",
) -> Status[dict[str, object]]:
    """The same as a form (multipart) with up to three files: PDF, JPG or PNG, as on the page.

    A file that is refused keeps the whole objection out. Refuses also with 413 (too large) or 422
    (not what its name says, encrypted, cut off).
    """
    uploads = [Upload(file.name or "", file.chunks()) for file in files]
    return _filed(number, said, uploads, key)


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


def _filed(
    number: str, said: ObjectionIn, uploads: list[Upload], key: str
) -> Status[dict[str, object]]:
    """201, or 200 for what had been filed under the same key."""
    knock("objection", each=settings.OPEN_FORMS_EACH)
    found = objections.public_exception(number)
    who = services.Who(services.Objector(said.objector), said.name, said.contact, said.uscc)
    sheet = f"api {key}" if key else ""
    words = services.Said(who, said.act, said.reason, said.acted_on, sheet)
    filed = hand_in(found, words, uploads)
    made: dict[str, object] = {
        "number": filed.case.number, "code": filed.code, "unit": filed.case.unit.name,
        "due": filed.case.due_on,
    }  # fmt: skip
    return Status(200 if filed.again else 201, made)


def _exception(one: Any) -> dict[str, object]:
    return {
        "number": one.case.number, "scheme": one.scheme, "code": one.code, "name": one.name,
        "body": one.body.code, "approved_by": one.case.unit.code, "since": one.since,
        "until": one.until, "reason": one.reason, "is_ended": one.case.state == "ended",
        "objections": one.objected, "upheld": one.upheld,
    }  # fmt: skip
