"""Which body keeps the register of which entities (登记机关): the declarations, and a new one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.intervals import holds_on
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people.models import Organisation, Region
from mingcha.domains.inspections.models import RegistrationOffice
from mingcha.domains.inspections.queries import registration as queries
from mingcha.domains.inspections.services import registration as services
from mingcha.domains.inspections.services.registration import MANAGE, OfficeSaid
from mingcha.domains.inspections.states import SEE
from mingcha.domains.inspections.views import attempt, who

STANDING = [("now", "现行"), ("later", "将生效"), ("over", "已失效")]


def _state(one: RegistrationOffice) -> tuple[str, str]:
    today = local_today()
    if one.since > today:
        return "将生效", "todo"
    return ("已失效", "plain") if one.until is not None and one.until < today else ("现行", "done")


COLUMNS: Sequence[Column[RegistrationOffice]] = (
    Column("region", "登记地", lambda o: o.region.full_name, "region__code"),
    Column("kind", "对象类型", lambda o: queries.kind_label(o.kind), "kind"),
    Column("body", "登记机关", lambda o: o.body.name, "body__path"),
    Column("state", "状态", lambda o: _state(o)[0]),
    Column("since", "生效", lambda o: o.since, "since"),
    Column("until", "失效", lambda o: o.until or "", "until"),
    Column("basis", "依据", lambda o: o.basis),
)


class OfficeForm(forms.Form):
    """Whose register, where, from when, on which ground."""

    region = forms.CharField(
        label="登记地", max_length=6,
        help_text="6 位行政区划代码。对象的登记地取自其统一社会信用代码第 3 至 8 位；区县没有单独设定的从其市、省。",
    )  # fmt: skip
    kind = forms.ChoiceField(label="对象类型", required=False)
    body = forms.ModelChoiceField(
        label="登记机关", queryset=Organisation.objects.none(), empty_label="请选择",
        help_text="列入经营异常名录的线索进入它的待办。",
    )  # fmt: skip
    since = forms.DateField(
        label="生效日期", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), initial=local_today
    )
    basis = forms.CharField(
        label="依据", max_length=300, help_text="三定规定、授权或者管辖文件的名称和文号。"
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["kind"].choices = [("", "各类对象"), *queries.kinds()]  # type: ignore[attr-defined]
        open_ = Organisation.objects.filter(closed_on__isnull=True)
        bodies = open_.exclude(kind=Organisation.Kind.OPERATOR).order_by("path")
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]  # a choice field

    def clean_region(self) -> Region:
        """The division with that code."""
        found = Region.objects.filter(code=self.cleaned_data["region"].strip()).first()
        if found is None:
            raise forms.ValidationError("没有这个行政区划代码，请核对。")
        return found


@door(SEE)
@require_GET
def office_list(request: HttpRequest) -> HttpResponseBase:
    """Who registers what, for anybody who sees inspections."""
    account, said = who(request), request.GET
    today, standing = local_today(), said.get("standing", "now")
    found = queries.offices(account)
    held = {
        "now": holds_on(today), "later": Q(since__gt=today), "over": Q(until__lt=today),
    }  # fmt: skip
    found = found.filter(held.get(standing, Q()))
    if words := said.get("q", "").strip():
        found = found.filter(
            Q(region__full_name__contains=words) | Q(region__code__startswith=words)
            | Q(body__name__contains=words) | Q(basis__contains=words)
        )  # fmt: skip
    listing = Listing(request, found, COLUMNS, sort="region")
    if "export" in said:
        return listing.export("登记机关")
    new = {"label": "设定登记机关", "url": reverse("inspections:office_new"), "icon": "edit",
           "primary": True}  # fmt: skip
    rows = []
    for one in listing.rows:
        cells: list[dict[str, object]] = [{"text": str(c.text(one)) or "—"} for c in COLUMNS]
        cells[3]["badge"] = _state(one)[1]
        rows.append({"url": "", "cells": cells})
    context = {
        "title": "登记机关", "actions": [new] if account.holds(MANAGE) else [],
        "note": "检查结果引起的“列入经营异常名录”线索，送交对象的登记机关；没有设定或登记机关没有办理人员的，送检查单位或其上级，并在线索上写明。",
        "exports": listing.exports,
        "filter": {"fields": [
            {"name": "q", "label": "登记地、登记机关、依据", "kind": "text", "value": words},
            select("standing", "状态", STANDING, standing),
        ], "clear_url": "?"},
        "table": {
            "id": "offices", "caption": "登记机关", "columns": listing.headers,
            "empty": {"title": "没有符合条件的登记机关", "text": "没有设定时，线索送检查单位或其上级中有人办理的单位。"},
        },
        "rows": rows, "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(MANAGE)
@require_http_methods(["GET", "POST"])
def office_new(request: HttpRequest) -> HttpResponse:
    """Declare who registers, from a day on."""
    form = OfficeForm(request.POST or None)
    if form.is_valid():
        said = OfficeSaid(**form.cleaned_data)
        done = attempt(form, lambda: services.set_office(said, actor=who(request)))
        if done is not None:
            messages.success(
                request, f"{done.region.full_name}的登记机关自 {done.since} 起为{done.body}。"
            )
            return redirect("inspections:offices")
    context = {
        "title": "设定登记机关", "form": form, "submit": "设定登记机关",
        "note": "现行的设定在新设定生效的前一天终止，历史保留；已经送出的线索不改送。",
        "back": {"url": reverse("inspections:offices"), "label": "返回登记机关"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)
