"""The refused rows of a batch as a file of the same kind (退回文件), written by a job."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mingcha.base.jobs import defer
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.domains.records.errors import NothingRefused
from mingcha.domains.records.models import Batch
from mingcha.domains.records.queries.batches import returned


@dataclass(frozen=True)
class Returned:
    """A file that is ready: where it lies and what it is called."""

    path: Path
    name: str


def place(batch: Batch) -> Path:
    """The folder of a batch's returned file."""
    return Path(settings.EXPORTS) / "returned" / batch.public_id


def file_of(batch: Batch, *, actor: Account) -> Returned | None:
    """The returned file, or None while it is being written. Leaves one act when it is taken.

    Raises NothingRefused.
    """
    if not returned(batch).exists():
        raise NothingRefused(batch=batch.public_id)
    ready = sorted(path for path in place(batch).glob("*") if not path.name.startswith("."))
    with transaction.atomic():
        if not ready:
            defer("records.return_rows", lock=f"returns:{batch.pk}", batch=batch.pk)
            return None
        said = {"rows": batch.refused_count}
        ledger.act(actor, "下载退回行", ("batch", batch.public_id), content=said)
    return Returned(ready[-1], ready[-1].name)


def forget(batch: Batch) -> None:
    """Drop the file, because rows have changed; the next asker has it written anew."""
    for path in place(batch).glob("*"):
        path.unlink(missing_ok=True)
