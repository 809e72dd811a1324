"""Orders to correct and clues: the one door to each, and what they say to begin with."""

from datetime import date

from mingcha.base.cases.models import Case
from mingcha.base.days import local_day, local_today
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import holders_of, line_above
from mingcha.domains.inspections.models import Clue, Correction, OrderReceipt, Part
from mingcha.domains.inspections.queries import registration
from mingcha.domains.inspections.queries.parts import lines_of, result_label
from mingcha.domains.inspections.rules import following
from mingcha.domains.inspections.rules.following import Follow, Opens

FOLLOW = "inspections.follow"


def correction_of(case: Case) -> Correction:
    """The order that a case is. Raises NotFound for a case of another kind."""
    found = Correction.objects.filter(case=case).select_related(
        "case__unit", "part__case", "part__visit__party", "part__visit__task", "part__body",
        "part__assignment", "recheck__case",
    ).first()  # fmt: skip
    if found is None:
        raise NotFound(what="责令改正", key=case.number)
    return found


def correction_by(recheck: Part) -> Correction | None:
    """The order that a recheck looks after."""
    return (
        Correction.objects.filter(recheck=recheck)
        .select_related("case__unit", "case__opener")
        .first()
    )


def clue_of(case: Case) -> Clue:
    """The clue that a case is. Raises NotFound for a case of another kind."""
    found = Clue.objects.filter(case=case).select_related(
        "case__unit", "part__case", "part__visit__party", "part__body"
    ).first()  # fmt: skip
    if found is None:
        raise NotFound(what="后续处置线索", key=case.number)
    return found


def followed(part: Part) -> list[tuple[str, Case]]:
    """(what it is, its case) of everything that a result has opened."""
    found = [("责令改正", part.correction.case)] if hasattr(part, "correction") else []
    clues = part.clues.select_related("case__unit").order_by("pk")
    return found + [(clue.get_kind_display(), clue.case) for clue in clues]


def rows_for(part: Part) -> list[Follow]:
    """What the table says of a part's result, as it stood on the day of the check."""
    return following.follows(part.result, on=day_of(part))


def doubt_of(found: Correction) -> str:
    """What is still to be verified of the basis that the table gives for an order; "" for nothing."""
    rows = [one for one in rows_for(found.part) if one.opens is Opens.CORRECTION]
    return next((one.to_verify for one in rows if one.basis == found.basis), "")


def day_of(part: Part) -> date:
    """The day of a check: when it ended, else today."""
    return local_day(part.ended_at) if part.ended_at is not None else local_today()


def addressee(part: Part, opens: Opens) -> tuple[Organisation, str]:
    """To which body a clue goes, and why where that is not plain.

    A listing goes to whoever keeps the register of the entity, as declared for the day of the check;
    without a declaration, or where nobody there can follow a clue, to `unit_for`, and it is said.
    """
    usual, party = unit_for(part), part.visit.party
    if opens is not Opens.ABNORMAL:
        return usual, ""
    office = registration.office_for(party, on=day_of(part))
    if office is None:
        return usual, f"没有设定该对象的登记机关，送{usual.name}；请其转送登记机关"
    of = f"登记机关（{office.region.full_name}，{registration.kind_label(office.kind)}，{office.basis}）"
    own = holders_of(FOLLOW, office.body).filter(organisation__path__startswith=office.body.path)
    if not own.exists():
        return usual, f"{of}{office.body.name}没有办理线索的人员，送{usual.name}；请其转送"
    return office.body, of


def receipt_of(case: Case, number: int) -> OrderReceipt:
    """One receipt of an order that somebody may see. Raises NotFound."""
    found = OrderReceipt.objects.select_related("file").filter(correction=case.pk, pk=number)
    receipt = found.first()
    if receipt is None:
        raise NotFound(what="送达回证", key=number)
    return receipt


def unit_for(part: Part) -> Organisation:
    """The body responsible for a clue: the inspecting body, or the nearest above that can follow it."""
    for body in [part.body, *reversed(line_above(part.body))]:
        if holders_of(FOLLOW, body).exists():
            return body
    return part.body


def words(part: Part) -> str:
    """A result in a few sentences, for whoever has to act on it."""
    failed = [
        f"{line.text}：{line.finding.note}"
        for line in lines_of(part)
        if line.finding is not None and line.answer == following.FAILED
    ]
    said = f"{part.visit.party.name}，检查结果：{result_label(part.result)}。"
    return (said + "；".join([part.summary, *failed]).strip("；"))[:2000]


def to_correct(part: Part) -> str:
    """What an order asks for, line by line, from what was found wrong."""
    found = [
        f"{number}. {line.text}：{line.finding.note}"
        for number, line in enumerate(
            (one for one in lines_of(part) if one.answer == following.FAILED), 1
        )
        if line.finding is not None
    ]
    return "\n".join(found)[:2000] or part.summary or "改正检查发现的问题"


def may_hand_over(account: Account) -> list[Organisation]:
    """Bodies to which something may be handed over: any that is open and not the account's own."""
    found = Organisation.objects.filter(closed_on__isnull=True).exclude(
        pk=account.organisation_id
    ).exclude(kind=Organisation.Kind.OPERATOR)  # fmt: skip
    return list(found.order_by("path"))
