"""From what a register or a task says to parties and officers: conditions, never loops."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, IntegerField, Q, QuerySet, Value, When

from mingcha.base.days import local_today, plus_months
from mingcha.base.intervals import holds_within
from mingcha.base.people.models import Organisation
from mingcha.base.people.queries import region_names
from mingcha.base.rules.queries import in_force
from mingcha.base.search import PairQuery, pair_query
from mingcha.domains.inspections.models import Avoidance, Part, Place, Task
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.rules import criteria, writing
from mingcha.domains.inspections.rules.criteria import Objects, Officers
from mingcha.domains.inspections.rules.lines import Officer as OfficerLine
from mingcha.domains.inspections.rules.writing import LeavesOut, StratumPlan
from mingcha.domains.inspections.states import PartState
from mingcha.domains.officers import queries as officers
from mingcha.domains.officers.queries import Officer
from mingcha.domains.officers.rules import AUXILIARY
from mingcha.domains.parties.queries import Party, gone_into
from mingcha.domains.records.queries import touched
from mingcha.standards import loader

ANY_SKILL = "不限"  # how a line says that any kind of enforcement will do
NOWHERE = "000000"  # the area of an entity that states none
FOR_EVER, LONG_AGO = date(9999, 12, 31), date(1949, 10, 1)
_OVER = (
    PartState.REVIEWED, PartState.PUBLISHED, PartState.REVOKED, PartState.WITHDRAWN, PartState.VOID,
)  # fmt: skip


def objects(said: Objects) -> Q:
    """The condition that a party is selected."""
    found = Q(merged_into__isnull=True, is_void=False)
    if said.kinds:
        found &= Q(kind__in=said.kinds)
    found &= _begins("industry", _trades(said.industries)) & _begins("region", said.regions)
    found &= _credit(said)
    if said.codes:
        found &= Q(code__in=said.codes)
    if said.words:
        pairs = pair_query(said.words, "n")
        found &= Q(name__contains=said.words) & (Q(search=PairQuery(pairs)) if pairs else Q())
    if said.founded_since:
        found &= Q(founded_on__gte=said.founded_since)
    if said.founded_until:
        found &= Q(founded_on__lte=said.founded_until)
    return found


def _credit(said: Objects) -> Q:
    """Lists they stand on, and the class that their newest evaluation gives."""
    found = Q()
    if said.listed:
        found &= touched.listed(said.listed)
    if said.unlisted:
        found &= ~touched.listed(said.unlisted)
    if said.scheme:
        grades = ["" if one == criteria.UNGRADED else one for one in said.grades]
        found &= touched.graded(said.scheme, grades, on=local_today())
    return found


def parties(said: Objects) -> QuerySet[Party]:
    """The parties that a selection finds."""
    return Party.objects.filter(objects(said)).order_by("pk")


def certified(said: Officers) -> QuerySet[Officer]:
    """The officers that a selection finds; auxiliary staff never inspect (国办发〔2024〕54号)."""
    found = officers.whole().exclude(kind=AUXILIARY)
    if said.bodies:
        found = found.filter(_below(said.bodies))
    if said.skills:
        found = found.filter(Q(fields=[]) | Q(fields__overlap=list(said.skills)))
    if said.areas:
        within = Q(areas=[])
        for area in said.areas:
            beginnings = [area[:length] for length in range(1, len(area) + 1)]
            within |= Q(areas__overlap=beginnings)
        found = found.filter(within)
    if said.certificates:
        found = found.filter(certificate__in=said.certificates)
    return found.order_by("certificate")


@dataclass(frozen=True)
class Selection:
    """A task's frame as a question: its parties, each with stratum, reason of exclusion and weight."""

    task: Task
    scope: Q
    strata: Sequence[StratumPlan]
    out: LeavesOut
    bodies: Sequence[int]

    def whole(self) -> QuerySet[Any]:
        """Every party of the selection with `reason` ("" takes part), `place` (stratum, -1 none) and
        `weight`.
        """
        found = Party.objects.filter(self.scope)
        return found.annotate(
            place=Case(
                *(When(objects(one.where), then=Value(n)) for n, one in enumerate(self.strata)),
                default=Value(-1), output_field=IntegerField(),
            ),
            reason=Case(*self._reasons(), default=Value(""), output_field=CharField()),
        )  # fmt: skip

    def weighed(self) -> QuerySet[Any]:
        """The same with the weight of each."""
        cases = [
            When(objects(one.where) & objects(more.where), then=Value(more.weight))
            for one in self.strata
            if one.method == "pps"
            for more in one.weights
        ]
        weight = Case(*cases, default=Value(1), output_field=IntegerField())
        found: QuerySet[Any] = self.whole().annotate(weight=weight)
        return found

    def counts(self) -> dict[tuple[int, str], int]:
        """(stratum, reason) → how many. One statement."""
        rows = self.whole().order_by().values_list("place", "reason").annotate(n=Count("pk"))
        return {(place, reason): n for place, reason, n in rows}

    def weights(self) -> dict[int, dict[int, int]]:
        """stratum → weight → how many take part, of strata drawn by weight. One statement."""
        found: dict[int, dict[int, int]] = {}
        places = [n for n, one in enumerate(self.strata) if one.method == "pps"]
        if not places:
            return found
        rows = self.weighed().filter(reason="", place__in=places)
        for place, weight, n in (
            rows.order_by().values_list("place", "weight").annotate(n=Count("pk"))
        ):
            found.setdefault(place, {})[weight] = n
        return found

    def areas(self) -> dict[tuple[int, str], int]:
        """(stratum, area) → how many take part. One statement."""
        rows = self.whole().filter(reason="", place__gte=0).order_by()
        return {
            (place, region or NOWHERE): n
            for place, region, n in rows.values_list("place", "region").annotate(n=Count("pk"))
        }

    def overlaps(self) -> list[tuple[str, str, int, str]]:
        """Pairs of strata that share entities: names, how many, an example. One statement for each
        pair that could.
        """
        found = []
        for n, one in enumerate(self.strata):
            for other in self.strata[n + 1 :]:
                both = Party.objects.filter(self.scope & objects(one.where) & objects(other.where))
                count = both.count()
                if count:
                    example = both.order_by("pk").values_list("name", flat=True)[0]
                    found.append((one.name, other.name, count, example))
        return found

    def issued(self) -> QuerySet[Any]:
        """Whom a task visits that draws nobody: all of its strata, or of its scope where it has none.

        Nobody over the cap or checked lately; clue-driven checks know no such bounds.
        """
        limits = [writing.CAPPED, writing.RECENT, writing.EARLY]
        bounds = [] if self.task.mode == Mode.CLUE else limits
        found = self.whole().exclude(reason__in=[writing.NAMED, *bounds])
        return found.filter(place__gte=0) if self.strata else found

    def _reasons(self) -> list[When]:
        today = local_today()
        found = []
        if self.out.named:
            found.append(When(code__in=list(self.out.named), then=Value(writing.NAMED)))
        if self.out.cap:
            cap = in_force("inspections.yearly_cap", on=today).value
            often = touched.checked_often(self.bodies, date(today.year, 1, 1), cap)
            found.append(When(often, then=Value(writing.CAPPED)))
        if self.out.recent:
            months = in_force("inspections.exempt_within", on=today).value
            found.append(When(self._lately(today, months), then=Value(writing.RECENT)))
        none = Q()
        for one in self.strata:
            if one.interval:
                early = objects(one.where) & self._lately(today, one.interval)
                found.append(When(early, then=Value(writing.EARLY)))
            none &= ~objects(one.where)
        return [*found, When(none, then=Value(writing.NO_STRATUM))] if self.strata else found

    def _lately(self, today: date, months: int) -> Q:
        """Whom one of the bodies has checked in so many months, by record or by a part of ours."""
        since = plus_months(today, -months)
        ours = Part.objects.filter(body__in=self.bodies, ended_at__date__gte=since)
        return touched.checked_since(self.bodies, since) | Q(pk__in=ours.values("visit__party"))


