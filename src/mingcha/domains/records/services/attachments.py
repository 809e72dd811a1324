"""Files that the public attaches to what it says (附件): looked at before they are kept, never opened.

The same vault as for files of records, and harder rules: three formats, small, and the content
must be what the name says. The platform never shows them; whoever handles the case takes them away.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.conf import settings

from mingcha.base.people.models import Organisation
from mingcha.domains.records.errors import FileTooLarge
from mingcha.domains.records.reading.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    UnsupportedFile,
    WrongContent,
)
from mingcha.domains.records.services import vault

MEGABYTE = 1024**2
HEAD = 1024
TAIL = 1024  # in which a PDF must end
AS_ALLOWED = "请改用 PDF、JPEG 或 PNG 格式的文件。"
# format → how such a file begins, and the endings of its name
KINDS = {
    "pdf": (b"%PDF-", (".pdf",)),
    "jpeg": (b"\xff\xd8\xff", (".jpg", ".jpeg")),
    "png": (b"\x89PNG\r\n\x1a\n", (".png",)),
}
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True)
class Attachment:
    """A file that was kept: what its sender called it, its format, where it lies."""

    name: str
    kind: str
    kept: vault.Kept


def keep(blocks: Iterable[bytes], *, name: str, answerable: Organisation) -> Attachment:
    """Keep a file in the vault if it is a PDF or a picture and no larger than the setting allows.

    `name` is what its sender called it; only its last part counts. Refuses with EmptyFile,
    FileTooLarge, UnsupportedFile, WrongContent, EncryptedFile, DamagedFile or DiskFull.
    """
    name = Path(name.replace("\\", "/")).name[-200:] or "未命名文件"
    stream = iter(blocks)
    head = next(stream, b"")
    if not head:
        raise EmptyFile(name=name)
    kind = _kind(head, name)
    tail = _Tail(name)
    kept = vault.keep(tail.watched(chain([head], stream)), name=name, provider=answerable)
    if kind == "pdf":
        _refuse_pdf(tail.seen, kept, name)
    return Attachment(name, kind, kept)


def index(attachment: Attachment) -> None:
    """Note in the vault's index that the file is there. Runs in the caller's transaction."""
    vault.index(attachment.kept)


def type_of(name: str) -> str:
    """The content type of a kept file, by the ending of its name."""
    ending = Path(name).suffix.lower()
    return TYPES[next((kind for kind, (_, ends) in KINDS.items() if ending in ends), "pdf")]


class _Tail:
    """Lets blocks through up to the limit, and remembers the last bytes."""

    def __init__(self, name: str) -> None:
        self.name, self.seen = name, b""

    def watched(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The blocks as they come. Raises FileTooLarge."""
        size, limit = 0, settings.ATTACHMENT_LIMIT_BYTES
        for block in blocks:
            size += len(block)
            if size > limit:
                raise FileTooLarge(
                    name=self.name, size_mb=-(-size // MEGABYTE), limit_mb=limit // MEGABYTE
                )
            self.seen = (self.seen + block)[-TAIL:]
            yield block


def _kind(head: bytes, name: str) -> str:
    """The format by content; the name must agree."""
    suffix = Path(name).suffix.lower()
    kind = next((kind for kind, (mark, _) in KINDS.items() if head.startswith(mark)), None)
    said = next((kind for kind, (_, ends) in KINDS.items() if suffix in ends), None)
    if kind is None and said is None:
        raise UnsupportedFile(name=name, found="其他格式的文件", todo=AS_ALLOWED)
    if kind != said:
        raise WrongContent(
            name=name, said=(said or suffix or "其他格式").upper(),
            found=(kind or "其他格式").upper(), todo=AS_ALLOWED,
        )  # fmt: skip
    return str(kind)


def _refuse_pdf(tail: bytes, kept: vault.Kept, name: str) -> None:
    """A PDF that is cut off or locked is of no use to whoever must read it."""
    if b"%%EOF" not in tail:
        raise DamagedFile(name=name, problem="PDF 文件缺少结尾")
    if b"/Encrypt" in kept.path.read_bytes():
        raise EncryptedFile(name=name)
