"""The inbox: what waits for somebody, in three parts."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from mingcha.base.cases.machine import Kind, Over
from mingcha.base.cases.models import Case, Todo, Urging
from mingcha.base.cases.queries.lists import about_words
from mingcha.base.cases.queries.page import soon_until
from mingcha.base.cases.queries.seeing import told_to_body
from mingcha.base.days import local_today
from mingcha.base.people.models import Account

# Asked on every page: as the parts of `inbox`, written out, for composing it takes longer than it.
WAITING = """
    SELECT count(*) FROM (
        SELECT FROM cases_todo t JOIN cases_case c ON c.id = t.case_id
        WHERE t.done_at IS NULL AND NOT t.to_know
          AND (t.person_id = ANY(%(names)s)
               OR t.person_id IS NULL AND t.unit_id = %(unit)s AND (c.kind, c.state) IN (
                   SELECT * FROM unnest(%(kinds)s::text[], %(states)s::text[])))
        LIMIT %(most)s) AS waiting
"""


@dataclass(frozen=True)
class Box:
    """The parts of somebody's inbox: theirs, to be claimed by anyone who may, to know.

    `mine` holds what is addressed to them by name or to somebody they stand in for; `unclaimed` what
    waits for anyone who may act: `own` at their own body, `below` at the others.
    """

    mine: QuerySet[Todo]
    unclaimed: QuerySet[Todo]
    own: QuerySet[Todo]
    below: QuerySet[Todo]
    to_know: QuerySet[Todo]


@dataclass(frozen=True)
class Sought:
    """What an inbox was asked for; every part narrows. `due`: late, today, soon, none."""

    words: str = ""
    kind: str = ""
    due: str = ""


def inbox(account: Account) -> Box:
    """What waits for an account, the earliest due first. Nothing is asked of whoever may not act."""
    waiting = (
        Todo.objects.filter(done_at__isnull=True)
        .select_related("case__opener", "case__unit", "unit", "person", "sent_by")
        .defer("case__search")
        .order_by("due_on", "pk")
    )
    to_do = waiting.filter(to_know=False)
    free = to_do.filter(person__isnull=True)
    unclaimed, here = free.filter(_may_act(account)), Q(unit=account.organisation_id)
    return Box(
        mine=to_do.filter(person__in=_names(account)),
        unclaimed=unclaimed,
        own=free.filter(here).filter(_at_own_body(account)),
        below=unclaimed.exclude(here),
        to_know=waiting.filter(Q(person__in=_names(account)) | told_to_body(account), to_know=True),
    )


def narrowed(part: QuerySet[Todo], asked: Sought) -> QuerySet[Todo]:
    """A part of an inbox that fits a filter, each with how often it was `urged`."""
    today = local_today()
    due = {
        "late": Q(due_on__lt=today),
        "today": Q(due_on=today),
        "soon": Q(due_on__gte=today, due_on__lte=soon_until(today)),
        "none": Q(due_on__isnull=True),
    }
    found = part.filter(due.get(asked.due, Q()), about_words(asked.words, "case__"))
    if asked.kind:
        found = found.filter(case__kind=asked.kind)
    urgings = Urging.objects.filter(todo=OuterRef("pk")).order_by().values("todo")
    count = Subquery(urgings.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return found.annotate(urged=Coalesce(count, 0))


def waiting_count(account: Account, *, most: int = 100) -> int:
    """How many things wait for an account by name or unclaimed at its own body, up to `most`.

    One query, and one for those it stands in for: it is asked on every page.
    """
    states = _own_states(account)
    asked: dict[str, Any] = {
        "names": _names(account), "unit": account.organisation_id, "most": most,
        "kinds": [kind for kind, _ in states], "states": [state for _, state in states],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WAITING, asked)
        return int(cursor.fetchone()[0])


def next_for(account: Account, case: Case) -> Todo | None:
    """The most urgent thing that waits for an account apart from one case; its own body's next."""
    box = inbox(account)
    others = (part.exclude(case=case).first() for part in (box.mine, box.own))
    return next((todo for todo in others if todo is not None), None)


def _names(account: Account) -> list[int]:
    return [account.pk, *(person.pk for person in account.absent)]


def _at_own_body(account: Account) -> Q:
    """The states in which the account may make some move at its own body. No query."""
    by_kind: dict[str, list[str]] = {}
    for kind, state in _own_states(account):
        by_kind.setdefault(kind, []).append(state)
    condition = Q(pk__in=[])
    for kind, states in by_kind.items():
        condition |= Q(case__kind=kind, case__state__in=states)
    return condition


def _own_states(account: Account) -> list[tuple[str, str]]:
    """(kind, state) in which the account may make some move at its own body. No query."""
    return [
        (kind.name, state)
        for kind in Kind.ALL.values()
        for state, rights in _asked_of(kind).items()
        if any(account.holds_over(right, account.organisation) for right in rights)
    ]


def _may_act(account: Account) -> Q:
    """Todos from whose state the account may make some move, at a body over which it may."""
    held = account.held
    condition = Q(pk__in=[])
    for kind in Kind.ALL.values():
        by_rights: dict[frozenset[str], list[str]] = {}
        for state, rights in _asked_of(kind).items():
            if mine := frozenset(rights & held.rights):
                by_rights.setdefault(mine, []).append(state)
        for mine, states in by_rights.items():
            arm = Q(case__kind=kind.name, case__state__in=states)
            if not any(held.everywhere(right) for right in mine):
                arm &= Q(unit__in={body for right in mine for body in held.bodies(right)})
            condition |= arm
    return condition


def _asked_of(kind: Kind) -> dict[str, set[str]]:
    """State with a duty → the rights of the moves that the body having the case may make."""
    machine = kind.machine
    return {
        state: {move.right for move in machine.open_from(state) if move.over is Over.UNIT}
        for state in machine.duties
    }
