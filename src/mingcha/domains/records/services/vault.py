"""The vault (原始文件库): files as they came, named by the SM3 of their content, never changed."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from mingcha.base.people.models import Organisation
from mingcha.domains.records.errors import DiskFull, FileTooLarge, QuotaExceeded
from mingcha.domains.records.models import Batch, VaultFile

RESERVE_BYTES = 512 * 1024**2  # left free for the database whatever comes in
MEGABYTE = 1024**2
GIGABYTE = 1024**3


@dataclass(frozen=True)
class Kept:
    """A file that has been written to the vault: its digest and size in bytes."""

    digest: str
    size: int

    @property
    def path(self) -> Path:
        """Where it lies."""
        return path_of(self.digest)


def path_of(digest: str) -> Path:
    """The place of a file in the vault."""
    return Path(settings.VAULT) / digest[:2] / digest


def keep(blocks: Iterable[bytes], *, name: str, provider: Organisation) -> Kept:
    """Stream a file into the vault, hashing on the way.

    Refuses with FileTooLarge, QuotaExceeded or DiskFull, and then nothing stays behind.
    """
    room = _room(name=name, provider=provider)
    folder = Path(settings.VAULT)
    digest, size = hashlib.new("sm3"), 0
    handle, temporary = tempfile.mkstemp(dir=folder, prefix="incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                size += len(block)
                room.admit(size)
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        kept = Kept(digest.hexdigest(), size)
        kept.path.parent.mkdir(exist_ok=True, mode=0o700)
        Path(temporary).chmod(0o400)
        os.replace(temporary, kept.path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return kept


def index(kept: Kept) -> VaultFile:
    """The index row of a kept file, made when it is new. Runs in the caller's transaction."""
    file, _ = VaultFile.objects.get_or_create(digest=kept.digest, defaults={"size": kept.size})
    return file


@dataclass(frozen=True)
class _Room:
    """How much may still come in, and what to say when it is too much."""

    name: str
    provider: str
    used: int
    free: int

    def admit(self, size: int) -> None:
        limit = settings.UPLOAD_LIMIT_BYTES
        if size > limit:
            raise FileTooLarge(name=self.name, size_mb=size // MEGABYTE, limit_mb=limit // MEGABYTE)
        quota = settings.PROVIDER_QUOTA_BYTES
        if self.used + size > quota:
            used, most = f"{self.used / GIGABYTE:.1f}", f"{quota / GIGABYTE:.1f}"
            raise QuotaExceeded(provider=self.provider, used_gb=used, limit_gb=most)
        if size > self.free:
            raise DiskFull(name=self.name)


def _room(*, name: str, provider: Organisation) -> _Room:
    files = Batch.objects.filter(provider=provider).values("file").distinct()
    used = VaultFile.objects.filter(digest__in=files).aggregate(sum=Sum("size"))["sum"] or 0
    free = shutil.disk_usage(settings.VAULT).free - RESERVE_BYTES
    return _Room(name, provider.name, used, free)
