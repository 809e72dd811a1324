"""Write the refused rows of a batch as a file of the same kind, with the reasons."""

import shutil
from collections.abc import Iterator

from procrastinate.contrib.django import app

from mingcha.base.jobs import AGAIN
from mingcha.domains.records.models import Batch
from mingcha.domains.records.queries.batches import returned
from mingcha.domains.records.reading.model import Kind
from mingcha.domains.records.reading.writing import write_returned
from mingcha.domains.records.services import returns

SUFFIX = {Kind.TEXT: "csv", Kind.XLSX: "xlsx", Kind.PARQUET: "parquet"}


@app.task(name="records.return_rows", retry=AGAIN)
def return_rows(batch: int) -> None:
    """Write the file in a hidden folder first, so that whoever looks finds all of it or nothing."""
    found = Batch.objects.get(pk=batch)
    kind = Kind(found.sample.get("kind", Kind.TEXT))
    folder = returns.place(found)
    working = folder / ".writing"
    shutil.rmtree(folder, ignore_errors=True)
    working.mkdir(parents=True, mode=0o700)
    name = f"{found.file_name.rsplit('.', 1)[0]}-退回.{SUFFIX.get(kind, 'jsonl')}"
    write_returned(working / name, kind, found.sample.get("headers", []), _rows(found))
    (working / name).rename(folder / name)


def _rows(batch: Batch) -> Iterator[tuple[int, dict[str, str | None], list[str]]]:
    """(row number, cells as they came, reasons) in the order of the file."""
    for row in returned(batch).iterator(chunk_size=2000):
        yield row.row, row.raw, [reason["reason"] for reason in row.reasons]
