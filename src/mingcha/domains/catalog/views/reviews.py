"""Changes under review: the list, one change with what it does, its text, and its moves."""

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
from mingcha.base.cases import queries as cases
from mingcha.base.cases import services as case_services
from mingcha.base.cases.models import Case
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput, MingchaError
from mingcha.base.listing import Column, Listing
from mingcha.domains.catalog import services
from mingcha.domains.catalog.models import Change, Draft, Kind, Version
from mingcha.domains.catalog.queries import plans, record, reviews, uniform
from mingcha.domains.catalog.queries.shelves import Said
from mingcha.domains.catalog.rules.filled import problems
from mingcha.domains.catalog.services import Text
from mingcha.domains.catalog.states import Stage
from mingcha.domains.catalog.views import days_in_words, options, url_of, who
from mingcha.domains.catalog.views.forms import (
    DeclaredForm,
    PublishForm,
    SubmitForm,
    read,
)
from mingcha.standards import loader
from mingcha.standards.model import Table

SEE = "cases.see"
BLANKS = 2  # empty check items offered below those that are filled in
MOST_POINTS = 500
OPEN = {Stage.DRAFT, Stage.RETURNED}
STANDINGS = [("open", "在办"), ("late", "逾期"), ("closed", "已办结")]
TONES = {"draft": "todo", "submitted": "doing", "returned": "due", "approved": "doing",
         "published": "done", "dropped": "todo"}  # fmt: skip
COLUMNS: Sequence[Column[Draft]] = (
    Column("title", "变动", lambda d: d.case.title, "case__title"),
    Column("state", "状态", lambda d: d.case.get_state_display(), "case__state"),
    Column("number", "编号", lambda d: d.case.number, "case__number"),
    Column("change", "种类", lambda d: d.get_change_display(), "change"),
    Column("since", "生效日期", lambda d: d.since or "—", "since"),
    Column("opener", "起草单位", lambda d: d.case.opener.name, "case__opener__name"),
    Column("unit", "承办单位", lambda d: d.case.unit.name, "case__unit__name"),
    Column("due", "办理期限", lambda d: d.case.due_on or "—", "case__due_on"),
    Column("opened", "起草时间", lambda d: f"{d.case.opened_at:%Y-%m-%d}", "case__opened_at"),
)


@door(SEE)
@require_GET
def review_list(request: HttpRequest) -> HttpResponseBase:
    """The changes that I may see, whoever has them."""
    account, said = who(request), request.GET
    asked = cases.Filter(words=said.get("q", "").strip(), standing=said.get("standing", ""))
    found = reviews.drafts(account).filter(case__in=cases.cases(account, asked).values("pk"))
    if kind := said.get("kind", ""):
        found = found.filter(kind=kind)
    if state := said.get("state", ""):
        found = found.filter(case__state=state)
    if change := said.get("change", ""):
        found = found.filter(change=change)
    listing = Listing(request, found, COLUMNS, sort="-opened")
    if "export" in said:
        return listing.export("事项与清单变动")
    context = {
        "title": "事项与清单变动",
        "note": "起草、审核、发布由不同的人办理；期限和经过见各件。",
        "exports": listing.exports,
        "filter": {
            "fields": [
                {"name": "q", "label": "名称、编号", "kind": "text", "value": asked.words},
                options("standing", "办理", STANDINGS, said),
                options("kind", "类别", Kind.choices, said),
                options("change", "种类", Change.choices[:-1], said),
                options("state", "状态", Stage.choices, said),
            ]
        },
        "table": {
            "id": "catalog-reviews",
            "caption": "事项与清单变动",
            "columns": listing.headers,
            "empty": {"title": "没有符合条件的变动", "text": "在事项或清单的页面上修订、暂停或取消。"},
        },
        "rows": [_row(draft) for draft in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _row(draft: Draft) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(draft)), "code": column.key == "number"} for column in COLUMNS
    ]
    cells[1]["badge"] = TONES.get(draft.case.state, "plain")
    return {"url": reverse("catalog:review", args=[draft.case.number]), "cells": cells}


@door(SEE)
@require_GET
def review(request: HttpRequest, number: str) -> HttpResponse:
    """One change: where it stands, what it says and does, and what I may do now."""
    case, draft = reviews.draft_for(who(request), number)
    case_services.note_opened(case, reader=who(request))
    return render(request, "catalog/review.html", _context(request, case, draft, {}))


@door("catalog.draft")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """The text of a change as a form made from its table; saved finished or not."""
    case, found = reviews.draft_for(who(request), number)
    if case.state not in OPEN or found.change not in {Change.NEW, Change.REVISE}:
        return redirect("catalog:review", number)
    table = loader.current().table(found.scheme)
    refusal = ""
    if request.method == "POST":
        try:
            services.save(
                case, _text(request, found, table), actor=who(request), seen=_seen(request)
            )
        except MingchaError as error:
            refusal = f"{error.title} {error.detail}"
        else:
            messages.success(request, "已保存。")
            if "more" in request.POST:
                return redirect(f"{reverse('catalog:draft', args=[number])}#points-end")
            return redirect("catalog:review", number)
    shown = _text(request, found, table).content if refusal else found.content
    wrong = problems(table, shown, loader.current().code_tables) if shown else {}
    context = {
        "case": case,
        "draft": found,
        "table": table,
        "form": DeclaredForm(
            table, _names(table, found), shown, wrong if _is_asked(request) else {}
        ),
        "points": _point_forms(found),
        "reason": found.reason,
        "refusal": refusal,
        "back": reverse("catalog:review", args=[number]),
    }
    return render(request, "catalog/draft.html", context, status=409 if refusal else 200)


