"""What is done to a case without moving it: claimed, handed over, extended, linked."""

from django.db import transaction

from mingcha.base.cases.errors import NotOpen, ReasonMissing
from mingcha.base.cases.models import Case, CaseLink
from mingcha.base.cases.services import clocks, inbox
from mingcha.base.cases.services.moving import changing
from mingcha.base.days import utc_now
from mingcha.base.errors import NotAllowed
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require


def claim(case: Case, *, actor: Account) -> Case:
    """Take a case on (任务认领, XA21 art. 27): from now on it is this person's. Leaves one act.

    Raises NotAllowed, NotOpen or AlreadyClaimed. Claiming one's own again does nothing.
    """
    with changing(case, actor=actor) as (locked, leave):
        _require_some_move(locked, actor)
        inbox.check_claimable(locked, actor)
        if locked.handler_id != actor.pk:
            inbox.give_to(locked, actor)
            now = utc_now()
            inbox.open_todos(locked).filter(claimed_at__isnull=True).update(
                claimed_at=now, claimed_by=actor
            )
            leave("认领")
    inbox.note_opened(case, reader=actor)
    return case


def hand_over(case: Case, person: Account, *, reason: str, actor: Account) -> Case:
    """Give a case to another person of the body (转交). Leaves one act.

    Raises NotAllowed, NotOpen, NotOfTheUnit or ReasonMissing.
    """
    with changing(case, actor=actor) as (locked, leave):
        _require_some_move(locked, actor)
        if not locked.is_open:
            raise NotOpen(number=locked.number, deed="转交")
        if not reason.strip():
            raise ReasonMissing(move="转交")
        inbox.give_to(locked, person)
        leave("转交", reason=f"转{person.real_name}：{reason}")
    return case


def extend(case: Case, rule: str, *, by: str, right: str, reason: str, actor: Account) -> Case:
    """Extend the period of `rule` by the length of the rule `by` (延长期限). Leaves one act.

    `right` is what the approver must hold over the body. Raises NotAllowed, NoClock or ReasonMissing.
    """
    with changing(case, actor=actor) as (locked, leave):
        require(actor, right, locked.unit)
        if not reason.strip():
            raise ReasonMissing(move="延长期限")
        clocks.extend(locked, rule, by, reason)
        leave("延长期限", reason=f"{reason}（至 {locked.due_on}）")
    return case


@transaction.atomic
def link(case: Case, other: Case, *, why: str, actor: Account | None) -> CaseLink:
    """Say that two cases have to do with one another (关联办件). Twice is once. Leaves one act."""
    with changing(case, actor=actor) as (locked, leave):
        found, is_new = CaseLink.objects.get_or_create(
            case=locked, other=other, defaults={"why": why}
        )
        if is_new:
            leave("关联办件", reason=f"{other.number}：{why}")
    return found


def _require_some_move(case: Case, actor: Account) -> None:
    """Pass if the actor may make any move from where the case stands. Raises NotAllowed."""
    rights = [move.right for move in case.of.machine.open_from(case.state)] or [case.of.sees]
    if not any(actor.holds_over(right, case.unit) for right in rights):
        raise NotAllowed(right=rights[0], where=case.unit.name if actor.holds(rights[0]) else "")
