"""Machine door of the data centre: hand in a file, follow it, take back what was refused."""

from datetime import datetime
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from mingcha.base.access import door
from mingcha.base.exports import attachment
from mingcha.base.people.models import Account
from mingcha.domains.records import services
from mingcha.domains.records.models import Batch
from mingcha.domains.records.queries import batches as queries
from mingcha.domains.records.services import returns
from mingcha.standards import loader

router = Router(tags=["数据报送"])


class BatchOut(Schema):
    """A batch as it stands."""

    number: str = Field(description="批次编号")
    state: str = Field(description="received、checking、landed、refused、cancelled 或 failed")
    table: str = Field(description="数据表；尚未识别时为空")
    provider: str = Field(description="报送单位标识")
    file_name: str = Field(description="文件名")
    received_at: datetime = Field(description="接收时间")
    finished_at: datetime | None = Field(description="完成时间")
    read: int = Field(description="读取行数")
    accepted: int = Field(description="接收行数，含更正和撤回")
    refused: int = Field(description="退回行数")
    waiting: int = Field(description="待核行数")
    doubled: int = Field(description="重复行数")
    replaced: int = Field(description="更正行数")
    withdrawn: int = Field(description="撤回行数")
    error: str = Field(description="整份文件未能处理的原因")


class CheckOut(Schema):
    """One check of a receipt."""

    name: str
    label: str
    national: str = Field(description="国家数据检核类型 01–10；空为平台自有检核")
    severity: str = Field(description="refuse 退回、wait 待核、warn 提示")
    failed: int


class ReceiptOut(BatchOut):
    """The receipt: counts, the ten national checks, and every check of the table."""

    percent: int | None = Field(description="进度百分比；总行数未知时为空")
    rows_per_second: int
    seconds_left: int | None
    national: list[CheckOut]
    checks: list[CheckOut]
    notes: list[str] = Field(description="读取文件时注意到的情况")


class RefusalOut(Schema):
    """One row that was not taken in."""

    row: int
    state: str
    reasons: list[dict[str, str]]
    raw: dict[str, str | None]


def _batch(batch: Batch) -> dict[str, object]:
    return {
        "number": batch.public_id,
        "state": batch.state,
        "table": batch.table,
        "provider": batch.provider.code,
        "file_name": batch.file_name,
        "received_at": batch.received_at,
        "finished_at": batch.finished_at,
        "read": batch.read_count,
        "accepted": batch.accepted_count,
        "refused": batch.refused_count,
        "waiting": batch.waiting_count,
        "doubled": batch.doubled_count,
        "replaced": batch.replaced_count,
        "withdrawn": batch.withdrawn_count,
        "error": batch.run.error,
    }


def _check(line: queries.CheckLine) -> dict[str, object]:
    severity = line.severity.value if line.severity else ""
    return {
        "name": line.name, "label": line.label, "national": line.national, "severity": severity,
        "failed": line.failed,
    }  # fmt: skip


@router.post("/intake", response={202: BatchOut}, summary="报送文件")
@door("records.intake")
def hand_in(
    request: HttpRequest,
    file: File[UploadedFile],
    provider: Form[str],
    table: Form[str] = "",
) -> tuple[int, dict[str, object]]:
    """Refuses with 403 (not for this provider), 404 (unknown), 413 (too large) or 422.

    The same file for the same provider and table gives the batch it already has.
    """
    account = cast(Account, request.user)
    if table:
        loader.current().table(table)
    delivery = services.Delivery(
        name=file.name or "未命名文件",
        provider=queries.provider_for(account, provider),
        table=table,
        channel="api",
    )
    return 202, _batch(services.receive(file.chunks(), delivery, actor=account))


@router.get("/batches", response=list[BatchOut], summary="批次列表")
@door("records.receipts")
def list_batches(
    request: HttpRequest, table: str = "", state: str = "", before: str = "", limit: int = 50
) -> list[dict[str, object]]:
    """Newest first; go on with `before` = the last number you have. `limit` at most 500."""
    account = cast(Account, request.user)
    found = queries.batches(account, queries.Filter(table=table, state=state))
    if before:
        found = found.filter(pk__lt=queries.batch_for(account, before).pk)
    return [_batch(batch) for batch in found.order_by("-pk")[: min(max(limit, 1), 500)]]


@router.get("/batches/{number}", response=ReceiptOut, summary="回执")
@door("records.receipts")
def receipt(request: HttpRequest, number: str) -> dict[str, object]:
    """Refuses with 404 (missing or not yours)."""
    batch = queries.batch_for(cast(Account, request.user), number)
    made = queries.receipt(batch)
    return _batch(batch) | {
        "percent": made.progress.percent,
        "rows_per_second": int(made.progress.rate),
        "seconds_left": made.progress.seconds_left,
        "national": [_check(line) for line in made.national],
        "checks": [_check(line) for line in made.checks],
        "notes": batch.notes,
    }


@router.post("/batches/{number}/cancel", response=BatchOut, summary="取消")
@door("records.intake")
def cancel(request: HttpRequest, number: str) -> dict[str, object]:
    """Refuses with 404 (not yours) or 409 (already ended)."""
    account = cast(Account, request.user)
    return _batch(services.cancel(queries.batch_for(account, number), actor=account))


@router.post("/batches/{number}/resume", response=BatchOut, summary="继续")
@door("records.intake")
def resume(request: HttpRequest, number: str) -> dict[str, object]:
    """Refuses with 404 (not yours) or 409 (nothing left to do)."""
    account = cast(Account, request.user)
    return _batch(services.resume(queries.batch_for(account, number), actor=account))


@router.get("/batches/{number}/refused", response=list[RefusalOut], summary="未入库的行")
@door("records.receipts")
def refused(
    request: HttpRequest, number: str, state: str = "", after: int = -1, limit: int = 1000
) -> list[dict[str, object]]:
    """By row; go on with `after` = the last row you have. `limit` at most 10,000."""
    batch = queries.batch_for(cast(Account, request.user), number)
    rows = queries.refusals(batch, state=state).filter(row__gt=after)
    page = rows[: min(max(limit, 1), 10_000)]
    return [
        {"row": row.row, "state": row.state, "reasons": row.reasons, "raw": row.raw} for row in page
    ]


@router.get("/batches/{number}/refused/file", summary="退回文件", response={200: None, 202: None})
@door("records.receipts")
def refused_file(request: HttpRequest, number: str) -> HttpResponse | FileResponse:
    """The refused rows as the same kind of file; 202 while it is being written."""
    account = cast(Account, request.user)
    file = returns.file_of(queries.batch_for(account, number), actor=account)
    if file is None:
        return HttpResponse(status=202, headers={"Retry-After": "2"})
    headers = {"Content-Disposition": attachment(file.name)}
    return FileResponse(file.path.open("rb"), headers=headers)
