"""Is the ledger what it was, and are the records what their last acts say? (核验)

Each check answers with the first thing wrong and goes on with the next check. What none of them
can show without a seal kept outside is in docs/decisions/0002-seals-not-a-chain.md.
"""

import time
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import psycopg
from django.db import connection, transaction
from django.db.models.functions import Substr
from psycopg.conninfo import make_conninfo

from mingcha.base.ledger import journal, recheck, tree
from mingcha.base.ledger.canonical import digest_of, moment_text
from mingcha.base.ledger.hashing import sm3
from mingcha.base.ledger.models import Act, Seal
from mingcha.base.ledger.recheck import BLOCK, BLOCK_LEVEL, Block, Fault
from mingcha.base.ledger.rules import SealBody, origin_token, read_seal_line
from mingcha.base.ledger.services import GONE
from mingcha.base.ledger.signing import fingerprint_of, is_signed

# Streams (key, digest of the content) of every present row of a kind, keys in any order.
Checker = Callable[[], Iterable[tuple[str, bytes]]]

CAVEAT = (
    "仅证明前后一致，不能证明持钥者未重新签名：请用 --seals 提供保存在系统之外"
    "（浏览器、上级节点、纸质）的封存文件再核验一次。"
)
PARALLEL_FROM = 1 << 18  # leaves; below, starting processes takes longer than hashing
_BATCH = 5000
_DIGEST = (48, 44)  # where a body gives the digest of the content: position, length
_NO_HASH = bytes(32)
_GONE = digest_of(GONE)


@dataclass(frozen=True)
class Finding:
    """The first thing a check found wrong: altered, removed, inserted, or damaged."""

    check: str
    kind: str
    sentence: str


@dataclass
class Report:
    """What was checked and found. `seconds` and `counts` are per check."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Nothing was found."""
        return not self.findings


@dataclass(frozen=True)
class _Kind:
    label: str
    checker: Checker
    detail: Callable[[str], str] | None


_kinds: dict[str, _Kind] = {}


def register(
    kind: str, label: str, checker: Checker, detail: Callable[[str], str] | None = None
) -> None:
    """Hold the rows of a record kind to their acts: called from an app's `ready`.

    `label` is the kind's Chinese name. Every act on such a record gives the content it leaves
    behind, `services.GONE` when it deletes the row; `checker` streams what is there now. A row
    without an act, one whose digest differs and one that is missing are all found. `detail`
    says, in a sentence, what exactly differs in a record that holds many rows.
    """
    _kinds[kind] = _Kind(label, checker, detail)


def is_held(kind: str) -> bool:
    """Whether the rows of a kind are held to their acts, so that each act says the whole record."""
    return kind in _kinds


def verify_ledger(seals: Path | None = None) -> Report:
    """Check everything. `seals` is a seals file kept outside, if there is one.

    Raises nothing for what it finds; FileNotFoundError when `seals` is missing.
    """
    report = Report()
    if seals is None:
        report.notes.append(CAVEAT)
    checks: Sequence[tuple[str, Callable[[Report], Iterable[Finding]]]] = [
        ("封存", _check_seals),
        ("留痕与树", _check_acts),
        ("记录链", _check_chains),
        ("留痕内容", _check_contents),
        ("操作来源", _check_origins),
        ("日志", _check_journal),
        ("封存文件", lambda report: _check_seals_file(report, seals or journal.seals_file())),
        ("现有记录", _check_records),
    ]
    if seals is not None and not seals.exists():
        raise FileNotFoundError(seals)
    for name, check in checks:
        start = time.perf_counter()
        report.findings.extend(islice(check(report), 1))
        report.seconds[name] = round(time.perf_counter() - start, 3)
    return report


def _check_seals(report: Report) -> Iterator[Finding]:
    """Numbers, chain, columns and signatures of the seals."""
    prev, size = _NO_HASH, 0
    keys = _PublicKeys()
    report.counts["封存"] = Seal.objects.count()
    for no, seal in enumerate(Seal.objects.order_by("no").iterator(chunk_size=2000), start=1):
        if seal.no != no:
            yield Finding("封存", "removed", f"第 {no} 号封存已被删除。")
            return
        if sm3(seal.body.encode()) != bytes(seal.hash) or _said_by(seal).text() != seal.body:
            yield Finding("封存", "altered", f"第 {no} 号封存的内容被改动。")
        if bytes(seal.prev) != prev or seal.size <= size:
            yield Finding("封存", "altered", f"第 {no} 号封存没有接在上一号之后。")
        problem = keys.problem(seal.body, bytes(seal.signature), seal.key)
        if problem:
            yield Finding("封存", "altered", f"第 {no} 号封存{problem}。")
        prev, size = bytes(seal.hash), seal.size
    report.notes.extend(f"签名公钥 {name}，请与系统之外留存的比对。" for name in keys.used)


