"""Exceptions: which there are, which hold on a day, and whether one is needed at all."""

from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from mingcha.base.cases.queries import visible_to
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog.models import ItemException, ItemVersion
from mingcha.domains.catalog.rules.keys import IN_USE, covers
from mingcha.domains.catalog.states import Hearing

__all__ = [
    "ItemException",
    "exception_for",
    "exception_on",
    "exceptions",
    "holding",
    "is_needless",
    "is_standing",
    "named",
    "published",
    "standing_on",
    "with_objections",
]
DAY = timedelta(days=1)


def exceptions(account: Account) -> QuerySet[ItemException]:
    """The exceptions that an account may see, with their cases, newest first."""
    cases = visible_to(account).filter(kind="item-exception")
    found = with_objections(ItemException.objects.filter(case__in=cases.values("pk")))
    return found.select_related("case", "body").order_by("-case")


def with_objections(found: QuerySet[ItemException]) -> QuerySet[ItemException]:
    """Exceptions with how many objections each met: `objected`, and `upheld` of them."""
    right = Q(objections__case__state=Hearing.UPHELD)
    return found.annotate(
        objected=Count("objections", distinct=True),
        upheld=Count("objections", filter=right, distinct=True),
    )


def exception_for(account: Account, number: str) -> ItemException:
    """The one door to an exception. Raises NotFound for missing and hidden alike."""
    found = exceptions(account).filter(case__number=number).first()
    if found is None:
        raise NotFound(what="例外", key=number)
    return found


def published() -> QuerySet[ItemException]:
    """The exceptions that were approved, for everybody to look up (XA21 art. 8, 23)."""
    return ItemException.objects.filter(is_allowed=True).select_related("case__unit", "body")


def standing_on(one: ItemException, on: date) -> tuple[str, str]:
    """How an approved exception stands on a day: a word, and the tone of its badge."""
    if on < one.since:
        return "未开始", "todo"
    if on <= one.until:
        return "有效", "due"
    return ("已提前终止", "todo") if one.case.state == "ended" else ("已到期", "todo")


def is_standing(one: ItemException, on: date) -> bool:
    """Whether an approved exception holds on a day or begins to hold later."""
    return one.is_allowed and one.case.state == "allowed" and on <= one.until


def named(found: QuerySet[ItemException], words: str) -> QuerySet[ItemException]:
    """Those whose item, code or number fits some words."""
    return found.filter(
        Q(name__contains=words) | Q(code__startswith=words) | Q(case__number__iexact=words)
    )


def holding(on: date) -> Q:
    """The condition that an exception holds on a day."""
    return Q(is_allowed=True, since__lte=on, until__gte=on)


def exception_on(scheme: str, code: str, body: str, *, on: date) -> ItemException | None:
    """The exception that lets a body act under a code on a day, if any."""
    found = ItemException.objects.filter(holding(on), scheme=scheme, code=code, body__uscc=body)
    return found.exclude(body__uscc="").select_related("case").order_by("pk").first()


def is_needless(scheme: str, code: str, body: Organisation, since: date, until: date) -> bool:
    """Whether an item is in force for a body on every one of some days."""
    versions = ItemVersion.objects.filter(
        item__scheme=scheme, item__code=code, displaced_by__isnull=True, status=IN_USE
    ).order_by("since")
    acting = (body.uscc, body.region_id, body.level)
    day = since
    for one in versions:
        bounds = (one.body, one.region, tuple(one.levels))
        if one.since <= day and not covers(bounds, acting):
            if one.until is None or one.until >= until:
                return True
            day = max(day, one.until + DAY)
    return False
