"""Tell a run how far a freeze or a draw is, and end it whatever happens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mingcha.base.errors import MingchaError
from mingcha.base.jobs import DATABASE_GONE
from mingcha.base.runs import services as runs
from mingcha.base.runs.models import Run, RunState

INTERRUPTED = "处理中断，没有产生任何结果；请重新发起，如仍出现请联系运维人员。"
Tell = Callable[[int, int, str], None]


@contextmanager
def running(number: int) -> Iterator[Tell | None]:
    """The run of a job: begun, told how far it is, ended. None when it is over already.

    A refusal ends it with its sentence; asking to cancel stops it between two steps.
    """
    run = Run.objects.get(pk=number)
    if run.state not in (RunState.QUEUED, RunState.RUNNING):
        yield None
        return
    runs.begin(run)

    def tell(done: int, total: int, step: str) -> None:
        runs.stop_if_asked(run)
        runs.move(run, done=done, total=total, step=step)

    try:
        yield tell
    except runs.Cancelled:
        runs.finish(run, RunState.CANCELLED)
    except MingchaError as refusal:
        runs.finish(run, RunState.FAILED, error=f"{refusal.title}{refusal.detail}")
    except DATABASE_GONE:
        raise  # begun anew by the next worker
    except Exception:
        runs.finish(run, RunState.FAILED, error=INTERRUPTED)
        raise
    else:
        runs.finish(run, RunState.DONE)
