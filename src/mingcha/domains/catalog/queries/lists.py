"""Lists of items and checklists as they stand on a day: search, filter, sort."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Case, CharField, F, IntegerField, Q, QuerySet, Value, When

from mingcha.base.initials import fits
from mingcha.base.intervals import holds_on
from mingcha.base.people.models import Organisation
from mingcha.base.search import PairQuery, pair_query
from mingcha.domains.catalog.models import STANDING, ChecklistVersion, ItemVersion, Version
from mingcha.domains.catalog.queries.force import Act, covering
from mingcha.domains.catalog.rules.keys import CANCELLED, IN_USE, SUSPENDED

V = TypeVar("V", bound=Version)

# How an entry stands on a day.
STATES = {
    "in-use": "在用",
    "suspended": "暂停",
    "cancelled": "取消",
    "coming": "待生效",
    "over": "已失效",
    "other": "其他",
}
TONES = {
    "in-use": "done", "suspended": "due", "cancelled": "todo", "coming": "doing", "over": "todo",
    "other": "plain",
}  # fmt: skip
HOLDS, COMES, IS_OVER = range(3)


@dataclass(frozen=True)
class Filter:
    """What a list was asked for; every part narrows. `on` is the day as of which it is read."""

    on: date
    words: str = ""
    scheme: str = ""
    state: str = ""
    action: str = ""
    department: str = ""
    level: str = ""
    origin: str = ""
    rank: str = ""  # main, sub
    owner: str = ""  # an organisation's code
    body: Organisation | None = None
    item: str = ""
    use: str = ""


def items(asked: Filter) -> QuerySet[ItemVersion]:
    """One version per item: the one of the day, else the next to come, else the last."""
    found = _shown(ItemVersion.objects.filter(STANDING), "item", asked)
    for column, value in (
        ("action_kind", asked.action),
        ("department", asked.department),
        ("item__origin", asked.origin),
    ):
        if value:
            found = found.filter(**{column: value})
    if asked.rank:
        found = found.filter(item__is_main=asked.rank == "main")
    if asked.body is not None and asked.body.department:
        found = found.filter(department__in=["", asked.body.department])
    return found.select_related("item__owner", "item__main")


def checklists(asked: Filter) -> QuerySet[ChecklistVersion]:
    """One version per checklist: the one of the day, else the next to come, else the last."""
    found = _shown(ChecklistVersion.objects.filter(STANDING), "checklist", asked)
    if asked.item:
        found = found.filter(item_code=asked.item)
    if asked.use:
        found = found.filter(content__checklist_use__contains=asked.use)
    return found.select_related("checklist__owner", "checklist__item")


def state_of(version: Version, on: date) -> str:
    """How the entry of a version stands on a day, a key of STATES."""
    if version.since > on:
        return "coming"
    if version.until is not None and version.until < on:
        return "cancelled" if version.status == CANCELLED else "over"
    return {IN_USE: "in-use", SUSPENDED: "suspended", CANCELLED: "cancelled"}.get(
        version.status, "other"
    )


def _shown(versions: QuerySet[V], of: str, asked: Filter) -> QuerySet[V]:
    """The version of each entry that a list of the day shows, in the filters that both share."""
    on = asked.on
    ranked = versions.annotate(
        rank=Case(
            When(holds_on(on), then=Value(HOLDS)),
            When(since__gt=on, then=Value(COMES)),
            default=Value(IS_OVER),
            output_field=IntegerField(),
        )
    )
    nearest = Case(When(rank=COMES, then=F("since")))
    chosen = ranked.order_by(f"{of}_id", "rank", nearest, "-since").distinct(f"{of}_id")
    one_each = versions.filter(pk__in=chosen.values("pk"))
    found: QuerySet[V] = one_each.annotate(**{"state": _state(on)})
    if asked.scheme:
        found = found.filter(**{f"{of}__scheme": asked.scheme})
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.level:
        found = found.filter(Q(levels=[]) | Q(levels__contains=[asked.level]))
    if asked.owner:
        found = found.filter(**{f"{of}__owner__code": asked.owner})
    if asked.body is not None:
        body = asked.body
        found = found.filter(covering(Act(body.uscc, body.region_id, body.level)))
    return found.filter(_named(found, of, asked.words.strip()))


def _named(found: QuerySet[V], of: str, words: str) -> Q:
    """The condition that code or name fits: code from its beginning, pairs, pinyin initials."""
    if not words:
        return Q()
    condition = Q(**{f"{of}__code__istartswith": words})
    pairs = pair_query(words, "n")
    if pairs:
        condition |= Q(search=PairQuery(pairs))
    else:
        condition |= Q(name__contains=words)
    if words.isascii() and words.isalpha():
        names = found.values_list("pk", "name")
        condition |= Q(pk__in=[pk for pk, name in names if fits(name, words)])
    return condition


def _state(on: date) -> Case:
    """`state_of` in the database."""
    named = {IN_USE: "in-use", SUSPENDED: "suspended", CANCELLED: "cancelled"}
    is_over = Q(until__lt=on)
    return Case(
        When(since__gt=on, then=Value("coming")),
        When(is_over & Q(status=CANCELLED), then=Value("cancelled")),
        When(is_over, then=Value("over")),
        *(When(status=status, then=Value(state)) for status, state in named.items()),
        default=Value("other"),
        output_field=CharField(),
    )
