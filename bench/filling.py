"""Fill tables by one statement, from their models: what is not said is what the model would say."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, models

from mingcha.base.ids import PublicIdField

RANDOM_ID = "substr(replace(gen_random_uuid()::text, '-', ''), 1, 20)"


def insert(
    model: type[models.Model], source: str, values: Sequence[object] = (), **columns: str
) -> None:
    """INSERT … SELECT: `columns` are SQL over `source` (with `values`) by column name."""
    said: dict[str, str] = {}
    defaults: list[object] = []
    blank = model()
    for field in model._meta.concrete_fields:
        is_given = field.column in columns
        if field.generated or (isinstance(field, models.AutoField) and not is_given):
            continue
        if is_given:
            said[field.column] = columns[field.column]
        elif isinstance(field, PublicIdField):
            said[field.column] = RANDOM_ID
        elif getattr(field, "auto_now_add", False):
            said[field.column] = "now()"
        elif not field.has_db_default():
            said[field.column] = f"%s::{field.db_type(connection)}"
            defaults.append(field.get_db_prep_save(getattr(blank, field.attname), connection))
    unknown = columns.keys() - said.keys()
    if unknown:
        raise KeyError(f"{model.__name__} has no {sorted(unknown)}")
    statement = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(map(connection.ops.quote_name, said))}) "
        f"SELECT {', '.join(said.values())} FROM {source}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*defaults, *values])


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """The tables without indexes that are no constraint, which are made anew at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique",
            [list(tables)],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _, definition in found:
            cursor.execute(definition)
