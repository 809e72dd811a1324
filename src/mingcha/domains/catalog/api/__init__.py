"""Machine door of the catalogue: open to all, for the book is public (CAT-10)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from mingcha.base.access import PUBLIC, door
from mingcha.base.cases.models import Case
from mingcha.base.days import local_today
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account
from mingcha.domains.catalog import queries
from mingcha.domains.catalog.models import Answer, ChecklistVersion, ItemVersion, Kind, Version
from mingcha.domains.catalog.queries import claims as claimed
from mingcha.domains.catalog.queries import lists, record
from mingcha.domains.catalog.queries.lists import state_of
from mingcha.domains.catalog.queries.public import public_content, public_points
from mingcha.domains.catalog.queries.shelves import entry_for, standing
from mingcha.domains.catalog.services import claims as claiming
from mingcha.standards import loader

router = Router(tags=["监管事项"], auth=None)
claims = Router(tags=["事项认领"])
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Path(max_length=100, pattern=r"^[^\x00]+$", description="编码")]
KINDS = {"items": Kind.ITEM, "checklists": Kind.CHECKLIST}
MOST = 500


class VersionOut(Schema):
    """One version of an item or checklist."""

    scheme: str = Field(description="编码体系，即登记它的数据表")
    code: str
    name: str
    number: int = Field(description="版次")
    status: str = Field(description="代码表“事项状态”")
    state: str = Field(
        description="所问日期的状态：in-use、suspended、cancelled、coming、over、other"
    )
    since: date = Field(description="生效日期")
    until: date | None = Field(description="失效日期，当天仍有效；空为未定")
    body: str = Field(description="只由它实施的机构的统一社会信用代码；空为不限")
    levels: list[str] = Field(description="行使层级；空为各级")
    region: str = Field(description="适用行政区划代码；空为不限")
    published_by: str = Field(description="发布单位标识")
    published_at: datetime


class WholeOut(VersionOut):
    """A version with everything it says."""

    content: dict[str, str] = Field(description="按数据标准声明的字段；代码字段为代码")
    bases: list[str] = Field(description="设定依据，到条、款、项")
    points: list[dict[str, str]] = Field(description="检查实施清单的逐项检查内容")


class EntryOut(Schema):
    """An item or checklist with all its versions."""

    scheme: str
    code: str
    owner: str = Field(description="归口单位标识")
    versions: list[WholeOut] = Field(description="按生效日期，先生效的在前")


class NearOut(Schema):
    """An item in force that comes near to the one asked for."""

    code: str
    name: str


class AnswerOut(Schema):
    """Whether an act may be done under a code on a day."""

    code: str
    on: date
    in_force: bool = Field(description="该日对该机构、层级、地区是否在用")
    may_act: bool = Field(description="在用，或有经批准的例外")
    reason: str = Field(description="不在用的原因；在用时为空")
    exception: str = Field(description="例外编号；没有时为空")
    version: WholeOut | None
    nearest: list[NearOut] = Field(description="该日在用的相近事项")


class DifferenceOut(Schema):
    """One field that differs between two versions."""

    field: str
    label: str
    before: str
    after: str


class AskedIn(Schema):
    """For what: a day, a body, a division, a level."""

    on: date | None = Field(None, description="日期，不填为今天")
    body: Text = Field("", description="实施机构的统一社会信用代码")
    region: str = Field("", max_length=6, pattern=r"^\d*$", description="行政区划代码")
    level: str = Field("", max_length=1, pattern=r"^\d?$", description="行使层级")

    @property
    def day(self) -> date:
        """The day asked for, else today."""
        return self.on or local_today()

    @property
    def act(self) -> queries.Act:
        """Who acts where."""
        return queries.Act(self.body, self.region, self.level)


class ListIn(Schema):
    """Which entries: words, a day and how they stand on it."""

    on: date | None = Field(None, description="状态日期，不填为今天")
    q: Text = Field("", description="名称中的词、编码开头或拼音首字母")
    state: Text = Field("", description="in-use、suspended、cancelled、coming、over")
    action: Text = Field("", description="监管行为类型代码，只用于事项")
    department: Text = Field("", description="监管部门代码，只用于事项")
    item: Text = Field("", description="监管事项目录编码，只用于清单")
    scheme: Text = ""
    after: Text = Field("", description="上一页最后一个编码")
    limit: int = Field(100, ge=1, le=MOST)


class ClaimOut(Schema):
    """A body and what was laid out to it."""

    number: str = Field(description="办件编号")
    title: str = Field(description="布置的名称")
    body: str = Field(description="认领单位标识")
    state: str = Field(description="open 待认领、done 已答复、recalled 已撤回")
    due: date | None = Field(description="认领期限")
    total: int
    claimed: int
    declined: int
    waiting: int
    late: int = Field(description="其中逾期答复的项数")


class ClaimedItemOut(Schema):
    """One item laid out to a body, and the body's answer."""

    scheme: str
    code: str
    answer: Literal["waiting", "claimed", "declined"]
    reason: str
    is_late: bool


