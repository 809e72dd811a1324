"""Hash every act and every tree node again, fast: in blocks, in C where it counts, in processes.

Knows the database by plain SQL and never Django, so that a worker process starts in a moment.
The memory used is that of one block per process, however long the ledger is.
"""

import gc
import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import repeat
from multiprocessing import get_context
from operator import add, eq
from struct import unpack
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.types.string import ByteaBinaryLoader

from mingcha.base.ledger import tree
from mingcha.base.ledger.hashing import HASH_BYTES, leaf_hash
from mingcha.base.ledger.rules import read_deed

BLOCK_LEVEL: Final = 14
BLOCK: Final = 1 << BLOCK_LEVEL
GROUP_LEVEL: Final = 8
GROUP: Final = 1 << GROUP_LEVEL
SPAN: Final = 2 * BLOCK  # leaves a process takes at a time
_FETCH: Final = 2048  # rows asked for at a time: they fit the processor's cache

# What the columns say, put together as the body has it: all after the digest of the content, and
# all after the salt. Those two are the body's own.
_ACTS: Final = (
    "SELECT body, hash, at,"
    """ '","from":"' || origin || '","prev":"' || coalesce(encode(prev, 'base64'), '')"""
    """ || '","record":["' || record_kind || '","' || record_key || '"],"salt":"',"""
    """ '","verb":"' || verb || '","who":[' || actor_id || ',"' || organisation || '"]}', id"""
    " FROM ledger_act WHERE "
)
_SEALED_ACTS: Final = _ACTS + "leaf_no >= %s AND leaf_no < %s ORDER BY leaf_no"
_OPEN_ACTS: Final = _ACTS + "leaf_no IS NULL AND id > %s ORDER BY id LIMIT %s"
_BEGIN: Final = b'{"at":"%b.%06dZ","content":"'
_BEGIN_LENGTH: Final = len(_BEGIN % (b"2026-11-22T13:35:45", 123456))
_BEFORE_SALT: Final = _BEGIN_LENGTH + 44
_AROUND: Final = _BEFORE_SALT + 24  # a body without what its columns say
_MILLION: Final = 1_000_000
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL counts microseconds from here

Cursor: TypeAlias = psycopg.Cursor[Any]
Row: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes, int]
Nodes: TypeAlias = Mapping[tuple[int, int], tuple[bytes, bytes]]


@dataclass(frozen=True)
class Fault:
    """The first thing wrong in a stretch: what kind, which act (id, leaf if any), why in words."""

    kind: str
    act: int | None
    leaf: int | None
    why: str


@dataclass
class Block:
    """What a block of leaves came to: its complete top, and its parts at each seal's size."""

    low: int
    high: int
    top: bytes | None = None
    parts: dict[int, list[bytes]] = field(default_factory=dict)
    fault: Fault | None = None


@dataclass(frozen=True)
class Span:
    """Leaves low…high−1 (low a multiple of BLOCK) and the sizes of the seals that end in them."""

    conninfo: str
    low: int
    high: int
    sizes: tuple[int, ...]


def spans(conninfo: str, sizes: Sequence[int]) -> Iterator[Span]:
    """The whole ledger, cut for workers. `sizes` of its seals ascend; the last is all of it."""
    at, total = 0, sizes[-1] if sizes else 0
    for low in range(0, total, SPAN):
        high = min(low + SPAN, total)
        start = at
        while at < len(sizes) and sizes[at] <= high:
            at += 1
        yield Span(conninfo, low, high, tuple(sizes[start:at]))


def check_parallel(connection: psycopg.Connection[Any], work: Iterable[Span]) -> Iterator[Block]:
    """The blocks of all spans in order, checked by one process per core, this one included.

    This one begins at the end, at once; the others, which take a moment to start, at the front.
    """
    helpers = max(1, (os.cpu_count() or 1) - 1)
    pool = ProcessPoolExecutor(helpers, mp_context=get_context("spawn"))
    try:
        waiting = [(span, pool.submit(_check_alone, span)) for span in work]
        own: list[list[Block]] = []
        while waiting and waiting[-1][1].cancel():
            span, _ = waiting.pop()
            with _without_collector():
                own.append(list(check_span(connection, span)))
        for _, future in waiting:
            yield from future.result()
        for blocks in reversed(own):
            yield from blocks
    finally:
        pool.shutdown(cancel_futures=True)


