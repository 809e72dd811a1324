"""Accept many questions with the very same evidence at once (批量认定同类), with what they are in sight."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.listing import pager_of
from mingcha.domains.records.models import Tie
from mingcha.domains.records.queries import naming, questions
from mingcha.domains.records.services import links
from mingcha.domains.records.services.links import Question
from mingcha.domains.records.views.links import common
from mingcha.domains.records.views.links.queue import asked_of, filter_of

LINK = "records.link"
MOST = 500  # accepted at a time


@door(LINK)
@require_GET
def alike(request: HttpRequest) -> HttpResponse:
    """The classes of questions with equal evidence and one candidate, the heaviest first."""
    account, asked = common.who(request), asked_of(request)
    found = questions.alike(account, asked)
    query = request.GET.urlencode()
    context = {
        "filter": filter_of(account, asked),
        "rows": [
            {
                "url": f"{reverse('records:links_equal', args=[one.first])}?{query}",
                "cells": [
                    {"text": in_words(one.reasons)},
                    {"text": one.weight, "num": True},
                    {"text": one.count, "num": True},
                ],
            }
            for one in found
        ],
        "table": {
            "id": "alike",
            "caption": "同类存疑关联",
            "tools": False,
            "columns": [
                {"label": "证据"}, {"label": "权重（千分）", "num": True}, {"label": "条数", "num": True},
            ],
            "empty": {
                "title": "没有可以批量认定的",
                "text": "只有一个候选、证据完全相同的存疑关联会归为一类；可以放宽条件再看。",
            },
        },
        "list_url": f"{reverse('records:links')}?{query}",
    }  # fmt: skip
    return render(request, "records/links/alike.html", context)


class ReasonForm(forms.Form):
    """Why all of them are accepted."""

    reason = forms.CharField(
        label="认定理由", max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text="写入每一项决定；每一项都可以单独撤销。",
    )  # fmt: skip


@door(LINK)
@require_http_methods(["GET", "POST"])
def equal(request: HttpRequest, number: int) -> HttpResponse:
    """One class: every question in it, ticked or not, and accept the ticked ones."""
    account = common.who(request)
    first = questions.question_for(account, number)
    found = questions.equal_to(account, asked_of(request), first).order_by("pk")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ticked = [int(one) for one in request.POST.getlist("key") if one.isdigit()]
        chosen = list(found.filter(pk__in=ticked)[:MOST])
        if not chosen:
            form.add_error(None, "没有勾选任何一条，或者所选的已经处理。")
        else:
            pairs = [(Question(t.subject_id, t.fact_id, t.pk), t.party) for t in chosen]
            made = links.accept_many(pairs, reason=form.cleaned_data["reason"], actor=account)
            messages.success(request, f"已认定 {len(made)} 条，每一条都可以在“关联决定”中撤销。")
            return redirect(f"{reverse('records:links_alike')}?{request.GET.urlencode()}")
    total = found.count()
    pager = pager_of(request, total)
    context = {
        "evidence": in_words(first.reasons),
        "weight": first.weight,
        "rows": [_row(tie) for tie in found[:MOST]],
        "total": total,
        "most": MOST,
        "form": form,
        "pager": pager,
        "back_url": f"{reverse('records:links_alike')}?{request.GET.urlencode()}",
    }
    return render(request, "records/links/equal.html", context, status=422 if form.errors else 200)


def in_words(reasons: Sequence[object]) -> str:
    """Evidence as one line: what each piece says, with its weight."""
    said = []
    for reason in reasons:
        if isinstance(reason, list) and len(reason) == 3:
            said.append(f"{reason[2]} {reason[1]:+,}")
        else:
            said.append(str(reason))
    return "；".join(said) or "无"


def _row(tie: Tie) -> dict[str, object]:
    return {
        "key": tie.pk,
        "url": reverse("records:link", args=[tie.pk]),
        "subject": questions.called(tie),
        "address": tie.subject.address if tie.subject.scheme not in naming.PERSONS else "",
        "party": naming.name_of(tie.party),
        "party_address": naming.address_of(tie.party),
        "provider": tie.first_provider,  # type: ignore[attr-defined]  # annotated
    }
