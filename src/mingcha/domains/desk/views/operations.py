"""How the platform runs, for its operator; jobs that failed are tried again or given up."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from procrastinate.contrib.django.models import ProcrastinateJob

from mingcha.base.access import door
from mingcha.base.days import second_text
from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.base.events import queries as events
from mingcha.base.events.services import retry
from mingcha.base.listing import Column, Listing, options
from mingcha.domains.desk import services
from mingcha.domains.desk.queries import operations as queries
from mingcha.domains.desk.views import who

QUEUES = [("intake", "intake（接入）"), ("default", "default（其他）")]
STORES = {
    "database": "数据库", "vault": "原始文件", "lake": "数据湖", "exports": "导出文件",
    "journal": "留痕日志", "seals": "封签文件", "log": "运行日志",
}  # fmt: skip
BATCHES = {
    "received": "已接收", "checking": "检核中", "landed": "已入库", "refused": "已退回",
    "cancelled": "已取消", "failed": "未完成",
}  # fmt: skip


def _changed(job: ProcrastinateJob) -> str:
    at = queries.changed_at(job)
    return second_text(at) if at else ""


def _status(job: ProcrastinateJob) -> str:
    return queries.STATUSES[queries.standing_of(job)]


COLUMNS: Sequence[Column[ProcrastinateJob]] = (
    Column("task", "任务", queries.task_label, "task_name"),
    Column("status", "状态", _status, "status"),
    Column("queue", "队列", lambda job: job.queue_name, "queue_name"),
    Column("attempts", "已试次数", lambda job: job.attempts, "attempts", num=True),
    Column("at", "最近变动", _changed, "at"),
    Column("number", "编号", lambda job: job.pk, "id", num=True),
)


@door("desk.operate")
@require_GET
def operations(request: HttpRequest) -> HttpResponseBase:
    """The condition of everything, and the open jobs."""
    actor, asked = who(request), request.GET
    listing = Listing(request, queries.sought(actor, asked.dict()), COLUMNS, sort="-at")
    if "export" in asked:
        return listing.export("后台任务")
    now = queries.condition(actor)
    context = {
        "now": now,
        "stuck": events.stuck(),
        "stores": [(STORES[name], size) for name, size in now.room.stores.items()],
        "batches": [(BATCHES[name], count) for name, count in now.batches.items()],
        "filter": {
            "fields": [
                {"name": "q", "label": "任务名称或编号", "kind": "text", "value": asked.get("q", "")},
                options("status", "状态", queries.STATUSES.items(), asked),
                options("queue", "队列", QUEUES, asked),
            ]
        },
        "table": {
            "id": "jobs", "caption": "未完成的后台任务", "columns": listing.headers,
            "batch": {
                "url": reverse("desk:jobs_act"),
                "actions": [
                    {"label": "重试所选的任务", "value": "retry"},
                    {"label": "放弃所选的任务", "value": "drop", "danger": True, "confirm": "drop"},
                ],
            },
            "empty": {"title": "没有未完成的任务", "text": "等待、进行和失败的任务会列在这里。"},
        },
        "rows": [_row(job) for job in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/operations.html", context)


@door("desk.operate")
@require_http_methods(["GET", "POST"])
def jobs_act(request: HttpRequest) -> HttpResponse:
    """Try the ticked jobs again (act=retry) or give them up (act=drop), each for itself."""
    actor, said = who(request), request.POST
    deed = services.drop_job if said.get("act") == "drop" else services.retry_job
    keys = [int(key) for key in said.getlist("key") if key.isdigit() and len(key) < 19]
    done = 0
    for key in keys:
        try:
            deed(queries.job_for(actor, key), actor=actor)
            done += 1
        except NotAllowed:
            raise
        except MingchaError as refusal:
            messages.error(request, f"{refusal.title}{refusal.detail}")
    if done:
        what = "已重新排队" if deed is services.retry_job else "已放弃"
        messages.success(request, f"{done} 个任务{what}。")
    elif not keys:
        messages.warning(request, "没有选择任务。")
    return redirect("desk:operations")


@door("desk.operate")
@require_POST
def reaction_retry(request: HttpRequest, job: int) -> HttpResponse:
    """Have a stuck reaction tried now."""
    retry(job, actor=who(request))
    messages.success(request, "已安排立即重试，通常几秒内完成；仍然失败的会继续列在这里。")
    return redirect("desk:operations")


def _row(job: ProcrastinateJob) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(job)), "num": column.num} for column in COLUMNS
    ]
    cells[0]["under"] = job.task_name
    cells[1]["badge"] = queries.TONES[queries.standing_of(job)]
    return {"key": job.pk, "cells": cells}
