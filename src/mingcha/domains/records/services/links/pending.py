"""A question as long as it is open: its candidates, and what providers were asked about it."""

from dataclasses import dataclass

from django.db.models import QuerySet

from mingcha.base.cases import services as cases
from mingcha.domains.records.models import LinkQuestion, Tie

SETTLED = "关联员已自行认定，无需答复"


@dataclass(frozen=True)
class Question:
    """One question as a page showed it: its likeliest doubtful tie (`seen`), by which it is named."""

    subject: int
    fact: int | None
    seen: int


def candidates(question: Question) -> list[Tie]:
    """The doubtful ties of a question that stand now, the likeliest first."""
    standing = Tie.objects.filter(
        subject=question.subject, fact_id=question.fact, is_doubtful=True, until__isnull=True
    )
    return list(standing.select_related("party").order_by("rank"))


def open_askings(question: Question) -> QuerySet[LinkQuestion]:
    """The askings about a question that wait for an answer."""
    return LinkQuestion.objects.filter(
        subject=question.subject, fact_id=question.fact, case__closed_at__isnull=True
    )


def close_askings(question: Question) -> None:
    """Take back what was asked about a question, once it is settled without an answer."""
    if candidates(question):
        return
    for asked in open_askings(question).select_related("case"):
        with cases.advance(asked.case, "withdraw", actor=None, said=cases.Said(reason=SETTLED)):
            pass
