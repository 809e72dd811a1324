"""Cases, the inbox and the trace, with the permission in the question."""

from mingcha.base.cases.queries.lists import Filter, about, cases, done_by, running_under
from mingcha.base.cases.queries.page import (
    Reading,
    admit,
    choices,
    linked,
    made_by,
    may_take,
    reading,
    readings,
    rungs,
    services_of,
    soon_until,
    trace,
    until,
)
from mingcha.base.cases.queries.seeing import case_for, visible_to, why_seen
from mingcha.base.cases.queries.waiting import (
    Box,
    Sought,
    inbox,
    narrowed,
    next_for,
    waiting_count,
)

__all__ = [
    "Box",
    "Filter",
    "Reading",
    "Sought",
    "about",
    "admit",
    "case_for",
    "cases",
    "choices",
    "done_by",
    "inbox",
    "linked",
    "made_by",
    "may_take",
    "narrowed",
    "next_for",
    "reading",
    "readings",
    "rungs",
    "running_under",
    "services_of",
    "soon_until",
    "trace",
    "until",
    "visible_to",
    "waiting_count",
    "why_seen",
]
