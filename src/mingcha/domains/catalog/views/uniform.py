"""What is not named, coded or grounded alike in the city; and the mapping sheet."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import Column, Listing, export_links, options, pager_of
from mingcha.domains.catalog.models import ItemMapping
from mingcha.domains.catalog.queries.record import mappings
from mingcha.domains.catalog.queries.uniform import KINDS, Finding, findings
from mingcha.domains.catalog.views import choices, day_asked, days_in_words
from mingcha.standards import loader

HEADERS = ("名称", "问题", "说明", "编码", "类别")
ENTRIES = {"item": "监管事项", "checklist": "检查实施清单"}
SORTS = {"name": lambda one: one.name, "kind": lambda one: list(KINDS).index(one.kind),
         "code": lambda one: one.code}  # fmt: skip


@door(SIGNED_IN)
@require_GET
def uniformity(request: HttpRequest) -> HttpResponseBase:
    """Every item and checklist in force that is not like the rest of the city."""
    said, on = request.GET, day_asked(request)
    found = findings(on, kind=said.get("kind", ""), words=said.get("q", "").strip())
    sort = said.get("sort", "kind")
    key = SORTS.get(sort.lstrip("-"), SORTS["kind"])
    found = sorted(found, key=key, reverse=sort.startswith("-"))
    if "export" in said:
        sheet = Sheet("统一性检查", HEADERS, [_texts(one) for one in found])
        return exported(f"统一性检查（{on}）", sheet, said["export"])
    pager = pager_of(request, len(found))
    context = {
        "title": "统一性检查",
        "note": f"全市同一事项应当同名、同码、同依据、同类型。按 {on} 在用的事项和清单检查。",
        "exports": export_links(request),
        "filter": {
            "fields": [
                {"name": "q", "label": "名称、编码", "kind": "text", "value": said.get("q", "")},
                options("kind", "问题", KINDS.items(), said),
                {"name": "on", "label": "状态日期", "kind": "date", "value": on.isoformat()},
            ]
        },
        "table": {
            "id": "catalog-uniformity",
            "caption": "不统一的事项和清单",
            "columns": [
                _header(request, label, key)
                for label, key in zip(HEADERS, ("name", "kind", "", "code", ""), strict=True)
            ],
            "empty": {"title": "没有发现不统一之处", "text": "换一个日期，或放宽条件再看。"},
        },
        "rows": [_row(one) for one in found[pager.here]],
        "pager": pager,
    }
    return render(request, "desk/list_page.html", context)


def _texts(one: Finding) -> list[str]:
    return [one.name, one.label, one.words, one.code, ENTRIES[one.entry]]


def _row(one: Finding) -> dict[str, object]:
    cells: list[dict[str, object]] = [{"text": text} for text in _texts(one)]
    cells[1]["badge"] = "due"
    cells[3]["code"] = True
    return {"url": reverse(f"catalog:{one.entry}", args=[one.scheme, one.code]), "cells": cells}


def _header(request: HttpRequest, label: str, key: str) -> dict[str, object]:
    if not key:
        return {"label": label}
    sort = request.GET.get("sort", "kind")
    state = "" if sort.lstrip("-") != key else "descending" if sort[:1] == "-" else "ascending"
    query = request.GET.copy()
    query["sort"] = f"-{key}" if state == "ascending" else key
    return {"label": label, "sort_url": f"?{query.urlencode()}", "sorted": state}


COLUMNS: Sequence[Column[ItemMapping]] = (
    Column("local", "本地事项编码", lambda m: m.local_code, "local_code"),
    Column("local_name", "本地事项", lambda m: m.local_name, "local_name"),  # type: ignore[attr-defined]
    Column(
        "relation", "关系",
        lambda m: loader.current().code_table("mapping_relation").label_of(m.relation), "relation",
    ),
    Column("national", "国家事项编码", lambda m: m.national_code, "national_code"),
    Column("national_name", "国家事项", lambda m: m.national_name, "national_name"),  # type: ignore[attr-defined]
    Column("days", "有效期间", lambda m: days_in_words(m.since, m.until), "since"),
)  # fmt: skip


@door(SIGNED_IN)
@require_GET
def mapping_list(request: HttpRequest) -> HttpResponseBase:
    """Which item of ours stands for which national one."""
    said = request.GET
    listing = Listing(
        request,
        mappings(said.get("q", "").strip(), said.get("relation", "")),
        COLUMNS,
        sort="local",
    )
    if "export" in said:
        return listing.export("事项映射关系")
    context = {
        "title": "事项映射",
        "note": "来自映射关系梳理表；在“报送数据”中上传新的梳理表即可更新。",
        "exports": listing.exports,
        "filter": {
            "fields": [
                {"name": "q", "label": "编码、名称", "kind": "text", "value": said.get("q", "")},
                options("relation", "关系", choices("mapping_relation"), said),
            ]
        },
        "table": {
            "id": "catalog-mappings",
            "caption": "事项映射",
            "columns": listing.headers,
            "empty": {"title": "没有映射关系", "text": "上传映射关系梳理表后显示在这里。"},
        },
        "rows": [_mapping(one) for one in listing.rows],
        "pager": listing.pager,
    }
    return render(request, "desk/list_page.html", context)


def _mapping(one: ItemMapping) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(one)), "code": column.key in {"local", "national"}}
        for column in COLUMNS
    ]
    return {"url": reverse("catalog:item", args=[one.scheme, one.local_code]), "cells": cells}
