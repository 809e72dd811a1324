"""Machine door of changes of laws: list, enter, confirm, turn down."""

from datetime import date
from typing import Any, cast

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from mingcha.base.access import door
from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import case_for
from mingcha.base.cases.services import Said as Move
from mingcha.base.cases.services import advance
from mingcha.base.people.models import Account
from mingcha.domains.catalog.models import LawDeed
from mingcha.domains.catalog.queries import laws as queries
from mingcha.domains.catalog.services import laws as services

router = Router(tags=["法律变动"])
MOST = 500


class LawChangeOut(Schema):
    """A change of a law as it stands."""

    number: str = Field(description="办件编号")
    law: str
    deed: LawDeed = Field(description="amended 修订、interpreted 作出解释、repealed 废止")
    since: date = Field(description="施行日期；废止的为失效之日")
    document: str = Field(description="公布文件")
    successor: str
    reason: str
    state: str = Field(description="entered 待核定、confirmed 已核定、dropped 不予采用")
    from_record: int | None = Field(description="法律法规库中的来源记录；人工登记的为空")
    reviews: int = Field(description="核定后开出的审核件数")
    left: int = Field(description="其中尚在办理的件数")
    version: int = Field(description="核定时带回，用于发现他人已先办理")


class LawsAsked(Schema):
    """Which changes."""

    law: str = Field("", max_length=300, description="法律名称中的词")
    state: str = Field("", max_length=20)
    since: date | None = Field(None, description="施行日期不早于")
    after: str = Field("", max_length=30, description="上一页最后一个编号")
    limit: int = Field(100, ge=1, le=MOST)


class LawChangeIn(Schema):
    """Of which law, what, from which day, by which document."""

    law: str = Field(min_length=1, max_length=300)
    deed: LawDeed
    since: date
    document: str = Field(min_length=1, max_length=300)
    successor: str = Field("", max_length=300)
    reason: str = Field("", max_length=1000)


class JudgedIn(Schema):
    """What goes with a decision: a reason, and the version that was seen."""

    reason: str = Field("", max_length=1000)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class RefusedIn(JudgedIn):
    """Turning down takes a reason."""

    reason: str = Field(min_length=1, max_length=1000)


class DoneOut(Schema):
    """What confirming did."""

    suspended: int = Field(description="自施行之日起暂停的事项和清单")
    reviews: int = Field(description="开出的审核")
    under_review: int = Field(description="原已在审核中的")


@router.get("/laws", response=list[LawChangeOut], summary="法律变动")
@door("cases.see")
def changes(request: HttpRequest, asked: Query[LawsAsked]) -> list[dict[str, object]]:
    """Those that one may see, by number."""
    found = queries.law_changes(_who(request)).filter(case__number__gt=asked.after)
    if asked.law:
        found = found.filter(law__contains=asked.law)
    if asked.state:
        found = found.filter(case__state=asked.state)
    if asked.since is not None:
        found = found.filter(since__gte=asked.since)
    return [_change(one) for one in found.order_by("case__number")[: asked.limit]]


@router.get("/laws/{number}", response=LawChangeOut, summary="一件法律变动")
@door("cases.see")
def change(request: HttpRequest, number: str) -> dict[str, object]:
    """Refuses with 404."""
    return _told(request, _case(request, number))


@router.post("/laws", response={201: LawChangeOut}, summary="登记法律变动")
@door("catalog.draft")
def enter(request: HttpRequest, said: LawChangeIn) -> Status[dict[str, object]]:
    """Changes nothing before another person confirms it. Refuses with 409 (entered already), 422."""
    case = services.enter(services.Entered(**said.dict()), actor=_who(request))
    return Status(201, _told(request, case))


@router.post("/laws/{number}/confirm", response=DoneOut, summary="核定法律变动")
@door("catalog.publish")
def confirm(request: HttpRequest, number: str, said: JudgedIn) -> dict[str, int]:
    """Refuses with 403 (entered by oneself), 404, 409 (not open, or changed since)."""
    case = _case(request, number)
    move = Move(reason=said.reason, seen=said.version)
    done = services.confirm(case, actor=_who(request), said=move)
    return {
        "suspended": done.fallen, "reviews": done.opened, "under_review": done.under_review,
    }  # fmt: skip


@router.post("/laws/{number}/drop", response=LawChangeOut, summary="不予采用法律变动")
@door("catalog.publish")
def drop(request: HttpRequest, number: str, said: RefusedIn) -> dict[str, object]:
    """Refuses with 403, 404, 409 (not open, or changed since)."""
    case = _case(request, number)
    move = Move(reason=said.reason, seen=said.version)
    with advance(case, "drop", actor=_who(request), said=move):
        pass
    return _told(request, case)


def _who(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _case(request: HttpRequest, number: str) -> Case:
    return queries.law_change_of(case_for(_who(request), number)).case


def _told(request: HttpRequest, case: Case) -> dict[str, object]:
    return _change(queries.law_changes(_who(request)).get(case=case))


def _change(one: Any) -> dict[str, object]:
    return {
        "number": one.case.number, "law": one.law, "deed": one.deed, "since": one.since,
        "document": one.document, "successor": one.successor, "reason": one.reason,
        "state": one.case.state, "from_record": one.fact_id, "reviews": one.reviews,
        "left": one.left, "version": one.case.version,
    }  # fmt: skip
