"""Public pages of one item, plan, task or result, each at an address that stays."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today
from mingcha.domains.inspections.queries.public import notices
from mingcha.domains.portal.views.spotchecks.lists import TONES, day_of

MOST_TASKS = 100  # of a plan on its page; the list of tasks has all
LIST = {
    "item": ("portal:random_items", "抽查事项清单"),
    "plan": ("portal:plans", "抽查计划公告"),
    "task": ("portal:tasks", "抽查任务公告"),
    "result": ("portal:results", "抽查结果公告"),
}


@door(PUBLIC)
@require_GET
def item(request: HttpRequest, public_id: str) -> HttpResponse:
    """An item of random inspection as it stands today, with its earlier versions."""
    versions = notices.item_called(public_id, local_today())
    on = local_today()
    now = next(
        (one for one in versions if one.since <= on and (not one.until or one.until >= on)),
        versions[0],
    )
    is_now = now.since <= on and (not now.until or now.until >= on)
    facts = [
        {"label": "抽查类别", "value": now.category},
        {"label": "事项类别", "value": "重点检查事项" if now.is_key else "一般检查事项"},
        {"label": "检查对象", "value": now.objects_in_words},
        {"label": "检查方式", "value": notices.methods_of(now)},
        {"label": "检查主体", "value": now.item.body.name},
        {"label": "执法类别", "value": now.skill or "不限"},
        {"label": "联合部门", "value": "、".join(one.name for one in now.partners.all())},
        {"label": "监管事项", "value": now.code, "url": _supervised(now)},
        {"label": "检查依据", "value": now.basis, "wide": True},
    ]
    past = [
        {
            "title": f"第 {one.number} 版", "url": "",
            "under": f"{one.since} {'起' if one.until is None else f'至 {one.until}'}"
            f"，{day_of(one.published_at)} 公布",
        }
        for one in versions
    ]  # fmt: skip
    state = ("在用", "done") if is_now else ("不在用", "todo")
    return _record(
        request, "item", now.name, state, facts, number=public_id,
        sections=[{"title": "各版", "rows": past}],
    )  # fmt: skip


@door(PUBLIC)
@require_GET
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """A published plan with its batches; one that is being changed says so."""
    if (gone := notices.plan_taken_back(number)) is not None:
        return _taken_back(request, number, gone)
    found = notices.plan_called(number)
    facts = [
        {"label": "制定单位", "value": found.body.name},
        {"label": "年度", "value": str(found.year)},
        {"label": "备案机关", "value": found.filed_with.name if found.filed_with else ""},
        {"label": "备案日期", "value": day_of(found.filed_at)},
        {"label": "公布日期", "value": day_of(found.published_at)},
        {"label": "工作要求", "value": found.text, "wide": True},
    ]
    rows = [{"title": f"{one.number}. {one.name}", "url": "", "under": _batch(one)}
            for one in found.lines.all()]  # fmt: skip
    tasks = notices.tasks(notices.Sought()).filter(line__plan=found)
    more = tasks.count() - MOST_TASKS
    done = [
        {"title": one.name, "url": reverse("portal:task", args=[one.case.number]),
         "under": f"{one.case.get_state_display()}，{one.first_on} 至 {one.last_on}"}
        for one in tasks[:MOST_TASKS]
    ]  # fmt: skip
    if more > 0:
        rest = f"首 {MOST_TASKS} 项，另有 {more} 项，见抽查任务公告"
        done.append({"title": rest, "url": reverse("portal:tasks"), "under": ""})
    return _record(
        request, "plan", found.title, (found.get_kind_display(), "plain"), facts, number=number,
        sections=[{"title": "批次", "rows": rows}, {"title": "已公告的任务", "rows": done}],
    )  # fmt: skip


@door(PUBLIC)
@require_GET
def task(request: HttpRequest, number: str) -> HttpResponse:
    """An announced task: who inspects what, when, and by which draw."""
    found = notices.task_called(number)
    plan = found.line.plan if found.line else None
    is_public = plan is not None and plan.published_at is not None
    facts: list[dict[str, object]] = [
        {"label": "发起单位", "value": found.body.name},
        {"label": "检查方式", "value": found.get_mode_display()},
        {"label": "检查期间", "value": f"{found.first_on} 至 {found.last_on}"},
        {"label": "公开方式", "value": found.get_level_display()} if found.mode == "random"
        else {"label": "对象怎样产生", "value": "不抽取，逐户检查"},
        {"label": "抽查计划", "value": plan.title if plan and is_public else "",
         "url": reverse("portal:plan", args=[plan.case.number]) if plan and is_public else ""},
        {"label": "结果公示", "value": day_of(found.published_at)},
        {"label": "抽查范围", "value": notices.scope_of(found), "wide": True},
        {"label": "检查缘由", "value": found.ground, "wide": True},
    ]  # fmt: skip
    shares = [
        {"title": one.body.name, "url": "",
         "under": f"{one.skill or '执法类别不限'}，每户 {one.count} 人；"
         + "、".join(item.item.name for item in one.items.all())}
        for one in found.assignments.all()
    ]  # fmt: skip
    draws = [
        {"title": one.draw_id, "url": reverse("portal:draw", args=[one.draw_id]),
         "under": "已取消" if one.cancelled_at else "已抽取" if one.drawn_at else "已承诺，待抽取"}
        for one in found.draws.all()
    ]  # fmt: skip
    results = [
        {"title": "查看本任务已公示的结果", "under": "",
         "url": f"{reverse('portal:results')}?task={number}"}
    ]  # fmt: skip
    state = (found.case.get_state_display(), TONES.get(found.case.state, "plain"))
    sections: list[Mapping[str, object]] = [{"title": "参加部门和检查事项", "rows": shares}]
    if found.mode == "random":
        sections.append({"title": "随机抽取", "rows": draws})
    sections.append({"title": "抽查结果", "rows": results})
    return _record(request, "task", found.name, state, facts, number=number, sections=sections)


@door(PUBLIC)
@require_GET
def result(request: HttpRequest, number: str) -> HttpResponse:
    """A published result of one department: whom, when, by which items, with which result."""
    found = notices.result_called(number)
    party, visit = found.visit.party, found.visit
    people = [one for one in found.places.all() if one.left_at is None and one.name]
    items = [
        {"title": one.item.name, "url": reverse("portal:random_item", args=[one.item.item.public_id]),
         "under": one.item.basis}
        for one in found.assignment.items.all()
    ]  # fmt: skip
    facts = [
        {"label": "检查对象", "value": notices.name_of(party.kind, party.name)},
        {"label": "统一社会信用代码", "value": notices.code_of(party.kind, party.code)},
        {"label": "检查机关", "value": found.body.name},
        {"label": "检查日期", "value": day_of(found.ended_at)},
        {"label": "公示日期", "value": day_of(found.published_at)},
        {"label": "检查人员", "value": "、".join(f"{one.name}（{one.certificate}）" for one in people)},
        {"label": "抽查任务", "value": visit.task.name, **_task_url(visit.task)},
    ]  # fmt: skip
    label = notices.result_label(found.result)
    return _record(
        request, "result", label, (label, "done" if found.result == "1" else "plain"), facts,
        number=number, sections=[{"title": "检查事项", "rows": items}],
    )  # fmt: skip


def _task_url(task: Any) -> dict[str, str]:
    is_known = notices.tasks(notices.Sought()).filter(pk=task.pk).exists()
    return {"url": reverse("portal:task", args=[task.case.number])} if is_known else {}


def _supervised(version: Any) -> str:
    return reverse("portal:item", args=[version.scheme, version.code])


def _batch(line: Any) -> str:
    much = f"{line.count} 户" if line.count else f"比例 {line.ratio.normalize() * 100:f}%"
    months = "、".join(f"{month} 月" for month in line.months)
    names = [
        versions[-1].name
        for one in line.items.all()
        if (versions := [v for v in one.versions.all() if v.published_at])
    ]
    partners = "、".join(one.name for one in line.partners.all())
    joint = f"；联合部门：{partners}" if partners else ""
    return f"{'、'.join(names)}；{line.scope}；{much}；{months}{joint}"


def _taken_back(request: HttpRequest, number: str, plan: notices.TakenBack) -> HttpResponse:
    why = (
        "这项计划公布后已撤销。按它办过的抽查任务和结果仍在公告中。" if plan.is_over
        else "制定单位正在调整这项计划，重新备案、公布后在本页显示。"
    )  # fmt: skip
    facts = [
        {"label": "制定单位", "value": plan.body},
        {"label": "年度", "value": str(plan.year)},
        {"label": "说明", "value": why, "wide": True},
    ]
    state = ("已撤销", "todo") if plan.is_over else ("正在调整", "doing")
    return _record(request, "plan", plan.title, state, facts, number=number, sections=[])


def _record(  # noqa: PLR0913 -- what every record page has
    request: HttpRequest, kind: str, title: str, state: tuple[str, str],
    facts: list[Any], *, number: str, sections: Sequence[Mapping[str, object]],
) -> HttpResponse:  # fmt: skip
    name, label = LIST[kind]
    context = {
        "title": title, "label": label, "number": number, "list_url": reverse(name),
        "state": {"label": state[0], "tone": state[1]},
        "facts": [one for one in facts if one.get("value") not in ("", None, "—")],
        "sections": sections,
        "api_url": f"/api/v1/spot-checks/{kind}s/{number}" if kind != "item" and sections else "",
    }  # fmt: skip
    return render(request, "portal/spotchecks/record.html", context)
