"""Which reactions wait and why, for the operator."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from procrastinate.contrib.django.models import ProcrastinateJob

from mingcha.base.events.models import Event
from mingcha.base.events.services import Registry

STUCK_AFTER_ATTEMPTS = 3


@dataclass(frozen=True)
class Stuck:
    """A reaction that has failed several times and holds up those after it on its subject."""

    job: int
    reaction: str
    label: str
    type: str
    subject: str
    attempts: int
    again_at: datetime | None
    waiting_behind: int
    at: datetime


def stuck() -> list[Stuck]:
    """Every reaction that keeps failing, oldest first. Three queries."""
    known = Registry.by_job()
    jobs = list(
        ProcrastinateJob.objects.filter(
            status="todo", attempts__gte=STUCK_AFTER_ATTEMPTS, task_name__in=known
        ).order_by("pk")
    )
    events = Event.objects.in_bulk([job.args["event"] for job in jobs])
    behind = _behind([job.lock for job in jobs])
    found = []
    for job in jobs:
        reaction, event = known[job.task_name], events[job.args["event"]]
        found.append(
            Stuck(
                job.pk, reaction.name, reaction.label, event.type, event.subject, job.attempts,
                job.scheduled_at, behind.get(job.lock, 1) - 1, event.at,
            )
        )  # fmt: skip
    return found


def _behind(locks: list[str]) -> dict[str, int]:
    """Lock → how many jobs wait under it."""
    counts: dict[str, int] = {}
    rows = ProcrastinateJob.objects.filter(lock__in=locks, status="todo").values_list(F("lock"))
    for (lock,) in rows:
        counts[lock] = counts.get(lock, 0) + 1
    return counts
