"""Which parties records touch: on a list now, checked since a day, of a credit class. As conditions
for large selections.

Each is the condition that a party's key is among those that one statement finds, so that a selection
of a million parties asks the facts once. A record means the party of its own tie, else that of its
subject's; the newest version counts.
"""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import IntegerField, Q
from django.db.models.expressions import RawSQL

CLUE_DRIVEN = "L01"  # check_form 个案检查: counts toward no cap
# Few providers: with all of them named, the index on (provider, dataset, …) finds a table's facts.
_TOUCHED = """
        SELECT COALESCE(own.party_id, tie.party_id) AS party, f.id, f.occurred_on, f.payload
        FROM records_fact f
        LEFT JOIN records_tie own
            ON own.fact_id = f.id AND own.until IS NULL AND NOT own.is_doubtful
        LEFT JOIN records_tie tie
            ON tie.subject_id = f.subject_id AND tie.fact_id IS NULL AND tie.until IS NULL
            AND NOT tie.is_doubtful
        WHERE f.provider_id = ANY({providers}) AND f.dataset = ANY(%s) AND f.operation <> 'd'
            AND NOT EXISTS (
                SELECT 1 FROM records_fact newer
                WHERE newer.provider_id = f.provider_id AND newer.dataset = f.dataset
                    AND newer.source_key = f.source_key AND newer.version > f.version)
            AND {condition}
"""
_PARTIES = f"SELECT party FROM ({_TOUCHED}) touched WHERE party IS NOT NULL"  # noqa: S608  # constants
_LISTED = _PARTIES.format(
    providers="ARRAY(SELECT id FROM people_organisation)",
    condition="COALESCE(f.payload->>'removed_on', '') = ''",
)
_CHECKED = _PARTIES.format(
    providers="%s", condition="f.occurred_on >= %s AND f.payload->>'check_form' <> %s"
)
_GRADED = f"""
    SELECT party FROM (
        SELECT DISTINCT ON (party) party, payload->>'grade' AS grade,
            COALESCE(NULLIF(payload->>'valid_to', ''), 'infinity') AS valid_to
        FROM ({_TOUCHED}) touched WHERE party IS NOT NULL
        ORDER BY party, occurred_on DESC, id DESC) last
    WHERE valid_to::date >= %s
""".format(  # noqa: S608  # constants
    providers="ARRAY(SELECT id FROM people_organisation)",
    condition="f.payload->>'scheme' = %s AND f.occurred_on <= %s",
)
_OFTEN = f"{_CHECKED} GROUP BY party HAVING count(*) >= %s"
CHECKS, CLASSES = ["check_action"], ["credit_class"]


def listed(tables: Iterable[str]) -> Q:
    """Parties that stand on one of some lists today: listed and not removed."""
    return _among(_LISTED, [list(tables)])


def checked_since(providers: Iterable[int], since: date) -> Q:
    """Parties that one of some bodies has checked since a day, clue-driven checks apart."""
    return _among(_CHECKED, [list(providers), CHECKS, since, CLUE_DRIVEN])


def checked_often(providers: Iterable[int], since: date, at_least: int) -> Q:
    """Parties that some bodies have checked so often since a day, clue-driven checks apart."""
    return _among(_OFTEN, [list(providers), CHECKS, since, CLUE_DRIVEN, at_least])


def graded(scheme: str, grades: Collection[str], *, on: date) -> Q:
    """Parties whose newest evaluation of a scheme, as far as it is still valid on that day, gave one of
    some grades; "" stands for none.
    """
    known = [one for one in grades if one]
    given: list[object] = [CLASSES, scheme, on, on]
    found = _among(f"{_GRADED} AND grade = ANY(%s)", [*given, known]) if known else Q(pk__in=[])
    return found | ~_among(_GRADED, given) if "" in grades else found


def _among(sql: str, given: list[object]) -> Q:
    return Q(pk__in=RawSQL(sql, given, output_field=IntegerField()))  # noqa: S611  # constants, no input
