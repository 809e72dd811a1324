"""Progress as a page shows it."""

from dataclasses import dataclass

from mingcha.base.days import utc_now
from mingcha.base.runs.models import Run, RunState


@dataclass(frozen=True)
class Progress:
    """How far a run is: share in percent (None: unknown), rate per second, seconds left."""

    percent: int | None
    rate: float
    seconds: int
    seconds_left: int | None
    is_open: bool


def progress(run: Run) -> Progress:
    """The progress of a run, from its own start."""
    end = run.finished_at or utc_now()
    seconds = (end - run.started_at).total_seconds() if run.started_at else 0.0
    rate = run.done / seconds if seconds > 0 else 0.0
    percent = min(100, run.done * 100 // run.total) if run.total else None
    left = int((run.total - run.done) / rate) if rate and run.total > run.done else None
    is_open = run.state in {RunState.QUEUED, RunState.RUNNING}
    return Progress(percent, rate, int(seconds), left, is_open)
