"""Avoidances declared beforehand (回避登记): the list, one of them, declaring and ending."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_today, minute_text
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Account
from mingcha.domains.inspections.models import Avoidance
from mingcha.domains.inspections.queries import avoidances as queries
from mingcha.domains.inspections.queries.avoidances import Filter
from mingcha.domains.inspections.services import avoiding
from mingcha.domains.inspections.services.avoiding import Declared
from mingcha.domains.inspections.states import REVIEW, SEE
from mingcha.domains.inspections.views import attempt, who
from mingcha.domains.inspections.views.forms import DateInput
from mingcha.domains.records.queries.naming import code_of, name_of

STATES = {"now": ("在效", "doing"), "soon": ("未开始", "todo"), "over": ("已结束", "done")}
BY = [("own", "本人声明"), ("unit", "单位登记")]
COLUMNS: Sequence[Column[Avoidance]] = (
    Column("officer", "执法人员", lambda a: a.officer.name, "officer__name"),
    Column("state", "状态", lambda a: STATES[queries.standing(a)][0]),
    Column("certificate", "执法证号", lambda a: a.officer.certificate, "officer__certificate"),
    Column("party", "回避的监管对象", lambda a: name_of(a.party), "party__name"),
    Column("code", "代码", lambda a: code_of(a.party), "party__code"),
    Column("ground", "事由", lambda a: a.get_ground_display(), "ground"),
    Column("since", "起", lambda a: a.since, "since"),
    Column("until", "止", lambda a: a.until or "长期", "until"),
    Column("body", "所属单位", lambda a: a.officer.body, "officer__body"),
    Column("by", "登记", lambda a: _by(a)),
    Column("at", "登记时间", lambda a: minute_text(a.declared_at), "declared_at"),
)
SHOWN = ("officer", "state", "party", "ground", "since", "until", "body", "by")


class DeclareForm(forms.Form):
    """Whom an officer keeps away from, why, and how long."""

    officer = forms.CharField(label="执法人员", max_length=100)
    parties = forms.CharField(
        label="回避的监管对象", widget=forms.Textarea({"rows": 3}),
        help_text=f"统一社会信用代码或登记名称，一行一个，最多 {queries.MOST_AT_ONCE} 个。",
    )  # fmt: skip
    ground = forms.ChoiceField(label="事由", widget=forms.RadioSelect)
    since = forms.DateField(label="起", widget=DateInput(), initial=local_today)
    until = forms.DateField(
        label="止", widget=DateInput(), required=False, help_text="最后一天；不填为长期，直到结束。"
    )
    note = forms.CharField(
        label="说明", required=False, max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text="只有本人、本单位负责审核的人员和监察能看到，不进入通知书、公示和检查码。",
    )  # fmt: skip

    def __init__(self, account: Account, data: Any = None) -> None:
        own = queries.own_officer(account)
        super().__init__(data, initial={"officer": own.certificate if own else ""})
        self.account, may_review = account, account.holds(REVIEW)
        field = self.fields["officer"]
        if may_review:
            field.help_text = "执法证号，或本单位内不重名的姓名。"
        elif own is not None:
            field.disabled, field.help_text = True, f"{own.name}，本人。"
        choices = list(Avoidance.Ground.choices) if may_review else queries.OWN
        self.fields["ground"].choices = [  # type: ignore[attr-defined]  # a choice field
            (key, f"{label}（{queries.BASES[key]}）") for key, label in choices
        ]

    def clean(self) -> dict[str, Any]:
        """The officer and the parties that are meant."""
        given = super().clean() or {}
        for name, find in (
            ("officer", queries.officer_named), ("parties", queries.parties_named)
        ):  # fmt: skip
            if given.get(name):
                try:
                    given[name] = find(self.account, given[name])
                except MingchaError as refusal:
                    self.add_error(name, refusal.title)
        return given

    def said(self) -> Declared:
        """What is declared. Once the form is valid."""
        given = self.cleaned_data
        return Declared(given["ground"], given["since"], given["until"], given["note"])


class EndForm(forms.Form):
    """Until when, and why no longer."""

    on = forms.DateField(label="最后一天", widget=DateInput(), initial=local_today)
    reason = forms.CharField(
        label="结束理由", max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text="如关系已消除、经审查不需要回避；留在登记和操作记录中。",
    )  # fmt: skip


@door(SEE)
@require_GET
def avoidance_list(request: HttpRequest) -> HttpResponseBase:
    """One's own avoidances, those of one's body for whoever reviews, all for who supervises."""
    account, asked = who(request), request.GET
    wanted = Filter(
        asked.get("q", "").strip(), asked.get("ground", ""), asked.get("standing", ""),
        asked.get("by", ""),
    )  # fmt: skip
    listing = Listing(request, queries.avoidances(account, wanted), COLUMNS, sort="-at")
    if "export" in asked:
        return listing.export("回避登记")
    may_declare = queries.may_declare(account).exists()
    new = {"label": "登记回避", "url": reverse("inspections:avoidance_new"), "icon": "add",
           "primary": True}  # fmt: skip
    context = {
        "title": "回避登记", "actions": [new] if may_declare else [],
        "note": "登记之后冻结的名单、匹配和补位都按它回避；已经冻结的不变。结束的保留，不删除。",
        "exports": listing.exports,
        "filter": {"fields": [
            {"name": "q", "label": "人员、对象或代码", "kind": "text", "value": wanted.words},
            options("standing", "状态", [(key, label) for key, (label, _) in STATES.items()], asked),
            options("ground", "事由", Avoidance.Ground.choices, asked),
            options("by", "登记", BY, asked),
        ], "clear_url": "?"},
        "table": {
            "id": "avoidances", "caption": "回避登记", "columns": listing.headers_of(SHOWN),
            "empty": {
                "title": "没有回避登记",
                "text": "与监管对象有亲属、任职或利害关系的，事先登记，抽取时就不会被派去。",
                "action": new if may_declare else None,
            },
        },
        "rows": [_row(one) for one in listing.rows], "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(SEE)
@never_cache
@require_http_methods(["GET", "POST"])
def avoidance_new(request: HttpRequest) -> HttpResponse:
    """Declare avoidance: what is meant is shown first, and declared once it is confirmed."""
    account = who(request)
    form = DeclareForm(account, request.POST or None)
    found = form.cleaned_data if form.is_valid() else None
    if found and request.POST.get("confirm"):
        done = attempt(
            form,
            lambda: avoiding.declare(
                found["officer"], found["parties"], form.said(), actor=account
            ),
        )
        if done is not None:
            messages.success(request, f"已登记{found['officer'].name}对 {len(done)} 户的回避。")
            return redirect("inspections:avoidances")
    context: dict[str, Any] = {
        "form": form, "may_declare": queries.may_declare(account).exists(), "found": None,
        "back": {"url": reverse("inspections:avoidances"), "label": "返回回避登记"},
    }  # fmt: skip
    if found and not form.errors:
        context |= {
            "found": found, "ground": Avoidance.Ground(found["ground"]).label,
            "names": [(name_of(one), code_of(one)) for one in found["parties"]],
            "places": queries.places_touched(found["officer"], found["parties"]),
            "is_own": queries.is_own(found["officer"], account),
            "hidden": {name: request.POST.get(name, "") for name in form.fields},
        }  # fmt: skip
    return render(
        request, "inspections/avoidance_new.html", context, status=422 if form.errors else 200
    )


@door(SEE)
@never_cache
@require_http_methods(["GET", "POST"])
def avoidance(request: HttpRequest, number: int) -> HttpResponse:
    """One avoidance; with POST it is ended."""
    account = who(request)
    found = queries.avoidance_for(account, number)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: avoiding.end(found, actor=account, **form.cleaned_data))
        if done is not None:
            messages.success(request, f"这项回避用到 {done.until} 为止。")
            return redirect("inspections:avoidance", number)
    label, tone = STATES[queries.standing(found)]
    context = {
        "avoidance": found, "label": label, "tone": tone, "facts": _facts(found), "form": form,
        "title": f"{found.officer.name}回避{name_of(found.party)}",
        "may_end": queries.may_end(found, account) and not queries.is_over(found),
    }  # fmt: skip
    return render(
        request, "inspections/avoidance.html", context, status=422 if form.errors else 200
    )


def _row(one: Avoidance) -> dict[str, object]:
    columns = [column for column in COLUMNS if column.key in SHOWN]
    cells: list[dict[str, object]] = [{"text": str(column.text(one))} for column in columns]
    cells[0]["under"] = one.officer.certificate
    cells[1]["badge"] = STATES[queries.standing(one)][1]
    cells[2]["under"] = code_of(one.party)
    return {"url": reverse("inspections:avoidance", args=[one.pk]), "cells": cells}


def _by(one: Avoidance) -> str:
    if queries.is_declared_by_officer(one):
        return "本人声明"
    return str(one.declared_by.real_name) if one.declared_by is not None else "—"


def _facts(one: Avoidance) -> list[dict[str, object]]:
    ended = [
        {"label": "结束理由", "value": one.ended_because, "under": f"{one.ended_by}登记", "wide": True}
    ] if one.ended_because else []  # fmt: skip
    return [
        {"label": "执法人员", "value": one.officer.name, "under": f"执法证 {one.officer.certificate}"},
        {"label": "所属单位", "value": one.officer.body},
        {"label": "回避的监管对象", "value": name_of(one.party), "under": code_of(one.party)},
        {"label": "期间", "value": f"{one.since} 至 {one.until}" if one.until else f"{one.since} 起，长期"},
        {"label": "事由", "value": one.get_ground_display(), "under": queries.BASES[one.ground]},
        {"label": "登记", "value": _by(one), "under": minute_text(one.declared_at)},
        {"label": "说明", "value": one.note, "wide": True},
        *ended,
    ]  # fmt: skip