def check_span(connection: psycopg.Connection[Any], span: Span) -> Iterator[Block]:
    """The blocks of a span in order; stops after the first with a fault."""
    with _cursor(connection) as cursor:
        stored = _stored_in(cursor, span)
        for low in range(span.low, span.high, BLOCK):
            block = Block(low, min(low + BLOCK, span.high))
            _check_block(cursor, block, span.sizes, stored)
            yield block
            if block.fault:
                return


def check_open(connection: psycopg.Connection[Any]) -> Fault | None:
    """The first fault among the acts not sealed yet."""
    after = -1
    with _cursor(connection) as cursor:
        while rows := _fetch(cursor, _OPEN_ACTS, after, _FETCH):
            _, fault = _check_rows(cursor, rows, None)
            if fault:
                return fault
            after = rows[-1][-1]
    return None


def stored_nodes(cursor: Cursor, level: int, low: int, high: int) -> Nodes:
    """(level, index) → (hash, leaves) of the nodes of `level` with low ≤ index < high."""
    cursor.execute(
        "SELECT index, hash, leaves FROM ledger_node"
        " WHERE level = %s AND index >= %s AND index < %s",
        [level, low, high],
        binary=True,
    )
    return {(level, index): (hash_, leaves) for index, hash_, leaves in cursor.fetchall()}


def _check_alone(span: Span) -> list[Block]:
    with _without_collector():
        return list(check_span(_connection(span.conninfo), span))


@lru_cache(maxsize=1)
def _connection(conninfo: str) -> psycopg.Connection[Any]:
    """A helper's connection, for as long as it lives: entering costs as much as a thousand acts."""
    return psycopg.connect(conninfo, autocommit=True)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing here makes cycles, and looking for them takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _cursor(connection: psycopg.Connection[Any]) -> Cursor:
    """A cursor that answers with texts and moments as the bytes the database holds.

    psycopg's own, whatever kind the connection was set up to make.
    """
    cursor = psycopg.Cursor(connection)
    for name in ("text", "varchar", "timestamptz"):
        cursor.adapters.register_loader(name, ByteaBinaryLoader)
    return cursor


def _fetch(cursor: Cursor, query: str, *values: int) -> list[Row]:
    return cursor.execute(query, values, binary=True).fetchall()


def _check_block(cursor: Cursor, block: Block, sizes: Sequence[int], stored: Nodes) -> None:
    leaves, block.fault = _check_acts(cursor, block)
    rising = tree.levels(leaves)
    block.fault = block.fault or _leaf_fault(block, leaves, stored)
    block.fault = block.fault or _node_fault(block, rising, stored)
    if len(leaves) == BLOCK:
        block.top = rising[BLOCK_LEVEL][0]
    for size in sizes:
        if block.low < size <= block.low + len(leaves):
            cuts = tree.cuts(size - block.low)
            block.parts[size] = [rising[level][index] for level, index in cuts]


def _check_acts(cursor: Cursor, block: Block) -> tuple[list[bytes], Fault | None]:
    """The leaf hashes of a block's acts up to the first fault."""
    digests: list[bytes] = []
    for low in range(block.low, block.high, _FETCH):
        high = min(low + _FETCH, block.high)
        rows = _fetch(cursor, _SEALED_ACTS, low, high)
        found, fault = _check_rows(cursor, rows, low)
        digests += found
        if fault:
            return digests, fault
        if len(rows) != high - low:
            return digests, Fault("removed", None, None, "缺少留痕")
    return digests, None


def _check_rows(
    cursor: Cursor, rows: Sequence[Row], leaf: int | None
) -> tuple[list[bytes], Fault | None]:
    """The hashes of some acts up to the first fault; `leaf` is the first one's, if they have any.

    All rows at once, in C; only when they are not as they should be, or JSON had to escape
    something, one by one.
    """
    if not rows:
        return [], None
    bodies, hashes, times, middles, ends, _ = zip(*rows, strict=True)
    digests = list(map(leaf_hash, bodies))
    if tuple(digests) == hashes and _agree(bodies, times, middles, ends):
        return digests, None
    for at, (row, digest) in enumerate(zip(rows, digests, strict=True)):
        fault = _fault_in(cursor, row, digest, None if leaf is None else leaf + at)
        if fault:
            return digests[:at], fault
    return digests, None


