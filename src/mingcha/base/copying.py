"""COPY on Django's connection. It goes past Django's cursors, and so would its errors."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def copying(
    cursor: CursorWrapper, statement: str, values: Sequence[object] | Mapping[str, object] = ()
) -> Iterator[psycopg.Copy]:
    """A COPY, in or out, while the block lasts.

    What the database refuses, and a connection that is lost, is raised as Django raises it: jobs
    are tried again by those errors (base/jobs.py).
    """
    with connection.wrap_database_errors, cursor.copy(statement, values or None) as copy:
        yield copy
