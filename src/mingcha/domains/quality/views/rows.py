"""The records behind a number of a scorecard."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import minute_text
from mingcha.base.listing import Column, Listing
from mingcha.domains.quality import queries
from mingcha.domains.quality.queries import KINDS, RECEIPTS
from mingcha.domains.quality.views import month_of, who
from mingcha.domains.records.queries.measuring import Fact
from mingcha.standards import loader

COLUMNS: Sequence[Column[Fact]] = (
    Column("key", "业务主键", lambda f: f.source_key, "source_key"),
    Column("occurred", "发生日期", lambda f: f.occurred_on, "occurred_on"),
    Column("landed", "入库时间", lambda f: minute_text(f.chunk.landed_at), "chunk__landed_at"),
    Column("batch", "批次", lambda f: f.chunk.batch.file_name if f.chunk.batch else "", None),
    Column("row", "文件行号", lambda f: f.row, "row", num=True),
)
NOTES = {
    "late": "超过报送期限才入库；对接之前发生的历史记录不计。",
    "history": "发生在该表首次报送之前，不计及时率。",
    "unlinked": "没有找到对应的已登记对象；请核对名称、代码和地址，或先报送登记信息。",
}


@door(RECEIPTS)
@require_GET
def rows(request: HttpRequest, code: str, table: str, kind: str) -> HttpResponseBase:
    """The records of a month that a number counts; with `field` those that fill it or do not."""
    account, month = who(request), month_of(request)
    provider, declared = queries.provider_of(account, code), loader.current().table(table)
    field, words = request.GET.get("field", ""), request.GET.get("q", "").strip()
    found = queries.rows(account, provider, table, month, kind, field)
    if words:
        found = found.filter(source_key__contains=words)
    named = f"“{declared.fields[field].label}”" if field else ""
    title = f"{declared.label}：{named}{KINDS[kind]}"
    listing = Listing(request, found.select_related("chunk__batch"), COLUMNS, sort="occurred")
    if "export" in request.GET:
        return listing.export(f"{provider.name}{title}")
    hidden = {"month": f"{month:%Y-%m}", "field": field}
    card = reverse("quality:card", args=[provider.code, table])
    context = {
        "title": title,
        "note": f"{provider.name}，{month.year} 年 {month.month} 月入库。{NOTES.get(kind, '')}",
        "crumbs": [
            {"label": "数据质量", "url": reverse("quality:cards")},
            {"label": provider.name, "url": f"{card}?month={month:%Y-%m}"},
            {"label": KINDS[kind], "url": ""},
        ],
        "filter": {
            "fields": [
                {"name": "q", "label": "业务主键", "kind": "text", "value": words},
                *({"name": n, "kind": "hidden", "value": v} for n, v in hidden.items() if v),
            ],
        },
        "exports": listing.exports,
        "table": {
            "id": "rows", "caption": title, "columns": listing.headers,
            "empty": {"title": "没有这样的记录", "text": "这个月入库的记录里没有，或没有您可以看到的。"},
        },
        "rows": [_row(fact) for fact in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _row(fact: Fact) -> dict[str, object]:
    """A record's line; it leads to the record itself, with all its versions."""
    cells = [{"text": str(column.text(fact)), "num": column.num} for column in COLUMNS]
    return {"url": reverse("insight:versions", args=[fact.pk]), "cells": cells}
