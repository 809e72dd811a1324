"""What a writing of ties holds, for its act and for `mingcha verify` (docs/decisions/0011)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.ledger.hashing import sm3
from mingcha.domains.records.models import Writing

RECORD: Final = "ties"

# One line per row; a line never holds a line feed that is not part of a JSON text or a reason's.
_FIELDS = {
    "written": "t.id, t.subject_id, coalesce(t.fact_id, 0), t.party_id, t.how, t.weight,"
    " t.is_doubtful, t.rank, coalesce(t.decision_id, 0), t.reasons::text,"
    " extract(epoch from t.since)::text",
    "closed": "t.id, extract(epoch from t.until)::text",
    "decisions": "t.id, t.kind, coalesce(t.subject_id, 0), coalesce(t.party_id, 0),"
    " coalesce(t.other_id, 0), coalesce(t.undoes_id, 0), coalesce(t.case_id, 0), t.by_id, t.unit_id,"
    " extract(epoch from t.at)::text, t.reason,"
    " (SELECT coalesce(string_agg(concat_ws('/', p.id, p.subject_id, p.party_id,"
    "   coalesce(p.provider_id, 0), p.dataset, p.source_key, p.says), ';' ORDER BY p.id), '')"
    "  FROM records_pin p WHERE p.decision_id = t.id),"
    " (SELECT coalesce(string_agg(concat_ws('/', b.id, b.subject_id, b.party_id), ';' ORDER BY b.id),"
    "   '') FROM records_bar b WHERE b.decision_id = t.id),"
    " (SELECT coalesce(string_agg(concat_ws('/', j.id, j.loser_id, j.winner_id), ';' ORDER BY j.id),"
    "   '') FROM records_join j WHERE j.decision_id = t.id)",
}
_FROM = {
    "written": ("records_tie", "writing_id"),
    "closed": ("records_tie", "closed_by_id"),
    "decisions": ("records_decision", "writing_id"),
}


def _lines(part: str, where: str = "") -> str:
    """(writing, number of rows, their lines in one text) per writing."""
    table, key = _FROM[part]
    lines = f"string_agg(concat_ws(chr(31), {_FIELDS[part]}), chr(10) ORDER BY t.id)"
    parts = (
        "SELECT", f"t.{key}, count(*), {lines}", "FROM", table, "t WHERE", f"t.{key} IS NOT NULL",
        where, f"GROUP BY t.{key} ORDER BY t.{key}",
    )  # fmt: skip
    return " ".join(parts)


@dataclass
class Held:
    """What one writing holds: for each part how many rows, and the digest of their lines."""

    counts: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def written(self) -> int:
        """Ties written."""
        return self.counts.get("written", 0)

    @property
    def closed(self) -> int:
        """Ties ended."""
        return self.counts.get("closed", 0)

    def take(self, part: str, count: int, lines: str) -> None:
        """Add a part."""
        self.counts[part] = count
        self.digests[part] = sm3(lines.encode()).hex()

    def as_content(self) -> Mapping[str, Json]:
        """What the act says."""
        return {
            part: {"rows": count, "digest": self.digests[part]}
            for part, count in sorted(self.counts.items())
        }


def content_of(number: int) -> Held | None:
    """What a writing holds now; None when nothing. One query per part."""
    held = Held()
    with connection.cursor() as cursor:
        for part, (_, key) in _FROM.items():
            cursor.execute(_lines(part, f"AND t.{key} = %s"), [number])
            for _, count, lines in cursor.fetchall():
                held.take(part, count, lines)
    return held if held.counts else None


def tie_digests() -> Iterator[tuple[str, bytes]]:
    """(number, digest of what it holds now) of every writing, for `verify`, those without a row last."""
    parts = {part: _Stream(part) for part in _FROM}
    known = set()
    for number in Writing.objects.order_by("pk").values_list("pk", flat=True).iterator(2000):
        held = Held()
        for part, stream in parts.items():
            found = stream.at(number)
            if found is not None:
                held.take(part, *found)
        known.add(number)
        yield str(number), digest_of(held.as_content())
    strays = {number for stream in parts.values() for number in stream.passed}
    for number in sorted(strays - known):
        yield str(number), sm3(b"")


class _Stream:
    """The writings of one part in order, read side by side with the others."""

    def __init__(self, part: str) -> None:
        self._cursor = connection.chunked_cursor()
        self._cursor.execute(_lines(part))
        self.passed: set[int] = set()
        self._next()

    def at(self, number: int) -> tuple[int, str] | None:
        """The rows of a writing; numbers below it that are asked for no more are remembered."""
        while self._row is not None and self._row[0] < number:
            self._next()
        if self._row is None or self._row[0] != number:
            return None
        found = (self._row[1], self._row[2])
        self._next()
        return found

    def _next(self) -> None:
        self._row = self._cursor.fetchone()
        if self._row is not None:
            self.passed.add(self._row[0])


def first_altered_tie(number: str) -> str:
    """What no longer fits in a writing, as a sentence."""
    held = content_of(int(number)) or Held()
    row = Writing.objects.filter(pk=number).first()
    if row is None:
        return "这些关联不属于任何一次写入，是绕过应用写入的。"
    if (row.written, row.closed) != (held.written, held.closed):
        return (
            f"当时写入 {row.written} 条、终止 {row.closed} 条关联，"
            f"现有 {held.written} 条、{held.closed} 条：有关联被删除、插入或改了起止。"
        )
    return "关联的条数未变，但其中有关联或决定的内容被改动。"
