"""The lists of items and checklists, as they stand on a day."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.days import local_today
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Organisation
from mingcha.domains.catalog.models import ChecklistVersion, ItemVersion, Kind
from mingcha.domains.catalog.queries.lists import STATES, Filter, checklists, items
from mingcha.domains.catalog.queries.record import readable
from mingcha.domains.catalog.queries.shelves import tables
from mingcha.domains.catalog.views import (
    choices,
    day_asked,
    days_in_words,
    state_badge,
    url_of,
    who,
)
from mingcha.standards import loader

RANKS = [("main", "主项"), ("sub", "子项")]
NATIONAL = {Kind.ITEM: "item", Kind.CHECKLIST: "checklist"}


def _label(code_table: str, value: str) -> str:
    return loader.current().code_table(code_table).label_of(value) if value else ""


def _said(version: Any, field: str) -> str:
    """A declared field of a version, its code by its label."""
    table = loader.current().table(version.entry.scheme)
    return readable(table, field, version.content.get(field, ""))


def _frequency(version: ChecklistVersion) -> str:
    """Ratio and frequency, as far as they are said."""
    ratio = version.content.get("check_ratio", "")
    share = f"{float(ratio):.0%}" if ratio else ""  # shown only
    return " ".join(part for part in (share, version.content.get("check_frequency", "")) if part)


SHORT_LEVELS = {"1": "国", "2": "省", "3": "市", "4": "县", "5": "乡"}


def _levels(version: Any) -> str:
    """The exercising levels in one word, such as 市、县级."""
    return "、".join(SHORT_LEVELS.get(one, one) for one in version.levels) + "级" * bool(
        version.levels
    )


def _rank(version: ItemVersion) -> str:
    return "主项" if version.item.is_main else "子项"


def _days(version: Any) -> str:
    return days_in_words(version.since, version.until)


# What the page shows; the export has every column apart.
ITEM_COLUMNS: Sequence[Column[ItemVersion]] = (
    Column("name", "事项", lambda v: v.name, "name"),
    Column("state", "状态", lambda v: STATES[v.state], "state"),  # type: ignore[attr-defined]
    Column("code", "编码", lambda v: v.item.code, "item__code"),
    Column("rank", "主子项", _rank, "item__is_main"),
    Column("action", "行为类型", lambda v: _label("action_kind", v.action_kind), "action_kind"),
    Column("department", "监管部门", lambda v: _label("department", v.department), "department"),
    Column("levels", "层级", lambda v: _levels(v) or "各级"),
    Column("days", "有效期间", _days, "since"),
)
ITEM_EXPORT: Sequence[Column[ItemVersion]] = (
    *ITEM_COLUMNS,
    Column("origin", "来源", lambda v: _label("item_origin", v.item.origin)),
    Column("owner", "归口单位", lambda v: v.item.owner.name),
    Column("main", "主项编码", lambda v: v.item.main.code if v.item.main else ""),
    Column("object", "监管对象", lambda v: v.content.get("supervise_object", "")),
    Column("mode", "监管方式", lambda v: _said(v, "check_mode")),
    Column("measure", "监管措施", lambda v: v.content.get("supervise_measure", "")),
    Column("basis", "设定依据", lambda v: v.content.get("basis", "")),
    Column("process", "监管流程", lambda v: v.content.get("process", "")),
    Column("result", "监管结果", lambda v: v.content.get("result", "")),
    Column("licence", "对应许可事项", lambda v: v.content.get("licence_item", "")),
)
CHECKLIST_COLUMNS: Sequence[Column[ChecklistVersion]] = (
    Column("name", "清单", lambda v: v.name, "name"),
    Column("state", "状态", lambda v: STATES[v.state], "state"),  # type: ignore[attr-defined]
    Column(
        "body", "实施主体", lambda v: v.content.get("implement_institution", ""),
        "content__implement_institution",
    ),
    Column("use", "检查类型", lambda v: _said(v, "checklist_use")),
    Column("frequency", "比例频次", _frequency),
    Column("item", "事项编码", lambda v: v.item_code, "item_code"),
    Column("days", "有效期间", _days, "since"),
)  # fmt: skip
CHECKLIST_EXPORT: Sequence[Column[ChecklistVersion]] = (
    *CHECKLIST_COLUMNS,
    Column("code", "清单编码", lambda v: v.checklist.code, "checklist__code"),
    Column("levels", "行使层级", _levels),
    Column("contents", "检查内容", lambda v: v.content.get("check_contents", "")),
    Column("method", "检查方法", lambda v: v.content.get("check_method", "")),
    Column("process", "检查程序", lambda v: v.content.get("check_process", "")),
    Column("evidence", "取证要求", lambda v: v.content.get("evidence", "")),
    Column("basis", "检查依据", lambda v: v.content.get("check_basis", "")),
    Column("punish", "处罚依据", lambda v: v.content.get("punish_basis", "")),
)
CODED = {"code", "item"}


@door(SIGNED_IN)
@require_GET
def entry_list(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Every item, or every checklist, as it stands on the day asked for."""
    asked = _asked(request)
    label, takes_out = Kind(kind).label, "export" in request.GET
    listing: Listing[Any]
    if kind == Kind.ITEM:
        columns = ITEM_EXPORT if takes_out else ITEM_COLUMNS
        listing = Listing(request, items(asked), columns, sort="code")
    else:
        lists = CHECKLIST_EXPORT if takes_out else CHECKLIST_COLUMNS
        listing = Listing(request, checklists(asked), lists, sort="item")
    if takes_out:
        return listing.export(f"{label}（{asked.on}）")
    context = {
        "title": label,
        "note": _note(kind, asked),
        "actions": _actions(request, kind),
        "exports": listing.exports,
        "filter": {"fields": _fields(request, kind, asked)},
        "table": {
            "id": f"catalog-{kind}",
            "caption": label,
            "columns": listing.headers,
            "empty": _empty(request, kind),
        },
        "rows": [_row(version, listing.columns, asked) for version in listing.rows],
        "pager": listing.pager,
    }
    return render(request, "desk/list_page.html", context)


