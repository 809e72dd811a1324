"""Mark facts with what has to be known beside them (记录标记); the facts stay as they are."""

from collections.abc import Iterable, Mapping

from mingcha.base.days import utc_now
from mingcha.domains.records.models import Mark

AT_ONCE = 2000


def keep(marks: Iterable[Mark]) -> None:
    """Set marks; one that stands already stays as it is."""
    Mark.objects.bulk_create(marks, ignore_conflicts=True, batch_size=AT_ONCE)


def keep_one(kind: Mark.Kind, about: str, said: Mapping[int, str]) -> None:
    """Set a mark of a kind on facts (fact → words) that have none of that kind standing."""
    standing = Mark.objects.filter(fact_id__in=list(said), kind=kind, until__isnull=True)
    marked = set(standing.values_list("fact_id", flat=True))
    keep(
        Mark(fact_id=fact, kind=kind, about=about, words=words[:500])
        for fact, words in said.items()
        if fact not in marked
    )


def lift(facts: Iterable[int], kind: Mark.Kind) -> int:
    """End the standing marks of one kind on some facts. Returns how many ended."""
    standing = Mark.objects.filter(fact_id__in=list(facts), kind=kind, until__isnull=True)
    return standing.update(until=utc_now())
