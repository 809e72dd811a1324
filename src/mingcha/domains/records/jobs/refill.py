"""Fill stale parties from their sources, in bulk and only those that changed."""

from datetime import timedelta

from procrastinate.contrib.django import app

from mingcha.base.days import local_today
from mingcha.base.jobs import AGAIN
from mingcha.domains.parties.queries import authority
from mingcha.domains.records.services import attributes

AT_ONCE = 2000


@app.task(name="records.refill", retry=AGAIN)
def refill() -> None:
    """Fill every stale party, some thousands in a transaction; safe to run twice."""
    while attributes.refill_some(AT_ONCE):
        pass


@app.periodic(cron="10 0 * * *")
@app.task(name="records.refill_daily", queueing_lock="records.refill_daily")
def refill_daily(timestamp: int = 0) -> None:
    """Every night: a source's place may begin or end today."""
    today = local_today()
    rows = authority.authorities().filter(since=today) | authority.authorities().filter(
        until=today - timedelta(days=1)
    )
    for table in sorted({row.table for row in rows}):
        attributes.note_stale_table(table)
    refill()
