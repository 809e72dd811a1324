"""The public catalogue: items and checklists as of any day, each version at an address that stays."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today
from mingcha.base.errors import NotFound
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people.models import Organisation
from mingcha.domains.catalog import queries as catalog
from mingcha.domains.catalog.queries import lists, public, record
from mingcha.domains.catalog.queries.shelves import entry_for, standing
from mingcha.domains.portal.queries import FORMS
from mingcha.domains.portal.views.files import LABELS as LABELS_OF
from mingcha.standards import loader

LONGEST_NUMBER = 8  # digits of the number of a version
ITEM, CHECKLIST = "item", "checklist"
LABELS = {ITEM: "监管事项", CHECKLIST: "检查实施清单"}
HEADS = {
    ITEM: ("政府可以检查、处理哪些事？", "这里是本市全部监管事项。没有列入的，行政机关原则上不得据以开展监管。"),
    CHECKLIST: ("检查时会查什么？", "每一类行政检查查什么、怎么查、多久查一次，都应当照这里公布的清单进行。"),
}  # fmt: skip
NAMED = {"item_code", "item_name", "checklist_code", "checklist_name"}  # stand in the head


def _label(code_table: str, value: str) -> str:
    return loader.current().code_table(code_table).label_of(value) if value else ""


def _state(version: Any) -> str:
    return lists.STATES[version.state]


def _body(version: Any) -> str:
    return str(version.content.get("implement_institution", "")) or "—"


def _since(version: Any) -> str:
    return f"{version.since} 起" if version.until is None else f"{version.since} 至 {version.until}"


COLUMNS: dict[str, Sequence[Column[Any]]] = {
    ITEM: (
        Column("name", "事项", lambda v: v.name, "name"),
        Column("state", "状态", _state, "state"),
        Column("action", "行为类型", lambda v: _label("action_kind", v.action_kind), "action_kind"),
        Column("department", "监管部门", lambda v: _label("department", v.department) or "—"),
        Column("days", "有效期间", _since, "since"),
    ),
    CHECKLIST: (
        Column("name", "清单", lambda v: v.name, "name"),
        Column("state", "状态", _state, "state"),
        Column("body", "实施主体", _body, "content__implement_institution"),
        Column("days", "有效期间", _since, "since"),
    ),
}
CODE: Column[Any] = Column("code", "编码", lambda v: v.entry.code)


@door(PUBLIC)
@require_GET
def book(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Every item or checklist as it stands on the day asked for; in use unless another is asked."""
    said, on = request.GET, day_asked(request)
    asked = lists.Filter(
        on=on, words=said.get("q", ""), state=said.get("state", "in-use"),
        action=said.get("action", ""), department=said.get("department", ""),
        item=said.get("item", ""),
        body=Organisation.objects.filter(code=said.get("body", "")).first(),
    )  # fmt: skip
    found: Any = lists.items(asked) if kind == ITEM else lists.checklists(asked)
    listing = Listing(request, found, COLUMNS[kind], sort="name")
    if "export" in said:
        listing.columns = [*listing.columns, CODE]
        return listing.export(f"{LABELS[kind]}（{on}）")
    title, note = HEADS[kind]
    query = f"?on={on}" if on != local_today() else ""
    context = {
        "title": title, "note": note, "kind": kind, "label": LABELS[kind], "on": on,
        "is_today": on == local_today(),
        "filter": {"fields": _fields(said, kind, asked), "button": "查找"},
        "table": {
            "id": f"public-{kind}", "caption": LABELS[kind], "columns": listing.headers,
            "tools": False,
            "empty": {"title": "没有找到", "text": "请换一个词、状态或日期。"},
        },
        "rows": [_row(one, kind, on, query) for one in listing.rows],
        "pager": listing.pager, "exports": listing.exports,
        "files": [
            {"label": LABELS_OF[form], "url": reverse("portal:book_file", args=[kind, form]) + query}
            for form in FORMS
        ],
        "schema": reverse("portal:book_schema", args=[kind]),
    }  # fmt: skip
    return render(request, "portal/book.html", context)


