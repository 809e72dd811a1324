"""The divisions of China, current and abolished."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.errors import MingchaError
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people import queries, services
from mingcha.base.people.models import Region
from mingcha.base.people.services.regions import Named
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import AbolishForm, NewRegionForm, RegionForm

RIGHT = "regions.manage"
LEVELS = [("1", "省级"), ("2", "地级"), ("3", "县级")]
STATES = [("current", "现行"), ("abolished", "已废止")]

COLUMNS: Sequence[Column[Region]] = (
    Column("name", "全称", lambda r: r.full_name, "full_name"),
    Column("code", "代码", lambda r: r.code, "code"),
    Column("level", "级别", lambda r: dict(LEVELS)[str(r.level)], "level"),
    Column("since", "启用", lambda r: r.since_year or "—", "since_year"),
    Column(
        "until", "废止", lambda r: f"{r.until_year} 年" if r.until_year else "现行", "until_year"
    ),
    Column("former", "曾用名", lambda r: r.former_names or "—"),
    Column("note", "说明", lambda r: ("（人工维护）" if r.is_edited else "") + r.note or "—"),
)


@door(SIGNED_IN)
@require_GET
def region_list(request: HttpRequest) -> HttpResponseBase:
    """Every code, searchable by code, name and former name."""
    asked = request.GET
    level = asked.get("level", "")
    found = queries.regions(
        asked.get("q", "").strip(),
        level=int(level) if level in dict(LEVELS) else None,
        abolished={"current": False, "abolished": True}.get(asked.get("state", "")),
    )
    listing = Listing(request, found, COLUMNS, sort="code")
    if "export" in asked:
        return listing.export("行政区划")
    may_change = who(request).holds(RIGHT)
    new = {"label": "新增区划", "url": reverse("desk:region_new"), "icon": "add", "primary": True}
    context = {
        "title": "行政区划",
        "note": "县级及以上区划代码（GB/T 2260），含 1980 年以来已废止的代码：旧证照仍带有它们。",
        "actions": [new] if may_change else [],
        "filter": {
            "fields": [
                {"name": "q", "label": "代码、名称、曾用名", "kind": "text", "value": asked.get("q", ""), "wide": True},
                options("level", "级别", LEVELS, asked),
                options("state", "状态", STATES, asked),
            ]
        },
        "table": {"id": "regions", "caption": "行政区划", "columns": listing.headers},
        "rows": [_row(region, may_change=may_change) for region in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _row(region: Region, *, may_change: bool) -> dict[str, object]:
    cells: list[dict[str, object]] = [{"text": str(column.text(region))} for column in COLUMNS]
    cells[1]["code"] = True
    cells[4]["badge"] = "todo" if region.is_abolished else "done"
    return {"url": reverse("desk:region", args=[region.code]) if may_change else "", "cells": cells}


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def region_new(request: HttpRequest) -> HttpResponse:
    """Add a code the loaded data does not know."""
    form = NewRegionForm(request.POST or None)
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            made = services.add_region(given.pop("code"), Named(**given), actor=who(request))
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"已新增{made.full_name}。")
            return redirect("desk:region", made.code)
    context = {
        "title": "新增区划",
        "form": form,
        "submit": "新增区划",
        "back": {"url": reverse("desk:regions")},
    }
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def region(request: HttpRequest, code: str) -> HttpResponse:
    """Correct one code; from then on loading leaves it alone."""
    found = queries.region(code)
    initial = {
        "name": found.name,
        "parent": found.parent_id,
        "since_year": found.since_year,
        "note": found.note,
    }
    form = RegionForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            services.change_region(found, Named(**form.cleaned_data), actor=who(request))
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, "区划已更正，重新装载数据时不会被覆盖。")
            return redirect("desk:region", code)
    state = f"{found.until_year} 年废止" if found.until_year else "现行"
    abolish_page = {
        "label": "废止区划",
        "url": reverse("desk:region_abolish", args=[code]),
        "danger": True,
    }
    context = {
        "title": f"{found.full_name} {code}",
        "note": f"{state}{'；曾用名：' + found.former_names if found.former_names else ''}",
        "actions": [] if found.until_year else [abolish_page],
        "form": form, "submit": "更正区划", "back": {"url": reverse("desk:regions")},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def abolish(request: HttpRequest, code: str) -> HttpResponse:
    """Say since when a code is no longer given out."""
    found = queries.region(code)
    form = AbolishForm(request.POST or None)
    if form.is_valid():
        try:
            services.abolish_region(found, actor=who(request), **form.cleaned_data)
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"{found.full_name}已废止，旧记录中的代码仍可识别。")
            return redirect("desk:region", code)
    context = {
        "title": f"废止{found.full_name}", "form": form, "submit": "废止区划",
        "back": {"url": reverse("desk:region", args=[code])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)
