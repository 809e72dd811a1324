"""What a worker finds when the one before it was killed, and that its queues go on side by side."""

import asyncio
import threading

import pytest
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app

from mingcha.config.management.commands.work import load_jobs, take_back


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db):
    """Django does not empty the tables of jobs between tests: they are not its own."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def _statuses():
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs ORDER BY id")
        return [status for (status,) in cursor.fetchall()]


def _defer_and_begin():
    load_jobs()
    app.configure_task("records.gather").defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")


def _take_back():
    async def work():
        worker = app.with_connector(app.connector.get_worker_connector())
        async with worker.open_async():
            await take_back(worker, "default")

    asyncio.run(work())


def test_the_jobs_of_a_dead_worker_are_queued_again():
    _defer_and_begin()

    _take_back()

    assert _statuses() == ["todo"]


def test_a_periodic_job_whose_next_turn_is_queued_already_is_not_queued_twice():
    _defer_and_begin()
    app.configure_task("records.gather").defer(timestamp=1)

    _take_back()

    assert _statuses() == ["aborted", "todo"]


TOLD = threading.Event()


@app.task(name="test.waits_for_the_other", queue="exports")
def waits() -> None:
    """Something long, such as an export: it ends when the job of the other queue has been done."""
    assert TOLD.wait(30)


@app.task(name="test.is_done_meanwhile", queue="default")
def tells() -> None:
    """Something that must not wait for it, such as a tie."""
    TOLD.set()


def test_a_long_job_of_one_queue_holds_back_none_of_another():
    waits.defer()
    tells.defer()

    call_command("work", queue=["exports", "default"], once=True)

    with connection.cursor() as cursor:  # the worker queues what is periodic besides
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE task_name LIKE 'test.%'")
        assert cursor.fetchall() == [("succeeded",), ("succeeded",)]
