"""Check waiting rows again when what they refer to may have come; give back those that waited in vain.

Rows that land here may be what others wait for: each re-check that lands something has those
checked in turn, so that a chain of references settles by itself, and ends when nothing lands.
"""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl
from django.db import connection, transaction
from procrastinate.contrib.django import app

from mingcha.base.calendar import queries as calendar
from mingcha.base.days import local_day, local_today
from mingcha.base.events.services import announce
from mingcha.base.jobs import AGAIN, defer, queued
from mingcha.base.rules import queries as rules
from mingcha.domains.records.events import BatchEnded
from mingcha.domains.records.jobs import headers
from mingcha.domains.records.jobs.chunks import follow, late_refusals
from mingcha.domains.records.jobs.landing import land
from mingcha.domains.records.jobs.prepare import Checker, Numbers, Prepared
from mingcha.domains.records.jobs.references import references_for, refers
from mingcha.domains.records.models import Batch, BatchState, Refusal, RefusalState
from mingcha.domains.records.reading.model import BROKEN, FLAWS, Chunk
from mingcha.domains.records.services import entry, returns
from mingcha.domains.records.services.intake import lock_of
from mingcha.standards import loader

WAIT = "records.wait_at_most"
AT_ONCE = 20_000

UPDATE = """
    UPDATE records_refusal r SET state = n.state, reasons = coalesce(n.reasons::jsonb, r.reasons)
    FROM unnest(%(rows)s::bigint[], %(states)s::text[], %(reasons)s::text[]) AS n(row, state, reasons)
    WHERE r.batch_id = %(batch)s AND r.row = n.row
"""


@app.task(name="records.recheck_all", lock="records:recheck", retry=AGAIN)
def recheck_all(table: str = "") -> None:
    """Have every batch with waiting rows whose table refers to `table` ("" = any) checked again.

    Once, however many files land meanwhile: a re-check that has not begun will see them all.
    """
    coming = {job["batch"] for job in queued("records.recheck")}
    for batch in waiting_batches():
        if batch.pk not in coming and (not table or refers(batch.table, table)):
            defer("records.recheck", queue="intake", lock=lock_of(batch), batch=batch.pk)


@app.periodic(cron="30 1 * * *")
@app.task(name="records.recheck_daily", queueing_lock="records.recheck_daily")
def recheck_daily(timestamp: int = 0) -> None:
    """Every night: a validity may have begun, a time to wait may have ended."""
    recheck_all()


def waiting_batches() -> Iterable[Batch]:
    """The batches that still have waiting rows."""
    return Batch.objects.filter(waiting_count__gt=0, state=BatchState.LANDED).order_by("pk")


@app.task(name="records.recheck", queue="intake", retry=AGAIN)
def recheck(batch: int) -> None:
    """Check the waiting rows of one batch again, some thousands in a transaction."""
    found = Batch.objects.select_related("provider", "run", "submitted_by", "mapping").get(pk=batch)
    table = loader.current().table(found.table)
    columns = found.sample["headers"]
    checker = Checker(
        table=table,
        provider=found.provider,
        catalogue=loader.current(),
        references=references_for(table),
        mapping=headers.mapping_for(found, table, columns),
        on=local_day(found.received_at),
        numbers=Numbers(table),
    )
    last = -1
    while (page := _waiting(found, columns, after=last)) is not None:
        chunk, keys = page
        last = chunk.rows["_row"].max()  # type: ignore[assignment]  # row numbers are integers
        numbered = replace(checker, numbers=Numbers(table, keys))
        with transaction.atomic():
            waited = found.waiting_count
            if _settle(found, numbered, numbered.prepare(chunk), chunk):
                follow(found)
            if found.waiting_count != waited:
                entry.settle(found)
                announce(BatchEnded(found.public_id, found.provider_id, found.table, found.state))
    returns.forget(found)


def _waiting(batch: Batch, columns: list[str], *, after: int) -> tuple[Chunk, pl.DataFrame] | None:
    """The next waiting rows as a chunk, and the keys (_row, _key) they had when they came."""
    rows = Refusal.objects.filter(batch=batch, state=RefusalState.WAITING, row__gt=after)
    page = list(rows.order_by("row").values_list("row", "source_key", "raw")[:AT_ONCE])
    if not page:
        return None
    cells = [(row, *(raw.get(column) for column in columns)) for row, _, raw in page]
    schema = {"_row": pl.Int64, **dict.fromkeys(columns, pl.String)}
    frame = pl.DataFrame(cells, schema=schema, orient="row")
    keys = [(row, key) for row, key, _ in page]
    known = pl.DataFrame(keys, schema={"_row": pl.Int64, "_key": pl.String}, orient="row")
    empty = pl.DataFrame(schema=BROKEN), pl.DataFrame(schema=FLAWS)
    return Chunk(frame, *empty, start=0, stop=0, bytes_done=0), known


def _settle(batch: Batch, checker: Checker, prepared: Prepared, chunk: Chunk) -> int:
    """Land what passes now; note the rest's present reasons, or that their time is over.

    Returns how many facts landed.
    """
    landed = land(batch, checker, prepared)
    expired = _is_over(batch)
    left = pl.concat([prepared.refusals, late_refusals(prepared, landed)])
    if expired:
        left = left.with_columns(state=pl.lit(RefusalState.EXPIRED.value))
    settled = chunk.rows.select("_row").join(left, on="_row", how="anti")
    settled = settled.with_columns(
        state=pl.lit(RefusalState.SETTLED.value), reasons=pl.lit(None, pl.String)
    )
    changed = pl.concat([left.select("_row", "state", "reasons"), settled])
    with connection.cursor() as cursor:
        cursor.execute(
            UPDATE,
            {
                "batch": batch.pk,
                "rows": changed["_row"].to_list(),
                "states": changed["state"].to_list(),
                "reasons": changed["reasons"].to_list(),
            },
        )
    still = left.filter(pl.col("state") == RefusalState.WAITING.value).height
    batch.waiting_count -= chunk.rows.height - still
    batch.refused_count += left.height - still
    batch.accepted_count += landed.facts.height
    batch.replaced_count += landed.replaced
    batch.doubled_count += settled.height - landed.facts.height
    batch.save()
    return landed.facts.height


def _is_over(batch: Batch) -> bool:
    """Whether the rows of a batch have waited longer than the rule allows."""
    rule = rules.in_force(WAIT, on=local_day(batch.received_at))
    waited = calendar.working_days_between(local_day(batch.received_at), local_today())
    return waited.days > rule.value
