"""The ledger of visits: each number leads to its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import export_links, options, pager_of
from mingcha.domains.inspections.queries import visit_ledger as queries
from mingcha.domains.inspections.queries.visit_ledger import Asked, Limits
from mingcha.domains.inspections.views import who

VIEWS = {"firms": "各企业次数", "again": "短期重复", "saved": "合并入企", "vain": "无果检查"}
# view → its columns (key, header, whether a number, key in the row)
COLUMNS: Mapping[str, Sequence[tuple[str, str, bool]]] = {
    "firms": (("name", "企业", False), ("body_name", "检查主体", False), ("counted", "计入次数", True),
              ("cap", "年度上限", True), ("apart", "不计入（有因、复查）", True), ("last", "最近一次", False)),
    "again": (("name", "企业", False), ("apart", "相隔天数", True), ("day_before", "前次", False),
              ("body_before", "前次检查主体", False), ("day", "后次", False),
              ("body_name", "后次检查主体", False), ("number", "后次编号", False)),
    "saved": (("name", "企业", False), ("departments", "同次部门", True), ("saved", "少入企次数", True),
              ("day", "检查日期", False), ("body_name", "各部门", False)),
    "vain": (("officer", "执法人员", False), ("certificate", "执法证号", False), ("name", "企业", False),
             ("times", "无果次数", True), ("last", "最近一次", False), ("body_name", "检查主体", False)),
}  # fmt: skip
EMPTY = {
    "firms": "这一年还没有开始过检查。",
    "again": "没有企业在提示期内被重复检查。",
    "saved": "没有几个部门同一次入企的检查。",
    "vain": "没有人员对同一企业多次检查而没有发现问题。",
}


@door("inspections.see")
@require_GET
def ledger(request: HttpRequest) -> HttpResponseBase:
    """One of the four views of a year's visits."""
    account, given = who(request), request.GET
    view = given.get("view", "firms")
    view = view if view in VIEWS else "firms"
    year_said = given.get("year", "")
    year = int(year_said) if year_said.isdecimal() and len(year_said) == 4 else local_today().year
    asked = Asked(
        view, max(year, 2000), given.get("q", "").strip(), given.get("over") == "yes",
        given.get("sort", ""),
    )  # fmt: skip
    rules = queries.limits(local_today())
    columns = COLUMNS[view]
    if "export" in given:
        name = f"入企台账-{VIEWS[view]}-{asked.year}"
        texts = (
            [_text(row, key, rules) for key, _, _ in columns]
            for row in queries.rows(account, asked)
        )
        return exported(
            name, Sheet(name[:31], [label for _, label, _ in columns], texts), given["export"]
        )
    pager = pager_of(request, queries.count(account, asked))
    page = list(queries.rows(account, asked, pager.here))
    years = sorted({*queries.years(account), local_today().year}, reverse=True)
    context = {
        "title": "入企检查台账",
        "note": f"{asked.year} 年。同一次入企的几个部门算一次；有因检查和复查单列，不计入年度上限。",
        "figures": _figures(queries.figures(account, asked.year), rules, asked),
        "exports": export_links(request),
        "filter": {
            "saved": [
                {"label": label, "url": _address(replace(asked, view=key, over=False, sort="")),
                 "active": key == view}
                for key, label in VIEWS.items()
            ],
            "fields": [
                {"name": "q", "label": "企业、单位或人员", "kind": "text", "value": asked.words},
                options("year", "年度", [(str(one), f"{one} 年") for one in years],
                        {"year": str(asked.year)}),
                *([options("over", "上限", [("yes", "超过年度上限")], given)] if view == "firms" else []),
                {"name": "view", "kind": "hidden", "value": view},
            ],
            "clear_url": f"?view={view}",
        },
        "table": {
            "id": f"visits-{view}", "caption": VIEWS[view],
            "columns": [_header(request, asked, *column) for column in columns],
            "empty": {"title": EMPTY[view], "text": "换一个年度或放宽条件再看。"},
        },
        "rows": [_row(row, asked, rules) for row in page],
        "pager": pager,
    }  # fmt: skip
    return render(request, "inspections/visit_ledger.html", context)


def _figures(found: Mapping[str, int], rules: Limits, asked: Asked) -> list[dict[str, object]]:
    def to(view: str, over: bool = False) -> str:
        return _address(Asked(view, asked.year, over=over))

    return [
        {"label": "入企次数", "value": found["visits"], "under": f"另有不计入的 {found['apart']} 次",
         "url": to("firms")},
        {"label": "超过年度上限", "value": found["over"], "under": f"一个机关对一户每年 {rules.cap} 次",
         "url": to("firms", over=True), "tone": "late" if found["over"] else ""},
        {"label": "短期重复", "value": found["again"], "under": f"{rules.within} 日内再次检查",
         "url": to("again"), "tone": "due" if found["again"] else ""},
        {"label": "合并少入企", "value": found["saved"], "under": "进一次门、查多项事", "url": to("saved")},
        {"label": "无果检查", "value": found["vain"], "under": f"同一人对同一户 {rules.times} 次以上",
         "url": to("vain"), "tone": "due" if found["vain"] else ""},
    ]  # fmt: skip


def _header(
    request: HttpRequest, asked: Asked, key: str, label: str, num: bool
) -> dict[str, object]:
    sort = asked.sort or queries.FIRST[asked.view]
    query = request.GET.copy()
    query["sort"] = f"-{key}" if sort == key else key
    query.pop("page", None)
    state = (
        ("descending" if sort.startswith("-") else "ascending") if sort.lstrip("-") == key else ""
    )
    url = f"?{query.urlencode()}" if key in queries.SORTS[asked.view] else ""
    return {"label": label, "num": num, "sort_url": url, "sorted": state}


def _row(row: Mapping[str, Any], asked: Asked, rules: Limits) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": _text(row, key, rules), "num": num} for key, _, num in COLUMNS[asked.view]
    ]
    if asked.view == "firms":
        cells[0]["under"] = row["code"]
        if row["counted"] > rules.cap:
            cells[2]["bad"] = f"超过年度上限 {rules.cap} 次"
    return {"url": _rows_of(row, asked), "cells": cells}


def _rows_of(row: Mapping[str, Any], asked: Asked) -> str:
    """The parts that a row counts."""
    said = {
        "whose": "all",
        "party": row["public_id"],
        "year": asked.year,
        "body": row.get("body_code", ""),
    }
    if asked.view == "vain":
        said["officer"] = row["certificate"]
    return f"{reverse('inspections:parts')}?{urlencode({k: v for k, v in said.items() if v})}"


def _text(row: Mapping[str, Any], key: str, rules: Limits) -> str:
    return str(rules.cap if key == "cap" else row[key])


def _address(asked: Asked) -> str:
    said = {
        "view": asked.view,
        "year": asked.year,
        "q": asked.words,
        "over": "yes" if asked.over else "",
    }
    return f"?{urlencode({name: value for name, value in said.items() if value})}"
