"""Tie what has no party yet (architecture.md 5.2): by repaired code, by name; else a party of its own."""

import polars as pl
from django.db import connection, transaction
from procrastinate.contrib.django import app

from mingcha.base.jobs import AGAIN
from mingcha.base.people import queries as people
from mingcha.domains.parties import services as parties
from mingcha.domains.parties.linking import resolve
from mingcha.domains.parties.rules import standard_weights
from mingcha.domains.records.jobs.again import doubt_records, reconsider_some
from mingcha.domains.records.jobs.candidates import (
    TEXTS,
    candidates,
    codeless,
    doubtful_ties,
    firm_ties,
    with_kinds,
)
from mingcha.domains.records.jobs.refill import refill
from mingcha.domains.records.jobs.regions import REGION, REGION_BY, placed
from mingcha.domains.records.jobs.registers import keep_keys
from mingcha.domains.records.services import links, ties
from mingcha.domains.records.services.links.writing import writing
from mingcha.standards.model import RegionBy, RegionSource

AT_ONCE = 20_000

# What is said to be another body's certificate (099) may be the number that firms were registered
# under before credit codes: it is looked up as one.
WAITING = """
    SELECT s.id, s.scheme AS said,
           CASE s.scheme WHEN 'cert-099' THEN 'registration-number' ELSE s.scheme END AS scheme,
           s.value,
           CASE WHEN s.scheme = ANY(%(codeless)s) THEN '' ELSE s.value END AS code,
           s.name, s.address, s.region
    FROM records_untied u JOIN records_subject s ON s.id = u.subject_id
    ORDER BY s.id LIMIT %(limit)s
"""
OWN_REASON = '["未找到已登记的对象，按记录自述建档"]'
KIND_OF_SCHEME = {"uscc": "1", "resident-id": "2"}
ANY_KIND = "11"
# Where an object known only from acts is: as the record says, else by its address, else by its code.
PLACES = (
    RegionSource(field="region"),
    RegionSource(field="address", by=RegionBy.ADDRESS),
    RegionSource(field="uscc", by=RegionBy.USCC),
)


@app.task(name="records.tie", retry=AGAIN)
def tie(batch: int | None = None) -> None:
    """Tie every waiting subject, some thousands in a transaction; safe to run twice."""
    while tie_some():
        pass
    while reconsider_some():
        pass
    if batch is not None:
        links.follow(batch=batch)
        doubt_records(batch)
    refill()


@transaction.atomic
def tie_some() -> int:
    """Tie the next few thousand waiting subjects. Returns how many there were."""
    ties.tie_by_code()
    subjects = _waiting()
    if not subjects.height:
        return 0
    found = resolve(with_kinds(subjects), candidates(subjects), standard_weights())
    firm = found.filter(pl.col("party_id").is_not_null() & ~pl.col("doubtful"))
    with writing(None, "机器关联", weights=standard_weights().version) as pen:
        ties.write(pen, firm_ties(firm))
        ties.write(pen, _own_party(subjects.join(firm, on="id", how="anti")))
        ties.write(pen, doubtful_ties(found))
    return subjects.height


def _waiting() -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"codeless": codeless(), "limit": AT_ONCE})
        schema = {"id": pl.Int64, "said": pl.String, **TEXTS}
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


def _own_party(left: pl.DataFrame) -> list[ties.Found]:
    """What nothing fits becomes a party of its own, marked as not registered: no fact hangs in the air."""
    regions = pl.Series([code for code, _, _ in people.region_years()], dtype=pl.String)
    usccs = left.with_columns(uscc=pl.when(pl.col("scheme") == "uscc").then("code"))
    left = left.with_columns(placed(usccs, PLACES, regions))
    entries = [
        parties.Entry(
            fact_id=None,
            subject_id=row["id"],
            kind=KIND_OF_SCHEME.get(row["scheme"], ANY_KIND),
            subkind="unregistered",
            name=row["name"] or row["code"] or row["value"],
            identifiers=[(row["said"], row["value"])],
            code=row["code"],
            region=row[REGION],
            region_by=row[REGION_BY],
            address=row["address"],
        )
        for row in left.iter_rows(named=True)
    ]
    pairs = parties.acknowledge(entries)
    keep_keys(pairs, entries)
    return [ties.Found(subject, party, "own", 0, 0, OWN_REASON) for subject, party in pairs]
