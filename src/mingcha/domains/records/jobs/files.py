"""The files of the lake (湖文件): written whole, listed once, merged, rebuilt, checked.

A file counts from its row in the manifest, and until a later row replaces it; whatever else lies in
the folder is swept away after a day, so a crash at any moment costs no row and doubles none.
"""

import hashlib
import logging
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection, transaction

from mingcha.base.analytics import open_engine, read_files, write
from mingcha.domains.records.models import Chunk, Manifest
from mingcha.domains.records.queries.lake import facts_of_chunks, lake_columns, live
from mingcha.standards.model import Table

logger = logging.getLogger("mingcha.records")

GATHERED_ROWS = 200_000
SMALL_ROWS = 100_000  # a smaller file is worth merging
MERGED_ROWS = 1_000_000
KEPT_SECONDS = 24 * 3600  # a reader may still hold what was replaced
PARQUET = {"FORMAT": "parquet", "COMPRESSION": "zstd", "COMPRESSION_LEVEL": "1"}


@dataclass(frozen=True)
class Written:
    """A file that is whole: its place in the lake, its chunks, rows and digest."""

    file: str
    dataset: str
    chunk_ids: Sequence[int]
    rows: int
    digest: str


@dataclass(frozen=True)
class Fault:
    """Where the lake does not hold what the database holds, in words."""

    dataset: str
    file: str
    problem: str


@contextmanager
def alone() -> Iterator[bool]:
    """Whether we are the only one who gathers, merges or rebuilds; held until the block ends."""
    key = "records:lake"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        (held,) = cursor.fetchone()
        try:
            yield held
        finally:
            if held:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def write_file(table: Table, chunk_ids: Sequence[int], rows: pl.DataFrame) -> Written:
    """Write the facts of some chunks, META and canonical text, as one typed Parquet file."""
    return _write_columns(table, chunk_ids, lake_columns(rows, table))


def list_files(files: Sequence[Written], *, replaces: Sequence[str] = ()) -> None:
    """Put files into the manifest, in the caller's transaction.

    A file with a chunk that is listed already is left out, so that no fact counts twice. Files
    that replace others bring the chunks of those again, and are all listed or none.
    """
    for dataset in {file.dataset for file in files}:
        _lock_manifest(dataset)
    fresh = files if replaces else [file for file in files if not _is_listed(file)]
    acts = dict(
        Chunk.objects.filter(pk__in=[c for f in fresh for c in f.chunk_ids]).values_list(
            "pk", "act_id"
        )
    )
    Manifest.objects.bulk_create(
        Manifest(
            file=file.file,
            dataset=file.dataset,
            chunk_ids=list(file.chunk_ids),
            rows=file.rows,
            digest=file.digest,
            act_id=max(acts[chunk] for chunk in file.chunk_ids),
            replaces=list(replaces) if place == 0 else [],
        )
        for place, file in enumerate(fresh)
    )


def gather(table: Table) -> int:
    """Write files for the chunks of a table that no file holds. Returns how many chunks."""
    waiting = _unlisted(table.name)
    for taken in _portions(waiting):
        written = _write_columns(table, taken, facts_of_chunks(table, taken))
        with transaction.atomic():
            list_files([written])
    return len(waiting)


def compact(table: Table) -> int:
    """Merge the small files of a table. Returns how many files were replaced."""
    small = list(live(table.name).filter(rows__lt=SMALL_ROWS).order_by("pk"))
    replaced = 0
    for group in _groups(small):
        merged = _merge(table, group)
        with transaction.atomic():
            list_files([merged], replaces=[file.file for file in group])
        replaced += len(group)
    return replaced


def rebuild(table: Table) -> int:
    """Write all files of a table anew from the database. Returns how many facts.

    The old files count until all new ones are whole, then not at all.
    """
    chunks = list(Chunk.objects.filter(dataset=table.name).order_by("pk").values_list("pk", "rows"))
    files = [
        _write_columns(table, taken, facts_of_chunks(table, taken)) for taken in _portions(chunks)
    ]
    rebuilt = {chunk for chunk, _ in chunks}
    with transaction.atomic():
        _lock_manifest(table.name)
        present = live(table.name).values_list("file", "chunk_ids")
        old = [file for file, held in present if rebuilt.issuperset(held)]
        list_files(files, replaces=old)
    return sum(file.rows for file in files)


def check(table: Table) -> list[Fault]:
    """Hold every file of a table to its digest and to the facts in the database, row by row."""
    files = list(live(table.name).order_by("pk"))
    held = Counter(chain.from_iterable(file.chunk_ids for file in files))
    faults = [
        Fault(table.name, "", f"入库块 {chunk} 同时在 {times} 个湖文件中")
        for chunk, times in sorted(held.items())
        if times > 1
    ]
    for file in files:
        problem = _problem(table, file)
        if problem:
            faults.append(Fault(table.name, file.file, problem))
    return faults


