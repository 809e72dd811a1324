"""Which items which bodies are to claim, and how far they are."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case as Choice
from django.db.models import Count, Max, Q, QuerySet, When

from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import case_for, visible_to
from mingcha.base.days import local_today
from mingcha.base.errors import NotFound
from mingcha.base.ledger.canonical import Json
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import organisations_under
from mingcha.domains.catalog.models import Answer, Item, ItemClaim, ItemVersion
from mingcha.domains.catalog.rules.keys import covers

KIND, LAY_OUT = "item-claim", "catalog.publish"
LEVELS_BELOW = "5"  # 行使层级 of townships, which act in every field that names their level


def to_lay_out(
    account: Account, versions: Sequence[ItemVersion]
) -> list[tuple[Organisation, list[Item]]]:
    """Each body under an account's scope with the items that it is to be asked of, by tree.

    An item fits a body of its field, level and division; a main item is claimed by its sub-items. A
    body that has claimed an item, or has yet to answer, is left out. Two queries.
    """
    bodies = list(
        organisations_under(account, LAY_OUT)
        .filter(closed_on__isnull=True)
        .exclude(pk=account.organisation_id)
        .exclude(kind__in=(Organisation.Kind.GOVERNMENT, Organisation.Kind.OPERATOR))
        .order_by("path")
    )
    asked = ItemClaim.objects.filter(body__in=bodies, item__in=[one.item_id for one in versions])
    standing = asked.exclude(answer=Answer.DECLINED).exclude(case__state="recalled")
    known = set(standing.values_list("body_id", "item_id"))
    found = []
    for body in bodies:
        items = [
            one.item
            for one in versions
            if not one.item.is_main and (body.pk, one.item_id) not in known and fits(one, body)
        ]
        if items:
            found.append((body, items))
    return found


def fits(version: ItemVersion, body: Organisation) -> bool:
    """Whether an item lies within the field, level and division of a body."""
    township = body.kind == Organisation.Kind.TOWNSHIP and LEVELS_BELOW in version.levels
    if version.department and version.department != body.department and not township:
        return False
    bounds = (version.body, version.region, tuple(version.levels))
    return not covers(bounds, (body.uscc or body.code, body.region_id, body.level))


def claim_cases(account: Account) -> QuerySet[Any]:
    """The cases of claiming that an account may see, each with its counts and its title."""
    found: QuerySet[Any] = visible_to(account).filter(kind=KIND).select_related("unit", "opener")
    counted: QuerySet[Any] = found.annotate(
        total=Count("claims_made"),
        claimed=Count("claims_made", filter=Q(claims_made__answer=Answer.CLAIMED)),
        declined=Count("claims_made", filter=Q(claims_made__answer=Answer.DECLINED)),
        waiting=Count("claims_made", filter=Q(claims_made__answer=Answer.WAITING)),
        late=Count("claims_made", filter=Q(claims_made__is_late=True)),
        round=Max("claims_made__round__title"),
    )
    return counted


def claim_case(account: Account, number: str) -> Case:
    """The one door to a case of claiming. Raises NotFound for missing, hidden and other kinds."""
    case = case_for(account, number)
    if case.kind != KIND:
        raise NotFound(what="事项认领", key=number)
    return case


def claims_of(case: Case) -> QuerySet[ItemClaim]:
    """The items of a case by code, those without an answer first."""
    rows = ItemClaim.objects.filter(case=case).select_related("item", "by", "body")
    return rows.order_by(Choice(When(answer=Answer.WAITING, then=0), default=1), "item__code")


def waiting(case: Case) -> QuerySet[ItemClaim]:
    """The items of a case that have no answer."""
    return ItemClaim.objects.filter(case=case, answer=Answer.WAITING)


def claims_about(item: Item) -> QuerySet[ItemClaim]:
    """What each body said of an item, the latest per body, in the order of the tree."""
    rows = ItemClaim.objects.filter(item=item).exclude(case__state="recalled")
    latest = rows.order_by("body__path", "-pk").distinct("body__path")
    return latest.select_related("body", "case")


def names_today(claims: Sequence[ItemClaim]) -> dict[int, str]:
    """The latest name of the item of each claim, by the item's primary key. One query."""
    rows = ItemVersion.objects.filter(
        item__in=[one.item_id for one in claims], displaced_by__isnull=True,
        since__lte=local_today(),
    )  # fmt: skip
    return dict(rows.order_by("since").values_list("item_id", "name"))


def claim_content(case: int) -> dict[str, Json]:
    """What the ledger holds a case of claiming to."""
    rows = ItemClaim.objects.filter(case=case).order_by("pk")
    said = rows.values_list("item__scheme", "item__code", "answer", "reason", "is_late", "by")
    return {"claims": [[*row[:5], row[5] or 0] for row in said]}
