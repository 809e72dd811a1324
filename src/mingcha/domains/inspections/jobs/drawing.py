"""Hold a draw in the background, and have it published."""

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
    defer("inspections.publish_draw", lock=f"publish/{found.pk}", draw=found.pk)
