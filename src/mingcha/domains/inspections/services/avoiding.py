"""An officer keeps away (回避): declared beforehand, ended, or within a part, where the place falls vacant.

declare(officer, parties, Declared("kin", since=today), actor=actor)     # before anything is drawn
end(avoidance, on=last_day, reason="已离职满三年", actor=actor)
avoid(case, "kin", "…", actor=actor)                                     # out of a team
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said, advance, changing, tell
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput
from mingcha.base.intervals import holds_on
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Avoidance, Part, Place
from mingcha.domains.inspections.queries import avoidances
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.services import pairing
from mingcha.domains.inspections.services.common import act_on_avoidance
from mingcha.domains.inspections.states import REVIEW
from mingcha.domains.officers.queries import Officer
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.queries.naming import name_of

LEFT = "原检查人员回避"  # all that a vacant place says: it is public, the relation is not


@dataclass(frozen=True)
class Declared:
    """What is declared: the ground, from which day to which (None: until further notice), and more."""

    ground: str
    since: date
    until: date | None = None
    note: str = ""


@transaction.atomic
def declare(
    officer: Officer, parties: Sequence[Party], said: Declared, *, actor: Account
) -> list[Avoidance]:
    """Note that an officer keeps away from some parties (登记回避). One act each, all or none.

    Counts for every draw frozen and every place filled from now on, never for what is frozen. Open
    to the officer's own account (公务员法 art. 77) and to whoever reviews for the officer's body;
    what a party has asked for is decided by the latter alone (行政处罚法 art. 43). Raises NotAllowed,
    or BadInput for days out of order and for a party that is avoided on one of them already.
    """
    if said.ground == Avoidance.Ground.ASKED or not avoidances.is_own(officer, actor):
        require(actor, REVIEW, officer.organisation or actor.organisation)
    if said.until is not None and said.until < said.since:
        raise BadInput(problem="回避的结束日期早于开始日期")
    if not parties:
        raise BadInput(problem="没有写明回避哪个监管对象")
    Officer.objects.select_for_update().get(pk=officer.pk)
    made = []
    for party in parties:
        _refuse_twice(officer, party, said)
        avoidance = Avoidance.objects.create(
            officer=officer, party=party, ground=said.ground, note=said.note.strip()[:300],
            since=said.since, until=said.until, declared_by=actor,
        )  # fmt: skip
        act_on_avoidance(avoidance, "登记回避", actor)
        made.append(avoidance)
    return made


def _refuse_twice(officer: Officer, party: Party, said: Declared) -> None:
    rows = Avoidance.objects.filter(officer=officer, party=party, since__lte=said.until or date.max)
    same = rows.exclude(until__lt=said.since).order_by("since").first()
    if same is not None:
        until = f"至 {same.until}" if same.until else "起，长期"
        raise BadInput(
            problem=f"{officer.name}对“{name_of(party)}”已有回避登记（{same.since} {until}）"
        )


@transaction.atomic
def end(avoidance: Avoidance, *, on: date, reason: str, actor: Account) -> Avoidance:
    """Let an avoidance hold until a day and no longer (结束回避); `on` is its last day. Leaves one act.

    The row stays: draws frozen meanwhile rest on it. Open to whoever declared his own, and to whoever
    reviews for the officer's body. Raises NotAllowed, or BadInput for a day that is over, before it
    begins or after it ends, and without a reason.
    """
    locked = Avoidance.objects.select_for_update(of=("self",)).select_related(
        "officer__organisation", "party"
    )
    current = locked.get(pk=avoidance.pk)
    if not avoidances.may_end(current, actor):
        require(actor, REVIEW, current.officer.organisation or actor.organisation)
    if not reason.strip():
        raise BadInput(problem="没有写明结束回避的理由")
    if on < max(current.since, local_today()):
        raise BadInput(problem=f"最后一天不能早于 {max(current.since, local_today())}")
    if current.until is not None and current.until <= on:
        raise BadInput(problem=f"这项回避本来就到 {current.until} 为止")
    current.until, current.ended_because, current.ended_by = on, reason.strip()[:300], actor
    current.save(update_fields=["until", "ended_because", "ended_by"])
    act_on_avoidance(current, "结束回避", actor)
    return current


@transaction.atomic
def avoid(case: Case, ground: str, note: str, *, actor: Account, seen: int | None = None) -> Part:
    """Declare avoidance and leave the team (声明回避). The others confirm anew once it is filled.

    Registers the avoidance for later draws too; only there stands the note. Leaves an act here and
    one at the avoidance; the unit is told that a place is vacant. Raises NotAllowed, NotInTheTeam,
    MoveRefused or Stale.
    """
    require(actor, queries.INSPECT, case.unit)
    part = queries.part_of(case)
    place = queries.place_of(part, actor)
    if place is None:
        raise errors.NotInTheTeam(number=case.number, deed="声明回避")
    why = f"{Avoidance.Ground(ground).label}，说明见回避登记"
    name = place.name
    with advance(case, "avoid", actor=actor, said=Said(reason=why, seen=seen)):
        pairing.leave(place, because=f"回避：{why}", told=LEFT)
        part.places.filter(left_at__isnull=True).update(confirmed_at=None, confirmed_by=None)
    _register(place, part, ground, note, actor)
    with changing(case, actor=actor) as (locked, leave):
        tell(locked, part.body, "检查席位空缺，请组织补位", person=None, by=actor)
        leave("席位空缺", reason=f"{name}回避，席位 {place.number} 待补位")
    return part


def _register(place: Place, part: Part, ground: str, note: str, actor: Account) -> None:
    """Register the avoidance from today, unless one holds already."""
    party, today = part.visit.party, local_today()
    officer = place.officer
    same = Avoidance.objects.filter(officer=officer, party=party)
    if officer is None or same.filter(holds_on(today)).exists():
        return
    later = same.filter(since__gt=today).order_by("since").first()
    until = later.since - timedelta(days=1) if later is not None else None
    declare(officer, [party], Declared(ground, today, until, note), actor=actor)
