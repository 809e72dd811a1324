"""What the data centre does about news from below."""

from mingcha.base.events.services import on
from mingcha.domains.parties.events import AuthorityChanged
from mingcha.domains.records.services import attributes


@on(AuthorityChanged)
def fill_parties_anew(event: AuthorityChanged) -> None:
    """按新的权威次序重算监管对象

    Marks the parties of which the table says something, and has a job fill them. Marking twice is
    marking once.
    """
    attributes.note_stale_table(event.table)
    attributes.refill_soon()
