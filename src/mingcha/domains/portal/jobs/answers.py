"""What the answering process is asked: to write the public book of a day as Parquet."""

import os
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from mingcha.base.asking import Answer, answers
from mingcha.domains.portal.queries import Book, book_called
from mingcha.standards.arrow import arrow_schema

ROWS = 5_000  # of one row group
HEAD = {
    "scheme": pa.string(), "code": pa.string(), "version": pa.int32(), "since": pa.date32(),
    "until": pa.date32(), "published_by": pa.string(),
    "published_at": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


@answers("portal.book")
def write_book(*, book: str, on: str, path: str) -> Answer:
    """Write the book of a day to `path`, whole or not at all. Returns how many rows."""
    found, target = book_called(book), Path(path)
    schema = schema_of(found)
    working = target.with_name(f".{target.name}.{os.getpid()}")
    count = 0
    try:
        with parquet.ParquetWriter(working, schema, compression="zstd") as writer:
            for rows in _by_turns(found.rows(date.fromisoformat(on))):
                cells = [_cells(found, schema, row) for row in rows]
                writer.write_table(pa.Table.from_pylist(cells, schema=schema))
                count += len(rows)
        working.replace(target)
    finally:
        working.unlink(missing_ok=True)
    return {"rows": count}


def schema_of(book: Book) -> pa.Schema:
    """The columns of a book: of the version, the public fields as declared, the check items as texts."""
    whole = arrow_schema(book.table)
    fields = [whole.field(key) for key in book.fields()]
    if not book.is_dated:
        return pa.schema(fields, metadata=whole.metadata)
    taken = {field.name for field in fields}
    head = [pa.field(key, kind) for key, kind in HEAD.items() if key not in taken]
    points = [
        pa.field(key, pa.string(), metadata={"label": text}) for key, text in book.points.items()
    ]
    more = [pa.field("points", pa.list_(pa.struct(points)))] if points else []
    return pa.schema([*head, *fields, *more], metadata=whole.metadata)


def _by_turns(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    stream = iter(rows)
    while some := list(islice(stream, ROWS)):
        yield some


def _cells(book: Book, schema: pa.Schema, row: dict[str, Any]) -> dict[str, Any]:
    """One row with values of the types of its columns; what is empty is null."""
    said = {**row, **row["content"]} if book.is_dated else row
    plain = [field for field in schema if not (book.points and field.name == "points")]
    found = {field.name: _value(field.type, said.get(field.name)) for field in plain}
    return found | {"points": row["points"]} if book.points else found


def _value(kind: pa.DataType, value: Any) -> Any:
    if value is None or value == "":
        return None
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value)
    if pa.types.is_decimal(kind):
        return Decimal(value)
    if pa.types.is_integer(kind):
        return int(value)
    if pa.types.is_boolean(kind):
        return value == "是"
    return value.split("、") if pa.types.is_list(kind) else value
