"""Freeze a task's frame in the background, with progress; it may be cancelled until it commits."""

from procrastinate.contrib.django import app

from mingcha.base.jobs import AGAIN, defer
from mingcha.base.people.models import Account
from mingcha.domains.inspections.jobs.running import running
from mingcha.domains.inspections.models import Task
from mingcha.domains.inspections.services import freezing
from mingcha.domains.inspections.states import TaskState


@app.task(name="inspections.freeze", retry=AGAIN)
def freeze(task: int, run: int, seen: int, actor: int) -> None:
    """Freeze a task as it was seen; however it ends, its run says so."""
    with running(run) as tell:
        if tell is None:
            return
        found = Task.objects.select_related("case__unit", "case__opener", "body").get(pk=task)
        if found.case.state == TaskState.FROZEN and found.run_id == run:
            return  # done by a worker that died before it could say so
        whoever = Account.objects.select_related("organisation").get(pk=actor)
        made = freezing.freeze_task(found, seen=seen, actor=whoever, tell=tell)
        defer("inspections.publish_draw", lock=f"publish/{made.pk}", draw=made.pk)