def _said_by(seal: Seal) -> SealBody:
    return SealBody(seal.no, seal.size, bytes(seal.root), seal.time, bytes(seal.prev), seal.key)


class _PublicKeys:
    """The published public keys, read once each."""

    def __init__(self) -> None:
        self.used: dict[str, bytes] = {}

    def problem(self, body: str, signature: bytes, name: str) -> str:
        """What is wrong with a signature, in words that follow the seal's name; "" if nothing."""
        if name not in self.used:
            path = journal.public_key_file(name)
            if not path.is_file() or fingerprint_of(path.read_bytes()) != name:
                return f"的签名公钥 {name} 缺失或被替换"
            self.used[name] = path.read_bytes()
        return "" if is_signed(body.encode(), signature, self.used[name]) else "的签名无效"


def _check_acts(report: Report) -> Iterator[Finding]:
    """Bodies, columns, hashes, tree nodes, roots; then the acts not sealed yet."""
    sealed = Seal.objects.order_by("no").values_list("no", "size", "root").iterator()
    seals = {size: (no, bytes(root)) for no, size, root in sealed}
    sizes = sorted(seals)
    total = sizes[-1] if sizes else 0
    report.counts["已封存留痕"] = total
    edge = _Edge()
    for block in _blocks(sizes):
        if block.fault:
            yield _act_finding(block.fault, block)
            return
        for size, parts in sorted(block.parts.items()):
            no, root = seals[size]
            if tree.fold(edge.roots() + parts) != root:
                low = max((s for s in sizes if s < size), default=0)
                where = f"第 {low} 至 {size - 1} 号叶"
                yield Finding("留痕与树", "altered", f"{where}的留痕与第 {no} 号封存的树根不符。")
                return
        if block.top is not None and not edge.add(block.top):
            yield Finding(
                "留痕与树", "altered", f"截至第 {block.high - 1} 号叶的上层树节点被改动或删除。"
            )
    extra = Act.objects.filter(leaf_no__gte=total).order_by("leaf_no").first()
    if extra is not None:
        yield Finding(
            "留痕与树", "inserted", f"{_name(extra)}编为第 {extra.leaf_no} 号叶，但没有封存包含它。"
        )
    fault = recheck.check_open(_raw_connection())
    if fault is not None:
        yield Finding("留痕与树", fault.kind, f"尚未封存的{_name_by(id=fault.act)}：{fault.why}。")


def _blocks(sizes: Sequence[int]) -> Iterator[Block]:
    raw = _raw_connection()
    conninfo = make_conninfo(**raw.info.get_parameters(), password=raw.info.password)
    work = recheck.spans(conninfo, sizes)
    # Other connections see only what is committed.
    if sizes and sizes[-1] >= PARALLEL_FROM and not connection.in_atomic_block:
        yield from recheck.check_parallel(raw, work)
        return
    for span in work:
        yield from recheck.check_span(raw, span)


def _raw_connection() -> psycopg.Connection:
    connection.ensure_connection()
    raw: psycopg.Connection = connection.connection
    return raw


class _Edge:
    """The complete blocks so far, folded as far as they go and held to the stored nodes."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, bytes]] = []
        self._count = 0

    def roots(self) -> list[bytes]:
        """Largest first."""
        return [root for _, root in self._parts]

    def add(self, top: bytes) -> bool:
        """Take in a block's root; whether the nodes this completes are stored as they should be."""
        index = self._count
        self._count += 1
        return all(
            self._stored(level, index >> above) == root
            for level, above, root in tree.grow(self._parts, BLOCK_LEVEL, top)
        )

    def _stored(self, level: int, index: int) -> bytes:
        with psycopg.Cursor(_raw_connection()) as cursor:
            found = recheck.stored_nodes(cursor, level, index, index + 1)
        return found.get((level, index), (b"", b""))[0]


def _act_finding(fault: Fault, block: Block) -> Finding:
    if fault.kind == "removed":
        present = Act.objects.filter(leaf_no__gte=block.low, leaf_no__lt=block.high)
        known = set(present.values_list("leaf_no", flat=True))
        leaf = next(leaf for leaf in range(block.low, block.low + BLOCK) if leaf not in known)
        return Finding("留痕与树", "removed", f"第 {leaf} 号叶的留痕已被删除。")
    sentence = f"第 {fault.leaf} 号叶（{_name_by(leaf_no=fault.leaf)}）：{fault.why}。"
    return Finding("留痕与树", fault.kind, sentence)


def _name_by(**wanted: int | None) -> str:
    act = Act.objects.filter(**wanted).first()
    return "留痕已不存在" if act is None else _name(act)


