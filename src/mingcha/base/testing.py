"""Do in a test what the workers would do."""

import asyncio
from collections.abc import Iterable
from typing import cast

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector


def do_jobs(queues: Iterable[str] = ("default",)) -> None:
    """Do every waiting job of some queues in this process; those to be tried later are left."""
    connector = cast(DjangoConnector, app.connector)
    worker = app.with_connector(connector.get_worker_connector())

    async def work() -> None:
        async with worker.open_async():
            await worker.run_worker_async(
                queues=list(queues), wait=False, concurrency=1, install_signal_handlers=False,
                listen_notify=False,
            )  # fmt: skip

    asyncio.run(work())
