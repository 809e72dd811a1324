"""That something was refused is seen in the ledger, too (拒绝留痕)."""

from django.db import transaction

from mingcha.base.errors import MingchaError
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account

RECORD = "inspections.refusal"


@transaction.atomic
def note(about: str, deed: str, refusal: MingchaError, *, actor: Account | None) -> None:
    """Leave an act that a deed about a task or draw, by its number, was refused, and why."""
    said = {"deed": deed, "code": refusal.code, "why": f"{refusal.title}{refusal.detail}"}
    ledger.act(actor, f"拒绝：{deed}"[:60], (RECORD, about), content=said)
