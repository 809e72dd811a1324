"""The coverage report: what is approved, punished or answered for, and no item supervises."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import export_links, options, pager_of
from mingcha.domains.desk.views import who
from mingcha.domains.records.queries.coverage import KINDS, Gap, gaps

SEE = "parties.search"
HEADERS = ("名称", "问题", "说明", "单位", "件数")


@door(SEE)
@require_GET
def coverage(request: HttpRequest) -> HttpResponseBase:
    """Every gap between what is decided and what the items in force supervise."""
    said = request.GET
    try:
        on = parse_date(said.get("on", "").strip()) or local_today()
    except ValueError:
        on = local_today()
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
        "rows": [_row(one) for one in found[pager.here]],
        "pager": pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _texts(one: Gap) -> list[str]:
    return [one.name, one.label, one.words, one.body, str(one.count) if one.count else ""]


def _row(one: Gap) -> dict[str, object]:
    cells: list[dict[str, object]] = [{"text": text or "—"} for text in _texts(one)]
    cells[1]["badge"] = "due"
    cells[4]["num"] = True
    if one.fact:
        return {"url": reverse("insight:versions", args=[one.fact]), "cells": cells}
    if not one.code:
        return {"cells": cells}
    cells[0]["under"] = one.code
    return {"url": reverse("catalog:item", args=[one.scheme, one.code]), "cells": cells}
