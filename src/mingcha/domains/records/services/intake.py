"""Open, cancel, resume and close a batch (报送批次). The work itself is in jobs/intake.py."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from mingcha.base.days import utc_now
from mingcha.base.events.services import announce
from mingcha.base.jobs import defer
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.base.runs import services as runs
from mingcha.base.runs.models import Run, RunState
from mingcha.domains.records.errors import NotCancellable, NotResumable
from mingcha.domains.records.events import BatchEnded
from mingcha.domains.records.models import Batch, BatchState, SourceMapping
from mingcha.domains.records.queries.batches import RIGHT_OF_FAMILY
from mingcha.domains.records.services import landing, vault
from mingcha.standards import loader
from mingcha.standards.model import Table

INTAKE = "records.intake"
ENDED = {BatchState.LANDED, BatchState.REFUSED, BatchState.CANCELLED, BatchState.FAILED}


@dataclass(frozen=True)
class Delivery:
    """What comes with a file: its name, who provides it, for which table ("" = recognise it)."""

    name: str
    provider: Organisation
    table: str = ""
    mapping: SourceMapping | None = None
    channel: str = "page"


def require_intake(actor: Account, provider: Organisation, table: str) -> None:
    """Raise NotAllowed unless the actor may hand in this table ("" = not known yet) for this provider."""
    needed = {INTAKE}
    if table:
        needed.add(RIGHT_OF_FAMILY.get(loader.current().table(table).family, INTAKE))
    for right in sorted(needed):
        require(actor, right, provider)


def receive(blocks: Iterable[bytes], delivery: Delivery, *, actor: Account) -> Batch:
    """Keep a file and open its batch (接收报送文件), or give the batch it already has.

    The same content for the same provider, table and mapping is the same batch, unless that one
    was refused as a file, failed or was cancelled. Leaves one act.
    Raises NotAllowed, FileTooLarge, QuotaExceeded or DiskFull.
    """
    require_intake(actor, delivery.provider, delivery.table)
    kept = vault.keep(blocks, name=delivery.name, provider=delivery.provider)
    return open_batch(kept, delivery, actor=actor)


@transaction.atomic
def open_batch(kept: vault.Kept, delivery: Delivery, *, actor: Account) -> Batch:
    """Open the batch of a kept file and defer its job in the same transaction."""
    provider, mapping = delivery.provider, delivery.mapping
    require_intake(actor, provider, delivery.table)
    landing.lock_table(provider.pk, kept.digest)  # one file sent twice at once is one batch
    file = vault.index(kept)
    asked = Q(table_asked=delivery.table) | (Q(table=delivery.table) if delivery.table else Q())
    same = Batch.objects.filter(asked, provider=provider, file=file, mapping=mapping)
    earlier = same.exclude(state__in=ENDED - {BatchState.LANDED}).first()
    if earlier is not None:
        if earlier.waiting_count:
            defer("records.recheck", queue="intake", lock=lock_of(earlier), batch=earlier.pk)
        return earlier
    run = Run.objects.create(
        kind=INTAKE, label=f"{provider}：{delivery.name}"[:200], actor_id=actor.pk
    )
    batch = Batch.objects.create(
        provider=provider,
        table_asked=delivery.table,
        file=file,
        file_name=delivery.name[-255:],
        mapping=mapping,
        channel=delivery.channel,
        submitted_by=actor,
        run=run,
    )
    said = {"file": kept.digest, "table": delivery.table, "provider": provider.code}
    said["channel"] = delivery.channel
    ledger.act(actor, "报送数据", ("batch", batch.public_id), content=said)
    defer("records.recognise", queue="intake", batch=batch.pk)
    return batch


def recognised(batch: Batch, table: Table) -> None:
    """Fix the table of a batch and defer its intake, one at a time per (provider, table)."""
    require_intake(batch.submitted_by, batch.provider, table.name)
    batch.table, batch.table_version = table.name, table.version
    batch.save(update_fields=["table", "table_version"])
    defer("records.intake", queue="intake", lock=lock_of(batch), batch=batch.pk)


@transaction.atomic
def cancel(batch: Batch, *, actor: Account) -> Batch:
    """Ask a batch to stop after the chunk under way; what has landed stays. Leaves one act."""
    require_intake(actor, batch.provider, batch.table)
    if batch.state in ENDED:
        raise NotCancellable(batch=batch.public_id, state=batch.get_state_display())
    runs.ask_to_cancel(batch.run)
    ledger.act(actor, "取消报送", ("batch", batch.public_id), content={"row": batch.next_row})
    if batch.run.state == RunState.CANCELLED:
        close(batch, BatchState.CANCELLED)
    return batch


@transaction.atomic
def resume(batch: Batch, *, actor: Account) -> Batch:
    """Go on with a cancelled or failed batch from the first row that has not landed."""
    require_intake(actor, batch.provider, batch.table)
    if batch.state not in {BatchState.CANCELLED, BatchState.FAILED}:
        raise NotResumable(batch=batch.public_id, state=batch.get_state_display())
    batch.state, batch.finished_at = BatchState.RECEIVED, None
    batch.save(update_fields=["state", "finished_at"])
    queued = {"state": RunState.QUEUED, "cancel_asked": False, "error": "", "finished_at": None}
    Run.objects.filter(pk=batch.run_id).update(**queued)
    ledger.act(actor, "继续报送", ("batch", batch.public_id), content={"row": batch.next_row})
    defer("records.recognise", queue="intake", batch=batch.pk)
    return batch


def close(batch: Batch, state: BatchState, *, error: str = "") -> None:
    """End a batch and its run; runs in the caller's transaction."""
    batch.state, batch.finished_at = state, utc_now()
    batch.save(update_fields=["state", "finished_at"])
    ends = {BatchState.CANCELLED: RunState.CANCELLED, BatchState.FAILED: RunState.FAILED}
    ends[BatchState.REFUSED] = RunState.FAILED
    runs.finish(batch.run, ends.get(state, RunState.DONE), error=error)
    announce(BatchEnded(batch.public_id, batch.provider_id, batch.table, state.value))


def lock_of(batch: Batch) -> str:
    """The lock under which jobs of one (provider, table) run one after another."""
    return f"records:{batch.provider_id}:{batch.table}"


@transaction.atomic
def look_at_original(batch: Batch, *, actor: Account) -> None:
    """Record that somebody took the original file: it holds unmasked values."""
    require(actor, INTAKE, batch.provider)
    ledger.act(actor, "下载原始文件", ("batch", batch.public_id), content={"file": batch.file_id})
