"""Which items and checklists rest on a law, and what becomes of them when it is amended or repealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import visible_to
from mingcha.base.errors import NotFound
from mingcha.base.ledger.canonical import Json
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import organisations_under
from mingcha.domains.catalog.models import (
    STANDING,
    ChecklistVersion,
    Citation,
    Draft,
    Entry,
    Item,
    ItemVersion,
    Kind,
    LawChange,
    LawDeed,
    Version,
)
from mingcha.domains.catalog.queries.shelves import shelf_of
from mingcha.domains.catalog.rules.keys import IN_USE
from mingcha.domains.catalog.rules.laws import bare, ways_to_write

PUBLISH = "catalog.publish"


@dataclass(frozen=True)
class Resting:
    """An entry that rests on a law on a day: its version of that day, and whether on this law alone."""

    version: Version
    alone: bool

    @property
    def entry(self) -> Entry:
        """The item or checklist."""
        return self.version.entry


def resting_on(law: str, since: date) -> list[Resting]:
    """The items, then the checklists, that rest on a law on a day or begin to later, by code.

    Of each entry the first such version, cancelled and suspended ones included. Four queries.
    """
    found: list[Resting] = []
    for rows, of, cites in (
        (ItemVersion.objects.all(), "item", "item_version"),
        (ChecklistVersion.objects.all(), "checklist", "checklist_version"),
    ):
        cited = Citation.objects.filter(_cites(law), **{f"{cites}__isnull": False})
        holding = Q(until__isnull=True) | Q(until__gte=since)
        versions = rows.filter(STANDING, holding, pk__in=cited.values(f"{cites}_id"))
        first = versions.order_by(f"{of}__scheme", f"{of}__code", "since").distinct(
            f"{of}__scheme", f"{of}__code"
        )
        shown: Sequence[Version] = list(first.select_related(f"{of}__owner"))
        others = _laws_of([one.pk for one in shown], cites)
        found += [Resting(one, others[one.pk] == {bare(law)}) for one in shown]
    return found


def falling(resting: Sequence[Resting], since: date) -> list[Resting]:
    """Those among them that are in use on the day and rest on nothing else: they lose their ground."""
    return [
        one
        for one in resting
        if one.alone and one.version.status == IN_USE and one.version.since <= since
    ]


def under_review(entry: Entry) -> bool:
    """Whether a change of an entry's text is being worked on already."""
    drafts = Draft.objects.filter(
        kind=shelf_of(entry).kind, scheme=entry.scheme, code=entry.code,
        case__closed_at__isnull=True,
    )  # fmt: skip
    return drafts.exists()


def law_changes(account: Account) -> QuerySet[LawChange]:
    """The changes of laws that an account may see, with how many reviews each opened and are open."""
    found = LawChange.objects.filter(case__in=visible_to(account).values("pk"))
    reviews = "case__children"
    return found.select_related("case__unit", "case__opener").annotate(
        reviews=Count(reviews), left=Count(reviews, filter=Q(**{f"{reviews}__closed_at": None}))
    )


def law_change_of(case: Case) -> LawChange:
    """What a case is about. Raises NotFound for a case of another kind."""
    found = LawChange.objects.filter(case=case).first()
    if found is None:
        raise NotFound(what="法律变动", key=case.number)
    return found


def laws_known(words: str = "") -> list[str]:
    """The names of the laws that are cited, as written, for filling in."""
    rows = Citation.objects.order_by("law").values_list("law", flat=True).distinct()
    return [law for law in rows if words in law]


def repealed_on(day: date) -> dict[str, LawChange]:
    """The laws that are repealed on a day, by their bare names, as far as entered and confirmed."""
    rows = LawChange.objects.filter(
        deed=LawDeed.REPEALED, since__lte=day, is_confirmed=True
    ).order_by("since")
    return {bare(one.law): one for one in rows}


def may_confirm(account: Account, owners: Sequence[Organisation]) -> list[Organisation]:
    """The owners over whom an account may not publish; what they answer for it cannot flip."""
    mine = set(organisations_under(account, PUBLISH).values_list("pk", flat=True))
    return [one for one in owners if one.pk not in mine]


def law_content(case: int) -> dict[str, Json]:
    """What the ledger holds a change of a law to."""
    found = LawChange.objects.filter(case=case).first()
    if found is None:
        return {}
    return {
        "law": found.law,
        "deed": found.deed,
        "since": found.since.isoformat(),
        "document": found.document,
        "successor": found.successor,
        "reason": found.reason,
        "is_confirmed": found.is_confirmed,
        "fact": found.fact_id or 0,
    }


def kind_of(entry: Entry) -> Kind:
    """What an entry is."""
    return Kind.ITEM if isinstance(entry, Item) else Kind.CHECKLIST


def _cites(law: str) -> Q:
    condition = Q()
    for name in ways_to_write(law):
        condition |= Q(law=name) | Q(law__startswith=f"{name}（") | Q(law__startswith=f"{name}(")
    return condition


def _laws_of(versions: Sequence[int], cites: str) -> dict[int, set[str]]:
    """The bare names of all laws on which each version rests."""
    found: dict[int, set[str]] = {pk: set() for pk in versions}
    rows = Citation.objects.filter(**{f"{cites}__in": versions}).values_list(f"{cites}_id", "law")
    for pk, law in rows:
        found[pk].add(bare(law))
    return found
