"""What can be measured of the data that came in, in bulk: for scorecards and for following returns.

No permission is asked here: these are counts for the quality domain, which asks before it shows
them. Rows are reached through `sharing.visible_to` and `batches.visible_to` only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from mingcha.domains.records.models import Batch, BatchState, Fact, Refusal, RefusalState, Tie
from mingcha.domains.records.queries.batches import returned

__all__ = [
    "Batch",
    "Fact",
    "Handed",
    "Measured",
    "about_somebody",
    "batch_called",
    "docked_on",
    "filled_by_field",
    "handed_in",
    "has_returned_rows",
    "history",
    "late",
    "measured",
    "outstanding",
    "timed",
]

# One pass over the facts of a stretch of time. `earliest`: for each day of landing the first day
# whose record is still in time. What happened before a provider's table was docked is history that
# was taken over (历史补录); it is counted apart, since nobody could have handed it in earlier.
MEASURE = """
    WITH span AS (
        SELECT min(id) AS first, max(id) AS last FROM records_chunk
        WHERE landed_at >= %(start)s AND landed_at < %(end)s),
    landed AS (
        SELECT c.id, (c.landed_at AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM records_chunk c WHERE c.landed_at >= %(start)s AND c.landed_at < %(end)s),
    earliest AS (
        SELECT * FROM unnest(%(days)s::date[], %(earliest)s::date[]) AS e(day, first)),
    docked AS (
        SELECT b.provider_id, c.dataset, min((c.landed_at AT TIME ZONE 'Asia/Shanghai')::date) AS day
        FROM records_chunk c JOIN records_batch b ON b.id = c.batch_id
        GROUP BY b.provider_id, c.dataset),
    facts AS (
        SELECT f.provider_id, f.dataset, f.operation, f.subject_id, f.version,
               f.dataset = ANY(%(timed)s) AND f.version = 1 AS is_timed,
               f.occurred_on >= e.first AS is_timely, f.occurred_on < d.day AS is_history,
               (SELECT count(*) FROM jsonb_object_keys(f.payload)) AS filled
        FROM records_fact f JOIN landed l ON l.id = f.chunk_id JOIN earliest e ON e.day = l.day
             LEFT JOIN docked d ON d.provider_id = f.provider_id AND d.dataset = f.dataset
        WHERE f.chunk_id BETWEEN (SELECT first FROM span) AND (SELECT last FROM span))
    SELECT f.provider_id, f.dataset,
           count(*) FILTER (WHERE f.operation <> 'd'),
           coalesce(sum(f.filled) FILTER (WHERE f.operation <> 'd'), 0)::bigint,
           count(*) FILTER (WHERE f.is_timed AND NOT f.is_history),
           count(*) FILTER (WHERE f.is_timed AND NOT f.is_history AND f.is_timely),
           count(*) FILTER (WHERE f.is_timed AND f.is_history),
           count(*) FILTER (WHERE f.operation = 'u'),
           count(*) FILTER (WHERE f.operation = 'd'),
           count(f.subject_id) FILTER (WHERE f.operation <> 'd'),
           count(t.id) FILTER (WHERE f.operation <> 'd')
    FROM facts f LEFT JOIN records_tie t
         ON t.subject_id = f.subject_id AND t.until IS NULL AND NOT t.is_doubtful
            AND t.fact_id IS NULL AND t.how <> 'own'
    GROUP BY f.provider_id, f.dataset
"""
FILLED = """
    SELECT key, count(*) FROM records_fact f JOIN records_chunk c ON c.id = f.chunk_id,
           jsonb_object_keys(f.payload) AS key
    WHERE c.dataset = %(table)s AND f.provider_id = %(provider)s AND f.operation <> 'd'
      AND c.landed_at >= %(start)s AND c.landed_at < %(end)s
    GROUP BY key
"""


SUMMED = ("read_count", "accepted_count", "refused_count", "waiting_count", "doubled_count")


@dataclass(frozen=True)
class Measured:
    """Facts that landed in a stretch of time, of one provider and table."""

    provider_id: int
    table: str
    facts: int  # versions that say something
    filled: int  # filled fields of them in all
    timed: int  # first versions that a period to report applies to
    timely: int  # of those, reported in time
    history: int  # happened before the table was docked: not timed
    corrected: int
    withdrawn: int
    about: int  # that say whom they concern
    tied: int  # of those, firmly tied to a registered party


@dataclass(frozen=True)
class Handed:
    """Rows of the batches that came in within a stretch of time, of one provider and table."""

    provider_id: int
    table: str
    batches: int
    read: int
    accepted: int
    refused: int
    waiting: int
    doubled: int


def measured(
    start: datetime, end: datetime, *, earliest: Sequence[tuple[date, date]], timed: Iterable[str]
) -> list[Measured]:
    """Measure the facts that landed from `start` until before `end`. One statement.

    `earliest` is (day of landing, first day whose record is in time on it) for every day of the
    stretch; `timed` are the tables that a period to report applies to.
    """
    days: dict[str, Any] = {
        "start": start,
        "end": end,
        "days": [day for day, _ in earliest],
        "earliest": [first for _, first in earliest],
        "timed": list(timed),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15min'")
        cursor.execute(MEASURE, days)
        return [Measured(*row) for row in cursor.fetchall()]


def handed_in(start: datetime, end: datetime) -> list[Handed]:
    """What the batches received from `start` until before `end` brought, by provider and table."""
    rows = (
        Batch.objects.filter(received_at__gte=start, received_at__lt=end, state=BatchState.LANDED)
        .values_list("provider_id", "table")
        .order_by("provider_id", "table")
        .annotate(Count("pk"), *map(Sum, SUMMED))
    )
    return [Handed(*row) for row in rows]


def filled_by_field(provider: int, table: str, start: datetime, end: datetime) -> dict[str, int]:
    """How many facts of a provider's table that landed in a stretch fill each field."""
    with connection.cursor() as cursor:
        cursor.execute(FILLED, {"provider": provider, "table": table, "start": start, "end": end})
        return dict(cursor.fetchall())


def late(
    facts: QuerySet[Fact], *, earliest: Sequence[tuple[date, date]], docked_on: date
) -> QuerySet[Fact]:
    """Those of `facts` whose record came too late; see `measured` for `earliest`."""
    too_late = Q(pk__in=[])
    for day, first in earliest:
        too_late |= Q(chunk__landed_at__date=day, occurred_on__lt=first)
    return facts.filter(too_late, version=1, occurred_on__gte=docked_on)


def timed(facts: QuerySet[Fact], *, docked_on: date) -> QuerySet[Fact]:
    """Those of `facts` that a period to report applies to; see `late`."""
    return facts.filter(version=1, occurred_on__gte=docked_on)


def history(facts: QuerySet[Fact], *, docked_on: date) -> QuerySet[Fact]:
    """Those of `facts` that happened before the table was docked (历史补录)."""
    return facts.filter(version=1, occurred_on__lt=docked_on)


def about_somebody(facts: QuerySet[Fact], *, tied: bool | None = None) -> QuerySet[Fact]:
    """Those of `facts` that say whom they concern: all, or (un)tied to a registered party."""
    mine = facts.filter(subject__isnull=False).exclude(operation="d")
    if tied is None:
        return mine
    firm = Tie.objects.filter(
        subject=OuterRef("subject"), until__isnull=True, is_doubtful=False, fact_id__isnull=True
    ).exclude(how="own")
    return mine.filter(Exists(firm) if tied else ~Exists(firm))


def docked_on(provider: int, table: str) -> date | None:
    """The day on which the first rows of a provider's table landed."""
    return (
        Batch.objects.filter(provider=provider, table=table, chunks__isnull=False)
        .order_by("chunks__landed_at")
        .values_list("chunks__landed_at__date", flat=True)
        .first()
    )


def outstanding(batch: Batch) -> QuerySet[Refusal]:
    """The rows that went back to the provider and whose record has not landed since, by any file."""
    landed = Fact.objects.filter(
        provider=batch.provider_id, dataset=batch.table, source_key=OuterRef("source_key")
    )
    return returned(batch).filter(Q(source_key="") | ~Exists(landed))


def batch_called(public_id: str) -> Batch:
    """A batch by its number, for what follows from its end."""
    return Batch.objects.select_related("provider", "submitted_by").get(public_id=public_id)


def has_returned_rows(batch: Batch) -> bool:
    """Whether any row went back."""
    return Refusal.objects.filter(
        batch=batch, state__in=[RefusalState.REFUSED, RefusalState.EXPIRED]
    ).exists()
