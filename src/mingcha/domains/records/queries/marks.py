"""Marks on facts: how often an exception was used, and which facts bear a mark."""

from collections.abc import Iterable

from django.db.models import QuerySet

from mingcha.base.people.models import Account
from mingcha.domains.records.models import Fact, Mark
from mingcha.domains.records.queries.sharing import visible_to


def uses_of(exception: str) -> int:
    """How many records passed by an exception; a number only, so whoever may see it."""
    return Mark.objects.filter(kind=Mark.Kind.EXCEPTION, about=exception).count()


def excepted(account: Account, exception: str) -> QuerySet[Fact]:
    """The records that passed by an exception and that the account may see, newest first."""
    marked = Mark.objects.filter(kind=Mark.Kind.EXCEPTION, about=exception)
    facts = visible_to(account).filter(pk__in=marked.values("fact_id"))
    return facts.select_related("provider", "subject").order_by("-occurred_on", "-pk")


def standing_on(facts: Iterable[int]) -> dict[int, list[Mark]]:
    """The standing marks of some facts. One query."""
    found: dict[int, list[Mark]] = {}
    rows = Mark.objects.filter(fact_id__in=list(facts), until__isnull=True)
    for mark in rows.order_by("pk"):
        found.setdefault(mark.fact_id, []).append(mark)
    return found
