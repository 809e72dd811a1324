"""Write a table as a file for whoever asked (数据导出), under the asker's rights of this moment."""

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import ibis
import polars as pl
from django.conf import settings
from ibis.expr import types as ir
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from mingcha.base.analytics import batches, write
from mingcha.base.days import utc_now
from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.base.jobs import DATABASE_GONE, MOST_ATTEMPTS
from mingcha.base.people.models import Organisation
from mingcha.base.people.queries import require_anywhere
from mingcha.base.runs import services as runs
from mingcha.base.runs.models import Run, RunState
from mingcha.domains.records.errors import TooManyRowsForSheet
from mingcha.domains.records.models import Export
from mingcha.domains.records.queries.datasets import region_field
from mingcha.domains.records.queries.lake import Reader
from mingcha.domains.records.reading.guard import HARMLESS, RISKY
from mingcha.domains.records.reading.model import Kind
from mingcha.domains.records.reading.writing import BATCH, SHEET_ROWS, write_frames
from mingcha.domains.records.services import datasets
from mingcha.standards import loader
from mingcha.standards.model import FieldType, Table

logger = logging.getLogger("mingcha.records")
INTERRUPTED = "处理中断，没有生成文件；请重新申请，如仍出现请联系运维人员。"
PROVIDER_CODE, PROVIDER = "_provider_code", "_provider"
PROVIDER_LABELS = ("报送单位标识", "报送单位")
FREE_TEXT = {FieldType.TEXT, FieldType.LIST}  # the other types cannot begin with a formula's sign
SIGNS = sorted({ord(sign) for sign in "=+-@＝＋－＠\t\r\n'"})
COPY = {
    "csv": {"FORMAT": "csv", "HEADER": "true"},
    "jsonl": {"FORMAT": "json"},
    "parquet": {"FORMAT": "parquet", "COMPRESSION": "zstd", "COMPRESSION_LEVEL": "1"},
}
BYTE_ORDER_MARK = "\ufeff"  # so that Excel opens a CSV as UTF-8


# An export that must leave off because the worker stops is begun anew by the next one.
PASSING = (*DATABASE_GONE, JobAborted)
AGAIN = RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=1, retry_exceptions=set(PASSING))


@app.task(name="records.export", queue="exports", retry=AGAIN, pass_context=True)
def export(context: JobContext, export: int) -> None:
    """Make the file of an export; however it ends, its run says so. Begun anew after a crash."""
    found = Export.objects.select_related("run", "asked_by__organisation").get(pk=export)
    if found.run.state not in datasets.OPEN:
        return
    try:
        _make(found, must_leave=context.should_abort)
    except runs.Cancelled:
        runs.finish(found.run, RunState.CANCELLED)
    except MingchaError as refusal:
        runs.finish(found.run, RunState.FAILED, error=f"{refusal.title}{refusal.detail}")
    except Exception as error:
        if context.job.attempts >= MOST_ATTEMPTS or not isinstance(error, PASSING):
            runs.finish(found.run, RunState.FAILED, error=INTERRUPTED)
        raise
    finally:
        if found.run.state != RunState.DONE:
            shutil.rmtree(datasets.folder_of(found), ignore_errors=True)


@app.periodic(cron="41 3 * * *")
@app.task(name="records.forget_exports", queueing_lock="records.forget_exports")
def forget_exports(timestamp: int = 0) -> None:
    """Delete the files whose time is over."""
    datasets.forget_old()


def _make(export: Export, *, must_leave: Callable[[], bool]) -> None:
    actor = export.asked_by
    if not actor.is_active:
        raise NotAllowed(right=datasets.EXPORT)
    require_anywhere(actor, datasets.EXPORT)
    runs.begin(export.run, step="查找记录")
    table = loader.current().table(export.table)
    reader = Reader(actor)
    rows = chosen(reader, table, export)
    total = int(rows.count().execute())
    if export.form == Kind.XLSX and total >= SHEET_ROWS:
        raise TooManyRowsForSheet(rows=total, limit=SHEET_ROWS - 1)
    runs.move(export.run, done=0, total=total, step="写文件")
    folder = datasets.folder_of(export)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = datasets.path_of(export)
    working = target.with_name(f".{target.name}")
    export.rows = _write(table, rows, working, Watch(export.run, must_leave))
    export.size = working.stat().st_size
    export.digest = _digest(working)
    export.seal_no = reader.seal.no if reader.seal else None
    export.expires_at = utc_now() + timedelta(days=settings.EXPORT_DAYS)
    working.replace(target)
    runs.move(export.run, done=export.rows, total=export.rows)
    export.providers = _held(reader, export)
    export.save(update_fields=["rows", "size", "digest", "seal_no", "expires_at", "providers"])
    runs.finish(export.run, RunState.DONE)
    logger.info(
        "table_exported",
        extra={"facts": {"export": export.public_id, "table": table.name, "rows": export.rows}},
    )


