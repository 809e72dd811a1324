"""What the public hands in and takes away: objections with their files, and the book as Parquet."""

import fcntl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mingcha.base.asking import ask
from mingcha.base.errors import BadInput
from mingcha.base.opendoors.services import knock
from mingcha.domains.catalog.queries.exceptions import ItemException
from mingcha.domains.catalog.services import objections
from mingcha.domains.portal.queries import Book
from mingcha.domains.records.services import attachments

MOST_FILES = 3
MOST_BOOKS = 60  # Parquet files that are kept; the one longest not asked for goes first


@dataclass(frozen=True)
class Upload:
    """A file as it comes: what its sender calls it, and its blocks."""

    name: str
    blocks: Iterable[bytes]


def object_to(
    exception: ItemException, said: objections.Said, uploads: Sequence[Upload] = ()
) -> objections.Filed:
    """Object to an exception with up to three files (提出异议); see catalog.services.objections.file.

    A refused file keeps the whole objection out, so that nobody believes it was handed in.
    Raises BadInput, FiledAlready, or what attachments.keep refuses.
    """
    if len(uploads) > MOST_FILES:
        raise BadInput(problem=f"最多可以附 {MOST_FILES} 个文件")
    body = exception.case.unit
    kept = [attachments.keep(one.blocks, name=one.name, answerable=body) for one in uploads]
    with transaction.atomic():
        for one in kept:
            attachments.index(one)
        files = [
            objections.Attached(one.name, one.kept.digest, one.kept.size, one.kind) for one in kept
        ]
        return objections.file(exception, said, files)


def parquet_of(book: Book, on: date, digest: str) -> Path:
    """The Parquet file of a book as of a day, written by the answering process when there is none.

    Kept under the digest of what it says, so that every day on which the book says the same is one
    file, and those who ask at once wait for one writing. Raises TooOften, when one address has too
    many written, NobodyAnswers or AnswerFailed.
    """
    folder = Path(settings.EXPORTS) / "book"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{book.name}-{digest}.parquet"
    if not target.exists():
        knock("book", each=settings.OPEN_FORMS_EACH)
        with (folder / "writing.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not target.exists():
                ask("portal.book", book=book.name, on=on.isoformat(), path=str(target))
                _forget_oldest(folder)
    target.touch()
    return target


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.parquet"), key=lambda file: file.stat().st_mtime)
    for file in files[:-MOST_BOOKS]:
        file.unlink(missing_ok=True)
