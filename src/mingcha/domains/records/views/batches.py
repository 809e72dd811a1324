"""Batches: the list, the progress, the receipt, and the rows that go back."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from mingcha.base.access import door
from mingcha.base.days import minute_text
from mingcha.base.exports import attachment
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records import services
from mingcha.domains.records.models import Batch, BatchState
from mingcha.domains.records.queries import batches as queries
from mingcha.domains.records.services import vault
from mingcha.domains.records.views.upload import label_of
from mingcha.standards import loader

COLUMNS: Sequence[Column[Batch]] = (
    Column("file", "文件", lambda b: b.file_name, "file_name"),
    Column("state", "状态", lambda b: b.get_state_display(), "state"),
    Column("table", "数据表", label_of, "table"),
    Column("provider", "报送单位", lambda b: b.provider.name, "provider__name"),
    Column("read", "读取", lambda b: b.read_count, "read_count", num=True),
    Column("accepted", "接收", lambda b: b.accepted_count, "accepted_count", num=True),
    Column("refused", "退回", lambda b: b.refused_count, "refused_count", num=True),
    Column("waiting", "待核", lambda b: b.waiting_count, "waiting_count", num=True),
    Column("by", "报送人", lambda b: b.submitted_by.real_name, "submitted_by__real_name"),
    Column("received", "收到", lambda b: minute_text(b.received_at), "received_at"),
)


SHOWN = (
    "public_id", "file_name", "state", "table", "received_at", "read_count", "accepted_count",
    "refused_count", "waiting_count", "provider__name", "submitted_by__real_name",
)  # fmt: skip
STATES = [(queries.OPEN, "处理中"), *BatchState.choices]
FLAWS = [("refused", "有退回的行"), ("waiting", "有待核的行"), ("doubled", "有重复的行")]


@door("records.receipts")
@require_GET
def batch_list(request: HttpRequest) -> HttpResponseBase:
    """Every batch of the organisations the account answers for."""
    account = cast(Account, request.user)
    asked = _asked(request)
    found = queries.batches(account, asked).select_related(None)
    found = found.select_related("provider", "submitted_by").only(*SHOWN)
    listing = Listing(request, found, COLUMNS, sort="-received")
    if "export" in request.GET:
        return listing.export("报送批次")
    rows = listing.rows
    for batch in rows:
        batch.table_label = label_of(batch)  # type: ignore[attr-defined]  # for the template
    context = {
        "filter": _filter(account, asked),
        "table": {
            "id": "batches",
            "caption": "报送批次",
            "columns": listing.headers,
            "empty": {"title": "没有符合条件的批次", "text": "换一个条件，或报送新的数据文件。"},
        },
        "rows": rows,
        "pager": listing.pager,
        "exports": listing.exports,
        "may_intake": account.holds("records.intake"),
    }
    return render(request, "records/batch_list.html", context)


@door("records.receipts")
@require_GET
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One batch: its progress while it runs, its receipt afterwards."""
    found = queries.batch_for(cast(Account, request.user), number)
    return render(request, "records/batch.html", _context(request, found))


@door("records.receipts")
@require_GET
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """The progress alone, for polling; asks the page to load anew once the batch has ended."""
    found = queries.batch_for(cast(Account, request.user), number)
    context = _context(request, found)
    response = render(request, "records/progress.html", context)
    if not queries.receipt(found).progress.is_open:
        response["HX-Refresh"] = "true"
    return response


@door("records.intake")
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Stop a batch after the chunk under way."""
    account = cast(Account, request.user)
    services.cancel(queries.batch_for(account, number), actor=account)
    return redirect("records:batch", number)


@door("records.intake")
@require_POST
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """Go on with a batch that was stopped."""
    account = cast(Account, request.user)
    services.resume(queries.batch_for(account, number), actor=account)
    return redirect("records:batch", number)


@door("records.receipts")
@require_GET
def original(request: HttpRequest, number: str) -> FileResponse:
    """The file as it came; each look is an act."""
    account = cast(Account, request.user)
    found = queries.batch_for(account, number)
    services.look_at_original(found, actor=account)
    headers = {
        "Content-Disposition": attachment(found.file_name),
        "Content-Type": "application/octet-stream",
    }
    return FileResponse(vault.path_of(found.file_id).open("rb"), headers=headers)


def _context(request: HttpRequest, batch: Batch) -> dict[str, object]:
    account = cast(Account, request.user)
    return {
        "receipt": queries.receipt(batch),
        "table_label": label_of(batch),
        "table_name": batch.table or batch.table_asked or batch.sample.get("table", ""),
        "headers": batch.sample.get("headers", []),
        "may_intake": account.holds_over("records.intake", batch.provider),
        "may_map": account.holds_over("records.mapping", batch.provider),
        "why_url": why_url("batch", batch.provider),
    }


def why_url(kind: str, provider: Organisation) -> str:
    """Who may see rows of this kind of this provider, and whom to ask."""
    return f"{reverse('desk:why_rows', args=[kind])}?organisation={provider.code}"


def _asked(request: HttpRequest) -> queries.Filter:
    said = request.GET
    return queries.Filter(
        words=said.get("q", "").strip(),
        table=said.get("table", ""),
        provider=said.get("provider", ""),
        state=said.get("state", ""),
        since=_day(said.get("since", "")),
        until=_day(said.get("until", "")),
        flaw=said.get("flaw", ""),
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # 2026-02-30: looks like a date and is none
        return None


def _filter(account: Account, asked: queries.Filter) -> dict[str, object]:
    tables = [(t.name, t.label) for t in loader.current().tables.values()]
    providers = queries.providers_for(account, queries.RECEIPTS).values_list("code", "name")
    fields = [
        {"name": "q", "label": "文件名或回执编号", "kind": "text", "value": asked.words},
        select("table", "数据表", tables, asked.table),
        select("provider", "报送单位", list(providers), asked.provider),
        select("state", "状态", STATES, asked.state),
        select("flaw", "未入库的行", FLAWS, asked.flaw),
        {
            "label": "收到日期", "kind": "range", "from_name": "since", "to_name": "until",
            "from_value": asked.since.isoformat() if asked.since else "",
            "to_value": asked.until.isoformat() if asked.until else "",
        },
    ]  # fmt: skip
    return {"fields": fields, "clear_url": "?"}
