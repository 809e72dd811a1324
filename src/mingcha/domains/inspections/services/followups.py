"""What follows from a result: orders to correct with their recheck, and clues for other work.

What opens what is the table in `rules/following.py`. Clues are cases in the inbox of the unit
responsible; the casework that comes of them is another's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from mingcha.base.cases.errors import MoveRefused
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Deadline, Opening, Said, advance, link, opened
from mingcha.base.cases.services.clocks import fix
from mingcha.base.days import local_today, utc_now
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import holders_of
from mingcha.base.rules.queries import in_force
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Clue, Correction, Part, Place, Visit
from mingcha.domains.inspections.queries import followups as queries
from mingcha.domains.inspections.queries import parts
from mingcha.domains.inspections.rules import following
from mingcha.domains.inspections.rules.following import Follow, Opens
from mingcha.domains.inspections.states import CLUE_KIND, CORRECTION_KIND, PART_KIND

WITHIN = "inspections.correct_within"
ABOUT = "inspections.part"
FOLLOW = "inspections.follow"


@dataclass(frozen=True)
class Order:
    """What an order to correct says: what, on which ground, and until when."""

    order: str
    basis: str
    correct_by: date


def open_for(part: Part, *, actor: Account) -> list[Case]:
    """Open what the table says of a part's result. Part of the act that accepts it."""
    made = []
    for one in queries.rows_for(part):
        if one.opens is Opens.CORRECTION:
            made.append(_open_correction(part, one, actor))
        else:
            unit, why = queries.addressee(part, one.opens)
            said = _Clue(Clue.Kind(one.opens), unit, queries.words(part), one.in_words, why)
            made.append(_open_clue(part, said, actor))
    return made


def hand_over(part: Part, to: Organisation, text: str, *, actor: Account) -> Case:
    """Hand something over to another body (移送其他机关): a clue in its inbox. Leaves one act."""
    basis = "行政处罚法第二十七条；优化营商环境条例第五十七条：违法线索互联"
    words = f"{text.strip() or '属于其他机关职责'}。{queries.words(part)}"
    return _open_clue(part, _Clue(Clue.Kind.HANDOVER, to, words, basis), actor)


@transaction.atomic
def serve(case: Case, order: Order, *, actor: Account, said: Said | None = None) -> Correction:
    """Serve an order to correct (送达责令改正通知书): its period runs to the day it states.

    Leaves one act. Raises NotAllowed, MoveRefused, NotFinished or Stale.
    """
    found = queries.correction_of(case)
    if order.correct_by < local_today():
        raise errors.NotFinished(problem="改正期限不能早于今天")
    with advance(case, "serve", actor=actor, said=_keeping(said, actor)) as locked:
        found.order, found.basis = order.order.strip()[:2000], order.basis.strip()[:500]
        found.correct_by, found.served_at = order.correct_by, utc_now()
        found.save()
        fix(locked, order.correct_by, basis=f"责令改正通知书 {locked.number}", on=local_today())
    return found


@transaction.atomic
def answer(case: Case, text: str, *, actor: Account, said: Said | None = None) -> Correction:
    """Note what the enterprise reports, or that its time is over (登记改正情况). Leaves one act.

    Raises NotAllowed, MoveRefused or Stale.
    """
    found = queries.correction_of(case)
    with advance(case, "answer", actor=actor, said=_keeping(said, actor)) as locked:
        locked.clocks.filter(rule__isnull=True, stopped_on__isnull=True).update(
            stopped_on=local_today()
        )
        found.answer = text.strip()[:2000]
        found.save(update_fields=["answer"])
    return found


@transaction.atomic
def recheck(case: Case, *, on: date, actor: Account, said: Said | None = None) -> Part:
    """Begin to look again (开始复查): a visit of its own with the same team, which has to confirm.

    It does not count toward the yearly cap. Leaves an act here and one at the new part.
    Raises NotAllowed, MoveRefused, NotFinished (a part that nobody can make any more) or Stale.
    """
    found = queries.correction_of(case)
    with advance(case, "recheck", actor=actor, said=_keeping(said, actor)):
        found.recheck = _look_again(found, on, actor)
        found.save(update_fields=["recheck"])
    link(case, found.recheck.case, why="责令改正的复查", actor=actor)
    return found.recheck


def settle_by(part: Part) -> None:
    """Close an order by the result of its recheck: 已改正, or 逾期未改正 and a clue to open a case.

    A recheck that could not find out leaves the order where it stands. Part of the act that accepts
    the recheck.
    """
    found = queries.correction_by(part)
    passed = following.recheck_passed(part.result)
    if found is None or passed is None:
        return
    label = parts.result_label(part.result)
    said = Said(reason=f"复查 {part.case.number} 结果：{label}")
    with advance(found.case, "corrected" if passed else "failed", actor=None, said=said):
        found.is_corrected = passed
        found.save(update_fields=["is_corrected"])
    if not passed:
        basis = "行政处罚法第五十四条；责令改正逾期未改正"
        words = f"责令改正 {found.case.number} 逾期未改正。{queries.words(part)}"
        clue = _Clue(Clue.Kind.CASE, queries.unit_for(part), words, basis)
        _open_clue(part, clue, part.reviewed_by)


