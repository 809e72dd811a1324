"""What the public hands in (公众提交): an objection with its files, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from mingcha.base.errors import BadInput
from mingcha.domains.catalog.queries.exceptions import ItemException
from mingcha.domains.catalog.services import objections
from mingcha.domains.records.services import attachments

MOST_FILES = 3


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
