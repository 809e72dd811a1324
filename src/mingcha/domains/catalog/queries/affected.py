"""Who is affected by a change of the book: the shape of the answers, and those of the book itself.

Each domain above has `queries.affected_by(account, change)` and gives its own numbers; the desk asks
them all. A number leads to its rows under its key.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import visible_to
from mingcha.base.people.models import Account
from mingcha.domains.catalog.models import ChecklistVersion, Draft, Item, ItemVersion, Kind
from mingcha.domains.catalog.queries import plans
from mingcha.domains.catalog.queries.lists import Filter, checklists, items
from mingcha.domains.catalog.queries.shelves import item_scheme
from mingcha.domains.catalog.queries.touched import Stretch


@dataclass(frozen=True)
class Changed:
    """A change that may come: of which entry, on which days.

    `item_scheme` and `item_code` are the item's, also where a checklist changes. `since` is the day
    from which acts are counted as done under it, looking back from `today`.
    """

    kind: str
    scheme: str
    code: str
    item_scheme: str
    item_code: str
    stretches: Sequence[Stretch]
    since: date
    today: date

    @property
    def past(self) -> list[tuple[date, date]]:
        """The days that change and are over, today included."""
        return [
            (since, self.today if until is None else min(until, self.today))
            for since, until in self.stretches
            if since <= self.today
        ]


@dataclass(frozen=True)
class Affected:
    """One number of a dry run: what is affected, how many, and under which key its rows are."""

    key: str
    label: str
    count: int
    note: str = ""
    is_grave: bool = False


def changed_by(draft: Draft, *, since: date, today: date) -> Changed:
    """What a draft would change. Raises what `plan_of` refuses."""
    foreseen = plans.forecast(draft, plans.plan_of(draft))
    scheme, code = draft.scheme, draft.code
    if draft.kind == Kind.CHECKLIST:
        base = plans.base_of(draft)
        said = draft.content.get("item_code", "")
        code = base.item_code if isinstance(base, ChecklistVersion) else said
        scheme = item_scheme(draft.scheme)
    return Changed(
        draft.kind, draft.scheme, draft.code, scheme, code, foreseen.stretches, since, today
    )


def affected_by(account: Account, changed: Changed) -> list[Affected]:
    """The checklists under the item, its sub-items, and the open cases about it."""
    found = [Affected("cases", "在办的事项、清单和例外办件", open_cases(account, changed).count())]
    if changed.kind == Kind.CHECKLIST:
        return found
    lists = checklists_under(changed).count()
    item = Item.objects.filter(scheme=changed.item_scheme, code=changed.item_code).first()
    subs = item.subs.count() if item is not None else 0
    return [
        Affected("checklists", "依此事项的检查实施清单", lists),
        *([Affected("subs", "所辖子项", subs)] if subs else []),
        *found,
    ]


def checklists_under(changed: Changed) -> QuerySet[ChecklistVersion]:
    """The checklists under the item as they stand today."""
    found = checklists(Filter(on=changed.today, item=changed.item_code))
    return found.filter(Q(state__in=("in-use", "coming", "suspended")))


def subs_under(changed: Changed) -> QuerySet[ItemVersion]:
    """The sub-items of the item as they stand today."""
    found = items(Filter(on=changed.today)).filter(item__main__scheme=changed.item_scheme)
    return found.filter(item__main__code=changed.item_code)


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def open_cases(account: Account, changed: Changed) -> QuerySet[Case]:
    """The open cases about the item or checklist that the account may see."""
    found = visible_to(account).filter(
        about_kind=f"catalog.{changed.kind}", about_key=f"{changed.scheme}:{changed.code}"
    )
    return found.filter(closed_at__isnull=True).order_by("-pk")
