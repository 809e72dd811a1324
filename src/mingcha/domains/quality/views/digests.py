"""The weekly digest of a provider's data quality."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.cases import services as cases
from mingcha.base.listing import Column, Listing
from mingcha.domains.quality import queries
from mingcha.domains.quality.models import Digest
from mingcha.domains.quality.queries import RECEIPTS
from mingcha.domains.quality.states import DigestState
from mingcha.domains.quality.views import who
from mingcha.domains.quality.views.cards import batches_url

COLUMNS: Sequence[Column[Digest]] = (
    Column("provider", "报送单位", lambda d: d.provider.name, "provider__path"),
    Column("week", "周", lambda d: f"{d.week} 至 {d.week + timedelta(days=6)}", "week"),
    Column("read", "报送行", lambda d: sum(t["read"] for t in d.content["tables"]), num=True),
    Column("refused", "退回行", lambda d: sum(t["refused"] for t in d.content["tables"]), num=True),
    Column("late", "逾期行", lambda d: sum(t["late"] for t in d.content["tables"]), num=True),
    Column("open", "未更正行", lambda d: d.content["open_rows"], num=True),
    Column("state", "状态", lambda d: d.case.get_state_display(), "case__state"),
)

NUMBERS = (
    ("batches", "批次"), ("read", "读取"), ("accepted", "接收"), ("refused", "退回"),
    ("waiting", "待核"), ("doubled", "重复"), ("late", "逾期"),
)  # fmt: skip
FLAWED = {"refused": "refused", "waiting": "waiting", "doubled": "doubled"}


@door(RECEIPTS)
@require_GET
def digest_list(request: HttpRequest) -> HttpResponseBase:
    """Every digest I may read."""
    found = queries.digests(who(request))
    if words := request.GET.get("q", "").strip():
        found = found.filter(provider__name__contains=words)
    listing = Listing(request, found, COLUMNS, sort="-week")
    if "export" in request.GET:
        return listing.export("质量周报")
    context = {
        "title": "质量周报",
        "note": "每周一早晨发给上周报送过数据、或还有退回未更正的单位。",
        "filter": {
            "fields": [{"name": "q", "label": "单位名称", "kind": "text", "value": request.GET.get("q", "")}],
            "clear_url": "?",
        },
        "exports": listing.exports,
        "table": {
            "id": "digests", "caption": "质量周报", "columns": listing.headers,
            "empty": {"title": "还没有周报", "text": "每周一早晨生成上一周的周报。"},
        },
        "rows": [_row(digest) for digest in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(RECEIPTS)
@require_http_methods(["GET", "POST"])
def digest(request: HttpRequest, number: str) -> HttpResponse:
    """One digest; opening it is noted, and somebody of the provider confirms having read it."""
    account = who(request)
    found = queries.digest_for(account, number)
    if request.method == "POST":
        with cases.advance(found.case, "read", actor=account):
            pass
        return redirect("quality:digest", number)
    cases.note_opened(found.case, reader=account)
    context = {
        "digest": found,
        "tables": [_table(found, one) for one in found.content["tables"]],
        "until": found.week + timedelta(days=6),
        "is_unread": found.case.state == DigestState.SENT,
        "may_confirm": account.holds_over(RECEIPTS, found.provider),
        "crumbs": [
            {"label": "数据质量", "url": reverse("quality:cards")},
            {"label": "质量周报", "url": reverse("quality:digests")},
            {"label": found.provider.name, "url": ""},
        ],
    }
    return render(request, "quality/digest.html", context)


def _table(digest: Digest, said: Mapping[str, object]) -> dict[str, object]:
    """One table of the week: each number with the way to its batches or records."""
    code, table = digest.provider.code, str(said["table"])
    week = (digest.week, digest.week + timedelta(days=7))
    late = f"{reverse('quality:rows', args=[code, table, 'late'])}?month={digest.week:%Y-%m}"
    cells = [
        {"label": label, "value": said[key],
         "url": late if key == "late" else batches_url(code, table, week, FLAWED.get(key, ""))}
        for key, label in NUMBERS
    ]  # fmt: skip
    card = f"{reverse('quality:card', args=[code, table])}?month={digest.week:%Y-%m}"
    return {"label": said["label"], "url": card, "cells": cells}


def _row(digest: Digest) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(digest)), "num": column.num} for column in COLUMNS
    ]
    cells[-1]["badge"] = "done" if digest.case.state == DigestState.READ else "due"
    return {"url": reverse("quality:digest", args=[digest.case.number]), "cells": cells}
