"""Take officers into the register."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from mingcha.domains.officers.models import Officer


@dataclass(frozen=True)
class Entry:
    """One row of an officer table, as its declaration reads it (OfficerSpec)."""

    certificate: str
    name: str
    body: str
    valid_to: date | None
    region: str
    fields: str
    fact_id: int


def enter(entries: Iterable[Entry]) -> None:
    """Add officers, or put newer entries in place of older ones with the same certificate."""
    latest = {entry.certificate: entry for entry in entries}
    Officer.objects.bulk_create(
        [Officer(**asdict(entry)) for entry in latest.values()],
        update_conflicts=True,
        unique_fields=["certificate"],
        update_fields=["name", "body", "valid_to", "region", "fields", "fact_id"],
        batch_size=2000,
    )


def withdraw(fact_ids: Iterable[int]) -> None:
    """Take out officers whose record was withdrawn (operation d)."""
    Officer.objects.filter(fact_id__in=list(fact_ids)).delete()
