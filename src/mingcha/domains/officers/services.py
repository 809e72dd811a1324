"""Take officers into the register, note absences, and warn before certificates run out."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import ProtectedError, QuerySet

from mingcha.base.cases import services as cases
from mingcha.base.cases.models import Rung
from mingcha.base.days import local_today
from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.ledger.services import act
from mingcha.base.people.models import Account, Organisation, Region
from mingcha.base.people.queries import require
from mingcha.base.rules.queries import in_force
from mingcha.domains.officers import errors
from mingcha.domains.officers.models import (
    Absence,
    CertificateHolder,
    Officer,
    OfficerVersion,
    Renewal,
)
from mingcha.domains.officers.queries import running_out
from mingcha.domains.officers.rules import areas_of, split
from mingcha.domains.officers.states import MANAGE, RENEWAL, RenewalState

logger = logging.getLogger("mingcha.officers")
WARNINGS = (("officers.warn_again", Rung.HANDLER), ("officers.warn_last", Rung.UNIT))
BASIS = "执法证载明的有效期"
HOLDER = "officers.holder"
COLUMNS = [
    "name", "body", "organisation", "kind", "is_supervisor", "issued_by", "valid_to", "region",
    "areas", "fields", "fact_id",
]  # fmt: skip

# What of an officer is kept for days that are over.
KEPT = (
    "name", "body", "organisation_id", "kind", "valid_to", "region", "areas", "fields",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One row of an officer table, as its declaration reads it (OfficerSpec). "" for what is not said."""

    certificate: str
    name: str
    body: str
    valid_to: date | None
    region: str
    fields: str
    fact_id: int
    area: str = ""
    kind: str = ""
    issued_by: str = ""
    is_supervisor: bool = False


@transaction.atomic
def enter(entries: Iterable[Entry]) -> None:
    """Add officers, or put newer entries in place of older ones with the same certificate.

    A warning is settled by an entry with a later day.
    """
    latest = {entry.certificate: entry for entry in entries}
    if not latest:
        return
    bodies, names = _bodies(), _region_names()
    officers = [_officer(entry, bodies, names) for entry in latest.values()]
    Officer.objects.bulk_create(
        officers,
        update_conflicts=True,
        unique_fields=["certificate"],
        update_fields=COLUMNS,
        batch_size=2000,
    )
    _keep(officers)
    _settle_renewed(latest)


def withdraw(fact_ids: Iterable[int]) -> None:
    """Take out officers whose record was withdrawn (operation d); who has a history stays, expired."""
    gone = Officer.objects.filter(fact_id__in=list(fact_ids))
    _end(OfficerVersion.objects.filter(certificate__in=gone.values("certificate")))
    for officer in gone.filter(absences__isnull=True, renewals__isnull=True, holder__isnull=True):
        try:
            with transaction.atomic():
                officer.delete()
        except ProtectedError:  # sent to inspect somebody: that stays known
            logger.info("officer_stays", extra={"officer": officer.pk})
    gone.update(valid_to=local_today() - timedelta(days=1))


def _keep(officers: Iterable[Officer]) -> None:
    """Keep what the register says from today on, where it says something else than before."""
    said = {one.certificate: one for one in officers}
    standing = OfficerVersion.objects.filter(certificate__in=list(said), until__isnull=True)
    changed = []
    for kept in standing:
        if all(getattr(kept, name) == getattr(said[kept.certificate], name) for name in KEPT):
            said.pop(kept.certificate)
        else:
            changed.append(kept.pk)
    _end(OfficerVersion.objects.filter(pk__in=changed))
    today = local_today()
    fresh = [
        OfficerVersion(
            certificate=one.certificate, since=today, fact_id=one.fact_id,
            **{name: getattr(one, name) for name in KEPT},
        )
        for one in said.values()
    ]  # fmt: skip
    OfficerVersion.objects.bulk_create(fresh, batch_size=2000)


def _end(versions: QuerySet[OfficerVersion]) -> None:
    """End what holds yesterday; what began today was said of no day's end, and goes."""
    today = local_today()
    standing = versions.filter(until__isnull=True)
    standing.filter(since__gte=today).delete()
    standing.update(until=today - timedelta(days=1))


@transaction.atomic
def note_absence(
    officer: Officer, *, since: date, until: date | None, reason: str, actor: Account
) -> Absence:
    """Note that an officer does not inspect from a day on (登记离岗). Leaves one act.

    Raises NotAllowed, AbsenceNotLegible or AbsenceOverlaps.
    """
    _require(officer, actor)
    if not reason.strip():
        raise errors.AbsenceNotLegible(problem="没有写明原因")
    if until is not None and until < since:
        raise errors.AbsenceNotLegible(problem="结束日期早于开始日期")
    Officer.objects.select_for_update().get(pk=officer.pk)
    for other in officer.absences.all():
        if other.since <= (until or date.max) and (other.until or date.max) >= since:
            raise errors.AbsenceOverlaps(name=officer.name, since=other.since)
    absence = Absence.objects.create(officer=officer, since=since, until=until, reason=reason)
    act(actor, "登记离岗", absence, content=content_of(absence))
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, on: date, actor: Account) -> Absence:
    """The officer is back; `on` is the last day away (结束离岗). Leaves one act.

    Raises NotAllowed, AbsenceOver or AbsenceNotLegible.
    """
    _require(absence.officer, actor)
    current = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
    if current.until is not None and current.until <= on:
        raise errors.AbsenceOver(name=absence.officer.name, until=current.until)
    if on < current.since:
        raise errors.AbsenceNotLegible(problem="结束日期早于开始日期")
    current.until = on
    current.save(update_fields=["until"])
    act(actor, "结束离岗", current, content=content_of(current))
    return current


