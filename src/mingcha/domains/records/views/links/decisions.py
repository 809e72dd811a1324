"""Decisions about ties: the list, one with what it changed, and its undoing."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import minute_text
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, select
from mingcha.domains.records.models import Decision, DecisionKind
from mingcha.domains.records.queries import decisions as queries
from mingcha.domains.records.queries import naming
from mingcha.domains.records.queries.decisions import Change, Filter
from mingcha.domains.records.services import links
from mingcha.domains.records.views.links import common

LINK = "records.link"
STANDING = [("yes", "有效"), ("no", "已撤销")]

COLUMNS: Sequence[Column[Decision]] = (
    Column("number", "决定", queries.in_words),
    Column("kind", "种类", lambda d: d.get_kind_display(), "kind"),
    Column("no", "编号", lambda d: d.pk, "pk", num=True),
    Column("state", "状态", lambda d: queries.state_of(d)[0]),
    Column("moved", "改动的关联", lambda d: d.moved, "moved", num=True),  # type: ignore[attr-defined]
    Column("by", "决定人", lambda d: d.by.real_name, "by__real_name"),
    Column("unit", "单位", lambda d: d.unit.name, "unit__name"),
    Column("at", "时间", lambda d: minute_text(d.at), "at"),
    Column("reason", "理由", lambda d: d.reason),
)


@door(LINK)
@require_GET
def decision_list(request: HttpRequest) -> HttpResponseBase:
    """Everything that was decided about ties, newest first: who, why, and whether it stands."""
    account, said = common.who(request), request.GET
    asked = Filter(
        words=common.text_of(said, "q"), kind=said.get("kind", ""),
        standing=said.get("standing", ""), unit=said.get("unit", ""),
        since=common.day_of(said, "since"), until=common.day_of(said, "until"),
    )  # fmt: skip
    listing = Listing(request, queries.decisions(account, asked), COLUMNS, sort="-no")
    if "export" in said:
        return listing.export("关联决定")
    fields = [
        {
            "name": "q",
            "label": "对象或记录主体",
            "kind": "text",
            "value": asked.words,
            "wide": True,
        },
        select("kind", "种类", DecisionKind.choices, asked.kind),
        select("standing", "状态", STANDING, asked.standing),
        select("unit", "决定单位", common.providers(account, LINK), asked.unit),
        common.days("决定日期", asked.since, asked.until),
    ]
    context = {
        "filter": {"fields": fields, "clear_url": "?"},
        "table": {
            "id": "decisions",
            "caption": "关联决定",
            "columns": listing.headers,
            "empty": {
                "title": "没有符合条件的决定",
                "text": "认定存疑关联、合并或拆分监管对象之后，会逐条列在这里，都可以撤销。",
            },
        },
        "rows": [_row(one) for one in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }
    return render(request, "records/links/decisions.html", context)


class UndoForm(forms.Form):
    """Why a decision is undone."""

    reason = forms.CharField(
        label="撤销理由", max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text="例如：报送单位补充说明，两家并非同一主体。",
    )  # fmt: skip


@door(LINK)
@require_http_methods(["GET", "POST"])
def decision(request: HttpRequest, number: int) -> HttpResponse:
    """One decision: what it changed, and undo it with the consequences in sight."""
    account = common.who(request)
    found = queries.decision_for(account, number)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            links.undo(found, reason=form.cleaned_data["reason"], actor=account)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, f"第 {found.pk} 号决定已撤销，关联恢复为没有它时的样子。")
            return redirect("records:decision", found.pk)
    word, tone = queries.state_of(found)
    may_undo = word == "有效"
    context = {
        "decision": found,
        "title": queries.in_words(found),
        "state": {"label": word, "tone": tone},
        "changes": _changes(queries.changes(found)),
        "would": _changes(queries.changes_if_undone(found)) if may_undo else [],
        "form": form if may_undo else None,
        "undone": getattr(found, "undone", None),
        "facts": _facts(found),
    }
    return render(
        request, "records/links/decision.html", context, status=422 if form.errors else 200
    )


def _facts(found: Decision) -> list[dict[str, object]]:
    party = found.party
    facts: list[dict[str, object]] = [
        {"label": "种类", "value": found.get_kind_display()},
        {"label": "编号", "value": f"第 {found.pk} 号"},
        {"label": "决定人", "value": f"{found.by.real_name}（{found.unit.name}）"},
        {"label": "时间", "value": minute_text(found.at)},
        {"label": "理由", "value": found.reason or "未写", "wide": True},
    ]
    for label, one in (("监管对象", party), ("另一对象", found.other)):
        if one is not None:
            url = reverse("insight:dossier", args=[one.public_id])
            facts.append({"label": label, "value": naming.name_of(one), "url": url})
    if found.case is not None:
        url = reverse("desk:case", args=[found.case.number])
        facts.append({"label": "依据答复", "value": found.case.number, "url": url})
    if found.undoes is not None:
        url = reverse("records:decision", args=[found.undoes_id])
        facts.append({"label": "所撤销的决定", "value": f"第 {found.undoes_id} 号", "url": url})
    return facts


def _changes(found: Sequence[Change]) -> list[dict[str, object]]:
    return [
        {
            "subject": naming.subject_name(one.subject),
            "code": naming.subject_code(one.subject),
            "is_record": one.fact is not None,
            "before": one.before,
            "after": one.after,
            "records": one.records,
        }
        for one in found
    ]


def _row(one: Decision) -> dict[str, object]:
    word, tone = queries.state_of(one)
    cells: list[dict[str, object]] = [
        {"text": queries.in_words(one)},
        {"text": one.get_kind_display()},
        {"text": one.pk, "num": True},
        {"text": word, "badge": tone},
        {"text": one.moved, "num": True},  # type: ignore[attr-defined]  # annotated
        {"text": one.by.real_name},
        {"text": one.unit.name},
        {"text": minute_text(one.at)},
        {"text": one.reason},
    ]
    return {"url": reverse("records:decision", args=[one.pk]), "cells": cells}
