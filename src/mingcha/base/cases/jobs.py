"""What is done about cases by the hour and by the day."""

from procrastinate.contrib.django import app

from mingcha.base.cases import services
from mingcha.base.days import local_today


@app.periodic(cron="30 0 * * *")  # UTC: half past eight in Shanghai, when offices open
@app.task(name="cases.urge_due", queueing_lock="cases.urge_due")
def urge_due(timestamp: int = 0) -> None:
    """Urge what is nearly or already late. Each rung once, so twice a day does no harm."""
    services.urge_due(on=local_today())


@app.periodic(cron="7 * * * *")
@app.task(name="cases.deliver", queueing_lock="cases.deliver")
def deliver(timestamp: int = 0) -> None:
    """Serve what nobody could receive when it was issued."""
    services.deliver_waiting()
