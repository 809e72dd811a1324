"""Leave to act although no item is in force (无事项监管例外): asked for, allowed, ended, counted.

XA21 art. 8: what is not in the system is in principle not supervised. The exception names one body,
has a last day that a rule bounds, and is signed by another person than the one who asks.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, Said, advance, changing, opened
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput
from mingcha.base.events.services import announce
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.base.rules.queries import in_force
from mingcha.domains.catalog import errors
from mingcha.domains.catalog.events import ExceptionAllowed
from mingcha.domains.catalog.models import ItemException, Remedy
from mingcha.domains.catalog.queries import exceptions as queries
from mingcha.domains.catalog.queries import reviews

ASK, ALLOW = "catalog.draft", "catalog.except"
AT_MOST = "catalog.exception_at_most"


@dataclass(frozen=True)
class Asked:
    """What an exception is asked for: the code that acts will bear, for whom, when, and why."""

    code: str
    name: str
    body: Organisation
    since: date
    until: date
    reason: str
    scheme: str = "item"


def ask(asked: Asked, *, actor: Account) -> Case:
    """Ask for an exception (申请例外). Leaves one act.

    Raises NotAllowed, NoCreditCode, TooLong, NoExceptionNeeded, NobodyAllows or BadInput.
    """
    require(actor, ASK, asked.body)
    _refuse(asked)
    unit = reviews.nearest_body(ALLOW, asked.body)
    if unit is None:
        raise errors.NobodyAllows(unit=asked.body.name)
    opening = Opening(
        "item-exception", f"无事项监管例外：{asked.name}", unit, opener=asked.body,
        about=("catalog.item", f"{asked.scheme}:{asked.code}"), reason=asked.reason,
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        ItemException.objects.create(
            case=case, scheme=asked.scheme, code=asked.code, name=asked.name, body=asked.body,
            since=asked.since, until=asked.until, reason=asked.reason,
        )  # fmt: skip
    return case


def allow(
    case: Case, *, reason: str, until: date | None = None, actor: Account, seen: int | None = None
) -> Case:
    """Approve an exception, perhaps for a shorter time (批准例外). Leaves one act.

    Announces ExceptionAllowed. Raises NotAllowed, NotSameHand, MoveRefused, ReasonMissing, Stale or
    BadInput (a last day out of its days).
    """
    require(actor, ALLOW, case.opener)
    with advance(case, "allow", actor=actor, said=Said(reason=reason, seen=seen)):
        granted = ItemException.objects.select_for_update().get(case=case)
        if until is not None and not granted.since <= until <= granted.until:
            raise BadInput(problem=f"截止日期须在 {granted.since} 至 {granted.until} 之间")
        granted.until, granted.is_allowed = until or granted.until, True
        granted.save(update_fields=["until", "is_allowed"])
        announce(ExceptionAllowed(case.number, granted.scheme, granted.code))
    return case


@transaction.atomic
def end(case: Case, *, reason: str, actor: Account, seen: int | None = None) -> Case:
    """End an exception today (提前终止): acts from tomorrow on are not excused any more.

    What was done until then stays, with its mark. Leaves one act.
    Raises NotAllowed, MoveRefused, ReasonMissing or Stale.
    """
    with advance(case, "end", actor=actor, said=Said(reason=reason, seen=seen)):
        _cut(case, local_today())
    return case


def mend(
    exception: ItemException, remedy: Remedy, until: date | None, *, actor: Account, why: str
) -> None:
    """End or shorten an exception to which an objection was right (因异议终止、缩短期限).

    Whoever calls has asked whether the actor may. `why` is the number of the objection. `until` is
    the new last day, from today on and before the present one. Leaves one act, and none where the
    exception is over. Raises BadInput or MoveRefused.
    """
    reason, today = f"异议 {why} 成立", local_today()
    if remedy == Remedy.END:
        with advance(exception.case, "overturn", actor=actor, said=Said(reason=reason)) as case:
            _cut(case, today)
    elif remedy == Remedy.SHORTEN:
        with changing(exception.case, actor=actor) as (case, leave):
            granted = ItemException.objects.select_for_update().get(case=case)
            if until is None or not max(today, granted.since) <= until < granted.until:
                raise BadInput(problem=f"新的截止日期须在今天以后、{granted.until} 以前")
            granted.until = until
            granted.save(update_fields=["until"])
            leave("因异议缩短期限", reason=f"{reason}，至 {until}")
    elif queries.is_standing(exception, today):
        raise BadInput(problem="例外仍在有效期内，须终止或缩短期限")


def _cut(case: Case, today: date) -> None:
    """Let an exception hold until today and no longer; one that has not begun, on no day."""
    granted = ItemException.objects.select_for_update().get(case=case)
    if granted.since > today:
        granted.is_allowed = False
    elif granted.until > today:
        granted.until = today
    granted.save(update_fields=["until", "is_allowed"])


def _refuse(asked: Asked) -> None:
    if not asked.body.uscc:
        raise errors.NoCreditCode(body=asked.body.name)
    if not asked.reason.strip() or not asked.code.strip() or not asked.name.strip():
        raise BadInput(problem="编码、事项名称和理由都须填写")
    if asked.until < asked.since:
        raise BadInput(problem="截止日期不能早于开始日期")
    rule = in_force(AT_MOST, on=asked.since)
    days = (asked.until - asked.since).days + 1
    if days > rule.value:
        raise errors.TooLong(
            since=asked.since, until=asked.until, days=days, most=rule.value, basis=rule.basis
        )
    if queries.is_needless(asked.scheme, asked.code, asked.body, asked.since, asked.until):
        raise errors.NoExceptionNeeded(key=asked.code, since=asked.since, until=asked.until)
