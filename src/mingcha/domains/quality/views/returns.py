"""Rows that went back, followed until they are corrected."""

from collections.abc import Sequence

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.cases.queries import until
from mingcha.base.days import local_today
from mingcha.base.listing import Column, Listing, options
from mingcha.domains.quality import queries
from mingcha.domains.quality.models import Return
from mingcha.domains.quality.queries import RECEIPTS
from mingcha.domains.quality.states import ReturnState
from mingcha.domains.quality.views import who

STANDINGS = [
    ("open", "待更正"),
    ("late", "逾期未更正"),
    ("corrected", "已更正"),
    ("waived", "不再更正"),
]
COLUMNS: Sequence[Column[Return]] = (
    Column("file", "文件", lambda r: r.batch.file_name, "batch__file_name"),
    Column("number", "办件编号", lambda r: r.case.number, "case__number"),
    Column("unit", "报送单位", lambda r: r.case.unit.name, "case__unit__path"),
    Column("rows", "退回行", lambda r: r.rows, "rows", num=True),
    Column("open", "未更正", lambda r: r.open_rows, "open_rows", num=True),
    Column("handler", "承办人", lambda r: r.case.handler or "未认领", "case__handler__real_name"),
    Column("due", "期限", lambda r: _due(r)[1], "case__due_on"),
    Column("state", "状态", lambda r: r.case.get_state_display(), "case__state"),
)


@door(RECEIPTS)
@require_GET
def return_list(request: HttpRequest) -> HttpResponseBase:
    """Every followed return I may see."""
    account, asked = who(request), request.GET
    found = queries.returns(account).filter(_standing(asked.get("standing", "")))
    if words := asked.get("q", "").strip():
        named = Q(batch__file_name__icontains=words) | Q(case__number=words)
        found = found.filter(named | Q(case__unit__name__contains=words))
    listing = Listing(request, found, COLUMNS, sort="due")
    if "export" in asked:
        return listing.export("退回更正")
    context = {
        "title": "退回更正",
        "note": "退回的行更正后重新报送，平台按业务主键自动销号；确实不能更正的，由报送单位写明理由。",
        "filter": {
            "fields": [
                {"name": "q", "label": "文件、编号、单位", "kind": "text", "value": asked.get("q", "")},
                options("standing", "状态", STANDINGS, asked),
            ],
            "clear_url": "?",
        },
        "exports": listing.exports,
        "table": {
            "id": "returns", "caption": "退回更正", "columns": listing.headers,
            "empty": {"title": "没有需要更正的退回数据", "text": "报送的数据有退回时，会列在这里直到更正。"},
        },
        "rows": [_row(found) for found in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _row(found: Return) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(found)), "num": column.num} for column in COLUMNS
    ]
    cells[1]["code"] = True
    cells[6]["badge"] = _due(found)[0]
    url = reverse("records:refused", args=[found.batch.public_id])
    return {"url": url, "cells": cells}


def _due(found: Return) -> tuple[str, str]:
    case = found.case
    if not case.is_open:
        return "done", case.get_state_display()
    if case.due_on is None:
        return "doing", "—"
    _, words, tone = until(case.due_on, provisional=case.is_provisional)
    return tone, words


def _standing(standing: str) -> Q:
    late = Q(case__state=ReturnState.OPEN, case__due_on__lt=local_today())
    return late if standing == "late" else Q(case__state=standing) if standing else Q()