class AnswerIn(Schema):
    """Whether an item is the body's own."""

    code: str = Field(max_length=100)
    scheme: str = Field("item", max_length=40)
    answer: Literal["claimed", "declined"]
    reason: str = Field("", max_length=500, description="退回时必填")


class AnswersIn(Schema):
    """What a body says of some of the items that were laid out to it."""

    answers: list[AnswerIn] = Field(min_length=1, max_length=MOST)


Shelves = Literal["items", "checklists"]


@router.get("/catalog/{shelf}", response=list[VersionOut], summary="事项或清单列表")
@door(PUBLIC)
def entries(request: HttpRequest, shelf: Shelves, asked: Query[ListIn]) -> list[dict[str, object]]:
    """One version per entry, by code: the one of the day, else the next to come, else the last."""
    on = asked.on or local_today()
    given = lists.Filter(
        on=on, words=asked.q, state=asked.state, action=asked.action,
        department=asked.department, item=asked.item, scheme=asked.scheme,
    )  # fmt: skip
    found: Any = lists.items(given) if shelf == "items" else lists.checklists(given)
    of = "item" if shelf == "items" else "checklist"
    page = found.filter(**{f"{of}__code__gt": asked.after}).order_by(f"{of}__code")
    rows = page.select_related("publication__body")[: asked.limit]
    return [_version(version, on) for version in rows]


@router.get("/catalog/items/in-force", response=list[VersionOut], summary="某日某机构在用的事项")
@door(PUBLIC)
def all_in_force(
    request: HttpRequest, asked: Query[AskedIn], after: Text = "", limit: int = 100
) -> list[dict[str, object]]:
    """What was in force on that day, here, for this body; by code, `limit` at most 500."""
    found = queries.items_in_force(on=asked.day, act=asked.act).filter(item__code__gt=after)
    page = found.select_related("publication__body").order_by("item__code")
    return [_version(version, asked.day) for version in page[: min(max(limit, 1), MOST)]]


@router.get("/catalog/{shelf}/{code}", response=EntryOut, summary="一个事项或清单及其各版")
@door(PUBLIC)
def entry(request: HttpRequest, shelf: Shelves, code: Code, scheme: Text = "") -> dict[str, object]:
    """Refuses with 404 (no such code)."""
    kind = KINDS[shelf]
    found = entry_for(kind, scheme or kind.value, code)
    today = local_today()
    return {
        "scheme": found.scheme,
        "code": found.code,
        "owner": found.owner.code,
        "versions": [_whole(version, today) for version in standing(found)],
    }


@router.get("/catalog/items/{code}/in-force", response=AnswerOut, summary="某日可否据此事项实施")
@door(PUBLIC)
def in_force(
    request: HttpRequest,
    code: Code,
    asked: Query[AskedIn],
    name: Text = "",
    scheme: Text = "item",
    known: datetime | None = None,
) -> dict[str, object]:
    """The version in force, or why there is none and what comes near.

    `name` is what the act calls itself, by which near items are found; `known` asks what the
    catalogue said at a past moment.
    """
    answer = queries.in_force(
        code, on=asked.day, act=asked.act, scheme=scheme, name=name, known=_aware(known)
    )
    return {
        "code": code,
        "on": answer.on,
        "in_force": answer.version is not None,
        "may_act": answer.may,
        "reason": answer.reason,
        "exception": answer.exception.case.number if answer.exception is not None else "",
        "version": _whole(answer.version, asked.day) if answer.version is not None else None,
        "nearest": [{"code": one.code, "name": one.name} for one in answer.nearest],
    }


