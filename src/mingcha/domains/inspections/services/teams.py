"""Open the departments' parts of many visits with their teams: in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mingcha.base.cases import services as cases
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening
from mingcha.base.ledger.canonical import Json
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.inspections.models import Assignment, Part, Place, Task, Visit
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.queries.contents import opened_part
from mingcha.domains.inspections.states import PART_KIND
from mingcha.domains.officers import queries as officers
from mingcha.domains.officers.queries import Officer

AT_ONCE = 5000
TO_BE_NAMED = "由承办单位指派"


@dataclass(frozen=True)
class Team:
    """Who goes to a visit for a department: certificates in the order of places; `lacks` says why
    the places after them are vacant.
    """

    visit: Visit
    assignment: Assignment
    certificates: Sequence[str] = ()
    lacks: str = TO_BE_NAMED


def open_parts(task: Task, teams: Sequence[Team], *, actor: Account | None) -> list[Case]:
    """Open a part for each team, asking its officers by name who have an account, else its body.

    The body that has the case is that of the officers when they are of one, else the department. A
    clue-driven check counts toward no cap. Bulk: a few statements for thousands.
    """
    named = sorted({one for team in teams for one in team.certificates})
    known = {one.certificate: one for one in officers.whole().filter(certificate__in=named)}
    accounts = officers.holders(named)
    openings = [_opening(task, team, known) for team in teams]
    asked = [[accounts[c] for c in team.certificates if c in accounts] for team in teams]
    is_counted = task.mode != Mode.CLUE

    def keep(opened: Sequence[Case]) -> Sequence[Mapping[str, Json]]:
        parts = [
            Part(
                case=case, visit=team.visit, assignment=team.assignment,
                body=team.assignment.body, is_counted=is_counted,
            )
            for case, team in zip(opened, teams, strict=True)
        ]  # fmt: skip
        Part.objects.bulk_create(parts, batch_size=AT_ONCE)
        places = [places_of(part, team, known) for part, team in zip(parts, teams, strict=True)]
        Place.objects.bulk_create([p for several in places for p in several], batch_size=AT_ONCE)
        return [opened_part(part, several) for part, several in zip(parts, places, strict=True)]

    return cases.open_many(openings, asked=asked, actor=actor, keep=keep)


def places_of(part: Part, team: Team, known: Mapping[str, Officer]) -> list[Place]:
    """The places of a team: filled in order, the rest vacant."""
    made = []
    for number in range(1, team.assignment.count + 1):
        if number <= len(team.certificates):
            officer = known[team.certificates[number - 1]]
            made.append(
                Place(
                    part=part, number=number, officer=officer, certificate=officer.certificate,
                    name=officer.name,
                )
            )  # fmt: skip
        else:
            made.append(Place(part=part, number=number, lacks=team.lacks[:300]))
    return made


def _opening(task: Task, team: Team, known: Mapping[str, Officer]) -> Opening:
    party = team.visit.party
    return Opening(
        PART_KIND.name,
        f"{party.name}：{task.name}",
        _unit(team, known),
        opener=task.body,
        about=("party", party.public_id),
        party_id=party.pk,
        parent=task.case,
    )


def _unit(team: Team, known: Mapping[str, Officer]) -> Organisation:
    bodies = {one.pk: one for one in (known[c].organisation for c in team.certificates) if one}
    return next(iter(bodies.values())) if len(bodies) == 1 else team.assignment.body
