"""Changes under review: the list, and the text of one as a form. Its page is that of its case."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.cases import queries as cases
from mingcha.base.days import local_day
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, options
from mingcha.domains.catalog import services
from mingcha.domains.catalog.models import Change, Draft, Kind
from mingcha.domains.catalog.queries import reviews
from mingcha.domains.catalog.queries.shelves import Said
from mingcha.domains.catalog.rules.filled import problems
from mingcha.domains.catalog.services import Text
from mingcha.domains.catalog.states import Stage
from mingcha.domains.catalog.views import who
from mingcha.domains.catalog.views.forms import (
    DeclaredForm,
    read,
)
from mingcha.standards import loader
from mingcha.standards.model import Table

SEE = "cases.see"
BLANKS = 2  # empty check items offered below those that are filled in
MOST_POINTS = 500
OPEN = {Stage.DRAFT, Stage.RETURNED}
STANDINGS = [("open", "在办"), ("late", "逾期"), ("closed", "已办结")]
TONES = {"draft": "todo", "submitted": "doing", "returned": "due", "approved": "doing",
         "published": "done", "dropped": "todo"}  # fmt: skip
COLUMNS: Sequence[Column[Draft]] = (
    Column("title", "变动", lambda d: d.case.title, "case__title"),
    Column("state", "状态", lambda d: d.case.get_state_display(), "case__state"),
    Column("number", "编号", lambda d: d.case.number, "case__number"),
    Column("change", "种类", lambda d: d.get_change_display(), "change"),
    Column("since", "生效日期", lambda d: d.since or "—", "since"),
    Column("opener", "起草单位", lambda d: d.case.opener.name, "case__opener__name"),
    Column("unit", "承办单位", lambda d: d.case.unit.name, "case__unit__name"),
    Column("due", "办理期限", lambda d: d.case.due_on or "—", "case__due_on"),
    Column("opened", "起草时间", lambda d: local_day(d.case.opened_at), "case__opened_at"),
)


@door(SEE)
@require_GET
def review_list(request: HttpRequest) -> HttpResponseBase:
    """The changes that I may see, whoever has them."""
    account, said = who(request), request.GET
    asked = cases.Filter(words=said.get("q", "").strip(), standing=said.get("standing", ""))
    found = reviews.drafts(account).filter(case__in=cases.cases(account, asked).values("pk"))
    if kind := said.get("kind", ""):
        found = found.filter(kind=kind)
    if state := said.get("state", ""):
        found = found.filter(case__state=state)
    if change := said.get("change", ""):
        found = found.filter(change=change)
    listing = Listing(request, found, COLUMNS, sort="-opened")
    if "export" in said:
        return listing.export("事项与清单变动")
    context = {
        "title": "事项与清单变动",
        "note": "起草、审核、发布由不同的人办理；期限和经过见各件。",
        "exports": listing.exports,
        "filter": {
            "fields": [
                {"name": "q", "label": "名称、编号", "kind": "text", "value": asked.words},
                options("standing", "办理", STANDINGS, said),
                options("kind", "类别", Kind.choices, said),
                options("change", "种类", Change.choices[:-1], said),
                options("state", "状态", Stage.choices, said),
            ]
        },
        "table": {
            "id": "catalog-reviews",
            "caption": "事项与清单变动",
            "columns": listing.headers,
            "empty": {"title": "没有符合条件的变动", "text": "在事项或清单的页面上修订、暂停或取消。"},
        },
        "rows": [_row(draft) for draft in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _row(draft: Draft) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(draft)), "code": column.key == "number"} for column in COLUMNS
    ]
    cells[1]["badge"] = TONES.get(draft.case.state, "plain")
    return {"url": reverse("desk:case", args=[draft.case.number]), "cells": cells}


@door("catalog.draft")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """The text of a change as a form made from its table; saved finished or not."""
    case, found = reviews.draft_for(who(request), number)
    if case.state not in OPEN or found.change not in {Change.NEW, Change.REVISE}:
        return redirect("desk:case", number)
    table = loader.current().table(found.scheme)
    refusal = ""
    if request.method == "POST":
        try:
            services.save(
                case, _text(request, found, table), actor=who(request), seen=_seen(request)
            )
        except MingchaError as error:
            refusal = f"{error.title} {error.detail}"
        else:
            messages.success(request, "已保存。")
            if "more" in request.POST:
                return redirect(f"{reverse('catalog:draft', args=[number])}#points-end")
            return redirect("desk:case", number)
    shown = _text(request, found, table).content if refusal else found.content
    wrong = problems(table, shown, loader.current().code_tables) if shown else {}
    context = {
        "case": case,
        "draft": found,
        "table": table,
        "form": DeclaredForm(
            table, _names(table, found), shown, wrong if _is_asked(request) else {}
        ),
        "points": _point_forms(found),
        "reason": found.reason,
        "refusal": refusal,
        "back": reverse("desk:case", args=[number]),
    }
    return render(request, "catalog/draft.html", context, status=409 if refusal else 200)


@door("catalog.draft")
@require_POST
def catch_up(request: HttpRequest, number: str) -> HttpResponse:
    """Bring a draft onto the newest version; what the draft changed, stays changed."""
    case, found = reviews.draft_for(who(request), number)
    clashes = services.catch_up(case, actor=who(request), seen=_seen(request))
    fields = loader.current().table(found.scheme).fields
    messages.success(request, "已合并到最新版本。")
    if clashes:
        labels = "、".join(fields[name].label for name in clashes)
        messages.warning(request, f"以下各处双方都有改动，已保留您的写法，请核对：{labels}。")
    return redirect("catalog:draft", number)


def _names(table: Table, draft_: Draft) -> list[str]:
    """The fields of the form; the code of what is there already is not asked for."""
    code = Said(table, {}).spec.code
    return [name for name in table.fields if name != code or draft_.change == Change.NEW]


def _text(request: HttpRequest, draft_: Draft, table: Table) -> Text:
    content = read(request.POST, table, _names(table, draft_))
    found = reviews.point_fields(draft_.kind, draft_.scheme)
    points: list[dict[str, str]] = []
    if found is not None:
        own, names = found
        count = request.POST.get("points", "")
        places = range(min(int(count), MOST_POINTS) if count.isdigit() and len(count) < 6 else 0)
        every = [read(request.POST, own, names, prefix=f"p{place}") for place in places]
        points = [point for point in every if point.get("check_content", "").strip()]
    return Text(content, points, request.POST.get("why", ""))


def _point_forms(draft_: Draft) -> list[forms.Form]:
    found = reviews.point_fields(draft_.kind, draft_.scheme)
    if found is None:
        return []
    table, names = found
    rows: list[dict[str, str]] = [*draft_.points, *({} for _ in range(BLANKS))]
    return [DeclaredForm(table, names, row, prefix=f"p{n}") for n, row in enumerate(rows)]


def _is_asked(request: HttpRequest) -> bool:
    """Whether the form is to show what is missing."""
    return request.GET.get("check") == "1"


def _seen(request: HttpRequest) -> int | None:
    seen: Any = request.POST.get("seen", "")
    return int(seen) if seen.isdigit() and len(seen) < 9 else None
