"""On which days the versions of one item hold, and what a change of them changes."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)


class Span(NamedTuple):
    """Days from `since` to `until`, both included; None is for ever. `key` says which version."""

    since: date
    until: date | None
    key: int


def terms(stated: Iterable[Span]) -> list[Span]:
    """The days of each version, in order: to its own last day, or to the day before the next begins.

    So the order in which versions arrive makes no difference, and two never hold on one day.
    Raises ValueError for two that begin on the same day.
    """
    ordered = sorted(stated, key=lambda span: span.since)
    found = []
    for place, span in enumerate(ordered):
        if place + 1 == len(ordered):
            found.append(span)
            continue
        following = ordered[place + 1].since
        if following == span.since:
            raise ValueError(f"two versions begin on {following}")
        last = following - DAY
        until = last if span.until is None else min(span.until, last)
        found.append(span._replace(until=until))
    return found


def changed(before: Sequence[Span], after: Sequence[Span]) -> list[tuple[date, date | None]]:
    """The stretches of days on which another version holds than before, earliest first.

    `before` and `after` are the terms of one item; the last stretch may be open.
    """
    cuts = {span.since for span in (*before, *after)}
    cuts |= {span.until + DAY for span in (*before, *after) if span.until is not None}
    ordered = sorted(cuts)
    found: list[tuple[date, date | None]] = []
    for place, day in enumerate(ordered):
        if _on(before, day) == _on(after, day):
            continue
        last = ordered[place + 1] - DAY if place + 1 < len(ordered) else None
        if found and found[-1][1] == day - DAY:
            found[-1] = (found[-1][0], last)
        else:
            found.append((day, last))
    return found


def _on(spans: Sequence[Span], day: date) -> int | None:
    for span in spans:
        if span.since <= day and (span.until is None or day <= span.until):
            return span.key
    return None
