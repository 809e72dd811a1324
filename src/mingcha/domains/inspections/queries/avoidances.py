"""Avoidances (回避登记): who may read them, who may declare and end them, what they touch.

A relation is private: it is read by the officer, by those who review for the officer's body, and by
those who supervise. No public page, notice or check code tells of it; a bundle has its hash.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from mingcha.base.days import local_today
from mingcha.base.errors import BadInput, NotFound
from mingcha.base.intervals import holds_on
from mingcha.base.people.models import Account
from mingcha.base.search import PairQuery, pair_query
from mingcha.domains.inspections.models import Avoidance, Place
from mingcha.domains.inspections.states import REVIEW, SEE, PartState
from mingcha.domains.officers import queries as officers
from mingcha.domains.officers.queries import Officer
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party

SUPERVISE = "audit.search"
MOST_AT_ONCE = 50
OWN = [one for one in Avoidance.Ground.choices if one[0] != Avoidance.Ground.ASKED]
BASES = {
    "kin": "公务员法第七十四条、第七十六条：夫妻、直系血亲、三代以内旁系血亲、近姻亲",
    "interest": "行政处罚法第四十三条、公务员法第七十六条：涉及本人利害关系，如本人出资、借贷",
    "former": "公务员法第七十六条：其他可能影响公正执行公务的，如曾在该单位任职",
    "other": "行政处罚法第四十三条：有其他关系可能影响公正执法",
    "asked": "行政处罚法第四十三条：当事人申请回避的，由行政机关负责人决定；决定之前不停止调查",
}
OPEN = (PartState.TO_CONFIRM, PartState.CONFIRMED, PartState.UNDER_WAY)


@dataclass(frozen=True)
class Filter:
    """What a list of avoidances was asked for; every part narrows."""

    words: str = ""
    ground: str = ""
    standing: str = ""  # now, soon, over
    by: str = ""  # own, unit


def visible_to(account: Account) -> QuerySet[Avoidance]:
    """One's own; those of officers of bodies one reviews for; those of bodies one supervises."""
    reach = Q(officer__holder__account=account)
    reach |= Q(officer__organisation__in=account.held.bodies(REVIEW))
    if account.holds(SEE) and account.holds(SUPERVISE):
        reach |= Q(officer__organisation__in=account.held.bodies(SUPERVISE))
        if account.held.everywhere(SUPERVISE):
            reach |= Q(officer__organisation__isnull=True)
    found = Avoidance.objects.filter(reach).select_related(
        "officer__organisation", "officer__holder", "party", "declared_by", "ended_by"
    )
    return found.defer("party__search", "officer__search")


def avoidances(account: Account, asked: Filter) -> QuerySet[Avoidance]:
    """Those that fit a filter."""
    found, today = visible_to(account), local_today()
    if asked.words:
        # A code is found whole: pairs of its digits are those of many codes.
        pairs = "" if asked.words.isascii() else pair_query(asked.words, "n")
        about = Q(officer__name=asked.words) | Q(officer__certificate=asked.words)
        about |= Q(party__code=asked.words.upper()) | Q(party__name=asked.words)
        if pairs:
            about |= Q(officer__search=PairQuery(pairs))
            about |= Q(party__search=PairQuery(pairs)) & ~Q(party__kind=parties.PERSON)
        found = found.filter(about)
    if asked.ground:
        found = found.filter(ground=asked.ground)
    standings = {
        "now": holds_on(today), "soon": Q(since__gt=today), "over": Q(until__lt=today),
    }  # fmt: skip
    found = found.filter(standings.get(asked.standing, Q()))
    own = Q(declared_by__certificate__officer_id=F("officer_id"))
    if asked.by in ("own", "unit"):
        found = found.filter(own if asked.by == "own" else ~own)
    return found


def avoidance_for(account: Account, number: int) -> Avoidance:
    """The one door to an avoidance. Raises NotFound for missing and hidden alike."""
    found = visible_to(account).filter(pk=number).first()
    if found is None:
        raise NotFound(what="回避登记", key=number)
    return found


def standing(avoidance: Avoidance) -> str:
    """Where it stands today: now, soon or over."""
    today = local_today()
    if avoidance.since > today:
        return "soon"
    return "over" if avoidance.until is not None and avoidance.until < today else "now"


def is_own(officer: Officer, account: Account) -> bool:
    """Whether the account is that of the officer."""
    holder = officers.holder_of(officer)
    return holder is not None and holder.pk == account.pk


def is_declared_by_officer(avoidance: Avoidance) -> bool:
    """Whether the officer declared it, not somebody for him."""
    holder = getattr(avoidance.officer, "holder", None)
    return holder is not None and holder.account_id == avoidance.declared_by_id


def may_end(avoidance: Avoidance, account: Account) -> bool:
    """Whether it is for the account to end it: what one declared oneself, and what one reviews."""
    mine = avoidance.declared_by_id == account.pk and is_own(avoidance.officer, account)
    return mine or account.holds_over(
        REVIEW, avoidance.officer.organisation or account.organisation
    )


def is_over(avoidance: Avoidance) -> bool:
    """Whether nothing is left to end: today is its last day, or it was before."""
    return avoidance.until is not None and avoidance.until <= local_today()


def may_declare(account: Account) -> QuerySet[Officer]:
    """The officers for whom the account may declare: its own certificate, and those it reviews for."""
    reach = Q(holder__account=account) | Q(organisation__in=account.held.bodies(REVIEW))
    return officers.whole().filter(reach).order_by("certificate")


def own_officer(account: Account) -> Officer | None:
    """The officer whose certificate the account holds."""
    return officers.whole().filter(holder__account=account).first()


def officer_named(account: Account, words: str) -> Officer:
    """The one officer of that certificate or name for whom one may declare. Raises BadInput."""
    words = words.strip()
    found = may_declare(account).filter(Q(certificate=words) | Q(name=words))[:2]
    if len(found) != 1:
        what = "不止一名" if found else "没有"
        raise BadInput(problem=f"您可以登记的执法人员中{what}“{words}”，请填写执法证号")
    return found[0]


def parties_named(account: Account, text: str) -> list[Party]:
    """The parties of some codes or whole names, one a line. Raises BadInput naming the line."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(lines) > MOST_AT_ONCE:
        raise BadInput(problem=f"一次最多登记 {MOST_AT_ONCE} 个监管对象")
    known = parties.visible_to(account).filter(is_void=False)
    made: dict[int, Party] = {}
    for line in lines:
        found = parties.called(known, line)[:2]
        if len(found) != 1:
            what = "不止一个监管对象叫" if found else "没有找到监管对象"
            raise BadInput(problem=f"{what}“{line}”，请填写统一社会信用代码")
        made[found[0].pk] = found[0]
    return list(made.values())


def places_touched(officer: Officer, avoided: Iterable[Party]) -> Sequence[Place]:
    """The teams that the officer is in now for visits to these parties: he has to leave each himself."""
    found = Place.objects.filter(
        officer=officer, left_at__isnull=True, part__case__state__in=OPEN,
        part__visit__party__in=[one.pk for one in avoided],
    )  # fmt: skip
    return list(found.select_related("part__case", "part__visit__party").order_by("pk"))
