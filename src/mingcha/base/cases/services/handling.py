"""What is done to a case without moving it: claimed, handed over, extended, linked."""

from django.db import transaction

from mingcha.base.cases.errors import LinkedToItself, NotOpen, ReasonMissing
from mingcha.base.cases.machine import Extension
from mingcha.base.cases.models import Case, CaseLink
from mingcha.base.cases.services import clocks, inbox
from mingcha.base.cases.services.moving import changing
from mingcha.base.errors import NotAllowed
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require


def claim(case: Case, *, actor: Account) -> Case:
    """Take a case on (任务认领, XA21 art. 27): from now on it is this person's. Leaves one act.

    Who stands in for the handler may claim what is the handler's; the trace says for whom.
    Raises NotAllowed, NotOpen or AlreadyClaimed. Claiming one's own again does nothing.
    """
    with changing(case, actor=actor) as (locked, leave):
        _require_some_move(locked, actor)
        inbox.check_claimable(locked, actor)
        if locked.handler_id != actor.pk:
            inbox.take(locked, actor, on_behalf=leave.on_behalf)
            leave("认领")
    return case


def hand_over(
    case: Case, person: Account, *, reason: str, actor: Account, seen: int | None = None
) -> Case:
    """Give a case to another person of the body (转交). Leaves one act.

    Raises NotAllowed, NotOpen, NotOfTheUnit, ReasonMissing or Stale.
    """
    with changing(case, actor=actor, seen=seen) as (locked, leave):
        _require_some_move(locked, actor)
        if not locked.is_open:
            raise NotOpen(number=locked.number, deed="转交")
        if not reason.strip():
            raise ReasonMissing(move="转交")
        inbox.give_to(locked, person)
        leave("转交", reason=f"转{person.real_name}：{reason}")
    return case


def extend(
    case: Case, extension: Extension, *, reason: str, actor: Account, seen: int | None = None
) -> Case:
    """Extend a running period as its kind allows (延长期限). Leaves one act.

    Raises NotAllowed, NoClock, ExtendedAlready, ReasonMissing or Stale.
    """
    with changing(case, actor=actor, seen=seen) as (locked, leave):
        require(actor, extension.right, locked.unit)
        if not reason.strip():
            raise ReasonMissing(move=extension.label)
        clocks.extend(locked, extension, reason)
        leave(extension.label, reason=f"{reason}（至 {locked.due_on}）")
    return case


def relate(case: Case, other: Case, *, why: str, actor: Account) -> CaseLink:
    """Say by hand that two cases have to do with one another (关联办件). Twice is once.

    Open to whoever may do anything with the first. Leaves one act. Raises NotAllowed,
    ReasonMissing or LinkedToItself.
    """
    _require_some_move(case, actor)
    if not why.strip():
        raise ReasonMissing(move="关联办件")
    if case.pk == other.pk:
        raise LinkedToItself(number=case.number)
    return link(case, other, why=why.strip()[:100], actor=actor)


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
