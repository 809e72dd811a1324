"""Where one starts, what one has begun, what one has entered; one entered record with what may be done."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.days import minute_text
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people.models import Account
from mingcha.domains.records.errors import RecordWithdrawn
from mingcha.domains.records.models import Entry, EntryDraft, EntryState, Operation
from mingcha.domains.records.queries.entry import standing
from mingcha.domains.records.queries.entry.choosing import choice
from mingcha.domains.records.queries.entry.copying import from_record
from mingcha.domains.records.queries.entry.record import record
from mingcha.domains.records.services import entry as services
from mingcha.domains.records.services.entry import Writing
from mingcha.domains.records.views.batches import why_url
from mingcha.standards import loader

TONES = {
    EntryState.LANDED: "done", EntryState.WAITING: "due", EntryState.WITHDRAWN: "todo",
    EntryState.REFUSED: "late", EntryState.UNCHANGED: "plain",
}  # fmt: skip
WHOSE = [(standing.MINE, "我录入的"), (standing.OURS, "本单位录入的")]
SHOWN = 5


def _table(row: Entry | EntryDraft) -> str:
    return loader.current().table(row.table).label


COLUMNS: Sequence[Column[Entry]] = (
    Column("key", "编号", lambda e: e.source_key, "source_key"),
    Column("table", "数据表", _table, "table"),
    Column("party", "监管对象", lambda e: e.party, "party"),
    Column("title", "内容", lambda e: e.title),
    Column("day", "发生日期", lambda e: e.occurred_on, "occurred_on"),
    Column("state", "状态", lambda e: e.get_state_display(), "state"),
    Column("provider", "报送单位", lambda e: e.provider.name, "provider__name"),
    Column("by", "录入人", lambda e: e.account.real_name, "account__real_name"),
    Column("at", "录入时间", lambda e: minute_text(e.entered_at), "entered_at"),
)
DRAFT_COLUMNS: Sequence[Column[EntryDraft]] = (
    Column("title", "内容", lambda d: d.title or "（还没有内容）", "title"),
    Column("table", "数据表", _table, "table"),
    Column("kind", "方式", lambda d: _kind(d)),
    Column("provider", "报送单位", lambda d: d.provider.name, "provider__name"),
    Column("saved", "保存时间", lambda d: minute_text(d.saved_at), "saved_at"),
)


class ReasonForm(forms.Form):
    """Why a record is withdrawn."""

    reason = forms.CharField(
        label="撤回理由", max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text="例如：重复录入；当事人认错。理由随记录一起留痕，档案里看得到。",
    )  # fmt: skip


@door("records.intake")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Choose a table, go on with a draft, or look at what was entered last."""
    account = cast(Account, request.user)
    words = request.GET.get("q", "").strip()
    drafts = list(standing.drafts(account)[: SHOWN + 1])
    entered = standing.entries(account, standing.Filter())
    context = {
        "q": words,
        "choice": choice(account, words),
        "drafts": [_draft_row(one) for one in drafts[:SHOWN]],
        "more_drafts": len(drafts) > SHOWN,
        "entries": [_row(one) for one in entered.order_by("-pk")[:SHOWN]],
    }
    return render(request, "records/entry_home.html", context)