@door(PUBLIC)
@require_GET
def page(
    request: HttpRequest, kind: str, scheme: str, code: str, number: int | None = None
) -> HttpResponse:
    """An item or checklist as of a day, or one of its versions under the address that stays."""
    entry, on = entry_for(kind, scheme, code), day_asked(request)
    if number is None:
        version: Any = record.version_on(entry, on)
    else:
        is_one = number > 0 and len(str(number)) <= LONGEST_NUMBER
        version = record.version_numbered(entry, number) if is_one else None
    if version is None:
        raise NotFound(what=LABELS[kind], key=code if number is None else f"{code} 第 {number} 版")
    state = lists.state_of(version, on)
    versions = [
        {"number": one.number, "days": _since(one), "url": address(kind, scheme, code, one.number),
         "by": one.publication.body.name, "at": one.publication.at,
         "is_shown": one.pk == version.pk, "change": one.publication.get_change_display()}
        for one in reversed(standing(entry))
    ]  # fmt: skip
    context = {
        "kind": kind, "label": LABELS[kind], "entry": entry, "version": version, "on": on,
        "is_today": on == local_today(), "is_version": number is not None,
        "is_displaced": version.displaced_by_id is not None,
        "state": {"label": lists.STATES[state], "tone": lists.TONES[state]},
        "facts": [
            {"label": one.label, "value": one.value, "wide": one.is_long}
            for one in public.shown(version)
            if one.key not in NAMED
        ],
        "places": record.places_of_law(version), "versions": versions,
        "list_url": reverse(f"portal:{kind}s"),
        "stays": address(kind, scheme, code, version.number),
        "api_url": f"/api/v1/catalog/{kind}s/{code}",
        **_more(kind, entry, version, on, request),
    }  # fmt: skip
    return render(request, "portal/entry.html", context)


def day_asked(request: HttpRequest) -> date:
    """The day in the address; today where there is none, or none that exists."""
    try:
        return parse_date(request.GET.get("on", "").strip()) or local_today()
    except ValueError:
        return local_today()


def address(kind: str, scheme: str, code: str, number: int) -> str:
    """The address of one version, that stays."""
    return reverse(f"portal:{kind}_version", args=[scheme, code, number])


def _fields(said: Any, kind: str, asked: lists.Filter) -> list[dict[str, object]]:
    fields: list[dict[str, object]] = [
        {"name": "q", "label": "名称、编码、拼音首字母", "kind": "text", "value": asked.words},
        {"name": "on", "label": "日期", "kind": "date", "value": asked.on.isoformat()},
        select("state", "状态", list(lists.STATES.items()), asked.state),
    ]
    if kind == ITEM:
        fields += [
            select("action", "行为类型", _codes("action_kind"), asked.action),
            select("department", "监管部门", _codes("department"), asked.department),
        ]
    bodies = Organisation.objects.filter(closed_on__isnull=True).exclude(uscc="").order_by("path")
    named = list(bodies.values_list("code", "name"))
    return [*fields, select("body", "实施机构", named, said.get("body", ""))]


def _codes(name: str) -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in loader.current().code_table(name).codes]


def _row(version: Any, kind: str, on: date, query: str) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(version))} for column in COLUMNS[kind]
    ]
    cells[0]["under"] = version.entry.code
    cells[1]["badge"] = lists.TONES[lists.state_of(version, on)]
    entry = version.entry
    return {"url": reverse(f"portal:{kind}", args=[entry.scheme, entry.code]) + query,
            "cells": cells}  # fmt: skip


def _more(kind: str, entry: Any, version: Any, on: date, request: HttpRequest) -> dict[str, object]:
    """Of an item: whether a body may act by it, its checklists. Of a checklist: its check items."""
    if kind == CHECKLIST:
        item = entry.item
        return {
            "points": record.points_shown(version),
            "item_url": reverse("portal:item", args=[item.scheme, item.code]) if item else "",
        }
    rows = record.checklists_of(entry, on)
    return {
        "checklists": [
            {"name": str(_body(one)), "code": one.entry.code,
             "url": reverse("portal:checklist", args=[one.entry.scheme, one.entry.code])}
            for one in rows.filter(Q(state="in-use"))[:50]
        ],
        **_answer(request, entry, on),
    }  # fmt: skip


def _answer(request: HttpRequest, item: Any, on: date) -> dict[str, object]:
    """Whether this was in force on that day, for this body (某日、某机构可否据此实施)."""
    bodies = Organisation.objects.filter(closed_on__isnull=True).exclude(uscc="").order_by("path")
    body = bodies.filter(code=request.GET.get("body", "")).select_related("region").first()
    context: dict[str, object] = {
        "bodies": [
            {"code": code, "name": name, "selected": body is not None and body.code == code}
            for code, name in bodies.values_list("code", "name")
        ]
    }
    if body is None:
        return context
    act = catalog.Act(body.uscc, body.region_id, body.level)
    answer = catalog.in_force(item.code, on=on, act=act, scheme=item.scheme)
    nearest = [
        {"name": one.name, "code": one.code,
         "url": reverse("portal:item", args=[item.scheme, one.code])}
        for one in answer.nearest
    ]  # fmt: skip
    number = answer.exception.case.number if answer.exception is not None else ""
    return context | {
        "answer": {"body": body.name, "in_force": answer.version is not None, "may": answer.may,
                   "reason": answer.reason, "exception": number, "nearest": nearest}
    }  # fmt: skip
