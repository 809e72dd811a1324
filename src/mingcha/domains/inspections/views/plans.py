"""Plans: the list, a new one, its batches, and the face of its case."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.cases.faces import Face, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.inspections.models import Plan, PlanLine, RandomItem
from mingcha.domains.inspections.queries import national, seen
from mingcha.domains.inspections.services import plans as services
from mingcha.domains.inspections.states import PLAN, PLAN_KIND, SEE, PlanState
from mingcha.domains.inspections.views import attempt, who
from mingcha.domains.inspections.views.forms import LineForm, PlanForm, item_name

COLUMNS: Sequence[Column[Any]] = (
    Column("title", "计划", lambda p: p.title, "title"),
    Column("state", "状态", lambda p: p.case.get_state_display(), "case__state"),
    Column("year", "年度", lambda p: p.year, "year", num=True),
    Column("body", "制定单位", lambda p: p.body.name, "body__name"),
    Column("with", "备案机关", lambda p: p.filed_with.name if p.filed_with else "—"),
    Column("lines", "批次", lambda p: p.lines.count(), num=True),
    Column("number", "编号", lambda p: p.case.number, "case__number"),
)
TONES = {"draft": "todo", "submitted": "doing", "filed": "doing", "published": "done",
         "dropped": "todo"}  # fmt: skip
SPARE = 3


@door(SEE)
@require_GET
def plan_list(request: HttpRequest) -> HttpResponseBase:
    """The plans."""
    account, said = who(request), request.GET
    found = seen.plans(account).prefetch_related("lines")
    if words := said.get("q", "").strip():
        found = found.filter(title__contains=words) | found.filter(case__number=words)
    if state := said.get("state", ""):
        found = found.filter(case__state=state)
    if (year := said.get("year", "")).isdigit():
        found = found.filter(year=int(year))
    listing = Listing(request, found, COLUMNS, sort="-year")
    if "export" in said:
        return listing.export("抽查计划")
    new = {"label": "编制抽查计划", "url": reverse("inspections:plan_new"), "icon": "add",
           "primary": True}  # fmt: skip
    rows = []
    for one in listing.rows:
        cells: list[dict[str, object]] = [
            {"text": str(c.text(one)), "num": c.num, "code": c.key == "number"} for c in COLUMNS
        ]
        cells[1]["badge"] = TONES.get(one.case.state, "plain")
        rows.append({"url": reverse("desk:case", args=[one.case.number]), "cells": cells})
    context = {
        "title": "抽查计划", "actions": [new] if account.holds(PLAN) else [],
        "note": "年度抽查计划报上一级备案后向社会公布；任务按计划的批次实施。",
        "exports": listing.exports,
        "filter": {"fields": [
            {"name": "q", "label": "名称、编号", "kind": "text", "value": words},
            {"name": "year", "label": "年度", "kind": "text", "value": year},
            options("state", "状态", PlanState.choices, said),
        ]},
        "table": {"id": "plans", "caption": "抽查计划", "columns": listing.headers,
                  "empty": {"title": "还没有抽查计划", "text": "编制年度计划，列出各批次抽查的事项、范围、比例和月份。"}},
        "rows": rows, "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(PLAN)
@require_http_methods(["GET", "POST"])
def plan_new(request: HttpRequest) -> HttpResponse:
    """Begin a plan; its batches come next."""
    account = who(request)
    form = PlanForm(seen.bodies_of(account, PLAN), request.POST or None)
    if form.is_valid():
        given = dict(form.cleaned_data)
        done = attempt(form, lambda: services.write_plan(**given, actor=account))
        if done is not None:
            return redirect("inspections:plan_lines", done.case.number)
    context = {
        "title": "编制抽查计划", "form": form, "submit": "建立计划，填写批次",
        "back": {"url": reverse("inspections:plans"), "label": "返回计划"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(PLAN)
@require_http_methods(["GET", "POST"])
def plan_lines(request: HttpRequest, number: str) -> HttpResponse:
    """Write the batches of a plan."""
    account = who(request)
    plan = seen.plan_for(account, number)
    initial = [_initial(one) for one in plan.lines.all()]
    made = forms.formset_factory(LineForm, extra=SPARE if not initial else 1)
    formset = made(request.POST or None, initial=initial)
    items = (
        RandomItem.objects.filter(
            versions__in=seen.item_versions(account).filter(published_at__isnull=False)
        )
        .distinct()
        .prefetch_related("versions")
    )
    bodies = Organisation.objects.filter(kind=Organisation.Kind.DEPARTMENT, closed_on__isnull=True)
    for form in formset:
        form.offer(items, bodies)
    refused = ""
    if request.method == "POST" and formset.is_valid():
        lines = [_line(form.cleaned_data) for form in formset if form.has_changed() or form.initial]
        done = attempt(formset.forms[0], lambda: services.set_lines(plan, lines, actor=account))
        if done is not None:
            messages.success(request, f"已保存 {len(done)} 个批次。")
            return redirect("desk:case", number)
        refused = " ".join(map(str, formset.forms[0].non_field_errors()))
    context = {
        "title": f"计划批次：{plan.title}", "formset": formset, "what": "批次",
        "submit": "保存批次", "refused": refused,
        "back": {"url": reverse("desk:case", args=[number]), "label": "返回计划"},
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/rows_page.html", context, status=status)


def plan_on(case: Case, reader: Account) -> Mapping[str, object]:
    """The plan and its batches."""
    plan = Plan.objects.select_related("body", "filed_with").get(case=case)
    lines = plan.lines.select_related("plan__case").prefetch_related(
        "items__versions", "partners", "tasks__case"
    )
    landed = national.records_of(plan)
    return {
        "plan": plan,
        "facts": [
            {"label": "类别", "value": plan.get_kind_display()},
            {"label": "年度", "value": plan.year},
            {"label": "制定单位", "value": plan.body.name},
            {"label": "备案机关", "value": plan.filed_with.name if plan.filed_with else "—"},
            {"label": "工作要求", "value": plan.text or "—", "wide": True},
        ],
        "lines": [
            {"line": one, "items": "、".join(item_name(item) for item in one.items.all()),
             "partners": "、".join(body.name for body in one.partners.all()),
             "amount": f"{one.ratio * 100:.4g}%" if one.ratio else f"{one.count} 户",
             "months": "、".join(f"{month} 月" for month in one.months),
             "tasks": list(one.tasks.all()), "plan_id": national.plan_id(one),
             "landed": landed.get(national.plan_id(one))}
            for one in lines
        ],
        "may_write": case.state == PlanState.DRAFT and reader.holds_over(PLAN, plan.body),
    }  # fmt: skip


def submitted(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The plan goes to the body above."""
    return services.submit(case, actor=actor, said=said)


