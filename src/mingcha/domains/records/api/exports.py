"""Machine door for taking tables out: ask, follow, fetch."""

from datetime import date, datetime
from typing import Literal, cast

from django.http import FileResponse, HttpRequest
from ninja import Field, Router, Schema

from mingcha.base.access import door
from mingcha.base.exports import attachment
from mingcha.base.once.door import once
from mingcha.base.people.models import Account
from mingcha.domains.records.models import Export
from mingcha.domains.records.queries import datasets as queries
from mingcha.domains.records.services import datasets as services

router = Router(tags=["数据导出"])


class ExportIn(Schema):
    """What to take out; what is left empty does not limit."""

    table: str = Field(max_length=60, description="数据表，如 check_action")
    form: Literal["csv", "xlsx", "jsonl", "parquet"] = Field("csv", description="文件格式")
    provider: str = Field("", max_length=40, description="报送单位标识")
    region: str = Field("", pattern=r"^(\d{2,6})?$", description="行政区划代码，可只填开头几位")
    since: date | None = Field(None, description="发生日期，起（含当日）")
    until: date | None = Field(None, description="发生日期，止（含当日）")
    item: str = Field("", max_length=60, description="监管事项编码")


class ExportOut(Schema):
    """An export as it stands."""

    number: str = Field(description="导出编号")
    state: str = Field(description="queued、running、done、cancelled 或 failed")
    table: str
    form: str
    conditions: dict[str, str] = Field(description="生效的条件")
    asked_at: datetime
    percent: int | None = Field(description="进度百分比；总数未知时为空")
    rows_per_second: int
    seconds_left: int | None
    rows: int = Field(description="文件中的记录数")
    size: int = Field(description="文件字节数")
    digest: str = Field(description="文件的 SM3 杂凑值")
    seal: int | None = Field(description="数据截至账本第几号封存")
    expires_at: datetime | None = Field(description="文件保留至")
    error: str = Field(description="未完成的原因")


def _export(export: Export) -> dict[str, object]:
    progress = queries.progressed(export).progress
    return {
        "number": export.public_id,
        "state": export.run.state,
        "table": export.table,
        "form": export.form,
        "conditions": export.spec,
        "asked_at": export.asked_at,
        "percent": progress.percent,
        "rows_per_second": int(progress.rate),
        "seconds_left": progress.seconds_left,
        "rows": export.rows,
        "size": export.size,
        "digest": export.digest,
        "seal": export.seal_no,
        "expires_at": export.expires_at,
        "error": export.run.error,
    }


@router.post("/exports", response={202: ExportOut}, summary="申请导出数据")
@door("insight.export")
@once
def ask(request: HttpRequest, body: ExportIn) -> tuple[int, dict[str, object]]:
    """Refuses with 403 (no right), 404 (nothing of the table is yours to take) or 422."""
    account = cast(Account, request.user)
    queries.offer_for(account, body.table)
    wanted = services.Wanted(**body.dict())
    return 202, _export(services.ask(wanted, actor=account))


@router.get("/exports/{number}", response=ExportOut, summary="导出进度")
@door("insight.export")
def show(request: HttpRequest, number: str) -> dict[str, object]:
    """Refuses with 404 (missing or not yours)."""
    return _export(queries.export_for(cast(Account, request.user), number))


@router.post("/exports/{number}/cancel", response=ExportOut, summary="取消导出")
@door("insight.export")
def cancel(request: HttpRequest, number: str) -> dict[str, object]:
    """Refuses with 404 (missing or not yours) or 409 (already over)."""
    account = cast(Account, request.user)
    return _export(services.cancel(queries.export_for(account, number), actor=account))


@router.get("/exports/{number}/file", summary="下载导出文件", response=None)
@door("insight.export")
def fetch(request: HttpRequest, number: str) -> FileResponse:
    """The file. Refuses with 404 (missing or not yours), 409 (no file yet) or 410 (expired)."""
    account = cast(Account, request.user)
    file = services.take(queries.export_for(account, number), actor=account)
    headers = {"Content-Disposition": attachment(file.name)}
    return FileResponse(file.path.open("rb"), headers=headers)
