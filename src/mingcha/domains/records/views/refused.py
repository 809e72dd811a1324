"""The rows of a batch that were not taken in: each with its reasons, and as a file to correct."""

from collections.abc import Iterator, Sequence
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.exports import Sheet, attachment, exported
from mingcha.base.listing import AT_ONCE, Column, Listing
from mingcha.base.people.models import Account
from mingcha.domains.records import services
from mingcha.domains.records.models import Batch, Refusal, RefusalState
from mingcha.domains.records.queries import batches as queries
from mingcha.domains.records.services import returns
from mingcha.domains.records.views.batches import why_url
from mingcha.domains.records.views.upload import label_of
from mingcha.standards import loader

LINE = "_line"  # under which a row that could not be cut into cells is kept
COLUMNS: Sequence[Column[Refusal]] = (Column("row", "行号", lambda r: r.row, "row"),)


@door("records.receipts")
@require_GET
def refused(request: HttpRequest, number: str) -> HttpResponseBase:
    """The rows that were not taken in, by state and by check."""
    account = cast(Account, request.user)
    found = queries.batch_for(account, number)
    state, check = request.GET.get("state", ""), request.GET.get("check", "")
    asked = queries.refusals(found, state=state, check=check)
    listing = Listing(request, asked, COLUMNS, sort="row")
    rows = listing.rows
    headers = found.sample.get("headers") or sorted({name for row in rows for name in row.raw})
    if "export" in request.GET:
        services.note_refused_export(found, actor=account)
        name = f"未入库的行-{found.file_name.rpartition('.')[0]}"
        sheet = Sheet("未入库的行", ("行号", "状态", "原因", *headers), _cells(listing, headers))
        return exported(name, sheet, request.GET["export"])
    context = {
        "batch": found,
        "table_label": label_of(found),
        "headers": _shown_headers(found, headers),
        "rows": [_row(found, row, headers) for row in rows],
        "pager": listing.pager,
        "exports": listing.exports,
        "tabs": _tabs(found, state),
        "check": {"label": _check_label(found, check), "clear_url": "?"} if check else None,
        "may_intake": account.holds_over(queries.INTAKE, found.provider),
        "why_url": why_url("refused", found.provider),
    }
    return render(request, "records/refused.html", context)


@door("records.receipts")
@require_GET
def refused_file(request: HttpRequest, number: str) -> HttpResponse | FileResponse:
    """The refused rows as the same kind of file, with a column of reasons."""
    account = cast(Account, request.user)
    found = queries.batch_for(account, number)
    file = returns.file_of(found, actor=account)
    if file is None:
        return render(request, "records/preparing.html", {"batch": found}, status=202)
    return FileResponse(
        file.path.open("rb"), headers={"Content-Disposition": attachment(file.name)}
    )


def _cells(listing: Listing[Refusal], headers: Sequence[str]) -> Iterator[list[str]]:
    """Every row asked for, as texts; a row that could not be cut stands in the first column."""
    for row in listing.found.iterator(AT_ONCE):
        reasons = "；".join(reason["reason"] for reason in row.reasons)
        whole = row.raw.get(LINE)
        cells = [row.raw.get(name) or "" for name in headers]
        if whole is not None and cells:
            cells[0] = whole
        yield [str(row.row), row.get_state_display(), reasons, *cells]


def _tabs(batch: Batch, state: str) -> list[dict[str, object]]:
    tabs: list[dict[str, object]] = [{"label": "全部", "url": "?", "active": not state}]
    for value, label in RefusalState.choices:
        count = queries.refusals(batch, state=value).count()
        tabs.append(
            {"label": label, "url": f"?state={value}", "active": state == value, "count": count}
        )
    return tabs


def _row(batch: Batch, row: Refusal, headers: Sequence[str]) -> dict[str, object]:
    bad = {reason["field"] for reason in row.reasons if reason["field"]}
    labels = _headers_of(batch, bad)
    cells = [
        {"text": row.raw.get(name) or "", "bad": name in labels, "header": name} for name in headers
    ]
    if LINE in row.raw:
        cells = [{"text": row.raw[LINE], "bad": True, "header": "整行"}]
    return {
        "row": row.row,
        "state": row.state,
        "state_label": row.get_state_display(),
        "reasons": [reason["reason"] for reason in row.reasons],
        "cells": cells,
    }


def _shown_headers(batch: Batch, headers: Sequence[str]) -> list[dict[str, str]]:
    """The file's own headers, each with the standard's name for the field where it is another."""
    matched: dict[str, str] = batch.sample.get("fields", {})
    fields = loader.current().table(batch.table).fields if batch.table else {}
    labels = {name: fields[matched[name]].label for name in headers if matched.get(name) in fields}
    return [
        {"name": name, "label": label if (label := labels.get(name, "")) != name else ""}
        for name in headers
    ]


def _headers_of(batch: Batch, fields: set[str]) -> set[str]:
    """The source headers under which the named fields stand, as the batch's reader matched them."""
    matched: dict[str, str] = batch.sample.get("fields", {})
    return {header for header, field in matched.items() if field in fields}


def _check_label(batch: Batch, check: str) -> str:
    lines = queries.receipt(batch).checks
    return next((line.label for line in lines if line.name == check), check)
