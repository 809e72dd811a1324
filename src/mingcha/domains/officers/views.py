"""Human doors of the register of officers: the list, one officer, absences, the public list."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people.models import Account
from mingcha.domains.officers import queries, services
from mingcha.domains.officers.errors import NotKeptYet
from mingcha.domains.officers.models import Officer
from mingcha.domains.officers.rules import AUXILIARY, Asked
from mingcha.domains.officers.states import MANAGE
from mingcha.standards import loader

STANDINGS = [
    ("valid", "证件有效"), ("soon", "即将到期"), ("over", "已过期"), ("absent", "今日离岗"),
    ("auxiliary", "执法辅助人员"), ("unmatched", "未对应机构"),
]  # fmt: skip


def _columns(found: QuerySet[Officer], *, is_public: bool = False) -> list[Column[Officer]]:
    """What is told of each officer; the public learns no standing."""
    names = queries.area_names(found)
    columns = [
        Column[Officer]("name", "姓名", lambda o: o.name, "name"),
        Column[Officer]("standing", "证件", lambda o: _standing(o)[1], "valid_to"),
        Column[Officer]("certificate", "执法证号", lambda o: o.certificate, "certificate"),
        Column[Officer]("body", "所属主体", lambda o: o.body, "body"),
        Column[Officer]("fields", "执法类别", lambda o: "、".join(o.fields) or "不限"),
        Column[Officer]("areas", "执法区域", lambda o: _areas(o, names)),
        Column[Officer]("valid_to", "有效期至", lambda o: o.valid_to or "长期", "valid_to"),
    ]
    return [column for column in columns if not (is_public and column.key == "standing")]


def _areas(officer: Officer, names: Mapping[str, str]) -> str:
    return "、".join(names[code] for code in officer.areas) or "不限"


class AbsenceForm(forms.Form):
    """From when to when an officer is away, and why."""

    since = forms.DateField(label="离岗开始", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(
        label="离岗结束", required=False, help_text="最后一天；不填表示尚未确定。",
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )  # fmt: skip
    reason = forms.CharField(
        label="原因", max_length=200, help_text="例如：借调、病假、暂停执法资格。"
    )


@door(queries.SEE)
@require_GET
def officer_list(request: HttpRequest) -> HttpResponseBase:
    """Every officer, for officials."""
    account, asked = cast(Account, request.user), _asked(request)
    found = queries.officers(queries.visible_to(account), asked)
    columns = _columns(found)
    listing = Listing(request, found, columns, sort="name")
    if "export" in request.GET:
        return listing.export("执法人员")
    rows = [_row(officer, reverse("officers:officer", args=[officer.certificate]), columns)
            for officer in listing.rows]  # fmt: skip
    context = _list(listing, asked, rows, standings=True) | {
        "title": "执法人员",
        "note": "名册来自各单位报送的执法人员数据；证件到期前由平台提醒所属单位。",
        "actions": [{"label": "公开名单", "url": reverse("officers:public")}],
    }
    return render(request, "desk/list_page.html", context)


@door(PUBLIC)
@require_GET
def public_list(request: HttpRequest) -> HttpResponseBase:
    """The public list of officers with a valid certificate (执法人员公示)."""
    asked, on = _asked(request), _day(request)
    trouble = None
    try:
        found = queries.officers(queries.public(on), asked)
    except NotKeptYet as refusal:
        found, trouble = Officer.objects.none(), refusal
    columns = _columns(found, is_public=True)
    listing = Listing(request, found, columns, sort="name")
    if "export" in request.GET:
        if trouble is not None:
            raise trouble
        return listing.export(f"执法人员公示名单（{on}）")
    rows = [_row(officer, "", columns) for officer in listing.rows]
    context = _list(listing, asked, rows, standings=False)
    fields: list[dict[str, object]] = context["filter"]["fields"]  # type: ignore[index]
    fields.append({"name": "on", "label": "哪一天", "kind": "date", "value": on.isoformat()})
    today = local_today()
    context |= {
        "on": on, "trouble": trouble, "is_over": on < today, "is_to_come": on > today,
        "day": "" if on == today else f"?on={on}",
    }  # fmt: skip
    return render(
        request, "officers/public.html", context, status=trouble.status if trouble else 200
    )


@door(queries.SEE)
@require_GET
def officer(request: HttpRequest, certificate: str) -> HttpResponse:
    """One officer, and whether he may inspect on a day."""
    account = cast(Account, request.user)
    found = queries.officer_for(account, certificate)
    on = _day(request)
    try:
        why_not, unknown = queries.why_not(found, Asked(on, on)), ""
    except NotKeptYet as refusal:
        why_not, unknown = [], f"{refusal.title}{refusal.detail}"
    may_manage = account.holds_over(MANAGE, found.organisation or account.organisation)
    tone, label = _standing(found)
    context = {
        "officer": found,
        "standing": {"tone": tone, "label": label},
        "on": on,
        "why_not": why_not,
        "unknown": unknown,
        "is_over": on < local_today(),
        "facts": _facts(found),
        "absences": list(found.absences.all()),
        "renewals": list(found.renewals.select_related("case").order_by("-valid_to")),
        "may_manage": may_manage,
        "holder": queries.holder_of(found),
    }
    return render(request, "officers/officer.html", context)


@door(MANAGE)
@require_http_methods(["GET", "POST"])
def absent(request: HttpRequest, certificate: str) -> HttpResponse:
    """Note that an officer is away."""
    account = cast(Account, request.user)
    found = queries.officer_for(account, certificate)
    form = AbsenceForm(request.POST or None, initial={"since": local_today()})
    if form.is_valid():
        try:
            services.note_absence(found, actor=account, **form.cleaned_data)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, f"已登记{found.name}离岗，期间不会安排其检查。")
            return redirect("officers:officer", certificate)
    context = {
        "title": f"登记{found.name}离岗", "form": form, "submit": "登记离岗",
        "back": {"url": reverse("officers:officer", args=[certificate])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


class HolderForm(forms.Form):
    """Whose certificate it is: an account of the officer's body, or none."""

    account = forms.ModelChoiceField(
        label="持证人账号", required=False, queryset=Account.objects.none(), empty_label="没有账号",
        help_text="检查任务按姓名送到这个账号；一个账号只对应一个执法证。",
    )  # fmt: skip

    def __init__(self, officer: Officer, data: object = None) -> None:
        super().__init__(data, initial={"account": queries.holder_of(officer)})  # type: ignore[arg-type]
        field = self.fields["account"]
        field.queryset = queries.may_hold(officer)  # type: ignore[attr-defined]  # a choice of rows


