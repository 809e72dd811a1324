"""Take a batch in, chunk by chunk (architecture.md 5.1). May be killed at any moment and run again."""

import logging
from collections.abc import Callable, Generator, Sequence
from datetime import timedelta
from functools import partial

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from mingcha.base.days import local_day, utc_now
from mingcha.base.errors import MingchaError
from mingcha.base.jobs import DATABASE_GONE, MOST_ATTEMPTS, defer
from mingcha.base.runs import services as runs
from mingcha.domains.records.errors import NoRows
from mingcha.domains.records.jobs import headers, lake
from mingcha.domains.records.jobs.chunks import Overtaken, finish, land_chunk
from mingcha.domains.records.jobs.landing import Landing
from mingcha.domains.records.jobs.prepare import Checker, Numbers, Prepared, beside
from mingcha.domains.records.jobs.references import references_for, refers
from mingcha.domains.records.models import Batch, BatchState, Chunk
from mingcha.domains.records.reading.door import chunks, open_source
from mingcha.domains.records.reading.model import Source
from mingcha.domains.records.services import intake as batches
from mingcha.domains.records.services import vault
from mingcha.standards import loader
from mingcha.standards.model import Table

logger = logging.getLogger("mingcha.records")


PASSING = (*DATABASE_GONE, Overtaken, JobAborted)
AGAIN = RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=1, retry_exceptions=set(PASSING))
UNCOMMITTED = timedelta(minutes=10)  # a chunk may come to be seen so long after it is stamped
INTERRUPTED = "处理中断，已入库部分保留；请联系运维人员后选择“继续”。"


@app.task(name="records.recognise", queue="intake", retry=AGAIN, pass_context=True)
def recognise(context: JobContext, batch: int) -> None:
    """Find out which table the file is of, and which column is which field."""
    _guarded(batch, _recognise, is_last=context.job.attempts >= MOST_ATTEMPTS)


@app.task(name="records.intake", queue="intake", retry=AGAIN, pass_context=True)
def intake(context: JobContext, batch: int) -> None:
    """Take in a batch from its first row that has not landed."""
    work = partial(_take_in, must_leave=context.should_abort)
    _guarded(batch, work, is_last=context.job.attempts >= MOST_ATTEMPTS)


def _guarded(number: int, work: Callable[[Batch], None], *, is_last: bool) -> None:
    """Do the work of a batch; however it ends, the batch says so.

    What passes is raised: the job is tried again and goes on where it stopped, unless `is_last`.
    """
    batch = Batch.objects.select_related("provider", "run", "submitted_by", "mapping").get(
        pk=number
    )
    if batch.state in batches.ENDED:
        return
    try:
        work(batch)
    except runs.Cancelled:
        with transaction.atomic():
            batches.close(batch, BatchState.CANCELLED)
    except MingchaError as refusal:
        with transaction.atomic():
            batches.close(batch, BatchState.REFUSED, error=f"{refusal.title}{refusal.detail}")
    except Exception as error:
        if is_last or not isinstance(error, PASSING):
            with transaction.atomic():
                batches.close(batch, BatchState.FAILED, error=INTERRUPTED)
        raise


def _recognise(batch: Batch) -> None:
    runs.begin(batch.run, step="识别数据表")
    source = _open(batch, headers.candidates(batch))
    batch.sample = headers.glance(source)
    batch.save(update_fields=["sample"])  # a person may map what no table fits
    recognised = headers.recognise(batch, source)
    with transaction.atomic():
        table = loader.current().table(recognised.table)
        spec = headers.mapping_for(batch, table, source.headers)
        batch.sample |= headers.meaning(recognised, spec)
        batch.save(update_fields=["sample"])
    headers.check(recognised)
    with transaction.atomic():
        batches.recognised(batch, table)


def _open(batch: Batch, tables: Sequence[Table]) -> Source:
    path = vault.path_of(batch.file_id)
    return open_source(path, batch.file_name, choose=headers.scorer(tables, batch.mapping))


