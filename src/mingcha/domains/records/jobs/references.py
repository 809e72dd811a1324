"""What a batch is checked against: items, checklists, officers, regions, and the facts it cites."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl
from django.db.models import F, QuerySet
from django.db.models.fields.json import KT

from mingcha.base.days import local_day
from mingcha.base.people import queries as people
from mingcha.domains.catalog import queries as catalog
from mingcha.domains.officers import queries as officers
from mingcha.domains.records.models import Fact, Operation
from mingcha.standards import loader
from mingcha.standards.frames.cleaning import clean
from mingcha.standards.frames.references import (
    CHECKLISTS,
    EXCEPTIONS,
    ITEMS,
    OFFICERS,
    REGIONS,
    References,
    Schema,
)
from mingcha.standards.model import CATALOGUES, FieldType, Table

BUILT_IN = {*CATALOGUES, "officer"}
CITED = {"key": pl.String, "day": pl.Date}
CERTIFICATES_OPEN_FROM = date(1900, 1, 1)


Named = Mapping[str, set[str]]  # what a reference leads to ("item", …) → the codes it names


def references_for(table: Table, named: Named | None = None) -> References:
    """The reference frames that a table's declarations ask for; what it cites comes per chunk.

    `named` limits them to the codes that a few rows name; without it everything is there.
    """
    wanted = {(reference.to, reference.catalogue) for reference in table.references}
    schemes = {(to, scheme) for to, scheme in wanted if scheme is not None}
    own = {scheme for _, scheme in schemes if scheme not in CATALOGUES}

    def codes(to: str) -> set[str] | None:
        return None if named is None else named.get(to, set())

    return References(
        items={scheme: _items(scheme, codes(to)) for to, scheme in schemes if to == "item"},
        checklists={
            scheme: _checklists(scheme, codes(to)) for to, scheme in schemes if to == "checklist"
        },
        exceptions=_exceptions(table),
        labels={scheme: f"“{loader.current().table(scheme).label}”" for scheme in own},
        officers=_officers(codes("officer"))
        if ("officer", None) in wanted
        else References().officers,
        regions=_frame(people.region_years(), REGIONS),
    )


def cited(table: Table, mapped: pl.DataFrame, provider_id: int) -> Mapping[str, pl.DataFrame]:
    """The facts that the rows of a chunk cite and that are here: "table.field" → keys and days.

    Looks at the provider's own records first, then among all providers for what is left.
    """
    found: dict[str, pl.DataFrame] = {}
    for reference in table.references:
        if reference.to in BUILT_IN:
            continue
        values = (
            mapped[reference.field]
            if reference.field in mapped.columns
            else pl.Series([], dtype=pl.String)
        )
        wanted = set(clean(values.drop_nulls().unique(), FieldType.TEXT).drop_nulls().to_list())
        known = sorted(_known(reference.to, wanted, provider_id).items())
        found[reference.to] = pl.DataFrame(known, schema=CITED, orient="row")
    return found


def day_of_receipt(received_at: object) -> date:
    """The day against which a batch is checked, in Shanghai."""
    return local_day(received_at)  # type: ignore[arg-type]  # a datetime column


def refers(table: str, to: str) -> bool:
    """Whether a table's references lead to another: by name, or through what the other fills."""
    fills_officers = loader.current().table(to).officer_as is not None
    return any(
        (reference.catalogue or reference.to.split(".")[0]) == to
        or (reference.to == "officer" and fills_officers)
        for reference in loader.current().table(table).references
    )


def is_referred_to(table: Table) -> bool:
    """Whether any table's rows may wait for rows of this one."""
    return any(refers(name, table.name) for name in loader.current().tables)


def _known(to: str, wanted: set[str], provider_id: int) -> dict[str, date]:
    """Which of the wanted values "table.field" holds, and on which day that record happened.

    A field that is the whole key is looked up in the index of keys; any other costs one pass over
    the provider's records of that table.
    """
    if not wanted:
        return {}
    dataset, _, field = to.partition(".")
    key = loader.current().table(dataset).key
    whole = key.fields == (field,) and not key.counted
    facts = Fact.objects.filter(dataset=dataset)
    facts = facts.annotate(cited=F("source_key") if whole else KT(f"payload__{field}"))
    here = _standing(facts.filter(provider=provider_id, cited__in=wanted))
    left = wanted - here.keys()
    return here | _standing(facts.filter(cited__in=left)) if left else here


def _standing(facts: QuerySet[Any]) -> dict[str, date]:
    """The cited values of the records (annotated `cited`) whose latest version is no withdrawal.

    Where several records hold one value, the day is that of the provider who came first.
    """
    keyed = ("provider_id", "source_key")  # by number: "provider" would sort by the tree
    latest = facts.order_by(*keyed, "-version").distinct(*keyed)
    found: dict[str, date] = {}
    for value, operation, day in latest.values_list("cited", "operation", "occurred_on"):
        if operation != Operation.DELETE:
            found.setdefault(value, day)
    return found


def _items(scheme: str, codes: set[str] | None) -> pl.DataFrame:
    return _frame(catalog.item_rows(scheme, codes), ITEMS)


def _checklists(scheme: str, codes: set[str] | None) -> pl.DataFrame:
    rows = (
        (code, item, body, since, until, status)
        for code, item, since, until, status, body in catalog.checklist_rows(scheme, codes)
    )
    return _frame(rows, CHECKLISTS)


def _exceptions(table: Table) -> dict[str, pl.DataFrame]:
    """What is excepted from the catalogue of the table's items."""
    if table.item is None:
        return {}
    scheme = table.item.scheme
    return {scheme: _frame(catalog.exception_rows(scheme), EXCEPTIONS)}


def _officers(certificates: set[str] | None) -> pl.DataFrame:
    rows = (
        (certificate, CERTIFICATES_OPEN_FROM, valid_to, None)
        for certificate, valid_to, _ in officers.certificate_rows(certificates)
    )
    return _frame(rows, OFFICERS)


def _frame(rows: Iterable[tuple[object, ...]], schema: Schema) -> pl.DataFrame:
    """Rows as a frame; empty text means no bound."""
    bare = [tuple(None if value == "" else value for value in row) for row in rows]
    return pl.DataFrame(bare, schema=schema, orient="row")
