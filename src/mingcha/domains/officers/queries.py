"""Officers, for officials, for whoever checks an act, and for the public as far as the law lets."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Func, Min, OuterRef, Prefetch, Q, QuerySet

from mingcha.base.days import local_today
from mingcha.base.errors import NotFound
from mingcha.base.intervals import holds_on, holds_within
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import named, region_names
from mingcha.base.rules.queries import in_force
from mingcha.base.search import PairQuery, pair_query
from mingcha.domains.officers.errors import NotKeptYet
from mingcha.domains.officers.models import Absence, CertificateHolder, Officer, OfficerVersion
from mingcha.domains.officers.rules import AUXILIARY, Asked, Standing, obstacles, prefix

__all__ = ["Officer"]
SEE = "officers.see"
FIRST = "officers.warn_first"


@dataclass(frozen=True)
class Filter:
    """What a list of officers was asked for; every part narrows."""

    words: str = ""
    organisation: str = ""
    region: str = ""
    field: str = ""
    standing: str = ""  # valid, soon, over, auxiliary, unmatched, absent


def visible_to(account: Account) -> QuerySet[Officer]:
    """The officers an account may look up: all, for officials with the right; else none."""
    return _all() if account.holds(SEE) else Officer.objects.none()


def whole() -> QuerySet[Officer]:
    """Every officer, for selections that the caller has asked the permission for."""
    return Officer.objects.select_related("organisation")


def holders(certificates: Collection[str]) -> dict[str, Account]:
    """certificate → the account of its holder, of those that have one."""
    found = CertificateHolder.objects.filter(officer__certificate__in=certificates)
    rows = found.select_related("officer", "account__organisation")
    return {one.officer.certificate: one.account for one in rows}


def public(on: date | None = None) -> QuerySet[Any]:
    """The officers of the public list (执法人员公示, 国办发〔2018〕118号): a valid certificate, no auxiliary.

    Name, body, certificate, kinds and area are public; everything else about them is not. `on`: a day
    that is over is told as the register stood at its end, in `OfficerVersion`s; today and a day to
    come from the register as it is. Raises NotKeptYet.
    """
    day = on or local_today()
    valid = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    found = registered(day, day) if day < local_today() else _all()
    return found.filter(valid).exclude(kind=AUXILIARY)


def kept_since() -> date | None:
    """The first day of which the register keeps what it said; None while it says nothing."""
    found: date | None = OfficerVersion.objects.aggregate(first=Min("since"))["first"]
    return found


def registered(since: date, until: date) -> QuerySet[Any]:
    """What the register said at the end of every day of a span that is over. Raises NotKeptYet."""
    first = kept_since()
    if first is None or since < first:
        raise NotKeptYet(on=since, since=first or local_today())
    found = OfficerVersion.objects.filter(holds_on(since), holds_on(until))
    return found.select_related("organisation")


def officer_for(account: Account, certificate: str) -> Officer:
    """The one door to an officer. Raises NotFound for missing and hidden alike."""
    found = visible_to(account).prefetch_related("absences").filter(certificate=certificate).first()
    if found is None:
        raise NotFound(what="执法人员", key=certificate)
    return found


def holder_of(officer: Officer) -> Account | None:
    """The account of whoever holds a certificate, if it is known."""
    found = CertificateHolder.objects.filter(officer=officer).select_related("account").first()
    return found.account if found is not None else None


def may_hold(officer: Officer) -> QuerySet[Account]:
    """The accounts that may be a certificate's holder: active ones of the officer's body."""
    own = Account.objects.filter(organisation=officer.organisation_id, is_active=True)
    return own.order_by("real_name")


def absence_for(account: Account, certificate: str, number: int) -> Absence:
    """The one door to an absence. Raises NotFound for missing and hidden alike."""
    mine = Absence.objects.filter(officer__in=visible_to(account), officer__certificate=certificate)
    found = mine.select_related("officer__organisation").filter(pk=number).first()
    if found is None:
        raise NotFound(what="离岗登记", key=number)
    return found


def officers(found: QuerySet[Any], asked: Filter) -> QuerySet[Any]:
    """Those of `found` that fit a filter."""
    if asked.words:
        exact = Q(certificate=asked.words) | Q(name=asked.words)
        named, body = (pair_query(asked.words, tag) for tag in "na")
        pairs = Q(search=PairQuery(named)) | Q(search=PairQuery(body)) if named else Q()
        found = found.filter(exact | pairs)
    if asked.organisation:
        found = found.filter(organisation__code=asked.organisation)
    if asked.region:
        found = found.filter(region__startswith=prefix(asked.region))
    if asked.field:
        found = found.filter(fields__contains=[asked.field])
    return found.filter(_standing(asked.standing))


def area_names(found: QuerySet[Any]) -> dict[str, str]:
    """Full names of the divisions in which the certificates of `found` hold, by code as kept there."""
    areas = found.order_by().annotate(area=Func("areas", function="unnest")).values("area")
    kept = {str(row["area"]) for row in areas.distinct()}
    names = region_names(code.ljust(6, "0") for code in kept)
    return {code: names.get(code.ljust(6, "0"), code) for code in kept}


def eligible(asked: Asked) -> QuerySet[Any]:
    """Who may inspect what is asked, on every day of it. The same as having no `obstacles`.

    Days that are over are told as the register stood then, in `OfficerVersion`s. Raises NotKeptYet.
    """
    is_over = asked.until < local_today()
    found = registered(asked.since, asked.until) if is_over else Officer.objects.all()
    found = found.exclude(kind=AUXILIARY)
    found = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=asked.until))
    if asked.region:
        # An area is the beginning of a code: the region has at most seven beginnings.
        beginnings = [asked.region[:length] for length in range(1, len(asked.region) + 1)]
        found = found.filter(Q(areas=[]) | Q(areas__overlap=beginnings))
    if asked.field:
        found = found.filter(Q(fields=[]) | Q(fields__contains=[asked.field]))
    if asked.organisation is not None:
        found = found.filter(organisation=asked.organisation)
    return found.filter(~Exists(_away(asked.since, asked.until))).select_related("organisation")


def why_not(officer: Officer, asked: Asked) -> list[str]:
    """Why one officer may not, in sentences; of days that are over, as the register stood then.

    Raises NotKeptYet.
    """
    said: Officer | OfficerVersion | None = officer
    if asked.until < local_today():
        then = registered(asked.since, asked.until).filter(certificate=officer.certificate)
        said = then.first()
    if said is None:
        return ["当时不在执法人员名册中，或者期间有变更"]
    away = tuple((absence.since, absence.until) for absence in officer.absences.all())
    return obstacles(standing_of(said, away), asked)


def standing_of(
    officer: Officer | OfficerVersion, away: tuple[tuple[date, date | None], ...]
) -> Standing:
    """What decides about an officer, with the days away."""
    return Standing(
        officer.valid_to, officer.kind, tuple(officer.areas), tuple(officer.fields),
        officer.organisation_id, away,
    )  # fmt: skip


def certificate_rows(
    certificates: Collection[str] | None = None,
) -> Iterator[tuple[str, date | None, str]]:
    """(certificate, last valid day, body) of every officer, for bulk checks.

    `certificates` given: of these only.
    """
    found = Officer.objects.all()
    if certificates is not None:
        found = found.filter(certificate__in=certificates)
    rows = found.values_list("certificate", "valid_to", "body")
    yield from rows.iterator(chunk_size=5000)


def names_of(certificates: Collection[str]) -> dict[str, str]:
    """The name on each of these certificates: name and number are public (118号)."""
    found = Officer.objects.filter(certificate__in=certificates)
    return dict(found.values_list("certificate", "name"))


def running_out(*, on: date) -> QuerySet[Officer]:
    """The officers whose certificate runs out within the first warning's days, and not yet has."""
    return Officer.objects.filter(valid_to__range=(on, _warned_until(on))).select_related(
        "organisation"
    )


