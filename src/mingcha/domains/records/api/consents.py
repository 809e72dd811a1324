"""Machine door for consents to share: look, give, withdraw."""

from datetime import date, datetime
from typing import cast

from django.http import HttpRequest
from ninja import Field, Router, Schema

from mingcha.base.access import door
from mingcha.base.errors import NotFound
from mingcha.base.once.door import once
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.models import Consent
from mingcha.domains.records.queries import consents as queries
from mingcha.domains.records.services import consents as services

router = Router(tags=["共享同意"])


class ConsentOut(Schema):
    """A consent as it stands."""

    number: str = Field(description="同意编号")
    state: str = Field(
        description="standing 生效中、coming 尚未开始、withdrawn 已撤回或 over 已到期"
    )
    provider: str = Field(description="提供单位标识")
    table: str = Field(description="数据表")
    recipient: str = Field(description="共享对象的机构标识，含其下级；空为各单位的监管人员")
    since: date
    until: date | None = Field(description="含当日；空为到撤回为止")
    basis: str = Field(description="依据")
    purpose: str = Field(description="用途和理由")
    given_by: str = Field(description="登记人姓名")
    given_at: datetime
    ends_on: date | None = Field(description="撤回后停止共享的第一天")
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_because: str


class ConsentIn(Schema):
    """What a consent shall say."""

    provider: str = Field(max_length=40, description="提供单位标识")
    table: str = Field(max_length=60, description="共享级的数据表，如 check_action")
    recipient: str = Field(
        "", max_length=40, description="共享对象的机构标识；空为各单位的监管人员"
    )
    since: date
    until: date | None = None
    basis: str = Field(min_length=1, max_length=200, description="依据")
    purpose: str = Field(min_length=1, max_length=300, description="用途和理由")


class WithdrawIn(Schema):
    """From which day on, and why."""

    ends_on: date | None = Field(None, description="停止共享的第一天；空为今天，立即停止")
    reason: str = Field(min_length=1, max_length=200, description="撤回理由")


def _consent(consent: Consent) -> dict[str, object]:
    return {
        "number": consent.public_id,
        "state": queries.state_of(consent).key,
        "provider": consent.provider.code,
        "table": consent.dataset,
        "recipient": consent.recipient.code if consent.recipient else "",
        "since": consent.since,
        "until": consent.until,
        "basis": consent.basis,
        "purpose": consent.purpose,
        "given_by": consent.given_by.real_name if consent.given_by else "",
        "given_at": consent.given_at,
        "ends_on": consent.ends_on,
        "withdrawn_by": consent.withdrawn_by.real_name if consent.withdrawn_by else "",
        "withdrawn_at": consent.withdrawn_at,
        "withdrawn_because": consent.withdrawn_because,
    }


def _body(code: str) -> Organisation:
    found = people.named(code)
    if found is None:
        raise NotFound(what="机构", key=code)
    return found


@router.get("/consents", response=list[ConsentOut], summary="共享同意列表")
@door("insight.dossier")
def list_consents(
    request: HttpRequest,
    table: str = "",
    provider: str = "",
    state: str = "",
    before: str = "",
    limit: int = 100,
) -> list[dict[str, object]]:
    """Newest first; go on with `before` = the last number you have. `limit` at most 1,000."""
    account = cast(Account, request.user)
    asked = queries.Filter(table=table, provider=provider, state=state)
    found = queries.consents(account, asked)
    if before:
        found = found.filter(pk__lt=queries.consent_for(account, before).pk)
    return [_consent(one) for one in found.order_by("-pk")[: min(max(limit, 1), 1000)]]


@router.get("/consents/{number}", response=ConsentOut, summary="一项共享同意")
@door("insight.dossier")
def show(request: HttpRequest, number: str) -> dict[str, object]:
    """Refuses with 404 (missing or not yours to see)."""
    return _consent(queries.consent_for(cast(Account, request.user), number))


@router.post("/consents", response={201: ConsentOut}, summary="登记共享同意")
@door("records.consent")
@once
def give(request: HttpRequest, body: ConsentIn) -> tuple[int, dict[str, object]]:
    """Refuses with 403 (not for this provider), 404 (no such body), 409 (overlaps) or 422."""
    said = body.dict()
    recipient = said.pop("recipient")
    terms = services.Terms(
        **said | {"provider": _body(body.provider)},
        recipient=_body(recipient) if recipient else None,
    )
    return 201, _consent(services.give(terms, actor=cast(Account, request.user)))


@router.post("/consents/{number}/withdraw", response=ConsentOut, summary="撤回共享同意")
@door("records.consent")
def withdraw(request: HttpRequest, number: str, body: WithdrawIn) -> dict[str, object]:
    """Refuses with 403 (not for this provider), 404, 409 (over already) or 422."""
    account = cast(Account, request.user)
    consent = queries.consent_for(account, number)
    return _consent(services.withdraw(consent, actor=account, **body.dict()))
