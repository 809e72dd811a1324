"""What the ledger holds a case to: its row, its clocks, and what its domain keeps of it."""

from collections.abc import Iterable, Iterator, Mapping

from mingcha.base.cases.models import Case, Clock
from mingcha.base.ledger.canonical import Json, digest_of

RECORD = "case"


def record_of(case: Case) -> tuple[str, str]:
    """The case as the ledger names it."""
    return RECORD, case.number


def content_of(case: Case) -> Mapping[str, Json]:
    """What an act says a case is after the deed. Two queries, and those of its domain."""
    clocks = case.clocks.select_related("rule").prefetch_related("changes__extension")
    return _said(case, [_clock(one, _changes(one)) for one in clocks], case.of.content(case.pk))


def opened_content(
    case: Case, clocks: Iterable[Clock], domain: Mapping[str, Json]
) -> Mapping[str, Json]:
    """The same of a case that has just been opened, from what is known of it, without asking."""
    return _said(case, [_clock(one, []) for one in clocks], domain)


def _said(case: Case, clocks: list[Json], domain: Mapping[str, Json]) -> Mapping[str, Json]:
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
        "clocks": clocks,
        "domain": domain,
    }


def _clock(clock: Clock, changes: list[Json]) -> Json:
    return {
        "rule": [clock.rule.key, clock.rule.since.isoformat()] if clock.rule else [],
        "basis": clock.basis,
        "started_on": clock.started_on.isoformat(),
        "due_on": clock.due_on.isoformat() if clock.due_on else "",
        "paused_on": clock.paused_on.isoformat() if clock.paused_on else "",
        "stopped_on": clock.stopped_on.isoformat() if clock.stopped_on else "",
        "changes": changes,
    }


def _changes(clock: Clock) -> list[Json]:
    return [
        [
            change.since.isoformat(),
            change.until.isoformat() if change.until else "",
            change.extension.key if change.extension else "",
            change.reason,
        ]
        for change in clock.changes.all()
    ]


def digests() -> Iterator[tuple[str, bytes]]:
    """Every case, for `verify`."""
    for case in Case.objects.select_related("unit", "opener").order_by("pk").iterator(500):
        yield case.number, digest_of(content_of(case))
