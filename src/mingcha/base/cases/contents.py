"""What the ledger holds a case to: its row, its clocks, and what its domain keeps of it."""

from collections.abc import Iterator, Mapping

from mingcha.base.cases.models import Case
from mingcha.base.ledger.canonical import Json, digest_of

RECORD = "case"


def record_of(case: Case) -> tuple[str, str]:
    """The case as the ledger names it."""
    return RECORD, case.number


def content_of(case: Case) -> Mapping[str, Json]:
    """What an act says a case is after the deed. Two queries, and those of its domain."""
    clocks = case.clocks.select_related("rule").prefetch_related("changes__extension")
    return {
        "kind": case.kind,
        "state": case.state,
        "title": case.title,
        "unit": case.unit.code,
        "handler": case.handler_id or 0,
        "opener": case.opener.code,
        "opened_by": case.opened_by_id or 0,
        "about": [case.about_kind, case.about_key],
        "party": case.party_id or 0,
        "parent": case.parent_id or 0,
        "is_urgent": case.is_urgent,
        "due_on": case.due_on.isoformat() if case.due_on else "",
        "is_open": case.is_open,
        "version": case.version,
        "clocks": [
            {
                "rule": [clock.rule.key, clock.rule.since.isoformat()] if clock.rule else [],
                "basis": clock.basis,
                "started_on": clock.started_on.isoformat(),
                "due_on": clock.due_on.isoformat() if clock.due_on else "",
                "paused_on": clock.paused_on.isoformat() if clock.paused_on else "",
                "stopped_on": clock.stopped_on.isoformat() if clock.stopped_on else "",
                "changes": [
                    [
                        change.since.isoformat(),
                        change.until.isoformat() if change.until else "",
                        change.extension.key if change.extension else "",
                        change.reason,
                    ]
                    for change in clock.changes.all()
                ],
            }
            for clock in clocks
        ],
        "domain": case.of.content(case.pk),
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every case, for `verify`."""
    for case in Case.objects.select_related("unit", "opener").order_by("pk").iterator(500):
        yield case.number, digest_of(content_of(case))
