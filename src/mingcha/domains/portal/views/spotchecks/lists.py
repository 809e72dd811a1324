"""Public lists: items of random inspection, plans, tasks, draws and results."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_day, local_today, minute_text
from mingcha.base.listing import Column, Listing, select
from mingcha.domains.inspections.queries.public import notices
from mingcha.domains.inspections.queries.public.notices import Sought
from mingcha.domains.portal.views.book import day_asked
from mingcha.domains.portal.views.spotchecks import tabs

MODES = [("random", "随机抽查"), ("special", "专项检查"), ("full", "重点监管全覆盖")]
TASK_STATES = [
    ("frozen", "已冻结"), ("drawn", "已抽取"), ("under-way", "实施中"), ("done", "已完成"),
    ("published", "已公示"),
]  # fmt: skip
TONES = {
    "frozen": "doing", "drawn": "doing", "under-way": "doing", "done": "due", "published": "done",
    "draft": "todo", "cancelled": "late",
}  # fmt: skip


@dataclass(frozen=True)
class Shelf:
    """One public list: what it asks and answers, its columns and filters, and where a row leads."""

    tab: str
    label: str
    title: str
    note: str
    law: str
    find: Callable[[Sought], QuerySet[Any]]
    columns: Sequence[Column[Any]]
    filters: Callable[[Mapping[str, str]], list[dict[str, object]]]
    address: Callable[[Any], str]
    sort: str
    empty: str
    under: Callable[[Any], str] = lambda _: ""
    badges: Mapping[str, Callable[[Any], str]] | None = None


def day_of(moment: Any) -> str:
    """A moment's day, "—" for none."""
    return str(local_day(moment)) if moment else "—"


def _words(label: str, said: Mapping[str, str]) -> dict[str, object]:
    return {"name": "q", "label": label, "kind": "text", "value": said.get("q", "")}


def _body(said: Mapping[str, str]) -> dict[str, object]:
    return select("body", "单位", notices.bodies(), said.get("body", ""))


def _year(said: Mapping[str, str]) -> dict[str, object]:
    this = local_today().year
    choices = [(str(year), f"{year} 年") for year in range(this + 1, this - 5, -1)]
    return select("year", "年度", choices, said.get("year", ""))


ITEMS = Shelf(
    "portal:random_items", "抽查事项清单", "哪些事项会被随机抽查？",
    "这里是各单位的随机抽查事项清单。没有列入清单的，不得随机抽查；列为一般检查事项的，抽查比例受到限制。",
    "优化营商环境条例第五十四条；国发〔2019〕5号；国办发〔2024〕54号：未公布的检查事项不得实施检查。",
    notices.items,
    (
        Column("name", "抽查事项", lambda v: v.name, "name"),
        Column("kind", "事项类别", lambda v: "重点检查事项" if v.is_key else "一般检查事项", "is_key"),
        Column("category", "抽查类别", lambda v: v.category, "category"),
        Column("objects", "检查对象", lambda v: v.objects_in_words),
        Column("methods", "检查方式", notices.methods_of),
        Column("body", "检查主体", lambda v: v.item.body.name, "item__body__path"),
        Column("basis", "检查依据", lambda v: v.basis),
        Column("since", "生效日期", lambda v: v.since, "since"),
    ),
    lambda said: [
        _words("事项、类别或编码", said),
        {"name": "on", "label": "日期", "kind": "date", "value": said.get("on", "")},
        select("kind", "事项类别", [("key", "重点检查事项"), ("plain", "一般检查事项"),
                                   ("joint", "跨部门联合抽查")], said.get("kind", "")),
        _body(said),
    ],
    lambda v: reverse("portal:random_item", args=[v.item.public_id]),
    "category", "还没有公布的随机抽查事项，或者没有符合条件的。请换一个词、日期或单位。",
    under=lambda v: v.code,
)  # fmt: skip