def sweep(table: Table) -> int:
    """Delete files that no longer count, a day after they were replaced or left behind."""
    folder = Path(settings.LAKE) / table.name
    if not folder.is_dir():
        return 0
    listed = Manifest.objects.filter(dataset=table.name)
    counting = set(live(table.name).values_list("file", flat=True))
    heir = {old: new for new, gone in listed.values_list("file", "replaces") for old in gone}
    swept = 0
    for path in folder.iterdir():
        name = f"{table.name}/{path.name}"
        if name in counting or _age(Path(settings.LAKE) / heir.get(name, name)) < KEPT_SECONDS:
            continue
        path.unlink()
        swept += 1
    return swept


def unfiled(dataset: str) -> int:
    """How many chunks of a table wait to be gathered into a file."""
    return len(_unlisted(dataset))


def _write_columns(table: Table, chunk_ids: Sequence[int], columns: pl.DataFrame) -> Written:
    path = _fresh_path(table, chunk_ids)
    working = path.with_suffix(".writing")
    columns.write_parquet(working, compression="zstd", compression_level=1, statistics=True)
    return _finish(table, chunk_ids, working, columns.height)


def _merge(table: Table, group: Sequence[Manifest]) -> Written:
    chunks = sorted(chain.from_iterable(file.chunk_ids for file in group))
    working = _fresh_path(table, chunks).with_suffix(".writing")
    paths = [Path(settings.LAKE) / file.file for file in group]
    rows = write(read_files(open_engine(), paths), working, PARQUET)
    return _finish(table, chunks, working, rows)


def _fresh_path(table: Table, chunk_ids: Sequence[int]) -> Path:
    """A name never used before: what a reader has pinned is never written over."""
    folder = Path(settings.LAKE) / table.name
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / f"{chunk_ids[0]}-{chunk_ids[-1]}-{secrets.token_hex(4)}.parquet"


def _finish(table: Table, chunk_ids: Sequence[int], working: Path, rows: int) -> Written:
    """Bring a file to the disk; it takes its name only when it is whole."""
    with working.open("rb") as file:
        digest = _digest(working)
        os.fsync(file.fileno())
    path = working.replace(working.with_suffix(".parquet"))
    return Written(f"{table.name}/{path.name}", table.name, chunk_ids, rows, digest)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new("sm3")).hexdigest()


def _lock_manifest(dataset: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"records:manifest:{dataset}"]
        )


def _is_listed(file: Written) -> bool:
    """Whether another file brought one of its chunks first; then this one is swept away."""
    same = Manifest.objects.filter(dataset=file.dataset, chunk_ids__overlap=list(file.chunk_ids))
    return same.exists()


UNLISTED = """
    SELECT id, rows FROM records_chunk
    WHERE dataset = %(dataset)s
      AND id NOT IN (SELECT unnest(chunk_ids) FROM records_manifest WHERE dataset = %(dataset)s)
    ORDER BY id
"""


def _unlisted(dataset: str) -> list[tuple[int, int]]:
    """(chunk, rows) that no file holds."""
    with connection.cursor() as cursor:
        cursor.execute(UNLISTED, {"dataset": dataset})
        return list(cursor.fetchall())


def _portions(chunks: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    """Chunks, file by file: as many as hold `GATHERED_ROWS`, at least one."""
    taken: list[int] = []
    rows = 0
    for chunk, count in chunks:
        if taken and rows + count > GATHERED_ROWS:
            yield taken
            taken, rows = [], 0
        taken.append(chunk)
        rows += count
    if taken:
        yield taken


def _groups(files: Iterable[Manifest]) -> Iterator[list[Manifest]]:
    """Small files that become one, at least two each."""
    group: list[Manifest] = []
    for file in files:
        if sum(one.rows for one in group) + file.rows > MERGED_ROWS:
            yield group
            group = []
        group.append(file)
    if len(group) > 1:
        yield group


def _problem(table: Table, file: Manifest) -> str:
    """What is wrong with a file, as a sentence; "" when nothing is."""
    path = Path(settings.LAKE) / file.file
    if not path.is_file():
        return "文件不存在"
    if _digest(path) != file.digest:
        return "文件内容与登记的 SM3 不符"
    if pq.read_metadata(path).num_rows != file.rows:
        return f"文件行数与登记的 {file.rows} 行不符"
    there = facts_of_chunks(table, file.chunk_ids).sort("_fact")
    here = pl.read_parquet(path).sort("_fact")
    if here.height != there.height:
        return f"文件有 {here.height} 行，数据库有 {there.height} 行"
    if here.columns != there.columns:
        return "文件的列与现行数据标准不同，需要重建"
    if here.equals(there):
        return ""
    differing = (here.hash_rows() != there.hash_rows()).sum()
    return f"有 {differing} 行与数据库不同"


def _age(path: Path) -> float:
    """Seconds since a file was written; a file that is gone is older than any."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
