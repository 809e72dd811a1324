"""Which table a file is of, and how its columns become fields: by its headers and saved mappings."""

from collections.abc import Callable, Sequence

from mingcha.domains.records.errors import ColumnsMissing
from mingcha.domains.records.models import Batch, SourceMapping
from mingcha.domains.records.reading.door import chunks
from mingcha.domains.records.reading.model import Source
from mingcha.standards import loader, recognition
from mingcha.standards.mapping import Mapping, Rename, reads, writes
from mingcha.standards.model import Table
from mingcha.standards.recognition import Recognised, match

SAMPLE_ROWS = 20


def candidates(batch: Batch) -> list[Table]:
    """The tables a batch may be of: the one asked for or mapped to, else all."""
    named = batch.table_asked or (batch.mapping.table if batch.mapping else "")
    return [loader.current().table(named)] if named else list(loader.current().tables.values())


def scorer(
    tables: Sequence[Table], saved: SourceMapping | None
) -> Callable[[Sequence[str]], float]:
    """How well a row of cells fits as the header of one of the tables; the reader takes the best."""
    if saved is not None:
        known = columns_of(Mapping.model_validate(saved.spec))
        return lambda cells: float(len(known & set(cells)))
    return recognition.scorer(tables)


def columns_of(spec: Mapping) -> set[str]:
    """The columns of the source that a mapping reads: all it reads and has not written before."""
    read: set[str] = set()
    written: set[str] = set()
    for step in spec.steps:
        read |= set(reads(step)) - written
        written |= set(writes(step))
    return read


def fields_by_column(spec: Mapping) -> dict[str, str]:
    """Source column → the field it ends in, for telling people which cell is meant."""
    return {
        source: field
        for step in spec.steps
        for source in reads(step)
        for field in writes(step)[:1]
        if not field.startswith("$")
    }


def recognise(batch: Batch, source: Source) -> Recognised:
    """What the header row means. Raises NoTableFits or SeveralTablesFit."""
    saved = mapping_in_use(batch, source.headers)
    if saved is not None:
        spec = Mapping.model_validate(saved.spec)
        return match(
            [field for step in spec.steps for field in writes(step)],
            loader.current().table(saved.table),
        )
    tables = candidates(batch)
    return (
        match(source.headers, tables[0])
        if len(tables) == 1
        else recognition.recognise(source.headers, tables)
    )


def check(recognised: Recognised) -> None:
    """Raise ColumnsMissing when a required field has no column: every row would come back."""
    table = loader.current().table(recognised.table)
    if recognised.missing:
        labels = "、".join(f"“{table.fields[key].label}”" for key in recognised.missing)
        raise ColumnsMissing(table=table.label, missing=labels)


def left_out(batch: Batch) -> list[str]:
    """A sentence for columns that mean nothing in the standard, so that none is dropped silently."""
    unknown = [
        header for header in batch.sample.get("unknown", []) if header not in batch.sample["fields"]
    ]
    named = "、".join(f"“{header}”" for header in unknown)
    return [f"这些列不在数据标准中，没有采用：{named}。"] if unknown else []


def mapping_in_use(batch: Batch, headers: Sequence[str]) -> SourceMapping | None:
    """The mapping given with the batch, else the provider's newest one made for these headers."""
    if batch.mapping is not None:
        return batch.mapping
    saved = SourceMapping.objects.filter(provider=batch.provider)
    if batch.table_asked:
        saved = saved.filter(table=batch.table_asked)
    newest = saved.order_by("table", "name", "-version").distinct("table", "name")
    here = set(headers)
    fitting = [one for one in newest if columns_of(Mapping.model_validate(one.spec)) == here]
    return max(fitting, key=lambda one: one.made_at, default=None)


def mapping_for(batch: Batch, table: Table, headers: Sequence[str]) -> Mapping:
    """How the columns become fields: the saved mapping, or the headers taken at their word."""
    saved = mapping_in_use(batch, headers)
    return (
        Mapping.model_validate(saved.spec) if saved is not None else at_their_word(table, headers)
    )


def at_their_word(table: Table, headers: Sequence[str]) -> Mapping:
    """The mapping that the headers explain by themselves, the national envelope included."""
    found = match(headers, table)
    named = {**found.columns, **found.transport}
    steps = [Rename(source=headers[place], field=field) for place, field in sorted(named.items())]
    return Mapping(table=table.name, steps=tuple(steps))


def glance(source: Source) -> dict[str, object]:
    """What the pages need to know of a file whose table is not known yet: headers, first rows."""
    first = next(chunks(source, size=SAMPLE_ROWS), None)
    rows = first.rows.drop("_row").rows() if first is not None else []
    return {
        "kind": source.kind.value,
        "encoding": source.encoding.name,
        "sheet": source.sheet,
        "headers": list(source.headers),
        "rows": [list(row) for row in rows],
    }


def meaning(recognised: Recognised, spec: Mapping) -> dict[str, object]:
    """What the headers mean, beside the glance at them: table, header → field, what is unknown."""
    return {
        "table": recognised.table,
        "fields": fields_by_column(spec),
        "unknown": [header for _, header in recognised.unknown],
    }
