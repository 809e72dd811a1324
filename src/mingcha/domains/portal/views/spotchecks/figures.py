"""What a year of draws says: violation rates with intervals, and observed against intended."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import export_links, pager_of, select
from mingcha.domains.inspections.queries.public import statistics
from mingcha.domains.inspections.queries.public.statistics import Seen
from mingcha.domains.portal.views.spotchecks import tabs
from mingcha.domains.portal.views.spotchecks.words import percent

BY = {"all": "全部", "trade": "行业", "district": "地区", "class": "分层"}
ABOUT = {"districts": "地区", "classes": "类别", "trades": "行业", "pairs": "人员配对"}
RATE_HEADS = (
    "按", "名称", "违规率", "95% 区间下限", "95% 区间上限", "抽中", "未发现问题", "发现问题",
    "不在抽查范围", "无法联系或不配合", "未联系上者均无问题时", "未联系上者均有问题时", "备选另计", "说明",
)  # fmt: skip
SORTS = {"name": "name", "rate": "rate", "drawn": "drawn", "violation": "violation"}


@door(PUBLIC)
@require_GET
def rates(request: HttpRequest, year: int | None = None) -> HttpResponseBase:
    """Violation rates of a year by trade, district and class, from random inspections alone."""
    year = year or local_today().year
    found = statistics.rates(year)
    asked = request.GET
    by, said = asked.get("by", ""), asked.get("q", "").strip()
    rows = [
        one for one in found.rows
        if (not by or one["by"] == by) and (not said or said in one["name"])
    ]  # fmt: skip
    if "export" in asked:
        sheet = Sheet("违规率", RATE_HEADS, (_texts(one, found.least) for one in rows))
        return exported(f"违规率推算（{year} 年）", sheet, asked.get("export", ""))
    rows = _sorted(rows, asked.get("sort", ""))
    pager = pager_of(request, len(rows))
    context = {
        "tabs": tabs("portal:rates"), "year": year, "years": _years("portal:rates_of", year),
        "found": found, "whole": next((one for one in found.rows if one["by"] == "all"), None),
        "whole_words": _sentence(found),
        "filter": {
            "fields": [
                {"name": "q", "label": "名称", "kind": "text", "value": said},
                select("by", "按", list(BY.items()), by),
            ], "button": "查找",
        },
        "table": {
            "id": "rates", "caption": "违规率", "columns": _heads(request), "tools": False,
            "empty": {"title": "还没有可以推算的结果",
                      "text": "随机抽查任务的结果全部公示之后，每天夜里重新推算。"},
        },
        "rows": [_row(one, found.least) for one in rows[pager.here]],
        "pager": pager, "exports": export_links(request),
        "api_url": f"/api/v1/spot-checks/rates/{year}",
    }  # fmt: skip
    return render(request, "portal/spotchecks/rates.html", context)


@door(PUBLIC)
@require_GET
def frequencies(request: HttpRequest, year: int | None = None) -> HttpResponseBase:
    """Observed against intended of a year, by district, class, trade and pair of officers."""
    year = year or local_today().year
    asked = request.GET
    which = asked.get("which", "")
    which = which if which in ABOUT else "districts"
    shown, said = statistics.observed(year, which), asked.get("q", "").strip()
    seen = _by(asked.get("sort", ""), [one for one in shown.seen if said in one.name])
    if "export" in asked:
        heads = (ABOUT[which], "实际次数", "应有次数", "相差几个标准差（绝对值）", "说明")
        rows = (_texts_of(one, which) for one in seen)
        sheet = Sheet("频次", heads[:3] if which == "pairs" else heads, rows)
        return exported(f"抽取频次：{ABOUT[which]}（{year} 年）", sheet, asked["export"])
    pager = pager_of(request, len(seen))
    context = {
        "tabs": tabs("portal:frequencies"), "year": year,
        "years": _years("portal:frequencies_of", year), "which": which,
        "kinds": [
            {"label": f"按{label}", "url": f"?which={key}", "active": key == which, "count": ""}
            for key, label in ABOUT.items()
        ],
        "shown": shown, "simulating": statistics.simulating(year) if which == "pairs" else [],
        "filter": {
            "fields": [{"name": "q", "label": "名称", "kind": "text", "value": said},
                       {"name": "which", "kind": "hidden", "value": which}], "button": "查找",
        },
        "table": {
            "id": "frequencies", "caption": "实际次数与应有次数", "tools": False,
            "columns": _frequency_heads(request, which),
            "empty": {"title": "没有找到", "text": "请换一个名称再查。"} if shown.seen else {
                "title": "还没有可以检验的抽取",
                "text": "抽取完成后由后台计算；人员配对要用 2,000 个其他种子重配，需要一些时间。"},
        },
        "rows": [
            {"cells": [{"text": text, "num": 0 < place < 5} for place, text in enumerate(row)]}
            for row in (_cells(one, which) for one in seen[pager.here])
        ],
        "pager": pager, "exports": export_links(request),
        "api_url": f"/api/v1/spot-checks/frequencies/{year}",
    }  # fmt: skip
    return render(request, "portal/spotchecks/frequencies.html", context)


def _by(asked: str, seen: list[Seen]) -> list[Seen]:
    keys: dict[str, Callable[[Seen], Any]] = {
        "name": lambda one: one.name, "observed": lambda one: one.observed,
        "intended": lambda one: one.intended,
        "away": lambda one: abs(one.observed - one.intended),
        "deviations": lambda one: abs(one.deviations or 0.0),
    }  # fmt: skip
    key = keys.get(asked.lstrip("-"))
    return sorted(seen, key=key, reverse=asked.startswith("-")) if key else seen


def _note_of(one: Seen) -> str:
    """Why a class is not compared by itself."""
    if one.is_fixed:
        return "次数由规则固定"
    return "次数少，与其他少的合并检验" if one.deviations is None else ""


def _cells(one: Seen, which: str) -> list[str]:
    away = round(one.observed - one.intended, 2) + 0.0  # no minus before nothing
    cells = [one.name, str(one.observed), f"{one.intended:.2f}", f"{away:+.2f}"]
    if which == "pairs":
        return cells
    many = "—" if one.deviations is None else f"{one.deviations:+.1f}"
    return [*cells, many, _note_of(one) or "—"]


def _texts_of(one: Seen, which: str) -> list[str]:
    cells = [one.name, str(one.observed), f"{one.intended:.4f}"]
    if which == "pairs":
        return cells
    many = "" if one.deviations is None else f"{abs(one.deviations):.2f}"
    return [*cells, many, _note_of(one)]


def _frequency_heads(request: HttpRequest, which: str) -> list[dict[str, object]]:
    heads = (("name", ABOUT[which], False), ("observed", "实际次数", True),
             ("intended", "应有次数", True), ("away", "相差", True),
             ("deviations", "相差几个标准差", True), ("", "说明", False))  # fmt: skip
    return _sort_heads(request, heads[:4] if which == "pairs" else heads)


def _sentence(found: Any) -> str:
    """What the rate of all means, in plain words."""
    whole = next((one for one in found.rows if one["by"] == "all"), None)
    if whole is None or whole["rate"] is None:
        return ""
    low, high = percent(whole["low"]), percent(whole["high"])
    return (
        f"如果把名单里的每一户都查一遍，估计有 {percent(whole['rate'])} 会发现问题；"
        f"这个比例有 95% 的把握在 {low} 至 {high} 之间。"
    )


def _heads(request: HttpRequest) -> list[dict[str, object]]:
    keys = (("name", "按", False), ("rate", "违规率", True), ("", "95% 区间", True),
            ("drawn", "抽中", True), ("", "未发现问题", True), ("violation", "发现问题", True),
            ("", "不在范围", True), ("", "未联系上", True), ("", "备选", True), ("", "说明", False))  # fmt: skip
    return _sort_heads(request, keys)


def _sort_heads(
    request: HttpRequest, keys: Sequence[tuple[str, str, bool]]
) -> list[dict[str, object]]:
    """Headers from (key to sort by or "", label, whether it is a number)."""
    now = request.GET.get("sort", "")
    made: list[dict[str, object]] = []
    for key, label, num in keys:
        query = request.GET.copy()
        query.pop("page", None)
        query["sort"] = f"-{key}" if now == key else key
        state = {key: "ascending", f"-{key}": "descending"}.get(now, "") if key else ""
        url = f"?{query.urlencode()}" if key else ""
        made.append({"label": label, "num": num, "sort_url": url, "sorted": state})
    return made


def _sorted(rows: list[dict[str, Any]], asked: str) -> list[dict[str, Any]]:
    key = SORTS.get(asked.lstrip("-"))
    if key is None:
        return rows
    none = float("-inf")
    return sorted(
        rows, key=lambda one: one[key] if one[key] is not None else none,
        reverse=asked.startswith("-"),
    )  # fmt: skip


def _note(one: Mapping[str, Any], least: int) -> str:
    if one["rate"] is None:
        return f"结果不足 {least} 户，不推算"
    said = []
    if one.get("unreached"):
        said.append(f"未联系上者计入时 {percent(one['bounds'][0])} 至 {percent(one['bounds'][1])}")
    if one.get("is_conservative"):
        said.append("等距抽取，区间偏宽")
    if one.get("merged"):
        said.append(f"{one['merged']} 组分层合并计算")
    return "；".join(said) or "—"


def _row(one: Mapping[str, Any], least: int) -> dict[str, object]:
    is_known = one["rate"] is not None
    between = f"{percent(one['low'])} 至 {percent(one['high'])}" if is_known else "—"
    texts = [
        (percent(one["rate"]) if is_known else "—"), between, one["drawn"], one["clean"],
        one["violation"], one["out"], one["unreached"], one["reserves"],
    ]  # fmt: skip
    cells: list[dict[str, object]] = [{"text": one["name"], "under": one["by_label"]}]
    cells += [{"text": str(text), "num": True, "nowrap": True} for text in texts]
    return {"cells": [*cells, {"text": _note(one, least)}]}


def _texts(one: Mapping[str, Any], least: int) -> list[str]:
    is_known = one["rate"] is not None
    numbers = [one["rate"], one["low"], one["high"]] if is_known else [None] * 3
    bounds = one["bounds"] if is_known else [None, None]
    said = [f"{number:.6f}" if number is not None else "" for number in (*numbers, *bounds)]
    counts = [str(one[key]) for key in ("drawn", "clean", "violation", "out", "unreached")]
    return [
        one["by_label"], one["name"], *said[:3], *counts, *said[3:], str(one["reserves"]),
        _note(one, least),
    ]  # fmt: skip


def _years(name: str, here: int) -> list[dict[str, object]]:
    known = sorted({*statistics.years(), local_today().year, here}, reverse=True)
    return [
        {"label": f"{year} 年", "url": reverse(name, args=[year]), "active": year == here,
         "count": ""}
        for year in known
    ]  # fmt: skip
