"""An officer keeps away (声明回避): the place falls vacant, and is filled by the published rule."""

from django.db import transaction

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said, advance, changing, tell
from mingcha.base.days import local_today
from mingcha.base.intervals import holds_on
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Avoidance, Part, Place
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.services import lists, pairing


@transaction.atomic
def avoid(case: Case, ground: str, note: str, *, actor: Account, seen: int | None = None) -> Part:
    """Declare avoidance and leave the team (声明回避). The others confirm anew once it is filled.

    Registers the avoidance for later draws too. Leaves an act here and one at the avoidance; the
    unit is told that a place is vacant. Raises NotAllowed, NotInTheTeam, MoveRefused or Stale.
    """
    require(actor, queries.INSPECT, case.unit)
    part = queries.part_of(case)
    place = queries.place_of(part, actor)
    if place is None:
        raise errors.NotInTheTeam(number=case.number, deed="声明回避")
    why = f"{Avoidance.Ground(ground).label}{'：' if note.strip() else ''}{note.strip()}"
    name = place.name
    with advance(case, "avoid", actor=actor, said=Said(reason=why, seen=seen)):
        pairing.leave(place, because=f"回避：{why}")
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
    same = Avoidance.objects.filter(officer=officer, party=party).filter(holds_on(today))
    if officer is None or same.exists():
        return
    lists.declare_avoidance(
        officer, party, ground, since=today, note=note.strip()[:300], actor=actor
    )
