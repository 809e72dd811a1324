"""What waits to be published, what is late, and what was sent to the publicity systems, for officials."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mingcha.base.cases.models import Clock
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account
from mingcha.base.people.queries import organisations_under
from mingcha.domains.inspections.models import Draw, Part, PublicityFile
from mingcha.domains.inspections.states import PUBLISH, SEE, PartState

SOON = "inspections.publish_soon_within"
WITHIN = "inspections.publish_within"
WITHDRAW = "inspections.withdraw_within"
STANDINGS = {
    "waiting": "待公示", "late": "逾期未公示", "published": "已公示", "published-late": "逾期公示",
    "revoked": "待撤下", "withdrawn": "已撤下",
}  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """How many of a body's results wait, are late, were published, published late, wait to go."""

    waiting: int
    late: int
    published: int
    published_late: int
    revoked: int


def parts(actor: Account, standing: str = "", words: str = "", *, on: date) -> QuerySet[Part]:
    """The results whose publication an account answers for, each with whether it was late (`was_late`)."""
    found = Part.objects.filter(
        body__in=organisations_under(actor, PUBLISH), reviewed_at__isnull=False
    ).annotate(was_late=_was_late())
    if standing in STANDINGS:
        found = found.filter(_standing(on)[standing])
    if words:
        named = Q(visit__party__name__icontains=words) | Q(case__number__iexact=words)
        found = found.filter(named | Q(visit__task__name__icontains=words))
    return found.select_related("case__unit", "case__opener", "body", "visit__party", "visit__task")


def counts(actor: Account, *, on: date) -> Counts:
    """What the head of the page shows. Five counts."""
    by = _standing(on)
    found = parts(actor, on=on)
    of = {name: found.filter(by[name]).count() for name in by}
    return Counts(of["waiting"], of["late"], of["published"], of["published-late"], of["revoked"])


def _was_late() -> Exists:
    late = Clock.objects.filter(
        case=OuterRef("pk"), rule__key__in=(WITHIN, SOON), stopped_on__gt=F("due_on")
    )
    return Exists(late)


def _standing(on: date) -> dict[str, Q]:
    waits = Q(case__state=PartState.REVIEWED)
    return {
        "waiting": waits, "late": waits & Q(case__due_on__lt=on),
        "published": Q(published_at__isnull=False), "revoked": Q(case__state=PartState.REVOKED),
        "published-late": Q(published_at__isnull=False, was_late=True),
        "withdrawn": Q(case__state=PartState.WITHDRAWN),
    }  # fmt: skip


def files(actor: Account) -> QuerySet[PublicityFile]:
    """The files that were made for the bodies an account answers for."""
    found = PublicityFile.objects.filter(body__in=organisations_under(actor, PUBLISH))
    return found.select_related("body", "csv", "json", "made_by", "receipt_by")


def file_for(actor: Account, number: int) -> PublicityFile:
    """The one door to a file. Raises NotFound for missing and hidden alike."""
    found = files(actor).filter(pk=number).first()
    if found is None:
        raise NotFound(what="公示报送文件", key=number)
    return found


def draw_for(actor: Account, draw_id: str) -> Draw:
    """A draw of a body whose inspections an account sees. Raises NotFound for missing and hidden alike."""
    seen = organisations_under(actor, SEE)
    found = Draw.objects.filter(draw_id=draw_id, task__body__in=seen)
    draw = found.select_related("task__body").first()
    if draw is None:
        raise NotFound(what="随机抽取", key=draw_id)
    return draw
