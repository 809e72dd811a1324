"""Start, move, cancel and finish a run."""

from mingcha.base.days import utc_now
from mingcha.base.runs.models import Run, RunState


class Cancelled(Exception):
    """The run was asked to stop. Raised between two steps, caught by the job that owns the run."""


def begin(run: Run, *, step: str = "") -> None:
    """Mark as running; a run that was interrupted keeps its first start."""
    run.state, run.step = RunState.RUNNING, step
    run.started_at = run.started_at or utc_now()
    run.finished_at, run.error = None, ""
    run.save(update_fields=["state", "step", "started_at", "finished_at", "error"])


def move(run: Run, *, done: int, total: int | None = None, step: str | None = None) -> None:
    """Write progress. Part of the caller's transaction, so it never runs ahead of the work."""
    run.done = done
    run.total = run.total if total is None else total
    run.step = run.step if step is None else step
    run.save(update_fields=["done", "total", "step"])


def ask_to_cancel(run: Run) -> None:
    """Ask a run to stop at its next step; one that has not begun stops at once."""
    Run.objects.filter(pk=run.pk).update(cancel_asked=True)
    queued = Run.objects.filter(pk=run.pk, state=RunState.QUEUED)
    queued.update(state=RunState.CANCELLED, finished_at=utc_now())
    run.refresh_from_db()


def stop_if_asked(run: Run) -> None:
    """Raise Cancelled when somebody asked for it."""
    if Run.objects.filter(pk=run.pk, cancel_asked=True).exists():
        raise Cancelled


def finish(run: Run, state: RunState, *, error: str = "") -> None:
    """Mark as done, cancelled or failed."""
    run.state, run.error, run.finished_at = state, error, utc_now()
    run.save(update_fields=["state", "error", "finished_at"])
