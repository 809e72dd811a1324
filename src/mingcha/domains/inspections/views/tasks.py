"""Tasks: the list, writing one, its strata, departments and sources, and the face of its case."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.cases.faces import Face
from mingcha.base.cases.models import Case
from mingcha.base.days import local_today
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.inspections.models import Task
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.queries import frame, national, seen
from mingcha.domains.inspections.queries.naming import Naming
from mingcha.domains.inspections.rules import criteria, seeds
from mingcha.domains.inspections.services import freezing, issuing, merging
from mingcha.domains.inspections.services import tasks as services
from mingcha.domains.inspections.states import SEE, TASK, TASK_KIND, TaskState
from mingcha.domains.inspections.views import attempt, ventured, who
from mingcha.domains.inspections.views.forms import (
    PledgesForm,
    ShareForm,
    SourceForm,
    StratumForm,
    TaskForm,
    explained,
)

COLUMNS: Sequence[Column[Any]] = (
    Column("name", "任务", lambda t: t.name, "name"),
    Column("state", "状态", lambda t: t.case.get_state_display(), "case__state"),
    Column("mode", "检查方式", lambda t: t.get_mode_display(), "mode"),
    Column("body", "发起单位", lambda t: t.body.name, "body__name"),
    Column("line", "计划批次", lambda t: t.line.name if t.line else "—"),
    Column("days", "检查期间", lambda t: f"{t.first_on} 至 {t.last_on}", "first_on"),
    Column("number", "编号", lambda t: t.case.number, "case__number"),
)
TONES = {"draft": "todo", "frozen": "doing", "drawn": "doing", "under-way": "doing",
         "done": "done", "published": "done", "cancelled": "todo"}  # fmt: skip
KNOWN = {
    "ssq": ("双色球", "https://www.cwl.gov.cn/ygkj/wqkjgg/ssq/", seeds.LOTTERY),
    "drand-quicknet": ("drand 随机信标 quicknet", "https://drand.love/", seeds.BEACON),
}
MERGE_COLUMNS: Sequence[Column[Any]] = (
    Column("name", "对象", lambda v: v.party.name, "party__name"),
    Column("code", "代码", lambda v: v.party.code),
    Column("body", "单位", lambda v: v.task.body.name, "task__body__name"),
    Column("task", "任务", lambda v: v.task.name),
    Column("first", "首日", lambda v: v.task.first_on, "task__first_on"),
    Column("last", "末日", lambda v: v.task.last_on),
)


@door(SEE)
@require_GET
def task_list(request: HttpRequest) -> HttpResponseBase:
    """The tasks one may look into."""
    account, said = who(request), request.GET
    found = seen.tasks(account)
    if words := said.get("q", "").strip():
        found = found.filter(name__contains=words) | found.filter(case__number=words)
    if state := said.get("state", ""):
        found = found.filter(case__state=state)
    if mode := said.get("mode", ""):
        found = found.filter(mode=mode)
    listing = Listing(request, found, COLUMNS, sort="-number")
    if "export" in said:
        return listing.export("抽查任务")
    new = {"label": "编制抽查任务", "url": reverse("inspections:task_new"), "icon": "add",
           "primary": True}  # fmt: skip
    rows = []
    for one in listing.rows:
        cells: list[dict[str, object]] = [
            {"text": str(c.text(one)), "code": c.key == "number"} for c in COLUMNS
        ]
        cells[1]["badge"] = TONES.get(one.case.state, "plain")
        rows.append({"url": reverse("desk:case", args=[one.case.number]), "cells": cells})
    context = {
        "title": "抽查任务", "actions": [new] if account.holds(TASK) else [],
        "exports": listing.exports,
        "filter": {"fields": [
            {"name": "q", "label": "名称、编号", "kind": "text", "value": words},
            options("state", "状态", TaskState.choices, said),
            options("mode", "检查方式", Mode.choices, said),
        ]},
        "table": {"id": "tasks", "caption": "抽查任务", "columns": listing.headers,
                  "empty": {"title": "还没有抽查任务", "text": "按公布的计划批次编制任务，设定分层、部门和随机数来源后冻结。"}},
        "rows": rows, "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(TASK)
@require_http_methods(["GET", "POST"])
def task_write(request: HttpRequest, number: str = "") -> HttpResponse:
    """Begin a task, or change one that is not frozen."""
    account = who(request)
    task = seen.task_for(account, number) if number else None
    bodies = [task.body] if task else seen.bodies_of(account, TASK)
    form = TaskForm(account, bodies, request.POST or None, initial=_initial(task))
    if form.is_valid():
        body = form.cleaned_data["body"]
        said = services.TaskSaid(**form.columns(), strata=task.strata if task else ())

        def save() -> Task:
            if task is None:
                return services.write_task(said, body=body, actor=account)
            return services.change_task(task, said, actor=account)

        done = attempt(form, save)
        if done is not None:
            messages.success(request, "已保存。")
            page = "inspections:task_frame" if task else "inspections:task_strata"
            return redirect(page, done.case.number)
    back = reverse("desk:case", args=[number]) if number else reverse("inspections:tasks")
    context = {
        "title": "编制抽查任务" if task is None else f"修改：{task.name}",
        "form": explained(form),
        "submit": "保存任务", "note": "保存后设定分层、参加部门和随机数来源；冻结之前都可以改。",
        "back": {"url": back},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(TASK)
@require_http_methods(["GET", "POST"])
def task_strata(request: HttpRequest, number: str) -> HttpResponse:
    """How the frame is divided."""
    account = who(request)
    task = seen.task_for(account, number)
    initial = [_stratum(one) for one in task.strata] or _by_class(request.GET.get("scheme", ""))
    made = forms.formset_factory(StratumForm, extra=1 if initial else 2)
    formset = made(request.POST or None, initial=initial)
    for form in formset:
        explained(form)

    def save(rows: Sequence[Any]) -> object:
        said = services.TaskSaid(**_said(task), strata=[form.said() for form in rows])
        return services.change_task(task, said, actor=account)

    return _rows(request, task, formset, save, {
        "title": f"分层：{task.name}", "what": "分层", "submit": "保存分层",
        "note": "每户只能属于一个分层。比例和数量填一项；名称留空的分层不保存。",
        "starts": [] if task.strata else [
            {"url": f"?scheme={scheme}", "label": f"按{label}各级分层"}
            for scheme, label in criteria.SCHEMES.items()
        ],
    })  # fmt: skip


@door(TASK)
@require_http_methods(["GET", "POST"])
def task_shares(request: HttpRequest, number: str) -> HttpResponse:
    """Which departments take part with which items."""
    account = who(request)
    task = seen.task_for(account, number)
    initial = [
        {"body": one.body, "items": [item.item for item in one.items.all()], "skill": one.skill,
         "count": one.count}
        for one in task.assignments.prefetch_related("items__item").select_related("body")
    ]  # fmt: skip
    made = forms.formset_factory(ShareForm, extra=1 if initial else 2)
    formset = made(request.POST or None, initial=initial)
    items = seen.items_on(account, task.body, task.first_on)
    bodies = Organisation.objects.filter(kind="department", closed_on__isnull=True)
    for form in formset:
        form.offer(items, bodies)

    def save(rows: Sequence[Any]) -> object:
        said = [
            services.Share(
                given["body"], list(given["items"]), given["skill"].strip(), given["count"]
            )
            for given in (form.cleaned_data for form in rows)
        ]
        return services.assign(task, said, actor=account)

    return _rows(request, task, formset, save, {
        "title": f"参加部门：{task.name}", "what": "部门", "submit": "保存分工",
        "note": "联合抽查由一个部门发起，各部门各派人员组成一个检查组，进一次门，各自记录自己的事项。",
    })  # fmt: skip


@door(TASK)
@require_http_methods(["GET", "POST"])
def task_sources(request: HttpRequest, number: str) -> HttpResponse:
    """The sources of the seed, in their order, and who commits to a number."""
    account = who(request)
    task = seen.task_for(account, number)
    initial = [
        {"kind": one.source, "occasion": one.occasion, "at": one.at, "fallback": one.fallback,
         "fallback_at": one.fallback_at}
        for one in task.sources.all()
    ]  # fmt: skip
    made = forms.formset_factory(SourceForm, extra=1)
    formset = made(request.POST or None, initial=initial)
    pledges = "\n".join(f"{one.party} {one.commitment}" for one in task.pledges.all())
    extra = PledgesForm(
        request.POST or None, initial={"pledges": pledges, "reveal_by": task.reveal_by}
    )

    def save(rows: Sequence[Any]) -> None:
        said = []
        for given in (form.cleaned_data for form in rows):
            label, address, pattern = KNOWN[given["kind"]]
            said.append(
                services.SourceSaid(
                    given["kind"], label, given["occasion"], pattern, given["at"],
                    given["fallback"], given["fallback_at"], address,
                )
            )  # fmt: skip
        services.set_sources(
            task, said, extra.cleaned_data["pledges"], reveal_by=extra.cleaned_data["reveal_by"],
            actor=account,
        )  # fmt: skip

    return _rows(request, task, formset, save, {
        "title": f"随机数来源：{task.name}", "what": "来源", "submit": "保存来源", "extra": extra,
        "note": f"抽取编号将是 {freezing.next_draw_id(task)}。来源须在冻结之后才产生结果，公共来源排在最后。",
    })  # fmt: skip


def _rows(
    request: HttpRequest, task: Task, formset: Any, save: Callable[[Sequence[Any]], object],
    context: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    """A page of several like rows: shown, or saved and left."""
    refused, extra = "", context.get("extra")
    number = task.case.number
    if request.method == "POST" and formset.is_valid() and (extra is None or extra.is_valid()):
        rows = [form for form in formset if form.cleaned_data]
        first = formset.forms[0]
        if ventured_in(first, lambda: save(rows)):
            messages.success(request, "已保存。")
            return redirect("inspections:task_frame", number)
        refused = " ".join(map(str, first.non_field_errors()))
    back = {"url": reverse("inspections:task_frame", args=[number]), "label": "返回任务"}
    page = context | {"formset": formset, "refused": refused, "back": back}
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/rows_page.html", page, status=status)


def ventured_in(form: forms.Form, deed: Callable[[], object]) -> bool:
    """Do a deed that returns nothing of use; what it refuses is told in the form."""
    return attempt(form, lambda: (deed(), True)[1]) is True


@door(SEE)
@require_GET
def task_frame(request: HttpRequest, number: str) -> HttpResponse:
    """What the task would freeze: how many in each class, who is excluded, chances, officers."""
    account = who(request)
    task = seen.task_for(account, number)
    may_write = task.case.state == TaskState.DRAFT and account.holds_over(TASK, task.body)
    context = {
        "task": task, "case": task.case, "forecast": frame.forecast(task), "may_write": may_write,
        "run": frame.run_of(task), "next_draw_id": freezing.next_draw_id(task),
        "sources": task.sources.all(), "pledges": task.pledges.all(),
        "assignments": task.assignments.select_related("body").prefetch_related("items__item"),
        "draws": task.draws.all(), "is_random": task.mode == Mode.RANDOM,
    }  # fmt: skip
    return render(request, "inspections/frame.html", context)


@door(SEE)
@require_GET
def task_rows(request: HttpRequest, number: str) -> HttpResponseBase:
    """The entities of one class, or those excluded for one reason."""
    account = who(request)
    task = seen.task_for(account, number)
    reason, place = request.GET.get("reason", ""), request.GET.get("place", "")
    found = frame.rows(task, reason=reason, place=int(place) if place.isdigit() else None)
    named = Naming().of
    columns: Sequence[Column[Any]] = (
        Column("name", "名称", lambda p: p.name, "name"),
        Column("code", "代码", lambda p: p.code, "code"),
        Column("region", "区划", lambda p: p.region and named("regions", p.region), "region"),
        Column(
            "industry", "行业", lambda p: p.industry and named("industries", p.industry), "industry"
        ),
        Column("address", "地址", lambda p: p.address),
    )
    listing = Listing(request, found, columns, sort="name")
    if "export" in request.GET:
        return listing.export("抽查名单")
    context = {
        "title": reason or "抽查名单", "note": task.name, "exports": listing.exports,
        "table": {"id": "frame-rows", "caption": "名单", "columns": listing.headers},
        "rows": [
            {"url": reverse("insight:dossier", args=[one.public_id]),
             "cells": [{"text": str(c.text(one)), "code": c.key == "code"} for c in columns]}
            for one in listing.rows
        ],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(SEE)
@require_GET
def task_progress(request: HttpRequest, number: str) -> HttpResponse:
    """How far a freeze or a draw is, for polling; the page loads anew when it is over."""
    task = seen.task_for(who(request), number)
    run = frame.run_of(task)
    response = render(request, "inspections/progress.html", {"run": run})
    if run is None or not run.progress.is_open:
        response["HX-Refresh"] = "true"
    return response


@door(TASK)
@require_POST
def task_freeze(request: HttpRequest, number: str) -> HttpResponse:
    """Have the frame frozen."""
    account = who(request)
    task = seen.task_for(account, number)
    ventured(request, number, "冻结名单", lambda: freezing.start(task, actor=account))
    return redirect("inspections:task_frame", number)


@door(TASK)
@require_POST
def task_stop(request: HttpRequest, number: str) -> HttpResponse:
    """Stop a freeze that has not committed."""
    account = who(request)
    task = seen.task_for(account, number)
    ventured(request, number, "停止冻结", lambda: freezing.stop(task, actor=account))
    return redirect("inspections:task_frame", number)


@door(TASK)
@require_POST
def task_issue(request: HttpRequest, number: str) -> HttpResponse:
    """Issue a task that is not drawn."""
    account = who(request)
    task = seen.task_for(account, number)
    if ventured(request, number, "下达任务", lambda: issuing.issue(task, actor=account)):
        messages.success(request, "已下达到参加部门。")
        return redirect("desk:case", number)
    return redirect("inspections:task_frame", number)


@door(SEE)
@require_http_methods(["GET", "POST"])
def task_merges(request: HttpRequest, number: str) -> HttpResponseBase:
    """Visits of other tasks to the same entities: propose that they be made at once."""
    account = who(request)
    task = seen.task_for(account, number)
    found = merging.candidates(task)
    ours = {one.party_id: one for one in task.visits.select_related("task__body", "party")}
    if request.method == "POST":
        other = found.filter(pk=request.POST.get("other") or 0).first()
        if other is not None and ventured(
            request, number, "建议合并入企",
            lambda: merging.propose(ours[other.party_id], other, actor=account),
        ):  # fmt: skip
            messages.success(request, f"已向{other.task.body.name}提出合并入企建议。")
        return redirect("inspections:task_merges", number)
    sought = request.GET.get("q", "").strip()
    listing = Listing(request, merging.named(found, sought), MERGE_COLUMNS, sort="name")
    if "export" in request.GET:
        return listing.export(f"可以合并的检查 {number}")
    context = {
        "task": task, "may_propose": account.holds_over(TASK, task.body),
        "candidates": listing.rows, "pager": listing.pager, "exports": listing.exports,
        "sought": sought, "filter": {
            "fields": [{"name": "q", "label": "对象或单位", "kind": "text", "value": sought}],
            "button": "查找",
        },
    }  # fmt: skip
    return render(request, "inspections/merges.html", context)


def task_on(case: Case, reader: Account) -> Mapping[str, object]:
    """What the task is, its draws, and how far its parts are."""
    task = Task.objects.select_related(
        "body", "line__plan__case", "objects_from__register", "officers_from__register"
    ).get(case=case)
    return {
        "task": task, "facts": frame.facts(task), "draws": list(task.draws.all()),
        "parts": frame.parts_by_state(task), "is_random": task.mode == Mode.RANDOM,
        "landed": national.standing_of(task),
        "may_write": case.state == TaskState.DRAFT and reader.holds_over(TASK, task.body),
    }  # fmt: skip


FACE = Face(TASK_KIND.name, template="inspections/task.html", context=task_on)


def _said(task: Task) -> dict[str, Any]:
    kept = (
        "name", "first_on", "last_on", "mode", "line", "ground", "objects_from", "officers_from",
        "scope", "exclusions", "level", "embargo_on",
    )  # fmt: skip
    return {name: getattr(task, name) for name in kept}


def _initial(task: Task | None) -> dict[str, Any]:
    if task is None:
        return {"first_on": local_today(), "last_on": local_today()}
    named = task.exclusions.get("named", {})
    return (
        _said(task)
        | _typed(task.scope)
        | {name: task.exclusions.get(name) for name in ("cap", "recent", "vacancies")}
        | {"named": "\n".join(f"{code} {reason}" for code, reason in named.items())}
    )


def _by_class(scheme: str) -> list[dict[str, Any]]:
    """A stratum for each grade of a scheme and one for who has none, named by number (see StratumForm)."""
    grades = criteria.grades_of(scheme)
    return [
        {"name": f"第{number}类", "scheme": scheme, "grades": [grade]}
        for number, grade in zip("一二三四五六", grades, strict=False)
    ]


def _stratum(said: Mapping[str, Any]) -> dict[str, Any]:
    heavier = said["weights"][0] if said["weights"] else None
    ratio = forms.DecimalField().to_python(said["ratio"]) if said["ratio"] else None
    return _typed(said["where"]) | {
        "name": said["name"], "ratio": format((ratio * 100).normalize(), "f") if ratio else None,
        "count": said["count"] or None, "reserves": said["reserves"] or None,
        "interval": said.get("interval") or None,
        "heavier": heavier["where"]["listed"][0] if heavier else "",
        "weight": heavier["weight"] if heavier else None,
    }  # fmt: skip


def _typed(said: Mapping[str, Any]) -> dict[str, Any]:
    read = criteria.saved(criteria.objects(said))
    shown = {
        name: "\n".join(value) if name in ("industries", "regions", "codes") else value
        for name, value in read.items()
    }
    return shown | ({"listed": read["listed"][0]} if read.get("listed") else {})
