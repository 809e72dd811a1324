"""Draw a sample of ties for labelling."""

from procrastinate.contrib.django import app

from mingcha.base.jobs import AGAIN
from mingcha.domains.records.services import samples


@app.task(name="records.draw_sample", retry=AGAIN)
def draw_sample(sample: int) -> None:
    """Draw the pairs of a sample; one that is drawn already stays as it is."""
    samples.draw(sample)
