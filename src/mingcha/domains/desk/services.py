"""What the desk itself leaves behind: looks and exports that must be traceable (SEC-7)."""

from django.db import transaction

from mingcha.base.ledger.services import act
from mingcha.base.people.models import Account


@transaction.atomic
def note_look(actor: Account, verb: str, *, at: str) -> None:
    """Leave an act for a search or export; `at` is the address with its filter."""
    act(actor, verb, ("audit", actor.login), content={"address": at})
