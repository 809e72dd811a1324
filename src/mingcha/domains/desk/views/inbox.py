"""The inbox (待办): what waits for me, what anyone of my body may claim, what I should know, what I did."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.calendar import queries as calendar
from mingcha.base.cases import queries as cases
from mingcha.base.cases.models import Case, Todo
from mingcha.base.cases.queries import Box, Filter, Sought
from mingcha.base.days import minute_text
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Account
from mingcha.domains.desk import queries, services
from mingcha.domains.desk.services import Outcome, note_look
from mingcha.domains.desk.views import who

MOST_SHOWN = 99
DUE = [
    ("late", "已逾期"),
    ("today", "今天到期"),
    ("soon", "两个工作日内到期"),
    ("none", "没有期限"),
]
PARTS: Mapping[str, tuple[str, Callable[[Box], QuerySet[Todo]]]] = {
    "mine": ("待我办", lambda box: box.mine),
    "own": ("本单位待认领", lambda box: box.own),
    "below": ("下级待认领", lambda box: box.below),
    "known": ("抄知", lambda box: box.to_know),
}
DONE = "done"
SHOWN = ("title", "from", "unit", "due", "urged", "sent")  # an export has more columns
SHOWN_DONE = ("title", "state", "unit", "opened", "closed")
EMPTY = {
    "mine": ("没有等您办的事", "新的任务、退回和催办会列在这里；也可以到“本单位待认领”中认领。"),
    "own": ("本单位没有待认领的事", "下达到本单位、还没有人认领的任务会列在这里。"),
    "below": ("下级单位没有待认领的事", "您有权办理的其他单位中还没有人认领的任务会列在这里。"),
    "known": ("没有需要知道的事", "催办到您这一级的事项和抄送会列在这里，打开即为已阅。"),
    DONE: ("您还没有办过的件", "发起、认领、办理过的办件会列在这里。"),
}


@door(SIGNED_IN)
@require_GET
def inbox(request: HttpRequest) -> HttpResponseBase:
    """One part of the inbox; the address holds part, filter, sort and page."""
    account, asked = who(request), request.GET
    part = asked.get("box", "mine")
    if part == DONE:
        return _done_page(request, account)
    if part not in PARTS:
        part = "mine"
    box = cases.inbox(account)
    found = cases.narrowed(PARTS[part][1](box), _sought(asked))
    listing = Listing(request, found, _todo_columns(account), sort="due")
    if "export" in asked:
        note_look(account, "导出待办", at=request.get_full_path())
        return listing.export(f"待办-{PARTS[part][0]}")
    context = _context(request, account, part, box) | {
        "table": _table(part, listing.headers_of(SHOWN)),
        "rows": queries.todo_rows(listing.rows, account),
        "pager": listing.pager,
        "exports": listing.exports,
    }
    return render(request, "desk/inbox.html", context)


@door(SIGNED_IN)
@require_POST
def claim_several(request: HttpRequest) -> HttpResponse:
    """Claim every ticked case."""
    outcome = services.claim_all(request.POST.getlist("key"), actor=who(request))
    return _told(request, outcome, "认领")


@door(SIGNED_IN)
@require_POST
def note_several(request: HttpRequest) -> HttpResponse:
    """Note every ticked case as read."""
    outcome = services.note_all_opened(request.POST.getlist("key"), actor=who(request))
    return _told(request, outcome, "标为已阅")


def told(request: HttpRequest, outcome: Outcome, verb: str) -> None:
    """Say what became of a batch."""
    if outcome.done:
        messages.success(request, f"已{verb} {len(outcome.done)} 件。")
    for _, why in outcome.refused[:10]:
        messages.warning(request, why)
    if not outcome.done and not outcome.refused:
        messages.warning(request, f"没有勾选要{verb}的办件。")


def back_to(request: HttpRequest, fallback: str) -> str:
    """The page from which something was sent, if it is ours; else `fallback`, a name or an address."""
    came_from = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure())
    return came_from if here else resolve_url(fallback)


def _told(request: HttpRequest, outcome: Outcome, verb: str) -> HttpResponse:
    told(request, outcome, verb)
    return redirect(back_to(request, "desk:inbox"))


def _sought(asked: Mapping[str, str]) -> Sought:
    return Sought(
        words=asked.get("q", "").strip(), kind=asked.get("kind", ""), due=asked.get("due", "")
    )


def _todo_columns(account: Account) -> Sequence[Column[Todo]]:
    judge = calendar.days()
    return (
        Column("title", "事项", lambda t: t.case.title, "case__title"),
        Column("number", "编号", lambda t: t.case.number, "case__number"),
        Column("kind", "种类", lambda t: t.case.of.label, "case__kind"),
        Column("verb", "要做的", lambda t: t.verb, "verb"),
        Column("from", "来自", queries.sender_of, "sent_by__real_name"),
        Column("unit", "收件单位", lambda t: t.unit, "unit__path"),
        Column("due", "期限", lambda t: queries.due_of(t, judge)[0] if t.due_on else "", "due_on"),
        Column("urged", "催办", lambda t: t.urged, "urged", num=True),  # type: ignore[attr-defined]
        Column("sent", "收到", lambda t: moment(t.sent_at), "sent_at"),
    )


def _case_columns() -> Sequence[Column[Case]]:
    return (
        Column("title", "事项", lambda c: c.title, "title"),
        Column("number", "编号", lambda c: c.number, "number"),
        Column("kind", "种类", lambda c: c.of.label, "kind"),
        Column("state", "状态", lambda c: c.get_state_display(), "state"),
        Column("unit", "承办", lambda c: c.unit, "unit__path"),
        Column("opened", "发起", lambda c: moment(c.opened_at), "opened_at"),
        Column("closed", "办结", lambda c: moment(c.closed_at), "closed_at"),
    )


def _done_page(request: HttpRequest, account: Account) -> HttpResponseBase:
    """The cases on which I made a step."""
    asked = request.GET
    sought = Filter(words=asked.get("q", "").strip(), kind=asked.get("kind", ""))
    listing = Listing(request, cases.done_by(account, sought), _case_columns(), sort="-opened")
    if "export" in asked:
        note_look(account, "导出办过的件", at=request.get_full_path())
        return listing.export("我办过的")
    context = _context(request, account, DONE, cases.inbox(account)) | {
        "table": _table(DONE, listing.headers_of(SHOWN_DONE)),
        "rows": queries.case_rows(listing.rows, account, mine=True),
        "pager": listing.pager,
        "exports": listing.exports,
    }
    return render(request, "desk/inbox.html", context)


def _context(request: HttpRequest, account: Account, part: str, box: Box) -> dict[str, Any]:
    asked = request.GET
    kinds = [(kind.name, kind.label) for kind in queries.kinds_seen(account)]
    fields: list[dict[str, object]] = [
        {"name": "box", "kind": "hidden", "value": part},
        {"name": "q", "label": "标题、编号", "kind": "text", "value": asked.get("q", ""), "wide": True},
        options("kind", "种类", kinds, asked),
    ]  # fmt: skip
    if part != DONE:
        fields.append(options("due", "期限", DUE, asked))
    return {
        "part": part,
        "tabs": _tabs(part, box),
        "filter": {"fields": fields, "clear_url": f"?box={part}"},
        "absent": [person.real_name for person in account.absent],
        "row_template": "desk/done_row.html" if part == DONE else "desk/todo_row.html",
    }


def _tabs(part: str, box: Box) -> list[dict[str, object]]:
    """The parts with how many there are; that of other bodies only where there is something."""
    tabs: list[dict[str, object]] = []
    for key, (label, pick) in PARTS.items():
        count = pick(box).order_by()[: MOST_SHOWN + 1].count()
        if count or key != "below" or part == "below":
            shown = f"{MOST_SHOWN}+" if count > MOST_SHOWN else count or ""
            tab = {"label": label, "url": f"?box={key}", "active": key == part, "count": shown}
            tabs.append(tab)
    tabs.append({"label": "我办过的", "url": f"?box={DONE}", "active": part == DONE})
    return tabs


def moment(when: datetime | None) -> str:
    """A moment as lists and exports write it; "" for none."""
    return "" if when is None else minute_text(when)


def _table(part: str, headers: list[dict[str, object]]) -> dict[str, object]:
    title, text = EMPTY[part]
    table: dict[str, object] = {
        "id": f"inbox-{part}",
        "caption": "待办",
        "columns": headers,
        "empty": {"title": title, "text": text},
    }
    if part in ("own", "below"):
        table["batch"] = {"url": reverse("desk:claim_several"), "actions": [{"label": "认领所选"}]}
    if part == "known":
        table["batch"] = {"url": reverse("desk:note_several"), "actions": [{"label": "标为已阅"}]}
    return table