def _name(act: Act) -> str:
    return f"留痕 {act.pk}，记录 {_record(act.record_kind, act.record_key)}"


def _record(kind: str, key: str) -> str:
    known = _kinds.get(kind)
    return f"“{known.label}”{key}" if known else f"{kind}/{key}"


def _check_chains(report: Report) -> Iterator[Finding]:
    """Each act's `prev` is the hash of the act before it on the same record."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT id, prev, lag(hash) OVER ("
            " PARTITION BY record_kind, record_key ORDER BY id) AS before FROM ledger_act) AS linked"
            " WHERE prev IS DISTINCT FROM before ORDER BY id LIMIT 1"
        )
        found = cursor.fetchone()
    if found:
        sentence = f"{_name_by(id=found[0])}：它所接的上一操作已被删除、改动，或其间被插入了操作。"
        yield Finding("记录链", "removed", sentence)


def _check_contents(report: Report) -> Iterator[Finding]:
    """The words kept beside an act are those it testifies to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_content")
        report.counts["留痕内容"] = cursor.fetchone()[0]
    query = (
        "SELECT act, text, decode(substring(body FROM 48 FOR 44), 'base64')"
        " FROM ledger_content LEFT JOIN ledger_act ON id = act WHERE act > %s ORDER BY act LIMIT %s"
    )
    for act, text, digest in _paged(query):
        if digest is None:
            yield Finding("留痕内容", "inserted", f"留痕内容 {act} 没有对应的留痕。")
        elif sm3(text.encode()) != bytes(digest):
            yield Finding("留痕内容", "altered", f"{_name_by(id=act)}：所附内容被改动。")


def _paged(query: str) -> Iterator[tuple[int, str, bytes | None]]:
    """Rows of a query that goes on after an id; flat in memory without holding a cursor open."""
    after = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [after, _BATCH])
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < _BATCH:
            return
        after = rows[-1][0]


def _check_origins(report: Report) -> Iterator[Finding]:
    """The addresses kept beside acts are those the tokens stand for, unless destroyed by law."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT token, o.account, address, device, key FROM ledger_origin o"
            " LEFT JOIN ledger_personkey k ON k.account = o.account ORDER BY token"
        )
        for token, account, address, device, key in cursor.fetchall():
            if key is None or origin_token(bytes(key), address, device) != token:
                yield Finding("操作来源", "altered", f"账号 {account} 的操作来源 {token} 被改动。")
        cursor.execute(
            "SELECT min(a.id) FROM ledger_act a JOIN ledger_personkey k ON k.account = a.actor_id"
            " LEFT JOIN ledger_origin o ON o.token = a.origin AND o.account = a.actor_id"
            " WHERE a.origin <> '' AND o.token IS NULL"
        )
        missing = cursor.fetchone()[0]
    if missing is not None:
        yield Finding("操作来源", "removed", f"{_name_by(id=missing)}：其操作来源已被删除。")


def _check_journal(report: Report) -> Iterator[Finding]:
    """Every act in the journal is there, and every sealed act is in the journal."""
    total = report.counts["已封存留痕"]
    seen = {by_sealer: bytearray(total // 8 + 1) for by_sealer in (False, True)}
    try:
        for batch in _batched(journal.entries()):
            leaves = _leaves([hash_ for _, hash_, _ in batch])
            for act, hash_, by_sealer in batch:
                if hash_ not in leaves:
                    yield Finding(
                        "日志", "removed", f"日志中的留痕 {act}（{hash_.hex()}）已被删除或改动。"
                    )
                leaf = leaves.get(hash_)
                if leaf is not None and leaf < total:
                    seen[by_sealer][leaf >> 3] |= 1 << (leaf & 7)
    except journal.Spoilt as spoilt:
        yield Finding("日志", "altered", f"日志 {spoilt.path.name} 第 {spoilt.number} 行无法识别。")
    either = bytes(mine | its for mine, its in zip(seen[False], seen[True], strict=True))
    missing = _first_clear(either, total)
    if missing is not None:
        sentence = f"第 {missing} 号叶（{_name_by(leaf_no=missing)}）不在日志中，日志被删减。"
        yield Finding("日志", "removed", sentence)
    lone = total - sum(byte.bit_count() for byte in seen[False])
    if lone:
        first = _first_clear(bytes(seen[False]), total)
        report.notes.append(
            f"有 {lone} 条留痕未经应用登记日志，自第 {first} 号叶（{_name_by(leaf_no=first)}）起："
            "可能是应用在提交后中断，也可能是绕过应用写入，请核实。"
        )


def _batched(
    entries: Iterator[tuple[int, bytes, bool]],
) -> Iterator[list[tuple[int, bytes, bool]]]:
    while batch := list(islice(entries, _BATCH)):
        yield batch


def _leaves(hashes: list[bytes]) -> dict[bytes, int | None]:
    """hash → leaf of the acts with these hashes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash, leaf_no FROM ledger_act WHERE hash = ANY(%s)", [hashes])
        return {bytes(hash_): leaf for hash_, leaf in cursor.fetchall()}