@door(SEE)
@require_POST
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Hand in, approve, give back, publish, give up, or catch up with the newest version."""
    account = who(request)
    case, _ = reviews.draft_for(account, number)
    name = request.POST.get("move", "")
    deed = _MOVES.get(name)
    if deed is None:
        raise BadInput(problem=f"没有“{name}”这个操作")
    try:
        said = deed(request, case)
    except MingchaError as refusal:
        case.refresh_from_db()
        again, draft_ = reviews.draft_for(account, number)
        told = {"title": refusal.title, "detail": refusal.detail}
        context = _context(request, again, draft_, told)
        return render(request, "catalog/review.html", context, status=refusal.status)
    messages.success(request, said)
    if name == "catch-up":
        return redirect("catalog:draft", number)
    return redirect("catalog:review", number)


def _submit(request: HttpRequest, case: Case) -> str:
    form = SubmitForm(reviews.reviewing_bodies(case.opener), request.POST)
    to = form.cleaned_data["to"] if form.is_valid() else None
    services.submit(case, to=to, actor=who(request), seen=_seen(request))
    return f"已提交{case.unit.name}审核。"


def _approve(request: HttpRequest, case: Case) -> str:
    reason = request.POST.get("reason", "")
    services.approve(case, reason=reason, actor=who(request), seen=_seen(request))
    return "审核通过，可以发布。"


def _send_back(request: HttpRequest, case: Case) -> str:
    reason = request.POST.get("reason", "")
    services.send_back(case, reason=reason, actor=who(request), seen=_seen(request))
    return f"已退回{case.unit.name}修改。"


def _publish(request: HttpRequest, case: Case) -> str:
    form = PublishForm(request.POST)
    if not form.is_valid():
        raise BadInput(problem="；".join(str(e) for errors in form.errors.values() for e in errors))
    given = form.cleaned_data
    services.publish(
        case, since=given["since"], reason=given["reason"], actor=who(request),
        seen=_seen(request),
    )  # fmt: skip
    return f"已发布，自 {given['since']} 起生效。"


def _drop(request: HttpRequest, case: Case) -> str:
    reason = request.POST.get("reason", "")
    services.drop(case, reason=reason, actor=who(request), seen=_seen(request))
    return "已撤销本次变动。"


def _catch_up(request: HttpRequest, case: Case) -> str:
    clashes = services.catch_up(case, actor=who(request), seen=_seen(request))
    draft_ = reviews.draft_of(case)
    table = loader.current().table(draft_.scheme)
    labels = "、".join(table.fields[name].label for name in clashes)
    told = f"以下各处双方都有改动，已保留您的写法，请核对：{labels}。" if labels else ""
    return f"已合并到最新版本。{told}"


_MOVES: Mapping[str, Callable[[HttpRequest, Case], str]] = {
    "submit": _submit,
    "approve": _approve,
    "return": _send_back,
    "reopen": _send_back,
    "publish": _publish,
    "drop": _drop,
    "catch-up": _catch_up,
}


def _context(
    request: HttpRequest, case: Case, draft_: Draft, refusal: Mapping[str, str]
) -> dict[str, object]:
    account = who(request)
    may = {one.move.name: one for one in cases.choices(case, account)}
    if reviews.has_drafted(case, account):
        may.pop("approve", None)
    entry = plans.entry_of(draft_)
    is_open = case.is_open
    overtaken = is_open and plans.is_overtaken(draft_)
    foreseen, trouble = _foreseen(draft_) if is_open else (None, "")
    return {
        "case": case,
        "draft": draft_,
        "entry": entry,
        "entry_url": url_of(entry) if entry is not None else "",
        "state": {"label": case.get_state_display(), "tone": TONES.get(case.state, "plain")},
        "bar": _bar(case),
        "readings": cases.readings(case),
        "trace": cases.trace(case),
        "may": {name: one for name, one in may.items() if one.may},
        "refused": [one for one in may.values() if not one.may],
        "refusal": refusal,
        "wrong": reviews.problems_of(draft_) if case.state in OPEN else [],
        "is_text": draft_.change in {Change.NEW, Change.REVISE},
        "changes": _changes(draft_),
        "facts": _facts(draft_),
        "points": _points(draft_),
        "foreseen": foreseen,
        "trouble": trouble,
        "overtaken": overtaken,
        "news": reviews.news_since(draft_) if overtaken else "",
        "news_changes": _news(draft_) if overtaken else [],
        "doubles": _doubles(draft_) if is_open else [],
        "submit_form": SubmitForm(reviews.reviewing_bodies(case.opener)),
        "publish_form": PublishForm(initial={"since": draft_.since}),
        "affected_url": reverse("desk:affected", args=[case.number]),
    }


def _bar(case: Case) -> list[dict[str, str]]:
    """The way of a change as a bar: what is past, where it stands, what is next."""
    way = [Stage.DRAFT, Stage.SUBMITTED, Stage.APPROVED, Stage.PUBLISHED]
    at = {Stage.RETURNED: Stage.DRAFT, Stage.DROPPED: Stage.DRAFT}.get(
        Stage(case.state), Stage(case.state)
    )
    place = way.index(at)
    states = ["past"] * place + ["now"] + ["next"] * (len(way) - place - 1)
    if case.state == Stage.PUBLISHED:
        states[-1] = "past"
    return [
        {"label": str(stage.label), "state": state}
        for stage, state in zip(way, states, strict=True)
    ]


def _foreseen(draft_: Draft) -> tuple[dict[str, object] | None, str]:
    """The days after the change, and which of them change; or why it cannot be said."""
    try:
        foreseen = plans.forecast(draft_, plans.plan_of(draft_))
    except MingchaError as refusal:
        return None, f"{refusal.title} {refusal.detail}"
    today = local_today()
    return {
        "after": [(label, days_in_words(since, until)) for label, since, until in foreseen.after],
        "stretches": [days_in_words(since, until) for since, until in foreseen.stretches],
        "is_past": foreseen.since is not None and foreseen.since < today,
    }, ""


def _changes(draft_: Draft) -> list[record.Compared]:
    """What a revision changes in the version it was made from."""
    base = plans.base_of(draft_) if draft_.change == Change.REVISE else None
    return _against(draft_, base) if base is not None else []


def _against(draft_: Draft, version: Version) -> list[record.Compared]:
    table = loader.current().table(draft_.scheme)
    changes = record.compared(table, version.content, draft_.content)
    found = reviews.point_fields(draft_.kind, draft_.scheme)
    if found is not None:
        before = reviews.points_of(version)
        changes += record.compared_points(found[0], before, draft_.points)
    return changes


def _news(draft_: Draft) -> list[record.Compared]:
    """What was changed in the meantime, against the version the draft was made from."""
    base, newest = plans.base_of(draft_), reviews.newest_of(draft_)
    if base is None or newest is None:
        return []
    table = loader.current().table(draft_.scheme)
    return record.compared(table, base.content, newest.content)


def _facts(draft_: Draft) -> list[dict[str, object]]:
    table = loader.current().table(draft_.scheme)
    return [
        {"label": one.label, "value": one.value, "wide": one.is_long}
        for one in record.fields_of(table, draft_.content)
    ]


def _points(draft_: Draft) -> list[dict[str, str]]:
    found = reviews.point_fields(draft_.kind, draft_.scheme)
    if found is None:
        return []
    table, _ = found
    return [
        {name: record.readable(table, name, text) for name, text in point.items()}
        for point in draft_.points
    ]


def _doubles(draft_: Draft) -> list[dict[str, str]]:
    """Items in force that bear the same name: one name, one code in the whole city."""
    if draft_.kind != Kind.ITEM or draft_.change not in {Change.NEW, Change.REVISE}:
        return []
    name = draft_.content.get(_name_field(draft_), "")
    return [
        {"code": one.item.code, "name": one.name, "url": url_of(one.item)}
        for one in uniform.like(name, on=local_today(), besides=draft_.code)
    ] if name else []  # fmt: skip


def _name_field(draft_: Draft) -> str:
    return Said(loader.current().table(draft_.scheme), {}).spec.name


def _names(table: Table, draft_: Draft) -> list[str]:
    """The fields of the form; the code of what is there already is not asked for."""
    code = Said(table, {}).spec.code
    return [name for name in table.fields if name != code or draft_.change == Change.NEW]


def _text(request: HttpRequest, draft_: Draft, table: Table) -> Text:
    content = read(request.POST, table, _names(table, draft_))
    found = reviews.point_fields(draft_.kind, draft_.scheme)
    points: list[dict[str, str]] = []
    if found is not None:
        own, names = found
        count = request.POST.get("points", "")
        places = range(min(int(count), MOST_POINTS) if count.isdigit() and len(count) < 6 else 0)
        every = [read(request.POST, own, names, prefix=f"p{place}") for place in places]
        points = [point for point in every if point.get("check_content", "").strip()]
    return Text(content, points, request.POST.get("why", ""))


def _point_forms(draft_: Draft) -> list[forms.Form]:
    found = reviews.point_fields(draft_.kind, draft_.scheme)
    if found is None:
        return []
    table, names = found
    rows: list[dict[str, str]] = [*draft_.points, *({} for _ in range(BLANKS))]
    return [DeclaredForm(table, names, row, prefix=f"p{n}") for n, row in enumerate(rows)]


def _is_asked(request: HttpRequest) -> bool:
    """Whether the form is to show what is missing."""
    return request.GET.get("check") == "1"


def _seen(request: HttpRequest) -> int | None:
    seen: Any = request.POST.get("seen", "")
    return int(seen) if seen.isdigit() and len(seen) < 9 else None
