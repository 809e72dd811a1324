"""Remove traces of work when their time is over, and say so in the ledger."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from django.db import connection, transaction

from mingcha.base.days import plus_months, start_of
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.rules.models import Rule, Unit
from mingcha.base.rules.queries import in_force

logger = logging.getLogger("mingcha.keeping")
AT_ONCE = 20_000
RECORD: Final = "keeping.kind"

# A job's end is the last of its events; those go with it (ON DELETE CASCADE).
FORGET_JOBS = """
    DELETE FROM procrastinate_jobs WHERE id IN (
        SELECT job.id FROM procrastinate_jobs job
        WHERE job.status = ANY(%(ended)s::procrastinate_job_status[])
          AND NOT EXISTS (
              SELECT 1 FROM procrastinate_events event
              WHERE event.job_id = job.id AND event.at >= %(before)s)
        ORDER BY job.id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""
Forget = Callable[[datetime, int], int]


class NotAPeriod(RuntimeError):
    """A rule that says how long something is kept must be a period: a bug in rules.yaml."""


class Registry:
    """What is kept for a time, in the order of registration: the rule that says how long → forget."""

    kinds: ClassVar[dict[str, Forget]] = {}


def keep(rule: str, forget: Forget) -> None:
    """Have traces removed after the period of a rule; a domain calls it in its `apps.ready`.

    `forget(before, most)` removes at most so many of those that ended before a moment and returns
    how many; it may be called again at any time.
    """
    Registry.kinds[rule] = forget


def forget_old(*, on: date) -> dict[str, int]:
    """Remove whatever is kept no longer on a day. Returns how many by rule.

    Some thousands in a transaction, each with its act: what, how many, until when, by which value.
    """
    return {rule: _forget_kind(rule, forget, on) for rule, forget in Registry.kinds.items()}


def _forget_kind(key: str, forget: Forget, on: date) -> int:
    rule = in_force(key, on=on)
    before, total, more = start_of(first_day_kept(rule, on)), 0, True
    while more:
        with transaction.atomic():
            gone = forget(before, AT_ONCE)
            if gone:
                said: dict[str, Json] = {"removed": gone, "before": before.isoformat()}
                said["rule"] = str(rule)
                ledger.act(None, "清理到期数据", (RECORD, key), content=said)
        total += gone
        more = gone >= AT_ONCE
    logger.info("forgotten", extra={"facts": {"rule": key, "removed": total}})
    return total


def first_day_kept(rule: Rule, on: date) -> date:
    """The first day whose traces are still kept. Raises NotAPeriod."""
    if rule.unit == Unit.DAY:
        return on - timedelta(days=rule.value)
    if rule.unit == Unit.MONTH:
        return plus_months(on, -rule.value)
    raise NotAPeriod(rule.key)


def forget_done_jobs(before: datetime, most: int) -> int:
    """Forget background jobs that were done or called off before a moment."""
    return _forget_jobs(("succeeded", "cancelled", "aborted"), before, most)


def forget_failed_jobs(before: datetime, most: int) -> int:
    """Forget background jobs that failed before a moment and that nobody tried again."""
    return _forget_jobs(("failed",), before, most)


def _forget_jobs(ended: Sequence[str], before: datetime, most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(FORGET_JOBS, {"ended": list(ended), "before": before, "most": most})
        return int(cursor.rowcount)
