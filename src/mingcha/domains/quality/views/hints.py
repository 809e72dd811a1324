"""Signs that data may have been made up: the list, and one with its records."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_day
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, options
from mingcha.domains.quality import queries, services
from mingcha.domains.quality.models import Hint
from mingcha.domains.quality.queries import RECEIPTS
from mingcha.domains.quality.views import who
from mingcha.standards import loader

KINDS = {
    "busy": "一人一天检查过多", "copied": "文字雷同", "digits": "数字有规律", "rest-days": "多在休息日",
    "one-day": "集中在一天", "sequence": "编号与日期倒置",
}  # fmt: skip
STANDINGS = [("open", "待核实"), ("explained", "已核实")]
COLUMNS: Sequence[Column[Hint]] = (
    Column("sentence", "线索", lambda h: h.sentence, "sentence"),
    Column("kind", "种类", lambda h: KINDS.get(h.kind, h.kind), "kind"),
    Column("provider", "报送单位", lambda h: h.provider.name, "provider__path"),
    Column("table", "数据表", lambda h: loader.current().table(h.table).label, "table"),
    Column("rows", "涉及记录", lambda h: h.rows, "rows", num=True),
    Column("found", "发现时间", lambda h: local_day(h.found_at), "found_at"),
    Column("standing", "核实", lambda h: "已核实" if h.explained else "待核实", "explained"),
)


class ExplainForm(forms.Form):
    """What was found on verifying."""

    text = forms.CharField(
        label="核实情况", max_length=500, widget=forms.Textarea({"rows": 4}),
        help_text="查了什么、结论是什么。属实的，请说明如何更正；有正当原因的，请写明原因。",
    )  # fmt: skip


@door(RECEIPTS)
@require_GET
def hint_list(request: HttpRequest) -> HttpResponseBase:
    """Every hint about the providers I answer for."""
    account, asked = who(request), request.GET
    found = queries.hints(account)
    if words := asked.get("q", "").strip():
        found = found.filter(sentence__contains=words)
    if kind := asked.get("kind", ""):
        found = found.filter(kind=kind)
    if standing := asked.get("standing", ""):
        found = (
            found.exclude(explained="") if standing == "explained" else found.filter(explained="")
        )
    listing = Listing(request, found, COLUMNS, sort="-rows")
    if "export" in asked:
        return listing.export("疑似编造线索")
    context = {
        "title": "疑似编造线索",
        "note": "线索由统计规律得出，只提示从哪里查起，不是结论；阈值在规则表中可以调整。",
        "filter": {
            "fields": [
                {"name": "q", "label": "线索中的文字", "kind": "text", "value": asked.get("q", "")},
                options("kind", "种类", KINDS.items(), asked),
                options("standing", "核实", STANDINGS, asked),
            ],
            "clear_url": "?",
        },
        "exports": listing.exports,
        "table": {
            "id": "hints", "caption": "疑似编造线索", "columns": listing.headers,
            "empty": {"title": "没有线索", "text": "每天凌晨查找一次；没有列出的不等于没有问题。"},
        },
        "rows": [_row(hint) for hint in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(RECEIPTS)
@require_http_methods(["GET", "POST"])
def hint(request: HttpRequest, number: int) -> HttpResponse:
    """One hint with example records, and what was found on verifying it."""
    account = who(request)
    found = queries.hint_for(account, number)
    form = ExplainForm(request.POST or None)
    if form.is_valid():
        try:
            services.explain(found, text=form.cleaned_data["text"], actor=account)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, "核实情况已记录。")
            return redirect("quality:hint", number)
    context = {
        "hint": found,
        "kind": KINDS.get(found.kind, found.kind),
        "table_label": loader.current().table(found.table).label,
        "examples": list(queries.examples(account, found)),
        "form": form,
        "crumbs": [
            {"label": "数据质量", "url": reverse("quality:cards")},
            {"label": "疑似编造线索", "url": reverse("quality:hints")},
            {"label": found.provider.name, "url": ""},
        ],
    }
    return render(request, "quality/hint.html", context, status=422 if form.errors else 200)


def _row(hint: Hint) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(hint)), "num": column.num} for column in COLUMNS
    ]
    cells[-1]["badge"] = "done" if hint.explained else "due"
    return {"url": reverse("quality:hint", args=[hint.pk]), "cells": cells}
