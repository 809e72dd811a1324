"""The dry run before a publication: who is affected, asked of every domain; each number its rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.listing import Column, Listing
from mingcha.base.people.models import Account
from mingcha.base.rules.queries import in_force
from mingcha.domains.catalog.queries import affected as catalog
from mingcha.domains.catalog.queries import reviews
from mingcha.domains.catalog.queries.affected import Affected, Changed
from mingcha.domains.catalog.queries.exceptions import exception_for
from mingcha.domains.catalog.queries.lists import STATES
from mingcha.domains.desk.views import who
from mingcha.domains.officers import queries as officers
from mingcha.domains.records.queries import affected as records
from mingcha.domains.records.queries import marks
from mingcha.domains.records.queries.dossier import in_brief
from mingcha.standards import loader

SEE = "cases.see"
WITHIN = "catalog.affected_within"

# Every domain that says who is affected, in the order of the page.
ASKED: tuple[Callable[[Account, Changed], list[Affected]], ...] = (
    records.affected_by,
    catalog.affected_by,
)


@dataclass(frozen=True)
class Rows:
    """How the rows behind a number are shown."""

    found: Callable[[Account, Changed], Any]
    columns: Callable[[Account], Sequence[Column[Any]]]
    sort: str
    url: Callable[[Any], str]


def _dossier(party: Any) -> str:
    return reverse("insight:dossier", args=[party.public_id])


def _facts(account: Account) -> Sequence[Column[Any]]:
    """The columns of facts, masked as the account may see them."""
    brief = in_brief(account)
    return (
        Column("day", "日期", lambda f: f.occurred_on, "occurred_on"),
        Column("table", "种类", lambda f: loader.current().table(f.dataset).label, "dataset"),
        Column("what", "记录", lambda f: brief(f)[0]),
        Column("about", "对象", lambda f: brief(f)[1]),
        Column("provider", "报送单位", lambda f: f.provider.name, "provider__name"),
        Column("key", "业务主键", lambda f: f.source_key, "source_key"),
    )


def _always(*columns: Column[Any]) -> Callable[[Account], Sequence[Column[Any]]]:
    return lambda _: columns


ROWS = {
    records.PARTIES: Rows(
        records.parties,
        _always(
            Column("name", "监管对象", lambda p: p.name, "name"),
            Column("code", "代码", lambda p: p.code, "code"),
            Column("region", "行政区划", lambda p: p.region, "region"),
            Column("status", "登记状态", lambda p: p.status, "status"),
        ),
        "name",
        _dossier,
    ),
    records.PAST: Rows(
        records.past_acts, _facts, "-day",
        lambda f: reverse("insight:versions", args=[f.pk]),
    ),
    records.OFFICERS: Rows(
        lambda account, changed: officers.visible_to(account).filter(
            certificate__in=records.certificates(account, changed)
        ),
        _always(
            Column("name", "姓名", lambda o: o.name, "name"),
            Column("certificate", "执法证号", lambda o: o.certificate, "certificate"),
            Column("body", "所属主体", lambda o: o.body, "body"),
            Column("valid_to", "有效期至", lambda o: o.valid_to or "长期", "valid_to"),
        ),
        "name",
        lambda o: reverse("officers:officer", args=[o.certificate]),
    ),
    records.WAITING: Rows(
        records.waiting,
        _always(
            Column("file", "文件", lambda r: r.batch.file_name, "batch__file_name"),
            Column("row", "行", lambda r: r.row, "row", num=True),
            Column("provider", "报送单位", lambda r: r.batch.provider.name, "batch__provider__name"),
            Column("reason", "待核原因", lambda r: "；".join(one["reason"] for one in r.reasons)),
        ),
        "file",
        lambda r: reverse("records:refused", args=[r.batch.public_id]),
    ),
    "checklists": Rows(
        lambda _, changed: catalog.checklists_under(changed),
        _always(
            Column("name", "清单", lambda v: v.name, "name"),
            Column("code", "编码", lambda v: v.checklist.code, "checklist__code"),
            Column("body", "实施主体", lambda v: v.content.get("implement_institution", "")),
            Column("state", "状态", lambda v: STATES[v.state], "state"),
        ),
        "code",
        lambda v: reverse("catalog:checklist", args=[v.checklist.scheme, v.checklist.code]),
    ),
    "subs": Rows(
        lambda _, changed: catalog.subs_under(changed),
        _always(
            Column("name", "子项", lambda v: v.name, "name"),
            Column("code", "编码", lambda v: v.item.code, "item__code"),
            Column("state", "状态", lambda v: STATES[v.state], "state"),
        ),
        "code",
        lambda v: reverse("catalog:item", args=[v.item.scheme, v.item.code]),
    ),
    "cases": Rows(
        catalog.open_cases,
        _always(
            Column("title", "办件", lambda c: c.title, "title"),
            Column("number", "编号", lambda c: c.number, "number"),
            Column("state", "状态", lambda c: c.get_state_display(), "state"),
            Column("unit", "承办单位", lambda c: c.unit.name, "unit__name"),
        ),
        "-number",
        lambda c: reverse("desk:case", args=[c.number]),
    ),
}  # fmt: skip


@door(SEE)
@require_GET
def affected(request: HttpRequest, number: str) -> HttpResponse:
    """The numbers: who is affected if this is published as it stands."""
    account = who(request)
    case, draft = reviews.draft_for(account, number)
    context: dict[str, object] = {
        "case": case,
        "draft": draft,
        "back": reverse("desk:case", args=[number]),
    }
    try:
        changed = _changed(draft)
    except MingchaError as refusal:
        context["trouble"] = f"{refusal.title} {refusal.detail}"
        return render(request, "desk/affected.html", context)
    lines = [
        {"line": one, "url": reverse("desk:affected_rows", args=[number, one.key])}
        for asked in ASKED
        for one in asked(account, changed)
    ]
    context |= {"changed": changed, "lines": lines}
    return render(request, "desk/affected.html", context)


@door(SEE)
@require_GET
def affected_rows(request: HttpRequest, number: str, key: str) -> HttpResponseBase:
    """The rows behind one number."""
    account = who(request)
    _, draft = reviews.draft_for(account, number)
    rows = ROWS.get(key)
    if rows is None:
        raise NotFound(what="影响范围", key=key)
    changed = _changed(draft)
    label = next(
        (one.label for asked in ASKED for one in asked(account, changed) if one.key == key), key
    )
    columns = rows.columns(account)
    listing = Listing(request, rows.found(account, changed), columns, sort=rows.sort)
    return _list(request, listing, rows, label, back=reverse("desk:affected", args=[number]))


@door(SEE)
@require_GET
def excepted(request: HttpRequest, number: str) -> HttpResponseBase:
    """The records that passed by an exception."""
    account = who(request)
    one = exception_for(account, number)
    rows = ROWS[records.PAST]
    listing = Listing(request, marks.excepted(account, number), rows.columns(account), sort="-day")
    back = reverse("desk:case", args=[number])
    return _list(request, listing, rows, f"依例外 {number} 放行的记录：{one.name}", back=back)


def _changed(draft: Any) -> Changed:
    today = local_today()
    months = in_force(WITHIN, on=today).value
    return catalog.changed_by(draft, since=catalog.months_before(today, months), today=today)


def _list(
    request: HttpRequest, listing: Listing[Any], rows: Rows, label: str, *, back: str
) -> HttpResponseBase:
    if "export" in request.GET:
        return listing.export(label)
    context = {
        "title": label,
        "note": "只列出您有权查看的记录。",
        "actions": [{"label": "返回", "url": back}],
        "exports": listing.exports,
        "table": {"id": "affected", "caption": label, "columns": listing.headers},
        "rows": [
            {
                "url": rows.url(row),
                "cells": [
                    {"text": str(column.text(row)), "num": column.num} for column in listing.columns
                ],
            }
            for row in listing.rows
        ],
        "pager": listing.pager,
    }
    return render(request, "desk/list_page.html", context)
