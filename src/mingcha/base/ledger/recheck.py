"""Hash every act and every tree node again, fast: in blocks, in C where it counts, in processes.

Knows the database by plain SQL and never Django, so that a worker process starts in a moment.
The memory used is that of one block per process, however long the ledger is.
"""

import gc
import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.types.string import ByteaBinaryLoader

from mingcha.base.ledger import tree
from mingcha.base.ledger.canonical import moment_text
from mingcha.base.ledger.hashing import HASH_BYTES, leaf_hash
from mingcha.base.ledger.rules import read_deed

BLOCK_LEVEL: Final = 14
BLOCK: Final = 1 << BLOCK_LEVEL
GROUP_LEVEL: Final = 8
GROUP: Final = 1 << GROUP_LEVEL
SPAN: Final = 8 * BLOCK  # leaves a worker takes at a time
_FETCH: Final = 2048  # rows asked for at a time: they fit the processor's cache

# What the columns say, put together as the body has it: all after the digest of the content, and
# all after the salt. Those two are the body's own.
_ACTS: Final = (
    "SELECT id, body, hash, (at AT TIME ZONE 'UTC')::text,"
    """ concat('","from":"', origin, '","prev":"', encode(prev, 'base64'),"""
    """ '","record":["', record_kind, '","', record_key, '"],"salt":"'),"""
    """ concat('","verb":"', verb, '","who":[', actor_id, ',"', organisation, '"]}')"""
    " FROM ledger_act WHERE "
)
_SEALED_ACTS: Final = _ACTS + "leaf_no >= %s AND leaf_no < %s ORDER BY leaf_no"
_OPEN_ACTS: Final = _ACTS + "leaf_no IS NULL AND id > %s ORDER BY id LIMIT %s"
_BEGIN: Final = b'{"at":"%bT%bZ","content":"'
_BEFORE_SALT: Final = len(_BEGIN % (b"2026-11-22", b"13:35:45.123456")) + 44
_SALT_LENGTH: Final = 24
_FULL_TIME: Final = len("13:35:45.123456")

Cursor: TypeAlias = psycopg.Cursor[Any]
Row: TypeAlias = tuple[int, bytes, bytes, bytes, bytes, bytes]
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


def check_parallel(work: Iterable[Span]) -> Iterator[Block]:
    """The blocks of all spans in order, checked by one process per core."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for blocks in pool.map(_check_alone, work):
            yield from blocks


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
            for row in rows:
                fault = _fault_in(cursor, row, leaf_hash(row[1]), None)
                if fault:
                    return fault
            after = rows[-1][0]
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
    gc.disable()  # nothing here makes cycles, and looking for them takes a tenth of the time
    with psycopg.connect(span.conninfo, autocommit=True) as connection:
        return list(check_span(connection, span))


def _cursor(connection: psycopg.Connection[Any]) -> Cursor:
    """A cursor that answers with all text as the bytes the database holds.

    psycopg's own, whatever kind the connection was set up to make.
    """
    cursor = psycopg.Cursor(connection)
    for name in ("text", "varchar"):
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
        for row in rows:
            digest = leaf_hash(row[1])
            if digest != row[2] or not _agrees(row):
                fault = _fault_in(cursor, row, digest, block.low + len(digests))
                if fault:
                    return digests, fault
            digests.append(digest)
        if len(rows) != high - low:
            return digests, Fault("removed", None, None, "缺少留痕")
    return digests, None


def _agrees(row: Row) -> bool:
    """Whether the columns say what the body says. Also False for text that JSON escapes."""
    _, body, _, at, middle, end = row
    return (
        body.startswith(middle, _BEFORE_SALT)
        and body.endswith(end)
        and len(body) == _BEFORE_SALT + len(middle) + _SALT_LENGTH + len(end)
        and body.startswith(_BEGIN % (at[:10], _time(at)))
    )


def _time(at: bytes) -> bytes:
    """hh:mm:ss.ffffff of a moment as PostgreSQL writes it, trailing zeros left out."""
    time = at[11:]
    if len(time) == _FULL_TIME:
        return time
    return (time if b"." in time else time + b".").ljust(_FULL_TIME, b"0")


def _fault_in(cursor: Cursor, row: Row, digest: bytes, leaf: int | None) -> Fault | None:
    if digest != row[2]:
        return Fault("altered", row[0], leaf, "正文与登记的杂凑值不符")
    why = "" if _agrees(row) else _disagreement(cursor, row)
    return Fault("altered", row[0], leaf, why) if why else None


def _disagreement(cursor: Cursor, row: Row) -> str:
    """Why body and columns do not agree, in words; "" if they do after all."""
    try:
        deed = read_deed(row[1].decode())
    except ValueError:
        return "正文不是规范格式"
    cursor.execute(
        "SELECT record_kind, record_key, verb, actor_id::text, organisation, origin,"
        " coalesce(encode(prev, 'base64'), '') FROM ledger_act WHERE id = %s",
        [row[0]],
        binary=True,
    )
    told = list(cursor.fetchone() or ())
    said = (*deed.record, deed.verb, str(deed.account), deed.organisation, deed.origin)
    is_same = told == [*(text.encode() for text in said), b64encode(deed.prev)]
    at = row[3][:10] + b"T" + _time(row[3]) + b"Z"
    return "" if is_same and at == moment_text(deed.at).encode() else "检索字段与正文不符"


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
