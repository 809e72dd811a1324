"""A named person sees a masked value for a named case (查看敏感信息): each look is an act."""

from django.db import transaction

from mingcha.base.errors import NotFound
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.records.errors import GroundsMissing
from mingcha.domains.records.models import Fact
from mingcha.domains.records.queries.sharing import Shown, unmasked

REVEAL = "records.reveal"


@transaction.atomic
def reveal(fact: Fact, field: str, *, case: str, reason: str, actor: Account) -> Shown:
    """One value of a record in full (查看敏感信息), for the case and the reason stated.

    `fact` is one the actor may see (queries.dossier.fact_for). Leaves one act with the field, the
    case and the reason, never with the value. Raises NotAllowed (no right over the provider),
    GroundsMissing, or NotFound (the record does not fill this field).
    """
    require(actor, REVEAL, fact.provider)
    if not case.strip() or not reason.strip():
        raise GroundsMissing
    shown = unmasked(fact, field)
    if shown is None:
        raise NotFound(what="字段", key=field)
    said = {"table": fact.dataset, "field": field, "case": case.strip(), "reason": reason.strip()}
    ledger.act(actor, "查看敏感信息", ("fact", str(fact.pk)), content=said)
    return shown
