"""Scorecards: the ranking, one provider's card, and the records that came too late."""

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import minute_text
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import Column, Listing, export_links, options
from mingcha.domains.quality import queries
from mingcha.domains.quality.queries import RECEIPTS, Card
from mingcha.domains.quality.rules import DIMENSIONS, Measure, month_after, percent, total
from mingcha.domains.quality.views import month_of, who
from mingcha.domains.records.queries.measuring import Fact
from mingcha.standards import loader

WORDS = {"accepted": "接收", "refused": "退回"}
BY = [("provider", "按单位"), ("table", "按单位和数据表")]


@door(RECEIPTS)
@require_GET
def card_list(request: HttpRequest) -> HttpResponseBase:
    """Every provider's scorecard of a month, ranked."""
    account, asked, month = who(request), request.GET, month_of(request)
    table, by_table = asked.get("table", ""), asked.get("by") == "table"
    words = asked.get("q", "").strip()
    found = [
        card for card in queries.cards(account, month, table=table, by_table=by_table)
        if words in card.provider.name
    ]  # fmt: skip
    found = _sorted(found, asked.get("sort", ""))
    if "export" in asked:
        name = f"质量评分{month:%Y-%m}"
        return exported(name, Sheet(name, [label for _, label in _headers()], map(_texts, found)),
                        asked["export"])  # fmt: skip
    tables = [(t.name, t.label) for t in loader.current().tables.values()]
    choices = [(f"{m:%Y-%m}", f"{m.year} 年 {m.month} 月") for m in queries.months(account)]
    context = {
        "title": "数据质量",
        "note": f"{month.year} 年 {month.month} 月。每夜统计；点单位名称看各项指标的构成和记录。",
        "actions": [
            {"label": "退回更正", "url": reverse("quality:returns")},
            {"label": "疑似编造线索", "url": reverse("quality:hints")},
            {"label": "质量周报", "url": reverse("quality:digests")},
        ],
        "exports": export_links(request),
        "filter": {
            "fields": [
                {"name": "q", "label": "单位名称", "kind": "text", "value": words},
                options("month", "月份", choices, {"month": f"{month:%Y-%m}"}),
                options("table", "数据表", tables, asked),
                options("by", "汇总", BY, {"by": asked.get("by", "provider")}),
            ],
            "clear_url": "?",
        },
        "table": {
            "id": "scores", "caption": "质量评分",
            "columns": [_column(request, key, label) for key, label in _headers()],
            "empty": {"title": "这个月还没有评分", "text": "有单位报送数据后，每天凌晨统计一次。"},
        },
        "rows": [_row(card, month, by_table=by_table or bool(table)) for card in found],
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(RECEIPTS)
@require_GET
def card(request: HttpRequest, code: str, table: str = "") -> HttpResponse:
    """One scorecard: the measures against target and last month, what they are made of, the trend."""
    account, month = who(request), month_of(request)
    if table:
        loader.current().table(table)
    found = queries.card_for(account, code, table, month)
    mine = [
        one
        for one in queries.cards(account, month, by_table=True)
        if one.provider == found.provider
    ]
    context = {
        "card": found,
        "month": month,
        "total": percent(found.total),
        "measures": [_measure(one, found, month) for one in found.measures],
        "trend": [
            {"month": one, "total": percent(total(counts)), "share": (total(counts) or 0) // 10,
             "cells": [(d.label, percent(d.share(counts))) for d in DIMENSIONS], "read": counts.read}
            for one, counts in queries.trend(account, found.provider, table, month)
        ],
        "dimensions": [one.label for one in DIMENSIONS],
        "tables": [] if table else mine,
        "filled": queries.filled(account, found.provider, table, month) if table else [],
        "figures": _figures(found, month),
        "crumbs": _crumbs(found),
    }  # fmt: skip
    return render(request, "quality/card.html", context)


LATE: Sequence[Column[Fact]] = (
    Column("key", "业务主键", lambda f: f.source_key, "source_key"),
    Column("occurred", "发生日期", lambda f: f.occurred_on, "occurred_on"),
    Column("landed", "入库时间", lambda f: minute_text(f.chunk.landed_at), "chunk__landed_at"),
    Column("batch", "批次", lambda f: f.chunk.batch.file_name if f.chunk.batch else "", None),
    Column("row", "文件行号", lambda f: f.row, "row", num=True),
)


@door(RECEIPTS)
@require_GET
def late(request: HttpRequest, code: str, table: str) -> HttpResponseBase:
    """The records of a month that came too late."""
    account, month = who(request), month_of(request)
    provider = queries.provider_of(account, code)
    label = loader.current().table(table).label
    found = queries.late(account, provider, table, month).select_related("chunk__batch")
    listing = Listing(request, found, LATE, sort="occurred")
    if "export" in request.GET:
        return listing.export(f"{provider.name}{label}逾期报送")
    context = {
        "title": f"{label}：逾期报送的记录",
        "note": f"{provider.name}，{month.year} 年 {month.month} 月入库。对接之前发生的历史记录不计。",
        "filter": {"fields": [{"name": "month", "kind": "hidden", "value": f"{month:%Y-%m}"}]},
        "exports": listing.exports,
        "table": {
            "id": "late", "caption": "逾期报送的记录", "columns": listing.headers,
            "empty": {"title": "没有逾期的记录", "text": "这个月入库的记录都在期限内报送。"},
        },
        "rows": [_late_row(fact) for fact in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _late_row(fact: Fact) -> dict[str, object]:
    batch = fact.chunk.batch
    url = reverse("records:batch", args=[batch.public_id]) if batch else ""
    return {"url": url, "cells": [{"text": str(c.text(fact)), "num": c.num} for c in LATE]}


def _headers() -> list[tuple[str, str]]:
    shares = [(one.key, one.label) for one in DIMENSIONS]
    return [("provider", "报送单位"), ("rank", "名次"), ("table", "数据表"), ("total", "总分"), *shares,
            ("read", "读取行"), ("refused", "退回行"), ("history", "历史补录")]  # fmt: skip


def _column(request: HttpRequest, key: str, label: str) -> dict[str, object]:
    sort = request.GET.get("sort", "")
    query = request.GET.copy()
    query["sort"] = f"-{key}" if sort == key else key
    down = "descending" if sort == f"-{key}" else "ascending"
    return {
        "label": label, "num": key not in {"provider", "table"}, "sort_url": f"?{query.urlencode()}",
        "sorted": down if sort.lstrip("-") == key else "",
    }  # fmt: skip


def _sorted(found: list[Card], sort: str) -> list[Card]:
    """By any column; without one, by rank. What has nothing to count comes last."""
    key = sort.lstrip("-")
    shares = {one.key: place for place, one in enumerate(DIMENSIONS)}

    def by(card: Card) -> tuple[int, str]:
        numbers = {
            "rank": card.rank or len(found) + 1, "total": _or_last(card.total),
            "read": card.counts.read, "refused": card.counts.refused, "history": card.counts.history,
        }  # fmt: skip
        texts = {"provider": card.provider.path, "table": card.label}
        if key in shares:
            return _or_last(card.measures[shares[key]].share), ""
        return numbers.get(key, 0), texts.get(key, "")

    return sorted(found, key=by, reverse=sort.startswith("-")) if key else found


def _or_last(share: int | None) -> int:
    return -1 if share is None else share


def _texts(card: Card) -> list[str]:
    return [
        card.provider.name, str(card.rank or "—"), card.label, percent(card.total),
        *(percent(one.share) for one in card.measures),
        *(f"{n:,}" for n in (card.counts.read, card.counts.refused, card.counts.history)),
    ]  # fmt: skip


def _row(card: Card, month: date, *, by_table: bool) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": text, "num": place not in {0, 2}, "nowrap": place == 2}
        for place, text in enumerate(_texts(card))
    ]
    address = _address(card, card.table if by_table else "")
    for cell, one in zip(cells[4:9], card.measures, strict=True):
        cell["badge"] = one.tone
    return {"url": f"{address}?month={month:%Y-%m}", "cells": cells}


def _address(card: Card, table: str) -> str:
    if table:
        return reverse("quality:card", args=[card.provider.code, table])
    return reverse("quality:provider", args=[card.provider.code])


def _measure(one: Measure, card: Card, month: date) -> dict[str, object]:
    """A measure as the card shows it, with the way to the rows that are not right."""
    change = one.change
    arrow = "" if not change else f"{'升' if change > 0 else '降'} {percent(abs(change))}"
    return {
        "label": one.dimension.label, "meaning": one.dimension.meaning, "share": percent(one.share),
        "bar": (one.share or 0) // 10, "target": percent(one.target), "tone": one.tone, "change": arrow,
        "right": one.right, "whole": one.whole, "wrong": one.whole - one.right,
        "url": _rows_url(one.dimension.key, card, month),
    }  # fmt: skip


def _rows_url(key: str, card: Card, month: date) -> str:
    """Where the rows behind a measure are."""
    last = month_after(month)
    batches = (
        f"{reverse('records:batches')}?provider={card.provider.code}&table={card.table}"
        f"&since={month}&until={last}"
    )
    if key == "timeliness" and card.table:
        return (
            f"{reverse('quality:late', args=[card.provider.code, card.table])}?month={month:%Y-%m}"
        )
    if key == "validity":
        return f"{batches}&flaw=refused"
    return batches if key == "uniqueness" else ""


def _figures(card: Card, month: date) -> list[dict[str, object]]:
    counts = card.counts
    return [
        {"label": "读取行", "value": counts.read, "url": _rows_url("uniqueness", card, month)},
        {"label": "接收", "value": counts.accepted, "url": _rows_url("uniqueness", card, month)},
        {"label": "退回", "value": counts.refused, "url": _rows_url("validity", card, month),
         "tone": "late" if counts.refused else ""},
        {"label": "更正", "value": counts.corrected, "url": "", "under": f"撤回 {counts.withdrawn:,}"},
        {"label": "历史补录", "value": counts.history, "url": "", "under": "对接前发生，不计及时率"},
    ]  # fmt: skip


def _crumbs(card: Card) -> list[dict[str, str]]:
    found = [{"label": "数据质量", "url": reverse("quality:cards")}]
    if card.table:
        found.append({"label": card.provider.name, "url": _address(card, "")})
    return [*found, {"label": card.label if card.table else card.provider.name, "url": ""}]
