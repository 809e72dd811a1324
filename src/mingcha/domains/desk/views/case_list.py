"""Cases of all kinds (办件) that the account may see."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.calendar import queries as calendar
from mingcha.base.calendar.rules import Judge
from mingcha.base.cases import queries as cases
from mingcha.base.cases.machine import Kind
from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import Filter
from mingcha.base.listing import Column, Listing, options
from mingcha.domains.desk import queries, services
from mingcha.domains.desk.services import note_look
from mingcha.domains.desk.views import saved, who
from mingcha.domains.desk.views.inbox import back_to, moment, told

PAGE = "desk:cases"
STANDINGS = [("open", "在办"), ("soon", "两个工作日内到期"), ("late", "逾期"), ("closed", "已办结")]
SIDES = [("handler", "由我承办"), ("unit", "本单位承办"), ("opener", "本单位发起")]
VIEWS = (
    ("在办", {"standing": "open"}),
    ("即将到期", {"standing": "soon", "sort": "due"}),
    ("逾期", {"standing": "late", "sort": "due"}),
    ("由我承办", {"mine": "handler", "standing": "open", "sort": "due"}),
    ("本单位发起", {"mine": "opener"}),
    ("已办结", {"standing": "closed"}),
    ("全部", {"standing": "all"}),
)
SHOWN = ("title", "kind", "state", "unit", "opener", "due", "opened")


def _columns(judge: Judge) -> Sequence[Column[Case]]:
    return (
        Column("title", "事项", lambda c: c.title, "title"),
        Column("number", "编号", lambda c: c.number, "number"),
        Column("kind", "种类", lambda c: c.of.label, "kind"),
        Column("state", "状态", lambda c: c.get_state_display(), "state"),
        Column("unit", "承办", lambda c: c.unit, "unit__path"),
        Column("handler", "承办人", lambda c: c.handler or ""),
        Column("opener", "发起", lambda c: c.opener, "opener__path"),
        Column("due", "期限", lambda c: queries.standing(c, judge)[0], "due_on"),
        Column("due_on", "届满日", lambda c: c.due_on or ""),
        Column("opened", "发起时间", lambda c: moment(c.opened_at), "opened_at"),
        Column("closed", "办结时间", lambda c: moment(c.closed_at)),
    )


@door(SIGNED_IN)
@require_GET
def case_list(request: HttpRequest) -> HttpResponseBase:
    """Every kind of case in one list; the address holds the whole view."""
    account = who(request)
    if not request.GET:
        return redirect(f"{reverse(PAGE)}?{urlencode(VIEWS[0][1])}")
    asked = _asked(request)
    listing = Listing(
        request, cases.cases(account, asked), _columns(calendar.days()), sort="-opened"
    )
    if "export" in request.GET:
        note_look(account, "导出办件", at=request.get_full_path())
        return listing.export("办件")
    context = {
        "title": "办件",
        "note": "本单位及下级承办或发起的各类办件。",
        "filter": _filter(request, asked) | saved.bar(request, PAGE, VIEWS),
        "table": _table(listing),
        "rows": queries.case_rows(listing.rows, account),
        "pager": listing.pager,
        "exports": listing.exports,
    }
    return render(request, "desk/cases.html", context)


@door("cases.urge")
@require_POST
def urge_several(request: HttpRequest) -> HttpResponse:
    """Urge the handlers of every ticked case."""
    asked = request.POST
    outcome = services.urge_all(
        asked.getlist("key"), text=asked.get("text", "")[:500], actor=who(request)
    )
    told(request, outcome, "催办")
    return redirect(back_to(request, PAGE))


def _asked(request: HttpRequest) -> Filter:
    said = request.GET
    return Filter(
        words=said.get("q", "").strip(), kind=said.get("kind", ""), state=said.get("state", ""),
        unit=said.get("unit", ""), standing=said.get("standing", ""), mine=said.get("mine", ""),
        since=_day(said.get("since", "")), until=_day(said.get("until", "")),
    )  # fmt: skip


def _filter(request: HttpRequest, asked: Filter) -> dict[str, object]:
    said = request.GET
    kinds = queries.kinds_seen(who(request))
    fields: list[dict[str, object]] = [
        {"name": "q", "label": "标题、编号", "kind": "text", "value": asked.words, "wide": True},
        options("kind", "种类", [(kind.name, kind.label) for kind in kinds], said),
    ]
    kind = Kind.ALL.get(asked.kind)
    if kind is not None:
        fields.append(options("state", "状态", kind.machine.states.choices, said))
    fields += [
        {
            "name": "unit", "label": "承办单位", "kind": "text", "value": asked.unit,
            "placeholder": "名称、简称或标识",
        },
        options("standing", "办理情况", STANDINGS, said),
        options("mine", "与我", SIDES, said),
        {
            "label": "发起日期", "kind": "range", "from_name": "since", "to_name": "until",
            "from_value": asked.since.isoformat() if asked.since else "",
            "to_value": asked.until.isoformat() if asked.until else "",
        },
    ]  # fmt: skip
    return {"fields": fields}


def _table(listing: Listing[Case]) -> dict[str, object]:
    table: dict[str, object] = {
        "id": "cases",
        "caption": "办件",
        "columns": listing.headers_of(SHOWN),
        "empty": {"title": "没有符合条件的办件", "text": "换一个条件，或查看“全部”。"},
    }
    if who(listing.request).holds("cases.urge"):
        table["batch"] = {
            "url": reverse("desk:urge_several"),
            "actions": [{"label": "催办所选"}],
            "field": {"name": "text", "label": "催办内容", "placeholder": "请抓紧办理。"},
        }
    return table


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # 2026-02-30: looks like a date and is none
        return None