def _agree(
    bodies: Sequence[bytes], times: Sequence[bytes], middles: Sequence[bytes], ends: Sequence[bytes]
) -> bool:
    """Whether the columns say what the bodies say. Also False for text that JSON escapes."""
    around = map(add, map(len, middles), map(len, ends))
    lengths = map(add, around, repeat(_AROUND))
    return (
        all(map(eq, map(len, bodies), lengths))
        and all(map(bytes.startswith, bodies, middles, repeat(_BEFORE_SALT)))
        and all(map(bytes.endswith, bodies, ends))
        and all(
            map(bytes.startswith, bodies, map(_begin, unpack(f">{len(times)}q", b"".join(times))))
        )
    )


def _begin(moment: int) -> bytes:
    """How the body of an act of that moment (microseconds since 2000) begins."""
    second, rest = divmod(moment, _MILLION)
    return _BEGIN % (_second(second), rest)


@lru_cache(maxsize=4096)
def _second(second: int) -> bytes:
    """YYYY-MM-DDThh:mm:ss of a second since 2000, in UTC."""
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S").encode()


def _fault_in(cursor: Cursor, row: Row, digest: bytes, leaf: int | None) -> Fault | None:
    number = row[-1]
    if digest != row[1]:
        return Fault("altered", number, leaf, "正文与登记的杂凑值不符")
    agrees = _agree(*([column] for column in (row[0], row[2], row[3], row[4])))
    why = "" if agrees else _disagreement(cursor, row)
    return Fault("altered", number, leaf, why) if why else None


def _disagreement(cursor: Cursor, row: Row) -> str:
    """Why body and columns do not agree, in words; "" if they do after all."""
    try:
        deed = read_deed(row[0].decode())
    except ValueError:
        return "正文不是规范格式"
    cursor.execute(
        "SELECT record_kind, record_key, verb, actor_id::text, organisation, origin,"
        " coalesce(encode(prev, 'base64'), '') FROM ledger_act WHERE id = %s",
        [row[-1]],
        binary=True,
    )
    told = list(cursor.fetchone() or ())
    said = (*deed.record, deed.verb, str(deed.account), deed.organisation, deed.origin)
    is_same = told == [*(text.encode() for text in said), b64encode(deed.prev)]
    at = _begin(*unpack(">q", row[2]))
    return "" if is_same and row[0].startswith(at) else "检索字段与正文不符"


def _leaf_fault(block: Block, leaves: list[bytes], stored: Nodes) -> Fault | None:
    """The first leaf that is not the one the tree was built from."""
    for low in range(0, len(leaves) // GROUP * GROUP, GROUP):
        packed = stored.get((GROUP_LEVEL, block.low + low >> GROUP_LEVEL), (b"", b""))[1]
        if packed == b"".join(leaves[low : low + GROUP]):
            continue
        why = "与封存时的叶不符" if packed else "封存时的叶已被删除"
        at = next(
            at
            for at in range(GROUP)
            if packed[at * HASH_BYTES : (at + 1) * HASH_BYTES] != leaves[low + at]
        )
        return Fault("altered", None, block.low + low + at, why)
    return None


def _node_fault(block: Block, rising: list[list[bytes]], stored: Nodes) -> Fault | None:
    for level in range(GROUP_LEVEL, len(rising)):
        first = block.low >> level
        for index, root in enumerate(rising[level]):
            if stored.get((level, first + index), (b"", b""))[0] != root:
                leaf = first + index << level
                return Fault("altered", None, leaf, f"其上第 {level} 层的树节点被改动或删除")
    return None


def _stored_in(cursor: Cursor, span: Span) -> Nodes:
    found: dict[tuple[int, int], tuple[bytes, bytes]] = {}
    for level in range(GROUP_LEVEL, BLOCK_LEVEL + 1):
        found |= stored_nodes(cursor, level, span.low >> level, span.high >> level)
    return found