def fields() -> list[str]:
    """Every kind of enforcement on some certificate, by name."""
    found: set[str] = set()
    for several in Officer.objects.values_list("fields", flat=True).distinct():
        found |= set(several)
    return sorted(found)


def bodies() -> list[tuple[str, str]]:
    """(code, name) of the bodies that have officers, in tree order."""
    found = Organisation.objects.filter(pk__in=Officer.objects.values("organisation"))
    return list(found.order_by("path").values_list("code", "name"))


def body(code: str) -> Organisation:
    """The body of that mark. Raises NotFound."""
    found = named(code)
    if found is None:
        raise NotFound(what="机构", key=code)
    return found


def with_absences(found: QuerySet[Officer]) -> QuerySet[Officer]:
    """The same with their absences in one more query."""
    return found.prefetch_related(Prefetch("absences", Absence.objects.order_by("-since")))


def _all() -> QuerySet[Officer]:
    """All, with their bodies, and whether the first warning's days have begun (`is_running_out`)."""
    soon = Q(valid_to__lte=_warned_until(local_today()))
    return Officer.objects.select_related("organisation").annotate(is_running_out=soon)


def _warned_until(today: date) -> date:
    return today + timedelta(days=in_force(FIRST, on=today).value)


def _away(since: date, until: date) -> QuerySet[Absence]:
    mine = Q(officer__certificate=OuterRef("certificate"))
    return Absence.objects.filter(holds_within(since, until), mine)


def _standing(standing: str) -> Q:
    today = local_today()
    conditions: dict[str, Q | Exists] = {
        "valid": Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        "soon": Q(valid_to__range=(today, _warned_until(today))),
        "over": Q(valid_to__lt=today),
        "auxiliary": Q(kind=AUXILIARY),
        "unmatched": Q(organisation__isnull=True),
        "absent": Exists(_away(today, today)),
    }
    found = conditions.get(standing, Q())
    return Q(found)
