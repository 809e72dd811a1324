"""Changes of laws: the list, entering one, and the face of a case."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.cases import queries as cases
from mingcha.base.cases.faces import Face, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said as Move
from mingcha.base.days import local_today
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Account
from mingcha.domains.catalog.models import LawChange, LawDeed
from mingcha.domains.catalog.queries import laws as queries
from mingcha.domains.catalog.services import laws as services
from mingcha.domains.catalog.states import LAW_CHANGE, LawState
from mingcha.domains.catalog.views import url_of, who
from mingcha.domains.catalog.views.forms import DateInput
from mingcha.domains.catalog.views.starting import attempt

SEE, ENTER = "cases.see", "catalog.draft"
TONES = {"entered": "doing", "confirmed": "done", "dropped": "todo"}
SHOWN = 200  # entries on the page of a case
COLUMNS: Sequence[Column[Any]] = (
    Column("law", "法律法规", lambda c: f"《{c.law}》", "law"),
    Column("state", "状态", lambda c: c.case.get_state_display(), "case__state"),
    Column("deed", "变动", lambda c: c.get_deed_display(), "deed"),
    Column("since", "施行日期", lambda c: c.since, "since"),
    Column("document", "公布文件", lambda c: c.document, "document"),
    Column("successor", "替代的法律法规", lambda c: f"《{c.successor}》" if c.successor else "—"),
    Column("reviews", "开出审核", lambda c: c.reviews, "reviews"),
    Column("left", "尚在办理", lambda c: c.left, "left"),
    Column("number", "编号", lambda c: c.case.number, "case__number"),
)


class LawForm(forms.Form):
    """Of which law, what, from which day, by which document."""

    law = forms.CharField(
        label="法律法规名称", max_length=300,
        help_text="如“食品安全法”；有没有“中华人民共和国”、书名号和版本年份都可以。",
    )  # fmt: skip
    deed = forms.ChoiceField(label="变动", choices=LawDeed.choices)
    since = forms.DateField(label="施行日期", widget=DateInput(), help_text="废止的填失效之日。")
    document = forms.CharField(
        label="公布文件", max_length=300, help_text="如主席令、国务院令的文号。"
    )
    successor = forms.CharField(label="替代的法律法规", required=False, max_length=300)
    reason = forms.CharField(
        label="说明", required=False, max_length=1000, widget=forms.Textarea({"rows": 3})
    )

    def entered(self) -> services.Entered:
        """What was said. Once the form is valid."""
        said = dict(self.cleaned_data)
        return services.Entered(**said | {"deed": LawDeed(said["deed"])})


@door(SEE)
@require_GET
def law_list(request: HttpRequest) -> HttpResponseBase:
    """The changes of laws, and how far the reviews are that they opened."""
    account, said = who(request), request.GET
    asked = cases.Filter(
        words=said.get("q", "").strip(), kind=LAW_CHANGE.name, state=said.get("state", "")
    )
    found = queries.law_changes(account).filter(case__in=cases.cases(account, asked).values("pk"))
    if deed := said.get("deed", ""):
        found = found.filter(deed=deed)
    listing = Listing(request, found, COLUMNS, sort="-since")
    if "export" in said:
        return listing.export("法律变动")
    new = {"label": "登记法律变动", "url": reverse("catalog:law_new"), "icon": "add",
           "primary": True}  # fmt: skip
    context = {
        "title": "法律变动",
        "note": "法律法规立改废释的，引用它的事项和清单逐项开出审核；只依据被废止法律的事项和清单，自废止之日起自动暂停。法律法规库中写明已修改、已废止的，自动登记在这里，同样须另一人核定。",
        "actions": [new] if account.holds(ENTER) else [],
        "exports": listing.exports,
        "filter": {
            "fields": [
                {"name": "q", "label": "法律、编号", "kind": "text", "value": asked.words},
                options("deed", "变动", LawDeed.choices, said),
                options("state", "状态", LawState.choices, said),
            ]
        },
        "table": {
            "id": "catalog-laws",
            "caption": "法律变动",
            "columns": listing.headers,
            "empty": {"title": "没有登记的法律变动", "text": "法律法规修订、废止的，请及时登记。"},
        },
        "rows": [_row(one) for one in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(ENTER)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter that a law is amended, interpreted or repealed."""
    form = LawForm(request.POST or None)
    if form.is_valid():
        done = attempt(form, lambda: services.enter(form.entered(), actor=who(request)))
        if done is not None:
            messages.success(request, f"已提交{done.unit.name}核定。")
            return redirect("desk:case", done.number)
    context = {
        "title": "登记法律变动", "form": form, "submit": "提交核定",
        "note": "由另一人核定后才影响事项；核定前可以看到会影响哪些事项和清单。",
        "back": {"url": reverse("catalog:laws"), "label": "返回列表"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


def _row(change: LawChange) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(change)), "code": column.key == "number"} for column in COLUMNS
    ]
    cells[1]["badge"] = TONES.get(change.case.state, "plain")
    return {"url": reverse("desk:case", args=[change.case.number]), "cells": cells}


def change_on(case: Case, reader: Account) -> Mapping[str, object]:
    """What the change is, and what it touches: before it is confirmed a forecast, then the reviews."""
    change = queries.law_change_of(case)
    facts: list[dict[str, object]] = [
        {"label": "法律法规", "value": f"《{change.law}》", "wide": True},
        {"label": "变动", "value": change.get_deed_display()},
        {"label": "施行日期", "value": change.since},
        {"label": "公布文件", "value": change.document},
        {"label": "替代的法律法规", "value": f"《{change.successor}》" if change.successor else ""},
        {"label": "说明", "value": change.reason, "wide": True},
        {
            "label": "来源记录",
            "value": "法律法规库" if change.fact_id else "",
            "url": reverse("insight:versions", args=[change.fact_id]) if change.fact_id else "",
        },
    ]
    context: dict[str, object] = {
        "change": change, "facts": [one for one in facts if one["value"]],
        "is_past": change.since < local_today() and case.is_open,
    }  # fmt: skip
    if not case.is_open:
        return context | {"reviews": _reviews(case, reader)}
    resting = queries.resting_on(change.law, change.since)
    falls = queries.falling(resting, change.since) if change.deed == LawDeed.REPEALED else []
    fallen = {one.version.pk for one in falls}
    context["count"], context["fallen"] = len(resting), len(fallen)
    context["resting"] = [
        {"name": one.version.name, "code": one.entry.code, "url": url_of(one.entry),
         "owner": one.entry.owner.name, "falls": one in falls}
        for one in resting[:SHOWN]
    ]  # fmt: skip
    return context


def _reviews(case: Case, reader: Account) -> list[dict[str, object]]:
    found = cases.visible_to(reader).filter(parent=case).select_related("unit").order_by("pk")
    return [
        {"title": one.title, "url": reverse("desk:case", args=[one.number]),
         "unit": one.unit.name, "due": one.due_on, "state": one.get_state_display(),
         "tone": "doing" if one.is_open else "done"}
        for one in found[:SHOWN]
    ]  # fmt: skip


def confirmed(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Move) -> object:
    """The law is so; what rests on it is reviewed or falls."""
    return services.confirm(case, actor=actor, said=said)


FACE = Face(
    LAW_CHANGE.name,
    template="catalog/law.html",
    context=change_on,
    moves={
        "confirm": MoveFace(
            deed=confirmed,
            help="核定后逐项开出审核；只依据被废止法律的事项和清单到期自动暂停，无须人工操作。",
        ),
    },
)
