"""Count the scorecards every night, and after much has come in."""

from datetime import timedelta

from procrastinate.contrib.django import app

from mingcha.base.days import local_today
from mingcha.base.jobs import AGAIN
from mingcha.domains.quality import services
from mingcha.domains.quality.rules import first_of, month_before

EARLY = 5  # until this day of a month the month before is counted again: ties and batches settle


@app.periodic(cron="20 17 * * *")  # UTC: twenty past one in Shanghai
@app.task(name="quality.count", queueing_lock="quality.count", retry=AGAIN)
def count(timestamp: int = 0) -> None:
    """Count this month, and the month before while it may still change. Twice counts the same."""
    today = local_today()
    services.count_month(first_of(today))
    if today.day <= EARLY:
        services.count_month(month_before(first_of(today)))


@app.periodic(cron="0 0 * * 1")  # UTC: Monday, eight in Shanghai
@app.task(name="quality.digest", queueing_lock="quality.digest", retry=AGAIN)
def digest(timestamp: int = 0) -> None:
    """Tell every provider how last week went. A provider has one digest a week."""
    today = local_today()
    services.send_digests(today - timedelta(days=today.weekday() + 7))
