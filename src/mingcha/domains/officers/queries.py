"""Officers for whoever checks an act."""

from collections.abc import Iterator
from datetime import date

from mingcha.domains.officers.models import Officer


def certificate_rows() -> Iterator[tuple[str, date | None, str]]:
    """(certificate, last valid day, body) of every officer, for bulk checks."""
    rows = Officer.objects.values_list("certificate", "valid_to", "body")
    yield from rows.iterator(chunk_size=5000)
