"""Exceptions: the list with how often each was used, and asking for one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog.queries import exceptions as queries
from mingcha.domains.catalog.queries.exceptions import ItemException
from mingcha.domains.catalog.services import exceptions as services
from mingcha.domains.catalog.services.exceptions import Asked
from mingcha.domains.catalog.states import Standing
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import DateInput, OrganisationField, open_under
from mingcha.domains.records.queries import marks

SEE, DRAFT = "cases.see", "catalog.draft"
HEARD = "exception-objection"
TONES = {"asked": "doing", "allowed": "done", "refused": "todo", "ended": "todo"}
COLUMNS: Sequence[Column[ItemException]] = (
    Column("name", "事项", lambda e: e.name, "name"),
    Column("state", "状态", lambda e: state_of(e)["label"], "case__state"),
    Column("code", "编码", lambda e: e.code, "code"),
    Column("body", "实施机构", lambda e: e.body.name, "body__name"),
    Column("days", "期限", lambda e: f"{e.since} 至 {e.until}", "until"),
    Column("uses", "已放行", lambda e: marks.uses_of(e.case.number), num=True),
    Column("objected", "异议", lambda e: objected_words(e), "objected"),
    Column("number", "编号", lambda e: e.case.number, "case__number"),
    Column("reason", "理由", lambda e: e.reason),
)


class ExceptionForm(forms.Form):
    """For which code, for whom, from when to when, and why there should be an exception."""

    body = OrganisationField(label="实施机构", queryset=Organisation.objects.none())
    code = forms.CharField(
        label="监管事项目录编码", max_length=100, help_text="行为记录中将填写的编码。"
    )
    name = forms.CharField(label="事项名称", max_length=200)
    since = forms.DateField(label="开始日期", widget=DateInput())
    until = forms.DateField(label="截止日期", widget=DateInput(), help_text="到期自动失效。")
    reason = forms.CharField(label="理由", widget=forms.Textarea({"rows": 3}), max_length=1000)

    def __init__(self, actor: Account, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["body"].queryset = open_under(actor, DRAFT).exclude(uscc="")  # type: ignore[attr-defined]


def objected_words(one: Any) -> str:
    """How many objected, and how many of them rightly."""
    return f"{one.objected}（成立 {one.upheld}）" if one.upheld else str(one.objected or "—")


def state_of(one: ItemException) -> dict[str, str]:
    """Where an exception stands today, in word and colour."""
    if one.is_allowed and one.until < local_today():
        return {"label": "已到期", "tone": "todo"}
    if one.is_allowed and one.since > local_today():
        return {"label": "已批准，未到期间", "tone": "doing"}
    return {"label": one.case.get_state_display(), "tone": TONES.get(one.case.state, "plain")}


@door(SEE)
@require_GET
def exception_list(request: HttpRequest) -> HttpResponseBase:
    """Every exception that I may see, with how many acts passed by it."""
    said = request.GET
    found = queries.exceptions(who(request))
    if words := said.get("q", "").strip():
        found = queries.named(found, words)
    if state := said.get("state", ""):
        found = found.filter(case__state=state)
    if said.get("now"):
        found = found.filter(queries.holding(local_today()))
    listing = Listing(request, found, COLUMNS, sort="-number")
    if "export" in said:
        return listing.export("无事项监管例外")
    new = {
        "label": "申请例外",
        "url": reverse("desk:exception_new"),
        "icon": "add",
        "primary": True,
    }
    heard = {"label": "查看异议", "url": f"{reverse('desk:cases')}?kind={HEARD}"}
    context = {
        "title": "无事项监管例外",
        "note": "未录入系统的事项原则上不得监管；确有必要的，须有批准人、理由和截止日期，放行的每一条记录都有标记。",
        "actions": [*([new] if who(request).holds(DRAFT) else []), heard],
        "exports": listing.exports,
        "filter": {
            "fields": [
                {"name": "q", "label": "事项、编码、编号", "kind": "text", "value": said.get("q", "")},
                options("state", "状态", Standing.choices, said),
                options("now", "期限", [("1", "今天有效")], said),
            ]
        },
        "table": {
            "id": "catalog-exceptions",
            "caption": "无事项监管例外",
            "columns": listing.headers,
            "empty": {"title": "没有例外", "text": "没有例外就是最好的状态：全部监管都有事项可依。"},
        },
        "rows": [_row(one) for one in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _row(one: ItemException) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(one)), "code": column.key in {"code", "number"},
         "num": column.num}
        for column in COLUMNS
    ]  # fmt: skip
    cells[1]["badge"] = state_of(one)["tone"]
    return {"url": reverse("desk:case", args=[one.case.number]), "cells": cells}


@door(DRAFT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for an exception."""
    initial = {"since": local_today(), "code": request.GET.get("code", ""),
               "name": request.GET.get("name", "")}  # fmt: skip
    form = ExceptionForm(who(request), request.POST or None, initial=initial)
    if form.is_valid():
        try:
            done = services.ask(Asked(**form.cleaned_data), actor=who(request))
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"已提交{done.unit.name}批准。")
            return redirect("desk:case", done.number)
    context = {
        "title": "申请无事项监管例外", "form": form, "submit": "提交申请",
        "note": "例外只为补充梳理事项留出时间：请同时起草该事项。",
        "back": {"url": reverse("desk:exceptions")},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)
