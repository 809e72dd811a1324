"""What the answering process is asked: check some records, or hand them in (docs/decisions/0010)."""

from typing import Any

from mingcha.base.asking import Answer, answers
from mingcha.base.people.models import Organisation
from mingcha.domains.records.jobs import entering
from mingcha.domains.records.services.entry import Handing
from mingcha.standards import loader

Rows = list[dict[str, str]]


@answers("records.check")
def check(*, table: str, provider: int, rows: Rows, operation: str = "i") -> Answer:
    """What the checks say of each row; `rows` are texts by field. Nothing is kept."""
    body = Organisation.objects.get(pk=provider)
    return {
        "rows": entering.judged(loader.current().table(table), body, rows, operation),
    }


@answers("records.enter")
def enter(*, rows: Rows, **said: Any) -> Answer:
    """Hand records in; see entering.enter. `said` is a Handing as `Handing.as_said` writes it."""
    return entering.enter(Handing.read(said), rows)