@door("records.intake")
@require_GET
def draft_list(request: HttpRequest) -> HttpResponseBase:
    """Everything the account has begun and not handed in."""
    account, words = cast(Account, request.user), request.GET.get("q", "").strip()
    table = request.GET.get("table", "")
    found = standing.drafts(account)
    if words:
        found = found.filter(title__icontains=words)
    if table:
        found = found.filter(table=table)
    listing = Listing(request, found, DRAFT_COLUMNS, sort="-saved")
    if "export" in request.GET:
        return listing.export("录入草稿")
    context = {
        "filter": {
            "fields": [
                {"name": "q", "label": "内容", "kind": "text", "value": words, "wide": True},
                select("table", "数据表", _tables(account), table),
            ],
            "clear_url": "?",
        },
        "table": {
            "id": "entry-drafts",
            "caption": "录入草稿",
            "columns": [*listing.headers, {"label": "操作"}],
            "empty": {
                "title": "没有草稿",
                "text": "填到一半的记录会自动存在这里。",
                "action": {"label": "录入一条", "url": reverse("records:entry")},
            },
        },
        "rows": [_draft_row(one) for one in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "records/entry_drafts.html", context)


@door("records.receipts")
@require_GET
def entry_list(request: HttpRequest) -> HttpResponseBase:
    """What was entered by hand: by me, or for the organisations whose receipts I read."""
    account, asked = cast(Account, request.user), _asked(request)
    listing = Listing(request, standing.entries(account, asked), COLUMNS, sort="-at")
    if "export" in request.GET:
        return listing.export("录入的记录")
    context = {
        "filter": _filter(request, account, asked),
        "table": {
            "id": "entries",
            "caption": "录入的记录",
            "columns": listing.headers,
            "empty": {
                "title": "没有符合条件的记录",
                "text": "换一个条件，或录入一条新的。",
                "action": {"label": "录入一条", "url": reverse("records:entry")},
            },
        },
        "rows": [_row(one) for one in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "records/entry_list.html", context)


@door("records.receipts")
@require_GET
def entry(request: HttpRequest, number: str) -> HttpResponse:
    """One entered record: what it says, its versions with their reasons, what may be done with it."""
    account = cast(Account, request.user)
    found = standing.entry_for(account, number)
    shown = record(account, found)
    may = account.holds_over("records.intake", found.provider)
    context = {
        "entry": found,
        "table": loader.current().table(found.table),
        "tone": TONES[EntryState(found.state)],
        "record": shown,
        "may_change": may and shown.fact_id is not None and not shown.is_withdrawn,
        "why_url": why_url("batch", found.provider),
        "crumbs": [
            {"label": "在线录入", "url": reverse("records:entry")},
            {"label": "录入的记录", "url": reverse("records:entries")},
            {"label": found.source_key},
        ],
    }
    return render(request, "records/entry_record.html", context)


@door("records.intake")
@require_POST
def correct(request: HttpRequest, fact: int) -> HttpResponse:
    """Open a record for correction."""
    account = cast(Account, request.user)
    draft = services.correct(standing.own_fact(account, fact), actor=account)
    return redirect("records:entry_draft", draft.public_id)


@door("records.intake")
@require_POST
def copy(request: HttpRequest, fact: int) -> HttpResponse:
    """Begin a new record like one that is there."""
    account = cast(Account, request.user)
    found = standing.own_fact(account, fact)
    writing = Writing(from_record(account, found), title=f"照 {found.source_key} 录入")
    table = loader.current().table(found.dataset)
    draft = services.start_draft(table, found.provider, writing, actor=account)
    return redirect("records:entry_draft", draft.public_id)


@door("records.intake")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, fact: int) -> HttpResponse:
    """Take a record back, with a reason."""
    account = cast(Account, request.user)
    found = standing.own_fact(account, fact)
    if request.method == "GET" and found.operation == Operation.DELETE:
        raise RecordWithdrawn(key=found.source_key)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        outcome = services.withdraw(found, reason=reason, actor=account)
        messages.success(request, f"{found.source_key} 已撤回。")
        return redirect("records:entry_record", outcome.entries[0].public_id)
    context = {
        "form": form,
        "fact": found,
        "table": loader.current().table(found.dataset),
        "crumbs": [
            {"label": "在线录入", "url": reverse("records:entry")},
            {"label": f"撤回 {found.source_key}"},
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "records/entry_withdraw.html", context, status=status)


@door("records.intake")
@require_POST
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Throw a draft away."""
    account = cast(Account, request.user)
    services.discard_draft(standing.draft_for(account, number))
    messages.success(request, "草稿已放弃。")
    return redirect("records:entry_drafts")


def _kind(draft: EntryDraft) -> str:
    if draft.is_grid:
        return f"成批（{len(draft.values)} 行）"
    return "更正" if draft.corrects is not None else "单条"


def _draft_row(draft: EntryDraft) -> dict[str, object]:
    name = "records:entry_grid_draft" if draft.is_grid else "records:entry_draft"
    return {
        "draft": draft,
        "table_label": _table(draft),
        "kind": _kind(draft),
        "url": reverse(name, args=[draft.public_id]),
    }


def _row(entry: Entry) -> dict[str, object]:
    return {
        "entry": entry,
        "table_label": _table(entry),
        "tone": TONES[EntryState(entry.state)],
        "url": reverse("records:entry_record", args=[entry.public_id]),
    }


def _asked(request: HttpRequest) -> standing.Filter:
    said = request.GET
    whose = said.get("whose", standing.MINE)
    return standing.Filter(
        words=said.get("q", "").strip()[:200],
        table=said.get("table", ""),
        state=said.get("state", ""),
        since=_day(said.get("since", "")),
        until=_day(said.get("until", "")),
        whose=whose if whose in dict(WHOSE) else standing.MINE,
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # 2026-02-30: looks like a date and is none
        return None


def _filter(request: HttpRequest, account: Account, asked: standing.Filter) -> dict[str, object]:
    rest = request.GET.copy()
    rest.pop("page", None)
    saved = []
    for whose, label in WHOSE:
        rest["whose"] = whose
        saved.append(
            {"label": label, "url": f"?{rest.urlencode()}", "active": asked.whose == whose}
        )
    fields = [
        {"name": "whose", "kind": "hidden", "value": asked.whose},
        {"name": "q", "label": "编号、监管对象或内容", "kind": "text", "value": asked.words,
         "wide": True},
        select("table", "数据表", _tables(account), asked.table),
        select("state", "状态", EntryState.choices, asked.state),
        {
            "label": "录入日期", "kind": "range", "from_name": "since", "to_name": "until",
            "from_value": asked.since.isoformat() if asked.since else "",
            "to_value": asked.until.isoformat() if asked.until else "",
        },
    ]  # fmt: skip
    return {"fields": fields, "saved": saved, "clear_url": f"?whose={asked.whose}"}


def _tables(account: Account) -> list[tuple[str, str]]:
    return [(table.name, table.label) for table in loader.current().tables.values()]
