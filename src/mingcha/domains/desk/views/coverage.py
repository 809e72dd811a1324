"""The coverage report: what is approved, punished or answered for, and no item supervises."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import Column, Listing, export_links, options, pager_of
from mingcha.domains.desk.views import who
from mingcha.domains.records.queries.coverage import (
    DECISIONS,
    KINDS,
    Decided,
    Gap,
    days_of,
    decisions,
    gaps,
)
from mingcha.domains.records.queries.dossier import in_brief

SEE = "parties.search"
HEADERS = ("名称", "问题", "说明", "单位", "件数")


@door(SEE)
@require_GET
def coverage(request: HttpRequest) -> HttpResponseBase:
    """Every gap between what is decided and what the items in force supervise."""
    said = request.GET
    on = _day(said.get("on", "")) or local_today()
    found = gaps(who(request), on, kind=said.get("kind", ""), words=said.get("q", "").strip())
    if said.get("sort") == "-count":
        found = sorted(found, key=lambda one: -one.count)
    if "export" in said:
        sheet = Sheet("监管覆盖", HEADERS, [_texts(one) for one in found])
        return exported(f"监管覆盖（{on}）", sheet, said["export"])
    pager = pager_of(request, len(found))
    query = request.GET.copy()
    query["sort"] = "-count"
    context = {
        "title": "监管覆盖",
        "note": "谁审批谁监管、谁主管谁监管：有审批、有处罚、有权力、有职责而没有在用事项的，以及事项与许可事项不一致的。",
        "exports": export_links(request),
        "filter": {
            "fields": [
                {"name": "q", "label": "名称、单位", "kind": "text", "value": said.get("q", "")},
                options("kind", "问题", KINDS.items(), said),
                {"name": "on", "label": "状态日期", "kind": "date", "value": on.isoformat()},
            ]
        },
        "table": {
            "id": "desk-coverage",
            "caption": "没有监管事项覆盖的审批、处罚和职责",
            "columns": [
                *({"label": label} for label in HEADERS[:-1]),
                {"label": HEADERS[-1], "num": True, "sort_url": f"?{query.urlencode()}",
                 "sorted": "descending" if said.get("sort") == "-count" else ""},
            ],
            "empty": {"title": "没有发现缺口", "text": "换一个日期，或放宽条件再看。"},
        },
        "rows": [_row(one, on) for one in found[pager.here]],
        "pager": pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(SEE)
@require_GET
def coverage_rows(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The decisions behind one number of the report, as far as one may see them."""
    account, said = who(request), request.GET
    on = _day(said.get("on", "")) or local_today()
    asked = Decided(
        kind, said.get("name", ""), said.get("body", ""), on, said.get("q", "").strip(),
        _day(said.get("since", "")), _day(said.get("until", "")),
    )  # fmt: skip
    brief = in_brief(account)
    columns: tuple[Column[Any], ...] = (
        Column("document", "决定文书号", lambda f: f.document or "—", "document"),
        Column("day", "决定日期", lambda f: f.occurred_on, "occurred_on"),
        Column("about", "行政相对人", lambda f: brief(f)[1]),
        Column("what", "内容", lambda f: brief(f)[0]),
        Column("provider", "报送单位", lambda f: f.provider.name, "provider__name"),
    )
    listing = Listing(request, decisions(account, asked), columns, sort="-day")
    title = f"{KINDS[kind]}：{asked.name or asked.body}"
    if "export" in said:
        return listing.export(title)
    first, last = days_of(on)
    back = urlencode({"kind": kind, "on": on.isoformat()})
    context = {
        "title": title,
        "note": f"{asked.body}自 {first} 至 {last} 作出的决定；只列出您有权查看的记录。",
        "actions": [{"label": "返回监管覆盖", "url": f"{reverse('desk:coverage')}?{back}"}],
        "exports": listing.exports,
        "filter": {"fields": _narrowing(asked)},
        "table": {
            "id": "coverage-rows", "caption": title, "columns": listing.headers,
            "empty": {"title": "没有符合条件的决定", "text": "放宽条件，或返回监管覆盖另选一项。"},
        },
        "rows": [_decision(row, columns) for row in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _narrowing(asked: Decided) -> list[dict[str, object]]:
    """The filter bar of the rows: what narrows, and hidden what the number was of."""
    about = {"name": asked.name, "body": asked.body, "on": asked.on.isoformat()}
    kept: list[dict[str, object]] = [
        {"name": name, "kind": "hidden", "value": value} for name, value in about.items()
    ]
    return [
        {"name": "q", "label": "文书号、相对人", "kind": "text", "value": asked.words},
        {"label": "决定日期", "kind": "range", "from_name": "since", "to_name": "until",
         "from_value": asked.since.isoformat() if asked.since else "",
         "to_value": asked.until.isoformat() if asked.until else ""},
        *kept,
    ]  # fmt: skip


def _decision(fact: Any, columns: tuple[Column[Any], ...]) -> dict[str, object]:
    cells = [{"text": str(column.text(fact))} for column in columns]
    return {"url": reverse("insight:versions", args=[fact.pk]), "cells": cells}


def _day(text: str) -> date | None:
    """A day that the address names, if it names one that there is."""
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _texts(one: Gap) -> list[str]:
    return [one.name, one.label, one.words, one.body, str(one.count) if one.count else ""]


def _row(one: Gap, on: date) -> dict[str, object]:
    cells: list[dict[str, object]] = [{"text": text or "—"} for text in _texts(one)]
    cells[1]["badge"] = "due"
    cells[4]["num"] = True
    if one.fact:
        return {"url": reverse("insight:versions", args=[one.fact]), "cells": cells}
    if one.kind in DECISIONS:
        name = one.name if one.kind == "approval" else ""
        about = urlencode({"name": name, "body": one.body, "on": on.isoformat()})
        return {"url": f"{reverse('desk:coverage_rows', args=[one.kind])}?{about}", "cells": cells}
    if not one.code:
        return {"cells": cells}
    cells[0]["under"] = one.code
    return {"url": reverse("catalog:item", args=[one.scheme, one.code]), "cells": cells}
