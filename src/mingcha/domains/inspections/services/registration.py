"""Declare which body keeps the register of which entities (设定登记机关)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from mingcha.base.errors import NotAllowed
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account, Organisation, Region
from mingcha.base.rules.errors import NoBasis, OutOfOrder
from mingcha.domains.inspections.models import RegistrationOffice
from mingcha.domains.inspections.queries.contents import registration_content
from mingcha.domains.inspections.queries.registration import kind_label

MANAGE = "rules.manage"
RECORD = "inspections.registration"


@dataclass(frozen=True)
class OfficeSaid:
    """Whose register, where, from a day on, on which ground; `kind` "" is every kind."""

    region: Region
    kind: str
    body: Organisation
    since: date
    basis: str


@transaction.atomic
def set_office(said: OfficeSaid, *, actor: Account) -> RegistrationOffice:
    """Declare who registers (设定登记机关); the present declaration ends the day before.

    Leaves an act for each. Raises NotAllowed, NoBasis or OutOfOrder.
    """
    if not actor.holds(MANAGE):
        raise NotAllowed(right=MANAGE)
    label = f"登记机关（{said.region.full_name}，{kind_label(said.kind)}）"
    if not said.basis.strip():
        raise NoBasis(label=label)
    same = RegistrationOffice.objects.select_for_update().filter(region=said.region, kind=said.kind)
    latest = same.order_by("-since").first()
    if latest is not None and said.since <= latest.since:
        raise OutOfOrder(label=label, since=latest.since, asked=said.since)
    if latest is not None and (latest.until is None or latest.until >= said.since):
        latest.until = said.since - timedelta(days=1)
        latest.save(update_fields=["until"])
        _act(latest, actor)
    made = RegistrationOffice.objects.create(
        region=said.region, kind=said.kind, body=said.body, since=said.since,
        basis=said.basis.strip()[:300],
    )  # fmt: skip
    _act(made, actor)
    return made


def _act(one: RegistrationOffice, actor: Account) -> None:
    ledger.act(actor, "设定登记机关", (RECORD, str(one.pk)), content=registration_content(one))
