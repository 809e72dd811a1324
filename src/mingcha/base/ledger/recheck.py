"""Hash every act and every tree node again, fast: in blocks, in C where it counts, in processes.

Knows the database by plain SQL and never Django, so that a worker process starts in a moment.
The memory used is that of one block per process, however long the ledger is.
"""

import os
import re
from base64 import b64encode
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from typing import Final

import psycopg
from psycopg import sql

from mingcha.base.ledger import tree
from mingcha.base.ledger.canonical import moment_text
from mingcha.base.ledger.hashing import HASH_BYTES, leaf_hash
from mingcha.base.ledger.rules import read_deed

BLOCK_LEVEL: Final = 14
BLOCK: Final = 1 << BLOCK_LEVEL
GROUP_LEVEL: Final = 8
GROUP: Final = 1 << GROUP_LEVEL
SPAN: Final = 8 * BLOCK  # leaves a worker takes at a time

_ACTS: Final = (
    "COPY (SELECT body, id, at, record_kind, record_key, verb, actor_id, organisation, origin,"
    " coalesce(encode(prev, 'base64'), ''), encode(hash, 'hex') FROM ledger_act WHERE "
)
_SPAN_ACTS: Final = sql.SQL(_ACTS + "leaf_no >= {} AND leaf_no < {} ORDER BY leaf_no) TO STDOUT")
_OPEN_ACTS: Final = sql.SQL(_ACTS + "leaf_no IS NULL ORDER BY at, id) TO STDOUT").format()
# The body as the columns would have it; the digest of the content and the salt are its own.
_SHAPE: Final = (
    b'{"at":"%bT%bZ","content":"%b","from":"%b","prev":"%b","record":["%b","%b"],'
    b'"salt":"%b","verb":"%b","who":[%b,"%b"]}'
)
_CONTENT: Final = slice(47, 91)
_SALT_AT: Final = (
    len('{"at":"2026-11-22T13:35:45.123456Z","content":"')
    + 44
    + len('","from":"","prev":"","record":["",""],"salt":"')
)
_SALT_LENGTH: Final = 24
_FULL_TIME: Final = len("13:35:45.123456")
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPES: Final = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


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


def check_span(connection: psycopg.Connection, span: Span) -> list[Block]:
    """The blocks of a span in order, up to the first with a fault.

    A list, because the connection answers nobody else before the COPY is through.
    """
    blocks = []
    with connection.cursor() as cursor:
        stored = _stored_nodes(cursor, span)
        lines = _lines(cursor, _SPAN_ACTS.format(span.low, span.high))
        for low in range(span.low, span.high, BLOCK):
            block = Block(low, min(low + BLOCK, span.high))
            _check_block(block, islice(lines, BLOCK), span.sizes, stored)
            blocks.append(block)
            if block.fault:
                break
        deque(lines, maxlen=0)  # leaving a COPY halfway would cost the transaction
    return blocks


def check_open(connection: psycopg.Connection) -> Fault | None:
    """The first fault among the acts not sealed yet."""
    with connection.cursor() as cursor:
        lines = _lines(cursor, _OPEN_ACTS)
        _, fault = _check_acts(lines, None)
        deque(lines, maxlen=0)
    return fault


def stored_nodes(
    cursor: psycopg.Cursor, level: int, low: int, high: int
) -> dict[tuple[int, int], tuple[bytes, bytes]]:
    """(level, index) → (hash, leaves) of the nodes of `level` with low ≤ index < high."""
    cursor.execute(
        "SELECT index, hash, leaves FROM ledger_node"
        " WHERE level = %s AND index >= %s AND index < %s",
        [level, low, high],
    )
    return {
        (level, index): (bytes(hash_), bytes(leaves)) for index, hash_, leaves in cursor.fetchall()
    }


