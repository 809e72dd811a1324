"""Give and withdraw a consent to share (共享同意); nothing of it is ever changed or deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q

from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger import services as ledger
from mingcha.base.people import errors as people_errors
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.base.people.services.organisations import refuse_closed
from mingcha.domains.records.errors import BadConsent, ConsentOver, ConsentStands, NotShareable
from mingcha.domains.records.models import Consent
from mingcha.domains.records.queries.contents import of_consent
from mingcha.standards import loader
from mingcha.standards.model import Share
from mingcha.standards.words import SHARES

CONSENT = "records.consent"


@dataclass(frozen=True)
class Terms:
    """What a consent shall say. Days are inclusive; `until` None: until it is withdrawn.

    `recipient` is the organisation whose people it is for, those below included; None: officials
    of every department. `basis` names the document or the decision, `purpose` what it is for.
    """

    provider: Organisation
    table: str
    since: date
    until: date | None = None
    recipient: Organisation | None = None
    basis: str = ""
    purpose: str = ""


@transaction.atomic
def give(terms: Terms, *, actor: Account) -> Consent:
    """Consent that others see a provider's rows of a shared table (同意共享), analysis included.

    Leaves one act. Raises NotAllowed, UnknownTable, NotShareable (a level that no consent opens),
    BadConsent (days, basis or purpose), OrganisationClosed (the recipient) or ConsentStands (another
    one for the same recipient holds on some of these days).
    """
    require(actor, CONSENT, terms.provider)
    table = loader.current().table(terms.table)
    if table.share is not Share.SHARED:
        raise NotShareable(table=table.label, level=SHARES[table.share])
    if not terms.basis.strip() or not terms.purpose.strip():
        raise BadConsent(rule="须写明依据和用途")
    if terms.until is not None and terms.until < max(terms.since, local_today()):
        raise BadConsent(rule="“止”不能早于“起”，也不能早于今天")
    if terms.recipient is not None:
        refuse_closed(terms.recipient)
    Organisation.objects.select_for_update(of=("self",)).get(pk=terms.provider.pk)
    _refuse_overlap(terms, table.label)
    consent = Consent.objects.create(
        provider=terms.provider, dataset=table.name, recipient=terms.recipient,
        since=terms.since, until=terms.until, basis=terms.basis.strip()[:200],
        purpose=terms.purpose.strip()[:300], given_by=actor,
    )  # fmt: skip
    ledger.act(actor, "同意共享", consent, content=of_consent(consent))
    return consent


@transaction.atomic
def give_each(terms: Iterable[Terms], *, actor: Account) -> list[Consent]:
    """Give several consents, all or none. Raises as `give`."""
    return [give(one, actor=actor) for one in terms]


@transaction.atomic
def withdraw_each(
    consents: Iterable[Consent], *, reason: str, actor: Account, ends_on: date | None = None
) -> list[Consent]:
    """Withdraw several consents, all or none. Raises as `withdraw`."""
    return [withdraw(one, reason=reason, actor=actor, ends_on=ends_on) for one in consents]


@transaction.atomic
def withdraw(
    consent: Consent, *, reason: str, actor: Account, ends_on: date | None = None
) -> Consent:
    """Withdraw a consent (撤回共享同意) from a day on, by default at once; it stays on record.

    `ends_on` is the first day without it, today or later. One withdrawn from a later day may be
    withdrawn again from an earlier one. Leaves one act. Raises NotAllowed, ReasonMissing, BadConsent
    or ConsentOver.
    """
    require(actor, CONSENT, consent.provider)
    if not reason.strip():
        raise people_errors.ReasonMissing(deed="撤回共享同意")
    current = (
        Consent.objects.select_for_update(of=("self",))
        .select_related("provider", "recipient", "given_by")
        .get(pk=consent.pk)
    )
    today = local_today()
    day = ends_on or today
    if last_day_of(current, today) is not None:
        raise ConsentOver(consent=current.public_id)
    if day < today:
        raise BadConsent(rule="停止共享日不能早于今天：已经共享的日子不能改写")
    bound = [one for one in (current.until, current.ends_on) if one is not None]
    if bound and day > min(bound):
        raise BadConsent(rule=f"这项同意最晚到 {min(bound)}，停止共享日不能更晚")
    current.ends_on, current.withdrawn_at, current.withdrawn_by = day, utc_now(), actor
    current.withdrawn_because = reason.strip()[:200]
    current.save(update_fields=["ends_on", "withdrawn_at", "withdrawn_by", "withdrawn_because"])
    ledger.act(actor, "撤回共享同意", current, content=of_consent(current))
    return current


def last_day_of(consent: Consent, on: date) -> date | None:
    """The day after which it no longer held, if that day is past; None while it may hold yet."""
    if consent.ends_on is not None and consent.ends_on <= on:
        return consent.ends_on
    return consent.until if consent.until is not None and consent.until < on else None


def _refuse_overlap(terms: Terms, label: str) -> None:
    """One consent at most per provider, table and recipient holds on any day."""
    same = Consent.objects.filter(
        provider=terms.provider, dataset=terms.table, recipient=terms.recipient
    )
    reaching = same.filter(
        Q(until__isnull=True) | Q(until__gte=terms.since),
        Q(ends_on__isnull=True) | (Q(ends_on__gt=terms.since) & Q(ends_on__gt=F("since"))),
    )
    if terms.until is not None:
        reaching = reaching.filter(since__lte=terms.until)
    other = reaching.order_by("since").first()
    if other is not None:
        raise ConsentStands(
            table=label, provider=terms.provider.name, consent=other.public_id,
            since=other.since, until=other.until or "撤回为止",
        )  # fmt: skip
