"""The tree of organisations."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people import queries, services
from mingcha.base.people.models import Organisation
from mingcha.domains.desk.services import note_look
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import (
    LEVELS,
    BodyForm,
    CloseForm,
    MoveForm,
    NewBodyForm,
    open_under,
)

RIGHT = "people.organisations"
STATES = [("open", "运行中"), ("closed", "已撤销")]


def _indented(body: Organisation) -> str:
    return "　" * (body.path.count("/") - 2) + body.name


COLUMNS: Sequence[Column[Organisation]] = (
    Column("name", "机构", _indented, "path"),
    Column("code", "机构标识", lambda o: o.code, "code"),
    Column("kind", "性质", lambda o: o.get_kind_display(), "kind"),
    Column("level", "层级", lambda o: dict(LEVELS).get(o.level, o.level), "level"),
    Column("region", "行政区划", lambda o: o.region, "region__code"),
    Column("people", "在用账号", lambda o: o.people, "people", num=True),  # type: ignore[attr-defined]
    Column(
        "state", "状态", lambda o: f"{o.closed_on} 撤销" if o.closed_on else "运行中", "closed_on"
    ),
)


@door(RIGHT)
@require_GET
def organisation_list(request: HttpRequest) -> HttpResponseBase:
    """The organisations I answer for, as a tree in one list."""
    account, asked = who(request), request.GET
    found = queries.organisations_under(account, RIGHT).annotate(
        people=Count("accounts", filter=Q(accounts__is_active=True))
    )
    if text := asked.get("q", "").strip():
        found = found.filter(
            Q(name__contains=text) | Q(short_name__contains=text) | Q(code__icontains=text)
        )
    if kind := asked.get("kind", ""):
        found = found.filter(kind=kind)
    if state := asked.get("state", ""):
        found = found.filter(closed_on__isnull=state == "open")
    listing = Listing(request, found, COLUMNS, sort="name")
    if "export" in asked:
        note_look(account, "导出组织机构", at=request.get_full_path())
        return listing.export("组织机构")
    context = {
        "title": "组织机构",
        "note": "上级机构的管理范围包括其下级。撤销的机构保留记录，不能删除。",
        "actions": [{"label": "新增机构", "url": reverse("desk:organisation_new"), "icon": "add", "primary": True}],
        "filter": {
            "fields": [
                {"name": "q", "label": "名称、简称、标识", "kind": "text", "value": asked.get("q", ""), "wide": True},
                options("kind", "性质", Organisation.Kind.choices, asked),
                options("state", "状态", STATES, asked),
            ]
        },
        "table": {"id": "organisations", "caption": "组织机构", "columns": listing.headers},
        "rows": [_row(body) for body in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _row(body: Organisation) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(body)), "num": column.num} for column in COLUMNS
    ]
    cells[1]["code"] = True
    cells[-1]["badge"] = "todo" if body.closed_on else "done"
    return {"url": reverse("desk:organisation", args=[body.code]), "cells": cells}


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Add an organisation below one I answer for."""
    account = who(request)
    initial = {"parent": account.organisation_id, "region": account.organisation.region_id}
    form = NewBodyForm(account, request.POST or None, initial=initial)
    if form.is_valid():
        given = dict(form.cleaned_data)
        parent = given.pop("parent")
        try:
            made = services.create_organisation(
                services.Body(**given), parent=parent, actor=account
            )
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"已新增{made.name}。")
            return redirect("desk:organisation", made.code)
    context = {
        "title": "新增机构",
        "form": form,
        "submit": "新增机构",
        "back": {"url": reverse("desk:organisations")},
    }
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """One organisation: what is said about it, its line above and what lies below."""
    account = who(request)
    body = queries.organisation_for(account, code, RIGHT)
    initial = {
        name: getattr(body, name) for name in ("name", "short_name", "uscc", "level", "department")
    }
    form = BodyForm(request.POST or None, initial=initial | {"region": body.region_id})
    if form.is_valid():
        try:
            services.change_organisation(body, actor=account, **form.cleaned_data)
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, "机构信息已保存。")
            return redirect("desk:organisation", code)
    context = {
        "body": body,
        "line": queries.line_above(body)[:-1],
        "children": body.children.order_by("name"),
        "people": body.accounts.filter(is_active=True).count(),
        "responsible": queries.responsible(body, on=local_today()),
        "form": form,
    }
    return render(request, "desk/organisation.html", context, status=422 if form.errors else 200)


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Put it under another line above, with everything below it."""
    account = who(request)
    body = queries.organisation_for(account, code, RIGHT)
    choices = open_under(account, RIGHT).exclude(path__startswith=body.path)
    form = MoveForm(choices, request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.move_organisation(body, to=given["to"], actor=account, reason=given["reason"])
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"{body.name}已移到{given['to'].name}之下。")
            return redirect("desk:organisation", code)
    context = {
        "title": f"调整{body.name}的隶属关系", "form": form, "submit": "调整隶属关系",
        "note": "下级机构一并移动；新上级的管理人员从此可以管理这里，原上级的不再可以。",
        "back": {"url": reverse("desk:organisation", args=[code])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close it, with a reason."""
    account = who(request)
    body = queries.organisation_for(account, code, RIGHT)
    form = CloseForm(account, body, request.POST or None)
    if form.is_valid():
        try:
            services.close_organisation(body, actor=account, **form.cleaned_data)
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"{body.name}已撤销。")
            return redirect("desk:organisations")
    context = {
        "title": f"撤销{body.name}", "form": form, "submit": "撤销机构",
        "note": "撤销前须移交下级机构、停用或调转全部账号；历史数据保留在该机构名下。撤销不能恢复。",
        "notice": _in_the_way(body),
        "danger": True,
        "back": {"url": reverse("desk:organisation", args=[code])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


def _in_the_way(body: Organisation) -> str:
    """What has to be moved before a body can be closed, in one sentence; "" for nothing."""
    children, accounts = queries.left_in(body)
    held = [f"下级机构 {children} 个"] * bool(children) + [f"在用账号 {accounts} 个"] * bool(
        accounts
    )
    return f"现在还不能撤销：还有{'、'.join(held)}。" if held else ""
