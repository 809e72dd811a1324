"""Tie subjects to parties (关联): by code in one statement; what the linker found, in another.

These are the machine's findings. Each call writes within a `writing`, so that ties follow the decisions
of people, and are held by the ledger (services/links/writing.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from mingcha.domains.records.services.links.writing import Pen, note_touched, writing

BY_CODE = """
    WITH found AS (
        SELECT u.subject_id, i.party_id
        FROM records_untied u JOIN records_subject s ON s.id = u.subject_id
        JOIN parties_identifier i ON i.scheme = s.scheme AND i.value = s.value
        WHERE %(subjects)s::bigint[] IS NULL OR u.subject_id = ANY(%(subjects)s::bigint[])
        FOR UPDATE OF u SKIP LOCKED),
    tied AS (
        INSERT INTO records_tie (subject_id, party_id, since, how, weight, is_doubtful, rank, reasons,
                                 writing_id)
        SELECT subject_id, party_id, %(at)s, 'code', 1000, false, 0, '["代码一致"]'::jsonb,
               %(writing)s
        FROM found
        ON CONFLICT DO NOTHING)
    DELETE FROM records_untied u USING found f WHERE u.subject_id = f.subject_id
"""
SAID = """
    said AS (
        SELECT * FROM unnest(%(subjects)s::bigint[], %(parties)s::bigint[], %(hows)s::text[],
                             %(weights)s::int[], %(ranks)s::int[], %(reasons)s::text[])
               AS t(subject_id, party_id, how, weight, rank, reasons))
"""


def _said(statement: str) -> str:
    """A statement over the rows that `_columns` gives, as the table `said`."""
    return " ".join(("WITH", SAID, statement))


# A subject that was found already keeps what was found; see `find_again`.
WRITE = _said("""
    , tied AS (
        INSERT INTO records_tie (subject_id, party_id, since, how, weight, is_doubtful, rank, reasons,
                                 writing_id)
        SELECT subject_id, party_id, %(at)s, how, weight, rank > 0, rank, reasons::jsonb, %(writing)s
        FROM said
        WHERE NOT EXISTS (
            SELECT FROM records_tie t WHERE t.subject_id = said.subject_id AND t.fact_id IS NULL
              AND t.decision_id IS NULL AND t.writing_id <> %(writing)s)
        ON CONFLICT DO NOTHING)
    DELETE FROM records_untied u USING said WHERE u.subject_id = said.subject_id
""")
# Which subjects the machine last held firmly for another party than what is said now.
OTHERWISE = _said("""
    SELECT DISTINCT said.subject_id FROM said CROSS JOIN LATERAL (
        SELECT t.party_id FROM records_tie t
        WHERE t.subject_id = said.subject_id AND t.fact_id IS NULL AND t.decision_id IS NULL
          AND NOT t.is_doubtful
        ORDER BY t.id DESC LIMIT 1) AS last
    WHERE last.party_id <> said.party_id
""")
SAID_BEFORE = """
    INSERT INTO records_staleparty (party_id)
    SELECT DISTINCT t.party_id FROM records_tie t
    WHERE t.party_id = ANY(%(parties)s) AND t.writing_id <> %(writing)s
    ON CONFLICT DO NOTHING
"""
STANDING = """
    SELECT id FROM records_tie WHERE subject_id = ANY(%s) AND fact_id IS NULL AND until IS NULL
"""
ADD = _said("""
    INSERT INTO records_tie (subject_id, party_id, since, how, weight, is_doubtful, rank, reasons,
                             writing_id)
    SELECT subject_id, party_id, %(at)s, how, weight, rank > 0, rank, reasons::jsonb, %(writing)s
    FROM said
""")


DOUBT = """
    INSERT INTO records_tie (subject_id, fact_id, party_id, since, how, weight, is_doubtful, rank,
                             reasons, writing_id)
    SELECT subject_id, fact_id, party_id, %(at)s, 'code', weight, true, 1, reasons::jsonb, %(writing)s
    FROM unnest(%(subjects)s::bigint[], %(facts)s::bigint[], %(parties)s::bigint[],
                %(weights)s::int[], %(reasons)s::text[])
         AS t(subject_id, fact_id, party_id, weight, reasons)
    ON CONFLICT DO NOTHING
