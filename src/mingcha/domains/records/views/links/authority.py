"""Which source counts for which attribute (权威来源): the table, and giving a source its place."""

from collections.abc import Sequence

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
from mingcha.base.listing import Column, Listing, select
from mingcha.domains.parties import services as parties
from mingcha.domains.parties.queries import authority as queries
from mingcha.domains.parties.queries.authority import Authority
from mingcha.domains.parties.rules.attributes import LABELS, Attribute
from mingcha.domains.records.views.links import common
from mingcha.standards import loader

SEE, MANAGE = "parties.search", "rules.manage"
STANDING = [("now", "现行"), ("later", "将生效"), ("over", "已失效")]
ANY = "全部单位"


def _department(code: str) -> str:
    return loader.current().code_table("department").label_of(code) if code else ANY


def _state(row: Authority) -> tuple[str, str]:
    today = local_today()
    if row.since > today:
        return "将生效", "todo"
    return ("已失效", "plain") if row.until is not None and row.until < today else ("现行", "done")


COLUMNS: Sequence[Column[Authority]] = (
    Column("attribute", "属性", lambda a: LABELS[Attribute(a.attribute)], "attribute"),
    Column("table", "数据表", lambda a: common.table_label(a.table), "table"),
    Column("department", "报送单位的监管部门", lambda a: _department(a.department), "department"),
    Column("rank", "次序", lambda a: a.rank, "rank", num=True),
    Column("state", "状态", lambda a: _state(a)[0]),
    Column("since", "生效", lambda a: a.since, "since"),
    Column("until", "失效", lambda a: a.until or "", "until"),
    Column("basis", "依据", lambda a: a.basis),
)


@door(SEE)
@require_GET
def authorities(request: HttpRequest) -> HttpResponseBase:
    """Every source with its place for each attribute, for anybody who sees the register."""
    account, said = common.who(request), request.GET
    found = queries.authorities(on=local_today() if said.get("standing", "now") == "now" else None)
    if said.get("standing") == "later":
        found = found.filter(since__gt=local_today())
    elif said.get("standing") == "over":
        found = found.filter(until__lt=local_today())
    for name in ("attribute", "table"):
        if said.get(name):
            found = found.filter(**{name: said[name]})
    words = common.text_of(said, "q")
    if words:
        found = found.filter(basis__contains=words)
    listing = Listing(request, found, COLUMNS, sort="attribute")
    if "export" in said:
        return listing.export("权威来源")
    fields = [
        select("attribute", "属性", _attributes(), said.get("attribute", "")),
        select("table", "数据表", common.tables(), said.get("table", "")),
        select("standing", "状态", STANDING, said.get("standing", "now")),
        {"name": "q", "label": "依据", "kind": "text", "value": words},
    ]
    new = {
        "label": "设定权威来源",
        "url": reverse("records:authority_new"),
        "icon": "edit",
        "primary": True,
    }
    context = {
        "actions": [new] if account.holds(MANAGE) else [],
        "filter": {"fields": fields, "clear_url": "?"},
        "table": {
            "id": "authorities",
            "caption": "权威来源",
            "columns": listing.headers,
            "empty": {"title": "没有符合条件的来源", "text": "没有声明次序的登记表排在最后，其他表不作为来源。"},
        },
        "rows": [_row(row) for row in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "records/links/authorities.html", context)


def _row(row: Authority) -> dict[str, object]:
    word, tone = _state(row)
    cells: list[dict[str, object]] = [
        {"text": LABELS[Attribute(row.attribute)]},
        {"text": common.table_label(row.table)},
        {"text": _department(row.department)},
        {"text": row.rank, "num": True},
        {"text": word, "badge": tone},
        {"text": row.since},
        {"text": row.until or "—"},
        {"text": row.basis},
    ]
    return {"url": "", "cells": cells}


def _attributes() -> list[tuple[str, str]]:
    return [(attribute.value, label) for attribute, label in LABELS.items()]


def _departments() -> list[tuple[str, str]]:
    codes = loader.current().code_table("department").labels
    return [("", ANY), *codes.items()]


class PlaceForm(forms.Form):
    """Where a source shall stand for an attribute, from a day on, and on what basis."""

    attribute = forms.ChoiceField(label="属性", choices=_attributes)
    table = forms.ChoiceField(label="数据表", choices=common.tables)
    department = forms.ChoiceField(
        label="报送单位的监管部门", choices=_departments, required=False,
        help_text="只对某类单位报送的适用时选择。",
    )  # fmt: skip
    rank = forms.IntegerField(
        label="次序", min_value=1, max_value=98, required=False,
        help_text="1 最权威；次序相同的以最新得知的为准。不填表示从生效日起不再作为这个属性的来源。",
    )  # fmt: skip
    since = forms.DateField(
        label="生效日期", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), initial=local_today
    )
    basis = forms.CharField(
        label="依据", max_length=300, help_text="法律、法规、规章或文件的名称和条款。"
    )


@door(MANAGE)
@require_http_methods(["GET", "POST"])
def authority_new(request: HttpRequest) -> HttpResponse:
    """Give a source its place; the parties concerned are filled anew by job."""
    form = PlaceForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        place = parties.Place(
            Attribute(said["attribute"]), said["table"], said["department"], said["rank"],
            said["since"], said["basis"],
        )  # fmt: skip
        try:
            parties.set_authority(place, actor=common.who(request))
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, "已设定；涉及的监管对象正在后台重算。")
            return redirect("records:authorities")
    context = {
        "title": "设定权威来源",
        "note": "现行的次序在新次序生效的前一天终止，历史保留；按其他日期查看的档案不受影响。",
        "form": form,
        "submit": "设定权威来源",
        "back": {"url": reverse("records:authorities")},
    }
    return render(
        request, "records/links/form_page.html", context, status=422 if form.errors else 200
    )
