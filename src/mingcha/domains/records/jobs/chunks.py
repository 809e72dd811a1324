"""Land one checked chunk of a batch, and end the batch: what files and typed records have in common."""

import polars as pl

from mingcha.base.jobs import defer
from mingcha.base.runs import services as runs
from mingcha.domains.records.jobs.landing import Landing, copy_blocks, land
from mingcha.domains.records.jobs.prepare import REFUSALS, Checker, Prepared
from mingcha.domains.records.jobs.references import is_referred_to
from mingcha.domains.records.models import Batch, BatchState
from mingcha.domains.records.services import intake as batches
from mingcha.domains.records.services import landing
from mingcha.standards import loader


class Overtaken(Exception):
    """Somebody else has landed rows of this batch since we began: begin again where they stopped."""


def finish(batch: Batch) -> None:
    """End a batch whose rows have landed, and have done what they ask for; in the transaction."""
    batches.close(batch, BatchState.LANDED)
    follow(batch)


def follow(batch: Batch) -> None:
    """Have done what facts that landed ask for: ties, and what waits for them; in the transaction."""
    table = loader.current().table(batch.table)
    defer("records.tie", lock="records:tie", batch=batch.pk)
    if is_referred_to(table):
        defer("records.recheck_all", lock="records:recheck", table=table.name)


def land_chunk(batch: Batch, checker: Checker, prepared: Prepared, *, total: int) -> Landing:
    """Land one chunk: facts, registers, refusals, ties by code, counts. One transaction."""
    _hold(batch)
    landed = land(batch, checker, prepared)
    refusals = pl.concat([prepared.refusals, late_refusals(prepared, landed)])
    if refusals.height:
        landing.keep_refusals(copy_blocks(_refusal_rows(batch, refusals)))
    _count(batch, prepared, landed, refusals)
    runs.move(batch.run, done=batch.next_row, total=total)
    return landed


def _hold(batch: Batch) -> None:
    """Keep everybody else off the batch until the transaction ends. Raises Overtaken.

    A worker taken for dead may still land a chunk, or its last commit may come through after it.
    """
    held = Batch.objects.select_for_update().filter(pk=batch.pk, next_row=batch.next_row)
    if not held.exists():
        raise Overtaken(f"{batch.public_id} is beyond row {batch.next_row}")


def late_refusals(prepared: Prepared, landed: Landing) -> pl.DataFrame:
    """Rows that only the database could refuse: they contradict or withdraw what is there."""
    said = [
        (
            row,
            f"第 {earlier} 行已有相同业务主键、内容不同的记录，无法判断以哪一行为准；请只保留正确的一行。",
        )
        for row, earlier in landed.contradicted
    ]
    said += [
        (row, "要撤回的记录不存在：没有收到过该业务主键；请核对业务主键后重报。")
        for row in landed.absent
    ]
    frame = pl.DataFrame(said, schema={"_row": pl.Int64, "reason": pl.String}, orient="row")
    reason = pl.struct(
        check=pl.lit("key"), national=pl.lit("09"), severity=pl.lit("refuse"), field=pl.lit(""),
        reason="reason",
    ).struct.json_encode()  # fmt: skip
    raw = prepared.raw.join(frame, on="_row", how="semi")
    raw = raw.select("_row", raw=pl.struct(pl.exclude("_row")).struct.json_encode())
    raw = raw.join(prepared.incoming.select("source_key", _row="row"), on="_row")
    late = frame.select("_row", state=pl.lit("refused"), reasons="[" + reason + "]")
    return late.join(raw, on="_row").select(*REFUSALS)


def _refusal_rows(batch: Batch, refusals: pl.DataFrame) -> pl.DataFrame:
    return refusals.select(pl.lit(batch.pk).alias("batch"), *REFUSALS)


def _count(batch: Batch, prepared: Prepared, landed: Landing, refusals: pl.DataFrame) -> None:
    waiting = refusals.filter(pl.col("state") == "waiting").height
    batch.next_row = prepared.stop
    batch.read_count += prepared.rows
    batch.accepted_count += landed.facts.height
    batch.waiting_count += waiting
    batch.refused_count += refusals.height - waiting
    batch.doubled_count += landed.doubled + prepared.doubled
    batch.replaced_count += landed.replaced
    batch.withdrawn_count += landed.withdrawn
    batch.warned_count += prepared.warned
    late = len(landed.contradicted) + len(landed.absent)
    counts = prepared.counts | ({"key": prepared.counts.get("key", 0) + late} if late else {})
    for check, failed in counts.items():
        batch.counts[check] = batch.counts.get(check, 0) + failed
    batch.save()
