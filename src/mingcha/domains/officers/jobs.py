"""What is done about officers by the day."""

from procrastinate.contrib.django import app

from mingcha.base.days import local_today
from mingcha.domains.officers import services


@app.periodic(cron="15 0 * * *")  # UTC: a quarter past eight in Shanghai
@app.task(name="officers.warn", queueing_lock="officers.warn")
def warn(timestamp: int = 0) -> None:
    """Warn of certificates that run out. One case for each, so twice a day does no harm."""
    services.warn(on=local_today())
