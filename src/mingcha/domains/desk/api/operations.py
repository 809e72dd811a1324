"""Machine door of the desk: the audit search; how the platform runs, for its operator and a probe."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from mingcha.base.access import Actor, door
from mingcha.base.errors import NotFound
from mingcha.base.ledger.models import Act
from mingcha.base.people.api_auth import Asker, Probe
from mingcha.base.people.models import Account
from mingcha.domains.desk import services
from mingcha.domains.desk.queries import Line, lines, sought_by
from mingcha.domains.desk.queries import operations as queries

router = Router(tags=["审计与运维"])
MOST_ID = 2**63 - 1
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class JobOut(Schema):
    """What became of a job."""

    job: int
    task: str
    status: str


class ActOut(Schema):
    """One act, as the audit search shows it."""

    number: int
    at: datetime
    actor: str = Field(description="操作人；系统操作为“系统”")
    organisation: str
    verb: str = Field(description="操作")
    kind: str = Field(description="记录种类")
    record: str = Field(description="记录标识")
    content: dict[str, str] = Field(description="留下的内容，按中文名称；个人信息被依法删除后为空")
    address: str = Field(description="来源地址")
    hash: str = Field(description="留痕的 SM3 杂凑值")
    leaf: int | None = Field(description="叶号；待封签时为空")
    seal: int | None = Field(description="封签号")


class ActsAsked(Schema):
    """What is looked for; what is left out does not limit."""

    person: str = Field("", max_length=40, description="登录名或姓名")
    kind: str = Field("", max_length=60, description="记录种类，如 people.account")
    record: str = Field("", max_length=120, description="记录标识")
    verb: str = Field("", max_length=60, description="操作，如 授权")
    since: str = Field("", max_length=10, description="起，YYYY-MM-DD（含）")
    until: str = Field("", max_length=10, description="止，YYYY-MM-DD（含）")
    before: int | None = Field(None, ge=1, le=MOST_ID, description="上一页最后一条的编号")
    limit: int = Field(100, ge=1, le=1000)


@router.get("/acts", response=list[ActOut], summary="审计查询")
@door("audit.search")
def acts(request: HttpRequest, asked: Query[ActsAsked]) -> list[dict[str, object]]:
    """Latest first; go on with `before`. Each search is an act itself. Refuses with 403."""
    account = cast(Account, request.user)
    wanted = {name: str(value) for name, value in asked.dict().items()}
    wanted |= {"from": asked.since, "to": asked.until}
    found = sought_by(account, wanted)
    if asked.before is not None:
        last = found.filter(pk=asked.before).first()
        if last is None:
            raise NotFound(what="操作记录", key=asked.before)
        found = found.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    services.note_look(account, "查询审计记录", at=request.get_full_path())
    here = list(found[: asked.limit])
    return [_act(one, line) for one, line in zip(here, lines(here), strict=True)]


def _act(act: Act, line: Line) -> dict[str, object]:
    return {
        "number": act.pk, "at": act.at, "actor": line.actor, "organisation": act.organisation,
        "verb": act.verb, "kind": act.record_kind, "record": act.record_key,
        "content": {fact["label"]: fact["value"] for fact in line.facts},
        "address": line.address, "hash": line.hash, "leaf": act.leaf_no, "seal": line.seal_no,
    }  # fmt: skip


@router.get("/operations", response=dict[str, object], summary="运行状况")
@door("desk.operate")
def operations(request: HttpRequest) -> Mapping[str, object]:
    """Processes, queues, ledger, room and versions. Refuses with 403."""
    return asdict(queries.condition(cast(Actor, request.user)))


@router.post("/operations/jobs/{number}/retry", response=JobOut, summary="重试任务")
@door("desk.operate")
def retry(request: HttpRequest, number: int) -> dict[str, object]:
    """Refuses with 404 (over, or never was) or 409 (neither failed nor stuck)."""
    actor = cast(Account, request.user)
    job = queries.job_for(actor, number)
    services.retry_job(job, actor=actor)
    return {"job": job.pk, "task": job.task_name, "status": "todo"}


@router.post("/operations/jobs/{number}/drop", response=JobOut, summary="放弃任务")
@door("desk.operate")
def drop(request: HttpRequest, number: int) -> dict[str, object]:
    """Refuses with 404 (over, or never was) or 409 (not failed)."""
    actor = cast(Account, request.user)
    job = queries.job_for(actor, number)
    services.drop_job(job, actor=actor)
    return {"job": job.pk, "task": job.task_name, "status": "cancelled"}


@router.get(
    "/metrics", summary="运行指标（Prometheus 文本）", auth=[Probe(settings.METRICS_TOKEN), Asker()]
)
@door("desk.operate")
def metrics(request: HttpRequest) -> HttpResponse:
    """For an account with the right, or a probe on this machine with the token of
    secrets/metrics.token. Numbers only: no personal data, nothing a department handed in.
    """
    now = queries.condition(cast(Actor, request.user))
    return HttpResponse("".join(f"{line}\n" for line in _lines(now)), content_type=PROMETHEUS)


def _lines(now: queries.Condition) -> Iterator[str]:
    yield from _family(
        "mingcha_info", "gauge", "Versions.",
        {_labels(version=now.versions["明察"], postgresql=now.versions["PostgreSQL"]): 1},
    )  # fmt: skip
    named = {one.name: _labels(process=one.name) for one in now.running}
    yield from _family(
        "mingcha_process_up", "gauge", "Whether a watched process runs.",
        {named[one.name]: int(one.since is not None) for one in now.running},
    )  # fmt: skip
    yield from _family(
        "mingcha_process_restarts_total", "counter", "Unexpected ends since the supervisor began.",
        {named[one.name]: one.restarts for one in now.running},
    )  # fmt: skip
    yield from _family(
        "mingcha_process_memory_bytes", "gauge", "Resident memory, children included.",
        {named[one.name]: one.memory_bytes for one in now.running},
    )  # fmt: skip
    yield from _family("mingcha_workers", "gauge", "Workers heard lately.", {"": now.workers})
    yield from _family(
        "mingcha_jobs", "gauge", "Open jobs.",
        {
            _labels(queue=queue.name, status=status): getattr(queue, status)
            for queue in now.queues
            for status in queries.OPEN
        },
    )  # fmt: skip
    yield from _family(
        "mingcha_job_oldest_waiting_seconds", "gauge", "How long the oldest due job waits.",
        {_labels(queue=queue.name): queue.oldest_seconds for queue in now.queues},
    )  # fmt: skip
    yield from _ledger(now)
    yield from _room(now)


def _ledger(now: queries.Condition) -> Iterator[str]:
    sealed = now.ledger
    yield from _family("mingcha_seal_number", "gauge", "The last seal.", {"": sealed.seal_no})
    if sealed.sealed_at is not None:
        age = int((now.at - sealed.sealed_at).total_seconds())
        yield from _family("mingcha_seal_age_seconds", "gauge", "Since the last seal.", {"": age})
    yield from _family("mingcha_acts_sealed", "gauge", "Acts in the last seal.", {"": sealed.size})
    yield from _family("mingcha_acts_open", "gauge", "Acts not sealed yet.", {"": sealed.open_acts})
    yield from _family(
        "mingcha_seal_late", "gauge", "An act waits longer than a minute.",
        {"": int(sealed.is_late)},
    )  # fmt: skip


def _room(now: queries.Condition) -> Iterator[str]:
    yield from _family("mingcha_disk_free_bytes", "gauge", "Free room.", {"": now.room.free})
    yield from _family("mingcha_disk_total_bytes", "gauge", "Whole disk.", {"": now.room.total})
    yield from _family(
        "mingcha_store_bytes", "gauge", "What is kept.",
        {_labels(store=name): size for name, size in now.room.stores.items()},
    )  # fmt: skip
    yield from _family(
        "mingcha_batches", "gauge", "Batches by state.",
        {_labels(state=state): count for state, count in now.batches.items()},
    )  # fmt: skip
    yield from _family("mingcha_facts", "gauge", "Facts, estimated.", {"": now.facts})
    yield from _family(
        "mingcha_database_connections", "gauge", "Connections.", {"": now.connections}
    )


def _family(name: str, kind: str, text: str, samples: Mapping[str, int]) -> Iterator[str]:
    """One metric with its samples, label text → value."""
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    yield from (f"{name}{labels} {value}" for labels, value in samples.items())


def _labels(**said: str) -> str:
    """Labels as the text format writes them."""
    escaped = {key: value.replace("\\", r"\\").replace('"', r"\"") for key, value in said.items()}
    return "{" + ",".join(f'{key}="{value}"' for key, value in escaped.items()) + "}"