def _asked(request: HttpRequest) -> Filter:
    said = request.GET
    return Filter(
        on=day_asked(request),
        words=said.get("q", ""),
        scheme=said.get("scheme", ""),
        state=said.get("state", ""),
        action=said.get("action", ""),
        department=said.get("department", ""),
        level=said.get("level", ""),
        origin=said.get("origin", ""),
        rank=said.get("rank", ""),
        owner=said.get("owner", ""),
        body=Organisation.objects.filter(code=said.get("body", "")).first(),
        item=said.get("item", ""),
        use=said.get("use", ""),
    )


def _note(kind: str, asked: Filter) -> str:
    today = "今天" if asked.on == local_today() else f"{asked.on}"
    rule = "没有在用事项的监管行为不予收录" if kind == Kind.ITEM else "清单即现场检查的表单"
    return f"按{today}的状态列出；{rule}。状态到期自动变化，无须人工操作。"


def _actions(request: HttpRequest, kind: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if who(request).holds("catalog.draft"):
        new = "新增事项" if kind == Kind.ITEM else "新增清单"
        url = reverse(f"catalog:{kind}_new")
        found.append({"label": new, "url": url, "icon": "add", "primary": True})
    if kind == Kind.ITEM:
        found.append({"label": "统一性检查", "url": reverse("catalog:uniformity")})
        if who(request).holds("parties.search"):
            found.append({"label": "监管覆盖", "url": reverse("desk:coverage")})
        found.append({"label": "事项映射", "url": reverse("catalog:mappings")})
    return found


def _fields(request: HttpRequest, kind: str, asked: Filter) -> list[dict[str, object]]:
    said = request.GET
    fields: list[dict[str, object]] = [
        {"name": "q", "label": "名称、编码、拼音首字母", "kind": "text", "value": asked.words},
        {"name": "on", "label": "状态日期", "kind": "date", "value": asked.on.isoformat()},
        options("state", "状态", STATES.items(), said),
    ]
    if kind == Kind.ITEM:
        fields += [
            options("action", "行为类型", choices("action_kind"), said),
            options("department", "监管部门", choices("department"), said),
            options("origin", "来源", choices("item_origin"), said),
            options("rank", "主子项", RANKS, said),
        ]
    else:
        fields += [
            {"name": "item", "label": "事项编码", "kind": "text", "value": asked.item},
            options("use", "检查类型", choices("checklist_use"), said),
        ]
    fields += [
        options("level", "行使层级", choices("exercise_level"), said),
        options("body", "可由其实施", _bodies(), said),
    ]
    lists = [(table.name, table.label) for table in tables(kind)]
    return [*fields, options("scheme", "编码体系", lists, said)] if len(lists) > 1 else fields


def _bodies() -> list[tuple[str, str]]:
    """The bodies that may act: those with a credit code, in tree order."""
    open_ = Organisation.objects.filter(closed_on__isnull=True).exclude(uscc="")
    return list(open_.order_by("path").values_list("code", "name"))


def _empty(request: HttpRequest, kind: str) -> dict[str, object]:
    if len(request.GET) > 0:
        return {"title": "没有符合条件的记录", "text": "请放宽筛选条件，或换一个状态日期。"}
    text = "可以导入国家清单（报送数据），或新增本级补充的事项。"
    if kind == Kind.CHECKLIST:
        text = "行政检查子项都应编制检查实施清单。"
    return {"title": f"还没有{Kind(kind).label}", "text": text}


def _row(version: Any, columns: Sequence[Column[Any]], asked: Filter) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(version)), "code": column.key in CODED} for column in columns
    ]
    cells[1]["badge"] = state_badge(version, asked.on)["tone"]
    if isinstance(version, ItemVersion):
        cells[3]["under"] = _label("item_origin", version.item.origin)
        cells[5]["under"] = version.item.owner.name
    else:
        cells[0]["under"] = version.checklist.code
        cells[2]["under"] = _levels(version)
    url = url_of(version.entry)
    if asked.on != local_today():
        url = url_of(version.entry, on=asked.on)
    return {"url": url, "cells": cells}