@transaction.atomic
def name_holder(officer: Officer, account: Account | None, *, actor: Account) -> None:
    """Note which account is the officer's own, or that none is any more (登记持证账号). Leaves one act.

    What is asked of an officer by name goes to this account. Raises NotAllowed or HolderTaken.
    """
    _require(officer, actor)
    before = CertificateHolder.objects.select_for_update().filter(officer=officer).first()
    if account is None:
        if before is None:
            return
        before.delete()
    else:
        if CertificateHolder.objects.filter(account=account).exclude(officer=officer).exists():
            raise errors.HolderTaken(certificate=officer.certificate, login=account.login)
        CertificateHolder.objects.update_or_create(officer=officer, defaults={"account": account})
    said: dict[str, Json] = {"account": account.login if account is not None else ""}
    act(actor, "登记持证账号", (HOLDER, officer.certificate), content=said)


def warn(*, on: date) -> int:
    """Open a case for every certificate that runs out soon, and remind of those that near it.

    Safe to run again: a certificate and its day have one case, each reminder is given once.
    Returns how many cases were opened.
    """
    opened = sum(_open(officer, on) for officer in running_out(on=on))
    for key, rung in WARNINGS:
        last = on + timedelta(days=in_force(key, on=on).value)
        near = Renewal.objects.filter(case__closed_at__isnull=True, valid_to__range=(on, last))
        for renewal in near.select_related("case__unit", "case__opener", "officer"):
            left = (renewal.valid_to - on).days
            text = f"{renewal.officer.name}的执法证还有 {left} 天到期，到期后不能执法。"
            cases.remind(renewal.case, rung, text)
    return opened


def content_of(absence: Absence) -> Mapping[str, Json]:
    """What an act says an absence is."""
    return {
        "officer": absence.officer.certificate,
        "since": absence.since.isoformat(),
        "until": absence.until.isoformat() if absence.until else "",
        "reason": absence.reason,
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every absence, for `verify`."""
    for absence in Absence.objects.select_related("officer").order_by("pk"):
        yield str(absence.pk), digest_of(content_of(absence))


def _require(officer: Officer, actor: Account) -> None:
    require(actor, MANAGE, officer.organisation or actor.organisation)


@transaction.atomic
def _open(officer: Officer, on: date) -> bool:
    """The case of one certificate, unless it has one. Nobody answers for an officer without a body here."""
    if officer.organisation is None or officer.valid_to is None:
        return False
    Officer.objects.select_for_update().get(pk=officer.pk)
    if Renewal.objects.filter(officer=officer, valid_to=officer.valid_to).exists():
        return False
    opening = cases.Opening(
        RENEWAL.name,
        f"{officer.name}的执法证（{officer.certificate}）于 {officer.valid_to} 到期",
        officer.organisation,
        about=("officer", officer.certificate),
        due=cases.Deadline(officer.valid_to, BASIS),
        started_on=on,
    )
    with cases.opened(opening, actor=None) as case:
        Renewal.objects.create(case=case, officer=officer, valid_to=officer.valid_to)
    return True


def _settle_renewed(entries: Mapping[str, Entry]) -> None:
    waiting = Renewal.objects.filter(
        officer__certificate__in=list(entries), case__state=RenewalState.PENDING
    )
    for renewal in waiting.select_related("case__unit", "case__opener", "officer"):
        valid_to = entries[renewal.officer.certificate].valid_to
        if valid_to is None or valid_to > renewal.valid_to:
            said = cases.Said(reason=f"新证有效期至 {valid_to or '长期'}")
            with cases.advance(renewal.case, "renew", actor=None, said=said):
                pass


def _officer(entry: Entry, bodies: Mapping[str, int], names: Mapping[str, str]) -> Officer:
    return Officer(
        certificate=entry.certificate, name=entry.name, body=entry.body,
        organisation_id=bodies.get(entry.body), kind=entry.kind, is_supervisor=entry.is_supervisor,
        issued_by=entry.issued_by, valid_to=entry.valid_to, region=entry.region,
        areas=areas_of(entry.area, entry.region, names), fields=split(entry.fields),
        fact_id=entry.fact_id,
    )  # fmt: skip


def _bodies() -> dict[str, int]:
    """Name → the body here that bears it; a name that two bear decides nothing."""
    found: dict[str, int] = {}
    doubled: set[str] = set()
    for pk, *names in Organisation.objects.values_list("pk", "name", "short_name", "uscc", "code"):
        for name in {name for name in names if name}:
            doubled |= {name} if name in found else set()
            found[name] = pk
    return {name: pk for name, pk in found.items() if name not in doubled}


def _region_names() -> dict[str, str]:
    """Full and own name → code, of divisions in use; an own name that several have decides nothing."""
    found: dict[str, str] = {}
    doubled: set[str] = set()
    rows = Region.objects.filter(until_year__isnull=True).values_list("code", "name", "full_name")
    for code, name, full in rows:
        doubled |= {name} if found.get(name, code) != code else set()
        found[name] = found[full] = code
    return {name: code for name, code in found.items() if name not in doubled}
