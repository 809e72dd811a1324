"""Who took what out (导出): each export is an act."""

from datetime import datetime

from django.db import transaction

from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import moment_text
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require, require_anywhere
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Batch

EXPORT = "insight.export"
RECEIPTS = "records.receipts"


@transaction.atomic
def note_export(party: Party, *, actor: Account, as_of: datetime | None) -> None:
    """Record that a dossier is taken out. Raises NotAllowed."""
    require_anywhere(actor, EXPORT)
    said = {"as_of": moment_text(as_of) if as_of else ""}
    ledger.act(actor, "导出档案", ("party", party.public_id), content=said)


@transaction.atomic
def note_look_then(party: Party, *, actor: Account, as_of: datetime) -> None:
    """Record that a dossier is looked at through the rights of then: some of it may be closed today."""
    said = {"as_of": moment_text(as_of)}
    ledger.act(actor, "按当时权限查看档案", ("party", party.public_id), content=said)


@transaction.atomic
def note_refused_export(batch: Batch, *, actor: Account) -> None:
    """Record that the rows that were not taken in are taken out: they are as the provider wrote them.

    Raises NotAllowed.
    """
    require(actor, RECEIPTS, batch.provider)
    ledger.act(actor, "导出未入库的行", ("batch", batch.public_id), content={})


@transaction.atomic
def note_search_export(query: str, *, actor: Account) -> None:
    """Record that a list of entities is taken out, with the filter. Raises NotAllowed."""
    require_anywhere(actor, EXPORT)
    ledger.act(actor, "导出监管对象", ("account", str(actor.pk)), content={"query": query})
