"""Tie subjects to parties (关联): by code in one statement; what the linker found, in another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

BY_CODE = """
    WITH found AS (
        SELECT u.subject_id, i.party_id
        FROM records_untied u JOIN records_subject s ON s.id = u.subject_id
        JOIN parties_identifier i ON i.scheme = s.scheme AND i.value = s.value
        WHERE %(subjects)s::bigint[] IS NULL OR u.subject_id = ANY(%(subjects)s::bigint[])
        FOR UPDATE OF u SKIP LOCKED),
    tied AS (
        INSERT INTO records_tie (subject_id, party_id, since, how, weight, is_doubtful, reasons)
        SELECT subject_id, party_id, now(), 'code', 1000, false, '["代码一致"]'::jsonb FROM found
        ON CONFLICT DO NOTHING)
    DELETE FROM records_untied u USING found f WHERE u.subject_id = f.subject_id
"""
WRITE = """
    WITH said AS (
        SELECT * FROM unnest(%(subjects)s::bigint[], %(parties)s::bigint[], %(hows)s::text[],
                             %(weights)s::int[], %(doubtful)s::bool[], %(reasons)s::text[])
               AS t(subject_id, party_id, how, weight, is_doubtful, reasons)),
    tied AS (
        INSERT INTO records_tie (subject_id, party_id, since, how, weight, is_doubtful, reasons)
        SELECT subject_id, party_id, now(), how, weight, is_doubtful, reasons::jsonb FROM said
        ON CONFLICT DO NOTHING)
    DELETE FROM records_untied u USING said WHERE u.subject_id = said.subject_id
"""


@dataclass(frozen=True)
class Found:
    """One tie: how it was found (code, register, repaired, name, own), its weight in per mille."""

    subject_id: int
    party_id: int
    how: str
    weight: int
    is_doubtful: bool
    reasons: str  # a JSON list of Chinese sentences


def tie_by_code(subjects: Sequence[int] | None = None) -> int:
    """Tie waiting subjects, all or those named, whose code is registered. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(BY_CODE, {"subjects": None if subjects is None else list(subjects)})
        return int(cursor.rowcount)


def write(found: Iterable[Found]) -> None:
    """Write ties; a subject that already has a firm one keeps it."""
    rows = list(found)
    if not rows:
        return
    columns: dict[str, Any] = {
        "subjects": [row.subject_id for row in rows],
        "parties": [row.party_id for row in rows],
        "hows": [row.how for row in rows],
        "weights": [row.weight for row in rows],
        "doubtful": [row.is_doubtful for row in rows],
        "reasons": [row.reasons for row in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, columns)
