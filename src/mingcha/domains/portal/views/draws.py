"""The public pages of draws: what was committed before the seed, and what came of it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import minute_text
from mingcha.base.errors import NotFound
from mingcha.base.listing import Column, Listing, pager_of
from mingcha.domains.inspections.queries import draws as queries
from mingcha.domains.inspections.queries import seen

COLUMNS: Sequence[Column[Any]] = (
    Column("task", "任务", lambda d: d.task.name, "task__name"),
    Column("state", "状态", lambda d: standing(d)[0]),
    Column("body", "发起单位", lambda d: d.task.body.name, "task__body__name"),
    Column("size", "参加抽取", lambda d: d.files["F"][0], num=True),
    Column("frozen", "承诺公布", lambda d: minute_text(d.frozen_at), "frozen_at"),
    Column("drawn", "抽取", lambda d: minute_text(d.drawn_at) if d.drawn_at else "—", "drawn_at"),
    Column("number", "抽取编号", lambda d: d.draw_id, "draw_id"),
)


def standing(draw: Any) -> tuple[str, str]:
    """How a draw stands, in word and colour."""
    if draw.cancelled_at:
        return "已取消", "todo"
    return ("已抽取", "done") if draw.drawn_at else ("待抽取", "doing")


@door(PUBLIC)
@require_GET
def draws(request: HttpRequest) -> HttpResponseBase:
    """Every draw, the latest first."""
    found = seen.published_draws()
    if words := request.GET.get("q", "").strip():
        found = found.filter(task__name__contains=words) | found.filter(draw_id=words)
    listing = Listing(request, found, COLUMNS, sort="-frozen")
    if "export" in request.GET:
        return listing.export("随机抽取")
    rows = []
    for one in listing.rows:
        cells: list[dict[str, object]] = [
            {"text": str(c.text(one)), "num": c.num, "code": c.key == "number"} for c in COLUMNS
        ]
        cells[1]["badge"] = standing(one)[1]
        rows.append({"url": reverse("portal:draw", args=[one.draw_id]), "cells": cells})
    context = {
        "filter": {"button": "查找", "fields": [
            {"name": "q", "label": "任务名称、抽取编号", "kind": "text", "value": words},
        ]},
        "table": {"id": "public-draws", "caption": "随机抽取", "columns": listing.headers,
                  "tools": False,
                  "empty": {"title": "还没有公布的抽取", "text": "名单冻结后，承诺在这里公布。"}},
        "rows": rows, "pager": listing.pager, "exports": listing.exports,
    }  # fmt: skip
    return render(request, "portal/draws.html", context)


@door(PUBLIC)
@require_GET
def draw(request: HttpRequest, draw_id: str) -> HttpResponse:
    """One draw: commitment, seed and sources, chances, and the list as far as its level allows."""
    found = seen.public_draw(draw_id)
    units = queries.units(found)
    pager = pager_of(request, units.count())
    context = {
        "draw": found, "task": found.task, "roots": queries.roots(found),
        "standing": standing(found), "sources": queries.sources(found),
        "pledges": list(found.task.pledges.all()), "classes": queries.explained(found),
        "are_names_public": queries.are_names_public(found),
        "are_keys_public": found.drawn_at is not None and found.task.level == "keyed",
        "units": list(units[pager.here]), "pager": pager,
        "has_bundle": (settings.DRAWS / draw_id / "bundle.zip").exists(),
    }  # fmt: skip
    return render(request, "portal/draw.html", context)


@door(PUBLIC)
@require_GET
def commitment(request: HttpRequest, draw_id: str) -> HttpResponse:
    """The commitment as it was digested, byte for byte."""
    found = seen.public_draw(draw_id)
    return HttpResponse(bytes(found.commitment), content_type="text/plain; charset=utf-8")


@door(PUBLIC)
@require_GET
def bundle(request: HttpRequest, draw_id: str) -> HttpResponseBase:
    """The bundle for whoever recomputes the draw. Raises NotFound before it was drawn."""
    found = seen.public_draw(draw_id)
    path = settings.DRAWS / found.draw_id / "bundle.zip"
    if not path.exists():
        raise NotFound(what="抽取文件包", key=draw_id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{draw_id}.zip")