def _held(reader: Reader, export: Export) -> list[int]:
    """The providers whose rows went into the file because the asker might see them."""
    allowed = reader.policy.providers_of(export.table) or frozenset()
    if "provider" in export.spec:
        asked = Organisation.objects.filter(code=export.spec["provider"])
        allowed &= frozenset(asked.values_list("pk", flat=True))
    return sorted(allowed)


def chosen(reader: Reader, table: Table, export: Export) -> ir.Table:
    """The rows and columns that go out: provider and declared fields, typed for Parquet, else text.

    Filters see what the asker sees, so a value that is masked is never matched.
    """
    rows = reader.table(table.name, as_text=export.form != Kind.PARQUET, with_party=False)
    conditions = list(_conditions(table, rows, export.spec))
    rows = rows.filter(conditions) if conditions else rows
    return rows.select(**_provider(rows), **{name: rows[name] for name in table.fields})


def _conditions(table: Table, rows: ir.Table, spec: Mapping[str, str]) -> Iterator[ir.BooleanValue]:
    if "provider" in spec:
        asked = Organisation.objects.filter(code=spec["provider"]).values_list("pk", flat=True)
        yield rows["_provider"].isin(list(asked))
    if "since" in spec:
        yield rows["_occurred_on"] >= date.fromisoformat(spec["since"])
    if "until" in spec:
        yield rows["_occurred_on"] <= date.fromisoformat(spec["until"])
    region = region_field(table)
    if "region" in spec and region is not None:
        yield rows[region].startswith(spec["region"])
    if "item" in spec and table.item:
        yield rows[table.item.item] == spec["item"]


def _provider(rows: ir.Table) -> dict[str, ir.StringValue]:
    """Code and name of the provider, from its id."""
    known = list(Organisation.objects.values_list("pk", "code", "name"))
    number = rows["_provider"]
    return {
        PROVIDER_CODE: number.cases(*((pk, code) for pk, code, _ in known)),
        PROVIDER: number.cases(*((pk, name) for pk, _, name in known)),
    }


@dataclass(frozen=True)
class Watch:
    """Tells the run how far it is; stops the writing when somebody asked for it, or we must leave."""

    run: Run
    must_leave: Callable[[], bool]

    def rows(self, done: int) -> None:
        """So many rows are written."""
        runs.stop_if_asked(self.run)
        if self.must_leave():
            raise JobAborted
        runs.move(self.run, done=done)

    def share(self, share: float) -> None:
        """So much is written, 0 to 1."""
        self.rows(int(self.run.total * min(share, 1.0)))


def _write(table: Table, rows: ir.Table, target: Path, watch: Watch) -> int:
    """Write the file and count its rows; progress goes to the run, and cancelling stops it."""
    form = target.suffix.removeprefix(".")
    if form == Kind.XLSX:
        headers = labels(table)
        return write_frames(target, Kind.XLSX, headers, _frames(rows, headers, watch))
    return write(_dressed(form, table, rows), target, COPY[form], watch.share)


def _dressed(form: str, table: Table, rows: ir.Table) -> ir.Table:
    """A CSV has Chinese headers and the guard against formulas; the others have keys."""
    if form != Kind.TEXT:
        return rows
    named = dict(zip(rows.columns, labels(table), strict=True))
    cells = {}
    for place, (key, label) in enumerate(named.items()):
        spec = table.fields.get(key)
        is_free = spec is None or spec.type in FREE_TEXT
        header = f"{BYTE_ORDER_MARK}{label}" if place == 0 else label
        cells[header] = guarded(rows[key]) if is_free else rows[key]
    return rows.select(**cells)


def labels(table: Table) -> list[str]:
    """The Chinese headers of an export, in its order."""
    return [*PROVIDER_LABELS, *(spec.label for spec in table.fields.values())]


def guarded(cells: ir.StringValue) -> ir.StringValue:
    """`reading.guard.guard` as an expression. The first sign decides first: patterns cost more."""
    suspicious = cells.re_search(RISKY) & ~cells.re_search(HARMLESS)
    marked = suspicious.ifelse(ibis.literal("'") + cells, cells)
    return cells.ascii_str().isin(SIGNS).ifelse(marked, cells)


def _frames(rows: ir.Table, headers: Sequence[str], watch: Watch) -> Iterator[pl.DataFrame]:
    """The rows as frames of texts under their headers, telling the run how far it is."""
    done = 0
    for batch in batches(rows, BATCH):
        frame = pl.DataFrame(batch)
        frame.columns = list(headers)
        yield frame
        done += frame.height
        watch.rows(done)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new("sm3")).hexdigest()