@transaction.atomic
def close_clue(
    case: Case, outcome: str, document: str, *, actor: Account, said: Said | None = None
) -> Clue:
    """Note what came of a clue (登记处理结果). Leaves one act. Raises NotAllowed, MoveRefused or Stale."""
    found = queries.clue_of(case)
    with advance(case, "close", actor=actor, said=said):
        found.outcome, found.document = outcome.strip()[:1000], document.strip()[:100]
        found.save(update_fields=["outcome", "document"])
    return found


def decided_by_recheck(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> None:
    """An order in recheck is decided by the recheck's result. Raises RecheckUnderWay or MoveRefused."""
    found = queries.correction_of(case)
    if found.recheck is None:
        raise MoveRefused(number=case.number, state=case.get_state_display(), move="认定改正情况")
    number = found.recheck.case.number
    if found.recheck.reviewed_at is None or following.recheck_passed(found.recheck.result) is None:
        raise errors.RecheckUnderWay(number=case.number, recheck=number)
    raise MoveRefused(number=case.number, state=case.get_state_display(), move="认定改正情况")


def served(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """Serve, from the form of the move."""
    order = Order(facts["order"], facts["basis"], facts["correct_by"])
    return serve(case, order, actor=actor, said=said)


def answered(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """Answer, from the form of the move."""
    return answer(case, facts["answer"], actor=actor, said=said)


def rechecked(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """Recheck, from the form of the move."""
    return recheck(case, on=facts["on"], actor=actor, said=said)


def closed(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """Close a clue, from the form of the move."""
    return close_clue(case, facts["outcome"], facts["document"], actor=actor, said=said)


@dataclass(frozen=True)
class _Clue:
    kind: Clue.Kind
    unit: Organisation
    text: str
    basis: str
    addressed: str = ""


def _open_correction(part: Part, follow: Follow, actor: Account) -> Case:
    within = in_force(WITHIN, on=local_today())
    party = part.visit.party
    opening = Opening(
        CORRECTION_KIND.name, f"责令改正：{party.name}", part.body,
        about=(ABOUT, part.case.number), party_id=party.pk, handler=_still_here(part),
        reason=f"{part.case.number} 的结果：{parts.result_label(part.result)}",
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        Correction.objects.create(
            case=case, part=part, order=queries.to_correct(part), basis=follow.basis,
            correct_by=local_today() + timedelta(days=within.value),
        )  # fmt: skip
    link(part.case, case, why="检查结果引起的责令改正", actor=actor)
    return case


def _open_clue(part: Part, said: _Clue, actor: Account | None) -> Case:
    party = part.visit.party
    opening = Opening(
        CLUE_KIND.name, f"{said.kind.label}：{party.name}", said.unit, opener=part.body,
        about=(ABOUT, part.case.number), party_id=party.pk,
        reason=f"{part.case.number} 的结果：{parts.result_label(part.result)}",
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        Clue.objects.create(
            case=case, part=part, kind=said.kind, text=said.text[:2000], rule=said.basis[:400],
            addressed=said.addressed[:400],
        )  # fmt: skip
    link(part.case, case, why=said.kind.label, actor=actor)
    return case


def _keeping(said: Said | None, actor: Account) -> Said:
    """An order stays with whoever follows it up."""
    said = said or Said()
    return Said(reason=said.reason, person=actor, seen=said.seen)


def _still_here(part: Part) -> Account | None:
    """Whoever handed the result in, while still able to follow it up: whose inbox it goes to."""
    officer = part.submitted_by
    if officer is None or not holders_of(parts.INSPECT, part.body).filter(pk=officer.pk).exists():
        return None
    return officer


def _look_again(found: Correction, on: date, actor: Account) -> Part:
    before = found.part
    visit = Visit.objects.create(
        task=before.visit.task, party=before.visit.party, is_recheck=True, planned_on=on,
        shown_from=on,
    )  # fmt: skip
    opening = Opening(
        PART_KIND.name, f"复查：{before.visit.party.name}", before.body,
        about=("inspections.correction", found.case.number), party_id=before.visit.party.pk,
        reason=f"责令改正 {found.case.number} 的复查",
        due=Deadline(on, f"责令改正 {found.case.number} 的复查日期"),
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        part = Part.objects.create(
            case=case, visit=visit, assignment=before.assignment, body=before.body,
            is_counted=False,
        )  # fmt: skip
        Place.objects.bulk_create(
            Place(
                part=part, number=one.number, officer=one.officer, certificate=one.certificate,
                name=one.name, lacks=one.lacks,
            )
            for one in parts.team(before)
        )  # fmt: skip
    return part
