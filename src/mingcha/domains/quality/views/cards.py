"""Scorecards: the ranking and one provider's card, each number with the way to what it counts."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import export_links, options
from mingcha.domains.quality import queries
from mingcha.domains.quality.queries import RECEIPTS, Card, Filled
from mingcha.domains.quality.rules import DIMENSIONS, Measure, month_after, percent, total
from mingcha.domains.quality.views import month_of, who
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
             "cells": [(d.label, percent(d.share(counts))) for d in DIMENSIONS], "read": counts.read,
             "url": f"{_address(found, table)}?month={one:%Y-%m}"}
            for one, counts in queries.trend(account, found.provider, table, month)
        ],
        "dimensions": [one.label for one in DIMENSIONS],
        "tables": [] if table else [_table_row(one, month) for one in mine],
        "filled": [_field(one, found, month)
                   for one in (queries.filled(account, found.provider, table, month) if table else [])],
        "figures": _figures(found, month),
        "crumbs": _crumbs(found),
    }  # fmt: skip
    return render(request, "quality/card.html", context)


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
    """A measure as the card shows it, each number with the way to what it counts."""
    change = one.change
    arrow = "" if not change else f"{'升' if change > 0 else '降'} {percent(abs(change))}"
    right, whole, wrong = BEHIND[one.dimension.key]
    return {
        "label": one.dimension.label, "meaning": one.dimension.meaning, "share": percent(one.share),
        "bar": (one.share or 0) // 10, "target": percent(one.target), "tone": one.tone, "change": arrow,
        "right": one.right, "whole": one.whole, "wrong": one.whole - one.right,
        "right_url": behind(right, card, month), "whole_url": behind(whole, card, month),
        "url": behind(wrong, card, month),
    }  # fmt: skip


# Dimension → what is right, what is counted, and what is wrong: a kind of record, or a mark of batches.
BEHIND = {
    "completeness": ("#fields", "#fields", "#fields"),  # counted in fields, not in records
    "validity": ("?", "?", "?refused"),
    "uniqueness": ("?", "?", "?doubled"),
    "linkage": ("tied", "about", "unlinked"),
    "timeliness": ("timely", "timed", "late"),
}


def behind(what: str, card: Card, month: date) -> str:
    """The address of what a number of a card counts: records, batches, or where to choose a table."""
    if what.startswith("?"):
        return batches_url(card.provider.code, card.table, (month, month_after(month)), what[1:])
    if not card.table:
        return "#tables"
    if what.startswith("#"):
        return what
    address = reverse("quality:rows", args=[card.provider.code, card.table, what])
    return f"{address}?month={month:%Y-%m}"


def batches_url(code: str, table: str, stretch: tuple[date, date], flaw: str = "") -> str:
    """The batches that came in from a day until before another, only those with a flaw if one is named."""
    since, until = stretch
    asked = {"provider": code, "table": table, "flaw": flaw, "state": "landed", "since": since,
             "until": until - timedelta(days=1)}  # fmt: skip
    said = {name: value for name, value in asked.items() if value}
    return f"{reverse('records:batches')}?{urlencode(said)}"


def _figures(card: Card, month: date) -> list[dict[str, object]]:
    counts = card.counts
    whole = [
        ("读取行", counts.read, "?", ""), ("接收", counts.accepted, "?", ""),
        ("退回", counts.refused, "?refused", ""), ("更正", counts.corrected, "corrected", ""),
        ("撤回", counts.withdrawn, "withdrawn", ""),
        ("历史补录", counts.history, "history", "对接前发生，不计及时率"),
    ]  # fmt: skip
    return [
        {"label": label, "value": value, "url": behind(what, card, month) if value else "",
         "under": under, "tone": "late" if label == "退回" and value else ""}
        for label, value, what, under in whole
    ]  # fmt: skip


def _table_row(card: Card, month: date) -> dict[str, object]:
    """A line of the tables of a provider: what is wrong in each, with the way to it."""
    by_key = {one.dimension.key: one for one in card.measures}
    cells = [("读取", card.counts.read, "?", "")]
    cells += [
        (label, by_key[key].whole - by_key[key].right, BEHIND[key][2], "late")
        for label, key in (("退回", "validity"), ("重复", "uniqueness"), ("未关联", "linkage"),
                           ("逾期", "timeliness"))
    ]  # fmt: skip
    return {
        "label": card.label, "url": f"{_address(card, card.table)}?month={month:%Y-%m}",
        "total": percent(card.total),
        "cells": [
            {"label": label, "value": value, "url": behind(what, card, month)}
            for label, value, what, _ in cells
        ],
    }  # fmt: skip


def _field(one: Filled, card: Card, month: date) -> dict[str, object]:
    """A field's line: how many records fill it and how many do not, with the way to both."""
    empty = card.counts.facts - one.rows
    said = {"filled": one.rows, "unfilled": max(empty, 0)}
    return vars(one) | {
        kind: {"value": value, "url": f"{behind(kind, card, month)}&field={one.key}"}
        for kind, value in said.items()
    }


def _crumbs(card: Card) -> list[dict[str, str]]:
    found = [{"label": "数据质量", "url": reverse("quality:cards")}]
    if card.table:
        found.append({"label": card.provider.name, "url": _address(card, "")})
    return [*found, {"label": card.label if card.table else card.provider.name, "url": ""}]
