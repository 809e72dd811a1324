"""Defer a job by its name, on the caller's connection: committed with the deed or not at all."""

import ctypes
import gc
import importlib
import importlib.util
import pkgutil

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

# What a job meets when the database goes away under it. Every job can run twice, so it does; not
# the periodic ones with a queueing lock, whose next turn comes by itself.
DATABASE_GONE = (OperationalError, InterfaceError)
MOST_ATTEMPTS = 50  # one is also spent whenever the worker dies
AGAIN = RetryStrategy(
    max_attempts=MOST_ATTEMPTS, wait=1, retry_exceptions=set[type[Exception]](DATABASE_GONE)
)


def defer(
    name: str, *, queue: str = "default", lock: str | None = None, **arguments: str | int
) -> int:
    """Put the job `name` in a queue; jobs with one `lock` run one after another. Returns its id."""
    return app.configure_task(name, queue=queue, lock=lock).defer(**arguments)


def queued(name: str) -> list[dict[str, str | int]]:
    """The arguments of every job of that name that has not begun: it will see what is committed now."""
    found = ProcrastinateJob.objects.filter(task_name=name, status="todo")
    return list(found.values_list("args", flat=True))


def import_jobs(package: str) -> None:
    """Import a domain's package of jobs with all its modules, if it has one: they register so."""
    if importlib.util.find_spec(package) is None:
        return
    jobs = importlib.import_module(package)
    for module in pkgutil.iter_modules(getattr(jobs, "__path__", [])):
        importlib.import_module(f"{package}.{module.name}")


def give_back_memory() -> None:
    """Give the system back what loading has used and left; where the C library cannot, nothing."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc
    if trim is not None:
        trim(0)
