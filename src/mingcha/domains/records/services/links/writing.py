"""The one way in which ties are written: a numbered writing with its act (architecture.md 5.2).

    with writing(None, "机器关联") as pen:
        ...                      # INSERT INTO records_tie (…, writing_id) VALUES (…, pen.number)
        pen.settle(subjects)     # make the ties what findings and standing decisions ask for

A writing is part of the caller's transaction; one that wrote nothing leaves nothing. The machine adds
findings and never waits for people: only at its end does it look whether a party it tied to has gone
into another meanwhile. Decisions about parties come one after another.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.domains.parties import services as parties
from mingcha.domains.records.models import Writing
from mingcha.domains.records.queries.beliefs import Wanted, said_by, standing_of, wanted_of
from mingcha.domains.records.queries.ties import RECORD, content_of

AT_ONCE = 2000
LOCK = "SELECT pg_advisory_xact_lock{}(hashtextextended('records:ties', 0))"
BEGIN = "SELECT nextval('records_writing_id_seq'), clock_timestamp()"
CLOSE = """
    UPDATE records_tie SET until = greatest(since, %(at)s), closed_by_id = %(number)s
    WHERE id = ANY(%(ids)s) RETURNING party_id
"""
OPEN = """
    INSERT INTO records_tie (subject_id, fact_id, party_id, since, how, weight, is_doubtful, rank,
                             reasons, decision_id, writing_id)
    SELECT subject_id, fact_id, party_id, %(at)s, how, weight, rank > 0, rank, reasons::jsonb,
           coalesce(%(decision)s, because), %(number)s
    FROM unnest(%(subjects)s::bigint[], %(facts)s::bigint[], %(parties)s::bigint[],
                %(ranks)s::int[], %(hows)s::text[], %(weights)s::int[], %(reasons)s::text[],
                %(becauses)s::bigint[])
         AS t(subject_id, fact_id, party_id, rank, how, weight, reasons, because)
"""
# Subjects that this writing tied to a party which is another by now, or which had become void.
OVERTAKEN = """
    SELECT DISTINCT t.subject_id, t.party_id
    FROM records_tie t JOIN parties_party p ON p.id = t.party_id
    WHERE t.writing_id = %s AND t.until IS NULL AND (p.merged_into_id IS NOT NULL OR p.is_void)
"""
ANY_GONE = "SELECT EXISTS (SELECT FROM parties_party WHERE merged_into_id IS NOT NULL OR is_void)"
WITH_TIES = """
    SELECT DISTINCT party_id FROM records_tie
    WHERE party_id = ANY(%s) AND until IS NULL AND NOT is_doubtful
"""
STALE = """
    INSERT INTO records_staleparty (party_id) SELECT unnest(%s::bigint[]) ON CONFLICT DO NOTHING
"""


@dataclass
class Pen:
    """One writing under way: its number and moment. `weights` is the version the machine judges by."""

    number: int
    at: datetime
    actor: Account | None
    weights: str = ""

    def settle(self, subjects: Iterable[int], *, decision: int | None = None) -> set[int]:
        """Make the ties of some subjects what findings and standing decisions ask for.

        What stands already stays; the rest is closed and opened. `decision` is the one that is
        being carried out. A thing done twice changes nothing the second time. Returns the subjects
        whose ties changed.
        """
        rest, changed = iter(sorted(set(subjects))), set()
        while block := list(islice(rest, AT_ONCE)):
            changed |= self._settle(block, decision)
        return changed

    def close(self, ties: Sequence[int]) -> set[int]:
        """End some ties now. Returns the parties they were to."""
        with connection.cursor() as cursor:
            cursor.execute(CLOSE, {"at": self.at, "number": self.number, "ids": list(ties)})
            return {party for (party,) in cursor.fetchall()}

    def _settle(self, subjects: Sequence[int], decision: int | None) -> set[int]:
        standing = standing_of(subjects)
        wanted = {said_by(one): one for one in wanted_of(subjects)}
        gone = {said: tie for said, tie in standing.items() if said not in wanted}
        fresh = [one for said, one in wanted.items() if said not in standing]
        touched = self.close(list(gone.values())) if gone else set()
        if fresh:
            self._open(fresh, decision)
        touched |= {one.belief.party for one in fresh}
        note_touched(touched)
        return {said[0] for said in gone} | {one.subject for one in fresh}

    def _open(self, wanted: Sequence[Wanted], decision: int | None) -> None:
        if decision is None and any(one.because is None for one in wanted):
            raise RuntimeError("a tie that the machine did not find rests on no decision")
        beliefs = [one.belief for one in wanted]
        columns: dict[str, Any] = {
            "at": self.at, "number": self.number, "decision": decision,
            "subjects": [one.subject for one in wanted],
            "facts": [one.fact for one in wanted],
            "becauses": [one.because for one in wanted],
            "parties": [one.party for one in beliefs],
            "ranks": [one.rank for one in beliefs],
            "hows": [one.how for one in beliefs],
            "weights": [one.weight for one in beliefs],
            "reasons": [one.reasons for one in beliefs],
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(OPEN, columns)

    def catch_up(self) -> None:
        """Follow decisions made meanwhile about parties that this writing tied to.

        Holds off later ones until the transaction ends.
        """
        lock(shared=True)
        with connection.cursor() as cursor:
            cursor.execute(ANY_GONE)
            if not cursor.fetchone()[0]:
                return
            cursor.execute(OVERTAKEN, [self.number])
            overtaken = cursor.fetchall()
        self.settle(subject for subject, _ in overtaken)
        note_touched({party for _, party in overtaken})


@contextmanager
def writing(
    actor: Account | None, verb: str, *, weights: str = "", exclusive: bool = False
) -> Iterator[Pen]:
    """Write ties in one transaction, and leave one act that holds all of them.

    `exclusive`: a decision, which other decisions and the end of the machine's writings wait for.
    """
    with transaction.atomic():
        if exclusive:
            lock(shared=False)
        with connection.cursor() as cursor:
            cursor.execute(BEGIN)
            number, at = cursor.fetchone()
        pen = Pen(number, at, actor, weights)
        yield pen
        if not exclusive:
            pen.catch_up()
        _finish(pen, verb)


def lock(*, shared: bool) -> None:
    """Hold the order of decisions and findings until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK.format("_shared" if shared else ""))


def note_touched(touched: Collection[int]) -> None:
    """Parties that gained or lost ties: which are void now; all are filled anew from their facts."""
    if not touched:
        return
    with connection.cursor() as cursor:
        cursor.execute(WITH_TIES, [list(touched)])
        with_ties = {party for (party,) in cursor.fetchall()}
        cursor.execute(STALE, [sorted(touched)])
    parties.note_empty(touched, with_ties=with_ties)


def _finish(pen: Pen, verb: str) -> None:
    said = content_of(pen.number)
    if said is None:
        return
    act = ledger.act(pen.actor, verb, (RECORD, str(pen.number)), content=said.as_content())
    Writing.objects.create(
        pk=pen.number, act_id=act.pk, at=pen.at, written=said.written, closed=said.closed,
        weights=pen.weights,
    )  # fmt: skip
