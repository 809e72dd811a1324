"""The public list of exceptions: which body may act for a while although no item is in force, and why."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today
from mingcha.base.listing import Column, Listing
from mingcha.domains.catalog.queries import exceptions as catalog
from mingcha.domains.catalog.queries import objections


def _standing(one: Any) -> tuple[str, str]:
    return catalog.standing_on(one, local_today())


def _objected(one: Any) -> str:
    """How many objected, and how many of them rightly."""
    return f"{one.objected} 件，{one.upheld} 件成立" if one.upheld else f"{one.objected} 件"


COLUMNS: Sequence[Column[Any]] = (
    Column("name", "事项", lambda e: e.name, "name"),
    Column("state", "状态", lambda e: _standing(e)[0]),
    Column("body", "实施机构", lambda e: e.body.name, "body__name"),
    Column("days", "期限", lambda e: f"{e.since} 至 {e.until}", "until"),
    Column("reason", "理由", lambda e: e.reason),
    Column("unit", "批准单位", lambda e: e.case.unit.name, "case__unit__name"),
    Column("objected", "异议", lambda e: _objected(e), "objected"),
    Column("number", "编号", lambda e: e.case.number, "case__number"),
)


@door(PUBLIC)
@require_GET
def exceptions(request: HttpRequest) -> HttpResponseBase:
    """Every exception that was approved, those that end last first; found by name, code or number."""
    said = request.GET
    words, body = said.get("q", "").strip(), said.get("body", "").strip()
    found = objections.counted()
    if words:
        found = catalog.named(found, words)
    if body:
        found = found.filter(body__name__contains=body)
    if said.get("state", "") == "now":
        found = found.filter(catalog.holding(local_today()))
    listing = Listing(request, found, COLUMNS, sort="-days")
    if "export" in said:
        return listing.export("无事项监管例外")
    now = said.get("state", "") == "now"
    context = {
        "filter": {
            "button": "查找",
            "fields": [
                {"name": "q", "label": "事项、编码、例外编号", "kind": "text", "value": words},
                {"name": "body", "label": "实施机构", "kind": "text", "value": body},
                {"name": "state", "label": "状态", "kind": "select", "value": "now" if now else "",
                 "options": [{"value": "now", "label": "今天有效", "selected": now}]},
            ],
        },
        "table": {
            "id": "public-exceptions", "caption": "经批准的例外", "columns": listing.headers,
            "tools": False,
            "empty": {"title": "没有找到", "text": "没有这样的例外：监管应当依据在用的事项进行。"},
        },
        "rows": [_row(one) for one in listing.rows],
        "pager": listing.pager, "exports": listing.exports,
    }  # fmt: skip
    return render(request, "portal/exceptions.html", context)


def _row(one: Any) -> dict[str, object]:
    cells: list[dict[str, object]] = [{"text": str(column.text(one))} for column in COLUMNS]
    cells[0]["under"] = one.code
    cells[1]["badge"] = _standing(one)[1]
    return {"url": reverse("portal:exception", args=[one.case.number]), "cells": cells}