PLANS = Shelf(
    "portal:plans", "抽查计划公告", "今年计划抽查哪些？",
    "年度抽查计划经上一级主管部门备案后公布。每一批写明事项、范围、比例或数量和实施月份。",
    "国市监信〔2019〕38号：年度抽查计划应当公布，并报上一级备案。",
    notices.plans,
    (
        Column("title", "计划", lambda p: p.title, "title"),
        Column("kind", "类别", lambda p: p.get_kind_display(), "kind"),
        Column("year", "年度", lambda p: p.year, "year", num=True),
        Column("body", "制定单位", lambda p: p.body.name, "body__path"),
        Column("batches", "批次", lambda p: p.batches, "batches", num=True),
        Column("published", "公布日期", lambda p: day_of(p.published_at), "published_at"),
    ),
    lambda said: [
        _words("计划名称或编号", said), _year(said),
        select("kind", "类别", [("yearly", "年度抽查计划"), ("special", "专项检查计划")],
               said.get("kind", "")),
        _body(said),
    ],
    lambda p: reverse("portal:plan", args=[p.case.number]),
    "-published", "还没有公布的抽查计划，或者没有符合条件的。",
    under=lambda p: p.case.number,
)  # fmt: skip


def _draws_of(task: Any) -> str:
    return "摇号抽取" if task.mode == "random" else "不抽取，逐户检查"


TASKS = Shelf(
    "portal:tasks", "抽查任务公告", "正在抽查什么？",
    "每一项抽查任务由谁发起、查什么、何时查、怎样抽。随机抽查的，可以打开抽取页面重新计算。",
    "国发〔2019〕5号：随机抽取检查对象、随机选派执法检查人员，抽查情况及查处结果及时向社会公开。",
    notices.tasks,
    (
        Column("name", "任务", lambda t: t.name, "name"),
        Column("state", "进展", lambda t: t.case.get_state_display(), "case__state"),
        Column("mode", "检查方式", lambda t: t.get_mode_display(), "mode"),
        Column("body", "发起单位", lambda t: t.body.name, "body__path"),
        Column("window", "检查期间", lambda t: f"{t.first_on} 至 {t.last_on}", "first_on"),
        Column("draw", "对象怎样产生", _draws_of),
    ),
    lambda said: [
        _words("任务名称或编号", said),
        select("kind", "检查方式", MODES, said.get("kind", "")),
        select("state", "进展", TASK_STATES, said.get("state", "")), _body(said),
    ],
    lambda t: reverse("portal:task", args=[t.case.number]),
    "-window", "还没有公告的抽查任务，或者没有符合条件的。",
    under=lambda t: t.case.number,
    badges={"state": lambda t: TONES.get(t.case.state, "plain")},
)  # fmt: skip


def _stage(draw: Any) -> str:
    key = "cancelled" if draw.cancelled_at else "drawn" if draw.drawn_at else "committed"
    return {"cancelled": "已取消", "drawn": "已抽取", "committed": "已承诺"}[key]


DRAWS = Shelf(
    "portal:draws", "随机抽取公示", "抽取公平吗？",
    "每次抽取先公布名单的承诺，再由公共来源产生随机数。任何人都可以用自己的电脑重新计算全过程，也可以输入统一社会信用代码查询。取消的抽取也一直列在这里。",
    "优化营商环境条例第五十四条；规约见平台文档“随机抽取”。",
    notices.draws,
    (
        Column("draw_id", "抽取编号", lambda d: d.draw_id, "draw_id"),
        Column("stage", "阶段", _stage),
        Column("task", "抽查任务", lambda d: d.task.name, "task__name"),
        Column("body", "发起单位", lambda d: d.task.body.name, "task__body__path"),
        Column("level", "公开方式", lambda d: d.task.get_level_display(), "task__level"),
        Column("frozen", "承诺时间", lambda d: minute_text(d.frozen_at), "frozen_at"),
        Column("drawn", "抽取时间", lambda d: minute_text(d.drawn_at) if d.drawn_at else "—", "drawn_at"),
    ),
    lambda said: [
        _words("抽取编号或任务名称", said), _year(said),
        select("state", "阶段", [("committed", "已承诺"), ("drawn", "已抽取"),
                                ("cancelled", "已取消")], said.get("state", "")),
        _body(said),
    ],
    lambda d: reverse("portal:draw", args=[d.draw_id]),
    "-frozen", "还没有抽取，或者没有符合条件的。",
    badges={"stage": lambda d: "late" if d.cancelled_at else "done" if d.drawn_at else "doing"},
)  # fmt: skip


