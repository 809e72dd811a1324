"""The background worker: takes jobs of its queues and does those of each one after another.

Two queues in one process share what the heavy engines take of memory, and neither waits for the
other: a long export (exports) holds back no tie and no lake file (default).
"""

import argparse
import asyncio
import signal
from collections.abc import Callable

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker

from mingcha.base.jobs import give_back_memory, import_jobs

QUEUES = ["intake", "default", "exports"]
ALIVE_SECONDS = 2.0
DEAD_AFTER_SECONDS = 10.0
CONNECTIONS = 4  # of the queues of one process, beside those of its jobs
LEAVE_SECONDS = 3.0  # then a long job is told to leave off at its next step


class Command(BaseCommand):
    help = "启动后台任务进程，处理一个或几个队列中的任务；各队列之间互不等待。由 mingcha up 启动和看护。"
    requires_system_checks: list[str] = []  # they import every page; `prepare` has made them

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The queues, each with a line of its own."""
        parser.add_argument(
            "--queue", action="append", choices=QUEUES, help="队列名，可写几次；不写则处理全部队列"
        )
        parser.add_argument("--once", action="store_true", help="队列空了就结束")

    def handle(self, *, queue: list[str] | str | None, once: bool, **_: object) -> None:
        """Take back what a worker that died left behind, then work until told to stop."""
        queues = [queue] if isinstance(queue, str) else queue or QUEUES
        load_jobs()
        give_back_memory()
        slots = [Slot(name) for name in dict.fromkeys(queues)]
        for slot in slots:
            slot.hold()
        # Each queue listens on one connection; the others come when they are needed.
        connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=CONNECTIONS)
        worker = app.with_connector(connector)
        asyncio.run(_work(worker, slots, once=once))


class Slot:
    """The one place of a queue's worker on this database, as a session-wide advisory lock.

    Whoever holds it knows that the former worker of this queue is dead, since its connection is.
    """

    def __init__(self, queue: str) -> None:
        self.queue, self.is_held = queue, False

    def hold(self) -> None:
        """Take the lock if it is free; a second worker of the queue works on without it."""
        with connection.cursor() as cursor:
            key = f"worker:{self.queue}"
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
            (self.is_held,) = cursor.fetchone()


def load_jobs() -> None:
    """Import every domain's jobs; only here, so that doors stay free of heavy engines."""
    for config in apps.get_app_configs():
        if not config.name.startswith("mingcha."):
            continue
        import_jobs(f"{config.name}.jobs")


async def _work(worker: App, slots: list[Slot], *, once: bool) -> None:
    """One line per queue; what ends one in an error ends all, and the supervisor starts anew."""
    async with worker.open_async(), asyncio.TaskGroup() as lines:
        for slot in slots:
            if slot.is_held:
                await take_back(worker, slot.queue)
        begun = [lines.create_task(_line(worker, slot.queue, once=once)) for slot in slots]

        def stop() -> None:
            for line in begun:
                line.cancel()

        for told in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(told, stop)


async def _line(worker: App, queue: str, *, once: bool) -> None:
    """Do the jobs of a queue one after another; cancelling it lets the job under way end."""
    await worker.run_worker_async(
        queues=[queue],
        concurrency=1,
        wait=not once,
        listen_notify=True,
        fetch_job_polling_interval=2.0,
        task_middleware=[_as_a_request],
        update_heartbeat_interval=ALIVE_SECONDS,
        stalled_worker_timeout=DEAD_AFTER_SECONDS,
        install_signal_handlers=False,
        shutdown_graceful_timeout=LEAVE_SECONDS,
    )


def _as_a_request(process: Callable[[], object], context: JobContext, worker: Worker) -> object:
    """Give each job a sound database connection and take it back, as Django does for requests.

    A thread serves many jobs: without this, a connection lost under one fails all that follow.
    """
    close_old_connections()
    try:
        return process()
    finally:
        close_old_connections()


async def take_back(worker: App, queue: str) -> None:
    """Put jobs that a dead worker was doing back into the queue."""
    left = await worker.job_manager.list_jobs_async(queue=queue, status=Status.DOING.value)
    for job in left:
        try:
            await worker.job_manager.retry_job(job)
        except UniqueViolation:  # its like has been queued since (queueing_lock): one is enough
            await worker.job_manager.finish_job(job, Status.ABORTED, delete_job=False)
