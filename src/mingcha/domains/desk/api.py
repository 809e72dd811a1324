"""Machine door of the desk: how the platform runs, for its operator and for a probe."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from mingcha.base.access import Actor, door
from mingcha.base.people.api_auth import Asker, Probe
from mingcha.base.people.models import Account
from mingcha.domains.desk import services
from mingcha.domains.desk.queries import operations as queries

router = Router(tags=["运行维护"])
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class JobOut(Schema):
    """What became of a job."""

    job: int
    task: str
    status: str


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
