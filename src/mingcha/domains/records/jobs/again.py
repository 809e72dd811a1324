"""Look again: at what was known from acts alone when somebody registers; at records that bear a
party's code and another's name.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.db import connection, transaction

from mingcha.domains.parties.linking import contradicting, resolve
from mingcha.domains.parties.rules import standard_weights
from mingcha.domains.records.jobs.candidates import (
    SUBJECTS,
    candidates,
    codeless,
    doubtful_ties,
    firm_ties,
    with_kinds,
)
from mingcha.domains.records.models import Batch, Pin
from mingcha.domains.records.queries.beliefs import known_of, one_spelling
from mingcha.domains.records.services import ties
from mingcha.domains.records.services.links.writing import writing
from mingcha.domains.records.services.ties import Found
from mingcha.standards import loader
from mingcha.standards.model import Table

AT_ONCE = 20_000

TAKE = """
    DELETE FROM records_newcomer WHERE party_id IN (
        SELECT party_id FROM records_newcomer ORDER BY party_id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING party_id
"""
# Subjects tied to a party that no register names, which shares a telling key with one newly registered.
LIKE_THEM = """
    WITH shared AS (
        SELECT DISTINCT k.key FROM parties_blockingkey n JOIN parties_blockingkey k USING (key)
        JOIN parties_party p ON p.id = k.party_id
        WHERE n.party_id = ANY(%(parties)s) AND NOT p.is_registered AND NOT p.is_void),
    telling AS (
        SELECT key FROM shared JOIN parties_blockingkey USING (key)
        GROUP BY key HAVING count(*) <= %(crowd)s)
    SELECT DISTINCT s.id,
           CASE s.scheme WHEN 'cert-099' THEN 'registration-number' ELSE s.scheme END, s.value,
           CASE WHEN s.scheme = ANY(%(codeless)s) THEN '' ELSE s.value END,
           s.name, s.address, s.region
    FROM telling JOIN parties_blockingkey k USING (key)
    JOIN parties_party p ON p.id = k.party_id AND NOT p.is_registered AND NOT p.is_void
    JOIN records_tie t ON t.party_id = p.id AND t.until IS NULL AND NOT t.is_doubtful
      AND t.fact_id IS NULL
    JOIN records_subject s ON s.id = t.subject_id
    ORDER BY s.id
"""
# The names that the records of a batch give to a party which their code leads to, where they are not its.
OTHERWISE_NAMED = """
    SELECT min(f.id), f.subject_id, t.party_id, f.payload ->> %(name)s,
           coalesce(max(coalesce(f.payload ->> %(address)s, f.payload ->> %(address_2)s)), ''),
           coalesce(max(f.payload ->> %(region)s), '')
    FROM records_chunk c JOIN records_fact f ON f.chunk_id = c.id
    JOIN records_subject s ON s.id = f.subject_id AND NOT s.scheme = ANY(%(codeless)s)
    JOIN records_tie t ON t.subject_id = f.subject_id AND t.until IS NULL AND NOT t.is_doubtful
      AND t.fact_id IS NULL
    JOIN parties_party p ON p.id = t.party_id
    WHERE c.batch_id = %(batch)s AND f.operation <> 'd' AND f.payload ->> %(name)s <> p.name
      AND position('｜' || (f.payload ->> %(name)s) in p.also) = 0
      AND NOT EXISTS (SELECT FROM records_tie a WHERE a.fact_id = f.id AND a.until IS NULL)
    GROUP BY f.subject_id, t.party_id, f.payload ->> %(name)s
    ORDER BY 1
"""
NAMES = """
    SELECT p.id, n.name, p.address,
           CASE p.region_by WHEN 'uscc' THEN left(p.region, 4) || '00' ELSE p.region END
    FROM parties_party p CROSS JOIN LATERAL (
        SELECT p.name UNION
        SELECT o FROM unnest(string_to_array(p.also, '｜')) AS o WHERE o <> '') AS n(name)
    WHERE p.id = ANY(%s)
"""


@transaction.atomic
def reconsider_some() -> int:
    """Hold the next newly registered parties against what was known from acts alone.

    Returns how many there were. What a person decided stays; somebody new is at most a doubt.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [AT_ONCE])
        parties = [party for (party,) in cursor.fetchall()]
        if not parties:
            return 0
        crowd = standard_weights().crowd
        asked: dict[str, Any] = {"parties": parties, "crowd": crowd, "codeless": codeless()}
        cursor.execute(LIKE_THEM, asked)
        subjects = pl.DataFrame(cursor.fetchall(), schema=SUBJECTS, orient="row")
    if subjects.height:
        register = candidates(subjects, registered=True)
        found = resolve(with_kinds(subjects), register, standard_weights())
        _find_again(found.filter(pl.col("party_id").is_not_null()))
    return len(parties)