def _take_in(batch: Batch, *, must_leave: Callable[[], bool]) -> None:
    table = loader.current().table(batch.table)
    source = _open(batch, [table])
    batch.state, batch.notes = BatchState.CHECKING, [*source.notes, *headers.left_out(batch)]
    batch.references_at = utc_now()
    batch.save(update_fields=["state", "notes", "references_at"])
    runs.begin(batch.run, step="读取与检核")
    checker = Checker(
        table=table,
        provider=batch.provider,
        catalogue=loader.current(),
        references=references_for(table),
        mapping=headers.mapping_for(batch, table, source.headers),
        on=local_day(batch.received_at),
        numbers=Numbers(table),
    )
    with lake.Writer(table) as writer:
        for prepared in beside(_prepared(source, checker, start=batch.next_row)):
            runs.stop_if_asked(batch.run)
            if must_leave():
                raise JobAborted
            with transaction.atomic():
                landed = land_chunk(batch, checker, prepared, total=_total(source, prepared))
                writer.list_finished()
            writer.write(landed, _landed_rows(batch, prepared, landed))
    if not batch.read_count:
        raise NoRows(name=batch.file_name)
    with transaction.atomic():
        finish(batch)
        if batch.waiting_count and _has_moved(batch, table):
            defer("records.recheck", queue="intake", lock=batches.lock_of(batch), batch=batch.pk)
    logger.info(
        "batch_landed", extra={"facts": {"batch": batch.public_id, "rows": batch.read_count}}
    )


def _has_moved(batch: Batch, table: Table) -> bool:
    """Whether anything that the table refers to has landed since the batch began.

    What was read then lacks it, and who landed it found no waiting rows of this batch to check.
    """
    names = [name for name in loader.current().tables if refers(table.name, name)]
    since = (batch.references_at or batch.received_at) - UNCOMMITTED
    later = Chunk.objects.filter(dataset__in=names, landed_at__gte=since)
    return later.exclude(batch=batch).exists()


def _prepared(source: Source, checker: Checker, *, start: int) -> Generator[Prepared, None, None]:
    """Prepare chunk after chunk, in a thread that has a database connection of its own.

    Where keys are told apart by counting, the count begins with the file, also after a crash.
    """
    first = 0 if checker.table.key.counted else start
    try:
        for chunk in chunks(source, size=settings.CHUNK_ROWS, start_row=first):
            if chunk.start < start < chunk.stop:  # skipping this chunk would lose its end
                raise RuntimeError(
                    f"no chunk begins at row {start}: was MINGCHA_CHUNK_ROWS changed?"
                )
            prepared = checker.prepare(chunk)
            if chunk.start >= start:
                yield prepared
    finally:
        connection.close()


def _landed_rows(batch: Batch, prepared: Prepared, landed: Landing) -> pl.DataFrame:
    """The rows of a chunk that became facts, as the lake holds them."""
    facts = landed.facts.select(
        _row="row",
        _fact="fact",
        _subject="subject",
        _version=pl.col("version").cast(pl.Int32),
        _operation="operation",
        _occurred_on=pl.col("occurred_on").str.to_date("%Y-%m-%d"),
    )
    said = prepared.incoming.select(_row="row", _key="source_key", _item="item")
    whole = facts.join(said, on="_row", maintain_order="left")
    whole = whole.join(prepared.values, on="_row", maintain_order="left")
    return whole.with_columns(_chunk=pl.lit(landed.chunk_id), _provider=pl.lit(batch.provider_id))


def _total(source: Source, prepared: Prepared) -> int:
    """Rows in all: as the reader counted, or estimated anew from the bytes read so far."""
    if not prepared.bytes_done:
        return max(source.total_rows, prepared.stop)
    return max(prepared.stop, prepared.stop * source.total_bytes // prepared.bytes_done)