@router.get("/catalog/{shelf}/{code}/compare", response=list[DifferenceOut], summary="两版的差异")
@door(PUBLIC)
def compare(
    request: HttpRequest, shelf: Shelves, code: Code, before: int, after: int, scheme: Text = ""
) -> list[dict[str, str]]:
    """Field by field, `before` and `after` being numbers of versions. Refuses with 404."""
    kind = KINDS[shelf]
    found = entry_for(kind, scheme or kind.value, code)
    old, new = (_numbered(found, number) for number in (before, after))
    table = loader.current().table(found.scheme)
    return [
        {"field": one.difference.field, "label": one.label, "before": one.difference.before,
         "after": one.difference.after}
        for one in record.compared(table, old.content, new.content)
    ]  # fmt: skip


@claims.get("/claims", response=list[ClaimOut], summary="事项认领办件")
@door("cases.see")
def claim_cases(
    request: HttpRequest, after: Text = "", limit: int = 100
) -> list[dict[str, object]]:
    """The cases that one may see, by number; `limit` at most 500."""
    found = claimed.claim_cases(_who(request)).filter(number__gt=after).order_by("number")
    return [
        {
            "number": one.number, "title": one.round, "body": one.unit.code, "state": one.state,
            "due": one.due_on, "total": one.total, "claimed": one.claimed,
            "declined": one.declined, "waiting": one.waiting, "late": one.late,
        }
        for one in found[: min(max(limit, 1), MOST)]
    ]  # fmt: skip


@claims.get("/claims/{number}", response=list[ClaimedItemOut], summary="一件认领的各事项")
@door("cases.see")
def claim_items(request: HttpRequest, number: str) -> list[dict[str, object]]:
    """Every item, the unanswered first. Refuses with 404."""
    return _claims(claimed.claim_case(_who(request), number))


@claims.post("/claims/{number}/answers", response=list[ClaimedItemOut], summary="认领或退回事项")
@door("catalog.draft")
def answer_claims(request: HttpRequest, number: str, said: AnswersIn) -> list[dict[str, object]]:
    """Says of each item named whether it is the body's own; answers all items of the case.

    Refuses with 404, 409 (closed), 422 (not laid out, declined without a reason).
    """
    account = _who(request)
    case = claimed.claim_case(account, number)
    laid = {(one.item.scheme, one.item.code): one.item_id for one in claimed.claims_of(case)}
    lost = [one.code for one in said.answers if (one.scheme, one.code) not in laid]
    if lost:
        raise NotFound(what="布置的事项", key=lost[0])
    answers = {
        laid[one.scheme, one.code]: claiming.Said(Answer(one.answer), one.reason)
        for one in said.answers
    }
    return _claims(claiming.answer(case, answers, actor=account))


def _claims(case: Case) -> list[dict[str, object]]:
    return [
        {"scheme": one.item.scheme, "code": one.item.code, "answer": one.answer,
         "reason": one.reason, "is_late": one.is_late}
        for one in claimed.claims_of(case)
    ]  # fmt: skip


def _who(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _numbered(found: Any, number: int) -> Version:
    version = record.version_numbered(found, number) if 0 < number < 2**31 else None
    if version is None:
        raise NotFound(what="版本", key=number)
    return version


def _version(version: Version, on: date) -> dict[str, object]:
    publication = version.publication
    return {
        "scheme": version.entry.scheme,
        "code": version.entry.code,
        "name": version.name,
        "number": version.number,
        "status": version.status,
        "state": state_of(version, on),
        "since": version.since,
        "until": version.until,
        "body": version.body,
        "levels": version.levels,
        "region": version.region,
        "published_by": publication.body.code,
        "published_at": publication.at,
    }


def _whole(version: ItemVersion | ChecklistVersion | Version, on: date) -> dict[str, object]:
    return _version(version, on) | {
        "content": public_content(version.entry.scheme, version.content),
        "bases": record.places_of_law(version),
        "points": public_points(version),
    }


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without a time zone is one of this city."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.astimezone()
