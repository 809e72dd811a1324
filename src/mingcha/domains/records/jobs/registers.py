"""What a register, catalogue or officer table fills besides facts: parties, items, officers."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from mingcha.domains.catalog import services as catalog
from mingcha.domains.officers import services as officers
from mingcha.domains.parties import services as parties
from mingcha.domains.parties.linking import blocking_keys
from mingcha.domains.records.jobs.regions import REGION, REGION_BY, placed
from mingcha.domains.records.models import Batch
from mingcha.domains.records.queries.statements import record_keys
from mingcha.domains.records.services import attributes, ties
from mingcha.standards import loader
from mingcha.standards.frames.content import identity
from mingcha.standards.model import OfficerSpec, RegisterSpec, RelationSpec, Table

Row = dict[str, str | None]
FILLING = (
    "register_as",
    "catalog_as",
    "point_as",
    "mapping_as",
    "law_as",
    "officer_as",
    "relation_as",
)
KNOWN_BY = "_known_by_"  # before a scheme: the column with what identifies the object in it


class Landed(NamedTuple):
    """One fact that a chunk brought."""

    row: int
    fact_id: int
    subject_id: int | None
    operation: str


def enter(
    table: Table,
    values: pl.DataFrame,
    landed: pl.DataFrame,
    batch: Batch,
    *,
    regions: pl.Series,
) -> None:
    """Enter what landed (landing.FACTS) into the registers that the table fills.

    Part of the landing transaction. `regions` are the codes of all divisions, abolished ones
    included.
    """
    if not any(getattr(table, part) is not None for part in FILLING):
        return
    rows = landed.select("row", "fact", "subject", "operation").iter_rows()
    facts = [Landed(*row) for row in rows]
    if table.register_as is not None:
        _parties(table.register_as, values, facts, regions=regions)
    _lists(table, values, facts, batch)
    if table.officer_as is not None:
        _officers(table.officer_as, values, facts)
    if table.relation_as is not None:
        _relations(table, table.relation_as, values, facts)


def _lists(table: Table, values: pl.DataFrame, facts: Sequence[Landed], batch: Batch) -> None:
    """What a list of the catalogue, or of the laws that it rests on, brings."""
    lists = (table.catalog_as, table.point_as, table.mapping_as, table.law_as)
    if all(spec is None for spec in lists):
        return
    listed, sender = _listed(table, values, facts), _sender(batch)
    if table.catalog_as is not None:
        catalog.land_list(table, listed, sender)
    if table.point_as is not None:
        catalog.land_points(table, table.point_as, listed, sender)
    if table.mapping_as is not None:
        catalog.land_mappings(table.mapping_as, listed)
    if table.law_as is not None:
        catalog.propose_laws(table.law_as, listed, sender)


def _joined(values: pl.DataFrame, facts: Sequence[Landed]) -> Iterator[tuple[Landed, Row]]:
    """Each fact that is not a withdrawal, with the canonical values of its row."""
    rows = {row["_row"]: row for row in values.iter_rows(named=True)}
    yield from ((fact, rows[fact.row]) for fact in facts if fact.operation != "d")


def _withdrawn(facts: Sequence[Landed]) -> list[int]:
    return [fact.fact_id for fact in facts if fact.operation == "d"]


def _parties(
    spec: RegisterSpec, values: pl.DataFrame, facts: Sequence[Landed], *, regions: pl.Series
) -> None:
    known_by = {f"{KNOWN_BY}{scheme}": identity(f) for scheme, f in spec.identifiers.items()}
    whole = values.with_columns(**known_by).with_columns(*placed(values, spec.region, regions))
    entries = [_party(spec, fact, row) for fact, row in _joined(whole, facts)]
    pairs = parties.register(entries)
    keep_keys(pairs, entries)
    ties.write_registered(pairs)
    gone = {fact.subject_id for fact in facts if fact.operation == "d"}
    attributes.note_stale_subjects({one for one in gone if one is not None})


def keep_keys(pairs: Sequence[tuple[int, int]], entries: Sequence[parties.Entry]) -> None:
    """Keep the keys by which likely twins of the parties that were entered are found."""
    by_subject = dict(pairs)
    codeless = {"name", *loader.current().natural_schemes}
    said = [
        (by_subject[entry.subject_id], *code, entry.name, entry.address, entry.area)
        for entry in entries
        if entry.subject_id in by_subject
        for code in [one for one in entry.identifiers if one[0] not in codeless] or [("", "")]
    ]
    columns = dict.fromkeys(("scheme", "code", "name", "address", "region"), pl.String)
    frame = pl.DataFrame(said, schema={"id": pl.Int64, **columns}, orient="row")
    if frame.height:
        rows = frame.unique(["id", "scheme", "code"], keep="last", maintain_order=True)
        keys = blocking_keys(rows, registered=True).unique()
        parties.keep_blocking_keys(keys.select("key", "id").iter_rows())


def _party(spec: RegisterSpec, fact: Landed, row: Row) -> parties.Entry:
    def of(field: str | None) -> str | None:
        return row.get(field) if field else None

    address = next((row[field] for field in spec.address if row.get(field)), None)
    named = ((scheme, row[f"{KNOWN_BY}{scheme}"]) for scheme in spec.identifiers)
    codes = (row[fields[0]] for fields in spec.identifiers.values() if len(fields) == 1)
    return parties.Entry(
        fact_id=fact.fact_id,
        subject_id=fact.subject_id,
        kind=spec.kind,
        subkind=spec.subkind,
        name=" ".join(row[field] or "" for field in spec.name if row.get(field)),
        identifiers=[(scheme, value) for scheme, value in named if value],
        code=next(filter(None, codes), ""),
        region=row[REGION],
        region_by=row[REGION_BY],
        industry=of(spec.industry),
        address=address,
        status=of(spec.status),
        legal_person=of(spec.legal_person),
        founded_on=of(spec.founded_on),
        longitude=of(spec.longitude),
        latitude=of(spec.latitude),
        owner=of(spec.owner),
    )


def _relations(
    table: Table, spec: RelationSpec, values: pl.DataFrame, facts: Sequence[Landed]
) -> None:
    """Keep how entities stand to one another; whoever is not known yet is acknowledged by its code."""
    code, name = (table.subject.code, table.subject.name) if table.subject else (None, None)
    if code is None or name is None:
        return
    rows = [(fact, row) for fact, row in _joined(values, facts)]
    named = {str(row[code]): row[name] or "" for _, row in rows}
    named |= {str(row[spec.other]): row[spec.other_name] or "" for _, row in rows}
    known = parties.holders(named)
    parties.acknowledge([_unknown(c, text) for c, text in named.items() if c not in known])
    known = parties.holders(named)
    records = record_keys([fact.fact_id for fact in facts])
    told = [
        parties.Told(
            records[fact.fact_id], fact.fact_id, known[str(row[code])], known[str(row[spec.other])],
            row[spec.relation] or "", date.fromisoformat(row[spec.since] or ""),
            _day((row.get(spec.until) or "") if spec.until else ""),
        )
        for fact, row in rows
    ]  # fmt: skip
    parties.keep_told(told, gone=[records[number] for number in _withdrawn(facts)])


def _unknown(code: str, name: str) -> parties.Entry:
    return parties.Entry(
        fact_id=None, subject_id=None, kind="1", subkind="unregistered", name=name,
        identifiers=[("uscc", code)], code=code,
    )  # fmt: skip


def _listed(table: Table, values: pl.DataFrame, facts: Sequence[Landed]) -> list[catalog.Row]:
    """What landed, in the order in which it was said, withdrawals included."""
    rows = {row["_row"]: row for row in values.iter_rows(named=True)}
    said = ((fact, rows[fact.row]) for fact in facts)
    return [
        catalog.Row(
            content={key: row[key] for key in table.fields if row[key] is not None},
            fact_id=fact.fact_id,
            withdraws=fact.operation == "d",
        )
        for fact, row in said
    ]


def _sender(batch: Batch) -> catalog.Sender:
    return catalog.Sender(batch.provider, batch.public_id, batch.submitted_by)


def _officers(spec: OfficerSpec, values: pl.DataFrame, facts: Sequence[Landed]) -> None:
    officers.withdraw(_withdrawn(facts))
    officers.enter(_officer(spec, fact, row) for fact, row in _joined(values, facts))


def _officer(spec: OfficerSpec, fact: Landed, row: Row) -> officers.Entry:
    of = _reader(row)
    return officers.Entry(
        certificate=of(spec.certificate),
        name=of(spec.name),
        body=of(spec.body),
        valid_to=_day(of(spec.valid_to)),
        region=of(spec.region),
        fields=of(spec.fields),
        fact_id=fact.fact_id,
        area=of(spec.area),
        kind=of(spec.kind),
        issued_by=of(spec.issued_by),
        is_supervisor=of(spec.is_supervisor) == "是",
    )


def _reader(row: Row) -> Callable[[str | None], str]:
    return lambda field: (row.get(field) or "") if field else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
