"""How the platform runs, for its operator: processes, queues, ledger, room, versions.

Numbers, ids and names of tasks only: nothing that a department handed in. Everything asks for the
right "desk.operate".
"""

import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinateWorker,
)

from mingcha.base.access import Actor
from mingcha.base.days import local_day, utc_now
from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.ledger import queries as ledger
from mingcha.base.watch import alive, memory_bytes, standings
from mingcha.domains.records.queries import standing as intake

OPERATE = "desk.operate"
WORKER_SILENT = timedelta(seconds=30)  # a worker that lives says so every two seconds
WAITS_LONG = timedelta(minutes=10)
SEAL_LATE = timedelta(minutes=1)
LITTLE_ROOM = 10  # percent of the disk
OPEN = ("todo", "doing", "failed")
STATUSES = {"stuck": "卡住", "failed": "失败", "doing": "进行中", "todo": "等待中"}
TONES = {"stuck": "late", "failed": "late", "doing": "doing", "todo": "todo"}
TASKS = {
    "records.recognise": "识别数据表",
    "records.intake": "数据接入",
    "records.preview": "预览字段对应",
    "records.return_rows": "生成退回文件",
    "records.tie": "关联监管对象",
    "records.recheck": "复核一个批次的待核行",
    "records.recheck_all": "复核引用某表的待核行",
    "records.recheck_daily": "每日复核待核行",
    "records.gather": "汇集数据湖",
    "records.compact": "合并数据湖文件",
    "records.export": "导出数据",
    "records.forget_exports": "清理到期的导出文件",
}


@dataclass(frozen=True)
class Running:
    """One watched process. `since` None: it is down and will be started again."""

    name: str
    label: str
    since: datetime | None
    restarts: int
    memory_bytes: int


@dataclass(frozen=True)
class Queue:
    """One queue of jobs: how many in which status, and since when the oldest waits."""

    name: str
    todo: int
    doing: int
    failed: int
    oldest_seconds: int


@dataclass(frozen=True)
class Ledger:
    """The last seal, and the acts that wait for the next one."""

    seal_no: int
    size: int
    sealed_at: datetime | None
    open_acts: int
    is_late: bool


@dataclass(frozen=True)
class Room:
    """How much is kept, in bytes, and how much room is left on the disk of the data folder."""

    total: int
    free: int
    stores: Mapping[str, int]

    @property
    def free_percent(self) -> int:
        """The share of the disk that is free."""
        return self.free * 100 // self.total if self.total else 0


@dataclass(frozen=True)
class Condition:
    """How everything runs at this moment; `troubles` are sentences, the worst first."""

    at: datetime
    running: Sequence[Running]
    workers: int
    queues: Sequence[Queue]
    ledger: Ledger
    room: Room
    batches: Mapping[str, int]
    facts: int
    connections: int
    versions: Mapping[str, str]
    troubles: Sequence[str]


def require_operator(actor: Actor) -> None:
    """Pass if the actor may see how the platform runs. Raises NotAllowed."""
    if not actor.holds(OPERATE):
        raise NotAllowed(right=OPERATE)


def condition(actor: Actor) -> Condition:
    """How everything runs now. A dozen queries, none of which grows with the facts. Raises NotAllowed."""
    require_operator(actor)
    running, queued, sealed, room = _running(), _queues(), _ledger(), _room()
    workers = ProcrastinateWorker.objects.filter(
        last_heartbeat__gt=utc_now() - WORKER_SILENT
    ).count()
    return Condition(
        at=utc_now(), running=running, workers=workers, queues=queued, ledger=sealed, room=room,
        batches=intake.totals(), facts=_estimate("records_fact"),
        connections=_number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"),
        versions=_versions(), troubles=_troubles(running, workers, queued, sealed, room),
    )  # fmt: skip


def jobs(actor: Actor) -> QuerySet[ProcrastinateJob]:
    """The jobs that wait, run or have failed, each with `at`, its last change. Raises NotAllowed."""
    require_operator(actor)
    changes = ProcrastinateEvent.objects.filter(job=OuterRef("pk")).order_by("-at", "-id")
    found: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.filter(status__in=OPEN)
    return found.select_related("worker").annotate(at=Subquery(changes.values("at")[:1]))


def standing_of(job: ProcrastinateJob) -> str:
    """Where a job stands, as a key of `STATUSES`: "stuck" is being done by a worker that is gone."""
    if job.status != "doing":
        return str(job.status)
    heard = job.worker.last_heartbeat if job.worker else None
    is_lost = heard is None or heard < utc_now() - WORKER_SILENT
    return "stuck" if is_lost else "doing"


def changed_at(job: ProcrastinateJob) -> datetime | None:
    """When a job of `jobs` last changed."""
    return vars(job).get("at")


