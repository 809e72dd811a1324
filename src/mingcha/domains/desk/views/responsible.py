"""Who answers for what in each body (责任人): the directory of the city, and the offices of one body."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing
from mingcha.base.people import queries, services
from mingcha.base.people.models import Account, Duty, Organisation, Responsible
from mingcha.domains.desk.services import note_look
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import DateInput

MANAGE = "people.organisations"
DUTIES = (Duty.HEAD, Duty.LEADER, Duty.UNIT, Duty.CONTACT, Duty.SECURITY)
NEEDED = {
    "head": Duty.HEAD,
    "leader": Duty.LEADER,
    "contact": Duty.CONTACT,
    "security": Duty.SECURITY,
}


class OfficeForm(forms.Form):
    """Somebody who answers for something, from when, on which ground."""

    duty = forms.TypedChoiceField(
        label="职责", choices=[(int(duty), duty.label) for duty in DUTIES],
        coerce=lambda text: Duty(int(text)),
    )  # fmt: skip
    name = forms.CharField(label="姓名", max_length=40)
    title = forms.CharField(label="职务", max_length=60, required=False)
    field = forms.CharField(
        label="分管工作", max_length=100, required=False, help_text="不填为全部工作。"
    )
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    account = forms.CharField(
        label="登录名", max_length=40, required=False,
        help_text="有账号的请填写，催办到这一级时本人会在待办中看到。",
    )  # fmt: skip
    since = forms.DateField(label="任职日期", widget=DateInput(), initial=local_today)
    basis = forms.CharField(label="依据", max_length=200, help_text="任命文件的名称、文号。")

    def clean_account(self) -> Account | None:
        """The account must be one in use."""
        login = self.cleaned_data["account"].strip()
        if not login:
            return None
        found = Account.objects.filter(login=login, is_active=True, is_machine=False).first()
        if found is None:
            raise forms.ValidationError("没有这个在用的账号，请核对登录名，或留空。")
        return found


class EndForm(forms.Form):
    """The last day of an office."""

    on = forms.DateField(
        label="离任日期", widget=DateInput(), initial=local_today, help_text="最后一天在任的日期。"
    )


def names_at(body: Organisation, duty: Duty) -> str:
    """Who answers with a duty, for a body of the directory."""
    holding = [one for one in body.answering if one.duty == duty]  # type: ignore[attr-defined]
    return "、".join(f"{one.name}{f'（{one.field}）' if one.field else ''}" for one in holding)


def _column(duty: Duty) -> Column[Organisation]:
    return Column(f"duty-{duty}", duty.label, lambda body: names_at(body, duty))


COLUMNS: Sequence[Column[Organisation]] = (
    Column("name", "机构", lambda body: body.name, "path"),
    *(_column(duty) for duty in DUTIES),
    Column("region", "行政区划", lambda body: body.region_id, "region__code"),
)


@door(SIGNED_IN)
@require_GET
def directory(request: HttpRequest) -> HttpResponseBase:
    """Every body with those who answer for it on a day; who is missing."""
    account, asked = who(request), request.GET
    on = day_asked(asked.get("on", ""))
    found = queries.directory(on=on)
    if text := asked.get("q", "").strip():
        named = Q(name__contains=text) | Q(short_name__contains=text) | Q(code=text)
        someone = Q(responsible__name__contains=text)
        found = found.filter(named | someone).distinct()
    missing = asked.get("missing", "")
    if missing in NEEDED:
        found = found.filter(queries.without(NEEDED[missing], on=on))
    listing = Listing(request, found, COLUMNS, sort="name")
    if "export" in asked:
        note_look(account, "导出责任人", at=request.get_full_path())
        return listing.export(f"责任人 {on}")
    kept = [("", "全部机构"), *((key, f"缺{duty.label}") for key, duty in NEEDED.items())]
    tabs = [
        {"label": label, "url": f"?missing={key}&on={on}", "active": key == missing}
        for key, label in kept
    ]
    context = {
        "title": "责任人",
        "note": f"{on} 各单位的第一责任人、分管领导、承办机构、具体责任人和安全联络员；催办和督办按此逐级进行。",
        "filter": {
            "saved": tabs,
            "fields": [
                {"name": "missing", "kind": "hidden", "value": missing},
                {"name": "q", "label": "机构或姓名", "kind": "text", "value": asked.get("q", ""), "wide": True},
                {"name": "on", "label": "截至日期", "kind": "date", "value": on.isoformat()},
            ],
        },
        "table": {"id": "responsible", "caption": "责任人", "columns": listing.headers},
        "rows": [_row(body) for body in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(SIGNED_IN)
@require_GET
def responsible(request: HttpRequest, code: str) -> HttpResponse:
    """The offices of one body: who holds them on a day, and who did and will."""
    body = queries.body_called(code)
    on = day_asked(request.GET.get("on", ""))
    every = list(queries.offices(body))
    now = sorted((one for one in every if _holds(one, on)), key=lambda one: (-one.duty, one.since))
    held = {one.duty for one in now}
    context = {
        "body": body,
        "on": on,
        "now": now,
        "others": [one for one in every if one not in now],
        "missing": "、".join(duty.label for duty in NEEDED.values() if duty not in held),
        "nearest": _above(body, on, held),
        "may_manage": who(request).holds_over(MANAGE, body),
    }  # fmt: skip
    return render(request, "desk/responsible.html", context)


@door(MANAGE)
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, code: str) -> HttpResponse:
    """Enter somebody's office."""
    account = who(request)
    body = queries.organisation_for(account, code, MANAGE)
    form = OfficeForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.appoint_responsible(
                body, services.Office(**form.cleaned_data), actor=account
            )
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"已登记{made.get_duty_display()}{made.name}。")
            return redirect("desk:responsible_of", code)
    context = {
        "title": f"登记{body.name}的责任人", "form": form, "submit": "登记责任人",
        "note": "新任第一责任人登记后，前任自动离任；其余职责可以有多人，用分管工作区分。",
        "back": {"url": reverse("desk:responsible_of", args=[code])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(MANAGE)
@require_http_methods(["GET", "POST"])
def leave_office(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """End somebody's office on a day."""
    account = who(request)
    body = queries.organisation_for(account, code, MANAGE)
    office = queries.office_for(body, number)
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            services.end_office(office, on=form.cleaned_data["on"], actor=account)
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"已登记{office.name}离任。")
            return redirect("desk:responsible_of", code)
    context = {
        "title": f"登记{office.name}离任", "form": form, "submit": "登记离任",
        "note": f"{body.name}{office.get_duty_display()}，自 {office.since} 起任职。",
        "back": {"url": reverse("desk:responsible_of", args=[code])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


def day_asked(text: str) -> date:
    """The day in an address; today for what is none."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return found or local_today()


def _row(body: Organisation) -> dict[str, object]:
    needed = {f"duty-{duty}" for duty in NEEDED.values()}
    cells: list[dict[str, object]] = []
    for column in COLUMNS:
        text = str(column.text(body))
        is_missing = not text and column.key in needed
        cells.append({"text": "缺", "badge": "late"} if is_missing else {"text": text or "—"})
    return {"url": reverse("desk:responsible_of", args=[body.code]), "cells": cells}


def _holds(one: Responsible, on: date) -> bool:
    return one.since <= on and (one.until is None or one.until >= on)


def _above(body: Organisation, on: date, held: set[int]) -> list[Responsible]:
    """Whom an urging would reach for duties that nobody has here: the nearest above."""
    return [
        row
        for duty, rows in queries.answering(body, on=on).items()
        for row in rows
        if duty not in held
    ]
