"""What the desk itself leaves behind: looks that must be traceable (SEC-7), work in batches, the operator's deeds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation

from mingcha.base.cases import queries as cases
from mingcha.base.cases import services as case_services
from mingcha.base.cases.models import Case
from mingcha.base.days import utc_now
from mingcha.base.errors import MingchaError
from mingcha.base.ledger.canonical import Json
from mingcha.base.ledger.services import act
from mingcha.base.people.models import Account
from mingcha.domains.desk.errors import JobNotFailed, JobQueuedAgain
from mingcha.domains.desk.queries import operations

RETRIED = {"failed", "stuck"}


@transaction.atomic
def note_look(actor: Account, verb: str, *, at: str) -> None:
    """Leave an act for a search or export; `at` is the address with its filter."""
    act(actor, verb, ("audit", actor.login), content={"address": at})


@transaction.atomic
def retry_job(job: ProcrastinateJob, *, actor: Account) -> None:
    """Put a job that failed, or whose worker is gone, back into its queue (重试任务).

    Every job may run twice. Leaves one act. Raises NotAllowed, NotFound (over by now), JobNotFailed
    or JobQueuedAgain.
    """
    current = operations.job_for(actor, job.pk)
    standing = operations.standing_of(current)
    if standing not in RETRIED:
        raise JobNotFailed(job=job.pk, status=operations.STATUSES[standing])
    _leave(actor, "重试任务", current)
    try:
        app.job_manager.retry_job_by_id(job_id=current.pk, retry_at=utc_now())
    except (UniqueViolation, IntegrityError) as error:
        raise JobQueuedAgain(job=job.pk) from error


@transaction.atomic
def drop_job(job: ProcrastinateJob, *, actor: Account) -> None:
    """Give up a job that failed (放弃任务); its row stays. Leaves one act.

    Raises NotAllowed, NotFound or JobNotFailed.
    """
    current = operations.job_for(actor, job.pk)
    if current.status != "failed":
        status = operations.STATUSES[operations.standing_of(current)]
        raise JobNotFailed(job=job.pk, status=status)
    _leave(actor, "放弃任务", current)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s AND status = 'failed'",
            [current.pk],
        )


def _leave(actor: Account, verb: str, job: ProcrastinateJob) -> None:
    standing = operations.standing_of(job)
    said: dict[str, Json] = {
        "task": job.task_name, "status": standing, "attempts": job.attempts,
    }  # fmt: skip
    act(actor, verb, ("job", str(job.pk)), content=said)


@dataclass
class Outcome:
    """What became of a batch: the numbers of what was done, and why not of the rest."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def claim_all(numbers: Iterable[str], *, actor: Account) -> Outcome:
    """Claim several cases, each by itself: one that is refused holds up no other."""
    return _each(numbers, actor, lambda case: case_services.claim(case, actor=actor))


def urge_all(numbers: Iterable[str], *, text: str, actor: Account) -> Outcome:
    """Urge the handlers of several cases with the same words, each by itself."""
    return _each(numbers, actor, lambda case: case_services.urge(case, text=text, actor=actor))


def note_all_opened(numbers: Iterable[str], *, actor: Account) -> Outcome:
    """Note of several cases that one has read them (已阅)."""
    return _each(numbers, actor, lambda case: case_services.note_opened(case, reader=actor))


def _each(numbers: Iterable[str], actor: Account, deed: Callable[[Case], object]) -> Outcome:
    outcome = Outcome()
    for number in dict.fromkeys(numbers):
        try:
            deed(cases.case_for(actor, number))
        except MingchaError as refusal:
            outcome.refused.append((number, refusal.title))
        else:
            outcome.done.append(number)
    return outcome
