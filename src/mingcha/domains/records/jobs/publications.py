"""What was published in the catalogue becomes facts, and acts of its changed days are looked at again."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

import polars as pl
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from procrastinate.contrib.django import app

from mingcha.base.days import local_day, local_today
from mingcha.base.jobs import AGAIN
from mingcha.base.ledger.hashing import sm3
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog import queries as catalog
from mingcha.domains.records.jobs.landing import Sender, keep
from mingcha.domains.records.jobs.prepare import INCOMING
from mingcha.domains.records.jobs.references import references_for
from mingcha.domains.records.jobs.rows import landing_rows
from mingcha.domains.records.models import Fact, Mark, Operation
from mingcha.domains.records.services import marks
from mingcha.standards import loader
from mingcha.standards.frames.checking import check
from mingcha.standards.model import Reference, Severity, Table

AT_ONCE = 20_000


class Unlawful(RuntimeError):
    """What was published does not keep to its own table: the form let through what the check does not."""


@app.task(name="records.land_publication", queue="intake", retry=AGAIN)
def land_publication(publication: int) -> None:
    """Land what a publication says as facts of its tables, the publishing body being the provider.

    The same content again is counted as doubled, so twice does no harm.
    """
    said = catalog.said_by(publication)
    for name, rows in groupby(sorted(said.rows, key=lambda row: row.table), lambda row: row.table):
        with transaction.atomic():
            _land(
                loader.current().table(name), list(rows), said.body, said.by, on=local_day(said.at)
            )


@app.task(name="records.examine_publication", retry=AGAIN)
def examine_publication(publication: int) -> None:
    """Look again at the acts of the past days that a publication changed, and mark or unmark them.

    The acts stay as they are. What is marked already stays marked, so twice does no harm.
    """
    today = local_today()
    for entry in catalog.touched(publication):
        for since, until in entry.past(today):
            _examine(entry, since, until, about=f"publication:{publication}")


def _land(
    table: Table,
    rows: Sequence[catalog.SaidRow],
    body: Organisation,
    by: Account | None,
    *,
    on: date,
) -> None:
    alone = table.model_copy(update={"references": ()})  # the book vouches for what it says
    cells = [
        {"_row": number, "cd_operation": "d" if row.withdraws else "i", **row.content}
        for number, row in enumerate(rows, 1)
    ]
    schema = {"_row": pl.Int64, "cd_operation": pl.String, **dict.fromkeys(table.fields, pl.String)}
    frame = pl.DataFrame(cells, schema=schema, orient="row")
    codes, references = loader.current().code_tables, references_for(alone)
    checked = check(alone, frame, codes=codes, references=references, on=on)
    wrong = checked.failures.filter(pl.col("severity") == Severity.REFUSE.value)
    if wrong.height:
        raise Unlawful(f"{table.name}: {wrong['field'].to_list()} {wrong['check'].to_list()}")
    whole = landing_rows(checked.frame, alone, provider=body.code, references=references, on=on)
    digests = [sm3(said).hex() for said in whole["content"]]
    whole = whole.with_columns(pl.Series("content_hash", digests, dtype=pl.String)).select(INCOMING)
    keep(whole, Sender(body.pk, table.name, by), enveloped=True)


def _examine(entry: catalog.Touched, since: date, until: date, *, about: str) -> None:
    for table, reference in _citing(entry):
        acts = _acts(entry, table, since, until)
        if not acts.exists():
            continue  # as when a whole catalogue comes in before the first act
        alone = table.model_copy(update={"references": (reference,), "rules": ()})
        references = references_for(alone)
        for facts in _pages(acts):
            cells = [{"_row": fact.pk, **fact.payload} for fact in facts]
            schema = {"_row": pl.Int64, **dict.fromkeys(table.fields, pl.String)}
            frame = pl.DataFrame(cells, schema=schema, orient="row")
            codes = loader.current().code_tables
            checked = check(alone, frame, codes=codes, references=references, on=until)
            found = checked.failures.filter(pl.col("check") == reference.name)
            said = dict(found.select("_row", "reason").iter_rows())
            with transaction.atomic():
                marks.keep_one(Mark.Kind.RETROACTIVE, about, said)
                marks.lift({fact.pk for fact in facts} - said.keys(), Mark.Kind.RETROACTIVE)


def _citing(entry: catalog.Touched) -> Iterator[tuple[Table, Reference]]:
    """The tables whose acts cite the catalogue of an entry, each with the reference that does."""
    for table in loader.current().tables.values():
        for reference in table.references:
            binds = reference.severity is not Severity.WARN
            if table.item is not None and binds and reference.catalogue == entry.scheme:
                yield table, reference.model_copy(update={"severity": Severity.REFUSE})


def _acts(entry: catalog.Touched, table: Table, since: date, until: date) -> QuerySet[Fact]:
    """The standing facts of a table that cite an entry on some days."""
    newer = Fact.objects.filter(
        provider=OuterRef("provider"), dataset=OuterRef("dataset"),
        source_key=OuterRef("source_key"), version__gt=OuterRef("version"),
    )  # fmt: skip
    spec = table.item
    cites = Q(item=entry.code)
    if entry.kind != "item" and spec is not None and spec.checklist is not None:
        cites = Q(item=entry.item_code, **{f"payload__{spec.checklist}": entry.code})
    facts = Fact.objects.filter(
        cites, ~Exists(newer), dataset=table.name, occurred_on__range=(since, until)
    )
    return facts.exclude(operation=Operation.DELETE)


def _pages(facts: QuerySet[Fact]) -> Iterator[list[Fact]]:
    last = 0
    while page := list(facts.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield page
        last = page[-1].pk