"""
NEWCOMERS = """
    INSERT INTO records_newcomer (party_id)
    SELECT DISTINCT unnest(%s::bigint[]) WHERE EXISTS (
        SELECT FROM parties_party WHERE NOT is_registered AND merged_into_id IS NULL AND NOT is_void)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Found:
    """One tie: how it was found (code, register, repaired, name, own), its weight in thousandths.

    `rank` is 0 for a firm one, else its place among what the subject may mean.
    """

    subject_id: int
    party_id: int
    how: str
    weight: int
    rank: int
    reasons: str  # a JSON list: Chinese sentences, or [piece, thousandths, words]


def tie_by_code(subjects: Sequence[int] | None = None) -> int:
    """Tie waiting subjects, all or those named, whose code is registered. Returns how many."""
    with writing(None, "按代码关联") as pen, connection.cursor() as cursor:
        named = None if subjects is None else list(subjects)
        cursor.execute(BY_CODE, {"subjects": named, "at": pen.at, "writing": pen.number})
        return int(cursor.rowcount)


def write(pen: Pen, found: Iterable[Found]) -> None:
    """Write findings; a subject that was found before keeps what was found then."""
    columns = _columns(pen, list(found))
    if columns["subjects"]:
        with connection.cursor() as cursor:
            cursor.execute(WRITE, columns)


def write_registered(pairs: Sequence[tuple[int, int]]) -> None:
    """Tie (subject, party) by the register row that made or names the party.

    A party that was there before is to be filled anew: another source, or a later version, speaks.
    """
    found = [Found(s, p, "register", 1000, 0, '["登记记录"]') for s, p in pairs]
    if not found:
        return
    with writing(None, "按登记记录关联") as pen:
        with connection.cursor() as cursor:
            cursor.execute(OTHERWISE, _columns(pen, found))
            otherwise = {subject for (subject,) in cursor.fetchall()}
        write(pen, found)
        find_again(pen, [one for one in found if one.subject_id in otherwise])
        with connection.cursor() as cursor:
            cursor.execute(NEWCOMERS, [[party for _, party in pairs]])
            cursor.execute(
                SAID_BEFORE, {"parties": [party for _, party in pairs], "writing": pen.number}
            )


def find_again(pen: Pen, found: Sequence[Found]) -> None:
    """Replace what was found of some subjects; what people decided about them goes on to count."""
    if not found:
        return
    subjects = sorted({one.subject_id for one in found})
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [subjects])
        gone = pen.close([tie for (tie,) in cursor.fetchall()])
        cursor.execute(ADD, _columns(pen, found))
    pen.settle(subjects)
    note_touched(gone)


@dataclass(frozen=True)
class Doubted:
    """One record that may not be the party which its subject is."""

    subject_id: int
    fact_id: int
    party_id: int
    weight: int
    reasons: str


def doubt_records(pen: Pen, doubted: Sequence[Doubted]) -> None:
    """Write findings about single records; each is a question until a person answers it."""
    columns: dict[str, Any] = {
        "at": pen.at,
        "writing": pen.number,
        "subjects": [one.subject_id for one in doubted],
        "facts": [one.fact_id for one in doubted],
        "parties": [one.party_id for one in doubted],
        "weights": [one.weight for one in doubted],
        "reasons": [one.reasons for one in doubted],
    }
    with connection.cursor() as cursor:
        cursor.execute(DOUBT, columns)


def _columns(pen: Pen, rows: Sequence[Found]) -> dict[str, Any]:
    return {
        "at": pen.at,
        "writing": pen.number,
        "subjects": [row.subject_id for row in rows],
        "parties": [row.party_id for row in rows],
        "hows": [row.how for row in rows],
        "weights": [row.weight for row in rows],
        "ranks": [row.rank for row in rows],
        "reasons": [row.reasons for row in rows],
    }
