"""What is done for the public in the background: bundles, simulations, figures, publication by rule."""

from django.db.models import Count, F, Q
from procrastinate.contrib.django import app

from mingcha.base.days import local_today
from mingcha.base.jobs import AGAIN, defer, give_back_memory
from mingcha.domains.inspections.models import Draw
from mingcha.domains.inspections.rules.frequencies import SEEDS
from mingcha.domains.inspections.services import (
    bundling,
    national,
    publishing,
    simulating,
    statistics,
)

A_TURN_SECONDS = 20.0  # for which one simulation works before others have their turn


@app.task(name="inspections.publish_draw", retry=AGAIN)
def publish_draw(draw: int) -> None:
    """Make what the public sees of a draw, then begin to simulate it. Twice makes the same."""
    found = Draw.objects.select_related("task").get(pk=draw)
    row = bundling.publish_draw(found)
    give_back_memory()
    if found.seed and row.simulated < SEEDS:
        defer("inspections.simulate_draw", queue="exports", lock=f"simulate/{draw}", draw=draw)


@app.task(name="inspections.simulate_draw", retry=AGAIN)
def simulate_draw(draw: int) -> None:
    """Pair again with other seeds for a while, then wait for another turn. It goes on where it stopped."""
    found = Draw.objects.select_related("task").get(pk=draw)
    is_over = simulating.simulate(found, seconds=A_TURN_SECONDS)
    give_back_memory()
    if not is_over:
        defer("inspections.simulate_draw", queue="exports", lock=f"simulate/{draw}", draw=draw)


@app.periodic(cron="17 * * * *")
@app.task(name="inspections.publish_missed", queueing_lock="inspections.publish_missed")
def publish_missed(timestamp: int = 0) -> None:
    """Publish every draw whose bundle or counts are missing, or older than its last round."""
    missed = Draw.objects.annotate(held=Count("rounds")).filter(
        Q(published__isnull=True)
        | (Q(published__bundle="") | Q(published__classes={})) & ~Q(seed="")
        | ~Q(published__rounds=F("held")) & ~Q(seed="")
    )
    for draw in missed.values_list("pk", flat=True):
        defer("inspections.publish_draw", lock=f"publish/{draw}", draw=draw)


@app.periodic(cron="40 0 * * *")  # UTC: twenty to nine in Shanghai
@app.task(name="inspections.publish_due", queueing_lock="inspections.publish_due")
def publish_due(timestamp: int = 0) -> None:
    """Publish and take down what is due by rule. What is done is not found again."""
    publishing.publish_due(on=local_today())


@app.periodic(cron="10 18 * * *")  # UTC: ten past two in Shanghai
@app.task(name="inspections.count_public", queueing_lock="inspections.count_public")
def count_public(timestamp: int = 0) -> None:
    """Count the public figures of every year anew."""
    for year in statistics.years():
        statistics.count_year(year)
    give_back_memory()


@app.periodic(cron="20 18 * * *")  # UTC: twenty past two in Shanghai
@app.task(name="inspections.land_missed", queueing_lock="inspections.land_missed")
def land_missed(timestamp: int = 0) -> None:
    """Land plans and drawn objects that are not in the nation's tables and ought to be."""
    national.land_missed()
    give_back_memory()
