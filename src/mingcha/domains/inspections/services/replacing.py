"""Replace a drawn entity that is out of scope by the next reserve (备选递补): evidence, and a reviewer."""

from collections.abc import Sequence

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, Said, advance, opened
from mingcha.base.events.services import announce
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.events import ObjectsNamed
from mingcha.domains.inspections.models import Draw, DrawnUnit, Part, Replacement, Visit
from mingcha.domains.inspections.services.teams import TO_BE_NAMED, Team, open_parts
from mingcha.domains.inspections.states import INSPECT, REPLACEMENT_KIND, TASK, PartState

_OPEN = (PartState.TO_CONFIRM, PartState.CONFIRMED, PartState.UNDER_WAY)


def ask(unit: DrawnUnit, ground: str, evidence: str, *, actor: Account) -> Replacement:
    """Ask that a drawn entity be replaced (申请递补). Leaves one act.

    Raises NotAllowed or NotToBeReplaced.
    """
    task = unit.draw.task
    if not actor.holds_over(TASK, task.body):
        require(actor, INSPECT, task.body)
    why = _why_not(unit)
    if why or not evidence.strip():
        problem = why or "没有写明证据"
        raise errors.NotToBeReplaced(name=unit.party.name, problem=problem)
    opening = Opening(
        REPLACEMENT_KIND.name, f"{unit.party.name}：备选递补", task.body, opener=task.body,
        about=("party", unit.party.public_id), party_id=unit.party_id,
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        return Replacement.objects.create(
            case=case, unit=unit, ground=ground, evidence=evidence.strip()
        )


def allow(case: Case, *, actor: Account, said: Said) -> Replacement:
    """Allow it (同意递补): the next reserve of the stratum takes the place, strictly in order.

    The parts of the entity end; the reserve gets parts whose teams a later round fills. Raises
    NoReserveLeft, and what `advance` raises.
    """
    found = Replacement.objects.select_related("unit__draw__task__body", "unit__party").get(
        case=case
    )
    unit = found.unit
    with advance(case, "allow", actor=actor, said=said):
        used = Replacement.objects.filter(reserve__draw=unit.draw).values("reserve")
        Draw.objects.select_for_update().get(pk=unit.draw_id)  # one after another
        spare = unit.draw.units.filter(stratum=unit.stratum, is_reserve=True)
        reserve = spare.exclude(pk__in=used).order_by("place").first()
        if reserve is None:
            raise errors.NoReserveLeft(stratum=unit.stratum)
        found.reserve, found.is_allowed = reserve, True
        found.save(update_fields=["reserve", "is_allowed"])
        task = unit.draw.task
        parts = list(_parts(unit))
        for part in parts:
            reason = f"{found.get_ground_display()}，由备选递补"
            with advance(part.case, "void", actor=actor, said=Said(reason=reason)):
                pass
        visit = Visit.objects.create(task=task, party_id=reserve.party_id, unit=reserve)
        teams = [
            Team(visit, part.assignment, (), f"递补对象，{TO_BE_NAMED}或补位") for part in parts
        ]
        open_parts(task, teams, actor=actor)
        announce(ObjectsNamed(unit.draw.draw_id))
    return found


def refuse(case: Case, *, actor: Account, said: Said) -> Replacement:
    """Refuse it (不予递补): the entity stays drawn."""
    found = Replacement.objects.get(case=case)
    with advance(case, "refuse", actor=actor, said=said):
        found.is_allowed = False
        found.save(update_fields=["is_allowed"])
    return found


def _why_not(unit: DrawnUnit) -> str:
    if unit.is_reserve:
        return "它是备选，没有抽中"
    asked = unit.replacements.exclude(is_allowed=False)
    if asked.exists():
        return "已经提出过递补"
    if not _parts(unit):
        return "检查已经提交或结束"
    return ""


def _parts(unit: DrawnUnit) -> Sequence[Part]:
    found = Part.objects.filter(visit__unit=unit, case__state__in=_OPEN)
    return list(
        found.select_related("case__unit", "case__opener", "assignment__body").order_by("pk")
    )
