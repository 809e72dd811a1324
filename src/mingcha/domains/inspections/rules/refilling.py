"""Filling vacant places in a later round (补位), after avoidance was declared or somebody fell ill.

Source: docs/explanation/draw.md, “Re-pairing”: only vacant places are filled, in the order in which
visits are paired, by the key of the round; no other team moves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mingcha.domains.inspections.errors import NoRemedyLeft
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.eligible import Eligibility, Visit
from mingcha.domains.inspections.rules.pairing import Teams, ordered


@dataclass(frozen=True)
class Round:
    """What a round changes: who leaves which visit, who joins (in order), and what stays vacant."""

    number: int
    left: Sequence[tuple[Visit, str]]
    joined: Sequence[tuple[Visit, str]]
    vacant: Sequence[Visit]
    teams: Mapping[Visit, Sequence[str]]


def refill(
    number: int,
    teams: Mapping[Visit, Sequence[str]],
    left: Iterable[tuple[Visit, str]],
    eligibility: Eligibility,
    chance: Chance,
) -> Round:
    """Round `number` (1, 2, …) over the `teams` of the rounds before.

    `eligibility` is that of the round: officers and avoidances after the recorded change. Whoever
    leaves a visit does not come back to that entity. Raises NoRemedyLeft when somebody leaves a
    visit he is not in.
    """
    now, gone = {visit: list(team) for visit, team in teams.items()}, list(left)
    for visit, officer in gone:
        if officer not in now.get(visit, ()):
            raise NoRemedyLeft(round=number, officer=officer, key=visit.key)
        now[visit].remove(officer)
        eligibility.avoid(visit.key, officer)
    joined, vacant = [], []
    work = Teams(ordered(now, eligibility, chance), eligibility, chance, f"officer/{number}")
    work.take_over(now)
    for place, (visit, who) in enumerate(work.ordered):
        for _ in range(visit.places - len(now[visit])):
            officer_place = work.least_loaded(visit, who)
            if officer_place is None:
                vacant.append(visit)
                continue
            work.join(place, officer_place)
            joined.append((visit, eligibility.officers[officer_place].name))
    return Round(number, gone, joined, vacant, work.named())
