"""Who stands in during an absence (代办): dated, of the same body, one at a time."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger.services import act
from mingcha.base.people import contents, errors, queries
from mingcha.base.people.models import Account, Deputy


@dataclass(frozen=True)
class Absence:
    """From which day to which (last day included), and why."""

    since: date
    until: date
    reason: str


@transaction.atomic
def name_deputy(absent: Account, deputy: Account, absence: Absence, *, actor: Account) -> Deputy:
    """Say who stands in for somebody absent (指定代办人).

    Open to the absent person and to whoever manages their account. The deputy gains no right: what
    they do, they do under their own. Leaves one act.
    Raises NotAllowed, NotLegible, DeputyElsewhere or DeputyThere.
    """
    _require(absent, actor)
    _refuse_illegible(absence)
    if (
        deputy.pk == absent.pk or deputy.organisation_id != absent.organisation_id
        or not deputy.is_active or deputy.is_machine
    ):  # fmt: skip
        raise errors.DeputyElsewhere(name=deputy.real_name)
    Account.objects.select_for_update(of=("self",)).get(pk=absent.pk)
    there = absent.deputies.filter(
        ended_at__isnull=True, since__lte=absence.until, until__gte=absence.since
    )
    if (other := there.select_related("deputy").first()) is not None:
        raise errors.DeputyThere(since=other.since, until=other.until, name=other.deputy.real_name)
    row = Deputy.objects.create(
        absent=absent, deputy=deputy, entered_by=actor, since=absence.since, until=absence.until,
        reason=absence.reason.strip(),
    )  # fmt: skip
    act(actor, "指定代办人", row, content=contents.of_deputy(row))
    return row


@transaction.atomic
def end_deputy(row: Deputy, *, actor: Account) -> Deputy:
    """End it before its last day (收回代办): from now on the absent is back. Leaves one act.

    Raises NotAllowed or DeputyOver.
    """
    _require(row.absent, actor)
    current = Deputy.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if current.is_over:
        raise errors.DeputyOver(name=row.deputy.real_name)
    current.ended_at = utc_now()
    current.save(update_fields=["ended_at"])
    act(actor, "收回代办", current, content=contents.of_deputy(current))
    return current


def _require(absent: Account, actor: Account) -> None:
    if actor.pk != absent.pk:
        queries.require(actor, queries.MANAGE, absent.organisation)


def _refuse_illegible(absence: Absence) -> None:
    if not absence.reason.strip():
        raise errors.NotLegible(field="事由", value=absence.reason, rule="请填写事由。")
    if absence.until < absence.since:
        raise errors.NotLegible(
            field="截止日期", value=absence.until, rule="截止日期不能早于起始日期。"
        )
    if absence.until < local_today():
        raise errors.NotLegible(
            field="截止日期", value=absence.until, rule="截止日期不能早于今天。"
        )