def sought(actor: Actor, asked: Mapping[str, str]) -> QuerySet[ProcrastinateJob]:
    """The open jobs that fit: `q` (words of the task, or the number), `status`, `queue`."""
    found = jobs(actor)
    words = asked.get("q", "").strip()
    if words:
        named = [name for name, label in TASKS.items() if words in label or words in name]
        number = Q(pk=int(words)) if words.isdigit() and len(words) < 19 else Q(pk__in=[])
        found = found.filter(Q(task_name__in=named) | number)
    status = asked.get("status", "")
    lost = Q(worker__isnull=True) | Q(worker__last_heartbeat__lt=utc_now() - WORKER_SILENT)
    if status == "stuck":
        found = found.filter(lost, status="doing")
    elif status == "doing":
        found = found.exclude(lost).filter(status="doing")
    elif status in OPEN:
        found = found.filter(status=status)
    if asked.get("queue"):
        found = found.filter(queue_name=asked["queue"])
    return found


def job_for(actor: Actor, number: int) -> ProcrastinateJob:
    """One open job. Raises NotAllowed, or NotFound for one that is over or never was."""
    found = jobs(actor).filter(pk=number).first()
    if found is None:
        raise NotFound(what="任务", key=number)
    return found


def task_label(job: ProcrastinateJob) -> str:
    """What a job does, in words."""
    return TASKS.get(job.task_name, job.task_name)


def _running() -> list[Running]:
    found = []
    for name, standing in standings(Path(settings.HOME)).items():
        process = None if standing.pid is None else alive(standing.pid, standing.created)
        since = datetime.fromtimestamp(standing.created, UTC) if process else None
        memory = memory_bytes(process) if process else 0
        found.append(Running(name, standing.label, since, standing.restarts, memory))
    return found


def _queues() -> list[Queue]:
    sql = """
        SELECT j.queue_name, count(*) FILTER (WHERE status = 'todo'),
               count(*) FILTER (WHERE status = 'doing'), count(*) FILTER (WHERE status = 'failed'),
               extract(epoch FROM now() - min(
                   (SELECT max(at) FROM procrastinate_events e WHERE e.job_id = j.id))
                   FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()))::bigint
        FROM procrastinate_jobs j WHERE status IN ('todo', 'doing', 'failed')
        GROUP BY j.queue_name ORDER BY j.queue_name"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [
            Queue(name, todo, doing, failed, oldest or 0)
            for name, todo, doing, failed, oldest in cursor.fetchall()
        ]


def _ledger() -> Ledger:
    seal = ledger.last_seal()
    waiting = ledger.open_acts()
    is_late = waiting.filter(at__lt=utc_now() - SEAL_LATE).exists()
    if seal is None:
        return Ledger(0, 0, None, waiting.count(), is_late)
    return Ledger(seal.no, seal.size, seal.time, waiting.count(), is_late)


def _room() -> Room:
    home = Path(settings.HOME)
    disk = shutil.disk_usage(home)
    kept = {
        "database": _number("SELECT pg_database_size(current_database())"),
        "vault": intake.vault_bytes(),
    }
    for name in ("lake", "exports", "journal", "seals", "log"):
        kept[name] = sum(_size(path) for path in (home / name).rglob("*"))
    return Room(disk.total, disk.free, kept)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:  # replaced or swept away while we look
        return 0


def _versions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (database,) = cursor.fetchone()
        cursor.execute("SELECT count(*), max(applied) FROM django_migrations")
        steps, applied = cursor.fetchone()
    return {
        "明察": version("mingcha"),
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "PostgreSQL": database.split()[0],
        "数据库结构": f"{steps} 步，{local_day(applied)} 更新",
    }


def _troubles(
    running: Sequence[Running],
    workers: int,
    queues: Sequence[Queue],
    sealed: Ledger,
    room: Room,
) -> list[str]:
    """What asks for the operator, in sentences."""
    found = [f"“{one.label}”没有运行，正等待重启。" for one in running if one.since is None]
    if sealed.is_late:
        found.append("有操作超过 1 分钟没有封签，请检查“账本封存”进程。")
    if room.free_percent < LITTLE_ROOM:
        found.append(f"数据目录所在磁盘只剩 {room.free_percent}%，磁盘满后不能接收文件。")
    if not workers:
        found.append("没有后台任务进程在工作，报送和导出都在等待。")
    late = [queue for queue in queues if queue.oldest_seconds > WAITS_LONG.total_seconds()]
    found += [f"队列 {q.name} 中最早的任务已等待 {q.oldest_seconds // 60} 分钟。" for q in late]
    failed = sum(queue.failed for queue in queues)
    return [*found, f"有 {failed} 个任务失败，需要重试或放弃。"] if failed else found


def _number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _estimate(table: str) -> int:
    """About how many rows a table has, as the database's own statistics say; -1 is not known yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return max(int(cursor.fetchone()[0]), 0)
