"""What follows from the end of a batch."""

from mingcha.base.events.services import on
from mingcha.domains.quality import services
from mingcha.domains.records.events import BatchEnded
from mingcha.domains.records.queries import measuring


@on(BatchEnded)
def follow_returns(event: BatchEnded) -> None:
    """跟踪退回的行，直到更正入库

    Counting twice counts the same, and a batch has one case.
    """
    if event.table:
        services.follow(event.provider, event.table, measuring.batch_called(event.batch))
