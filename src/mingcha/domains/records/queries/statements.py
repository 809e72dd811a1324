"""What the sources say of parties now and said before: from facts, by the ties that stand (一数一源)."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from mingcha.domains.parties.queries import authority
from mingcha.domains.parties.queries.authority import Ranks
from mingcha.domains.parties.rules.attributes import Attribute, Settled, Statement, settle
from mingcha.domains.records.models import Fact, Settlement
from mingcha.standards import loader
from mingcha.standards.model import Family

# Every version of the records of source tables that mean some parties; `stands`: the current one.
RECORDS = """
    WITH general AS (
        SELECT party_id, subject_id FROM records_tie
        WHERE party_id = ANY(%(parties)s) AND until IS NULL AND NOT is_doubtful AND fact_id IS NULL),
    mine AS (
        SELECT g.party_id, f.id FROM general g JOIN records_fact f ON f.subject_id = g.subject_id
        WHERE f.dataset = ANY(%(tables)s) AND NOT EXISTS (
            SELECT FROM records_tie a WHERE a.fact_id = f.id AND a.until IS NULL
              AND NOT a.is_doubtful AND a.party_id <> g.party_id)
        UNION
        SELECT a.party_id, f.id FROM records_tie a JOIN records_fact f ON f.id = a.fact_id
        WHERE a.party_id = ANY(%(parties)s) AND a.until IS NULL AND NOT a.is_doubtful
          AND f.dataset = ANY(%(tables)s))
    SELECT m.party_id, f.id, f.provider_id, o.department, f.dataset, f.source_key, f.version,
           f.operation, f.payload,
           NOT EXISTS (SELECT FROM records_fact n WHERE n.provider_id = f.provider_id
                       AND n.dataset = f.dataset AND n.source_key = f.source_key
                       AND n.version > f.version) AS stands
    FROM mine m JOIN records_fact f USING (id) JOIN people_organisation o ON o.id = f.provider_id
    ORDER BY m.party_id, f.id
"""
Record = tuple[int, str, str]  # provider, table, source key


@dataclass(frozen=True, slots=True)
class Said:
    """One version of a record of a source table, with what it says of each attribute."""

    fact: int
    provider: int
    department: str
    table: str
    source_key: str
    version: int
    is_current: bool
    values: Mapping[Attribute, str]
    changed_on: str = ""  # the day of the change, and of the end, as the record says
    ended_on: str = ""

    @property
    def record(self) -> Record:
        """The record in all its versions."""
        return (self.provider, self.table, self.source_key)


@dataclass
class Sources:
    """What is said of one party: all versions, oldest first, and what persons settled."""

    said: list[Said] = field(default_factory=list)
    by_hand: dict[Attribute, tuple[Record, str]] = field(default_factory=dict)

    def current(self) -> list[Said]:
        """What is said now."""
        return [one for one in self.said if one.is_current]

    def settled(self, attribute: Attribute, ranks: Ranks) -> Settled | None:
        """What counts for an attribute, and who says otherwise."""
        statements = (_statement(one, attribute, ranks) for one in self.current())
        return settle(attribute, filter(None, statements), self.by_hand.get(attribute))

    def names(self) -> list[str]:
        """Every name it is or was called by, the newest first, each once."""
        said = (one.values.get(Attribute.NAME, "") for one in reversed(self.said))
        return list(dict.fromkeys(name for name in said if name))

    def is_registered(self) -> bool:
        """Whether a register table names it now."""
        catalogue = loader.current()
        return any(
            catalogue.table(one.table).register_as is not None for one in self.current()
        )  # fmt: skip


def _statement(one: Said, attribute: Attribute, ranks: Ranks) -> Statement | None:
    value = one.values.get(attribute, "")
    rank = authority.rank_of(ranks, attribute.value, one.table, one.department)
    if not value or rank is None:
        return None
    return Statement(value, rank, one.fact, one.record)


def sources_of(parties: Collection[int], ranks: Ranks) -> dict[int, Sources]:
    """What is said of some parties by the tables that count, registers always. Two queries."""
    found: dict[int, Sources] = defaultdict(Sources)
    for party, said in said_of(parties, ranks).items():
        found[party].said = said
    standing = Settlement.objects.filter(party__in=parties, ended_at__isnull=True)
    for one in standing:
        record = (one.provider_id, one.dataset, one.source_key)
        found[one.party_id].by_hand[Attribute(one.attribute)] = (record, one.value)
    return found


def said_of(parties: Collection[int], ranks: Ranks) -> dict[int, list[Said]]:
    """The same without what persons settled. One query."""
    registers = [t.name for t in loader.current().tables.values() if t.family is Family.REGISTER]
    tables = sorted({*authority.source_tables(ranks), *registers})
    found: dict[int, list[Said]] = defaultdict(list)
    asked: dict[str, Any] = {"parties": sorted(parties), "tables": tables}
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, asked)
        for party, *row in cursor.fetchall():
            found[party].append(_said(row))
    return found


def _said(row: Sequence[Any]) -> Said:
    fact, provider, department, table, key, version, operation, text, stands = row
    payload = json.loads(text)
    spec = loader.current().table(table).register_as
    days = [payload.get(f or "", "") for f in (spec.changed_on, spec.ended_on)] if spec else []
    return Said(
        fact, provider, department, table, key, version, bool(stands) and operation != "d",
        values_of(table, payload), *days,
    )  # fmt: skip


def values_of(table: str, payload: Mapping[str, str]) -> dict[Attribute, str]:
    """What a record says of each attribute, as its table's declaration has it."""
    found = {}
    for attribute, fields in _fields(table).items():
        said = [payload[name] for name in fields if payload.get(name)]
        if said:
            found[attribute] = " ".join(said) if attribute is Attribute.NAME else said[0]
    return found


def _fields(table: str) -> Mapping[Attribute, tuple[str, ...]]:
    catalogue = loader.current()
    key = (id(catalogue), table)
    if key not in _FIELDS:
        _FIELDS[key] = authority.fields_of(table) if table in catalogue.tables else {}
    return _FIELDS[key]


_FIELDS: dict[tuple[int, str], Mapping[Attribute, tuple[str, ...]]] = {}


def record_keys(facts: Collection[int]) -> dict[int, str]:
    """The record that each of some facts is a version of, as one text."""
    rows = Fact.objects.filter(pk__in=facts)
    return {
        pk: f"{provider}|{table}|{key}"
        for pk, provider, table, key in rows.values_list("pk", "provider", "dataset", "source_key")
    }


@dataclass(frozen=True)
class Change:
    """One attribute that a source gave otherwise than before: the history of an entity (变更).

    `on` is the day as the record says it, "" where it says none.
    """

    attribute: Attribute
    before: str
    after: str
    on: str
    fact: int


def history(said: Iterable[Said]) -> list[Change]:
    """Every change of an attribute between two versions of one record, the newest first."""
    last: dict[Record, Said] = {}
    changes: list[Change] = []
    for one in said:
        before = last.get(one.record)
        if one.values:
            last[one.record] = one
        if before is not None:
            changes += [
                Change(attribute, old, new, one.changed_on, one.fact)
                for attribute in Attribute
                if (old := before.values.get(attribute, ""))
                and (new := one.values.get(attribute, ""))
                and old != new
            ]
    return changes[::-1]
