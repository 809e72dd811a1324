"""Where sources differ (来源冲突): the list, and the sources of one attribute side by side."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_day
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.parties.rules.attributes import LABELS, Attribute, How
from mingcha.domains.records.models import Conflict
from mingcha.domains.records.queries import conflicts as queries
from mingcha.domains.records.queries import dossier, naming
from mingcha.domains.records.queries.conflicts import Filter, Sides
from mingcha.domains.records.services import attributes
from mingcha.domains.records.views.links import common
from mingcha.standards import loader

LINK = "records.link"


def others(one: Conflict) -> str:
    """What the others say, each once, the most authoritative first."""
    said = dict.fromkeys(in_words(one.attribute, str(rival[0]), one.party) for rival in one.rivals)
    return "；".join(said)


def chosen(one: Conflict) -> str:
    """What counts."""
    return in_words(one.attribute, one.value, one.party)


def in_words(attribute: str, value: str, party: Party) -> str:
    """A value as a person reads it; what identifies a person is masked."""
    if attribute == Attribute.INDUSTRY:
        return loader.current().code_table("industry").label_of(value)
    if attribute == Attribute.REGION:
        return people.region_names({value}).get(value, value)
    if party.kind == naming.PERSON and attribute == Attribute.NAME:
        return value[:1] + "＊" * max(len(value) - 1, 1)
    return value


COLUMNS: Sequence[Column[Conflict]] = (
    Column("party", "监管对象", lambda c: naming.name_of(c.party), "party__name"),
    Column("code", "代码", lambda c: naming.code_of(c.party), "party__code"),
    Column("attribute", "属性", lambda c: LABELS[Attribute(c.attribute)], "attribute"),
    Column("value", "采用", chosen),
    Column("others", "不同的说法", others),
    Column("how", "依据", lambda c: queries.how_label(c.how), "how"),
    Column("tables", "涉及的数据表", lambda c: "、".join(map(common.table_label, c.tables))),
    Column("since", "发现", lambda c: local_day(c.since), "since"),
)


@door(LINK)
@require_GET
def conflict_list(request: HttpRequest) -> HttpResponseBase:
    """The attributes about which sources differ, newest first; a tab for each attribute."""
    account, said = common.who(request), request.GET
    asked = Filter(
        words=common.text_of(said, "q"), attribute=said.get("attribute", ""),
        how=said.get("how", ""), table=said.get("table", ""), provider=said.get("provider", ""),
        region=said.get("region", "").split(" ")[0], since=common.day_of(said, "since"),
        until=common.day_of(said, "until"),
    )  # fmt: skip
    listing = Listing(request, queries.conflicts(account, asked), COLUMNS, sort="-since")
    if "export" in said:
        return listing.export("来源冲突")
    context = {
        "filter": _filter(request, account, asked),
        "table": {
            "id": "conflicts",
            "caption": "来源冲突",
            "columns": listing.headers,
            "empty": {
                "title": "没有符合条件的来源冲突",
                "text": "同一对象的同一属性，几个来源说法不同时列在这里；写法不同、详略不同的不算。",
            },
        },
        "rows": [_row(one) for one in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }
    return render(request, "records/links/conflicts.html", context)


def _filter(request: HttpRequest, account: Account, asked: Filter) -> dict[str, object]:
    numbers = queries.counts(account)
    query = request.GET.copy()
    for name in ("attribute", "page"):
        query.pop(name, None)
    tabs: list[dict[str, object]] = [
        {"label": "全部", "url": f"?{query.urlencode()}", "active": not asked.attribute,
         "count": sum(numbers.values())}
    ]  # fmt: skip
    for attribute, label in LABELS.items():
        query["attribute"] = attribute.value
        tabs.append(
            {"label": label, "url": f"?{query.urlencode()}",
             "active": asked.attribute == attribute.value, "count": numbers.get(attribute.value, 0)}
        )  # fmt: skip
    hows = [
        (how.value, label)
        for how, label in queries.HOWS.items()
        if how.value not in {"only", "agreed"}
    ]
    fields = [
        {"name": "attribute", "kind": "hidden", "value": asked.attribute},
        {"name": "q", "label": "对象名称、代码或值", "kind": "text", "value": asked.words, "wide": True},
        select("how", "依据", hows, asked.how),
        select("table", "数据表", common.tables(), asked.table),
        select("provider", "报送单位", common.providers(account, LINK), asked.provider),
        {"name": "region", "label": "行政区划", "kind": "lookup", "what": "regions",
         "value": asked.region, "placeholder": "浦东 或 pdxq"},
        common.days("发现日期", asked.since, asked.until),
    ]  # fmt: skip
    return {"saved": tabs, "fields": fields, "clear_url": "?"}


def _row(one: Conflict) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": naming.name_of(one.party)},
        {"text": naming.code_of(one.party), "code": True},
        {"text": LABELS[Attribute(one.attribute)]},
        {"text": chosen(one)},
        {"text": others(one)},
        {"text": queries.how_label(one.how), "badge": "done" if one.how == "hand" else "plain"},
        {"text": "、".join(map(common.table_label, one.tables))},
        {"text": str(local_day(one.since))},
    ]
    url = reverse("records:conflict", args=[one.party.public_id, one.attribute])
    return {"url": url, "cells": cells}


class SettleForm(forms.Form):
    """Which source counts, and why."""

    fact = forms.ChoiceField(label="以哪个来源为准", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="裁定理由", max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text="例如：现场核实已迁至新址，登记尚未变更。该来源更正或撤回这一说法后，裁定自动失效。",
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, sides: Sides, party: Party) -> None:
        super().__init__(data)
        options = [
            (
                str(one.fact),
                f"{in_words(sides.attribute, one.value, party)}（{one.provider}，{one.table}）",
            )
            for one in sides.sources
        ]
        self.fields["fact"].choices = options  # type: ignore[attr-defined]  # a ChoiceField


@door(LINK)
@require_http_methods(["GET", "POST"])
def conflict(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The sources of one attribute side by side; settle by hand, or let the rule decide again."""
    account = common.who(request)
    party = parties.party_for(account, number)
    if name not in {attribute.value for attribute in Attribute}:
        raise NotFound(what="属性", key=name)
    sides = queries.sides(account, party, Attribute(name))
    form = SettleForm(request.POST if "fact" in request.POST else None, sides, party)
    standing = next((one for one in sides.settlements if one.ended_at is None), None)
    try:
        if form.is_valid():
            fact = dossier.fact_for(account, int(form.cleaned_data["fact"]))
            attributes.settle_by_hand(
                party, sides.attribute, fact, reason=form.cleaned_data["reason"], actor=account
            )
            messages.success(request, f"“{naming.name_of(party)}”的{sides.label}已裁定。")
            return redirect("records:conflict", number, name)
        if "take_back" in request.POST and standing is not None:
            attributes.take_back(standing, reason=request.POST.get("why", ""), actor=account)
            messages.success(request, "裁定已撤回，改由权威次序决定。")
            return redirect("records:conflict", number, name)
    except MingchaError as refusal:
        form.add_error(None, f"{refusal.title}{refusal.detail}")
    context = {
        "party": party,
        "title": f"“{naming.name_of(party)}”的{sides.label}",
        "sides": sides,
        "rows": [_source(one, sides, party) for one in sides.sources],
        "how": queries.HOWS[sides.how] if sides.how else "没有来源",
        "form": form,
        "standing": standing,
        "lapsed": standing is not None and sides.how != How.HAND,
    }
    return render(
        request, "records/links/conflict.html", context, status=422 if form.errors else 200
    )


def _source(one: queries.Source, sides: Sides, party: Party) -> dict[str, object]:
    return {
        "value": in_words(sides.attribute, one.value, party),
        "table": one.table,
        "provider": one.provider,
        "rank": "未声明" if one.rank == 99 or one.rank is None else one.rank,
        "basis": one.basis,
        "learnt_at": one.learnt_at,
        "counts": one.counts,
        "differs": one.differs,
        "url": reverse("insight:versions", args=[one.fact]),
    }