def filed(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The plan is on file and goes back."""
    return services.file(case, actor=actor, said=said)


def published(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The plan is published."""
    return services.publish(case, actor=actor, said=said)


def revised(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The plan is taken back to be changed."""
    return services.revise(case, actor=actor, said=said)


def dropped(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The plan is called off."""
    return services.drop(case, actor=actor, said=said)


FACE = Face(
    PLAN_KIND.name,
    template="inspections/plan.html",
    context=plan_on,
    moves={
        "submit": MoveFace(deed=submitted, help="报送上一级中持有备案权限的单位。"),
        "file": MoveFace(deed=filed, help="同意后退回制定单位公布。"),
        "publish": MoveFace(
            deed=published,
            help="公布后任务可以按批次编制；公众可以在网站查询；各批次进入国家数据表“双随机计划”。",
        ),
        "revise": MoveFace(
            deed=revised,
            help="退回起草，修改批次后重新备案、公布；其间不再公开，也不能冻结新的任务。已有任务的批次不能改动。",
        ),
        "drop": MoveFace(
            deed=dropped,
            help="已有任务冻结或实施的不能撤销；撤销后不再公开，数据中心的记录一并撤回。",
        ),
    },
)


def _initial(line: PlanLine) -> dict[str, Any]:
    return {
        "name": line.name, "items": list(line.items.all()), "partners": list(line.partners.all()),
        "scope": line.scope, "ratio": format((line.ratio * 100).normalize(), "f") if line.ratio else None,
        "count": line.count, "months": [str(one) for one in line.months],
    }  # fmt: skip


def _line(given: dict[str, Any]) -> services.LineSaid:
    ratio = given["ratio"] / 100 if given["ratio"] else None
    return services.LineSaid(
        given["name"], list(given["items"]), given["scope"], [int(m) for m in given["months"]],
        ratio, given["count"], list(given["partners"]),
    )  # fmt: skip
