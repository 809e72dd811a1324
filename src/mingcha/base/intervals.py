"""Intervals in force that never overlap, held by the database with nothing but core types.

An exclusion constraint over a number and a span of days would need the extension btree_gist; over
two ranges it needs nothing, so a number or text is written as a range of one.
"""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import Deferrable, F, Func, Q, Value


def span(since: str = "since", until: str = "until", bounds: str = "[]") -> Func:
    """A row's days as a range, both ends included unless `bounds` says else; no end is for ever."""
    return Func(F(since), F(until), Value(bounds), function="daterange")


def same(number: str) -> Func:
    """A whole number as a range of one."""
    return Func(F(number), F(number), Value("[]"), function="int8range")


def same_text(text: str) -> Func:
    """A text as a range of one over its hash."""
    hashed = Func(F(text), Value(0), function="hashtextextended")
    return Func(hashed, hashed, Value("[]"), function="int8range")


def never_overlap(
    name: str,
    what: Func,
    days: Func | None = None,
    *,
    condition: Q | None = None,
    deferrable: Deferrable | None = None,
) -> ExclusionConstraint:
    """The constraint that no two rows of one `what` (`same`, `same_text`) hold on one day.

    `days` is `span()` unless given; only rows that meet the condition count.
    """
    return ExclusionConstraint(
        name=name,
        expressions=[(one, RangeOperators.OVERLAPS) for one in (what, days or span())],
        condition=condition,
        deferrable=deferrable,
    )


def holds_on(day: date, since: str = "since", until: str = "until") -> Q:
    """The condition that a row is in force on a day."""
    return holds_within(day, day, since, until)


def holds_within(first: date, last: date, since: str = "since", until: str = "until") -> Q:
    """The condition that a row is in force on some day of those from `first` to `last`."""
    open_ended = Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": first})
    return open_ended & Q(**{f"{since}__lte": last})
