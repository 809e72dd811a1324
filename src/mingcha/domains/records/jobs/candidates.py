"""Whom a subject may mean: the parties that share a telling key with it, as `resolve` takes them."""

from typing import Any

import polars as pl
from django.db import connection

from mingcha.domains.parties.linking import blocking_keys
from mingcha.domains.parties.rules import standard_weights
from mingcha.domains.records.services import ties
from mingcha.standards import loader

TEXTS = dict.fromkeys(("scheme", "value", "code", "name", "address", "region"), pl.String)
SUBJECTS = {"id": pl.Int64, **TEXTS}
PARTIES = {"party_id": pl.Int64, "found_as": pl.Int64, "kind": pl.String, **TEXTS}

# A party has a row per code and per name, former ones too; what has gone into another stands for it.
# Of what kind somebody is who is known from acts alone, nobody knows yet.
CANDIDATES = """
    WITH telling AS (
        SELECT key FROM parties_blockingkey WHERE key = ANY(%(keys)s)
        GROUP BY key HAVING count(*) <= %(crowd)s)
    SELECT DISTINCT coalesce(p.merged_into_id, p.id), p.id,
           CASE WHEN p.is_registered THEN p.kind END, i.scheme, i.value, i.value, n.name,
           p.address,
           CASE p.region_by WHEN 'uscc' THEN left(p.region, 4) || '00' ELSE p.region END
    FROM telling JOIN parties_blockingkey k USING (key) JOIN parties_party p ON p.id = k.party_id
    LEFT JOIN parties_identifier i ON i.party_id = p.id AND NOT i.scheme = ANY(%(codeless)s)
    CROSS JOIN LATERAL (
        SELECT p.name UNION
        SELECT o FROM unnest(string_to_array(p.also, '｜')) AS o WHERE o <> '') AS n(name)
    WHERE NOT p.is_void AND (p.is_registered OR NOT %(registered)s)
"""


def candidates(subjects: pl.DataFrame, *, registered: bool = False) -> pl.DataFrame:
    """The parties (only those registered, if asked) that share a telling key with any of the subjects."""
    keys = blocking_keys(subjects)["key"].unique().to_list()
    asked: dict[str, Any] = {
        "keys": keys, "crowd": standard_weights().crowd, "codeless": codeless(),
        "registered": registered,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, asked)
        return pl.DataFrame(cursor.fetchall(), schema=PARTIES, orient="row")


def with_kinds(subjects: pl.DataFrame) -> pl.DataFrame:
    """Subjects with `may_be`: the kinds of objects that each may be when looked for by name."""
    standard = loader.current()
    schemes = subjects["scheme"].unique().to_list()
    kinds = pl.DataFrame(
        {"scheme": schemes, "may_be": [sorted(standard.kinds_of(one)) for one in schemes]},
        schema={"scheme": pl.String, "may_be": pl.List(pl.String)},
    )
    return subjects.join(kinds, on="scheme", how="left", maintain_order="left")


def firm_ties(found: pl.DataFrame) -> list[ties.Found]:
    """What `resolve` found for sure, as rows to write."""
    return [
        ties.Found(row["id"], row["party_id"], row["how"], row["weight"], 0, row["reasons"])
        for row in found.iter_rows(named=True)
    ]


def codeless() -> list[str]:
    """The schemes whose values are no codes: the nameless, and what several fields identify."""
    return ["name", *loader.current().natural_schemes]


def doubtful_ties(found: pl.DataFrame) -> list[ties.Found]:
    """Every candidate of what `resolve` doubts, as rows to write, the likeliest first."""
    doubted = found.filter("doubtful").select("id", "candidates")
    return [
        ties.Found(subject, one["party_id"], one["how"], one["weight"], rank, one["reasons"])
        for subject, candidates in doubted.iter_rows()
        for rank, one in enumerate(candidates, start=1)
    ]
