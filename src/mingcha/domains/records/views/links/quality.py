"""The quality of linking (关联质量): samples, their figures, and labelling pair by pair."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_day, minute_text
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing
from mingcha.base.people import queries as people
from mingcha.domains.parties.queries import Party
from mingcha.domains.parties.rules import standard_weights
from mingcha.domains.records.models import Sample, Verdict
from mingcha.domains.records.queries import evidence, naming
from mingcha.domains.records.queries import samples as queries
from mingcha.domains.records.rules.quality import Rate
from mingcha.domains.records.services import samples
from mingcha.domains.records.views.links import common
from mingcha.domains.records.views.links.merging import called_by

LINK = "records.link"

COLUMNS: Sequence[Column[Sample]] = (
    Column("number", "样本", lambda s: f"第 {s.pk} 号", "pk"),
    Column(
        "drawn",
        "抽取时间",
        lambda s: minute_text(s.drawn_at),
        "drawn_at",
    ),
    Column("weights", "权重版本", lambda s: f"第 {s.weights} 版", "weights"),
    Column("scope", "范围", lambda s: s.scope.name, "scope__name"),
    Column("seed", "种子", lambda s: s.seed),
    Column("labelled", "已标注", lambda s: s.labelled_count, "labelled_count", num=True),  # type: ignore[attr-defined]
    Column("pairs", "共抽取", lambda s: s.pairs_count, "pairs_count", num=True),  # type: ignore[attr-defined]
    Column("precision", "准确率", lambda s: percent(queries.measured(s).whole.figures.precision)),
    Column("recall", "召回率", lambda s: percent(queries.measured(s).whole.figures.recall)),
    Column("by", "抽取人", lambda s: s.drawn_by.real_name, "drawn_by__real_name"),
)


@door(LINK)
@require_GET
def quality(request: HttpRequest) -> HttpResponseBase:
    """Every sample with its figures, newest first: how quality went by version of the weights."""
    account = common.who(request)
    listing = Listing(request, queries.samples(account), COLUMNS, sort="-number")
    if "export" in request.GET:
        return listing.export("关联质量")
    context = {
        "actions": [
            {"label": "抽取样本", "url": reverse("records:sample_new"), "icon": "add", "primary": True},
            {"label": "怎样关联", "url": reverse("records:linking")},
        ],
        "table": {
            "id": "samples",
            "caption": "关联样本",
            "columns": listing.headers,
            "empty": {
                "title": "还没有样本",
                "text": "抽取一批关联逐对标注，就能知道机器关联得准不准、漏了多少。",
                "action": {"label": "抽取样本", "url": reverse("records:sample_new")},
            },
        },
        "rows": [_row(sample) for sample in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
        "trend": [_trend(one) for one in queries.trend(account)],
    }  # fmt: skip
    return render(request, "records/links/quality.html", context)


class SampleForm(forms.Form):
    """Over whose records, how many of each stratum, with which seed."""

    scope = forms.ChoiceField(label="范围", help_text="抽取这个机构及其下级报送的记录。")
    per_stratum = forms.IntegerField(
        label="每层最多抽取", initial=40, min_value=5, max_value=samples.MOST,
        help_text="按关联方式和权重分层；每层抽得越多，区间越窄。",
    )  # fmt: skip
    seed = forms.CharField(
        label="种子", required=False, max_length=64,
        help_text="不填则随机生成并公布；同一种子、同样的数据，抽出的样本相同。",
    )  # fmt: skip

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST or None)
        bodies = common.providers(common.who(request), LINK)
        self.fields["scope"].choices = bodies  # type: ignore[attr-defined]  # a ChoiceField


@door(LINK)
@require_http_methods(["GET", "POST"])
def sample_new(request: HttpRequest) -> HttpResponse:
    """Order a sample; the job draws it."""
    account = common.who(request)
    form = SampleForm(request)
    if form.is_valid():
        said = form.cleaned_data
        scope = people.organisation_for(account, said["scope"], LINK)
        made = samples.order_sample(scope, said["per_stratum"], actor=account, seed=said["seed"])
        messages.success(request, f"正在抽取第 {made.pk} 号样本，种子 {made.seed}。")
        return redirect("records:sample", made.pk)
    context = {
        "title": "抽取关联样本",
        "note": f"用现行权重（第 {standard_weights().version} 版）关联的结果抽取；标注时不显示机器的判断。",
        "form": form,
        "submit": "抽取样本",
        "back": {"url": reverse("records:quality")},
    }
    return render(
        request, "records/links/form_page.html", context, status=422 if form.errors else 200
    )


@door(LINK)
@require_GET
def sample(request: HttpRequest, number: int) -> HttpResponse:
    """One sample: precision and recall with their intervals, over all, per stratum, per kind of dirt."""
    found = queries.sample_for(common.who(request), number)
    said = queries.measured(found)
    following = queries.next_open(found)
    context = {
        "sample": found,
        "whole": _line(said.whole),
        "strata": [_line(one) for one in said.strata],
        "kinds": [_line(one) for one in said.kinds],
        "next_url": reverse("records:sample_pair", args=[number, following.place])
        if following
        else "",
    }
    return render(request, "records/links/sample.html", context)


class LabelForm(forms.Form):
    """Whether the record means the party, and whom it means instead."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    meant = forms.CharField(required=False, max_length=600)


