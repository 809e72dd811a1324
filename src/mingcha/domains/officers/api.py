"""Machine door of the register of officers."""

from datetime import date
from typing import cast

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.people.models import Account
from mingcha.domains.officers import queries
from mingcha.domains.officers.models import Officer
from mingcha.domains.officers.rules import Asked

router = Router(tags=["执法人员"])


class OfficerOut(Schema):
    """An officer as far as every official may know."""

    certificate: str = Field(description="执法证号")
    name: str
    body: str = Field(description="所属主体")
    organisation: str = Field(description="对应机构标识；没有对应时为空")
    valid_to: date | None = Field(description="证件有效期；空为长期")
    areas: list[str] = Field(description="执法区域代码或其前缀；空为不限")
    fields: list[str] = Field(description="执法类别；空为不限")

    @staticmethod
    def resolve_organisation(officer: Officer) -> str:
        """The mark of the body here that bears the name."""
        return officer.organisation.code if officer.organisation else ""


class AskedIn(Schema):
    """For what: a day or several, a division, a kind of enforcement, a body."""

    on: date | None = Field(None, description="检查日期，不填为今天")
    until: date | None = Field(None, description="检查结束日期，不填为同一天")
    region: str = Field("", max_length=6, description="行政区划代码")
    field: str = Field("", max_length=60, description="执法类别")
    body: str = Field("", max_length=40, description="机构标识")


class AnswerOut(Schema):
    """Whether one officer may inspect, and why not."""

    certificate: str
    name: str
    may_inspect: bool
    why_not: list[str] = Field(description="不能检查的原因")


@router.get("/officers/eligible", response=list[OfficerOut], summary="某日可以检查的执法人员")
@door(queries.SEE)
def eligible(
    request: HttpRequest, asked: Query[AskedIn], after: str = "", limit: int = 500
) -> list[Officer]:
    """By certificate; go on with `after` = the last one you have. `limit` at most 5,000.

    Refuses with 404 (no such body).
    """
    found = queries.eligible(_asked(asked)).filter(certificate__gt=after).order_by("certificate")
    return list(found[: min(max(limit, 1), 5_000)])


@router.get("/officers/{certificate}/eligibility", response=AnswerOut, summary="某人某日能否检查")
@door(queries.SEE)
def eligibility(request: HttpRequest, certificate: str, asked: Query[AskedIn]) -> dict[str, object]:
    """Each obstacle in words. Refuses with 404 (no such officer or body)."""
    officer = queries.officer_for(cast(Account, request.user), certificate)
    why_not = queries.why_not(officer, _asked(asked))
    return {
        "certificate": officer.certificate, "name": officer.name, "may_inspect": not why_not,
        "why_not": why_not,
    }  # fmt: skip


def _asked(said: AskedIn) -> Asked:
    body = queries.body(said.body).pk if said.body else None
    on = said.on or local_today()
    return Asked(on, said.until or on, said.region, said.field, body)