def selection(task: Task) -> Selection:
    """The frame that a task asks for. Raises BadCriteria."""
    scope = objects(criteria.objects(task.scope))
    if task.objects_from is not None:
        scope &= objects(criteria.objects(task.objects_from.criteria))
    bodies = line_of(one.body for one in task.assignments.select_related("body"))
    return Selection(
        task, scope, writing.strata(task.strata), writing.leaves_out(task.exclusions), bodies
    )


def repeated(found: Selection) -> int:
    """How many of those who take part were checked lately by one of the bodies (a warning, not a bar)."""
    today = local_today()
    since = today - timedelta(days=in_force("inspections.repeat_within", on=today).value)
    taking = found.whole().filter(reason="", place__gte=0)
    return taking.filter(touched.checked_since(found.bodies, since)).count()


def line_of(bodies: Iterable[Organisation]) -> list[int]:
    """The keys of some bodies and of all below them."""
    reach = Q(pk__in=[])
    for body in bodies:
        reach |= Q(path__startswith=body.path)
    return list(Organisation.objects.filter(reach).values_list("pk", flat=True))


def officer_lines(task: Task) -> list[OfficerLine]:
    """Every officer who could be sent by a department of the task, as a line of the frame.

    Department is the one that takes part, of whose bodies below the officer may be. Whoever is away
    within the days of the task is off duty (cap 0).
    """
    said = Officers()
    if task.officers_from is not None:
        said = criteria.officers(task.officers_from.criteria)
    assignments = list(task.assignments.select_related("body"))
    most = in_force("inspections.most_visits", on=local_today()).value
    found = list(officers.with_absences(certified(said)).select_related("organisation"))
    loads = _loads([one.pk for one in found])
    lines = []
    for officer in found:
        dept = next((a.body for a in assignments if _serves(officer, a.body)), None)
        if dept is None:
            continue
        wanted = {a.skill for a in assignments if a.body_id == dept.pk}
        skills = {one or ANY_SKILL for one in wanted if _can(officer, one)}
        if not skills:
            continue
        away = any(
            one.since <= task.last_on and (one.until is None or one.until >= task.first_on)
            for one in officer.absences.all()
        )
        lines.append(
            OfficerLine(
                officer.certificate, dept.code, tuple(officer.areas) or EVERYWHERE, tuple(skills),
                LONG_AGO, officer.valid_to or FOR_EVER, loads.get(officer.pk, 0),
                0 if away else most,
            )
        )  # fmt: skip
    return lines


