"""Doubtful ties as questions (存疑关联): which an account may decide, one with its evidence, those alike.

A question is named by its likeliest doubtful tie (rank 1). It is seen by whoever holds `records.link`
over a provider that stands behind the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import models
from django.db.models import (
    CharField,
    Count,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from mingcha.base.cases.models import Case
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import organisations_under
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Fact, LinkQuestion, Tie
from mingcha.domains.records.queries import naming
from mingcha.domains.records.queries.beliefs import name_fields
from mingcha.standards.masking import mask

LINK: Final = "records.link"


class Doubt(TextChoices):
    """Why the machine does not decide."""

    CODE = "code", "代码一致，名称地区不符"
    REPAIRED = "repaired", "代码疑有误写"
    SEVERAL = "several", "几个对象都像"
    SINGLE = "single", "名称地址相近"


@dataclass(frozen=True)
class Filter:
    """What a list of questions was asked for; every part narrows. Weights are in thousandths."""

    words: str = ""
    provider: str = ""
    table: str = ""
    doubt: str = ""
    kind: str = ""
    region: str = ""
    weight_from: int | None = None
    weight_to: int | None = None
    since: date | None = None
    until: date | None = None
    asked: str = ""  # "yes", "no" or "" for both


def visible_to(account: Account) -> QuerySet[Tie]:
    """The questions that an account may see, one row each."""
    standing = Tie.objects.filter(is_doubtful=True, until__isnull=True, rank=1)
    if not account.holds(LINK):
        return standing.none()
    mine = organisations_under(account, LINK).values("pk")
    behind = Fact.objects.filter(subject=OuterRef("subject"), provider__in=mine)
    return standing.filter(Exists(behind))


def questions(account: Account, asked: Filter) -> QuerySet[Tie]:
    """The questions that fit, with `candidates` (how many), `case_number` of an open asking, the
    `first_table` and `first_provider` behind them, and `told`, the record, of those about one record.
    """
    found = visible_to(account).filter(_plain(asked), _doubt(asked.doubt))
    if asked.provider or asked.table:
        narrowed = {"provider__code": asked.provider, "dataset": asked.table}
        behind = {name: value for name, value in narrowed.items() if value}
        found = found.filter(Exists(Fact.objects.filter(subject=OuterRef("subject"), **behind)))
    found = _told(found)
    if asked.asked:
        found = found.filter(Q(case_number__isnull=asked.asked == "no"))
    return found


def question_for(account: Account, number: int) -> Tie:
    """The one door to a question. Raises NotFound for missing, settled and hidden alike."""
    found = _told(visible_to(account)).filter(pk=number).first()
    if found is None:
        raise NotFound(what="存疑关联", key=number)
    return found


def waiting(account: Account) -> int:
    """How many questions wait for the account, up to 10,001, those asked of providers left out."""
    return visible_to(account).filter(~Exists(_open_askings())).order_by()[:10_001].count()


def called(tie: Tie) -> str:
    """What the record behind a question calls whom it concerns; needs `told`.

    One that bears a party's code and another name is called by that name, not by the party's.
    """
    said = tie.told or {}  # type: ignore[attr-defined]  # by _told
    name = str(said.get(name_fields().get(tie.first_table, ""), ""))  # type: ignore[attr-defined]
    if not name:
        return naming.subject_name(tie.subject)
    return mask(name, "name") if tie.subject.scheme in naming.PERSONS else name


def next_after(found: QuerySet[Tie], here: Tie | None, *, sort: str) -> Tie | None:
    """The question that comes after one in the working order; the first when none is given.

    `sort` "since" works from the oldest, anything else from the heaviest. Asked ones are passed over.
    """
    found = found.filter(Q(case_number__isnull=True))
    if sort == "since":
        ordered = found.order_by("since", "pk")
        if here is not None:
            later = Q(since__gt=here.since) | Q(since=here.since, pk__gt=here.pk)
            ordered = ordered.filter(later)
        return ordered.first()
    ordered = found.order_by("-weight", "pk")
    if here is not None:
        ordered = ordered.filter(Q(weight__lt=here.weight) | Q(weight=here.weight, pk__gt=here.pk))
    return ordered.first()


def tie_called(number: int) -> Tie | None:
    """A tie by its number, standing or ended: for going on from a question that was decided."""
    return Tie.objects.filter(pk=number).first()


def standing(subject: int, fact: int | None) -> Tie | None:
    """The question about a subject, or a record of it, if it is open."""
    ties = Tie.objects.filter(subject=subject, fact_id=fact, rank=1, until__isnull=True)
    return ties.select_related("subject", "party").first()


def shown_in(case: Case) -> list[Party]:
    """The parties that a provider is offered in an asking, in their order."""
    shown: list[int] = LinkQuestion.objects.get(case=case).shown
    found = Party.objects.in_bulk(shown)
    return [found[pk] for pk in shown if pk in found]


def doubt_of(tie: Tie) -> Doubt:
    """Why the machine does not decide a question; needs `candidates`."""
    if tie.fact_id is not None or tie.how == "code":
        return Doubt.CODE
    if tie.how == "repaired":
        return Doubt.REPAIRED
    return Doubt.SEVERAL if tie.candidates > 1 else Doubt.SINGLE  # type: ignore[attr-defined]  # by _told


@dataclass(frozen=True)
class Alike:
    """Questions with the very same evidence (同类问题): each with one candidate and these reasons."""

    reasons: Sequence[object]
    weight: int
    count: int
    first: int  # id of the first of them


def alike(account: Account, asked: Filter) -> list[Alike]:
    """The classes of equal questions that fit, the heaviest first: one candidate, equal reasons."""
    single = questions(account, asked).filter(Q(candidates=1, case_number__isnull=True))
    grouped = (
        single.annotate(told=Cast("reasons", CharField()))
        .order_by()
        .values("told", "reasons", "weight")
        .annotate(count=Count("pk"), first=Min("pk"))
        .order_by("-weight", "-count", "first")
    )
    return [Alike(g["reasons"], g["weight"], g["count"], g["first"]) for g in grouped[:200]]


def equal_to(account: Account, asked: Filter, first: Tie) -> QuerySet[Tie]:
    """The questions of the class that a question is in."""
    single = questions(account, asked).filter(Q(candidates=1, case_number__isnull=True))
    return single.filter(weight=first.weight, reasons=first.reasons, how=first.how)


def providers_of(subject: int) -> list[Organisation]:
    """The providers whose records name a subject, by name."""
    behind = Fact.objects.filter(subject=subject).values("provider").distinct()
    return list(Organisation.objects.filter(pk__in=behind).order_by("name"))


def _told(found: QuerySet[Tie]) -> QuerySet[Tie]:
    siblings = Tie.objects.filter(
        subject=OuterRef("subject"), fact_id__isnull=True, is_doubtful=True, until__isnull=True
    )
    counted = siblings.order_by().values("subject").annotate(n=Count("pk")).values("n")
    facts = Fact.objects.filter(subject=OuterRef("subject")).order_by("-pk")
    record = Fact.objects.filter(pk=OuterRef("fact_id"))
    return found.select_related("subject", "party").annotate(
        candidates=models.Case(
            When(fact_id__isnull=False, then=Value(1)),
            default=Subquery(counted),
            output_field=IntegerField(),
        ),
        case_number=Subquery(_open_askings().values("case__number")[:1]),
        told=Subquery(record.values("payload")[:1]),
        first_table=_either(record, facts, "dataset"),
        first_provider=_either(record, facts, "provider__name"),
    )


def _either(record: QuerySet[Fact], facts: QuerySet[Fact], field: str) -> Coalesce:
    """Of the one record that a question is about; else of the newest one of its subject."""
    return Coalesce(Subquery(record.values(field)[:1]), Subquery(facts.values(field)[:1]))


def _open_askings() -> QuerySet[LinkQuestion]:
    """The askings about the question of the outer row that wait for an answer."""
    asked = LinkQuestion.objects.annotate(about=Coalesce("fact_id", Value(0)))
    return asked.filter(
        subject=OuterRef("subject"), about=Coalesce(OuterRef("fact_id"), Value(0)),
        case__closed_at__isnull=True,
    )  # fmt: skip


def _plain(asked: Filter) -> Q:
    condition = Q()
    if asked.words:
        named = Q(subject__name__contains=asked.words) | Q(party__name__contains=asked.words)
        record = Fact.objects.filter(pk=OuterRef("fact_id"), subject__scheme="uscc")
        named |= Q(Exists(record.filter(_named(asked.words))))
        condition &= named | Q(subject__value=asked.words) | Q(party__code=asked.words)
    for name, value in (
        ("party__kind", asked.kind),
        ("weight__gte", asked.weight_from),
        ("weight__lte", asked.weight_to),
        ("since__date__gte", asked.since),
        ("since__date__lte", asked.until),
    ):
        if value not in ("", None):
            condition &= Q(**{name: value})
    if asked.region:
        prefix = asked.region.removesuffix("00").removesuffix("00")
        condition &= Q(party__region__startswith=prefix) | Q(subject__region__startswith=prefix)
    return condition


def _named(words: str) -> Q:
    """Whether a record calls whom it concerns by a name with these words."""
    condition = Q(pk__in=[])
    for table, field in name_fields().items():
        condition |= Q(dataset=table, **{f"payload__{field}__icontains": words})
    return condition


def _doubt(doubt: str) -> Q:
    second = Tie.objects.filter(
        subject=OuterRef("subject"),
        is_doubtful=True,
        until__isnull=True,
        rank=2,
        fact_id__isnull=True,
    )
    by_name = ~Q(how__in=("code", "repaired")) & Q(fact_id__isnull=True)
    match doubt:
        case Doubt.CODE:
            return Q(how="code") | Q(fact_id__isnull=False)
        case Doubt.REPAIRED:
            return Q(how="repaired", fact_id__isnull=True)
        case Doubt.SEVERAL:
            return by_name & Q(Exists(second))
        case Doubt.SINGLE:
            return by_name & ~Q(Exists(second))
    return Q()