def _name(part: Any) -> str:
    return notices.name_of(part.visit.party.kind, part.visit.party.name)


def _code(part: Any) -> str:
    return notices.code_of(part.visit.party.kind, part.visit.party.code) or "—"


RESULTS = Shelf(
    "portal:results", "抽查结果公告", "抽查结果怎样？",
    "检查结果经审核后在任务完成之日起 20 个工作日内公示，结果分八类。被撤销的结果不再显示。自然人不能按姓名查询。",
    "国发〔2019〕5号：抽查检查结果自任务完成之日起 20 个工作日内向社会公开，谁检查、谁录入、谁公开。",
    notices.results,
    (
        Column("party", "检查对象", _name, "visit__party__name"),
        Column("result", "抽查结果", lambda p: notices.result_label(p.result), "result"),
        Column("code", "统一社会信用代码", _code),
        Column("body", "检查机关", lambda p: p.body.name, "body__path"),
        Column("task", "抽查任务", lambda p: p.visit.task.name, "visit__task__name"),
        Column("ended", "检查日期", lambda p: day_of(p.ended_at), "ended_at"),
        Column("published", "公示日期", lambda p: day_of(p.published_at), "published_at"),
    ),
    lambda said: [
        _words("名称或统一社会信用代码", said),
        select("kind", "抽查结果", notices.result_codes(), said.get("kind", "")),
        _body(said),
        {"kind": "range", "label": "公示日期", "from_name": "from", "to_name": "to",
         "from_value": said.get("from", ""), "to_value": said.get("to", "")},
        {"name": "task", "kind": "hidden", "value": said.get("task", "")},
    ],
    lambda p: reverse("portal:result", args=[p.case.number]),
    "-published", "还没有公示的抽查结果，或者没有符合条件的。",
    badges={"result": lambda p: "done" if p.result == "1" else "plain"},
)  # fmt: skip
SHORT = {"ended", "published", "since", "frozen", "drawn", "draw_id", "kind", "state", "stage"}
SHELVES = {"items": ITEMS, "plans": PLANS, "tasks": TASKS, "draws": DRAWS, "results": RESULTS}


@door(PUBLIC)
@require_GET
def shelf(request: HttpRequest, name: str) -> HttpResponseBase:
    """One public list of random inspections: searched, filtered, sorted, paged, exported."""
    one, said = SHELVES[name], request.GET
    listing = Listing(request, one.find(sought(request, name)), one.columns, sort=one.sort)
    if "export" in said:
        return listing.export(one.label)
    context = {
        "lateness": notices.lateness() if name == "results" else None,
        "title": one.title, "note": one.note, "label": one.label, "law": one.law,
        "tabs": tabs(one.tab), "api_url": f"/api/v1/spot-checks/{name}",
        "filter": {"fields": one.filters(said), "button": "查找"},
        "table": {
            "id": f"public-{name}", "caption": one.label, "columns": listing.headers,
            "tools": False, "empty": {"title": "没有找到", "text": one.empty},
        },
        "rows": [_row(one, found) for found in listing.rows],
        "pager": listing.pager, "exports": listing.exports,
    }  # fmt: skip
    return render(request, "portal/spotchecks/list.html", context)


def sought(request: HttpRequest, name: str) -> Sought:
    """What the address asks for."""
    said = {key: str(value).replace("\0", "") for key, value in request.GET.items()}
    state = said.get("task", "") if name == "results" else said.get("state", "")
    return Sought(
        said.get("q", "").strip(), said.get("body", ""), said.get("year", ""),
        said.get("kind", ""), state, said.get("from", ""), said.get("to", ""), day_asked(request),
    )  # fmt: skip


def _row(one: Shelf, found: Any) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(found)), "num": column.num, "nowrap": column.key in SHORT}
        for column in one.columns
    ]
    cells[0]["under"] = one.under(found)
    for place, column in enumerate(one.columns):
        if one.badges and column.key in one.badges:
            cells[place]["badge"] = one.badges[column.key](found)
    return {"url": one.address(found), "cells": cells}