def _check_alone(span: Span) -> list[Block]:
    with psycopg.connect(span.conninfo, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return check_span(connection, span)


def _lines(cursor: psycopg.Cursor, query: sql.Composed) -> Iterator[list[bytes]]:
    with cursor.copy(query) as copy:
        for data in copy:
            line = bytes(data)[:-1]
            fields = line.split(b"\t")
            yield [_unescaped(text) for text in fields] if b"\\" in line else fields


def _check_acts(lines: Iterable[list[bytes]], low: int | None) -> tuple[list[bytes], Fault | None]:
    """The leaf hashes of acts up to the first fault; `low` is the leaf of the first line."""
    digests: list[bytes] = []
    for fields in lines:
        digest = leaf_hash(fields[0])
        if fields[-1] != digest.hex().encode() or not _agrees(fields):
            leaf = None if low is None else low + len(digests)
            return digests, _fault_of(fields, leaf, digest)
        digests.append(digest)
    return digests, None


def _agrees(fields: list[bytes]) -> bool:
    """Whether the columns say what the body says; quick for all but text that JSON escapes."""
    body, _, at, kind, key, verb, account, organisation, origin, prev, _ = fields
    salt = _SALT_AT + len(origin) + len(prev) + len(kind) + len(key)
    expected = _SHAPE % (
        at[:10],
        _time(at),
        body[_CONTENT],
        origin,
        prev,
        kind,
        key,
        body[salt : salt + _SALT_LENGTH],
        verb,
        account,
        organisation,
    )
    return body == expected or not _disagreement(fields)


def _time(at: bytes) -> bytes:
    """hh:mm:ss.ffffff of a moment as PostgreSQL writes it in UTC, trailing zeros left out."""
    time = at[11:-3]
    if len(time) == _FULL_TIME:
        return time
    return (time if b"." in time else time + b".").ljust(_FULL_TIME, b"0")


def _disagreement(fields: list[bytes]) -> str:
    """Why body and columns do not agree, in words; "" if they do."""
    body, _, at, kind, key, verb, account, organisation, origin, prev, _ = fields
    try:
        deed = read_deed(body.decode())
    except ValueError:
        return "正文不是规范格式"
    said = (
        moment_text(deed.at),
        *deed.record,
        deed.verb,
        str(deed.account),
        deed.organisation,
        deed.origin,
        b64encode(deed.prev),
    )
    moment = at[:10] + b"T" + _time(at) + b"Z"
    texts = (moment, kind, key, verb, account, organisation, origin)
    return "" if said == (*(text.decode() for text in texts), prev) else "检索字段与正文不符"


def _fault_of(fields: list[bytes], leaf: int | None, digest: bytes) -> Fault:
    is_hash_right = fields[-1] == digest.hex().encode()
    why = _disagreement(fields) if is_hash_right else "正文与登记的杂凑值不符"
    return Fault("altered", int(fields[1]), leaf, why)


def _check_block(
    block: Block,
    lines: Iterable[list[bytes]],
    sizes: Sequence[int],
    stored: dict[tuple[int, int], tuple[bytes, bytes]],
) -> None:
    leaves, block.fault = _check_acts(lines, block.low)
    block.fault = block.fault or _missing(block, leaves) or _leaf_fault(block, leaves, stored)
    rising = tree.levels(leaves)
    block.fault = block.fault or _node_fault(block, rising, stored)
    if len(leaves) == BLOCK:
        block.top = rising[BLOCK_LEVEL][0]
    for size in sizes:
        if block.low < size <= block.low + len(leaves):
            cuts = tree.cuts(size - block.low)
            block.parts[size] = [rising[level][index] for level, index in cuts]


def _missing(block: Block, leaves: list[bytes]) -> Fault | None:
    if len(leaves) == block.high - block.low:
        return None
    return Fault("removed", None, None, "缺少留痕")


def _leaf_fault(
    block: Block, leaves: list[bytes], stored: dict[tuple[int, int], tuple[bytes, bytes]]
) -> Fault | None:
    """The first leaf that is not the one the tree was built from."""
    for low in range(0, len(leaves) // GROUP * GROUP, GROUP):
        packed = stored.get((GROUP_LEVEL, block.low + low >> GROUP_LEVEL), (b"", b""))[1]
        if packed != b"".join(leaves[low : low + GROUP]):
            for at in range(GROUP):
                if packed[at * HASH_BYTES : (at + 1) * HASH_BYTES] != leaves[low + at]:
                    why = "与封存时的叶不符" if packed else "封存时的叶已被删除"
                    return Fault("altered", None, block.low + low + at, why)
    return None


def _node_fault(
    block: Block,
    rising: list[list[bytes]],
    stored: dict[tuple[int, int], tuple[bytes, bytes]],
) -> Fault | None:
    for level in range(GROUP_LEVEL, len(rising)):
        first = block.low >> level
        for index, root in enumerate(rising[level]):
            if stored.get((level, first + index), (b"", b""))[0] != root:
                leaf = first + index << level
                return Fault("altered", None, leaf, f"其上第 {level} 层的树节点被改动或删除")
    return None


def _stored_nodes(cursor: psycopg.Cursor, span: Span) -> dict[tuple[int, int], tuple[bytes, bytes]]:
    found: dict[tuple[int, int], tuple[bytes, bytes]] = {}
    for level in range(GROUP_LEVEL, BLOCK_LEVEL + 1):
        found |= stored_nodes(cursor, level, span.low >> level, span.high >> level)
    return found


def _unescaped(text: bytes) -> bytes:
    """A field as it was before COPY escaped it."""
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)
