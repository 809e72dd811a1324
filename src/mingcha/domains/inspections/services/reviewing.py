"""A second person accepts or returns a result (审核检查结果), or finds later that it must not stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said, advance
from mingcha.base.days import utc_now
from mingcha.base.events.services import announce
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.inspections.events import PartReviewed, PartRevoked
from mingcha.domains.inspections.models import CheckRecord, Part
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.services import followups


@dataclass(frozen=True)
class HandOver:
    """Another body that something has to be handed over to (移送), and what in words."""

    to: Organisation
    text: str


@transaction.atomic
def approve(
    case: Case, *, actor: Account, said: Said | None = None, hand_over: HandOver | None = None
) -> Part:
    """Accept a result (审核通过): it becomes a fact by itself, and what follows from it is opened.

    `hand_over` sends what is another body's to it. Leaves one act here and one for each thing that
    is opened. Raises NotAllowed, NotSameHand, MoveRefused or Stale.
    """
    part = queries.part_of(case)
    with advance(case, "approve", actor=actor, said=said) as locked:
        part.reviewed_by, part.reviewed_at = actor, utc_now()
        part.save(update_fields=["reviewed_by", "reviewed_at"])
        for number, item in enumerate(part.assignment.items.order_by("pk"), 1):
            key = f"{locked.number}-{number}"
            CheckRecord.objects.get_or_create(part=part, item=item, defaults={"source_key": key})
        announce(PartReviewed(locked.number))
    if part.visit.is_recheck:
        followups.settle_by(part)
    else:
        followups.open_for(part, actor=actor)
    if hand_over is not None:
        followups.hand_over(part, hand_over.to, hand_over.text, actor=actor)
    return part


@transaction.atomic
def revoke(case: Case, *, actor: Account, said: Said) -> Part:
    """Find that a published result must not stand (认定结果撤销). Its facts are taken back.

    Leaves one act. Raises NotAllowed, MoveRefused, ReasonMissing or Stale.
    """
    part = queries.part_of(case)
    with advance(case, "revoke", actor=actor, said=said) as locked:
        part.withdrawn_because = said.reason[:300]
        part.save(update_fields=["withdrawn_because"])
        announce(PartRevoked(locked.number))
    return part


def approved(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The same from the form of the move."""
    to, text = facts.get("hand_over_to"), facts.get("hand_over_text", "")
    return approve(
        case, actor=actor, said=said, hand_over=HandOver(to, text) if to is not None else None
    )


def revoked(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The same from the form of the move."""
    return revoke(case, actor=actor, said=said)
