"""Departments' parts of visits: whose they are, the form made of the checklists, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import case_for, visible_to
from mingcha.base.days import local_today, start_of
from mingcha.base.errors import NotFound
from mingcha.base.intervals import holds_within
from mingcha.base.people.models import Account
from mingcha.base.search import PairQuery, pair_query
from mingcha.domains.inspections.models import (
    AssignmentItem,
    Avoidance,
    Evidence,
    Finding,
    Part,
    Place,
    Visit,
)
from mingcha.domains.inspections.rules import following
from mingcha.domains.inspections.states import PartState
from mingcha.domains.officers import queries as officers
from mingcha.domains.officers.rules import Asked
from mingcha.standards import loader

INSPECT = "inspections.inspect"
TWO = 2  # officers at least (行政处罚法 第四十二条)
RESULTS, ANSWERS = "spot_check_result", "point_result"


@dataclass(frozen=True)
class Line:
    """One line of the form: what is to be checked, how, and what was found."""

    item: AssignmentItem
    number: int
    text: str
    group: str = ""
    how: str = ""
    evidence_asked: str = ""
    basis: str = ""
    is_key: bool = False
    point: int | None = None
    finding: Finding | None = None
    files: Sequence[Evidence] = field(default=())

    @property
    def key(self) -> str:
        """What names the line on the page: item and number."""
        return f"{self.item.pk}-{self.number}"

    @property
    def answer(self) -> str:
        """The code of what was found; "" while it is open."""
        return self.finding.answer if self.finding is not None else ""


@dataclass(frozen=True)
class Filter:
    """What a list of parts was asked for; every part narrows."""

    words: str = ""
    state: str = ""
    mode: str = ""
    result: str = ""
    whose: str = "mine"  # mine, all
    standing: str = ""  # open, late, closed
    party: str = ""
    task: str = ""
    body: str = ""  # its code
    officer: str = ""  # the certificate of somebody who was there
    year: str = ""  # in which it began


def visible(account: Account) -> QuerySet[Part]:
    """The parts that an account may read: as their cases."""
    return _related(Part.objects.filter(case__in=visible_to(account).order_by()))


def mine(account: Account) -> QuerySet[Part]:
    """The parts in whose team the account is, by its certificate."""
    return _related(Part.objects.filter(pk__in=_of_team(account)))


def parts(account: Account, asked: Filter) -> QuerySet[Part]:
    """The parts that fit a filter."""
    found = mine(account) if asked.whose == "mine" else visible(account)
    if asked.words:
        named = pair_query(asked.words, "n")
        about = Q(case__search=PairQuery(named)) if named else Q()
        found = found.filter(
            about | Q(case__number=asked.words) | Q(visit__party__code=asked.words.upper())
        )
    columns = {
        "case__state": asked.state, "visit__task__mode": asked.mode, "result": asked.result,
        "visit__party__public_id": asked.party, "visit__task__case__number": asked.task,
        "body__code": asked.body,
    }  # fmt: skip
    found = found.filter(**{name: value for name, value in columns.items() if value})
    if asked.year.isdecimal() and len(asked.year) == len("2026"):
        first = date(max(int(asked.year), 1), 1, 1)
        until = date(min(first.year + 1, date.max.year), 1, 1)
        found = found.filter(started_at__gte=start_of(first), started_at__lt=start_of(until))
    if asked.officer:
        there = Place.objects.filter(officer__certificate=asked.officer, is_present=True)
        found = found.filter(pk__in=there.order_by().values("part"))
    standings = {
        "open": Q(case__closed_at__isnull=True),
        "late": Q(case__closed_at__isnull=True, case__due_on__lt=local_today()),
        "closed": Q(case__closed_at__isnull=False),
    }
    return found.filter(standings.get(asked.standing, Q()))


def part_for(account: Account, number: str) -> Part:
    """The one door to a part. Raises NotFound for missing and hidden alike."""
    return part_of(case_for(account, number))


def part_of(case: Case) -> Part:
    """The part that a case is. Raises NotFound for a case of another kind."""
    found = _related(Part.objects.filter(case=case)).first()
    if found is None:
        raise NotFound(what="部门检查", key=case.number)
    return found


def team(part: Part) -> list[Place]:
    """Who is in the team now, vacant places too."""
    found = part.places.filter(left_at__isnull=True).select_related("officer__holder__account")
    return list(found.order_by("number"))


def place_of(part: Part, account: Account) -> Place | None:
    """The place of an account in the team, by its certificate."""
    return part.places.filter(left_at__isnull=True, officer__holder__account=account).first()


def lines_of(part: Part) -> list[Line]:
    """The form: every item's checklist line by line, with what was found. A recheck has what failed."""
    findings = {(one.item_id, one.number): one for one in part.findings.select_related("by")}
    files: dict[int, list[Evidence]] = {}
    for one in part.evidence.filter(finding__isnull=False).select_related("file"):
        files.setdefault(one.finding_id or 0, []).append(one)
    wanted = _failed_before(part) if part.visit.is_recheck else None
    found = []
    items = part.assignment.items.select_related("item", "checklist__checklist").order_by("pk")
    for item in items:
        for line in _blank(item):
            if wanted is not None and (item.pk, line.number) not in wanted:
                continue
            finding = findings.get((item.pk, line.number))
            mine = files.get(finding.pk, []) if finding is not None else []
            found.append(_filled(line, finding, mine))
    return found