@door(MANAGE)
@require_http_methods(["GET", "POST"])
def holder(request: HttpRequest, certificate: str) -> HttpResponse:
    """Note which account is the officer's own."""
    found = queries.officer_for(cast(Account, request.user), certificate)
    form = HolderForm(found, request.POST or None)
    if form.is_valid():
        try:
            services.name_holder(
                found, form.cleaned_data["account"], actor=cast(Account, request.user)
            )
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, f"已登记{found.name}的持证账号。")
            return redirect("officers:officer", certificate)
    context = {
        "title": f"{found.name}的持证账号", "form": form, "submit": "登记持证账号",
        "back": {"url": reverse("officers:officer", args=[certificate])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(MANAGE)
@require_POST
def back(request: HttpRequest, certificate: str, absence: int) -> HttpResponse:
    """The officer is back at post from today on."""
    account = cast(Account, request.user)
    found = queries.absence_for(account, certificate, absence)
    services.end_absence(found, on=local_today(), actor=account)
    messages.success(request, f"{found.officer.name}的离岗已结束，自明日起可以安排检查。")
    return redirect("officers:officer", certificate)


def _day(request: HttpRequest) -> date:
    """The day that the address asks for; today for none, and for what is no day."""
    try:
        return parse_date(request.GET.get("on", "").strip()) or local_today()
    except ValueError:
        return local_today()


def _asked(request: HttpRequest) -> queries.Filter:
    said = request.GET
    return queries.Filter(
        words=said.get("q", "").strip(),
        organisation=said.get("organisation", ""),
        region=said.get("region", "").strip(),
        field=said.get("field", ""),
        standing=said.get("standing", ""),
    )


def _list(
    listing: Listing[Officer],
    asked: queries.Filter,
    rows: list[dict[str, object]],
    *,
    standings: bool,
) -> dict[str, object]:
    """What parts/filter.html, table.html and pager.html need."""
    kinds = [(name, name) for name in queries.fields()]
    fields = [
        {"name": "q", "label": "姓名、证号、单位", "kind": "text", "value": asked.words, "wide": True},
        select("organisation", "所属机构", queries.bodies(), asked.organisation),
        select("field", "执法类别", kinds, asked.field),
    ]  # fmt: skip
    if standings:
        fields.append(select("standing", "证件和在岗", STANDINGS, asked.standing))
    return {
        "filter": {"fields": fields, "clear_url": "?"},
        "table": {
            "id": "officers", "caption": "执法人员", "columns": listing.headers,
            "empty": {"title": "没有符合条件的执法人员", "text": "请换一个姓名、证号或单位。"},
        },
        "rows": rows,
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip


def _row(officer: Officer, url: str, columns: Sequence[Column[Officer]]) -> dict[str, object]:
    cells: list[dict[str, object]] = []
    for column in columns:
        cell: dict[str, object] = {
            "text": str(column.text(officer)), "nowrap": column.key == "valid_to",
        }  # fmt: skip
        if column.key == "standing":
            cell["badge"] = _standing(officer)[0]
        cells.append(cell)
    return {"url": url, "cells": cells}


def _standing(officer: Officer) -> tuple[str, str]:
    """Colour and word of a certificate today."""
    if officer.kind == AUXILIARY:
        return "todo", "辅助人员"
    if officer.valid_to is None:
        return "done", "长期有效"
    left = (officer.valid_to - local_today()).days
    if left < 0:
        return "late", "已过期"
    soon: bool = officer.is_running_out  # type: ignore[attr-defined]  # annotated by the queries
    return ("due", f"剩余 {left} 天") if soon else ("done", "有效")


def _facts(officer: Officer) -> list[dict[str, object]]:
    """The record in two columns."""
    kinds = loader.current().code_table("officer_kind")
    kind = next((code.label for code in kinds.codes if code.code == officer.kind), officer.kind)
    names = queries.area_names(Officer.objects.filter(pk=officer.pk))
    valid_to: date | str = officer.valid_to or "长期"
    return [
        {"label": "执法证号", "value": officer.certificate, "code": True},
        {"label": "有效期至", "value": valid_to},
        {"label": "所属主体", "value": officer.body,
         "under": str(officer.organisation or "没有对应到本级机构")},
        {"label": "人员性质", "value": kind},
        {"label": "执法类别", "value": "、".join(officer.fields) or "不限"},
        {"label": "执法区域", "value": _areas(officer, names)},
        {"label": "发证机关", "value": officer.issued_by},
        {"label": "监督人员", "value": "是" if officer.is_supervisor else "否"},
    ]  # fmt: skip
