"""Announce what has happened, and register what is done about it.

@dataclass(frozen=True)
class ItemPublished(Event):            # in the domain's events.py
    item: str
    subject = property(lambda self: f"item/{self.item}")

announce(ItemPublished(item=code))     # in the service, inside its transaction

@on(ItemPublished)                     # in a higher domain's reactions.py
def land_item(event: ItemPublished) -> None: ...
"""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from django.db import connection, transaction
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.events import models
from mingcha.base.jobs import defer
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json

FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 3600
QUEUE = "default"
OPERATE = "desk.operate"
KEEP = "keeping.delivered_events"
# A reaction that waits, runs, or failed for good and may be tried again by hand holds its event.
FORGET = """
    WITH old AS (
        SELECT id FROM events_event
        WHERE at < %(before)s AND id NOT IN (
            SELECT (args->>'event')::bigint FROM procrastinate_jobs
            WHERE task_name LIKE 'react:%%' AND status IN ('todo', 'doing', 'failed'))
        ORDER BY id LIMIT %(most)s),
    done AS (DELETE FROM events_reactiondone WHERE event_id IN (SELECT id FROM old))
    DELETE FROM events_event WHERE id IN (SELECT id FROM old)
"""
TRY_NOW = """
    UPDATE procrastinate_jobs SET scheduled_at = now()
    WHERE id = %s AND status = 'todo' AND task_name = ANY(%s)
    RETURNING task_name, (args->>'event')::bigint, attempts
"""


class OutsideTransaction(RuntimeError):
    """An event outside the transaction of its deed: a bug, not a refusal."""


@dataclasses.dataclass(frozen=True)
class Event:
    """What a domain announces: a frozen dataclass of ids. Subclasses say whom it concerns."""

    @property
    def subject(self) -> str:
        """Whom it concerns, such as "item/31010000000001"; reactions keep the order per subject."""
        raise NotImplementedError


E = TypeVar("E", bound=Event)


@dataclasses.dataclass(frozen=True)
class Reaction:
    """One thing that is done about one kind of event."""

    name: str
    label: str
    event: type[Event]
    do: Callable[[Any], None]

    @property
    def job(self) -> str:
        """The name of its job."""
        return f"react:{self.name}"


class _Forever(BaseRetryStrategy):
    """Try again, ever more seldom, until it works: a reaction that gives up would lose the order.

    Whatever waits for longer than a few attempts is shown as stuck, with a button to try now.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """5 s, 10 s, 20 s … up to an hour."""
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(job.attempts, 12), LONGEST_WAIT_SECONDS)
        return RetryDecision(retry_in={"seconds": wait})


class Registry:
    """Which reactions there are, by type of event."""

    reactions: ClassVar[dict[str, list[Reaction]]] = {}

    @classmethod
    def of(cls, event: type[Event]) -> list[Reaction]:
        """The reactions to a type of event, in the order of registration."""
        return cls.reactions.get(type_of(event), [])

    @classmethod
    def by_job(cls) -> dict[str, Reaction]:
        """Every reaction by the name of its job."""
        return {one.job: one for several in cls.reactions.values() for one in several}


def type_of(event: type[Event]) -> str:
    """The name under which a type of event is stored: domain and class, as "catalog.ItemPublished"."""
    domain = event.__module__.removeprefix("mingcha.").removesuffix(".events").split(".")[-1]
    return f"{domain}.{event.__name__}"


def announce(event: Event) -> models.Event:
    """Tell whoever wants to know, in the transaction of the deed: one row, one job per reaction.

    Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{event}: announce belongs inside transaction.atomic")
    row = models.Event.objects.create(
        type=type_of(type(event)), subject=event.subject, ids=dataclasses.asdict(event)
    )
    for reaction in Registry.of(type(event)):
        lock = f"{reaction.name}:{event.subject}"
        defer(reaction.job, queue=QUEUE, lock=lock, event=row.pk)
    return row


def on(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a function as what is done about an event. Its docstring says why twice does no harm.

    It runs as a job: at least once, in order per subject, in a transaction that also notes that it
    was done, so that its writes to the database happen once.
    """

    def register(do: Callable[[E], None]) -> Callable[[E], None]:
        name = f"{do.__module__.removeprefix('mingcha.').removesuffix('.reactions')}.{do.__name__}"
        label = (do.__doc__ or do.__name__).strip().splitlines()[0]
        reaction = Reaction(name, label, event, do)
        Registry.reactions.setdefault(type_of(event), []).append(reaction)

        def job(event: int) -> None:
            react(reaction, event)

        app.task(name=reaction.job, retry=_Forever())(job)
        return do

    return register


class Operator(ledger.Actor, Protocol):
    """An account that says which rights it holds."""

    def holds(self, right: str) -> bool:
        """Whether the right is held anywhere."""


@transaction.atomic
def retry(job: int, *, actor: Operator) -> None:
    """Have a waiting reaction tried now instead of at its next turn (重试). Leaves one act.

    Raises NotAllowed, or NotFound for what is no waiting reaction: done, or running just now.
    """
    if not actor.holds(OPERATE):
        raise NotAllowed(right=OPERATE)
    with connection.cursor() as cursor:
        cursor.execute(TRY_NOW, [job, list(Registry.by_job())])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(what="等待中的处理", key=job)
    reaction, event, attempts = row
    said: Mapping[str, Json] = {"reaction": reaction, "event": event, "attempts": attempts}
    ledger.act(actor, "重试后续处理", ("events.job", str(job)), content=said)


@transaction.atomic
def react(reaction: Reaction, event: int) -> bool:
    """Do a reaction once. Returns whether it had not been done before."""
    row = models.Event.objects.get(pk=event)
    _, is_new = models.ReactionDone.objects.get_or_create(event=row, reaction=reaction.name)
    if is_new:
        reaction.do(reaction.event(**row.ids))
    return is_new


def forget(before: datetime, most: int) -> int:
    """Forget events told before a moment to which every reaction is done. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"before": before, "most": most})
        return int(cursor.rowcount)
