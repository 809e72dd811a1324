"""What is done at night about what need not be kept."""

from procrastinate.contrib.django import app

from mingcha.base.days import local_today
from mingcha.base.keeping import services


@app.periodic(cron="25 19 * * *")  # UTC: twenty-five past three in Shanghai
@app.task(name="keeping.forget", queueing_lock="keeping.forget")
def forget(timestamp: int = 0) -> None:
    """Remove what is kept no longer. What is left after a fault goes the next night."""
    services.forget_old(on=local_today())
