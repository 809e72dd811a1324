"""Hold a draw in the background, and keep its bundles."""

from procrastinate.contrib.django import app

from mingcha.base.jobs import AGAIN, defer
from mingcha.base.people.models import Account
from mingcha.domains.inspections.jobs.running import running
from mingcha.domains.inspections.models import Draw
from mingcha.domains.inspections.services import drawing


@app.task(name="inspections.draw", retry=AGAIN)
def draw(draw: int, run: int, actor: int) -> None:
    """Draw, exactly once; however it ends, its run says so."""
    with running(run) as tell:
        if tell is None:
            return
        found = Draw.objects.select_related("task__run", "task__case", "task__body").get(pk=draw)
        if found.drawn_at is None:
            whoever = Account.objects.select_related("organisation").get(pk=actor)
            drawing.hold(found, actor=whoever, tell=tell)
    defer("inspections.bundle", draw=found.pk)


@app.task(name="inspections.bundle", retry=AGAIN)
def bundle(draw: int) -> None:
    """Write the bundles of a draw that was held."""
    found = Draw.objects.select_related("task__case", "task__body").get(pk=draw)
    if found.drawn_at is not None:
        drawing.keep_bundles(found, lambda _done, _total, _step: None)