def _find_again(found: pl.DataFrame) -> None:
    """Write what was found of subjects where it is not what was found before."""
    firm = firm_ties(found.filter(~pl.col("doubtful")))
    doubted = doubtful_ties(found)
    rows: dict[int, list[Found]] = {}
    for one in (*firm, *doubted):
        rows.setdefault(one.subject_id, []).append(one)
    fresh: list[Found] = []
    for subject, known in known_of(rows).items():
        latest = max(finding.writing for finding in known.findings)
        before = [finding for finding in known.findings if finding.writing == latest]
        base = next(finding for finding in before if not finding.is_doubtful)
        several = rows[subject]
        if all(one.rank for one in several):  # nothing firm: it stays where it was
            several = [Found(subject, base.party, base.how, base.weight, 0, base.reasons), *several]
        said = {(one.party_id, one.rank > 0) for one in several}
        if said != {(finding.party, finding.is_doubtful) for finding in before}:
            fresh += several
    if fresh:
        with writing(None, "机器再次关联", weights=standard_weights().version) as pen:
            ties.find_again(pen, fresh)


@transaction.atomic
def doubt_records(batch: int) -> int:
    """Doubt the records of a batch that bear a party's code, and a name and place that are not its.

    They stay in the dossier that the code leads to until a person says otherwise; one question for
    each such name. Returns how many were asked.
    """
    table = loader.current().table(Batch.objects.get(pk=batch).table)
    if table.subject is None or table.subject.name is None or _names_things(table):
        return 0
    rows = _otherwise_named(batch, table)
    if not rows:
        return 0
    said = pl.DataFrame(
        [(row[0], row[2], *row[3:]) for row in rows],
        schema={"id": pl.Int64, "party_id": pl.Int64, "name": pl.String, "address": pl.String,
                "region": pl.String},
        orient="row",
    )  # fmt: skip
    against = contradicting(
        said, _names_of(said["party_id"].unique().to_list()), standard_weights()
    )
    by_fact = {row[0]: row for row in rows}
    fresh = [
        (by_fact[fact], weight, reasons)
        for fact, weight, reasons in against.select("id", "weight", "reasons").iter_rows()
        if not _is_settled(by_fact[fact])
    ]
    if fresh:
        with writing(None, "机器存疑", weights=standard_weights().version) as pen:
            ties.doubt_records(
                pen,
                [
                    ties.Doubted(row[1], row[0], row[2], weight, reasons)
                    for row, weight, reasons in fresh
                ],
            )
    return len(fresh)


def _names_things(table: Table) -> bool:
    """Whether it is a register of things, called by whose they are and their own number: the code says
    which, and the owner's name alone contradicts nothing.
    """
    return table.register_as is not None and len(table.register_as.name) > 1


def _otherwise_named(batch: int, table: Table) -> Sequence[tuple[Any, ...]]:
    subject = table.subject
    if subject is None:
        return []
    address = [*subject.address, "", ""]
    asked = {
        "batch": batch, "name": subject.name, "address": address[0], "address_2": address[1],
        "region": subject.region or "", "codeless": codeless(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(OTHERWISE_NAMED, asked)
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _names_of(parties: list[int]) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [parties])
        schema = {
            "party_id": pl.Int64,
            "name": pl.String,
            "address": pl.String,
            "region": pl.String,
        }
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


def _is_settled(row: Sequence[Any]) -> bool:
    """Whether a person has said already whom the records of this subject and name mean."""
    says = one_spelling(str(row[3]))[:700]
    pins = Pin.objects.filter(subject=row[1], says=says, decision__undone__isnull=True)
    return pins.exists()
