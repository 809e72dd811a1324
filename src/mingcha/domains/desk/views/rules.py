"""The rule table (规则表): every dated number with its basis; new values from a day on."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.cases import queries as cases
from mingcha.base.cases.machine import Kind
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, options
from mingcha.base.rules import queries, services
from mingcha.base.rules.models import Rule
from mingcha.base.rules.services import NewValue
from mingcha.domains.desk.services import note_look
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import DateInput

MANAGE = "rules.manage"


class ValueForm(forms.Form):
    """A new value, from which day, on which ground."""

    value = forms.IntegerField(label="新取值", min_value=0)
    since = forms.DateField(
        label="生效日期", widget=DateInput(), help_text="从这一天起的新办件按新取值计算。"
    )
    basis = forms.CharField(
        label="依据", max_length=300, help_text="法律、法规或文件的名称、文号和条款。",
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def __init__(self, rule: Rule, data: Any = None) -> None:
        super().__init__(data, initial={"since": local_today() + timedelta(days=1)})
        self.fields["value"].label = f"新取值（{rule.get_unit_display()}）"


def _used(rule: Rule) -> str:
    return "、".join(kind.label for kind in Kind.using(rule.key))


def _until(rule: Rule) -> str:
    return f"至 {rule.until}" if rule.until else "长期"


COLUMNS: Sequence[Column[Rule]] = (
    Column("label", "规则", lambda r: r.label, "label"),
    Column("value", "现行取值", lambda r: r.amount, "value"),
    Column("since", "生效日期", lambda r: r.since, "since"),
    Column("until", "有效至", _until, "until"),
    Column("used", "用于", _used),
    Column("basis", "依据", lambda r: r.basis, "basis"),
    Column("key", "标识", lambda r: r.key, "key"),
)


@door(SIGNED_IN)
@require_GET
def rule_list(request: HttpRequest) -> HttpResponseBase:
    """Every rule with its value today."""
    asked = request.GET
    found = queries.dated(local_today())
    if text := asked.get("q", "").strip():
        found = found.filter(
            Q(label__contains=text) | Q(basis__contains=text) | Q(key__contains=text)
        )
    if kind := Kind.ALL.get(asked.get("kind", "")):
        found = found.filter(key__in=kind.rules)
    listing = Listing(request, found, COLUMNS, sort="key")
    if "export" in asked:
        note_look(who(request), "导出规则表", at=request.get_full_path())
        return listing.export("规则表")
    kinds = sorted((kind.name, kind.label) for kind in Kind.ALL.values())
    fields: list[dict[str, object]] = [
        {"name": "q", "label": "名称、依据、标识", "kind": "text", "value": asked.get("q", ""), "wide": True},
    ]  # fmt: skip
    if kinds:
        fields.append(options("kind", "用于哪种办件", kinds, asked))
    context = {
        "title": "规则表",
        "note": "法律、文件或主管部门规定的期限、间隔和限额。每个取值有生效日期和依据；办件按起算当日的取值计算，之后修改规则不改变已经起算的期限。",
        "filter": {"fields": fields},
        "table": {"id": "rules", "caption": "规则表", "columns": listing.headers},
        "rows": [_row(rule) for rule in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _row(rule: Rule) -> dict[str, object]:
    cells: list[dict[str, object]] = [{"text": str(column.text(rule))} for column in COLUMNS]
    for cell in cells[1:4]:
        cell["nowrap"] = True
    cells[-1]["code"] = True
    return {"url": reverse("desk:rule", args=[rule.key]), "cells": cells}


@door(SIGNED_IN)
@require_GET
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """One rule: its value today, its history, what it is used for."""
    history = queries.history(key)
    today = local_today()
    context = {
        "rule": next((one for one in history if _holds(one, today)), None),
        "name": history[0],
        "history": [(one, _standing(one, today)) for one in history],
        "kinds": Kind.using(key),
        "running": _running(key),
        "may_manage": who(request).holds(MANAGE),
    }
    return render(request, "desk/rule.html", context)


@door(MANAGE)
@require_http_methods(["GET", "POST"])
def rule_set(request: HttpRequest, key: str) -> HttpResponse:
    """Set a new value from a day on; first it is shown what that would change."""
    latest = queries.history(key)[0]
    form = ValueForm(latest, request.POST or None)
    is_sure = request.POST.get("do") == "set"
    is_ready = form.is_valid()
    if is_ready and is_sure:
        new = NewValue(**form.cleaned_data)
        try:
            services.set_value(key, new, actor=who(request))
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(
                request,
                f"{latest.label}自 {new.since} 起为 {new.value} {latest.get_unit_display()}。",
            )
            return redirect("desk:rule", key)
    context = {
        "rule": latest, "form": form, "ready": is_ready and not form.errors,
        "kinds": Kind.using(key), "running": _running(key),
        "is_past": is_ready and form.cleaned_data["since"] < local_today(),
    }  # fmt: skip
    return render(request, "desk/rule_set.html", context, status=422 if form.errors else 200)


def _running(key: str) -> list[tuple[str, int]]:
    """How many open cases count under the rule, by the label of their kind."""
    return [
        (Kind.ALL[kind].label if kind in Kind.ALL else kind, count)
        for kind, count in cases.running_under(key).items()
    ]


def _holds(one: Rule, day: Any) -> bool:
    return one.since <= day and (one.until is None or one.until >= day)


def _standing(one: Rule, day: Any) -> tuple[str, str]:
    if _holds(one, day):
        return "现行", "done"
    return ("待生效", "doing") if one.since > day else ("已失效", "todo")
