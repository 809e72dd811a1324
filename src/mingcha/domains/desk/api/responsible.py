"""Who answers for a body on a day (责任人)."""

from datetime import date
from typing import cast

from django.http import HttpRequest
from ninja import Field, Router, Schema

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.days import local_today
from mingcha.base.people import queries
from mingcha.base.people.models import Account, Responsible

router = Router(tags=["责任人"])


class ResponsibleOut(Schema):
    """One person who answers for something."""

    duty: int = Field(
        description="3 第一责任人、2 分管领导、1 承办机构负责人、0 具体责任人、9 安全联络员"
    )
    duty_label: str
    name: str
    title: str
    field: str = Field(description="分管工作；空为全部")
    phone: str
    since: date
    until: date | None
    basis: str
    body: str = Field(description="登记在哪个机构；本机构没有登记该职责时为最近的上级")
    is_own: bool = Field(description="是否登记在所问的机构")


class AnswerOut(Schema):
    """Who answers for a body on a day."""

    body: str
    name: str
    on: date
    responsible: list[ResponsibleOut]


def _one(row: Responsible, body: str) -> dict[str, object]:
    return {
        "duty": row.duty, "duty_label": row.get_duty_display(), "name": row.name,
        "title": row.title, "field": row.field, "phone": row.phone, "since": row.since,
        "until": row.until, "basis": row.basis, "body": row.organisation.code,
        "is_own": row.organisation.code == body,
    }  # fmt: skip


@router.get("/responsible", response=AnswerOut, summary="某单位某日由谁负责")
@door(SIGNED_IN)
def responsible(request: HttpRequest, body: str = "", on: date | None = None) -> dict[str, object]:
    """`body` is a body's code, your own when left out; `on` a day, today when left out.

    Refuses with 404 (no such body).
    """
    asker = cast(Account, request.user)
    found = queries.body_called(body) if body else asker.organisation
    day = on or local_today()
    by_duty = queries.answering(found, on=day)
    return {
        "body": found.code,
        "name": found.name,
        "on": day,
        "responsible": [_one(row, found.code) for rows in by_duty.values() for row in rows],
    }