EVERYWHERE = tuple("0123456789")


@dataclass(frozen=True)
class Avoided:
    """An officer keeps away from a party (its key, wherever it has gone), on a ground in words."""

    certificate: str
    party: int
    ground: str


def avoidances(task: Task, certificates: Iterable[str]) -> list[Avoided]:
    """The avoidances that hold in the days of a task, of some officers, each once. Two statements."""
    rows = Avoidance.objects.filter(
        holds_within(task.first_on, task.last_on), officer__certificate__in=list(certificates)
    )
    found = list(rows.select_related("officer").order_by("pk"))
    gone = gone_into(one.party_id for one in found)
    kept: dict[tuple[str, int], Avoided] = {}
    for one in found:
        certificate, party = one.officer.certificate, gone.get(one.party_id, one.party_id)
        said = Avoided(certificate, party, one.get_ground_display())
        kept.setdefault((certificate, party), said)
    return list(kept.values())


def _loads(keys: Sequence[int]) -> dict[int, int]:
    """officer → places in teams whose work is not over."""
    rows = Place.objects.filter(officer__in=keys, left_at__isnull=True)
    rows = rows.exclude(part__case__state__in=_OVER).order_by()
    return {key: n for key, n in rows.values_list("officer").annotate(n=Count("pk")) if key}


def _serves(officer: Officer, body: Organisation) -> bool:
    own = officer.organisation
    return own is not None and own.path.startswith(body.path)


def _can(officer: Officer, skill: str) -> bool:
    return not skill or not officer.fields or skill in officer.fields


def _begins(column: str, codes: Sequence[str]) -> Q:
    found = Q()
    for code in codes:
        found |= Q(**{f"{column}__startswith": code})
    return found


def _trades(codes: Sequence[str]) -> list[str]:
    """The beginnings of trades as registers write them: F52 is also 52, and F all its divisions."""
    if not codes:
        return []
    known = loader.current().code_table("industry").codes
    found = list(codes)
    for code in codes:
        if code.isalpha():
            found += [one.code for one in known if one.parent == code.upper()]
        elif code[0].isalpha():
            found.append(code[1:])
    return found


def _below(codes: Sequence[str]) -> Q:
    found = Q(pk__in=[])
    for body in Organisation.objects.filter(code__in=codes):
        found |= Q(organisation__path__startswith=body.path)
    return found


def area_name(code: str) -> str:
    """What the area of a line is called."""
    if code in ("", NOWHERE):
        return "全部区域" if not code else "未注明区划的对象"
    return region_names([code.ljust(6, "0")]).get(code.ljust(6, "0"), code)
