"""The sealer: numbers open acts, extends the tree, signs its root, publishes the seal."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from mingcha.base.days import utc_now
from mingcha.base.ledger import journal, tree
from mingcha.base.ledger.hashing import HASH_BYTES, sm3
from mingcha.base.ledger.models import Act, Node, Seal
from mingcha.base.ledger.rules import SealBody, read_seal_line, seal_line
from mingcha.base.ledger.signing import FileSigner, Signer

logger = logging.getLogger("mingcha.ledger")

GROUP_LEVEL: Final = 8  # nodes are stored from this level on
GROUP: Final = 1 << GROUP_LEVEL
ACTS_PER_SEAL: Final = 100_000  # bounds the memory and the time of one transaction
_LOCK: Final = 7_301_100  # advisory: one sealer at a time
_NO_HASH: Final = bytes(HASH_BYTES)


def file_signer() -> Signer:
    """The key of this node, made on first use under settings.KEYS."""
    return FileSigner(Path(settings.KEYS) / "sealer.pem")


def seal_once(signer: Signer) -> Seal | None:
    """Seal what is committed and open, at most `ACTS_PER_SEAL` acts; None if there is nothing.

    Numbers, nodes and seal are one transaction: a sealer that dies leaves nothing behind. An
    act committed later than others of its time simply comes with a later seal. Then publishes,
    beginning with whatever an earlier sealer could not.
    """
    publish(signer.public_pem, signer.fingerprint)
    with transaction.atomic():
        _wait_for_turn()
        last = Seal.objects.last()
        opened = _open_acts()
        seal = _seal(opened, last, signer) if opened else None
    if seal is not None:
        publish(signer.public_pem, signer.fingerprint)
        logger.info("acts_sealed", extra={"facts": {"seal": seal.no, "acts": len(opened)}})
    return seal


def publish(public_pem: bytes, fingerprint: str) -> int:
    """Append every seal that the seals file lacks, after the journal lines of its acts.

    Returns how many. Under the sealer's lock, so that two never write the same seal.
    """
    with transaction.atomic():
        _wait_for_turn()
        key_file = journal.public_key_file(fingerprint)
        if not key_file.exists():
            journal.append_text(key_file, public_pem.decode(), to_disk=True)
        done = _last_published()
        fresh = list(Seal.objects.filter(no__gt=done.no if done else 0))
        low = done.size if done else 0
        for seal in fresh:
            acts = Act.objects.filter(leaf_no__gte=low, leaf_no__lt=seal.size).order_by("leaf_no")
            rows = acts.values_list("at", "id", "hash", "leaf_no").iterator(chunk_size=10_000)
            journal.append(
                journal.Entry(at, pk, bytes(hash_), leaf) for at, pk, hash_, leaf in rows
            )
            line = seal_line(seal.body, bytes(seal.signature)) + "\n"
            journal.append_text(journal.seals_file(), line, to_disk=True)
            low = seal.size
    return len(fresh)


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _open_acts() -> list[tuple[int, bytes]]:
    """The acts to number, in legal order: (time, id)."""
    waiting = Act.objects.filter(leaf_no__isnull=True).order_by("at", "id")
    rows = waiting.values_list("id", "hash")[:ACTS_PER_SEAL]
    return [(pk, bytes(hash_)) for pk, hash_ in rows]


def _seal(opened: Sequence[tuple[int, bytes]], last: Seal | None, signer: Signer) -> Seal:
    start = last.size if last else 0
    _number([pk for pk, _ in opened], start)
    edge = _Edge(start)
    Node.objects.bulk_create(edge.add(hash_ for _, hash_ in opened), batch_size=2000)
    body = SealBody(
        no=last.no + 1 if last else 1,
        size=start + len(opened),
        root=edge.root(),
        time=_after(last.time if last else None),
        prev=bytes(last.hash) if last else _NO_HASH,
        key=signer.fingerprint,
    )
    text = body.text()
    return Seal.objects.create(
        no=body.no,
        size=body.size,
        root=body.root,
        time=body.time,
        prev=body.prev,
        key=body.key,
        body=text,
        hash=sm3(text.encode()),
        signature=signer.sign(text.encode()),
    )


def _number(ids: list[int], start: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_act SET leaf_no = %s + nth - 1"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS opened(act, nth)"
            " WHERE id = act AND leaf_no IS NULL",
            [start, ids],
        )
        if cursor.rowcount != len(ids):
            raise RuntimeError(f"{len(ids)} acts to number, {cursor.rowcount} numbered")


def _after(last: datetime | None) -> datetime:
    """Now, but later than the last seal even if the clock was set back: times of seals ascend."""
    now = utc_now()
    return now if last is None else max(now, last + timedelta(microseconds=1))


class _Edge:
    """The right edge of the tree: its complete groups as stored, and the leaves after them."""

    def __init__(self, size: int) -> None:
        self._index = size >> GROUP_LEVEL
        self._parts = [
            (level + GROUP_LEVEL, bytes(Node.objects.get(pk=(level + GROUP_LEVEL, index)).hash))
            for level, index in tree.cuts(self._index)
        ]
        loose = Act.objects.filter(leaf_no__gte=self._index << GROUP_LEVEL, leaf_no__lt=size)
        self._leaves = [bytes(h) for h in loose.order_by("leaf_no").values_list("hash", flat=True)]

    def add(self, hashes: Iterable[bytes]) -> list[Node]:
        """Append leaves; the nodes this completes."""
        self._leaves.extend(hashes)
        nodes: list[Node] = []
        full = len(self._leaves) // GROUP * GROUP
        for low in range(0, full, GROUP):
            nodes += self._add_group(self._leaves[low : low + GROUP])
        del self._leaves[:full]
        return nodes

    def root(self) -> bytes:
        """The root over everything."""
        rising = tree.levels(self._leaves)
        loose = [rising[level][index] for level, index in tree.cuts(len(self._leaves))]
        return tree.fold([root for _, root in self._parts] + loose)

    def _add_group(self, leaves: list[bytes]) -> list[Node]:
        root = tree.root_of(leaves)
        index = self._index
        nodes = [Node(level=GROUP_LEVEL, index=index, hash=root, leaves=b"".join(leaves))]
        for level, above, made in tree.grow(self._parts, GROUP_LEVEL, root):
            nodes.append(Node(level=level, index=index >> above, hash=made))
        self._index += 1
        return nodes


def _last_published() -> SealBody | None:
    """The last seal in the seals file. A torn last line is taken away first."""
    path = journal.seals_file()
    if not path.exists():
        return None
    with path.open("rb+") as file:
        text = file.read()
        whole = text.rfind(b"\n") + 1
        file.truncate(whole)
    lines = text[:whole].splitlines()
    return read_seal_line(lines[-1].decode())[0] if lines else None
