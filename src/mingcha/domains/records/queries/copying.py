"""What a COPY … TO STDOUT gives, as a frame: no Python object per value."""

import io
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import polars as pl
from django.db import connection

from mingcha.base.copying import copying

Schema: TypeAlias = Mapping[str, pl.DataType | type[pl.DataType]]


def copied_out(
    statement: str, values: Sequence[object] | Mapping[str, object], schema: Schema
) -> pl.DataFrame:
    """The rows of a COPY (FORMAT csv), in columns of these names and types.

    Null where a value is missing; an empty text stays one.
    """
    buffer = io.BytesIO()
    with connection.cursor() as cursor, copying(cursor, statement, values) as copy:
        for block in copy:
            buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=schema)
    buffer.seek(0)
    return pl.read_csv(buffer, has_header=False, schema=schema, infer_schema=False)
