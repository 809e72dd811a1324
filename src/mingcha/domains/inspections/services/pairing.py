"""Vacant places: filled in a later published round after a draw (补位), named by the body without one.

leave(place, because="回避", told="原检查人员回避")  # the place becomes vacant, inside the part's change
refill(draw, because="…", actor=actor)             # fills what is vacant by the published rule
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said, advance, changing
from mingcha.base.days import utc_now
from mingcha.base.ledger.hashing import HASHINGS, sm3
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Draw, PairingRound, Part, Place
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.queries import selecting
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.queries.selecting import ANY_SKILL, NOWHERE
from mingcha.domains.inspections.rules import lines
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.eligible import Eligibility, Visit, Window
from mingcha.domains.inspections.rules.lines import Avoidance
from mingcha.domains.inspections.rules.refilling import Round
from mingcha.domains.inspections.rules.refilling import refill as refilled
from mingcha.domains.inspections.rules.text import line
from mingcha.domains.inspections.services import frames
from mingcha.domains.inspections.services.common import act_on_draw
from mingcha.domains.inspections.states import DRAW, INSPECT, PartState
from mingcha.domains.officers import queries as officers
from mingcha.domains.officers.queries import Officer


def leave(place: Place, *, because: str, told: str = "原检查人员离开检查组") -> Place:
    """Vacate a place (离开检查组): who leaves stays known, the place waits for a later round.

    `because` stays with who left; `told` is what the vacant place says, to everybody. Part of the
    change of its case, which the caller makes. Returns the vacant place.
    """
    place.left_at, place.left_because = utc_now(), because[:300]
    place.save(update_fields=["left_at", "left_because"])
    return Place.objects.create(
        part=place.part,
        number=place.number,
        round=place.round,
        lacks=told[:300],
    )


@transaction.atomic
def refill(draw: Draw, *, because: str, actor: Account) -> PairingRound:
    """Fill the vacant places of a draw in its next round (补位), by the published rule.

    No other team moves; what stays vacant waits for the next. `because` is the change that was
    recorded. Leaves an act of the draw, sealed at once, and one of each part that changed. Raises
    NotAllowed, NothingVacant or ReasonMissing.
    """
    require(actor, DRAW, draw.task.body)
    draw = Draw.objects.select_for_update(of=("self",)).select_related("task__body").get(pk=draw.pk)
    parts = _open_parts(draw)
    vacant = Place.objects.filter(part__in=parts, officer__isnull=True, left_at__isnull=True)
    if not vacant.exists():
        raise errors.NothingVacant(draw_id=draw.draw_id)
    number = draw.rounds.count() + 1
    work = _Work(draw, parts)
    done = refilled(number, work.teams, work.left, work.eligibility, work.chance)
    content = _file(done, work).decode()
    made = PairingRound.objects.create(
        draw=draw, number=number, because=because[:300], content=content,
        digest=sm3(content.encode()).hex(), by=actor,
    )  # fmt: skip
    Place.objects.filter(part__in=parts, left_at__isnull=False, left_round__isnull=True).update(
        left_round=number
    )
    joined: dict[Visit, list[str]] = {}
    for visit, certificate in done.joined:
        joined.setdefault(visit, []).append(certificate)
    known = {one.certificate: one for one in officers.whole().filter(
        certificate__in=[one for several in joined.values() for one in several])}  # fmt: skip
    for visit, certificates in joined.items():
        part = work.part_of[visit]
        with advance(part.case, "refill", actor=actor, said=Said(reason=f"第 {number} 轮补位")):
            _fill(part, [known[one] for one in certificates], number)
    act_on_draw(draw, f"第 {number} 轮补位", actor, seal_now=True)
    return made


@transaction.atomic
def name_officers(case: Case, certificates: Sequence[str], *, actor: Account) -> Part:
    """Name the officers of a part that was issued without a draw (指派检查人员).

    Raises NotAllowed, NotWithoutDraw after a draw, or TaskIncomplete naming who may not.
    """
    part = Part.objects.select_related("visit__task", "body", "visit__party").get(case=case)
    require(actor, INSPECT, case.unit)
    task = part.visit.task
    if task.mode == Mode.RANDOM:
        raise errors.NotWithoutDraw(
            name=task.name, mode=task.get_mode_display(), problem="检查人员由抽取产生，不能指派"
        )
    free = part.places.filter(officer__isnull=True, left_at__isnull=True).count()
    fit = {one.name: one for one in selecting.officer_lines(task)}
    avoided = {
        one.certificate
        for one in selecting.avoidances(task, certificates)
        if one.party == part.visit.party_id
    }
    for certificate in certificates:
        if certificate not in fit or certificate in avoided or fit[certificate].cap == 0:
            problem = f"执法证 {certificate} 的人员不在本部门名录、已离岗、证件到期或须回避"
            raise errors.TaskIncomplete(name=task.name, deed="指派", problem=problem)
    if len(set(certificates)) != free:
        problem = f"空缺 {free} 个席位，指派了 {len(set(certificates))} 人"
        raise errors.TaskIncomplete(name=task.name, deed="指派", problem=problem)
    known = {one.certificate: one for one in officers.whole().filter(certificate__in=certificates)}
    with changing(case, actor=actor) as (_, leave_trace):
        _fill(part, [known[one] for one in certificates], 0)
        leave_trace("指派检查人员")
    return part


def _fill(part: Part, who: Sequence[Officer], number: int) -> None:
    free = part.places.filter(officer__isnull=True, left_at__isnull=True).order_by("number")
    for place, officer in zip(list(free), who, strict=False):
        place.officer, place.certificate, place.name = officer, officer.certificate, officer.name
        place.round, place.lacks = number, ""
        place.save()


def _open_parts(draw: Draw) -> list[Part]:
    found = Part.objects.filter(visit__unit__draw=draw, case__state=PartState.TO_CONFIRM)
    rows = found.select_related("case__unit", "case__opener", "visit__unit", "visit__party", "body")
    return list(rows.select_related("assignment").order_by("pk"))


class _Work:
    """The teams as they are, and who may fill what is vacant."""

    def __init__(self, draw: Draw, parts: Sequence[Part]) -> None:
        said = commitment_of(draw)
        self.part_of: dict[Visit, Part] = {}
        self.teams: dict[Visit, list[str]] = {}
        self.left: list[tuple[Visit, str]] = []
        places = Place.objects.filter(part__in=parts).order_by("part", "round", "number")
        by_part: dict[int, list[Place]] = {}
        for place in places:
            by_part.setdefault(place.part_id, []).append(place)
        for part in parts:
            visit = _visit(part)
            self.part_of[visit] = part
            mine = by_part.get(part.pk, [])
            gone = [p for p in mine if p.left_at is not None and p.left_round is None]
            here = [p for p in mine if p.officer_id is not None and p.left_at is None]
            self.teams[visit] = [p.certificate for p in (*here, *gone)]
            self.left += [(visit, p.certificate) for p in gone]
        self.officers = selecting.officer_lines(draw.task)
        self.avoidances = _avoidances(draw, self.officers)
        window = Window(said.window.first, said.window.last)
        known = {one.name for one in self.officers}
        frozen = [one for one in _frozen_officers(draw) if one.name not in known]
        self.eligibility = Eligibility([*self.officers, *frozen], self.avoidances, window)
        self.chance = Chance.of(HASHINGS[frames.ALG], draw.seed, draw.draw_id)


def _frozen_officers(draw: Draw) -> list[lines.Officer]:
    """Officers of the frame who are in teams though they may not be sent any more."""
    return [
        replace(one, cap=0)
        for one in (lines.Officer.read(line) for line in frames.lines_of(draw, "O"))
    ]


def _avoidances(draw: Draw, known: Sequence[lines.Officer]) -> list[Avoidance]:
    keys: Mapping[int, str] = dict(draw.units.values_list("party_id", "key"))
    found = selecting.avoidances(draw.task, [one.name for one in known])
    return [
        Avoidance(one.certificate, keys[one.party], one.ground, "0" * 32)
        for one in found
        if one.party in keys
    ]


def _visit(part: Part) -> Visit:
    unit, assignment = part.visit.unit, part.assignment
    if unit is None:
        raise TypeError("a part after a draw has its unit")
    return Visit(
        unit.key, part.body.code, assignment.skill or ANY_SKILL,
        part.visit.party.region or NOWHERE, assignment.count,
    )  # fmt: skip


def _file(done: Round, work: _Work) -> bytes:
    """The round as the public bundle has it."""
    made = sorted(one.line() for one in work.officers)
    made.append(line("N", str(len(work.avoidances))))
    for kind, moved in (("L", done.left), ("J", done.joined)):
        made += [line(kind, v.key, v.dept, v.skill, officer) for v, officer in moved]
    made += [line("V", v.key, v.dept, v.skill) for v in done.vacant]
    return b"".join(one + b"\n" for one in made)