@door(LINK)
@require_http_methods(["GET", "POST"])
def sample_pair(request: HttpRequest, number: int, place: int) -> HttpResponse:
    """One pair to label; the next opens at once. What the machine thought of it is not shown."""
    account = common.who(request)
    found = queries.sample_for(account, number)
    pair = queries.pair_for(found, place)
    form = LabelForm(request.POST or None)
    if form.is_valid():
        try:
            said = form.cleaned_data
            meant = called_by(account, said["meant"].strip()) if said["meant"].strip() else None
            samples.label(pair, Verdict(said["verdict"]), meant=meant, actor=account)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            following = queries.next_open(queries.sample_for(account, number), place)
            if following is None:
                messages.success(request, "这个样本已全部标注。")
                return redirect("records:sample", number)
            return redirect("records:sample_pair", number, following.place)
    context = {
        "sample": found,
        "pair": pair,
        "is_own": pair.tie.how == "own",
        "evidence": evidence.of_pair(account, pair.tie),
        "suggestions": [_suggested(one) for one in queries.suggestions(account, pair)],
        "form": form,
        "skip_url": _after(number, found, place),
        "verdict": pair.get_verdict_display() if pair.verdict else "",
    }
    return render(request, "records/links/pair.html", context, status=422 if form.errors else 200)


def _after(number: int, found: Sample, place: int) -> str:
    following = queries.next_open(found, place)
    if following is None:
        return reverse("records:sample", args=[number])
    return reverse("records:sample_pair", args=[number, following.place])


def _suggested(party: Party) -> dict[str, str]:
    return {
        "name": naming.name_of(party), "code": party.code, "address": naming.address_of(party),
        "status": party.status, "key": party.code or party.name,
    }  # fmt: skip


def percent(rate: Rate | None) -> str:
    """A share as a person reads it, with its interval."""
    if rate is None:
        return "—"
    return f"{rate.value:.1%}（{rate.low:.1%}–{rate.high:.1%}）"


def _line(one: queries.Line) -> dict[str, object]:
    return {
        "label": one.label,
        "size": one.size,
        "labelled": one.labelled,
        "precision": percent(one.figures.precision),
        "recall": percent(one.figures.recall),
        "f1": "—" if one.figures.f1 is None else f"{one.figures.f1:.3f}",
    }


def _trend(one: queries.Measured) -> dict[str, object]:
    said = one.whole.figures
    return {
        "label": f"第 {one.sample.weights} 版 · {local_day(one.sample.drawn_at)}",
        "url": reverse("records:sample", args=[one.sample.pk]),
        "precision": percent(said.precision),
        "recall": percent(said.recall),
        "precision_value": said.precision.value if said.precision else 0,
        "recall_value": said.recall.value if said.recall else 0,
    }


def _row(one: Sample) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": column.text(one), "num": column.num, "code": column.key == "seed"}
        for column in COLUMNS
    ]
    return {"url": reverse("records:sample", args=[one.pk]), "cells": cells}
