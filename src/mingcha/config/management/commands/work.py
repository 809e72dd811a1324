"""The background worker: takes jobs of one queue and does them, one after another."""

import argparse
import asyncio
import importlib
import importlib.util
from collections.abc import Callable
from typing import cast

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.worker import Worker

ALIVE_SECONDS = 2.0
DEAD_AFTER_SECONDS = 10.0
LEAVE_SECONDS = 3.0  # then a long job is told to leave off at its next step


class Command(BaseCommand):
    help = "启动后台任务进程，处理一个队列中的任务。由 mingcha up 启动和看护。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One queue per process."""
        parser.add_argument("--queue", default="default", help="队列名：intake 或 default")
        parser.add_argument("--once", action="store_true", help="队列空了就结束")

    def handle(self, *, queue: str, once: bool, **_: object) -> None:
        """Take back what a worker that died left behind, then work until told to stop."""
        load_jobs()
        slot = Slot(queue)
        slot.hold()
        connector = cast(DjangoConnector, app.connector)
        worker = app.with_connector(connector.get_worker_connector())
        asyncio.run(_work(worker, queue, once=once, alone=slot.is_held))


class Slot:
    """The one place of a queue's worker on this database, as a session-wide advisory lock.

    Whoever holds it knows that the former worker of this queue is dead, since its connection is.
    """

    def __init__(self, queue: str) -> None:
        self.key, self.is_held = f"worker:{queue}", False

    def hold(self) -> None:
        """Take the lock if it is free; a second worker of the queue works on without it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [self.key])
            (self.is_held,) = cursor.fetchone()


def load_jobs() -> None:
    """Import every domain's jobs; only here, so that doors stay free of heavy engines."""
    for config in apps.get_app_configs():
        if not config.name.startswith("mingcha."):
            continue
        spec = importlib.util.find_spec(f"{config.name}.jobs")
        if spec is not None:
            importlib.import_module(f"{config.name}.jobs")


async def _work(worker: App, queue: str, *, once: bool, alone: bool) -> None:
    async with worker.open_async():
        if alone:
            await take_back(worker, queue)
        await worker.run_worker_async(
            queues=[queue],
            concurrency=1,
            wait=not once,
            listen_notify=True,
            fetch_job_polling_interval=2.0,
            task_middleware=[_as_a_request],
            update_heartbeat_interval=ALIVE_SECONDS,
            stalled_worker_timeout=DEAD_AFTER_SECONDS,
            install_signal_handlers=True,
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