def _first_clear(bits: bytes, total: int) -> int | None:
    """The lowest of `total` bits that is not set."""
    for at, byte in enumerate(bits):
        if byte != 0xFF:
            leaf = at * 8 + (~byte & (byte + 1)).bit_length() - 1
            return leaf if leaf < total else None
    return None


def _check_seals_file(report: Report, path: Path) -> Iterator[Finding]:
    """A seals file agrees with the seals here, and holds none that are gone."""
    if not path.exists():
        return
    keys, newest = _PublicKeys(), None
    text = path.read_text(encoding="utf-8-sig")
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    for number, line in lines:
        try:
            said, signature = read_seal_line(line)
        except ValueError:
            yield Finding("封存文件", "altered", f"封存文件第 {number} 行无法识别。")
            continue
        problem = keys.problem(said.text(), signature, said.key)
        here = Seal.objects.filter(no=said.no).values_list("body", flat=True).first()
        if problem:
            yield Finding("封存文件", "altered", f"封存文件中的第 {said.no} 号封存{problem}。")
        elif here is None:
            sentence = f"封存文件中的第 {said.no} 号封存（{moment_text(said.time)}）已被删除。"
            yield Finding("封存文件", "removed", sentence)
        elif here != said.text():
            sentence = f"第 {said.no} 号封存与封存文件不同：其中的留痕被改动后重新签名。"
            yield Finding("封存文件", "altered", sentence)
        newest = said if newest is None or said.no > newest.no else newest
    report.counts["封存文件"] = len(lines)
    if path != journal.seals_file():
        _note_reach(report, newest)


def _note_reach(report: Report, newest: SealBody | None) -> None:
    """Say how far a seals file reaches: what was sealed later it says nothing of."""
    last = Seal.objects.last()
    if last is None or (newest is not None and newest.no >= last.no):
        return
    if newest is None:
        report.notes.append("封存文件是空的，不能证明什么。")
        return
    report.notes.append(
        f"封存文件只到第 {newest.no} 号封存（{moment_text(newest.time)}，前 {newest.size} 条留痕）；"
        f"其后的 {last.size - newest.size} 条只证明前后一致。"
    )


def _check_records(report: Report) -> Iterator[Finding]:
    """Every ledgered row is what its last act left, and every row that should be there is."""
    with _one_moment():
        for kind, known in sorted(_kinds.items()):
            yield from _check_kind(report, kind, known)
    others = Act.objects.exclude(record_kind__in=_kinds).values_list("record_kind", flat=True)
    names = "、".join(sorted(set(others.distinct())))
    if names:
        report.notes.append(f"以下种类只有留痕、没有需要比对的现有记录：{names}。")


@contextmanager
def _one_moment() -> Iterator[None]:
    """Acts and rows as of one moment, so that work going on meanwhile is no finding."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _check_kind(report: Report, kind: str, known: _Kind) -> Iterator[Finding]:
    rows = 0
    present = iter(known.checker())
    while batch := dict(islice(present, _BATCH)):
        said = dict(_last(kind, list(batch)))
        for key, digest in batch.items():
            if said.get(key, _GONE) == _GONE:
                sentence = f"记录 {_record(kind, key)} 没有留痕，是绕过应用写入的。"
                yield Finding("现有记录", "inserted", sentence)
            elif said[key] != digest:
                more = known.detail(key) if known.detail else ""
                sentence = f"记录 {_record(kind, key)} 与其最后一次留痕不符，被改动过。{more}"
                yield Finding("现有记录", "altered", sentence)
        rows += len(batch)
    report.counts[known.label] = rows
    if rows != sum(digest != _GONE for _, digest in _last(kind)):
        left = {key for key, _ in known.checker()}
        keys = (key for key, digest in _last(kind) if digest != _GONE and key not in left)
        sentence = f"记录 {_record(kind, next(keys, ''))} 已被删除，留痕仍在。"
        yield Finding("现有记录", "removed", sentence)


def _last(kind: str, keys: list[str] | None = None) -> Iterator[tuple[str, bytes]]:
    """(key, digest) of the last act on each record of a kind, or on those named."""
    acts = Act.objects.filter(record_kind=kind)
    if keys is not None:
        acts = acts.filter(record_key__in=keys)
    last = acts.order_by("record_key", "-id").distinct("record_key")
    digests = last.annotate(digest=Substr("body", *_DIGEST)).values_list("record_key", "digest")
    for key, digest in digests.iterator(chunk_size=_BATCH):
        yield key, b64decode(digest)
