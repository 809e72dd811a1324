"""Announced with the deed or not at all; done once; in order per subject; never given up."""

from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from mingcha.base.events import queries, services
from mingcha.base.events.models import Event, ReactionDone
from mingcha.base.testing import do_jobs

SEEN: list[str] = []
BROKEN: set[str] = set()


@dataclass(frozen=True)
class ThingHappened(services.Event):
    """A thing of the tests."""

    thing: str

    @property
    def subject(self) -> str:
        return f"thing/{self.thing}"


@services.on(ThingHappened)
def note(event: ThingHappened) -> None:
    """记下发生了什么"""
    if event.thing in BROKEN:
        raise RuntimeError(event.thing)
    SEEN.append(event.thing)


@pytest.fixture(autouse=True)
def _forget(db):
    SEEN.clear()
    BROKEN.clear()
    with connection.cursor() as cursor:  # its tables are not Django's, so no test empties them
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def jobs():
    return ProcrastinateJob.objects.filter(task_name__startswith="react:").order_by("pk")


def test_an_event_belongs_inside_the_transaction_of_its_deed(transactional_db):
    with pytest.raises(services.OutsideTransaction):
        services.announce(ThingHappened("a"))


def test_what_is_rolled_back_was_never_announced(transactional_db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.announce(ThingHappened("a"))
        raise ZeroDivisionError

    assert not Event.objects.exists()
    assert not jobs().exists()


def test_each_reaction_is_a_job_in_order_per_subject(transactional_db):
    with transaction.atomic():
        for thing in "aba":
            services.announce(ThingHappened(thing))

    locks = [job.lock for job in jobs()]
    assert locks[0] == locks[2] != locks[1]


def test_a_reaction_is_done_once(db):
    event = services.announce(ThingHappened("a"))
    (reaction,) = services.Registry.of(ThingHappened)

    assert services.react(reaction, event.pk)
    assert not services.react(reaction, event.pk)
    assert SEEN == ["a"]


def test_a_reaction_that_fails_leaves_nothing_and_holds_up_its_subject_only(transactional_db):
    BROKEN.add("a")
    with transaction.atomic():
        for thing in ("a", "a", "b"):
            services.announce(ThingHappened(thing))

    do_jobs()

    assert SEEN == ["b"]
    assert not ReactionDone.objects.filter(event__subject="thing/a").exists()
    assert [job.status for job in jobs()] == ["todo", "todo", "succeeded"]


def test_what_keeps_failing_is_shown_as_stuck(transactional_db):
    with transaction.atomic():
        services.announce(ThingHappened("a"))
        services.announce(ThingHappened("a"))
    jobs_now = jobs()
    ProcrastinateJob.objects.filter(pk=jobs_now[0].pk).update(attempts=4)

    (found,) = queries.stuck()

    assert (found.subject, found.attempts, found.waiting_behind) == ("thing/a", 4, 1)
    assert found.label == "记下发生了什么"
