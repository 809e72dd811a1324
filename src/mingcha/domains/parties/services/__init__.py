"""Fill the register of parties in bulk (监管对象入库). One statement each, whatever the number of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from mingcha.base.copying import copying
from mingcha.domains.parties.services.attributes import (
    Filling,
    Place,
    fill,
    load_authorities,
    set_authority,
)
from mingcha.domains.parties.services.identity import (
    Newborn,
    establish,
    go_into,
    note_empty,
)
from mingcha.domains.parties.services.relations import (
    Stated,
    Told,
    end_relation,
    holders,
    keep_told,
    relate,
)

__all__ = [
    "Entry",
    "Filling",
    "Newborn",
    "Place",
    "Stated",
    "Told",
    "acknowledge",
    "end_relation",
    "establish",
    "fill",
    "go_into",
    "holders",
    "keep_blocking_keys",
    "keep_told",
    "load_authorities",
    "note_empty",
    "register",
    "relate",
    "set_authority",
]

COLUMNS = (
    "kind", "subkind", "name", "code", "region", "region_by", "industry", "address", "status",
    "legal_person", "founded_on", "longitude", "latitude",
)  # fmt: skip

ENTRIES = f"""
    CREATE TEMP TABLE entries (
        n int PRIMARY KEY, fact_id bigint, subject_id bigint, owner text, party_id bigint,
        {", ".join(f"{column} text" for column in COLUMNS)}
    ) ON COMMIT DROP
"""
COPY_ENTRIES = f"COPY entries (n, fact_id, subject_id, owner, {', '.join(COLUMNS)}) FROM STDIN"
NAMED = """
    CREATE TEMP TABLE named (n int, rank int, scheme text, value text) ON COMMIT DROP
"""
COPY_NAMED = "COPY named FROM STDIN"

# Which party each entry is: by any of its identifiers, the first declared one deciding.
KNOWN = """
    UPDATE entries e SET party_id = k.party_id FROM (
        SELECT DISTINCT ON (n) n, i.party_id FROM named JOIN parties_identifier i USING (scheme, value)
        ORDER BY n, rank) AS k
    WHERE k.n = e.n
"""
# The rest are new; entries that share their first identifier are one party.
FRESH = """
    CREATE TEMP TABLE fresh ON COMMIT DROP AS
    SELECT f.scheme, f.value, nextval('parties_party_id_seq') AS party_id, min(f.n) AS n
    FROM (SELECT DISTINCT ON (n) n, scheme, value FROM named JOIN entries e USING (n)
          WHERE e.party_id IS NULL ORDER BY n, rank) AS f
    GROUP BY f.scheme, f.value
"""
ASSIGN = """
    UPDATE entries e SET party_id = f.party_id
    FROM fresh f JOIN (SELECT DISTINCT ON (n) n, scheme, value FROM named ORDER BY n, rank) AS first
      USING (scheme, value)
    WHERE e.n = first.n AND e.party_id IS NULL
"""
INSERT = """
    INSERT INTO parties_party (
        id, public_id, code, is_registered, fact_id, owner_id, kind, subkind, name, region,
        region_by, industry, address, status, legal_person, founded_on, longitude, latitude)
    SELECT f.party_id, replace(gen_random_uuid()::text, '-', ''), e.code, %(registered)s,
        e.fact_id, NULL, e.kind, e.subkind, e.name, coalesce(e.region, ''),
        coalesce(e.region_by, ''), coalesce(e.industry, ''), coalesce(e.address, ''), coalesce(e.status, ''),
        coalesce(e.legal_person, ''), e.founded_on::date, e.longitude::float8, e.latitude::float8
    FROM fresh f JOIN entries e ON e.n = f.n
"""
UPDATE = """
    UPDATE parties_party p SET
        kind = s.kind, subkind = s.subkind, name = s.name,
        code = CASE WHEN p.code = '' THEN s.code ELSE p.code END,
        region = coalesce(s.region, ''), region_by = coalesce(s.region_by, ''),
        industry = coalesce(s.industry, ''), address = coalesce(s.address, ''),
        status = coalesce(s.status, ''), legal_person = coalesce(s.legal_person, ''),
        founded_on = s.founded_on::date, longitude = s.longitude::float8,
        latitude = s.latitude::float8, is_registered = true, fact_id = s.fact_id
    FROM (SELECT DISTINCT ON (party_id) * FROM entries ORDER BY party_id, n DESC) AS s
    WHERE p.id = s.party_id AND NOT p.is_registered
