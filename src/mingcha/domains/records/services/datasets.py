"""Take a table out as a file (数据导出): ask, stop, hand over. The work itself is in jobs/exports.py."""

import shutil
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mingcha.base.days import local_day, utc_now
from mingcha.base.jobs import defer
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require_anywhere
from mingcha.base.runs import services as runs
from mingcha.base.runs.models import Run, RunState
from mingcha.domains.records.errors import (
    ConditionUnfit,
    ExportClosed,
    ExportEnded,
    ExportGone,
    ExportNotReady,
)
from mingcha.domains.records.models import Export
from mingcha.domains.records.queries import datasets as queries
from mingcha.standards import loader

EXPORT = "insight.export"
OPEN = {RunState.QUEUED, RunState.RUNNING}


@dataclass(frozen=True)
class Wanted:
    """What to take out; what is left empty does not limit. Days are those of occurrence, inclusive.

    `form` is "csv", "xlsx", "jsonl" or "parquet"; `provider` an organisation's code, `region` the
    beginning of a division's code, `item` a code.
    """

    table: str
    form: str
    provider: str = ""
    region: str = ""
    since: date | None = None
    until: date | None = None
    item: str = ""

    def as_spec(self) -> dict[str, str]:
        """The filled conditions, for keeping."""
        said = {name: str(value) for name, value in asdict(self).items() if value}
        return {name: text for name, text in said.items() if name not in {"table", "form"}}


@transaction.atomic
def ask(wanted: Wanted, *, actor: Account) -> Export:
    """Ask for an export (申请导出) and defer its job in the same transaction. Leaves one act.

    Raises NotAllowed (also for a provider whose rows are not the actor's to take), NotFound (no such
    provider), UnknownTable or ConditionUnfit.
    """
    require_anywhere(actor, EXPORT)
    table = loader.current().table(wanted.table)
    if wanted.provider:
        queries.require_provider(actor, table.name, wanted.provider)
    for asked, has, what in (
        (wanted.region, queries.region_field(table), "行政区划"),
        (wanted.item, table.item, "监管事项"),
    ):
        if asked and not has:
            raise ConditionUnfit(table=table.label, what=what)
    run = Run.objects.create(kind="records.export", label=f"导出{table.label}", actor_id=actor.pk)
    export = Export.objects.create(
        run=run, asked_by=actor, table=table.name, form=wanted.form, spec=wanted.as_spec()
    )
    said: dict[str, Json] = {"table": table.name, "form": wanted.form}
    said |= {f"where_{name}": text for name, text in wanted.as_spec().items()}
    ledger.act(actor, "申请导出数据", ("export", export.public_id), content=said)
    defer("records.export", queue="exports", export=export.pk)
    return export


@transaction.atomic
def cancel(export: Export, *, actor: Account) -> Export:
    """Stop an export (取消导出); nothing is kept of it. Leaves one act. Raises ExportEnded."""
    require_anywhere(actor, EXPORT)
    if export.run.state not in OPEN:
        raise ExportEnded(export=export.public_id, state=export.run.get_state_display())
    runs.ask_to_cancel(export.run)
    said = {"rows": export.run.done}
    ledger.act(actor, "取消导出数据", ("export", export.public_id), content=said)
    return export


@dataclass(frozen=True)
class Taken:
    """A file that is ready: where it lies and what it is called."""

    path: Path
    name: str


@transaction.atomic
def take(export: Export, *, actor: Account) -> Taken:
    """Hand the file over to whoever asked for it (下载导出文件). Leaves one act.

    Not when some of it has been closed to the actor since: a consent withdrawn, a grant taken away.
    Raises NotAllowed, ExportNotReady, ExportGone or ExportClosed.
    """
    require_anywhere(actor, EXPORT)
    path = path_of(export)
    if export.run.state != RunState.DONE:
        raise ExportNotReady(export=export.public_id, state=export.run.get_state_display())
    if is_gone(export) or not path.is_file():
        raise ExportGone(export=export.public_id)
    closed = queries.closed_since(export, actor)
    if closed:
        names = "、".join(body.name for body in closed[:3])
        raise ExportClosed(export=export.public_id, providers=names, count=len(closed))
    said: dict[str, Json] = {"rows": export.rows, "digest": export.digest}
    ledger.act(actor, "下载导出文件", ("export", export.public_id), content=said)
    label = loader.current().table(export.table).label
    return Taken(path, f"{label}-{local_day(export.asked_at):%Y%m%d}{path.suffix}")


def path_of(export: Export) -> Path:
    """Where the file lies."""
    return folder_of(export) / f"{export.public_id}.{export.form}"


def folder_of(export: Export) -> Path:
    """The export's own folder."""
    return Path(settings.EXPORTS) / "datasets" / export.public_id


def is_gone(export: Export) -> bool:
    """Whether the time for which the file is kept is over."""
    return export.expires_at is not None and export.expires_at <= utc_now()


def forget_old() -> int:
    """Delete the files whose time is over (到期清理). Returns how many."""
    over = [
        export
        for export in Export.objects.filter(expires_at__lte=utc_now())
        if folder_of(export).is_dir()
    ]
    for export in over:
        shutil.rmtree(folder_of(export))
    return len(over)