def missing(part: Part, lines: Sequence[Line], *, result: str = "") -> list[str]:
    """What must be added before the result can be handed in, in sentences."""
    found = []
    open_ = [line for line in lines if not line.answer]
    if open_ and result not in following.NOT_CHECKED:
        found.append(f"还有 {len(open_)} 项没有记录")
    if sum(place.is_present for place in team(part)) < TWO:
        found.append("到场的执法人员不足两人")
    signed = part.evidence.filter(kind=Evidence.Kind.SIGNATURE).exists()
    if not part.unsigned and not (part.signed_by and signed):
        found.append("当事人没有签字，也没有写明原因")
    return found


def why_not_today(place: Place, *, on: date) -> str:
    """Why whoever fills a place may not inspect on a day; "" when he may."""
    if place.officer is None:
        return "席位空缺"
    return "，".join(officers.why_not(place.officer, Asked(on, on)))


def may_go(part: Part) -> list[tuple[str, str]]:
    """(certificate, name) of the department's officers who may inspect on the days of the task; who
    keeps away from the entity is not among them.
    """
    task = part.visit.task
    asked = Asked(
        task.first_on, task.last_on, field=part.assignment.skill, organisation=part.body_id
    )
    there = {place.officer_id for place in team(part)}
    found = officers.eligible(asked).exclude(pk__in=[pk for pk in there if pk is not None])
    parties = Q(party=part.visit.party_id) | Q(party__merged_into=part.visit.party_id)
    avoided = Avoidance.objects.filter(holds_within(task.first_on, task.last_on), parties)
    found = found.exclude(certificate__in=avoided.order_by().values("officer__certificate"))
    return [(one.certificate, f"{one.name}（{one.certificate}）") for one in found.order_by("name")]


def shown_from(visit: Visit) -> date:
    """The first day on which the notice may be shown: as stated, else the planned or first day."""
    return visit.shown_from or visit.planned_on or visit.task.first_on


def is_shown(visit: Visit) -> bool:
    """Whether the notice may be shown today."""
    return shown_from(visit) <= local_today()


def made_in(visit: Visit) -> Visit:
    """The visit that is really made: the one that this was merged into, or itself."""
    return visit.merged_into or visit


def parts_of_visit(visit: Visit) -> list[Part]:
    """Every department's part of a visit that goes on, those merged into it too."""
    found = Part.objects.filter(Q(visit=visit) | Q(visit__merged_into=visit))
    found = found.exclude(case__state=PartState.VOID)
    return list(
        found.select_related("case", "body", "assignment", "visit__task").order_by("body__path")
    )


def result_label(code: str) -> str:
    """A result in words."""
    return loader.current().code_table(RESULTS).label_of(code) if code else ""


def answer_label(code: str) -> str:
    """What was found on a line, in words."""
    return loader.current().code_table(ANSWERS).label_of(code) if code else ""


def results() -> list[tuple[str, str]]:
    """(code, label) of every result."""
    return [(one.code, one.label) for one in loader.current().code_table(RESULTS).codes]


def answers() -> list[tuple[str, str]]:
    """(code, label) of what may be found on a line."""
    return [(one.code, one.label) for one in loader.current().code_table(ANSWERS).codes]


def evidence_for(account: Account, number: str, evidence: int) -> Evidence:
    """The one door to a file of a part. Raises NotFound for missing and hidden alike."""
    part = part_for(account, number)
    found = part.evidence.select_related("file").filter(pk=evidence).first()
    if found is None:
        raise NotFound(what="检查证据", key=evidence)
    return found


def _of_team(account: Account) -> QuerySet[Any, Any]:
    places = Place.objects.filter(left_at__isnull=True, officer__holder__account=account)
    return places.order_by().values("part")


def _related(found: QuerySet[Part]) -> QuerySet[Part]:
    return found.select_related(
        "case__unit", "case__handler", "case__opener", "body", "visit__party", "visit__task__case",
        "visit__merged_into", "assignment",
    ).defer("case__search", "visit__party__search", "visit__task__case__search")  # fmt: skip


def _failed_before(part: Part) -> set[tuple[int, int]]:
    correction = part.rechecks  # the order that this looks after
    failed = correction.part.findings.filter(answer=following.FAILED)
    return set(failed.values_list("item_id", "number"))


def _blank(item: AssignmentItem) -> list[Line]:
    """The lines of an item before anything was found: points, else words, else the item itself."""
    version = item.checklist
    if version is None:
        return [Line(item, 1, item.item.name)]
    rows = list(version.points.filter(displaced_by__isnull=True).order_by("number"))
    if rows:
        return [
            Line(
                item, row.number, row.content.get("check_content", ""),
                group=row.content.get("check_item", ""), how=row.content.get("essentials", ""),
                evidence_asked=row.content.get("evidence", ""),
                basis=row.content.get("punish_basis", ""),
                is_key=row.content.get("is_key", "") in {"1", "是", "true"}, point=row.pk,
            )
            for row in rows
        ]  # fmt: skip
    text = version.content.get("check_contents", "")
    parted = [one.strip() for one in text.replace("\n", "；").replace(";", "；").split("；")]
    words = [one for one in parted if one] or [item.item.name]
    return [Line(item, number, one) for number, one in enumerate(words, 1)]


def _filled(line: Line, finding: Finding | None, files: Sequence[Evidence]) -> Line:
    said = {name: getattr(line, name) for name in line.__dataclass_fields__}
    return Line(**said | {"finding": finding, "files": files})
