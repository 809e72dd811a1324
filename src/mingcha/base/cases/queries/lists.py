"""Lists of cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mingcha.base.cases.machine import Kind
from mingcha.base.cases.models import Case, Clock, Step
from mingcha.base.cases.queries.page import soon_until
from mingcha.base.cases.queries.seeing import visible_to
from mingcha.base.days import local_today, start_of
from mingcha.base.people.models import Account, Organisation
from mingcha.base.search import PairQuery, pair_query

ONE_DAY = timedelta(days=1)
UNITS = 500  # bodies that a word in the filter may mean at most


@dataclass(frozen=True)
class Filter:
    """What a list of cases was asked for; every part narrows.

    `unit` is the code of a body or part of its name. `mine`: "handler" those I have, "unit" my
    body has, "opener" my body opened. `standing`: open, soon (due within a few working days), late,
    closed. `since`, `until`: days of opening, both included.
    """

    words: str = ""
    kind: str = ""
    state: str = ""
    unit: str = ""
    standing: str = ""
    mine: str = ""
    since: date | None = None
    until: date | None = None


def cases(account: Account, asked: Filter) -> QuerySet[Case]:
    """The visible cases that fit a filter."""
    found = visible_to(account).filter(
        _standing(asked.standing), _mine(asked.mine, account), about_words(asked.words)
    )
    for column, value in (("kind", asked.kind), ("state", asked.state)):
        if value:
            found = found.filter(**{column: value})
    if asked.unit.strip():
        found = found.filter(unit__in=_bodies(asked.unit.strip()))
    if asked.since is not None:
        found = found.filter(opened_at__gte=start_of(asked.since))
    if asked.until is not None:
        found = found.filter(opened_at__lt=start_of(asked.until + ONE_DAY))
    return found


def about(account: Account, kind: str, key: str) -> QuerySet[Case]:
    """The visible cases about one record, newest first."""
    return visible_to(account).filter(about_kind=kind, about_key=key).order_by("-pk")


def done_by(account: Account, asked: Filter | None = None) -> QuerySet[Case]:
    """The cases on which an account made a step, newest first."""
    steps = Step.objects.filter(case=OuterRef("pk"), by=account)
    return cases(account, asked or Filter()).filter(Exists(steps)).order_by("-pk")


def running_under(rule: str) -> Mapping[str, int]:
    """Kind → how many open cases have a clock that runs under some value of a rule.

    Counts only, so nobody's case is shown; for whoever sets a new value.
    """
    clocks = Clock.objects.filter(
        Q(rule__key=rule) | Q(changes__extension__key=rule), stopped_on__isnull=True
    )
    open_cases = Case.objects.filter(closed_at__isnull=True, pk__in=clocks.values("case"))
    counted = open_cases.order_by("kind").values("kind").annotate(n=Count("pk"))
    return dict(counted.values_list("kind", "n"))


def about_words(text: str, prefix: str = "") -> Q:
    """The condition that number or title hold the words; a number may be only begun.

    What begins as numbers of some kind do is looked up as a number alone: its digits are in every
    number, and the index of pairs would be asked for all of them.
    """
    words = text.strip()
    if not words:
        return Q()
    begun = Q(**{f"{prefix}number__startswith": words.upper()})
    pairs = pair_query(words, "n")
    is_number = any(words.upper().startswith(f"{kind.prefix}-") for kind in Kind.ALL.values())
    if is_number or not pairs:
        return begun
    return begun | Q(**{f"{prefix}search": PairQuery(pairs)})


def _standing(standing: str) -> Q:
    is_open, today = Q(closed_at__isnull=True), local_today()
    match standing:
        case "open":
            return is_open
        case "closed":
            return ~is_open
        case "late":
            return is_open & Q(due_on__lt=today)
        case "soon":
            return is_open & Q(due_on__gte=today, due_on__lte=soon_until(today))
    return Q()


def _mine(mine: str, account: Account) -> Q:
    body = account.organisation_id
    return {"handler": Q(handler=account), "unit": Q(unit=body), "opener": Q(opener=body)}.get(
        mine, Q()
    )


def _bodies(text: str) -> list[int]:
    named = Q(code=text) | Q(name__contains=text) | Q(short_name__contains=text)
    return list(Organisation.objects.filter(named).values_list("pk", flat=True)[:UNITS])
