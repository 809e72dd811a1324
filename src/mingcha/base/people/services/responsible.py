"""Who answers for what in a body (责任人), with the days of office. Urging climbs along them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from mingcha.base.ledger.services import act
from mingcha.base.people import contents, errors, queries
from mingcha.base.people.models import Account, Duty, Organisation, Responsible

RIGHT = "people.organisations"


@dataclass(frozen=True)
class Office:
    """One person's office: for what, from when, on which ground."""

    duty: Duty
    name: str
    since: date
    basis: str
    field: str = ""
    title: str = ""
    phone: str = ""
    account: Account | None = None


@transaction.atomic
def appoint_responsible(
    organisation: Organisation, office: Office, *, actor: Account
) -> Responsible:
    """Enter who answers for something in a body (登记责任人). A new head ends the former's office.

    Leaves one act for each row. Raises NotAllowed, NotLegible, or HeadThere (a head whose office
    begins on the same day or later).
    """
    queries.require(actor, RIGHT, organisation)
    for label, text in (("姓名", office.name), ("依据", office.basis)):
        if not text.strip():
            raise errors.NotLegible(field=label, value=text, rule=f"请填写{label}。")
    if office.duty == Duty.HEAD:
        _end_former_head(organisation, office.since, actor=actor)
    row = Responsible.objects.create(organisation=organisation, **vars(office))
    act(actor, "登记责任人", row, content=contents.of_responsible(row))
    return row


@transaction.atomic
def end_office(row: Responsible, *, on: date, actor: Account) -> Responsible:
    """End an office on a day, the last day included (登记离任). Leaves one act.

    Raises NotAllowed, OfficeOver or NotLegible.
    """
    queries.require(actor, RIGHT, row.organisation)
    current = Responsible.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if current.until is not None:
        raise errors.OfficeOver(name=current.name, until=current.until)
    if on < current.since:
        raise errors.NotLegible(field="离任日期", value=on, rule="离任日期不能早于任职日期。")
    return _end(current, on, actor)


def _end_former_head(organisation: Organisation, since: date, *, actor: Account) -> None:
    heads = Responsible.objects.select_for_update(of=("self",)).filter(
        organisation=organisation, duty=Duty.HEAD
    )
    for head in heads.exclude(until__lt=since):
        if head.since >= since or head.until is not None:
            raise errors.HeadThere(organisation=organisation.name, since=head.since, name=head.name)
        _end(head, since - timedelta(days=1), actor)


def _end(row: Responsible, on: date, actor: Account) -> Responsible:
    row.until = on
    row.save(update_fields=["until"])
    act(actor, "登记离任", row, content=contents.of_responsible(row))
    return row
