"""Defer a job by its name, on the caller's connection: committed with the deed or not at all."""

from procrastinate.contrib.django import app


def defer(
    name: str, *, queue: str = "default", lock: str | None = None, **arguments: str | int
) -> int:
    """Put the job `name` in a queue; jobs with one `lock` run one after another. Returns its id."""
    return app.configure_task(name, queue=queue, lock=lock).defer(**arguments)