"""
IDENTIFIERS = """
    INSERT INTO parties_identifier (scheme, value, party_id)
    SELECT DISTINCT ON (scheme, value) scheme, value, e.party_id FROM named JOIN entries e USING (n)
    ORDER BY scheme, value, n
    ON CONFLICT (scheme, value) DO NOTHING
"""
OWNERS = """
    UPDATE parties_party p SET owner_id = i.party_id
    FROM entries e JOIN parties_identifier i ON i.scheme = 'uscc' AND i.value = e.owner
    WHERE p.id = e.party_id AND e.owner IS NOT NULL AND i.party_id <> p.id
"""
KEYS = """
    INSERT INTO parties_blockingkey (key, party_id)
    SELECT DISTINCT key, party_id FROM keyed ON CONFLICT (key, party_id) DO NOTHING
"""


@dataclass(frozen=True)
class Entry:
    """One row for the register. Texts as in the declaration; None for what is not said.

    `code` is the main code that people know the object by, "" where it has none; `region_by` how
    the division was found out (standards.model.RegionBy).
    """

    fact_id: int | None
    subject_id: int | None
    kind: str
    subkind: str
    name: str
    identifiers: Sequence[tuple[str, str]]  # (scheme, value), the deciding one first
    code: str = ""
    region: str | None = None
    region_by: str | None = None
    industry: str | None = None
    address: str | None = None
    status: str | None = None
    legal_person: str | None = None
    founded_on: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    owner: str | None = None

    @property
    def area(self) -> str | None:
        """The division as far as linking may rely on it.

        A credit code keeps the district where it was first given; it vouches for the city only.
        """
        return f"{self.region[:4]}00" if self.region and self.region_by == "uscc" else self.region


def register(entries: Sequence[Entry]) -> list[tuple[int, int]]:
    """Enter rows of a register table. Returns (subject_id, party_id) pairs.

    A party that is registered already keeps its row: which source counts is another question (`fill`).
    """
    return _enter(entries, registered=True)


def acknowledge(entries: Sequence[Entry]) -> list[tuple[int, int]]:
    """Enter parties known only from acts about them (未登记); known ones are left as they are."""
    return _enter(entries, registered=False)


def keep_blocking_keys(rows: Iterable[tuple[str, int]]) -> None:
    """Keep (key, party_id) rows by which likely twins are found."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE keyed (key text, party_id bigint) ON COMMIT DROP")
        with copying(cursor, "COPY keyed FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(KEYS)
        cursor.execute("DROP TABLE keyed")


def _enter(entries: Sequence[Entry], *, registered: bool) -> list[tuple[int, int]]:
    if not entries:
        return []
    with connection.cursor() as cursor:
        # Two register files may bring the same new party at once; one waits for the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('parties:register', 0))")
        _load(cursor, entries)
        cursor.execute(KNOWN)
        cursor.execute(FRESH)
        cursor.execute(ASSIGN)
        cursor.execute(INSERT, {"registered": registered})
        if registered:
            cursor.execute(UPDATE)
        cursor.execute(IDENTIFIERS)
        cursor.execute(OWNERS)
        cursor.execute(
            "SELECT DISTINCT ON (subject_id) subject_id, party_id FROM entries "
            "WHERE subject_id IS NOT NULL AND party_id IS NOT NULL ORDER BY subject_id, n DESC"
        )
        pairs = [(subject, party) for subject, party in cursor.fetchall()]
        cursor.execute("DROP TABLE entries, named, fresh")
    return pairs


def _load(cursor: CursorWrapper, entries: Sequence[Entry]) -> None:
    cursor.execute(ENTRIES)
    cursor.execute(NAMED)
    with copying(cursor, COPY_ENTRIES) as copy:
        for n, entry in enumerate(entries):
            said = [getattr(entry, column) for column in COLUMNS]
            copy.write_row((n, entry.fact_id, entry.subject_id, entry.owner, *said))
    with copying(cursor, COPY_NAMED) as copy:
        for n, entry in enumerate(entries):
            for rank, (scheme, value) in enumerate(entry.identifiers):
                copy.write_row((n, rank, scheme, value))
    cursor.execute("ANALYZE entries")
    cursor.execute("ANALYZE named")
