"""The list of random-inspection items and the registers."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.days import local_today, minute_text
from mingcha.base.errors import NotFound
from mingcha.base.listing import Column, Listing, options
from mingcha.domains.inspections.models import RandomItemVersion, Register
from mingcha.domains.inspections.models.lists import Method
from mingcha.domains.inspections.queries import seen, selecting
from mingcha.domains.inspections.queries.naming import Naming, Words
from mingcha.domains.inspections.rules import criteria
from mingcha.domains.inspections.services import lists as services
from mingcha.domains.inspections.states import PLAN, PUBLISH, SEE
from mingcha.domains.inspections.views import attempt, ventured, who
from mingcha.domains.inspections.views.forms import (
    ItemForm,
    ObjectsForm,
    OfficersForm,
    RegisterForm,
    explained,
)

STATES = {"draft": ("未公布", "todo"), "now": ("在用", "done"), "soon": ("待生效", "doing"),
          "over": ("已失效", "todo")}  # fmt: skip


def standing(version: RandomItemVersion) -> str:
    """How a version stands today: draft, now, soon or over."""
    today = local_today()
    if version.published_at is None:
        return "draft"
    if version.since > today:
        return "soon"
    return "over" if version.until is not None and version.until < today else "now"


def methods(version: RandomItemVersion) -> str:
    """How it is inspected, in words."""
    return "、".join(str(Method(one).label) for one in version.methods)


ITEMS: Sequence[Column[Any]] = (
    Column("name", "抽查事项", lambda v: v.name, "name"),
    Column("state", "状态", lambda v: STATES[standing(v)][0]),
    Column("category", "抽查类别", lambda v: v.category, "category"),
    Column("weight", "事项类别", lambda v: "重点" if v.is_key else "一般", "is_key"),
    Column("objects", "检查对象", lambda v: v.objects_in_words, "objects_in_words"),
    Column("methods", "检查方式", methods),
    Column("body", "检查主体", lambda v: v.item.body.name, "item__body__name"),
    Column("code", "监管事项编码", lambda v: v.code, "code"),
    Column("since", "生效", lambda v: v.since, "since"),
    Column("until", "失效", lambda v: v.until or "—", "until"),
    Column("basis", "检查依据", lambda v: v.basis),
)


def _registers(naming: Naming) -> Sequence[Column[Any]]:
    """The columns of registers; an export has the whole selection in words."""
    return (
        Column("name", "名称", lambda r: r.name, "name"),
        Column("of", "类别", lambda r: r.get_of_display(), "of"),
        Column("body", "管理单位", lambda r: r.body.name, "body__name"),
        Column("version", "版次", lambda r: _last(r).number if _last(r) else 0, num=True),
        Column("found", "选中数", lambda r: _last(r).found if _last(r) else 0, num=True),
        Column("criteria", "选取条件", lambda r: _words(r, naming).whole),
        Column("state", "状态", lambda r: "已停用" if r.is_closed else "在用", "is_closed"),
    )


def _last(register: Register) -> Any:
    """The latest version, of those that were read with the register."""
    return next(iter(register.versions.all()), None)


def _words(register: Register, naming: Naming) -> Words:
    """What the latest version selects."""
    last = _last(register)
    return naming.of_version(last) if last is not None else Words("", "")


@door(SEE)
@require_GET
def item_list(request: HttpRequest) -> HttpResponseBase:
    """The list of random-inspection items (随机抽查事项清单)."""
    account, said = who(request), request.GET
    found = seen.item_versions(account)
    if words := said.get("q", "").strip():
        found = found.filter(name__contains=words) | found.filter(code=words)
    if kind := said.get("weight", ""):
        found = found.filter(is_key=kind == "key")
    if said.get("joint", ""):
        found = found.filter(partners__isnull=False).distinct()
    listing = Listing(request, found, ITEMS, sort="name")
    if "export" in said:
        return listing.export("随机抽查事项清单")
    new = {"label": "新增抽查事项", "url": reverse("inspections:item_new"), "icon": "add",
           "primary": True}  # fmt: skip
    shown = ("name", "state", "category", "weight", "objects", "methods", "body", "since")
    rows = []
    for one in listing.rows:
        label, tone = STATES[standing(one)]
        cells: list[dict[str, object]] = [
            {"text": str(c.text(one))} for c in ITEMS if c.key in shown
        ]
        cells[1] = {"text": label, "badge": tone}
        url = reverse("inspections:item", args=[one.item.public_id])
        rows.append({"url": url, "cells": cells})
    context = {
        "title": "随机抽查事项清单", "actions": [new] if account.holds(PLAN) else [],
        "note": "抽查什么、查谁、怎么查、依据什么。公布后才能列入计划和任务；改动另起一版，旧版保留。",
        "exports": listing.exports,
        "filter": {"fields": [
            {"name": "q", "label": "名称、编码", "kind": "text", "value": words},
            options("weight", "事项类别", [("key", "重点"), ("plain", "一般")], said),
            options("joint", "清单", [("yes", "跨部门联合抽查")], said),
        ]},
        "table": {"id": "random-items", "caption": "随机抽查事项清单",
                  "columns": listing.headers_of(shown),
                  "empty": {"title": "还没有抽查事项", "text": "从已发布的监管事项中列出随机抽查的事项。"}},
        "rows": rows, "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(PLAN)
@require_http_methods(["GET", "POST"])
def item_new(request: HttpRequest, number: str = "") -> HttpResponse:
    """Write a new item, or a new version of one."""
    account = who(request)
    item = seen.item_for(account, number) if number else None
    last = item.versions.order_by("-number").first() if item else None
    initial = {"since": local_today()} if last is None else _initial(last)
    bodies = [item.body] if item else seen.bodies_of(account, PLAN)
    form = ItemForm(bodies, request.POST or None, initial=initial)
    if form.is_valid():
        given = dict(form.cleaned_data)
        body, (scheme, code) = given.pop("body"), given.pop("item")
        said = services.ItemSaid(scheme=scheme, code=code, **given)
        done = attempt(form, lambda: services.write_item(said, body=body, item=item, actor=account))
        if done is not None:
            messages.success(request, f"已保存第 {done.number} 版，公布后生效。")
            return redirect("inspections:item", done.item.public_id)
    context = {
        "title": "编制抽查事项" if item is None else f"修订：{last.name if last else ''}",
        "form": form, "submit": "保存这一版",
        "back": {"url": reverse("inspections:items"), "label": "返回清单"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(SEE)
@require_GET
def item(request: HttpRequest, number: str) -> HttpResponse:
    """One item with all its versions."""
    account = who(request)
    found = seen.item_for(account, number)
    versions = seen.item_versions(account).filter(item=found).order_by("-number")
    shown = [
        {"version": one, "label": STATES[standing(one)][0], "tone": STATES[standing(one)][1],
         "facts": _facts(one),
         "may_publish": one.published_at is None and account.holds_over(PUBLISH, found.body)}
        for one in versions.prefetch_related("partners")
    ]  # fmt: skip
    context = {
        "item": found, "versions": shown, "title": shown[0]["version"].name,  # type: ignore[attr-defined]
        "may_write": account.holds_over(PLAN, found.body),
        "may_end": account.holds_over(PUBLISH, found.body)
        and any(standing(one) in ("now", "soon") for one in versions),
    }  # fmt: skip
    return render(request, "inspections/item.html", context)


@door(PUBLISH)
@require_POST
def item_publish(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """Publish a version."""
    account = who(request)
    found = seen.item_for(account, number)
    one = found.versions.filter(number=version).first()
    if one is None:
        raise NotFound(what="版本", key=version)
    if ventured(
        request, number, "公布随机抽查事项", lambda: services.publish_item(one, actor=account)
    ):
        messages.success(request, f"第 {version} 版已公布，自 {one.since} 起生效。")
    return redirect("inspections:item", number)


def _initial(last: RandomItemVersion) -> dict[str, Any]:
    kept = ("category", "name", "object_kinds", "objects_in_words", "is_key", "methods", "skill",
            "basis")  # fmt: skip
    return {name: getattr(last, name) for name in kept} | {
        "item": last.code, "since": local_today(), "partners": last.partners.all(),
    }  # fmt: skip


def _facts(version: RandomItemVersion) -> list[dict[str, object]]:
    partners = "、".join(body.name for body in version.partners.all())
    return [
        {"label": "抽查类别", "value": version.category},
        {"label": "事项类别", "value": "重点检查事项" if version.is_key else "一般检查事项"},
        {"label": "检查对象", "value": version.objects_in_words},
        {"label": "检查方式", "value": methods(version)},
        {"label": "执法类别", "value": version.skill or "不限"},
        {"label": "监管事项", "value": version.code,
         "url": reverse("catalog:item", args=[version.scheme, version.code])},
        {"label": "联合部门", "value": partners or "—"},
        {"label": "期限", "value": f"{version.since} 至 {version.until or '长期'}"},
        {"label": "检查依据", "value": version.basis, "wide": True},
        *([{"label": "停用理由", "value": version.ended_because, "wide": True}]
          if version.ended_because else []),
    ]  # fmt: skip


@door(SEE)
@require_GET
def register_list(request: HttpRequest) -> HttpResponseBase:
    """The registers of objects and officers."""
    account, said = who(request), request.GET
    found = seen.registers(account).prefetch_related("versions")
    if words := said.get("q", "").strip():
        found = found.filter(name__contains=words)
    if of := said.get("of", ""):
        found = found.filter(of=of)
    naming = Naming()
    columns = _registers(naming)
    listing = Listing(request, found, columns, sort="name")
    if "export" in said:
        return listing.export("名录库")
    new = {"label": "新建名录库", "url": reverse("inspections:register_new"), "icon": "add",
           "primary": True}  # fmt: skip
    context = {
        "title": "名录库", "actions": [new] if account.holds(PLAN) else [],
        "note": "检查对象名录库和执法检查人员名录库：保存的选取条件，每次改动成为新的一版；抽取时按所用的那一版重新选取。",
        "exports": listing.exports,
        "filter": {"fields": [
            {"name": "q", "label": "名称", "kind": "text", "value": words},
            options("of", "类别", Register.Of.choices, said),
        ]},
        "table": {"id": "registers", "caption": "名录库", "columns": listing.headers,
                  "empty": {"title": "还没有名录库", "text": "先建检查对象名录库和执法检查人员名录库，再编制任务。"}},
        "rows": [
            {"url": reverse("inspections:register", args=[one.public_id]),
             "cells": [_cell(c, one, naming) for c in columns]}
            for one in listing.rows
        ],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _cell(column: Column[Any], register: Register, naming: Naming) -> dict[str, object]:
    """A cell of a register: its selection shortened, with the whole of it to point at."""
    if column.key != "criteria":
        return {"text": str(column.text(register)), "num": column.num}
    said = _words(register, naming)
    return {"text": said.short, "title": said.whole if said.is_long else ""}


@door(PLAN)
@require_http_methods(["GET", "POST"])
def register_new(request: HttpRequest) -> HttpResponse:
    """Name a new register; its selection comes next."""
    account = who(request)
    form = RegisterForm(seen.bodies_of(account, PLAN), request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: services.new_register(
                given["name"], given["of"], {}, body=given["body"], actor=account
            ),
        )
        if done is not None:
            return redirect("inspections:register_write", done.register.public_id)
    context = {
        "title": "新建名录库", "form": form, "submit": "建立名录库",
        "back": {"url": reverse("inspections:registers"), "label": "返回名录库"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(SEE)
@require_GET
def register(request: HttpRequest, number: str) -> HttpResponse:
    """One register: what it selects now, and its versions."""
    account = who(request)
    found = seen.register_for(account, number)
    versions = list(found.versions.select_related("made_by"))
    naming = Naming()
    now = _now(found, versions[0].criteria) if versions else 0
    context = {
        "register": found, "now": now, "may_write": account.holds_over(PLAN, found.body),
        "closed": _closed(found),
        "versions": [
            {"version": one, "words": naming.of_version(one),
             "at": minute_text(one.made_at)}
            for one in versions
        ],
    }  # fmt: skip
    return render(request, "inspections/register.html", context)


@door(PLAN)
@require_http_methods(["GET", "POST"])
def register_write(request: HttpRequest, number: str) -> HttpResponse:
    """Save what a register selects as its next version."""
    account = who(request)
    found = seen.register_for(account, number)
    last = found.versions.first()
    made = ObjectsForm if found.of == Register.Of.OBJECTS else OfficersForm
    form = made(request.POST or None, initial=_typed(last.criteria if last else {}))
    if form.is_valid():
        done = attempt(form, lambda: services.write_register(found, form.said(), actor=account))
        if done is not None:
            messages.success(request, f"已保存第 {done.number} 版，选中 {done.found}。")
            return redirect("inspections:register", number)
    context = {
        "title": f"选取条件：{found.name}", "form": explained(form), "submit": "保存为新的一版",
        "note": "每一项都使范围变小；不填的不限制。",
        "back": {"url": reverse("inspections:register", args=[number])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


def _closed(register: Register) -> str:
    """Since when a register is used no more, and why; "" while it is."""
    if not register.is_closed:
        return ""
    because = f"：{register.closed_because}" if register.closed_because else ""
    return f"已于 {register.closed_on or '此前'} 停用，不能用于新的任务{because}"


def _now(register: Register, said: dict[str, Any]) -> int:
    if register.of == Register.Of.OBJECTS:
        return selecting.parties(criteria.objects(said)).count()
    return selecting.certified(criteria.officers(said)).count()


def _typed(said: dict[str, Any]) -> dict[str, Any]:
    """A selection as its form shows it."""
    whole = {"kinds", "unlisted", "grades"}
    return {
        name: "\n".join(value) if isinstance(value, list) and name not in whole else value
        for name, value in said.items()
    }
