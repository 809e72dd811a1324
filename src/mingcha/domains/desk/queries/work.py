"""Rows of the inbox and of lists of cases, with what a page says about each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from mingcha.base.calendar import queries as calendar
from mingcha.base.calendar.rules import Judge
from mingcha.base.cases import queries as cases
from mingcha.base.cases.machine import Kind
from mingcha.base.cases.models import Case, Step, Todo
from mingcha.base.days import minute_text
from mingcha.base.people.models import Account
from mingcha.domains.parties import queries as parties


@dataclass(frozen=True)
class CaseRow:
    """One case in a list."""

    case: Case
    party: str
    due: str
    tone: str
    last: str = ""

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("desk:case", args=[self.case.number])


@dataclass(frozen=True)
class TodoRow:
    """One thing that waits, in the inbox."""

    todo: Todo
    case: Case
    party: str
    due: str
    tone: str
    sender: str
    absent: str  # whose it is, when one stands in

    @property
    def url(self) -> str:
        """The page of its case."""
        return reverse("desk:case", args=[self.case.number])


def case_rows(found: Sequence[Case], account: Account, *, mine: bool = False) -> list[CaseRow]:
    """Cases with what a list says about them. `mine` adds what the account last did on each."""
    names = _parties(found, account)
    judge = calendar.days()
    last = _last_of(found, account) if mine else {}
    rows = []
    for case in found:
        words, tone = standing(case, judge)
        rows.append(
            CaseRow(case, names.get(case.party_id or 0, ""), words, tone, last.get(case.pk, ""))
        )
    return rows


def todo_rows(found: Sequence[Todo], account: Account) -> list[TodoRow]:
    """What waits, with what the inbox says about it."""
    names = _parties([todo.case for todo in found], account)
    judge = calendar.days()
    rows = []
    for todo in found:
        words, tone = ("", "plain") if todo.due_on is None else due_of(todo, judge)
        absent = todo.person.real_name if todo.person and todo.person_id != account.pk else ""
        rows.append(
            TodoRow(
                todo, todo.case, names.get(todo.case.party_id or 0, ""), words, tone,
                sender_of(todo), absent,
            )
        )  # fmt: skip
    return rows


def sender_of(todo: Todo) -> str:
    """From whom something comes: a person, or the system for the body that opened the case."""
    if todo.sent_by is None:
        return f"系统（{todo.case.opener}）"
    return str(todo.sent_by)


def due_of(todo: Todo, judge: Judge) -> tuple[str, str]:
    """Until when, in words, and its colour. For something with a due day."""
    assert todo.due_on is not None  # noqa: S101  # the caller has asked
    provisional = todo.case.is_provisional
    return cases.until(todo.due_on, provisional=provisional, judge=judge)[1:]


def standing(case: Case, judge: Judge) -> tuple[str, str]:
    """How a case stands with its time, in words, and its colour."""
    if case.closed_at is not None:
        return "已办结", "done"
    if case.is_paused:
        return "中止计时", "todo"
    if case.due_on is None:
        return "", "plain"
    return cases.until(case.due_on, provisional=case.is_provisional, judge=judge)[1:]


def kinds_seen(account: Account) -> list[Kind]:
    """The kinds of case that an account may see somewhere, by label."""
    mine = (kind for kind in Kind.ALL.values() if account.holds(kind.sees))
    return sorted(mine, key=lambda kind: kind.label)


def _parties(found: Iterable[Case], account: Account) -> dict[int, str]:
    """Names of the parties concerned, for whoever may look parties up."""
    ids = {case.party_id for case in found if case.party_id is not None}
    return parties.names_of(ids) if ids and account.holds(parties.SEARCH) else {}


def _last_of(found: Sequence[Case], account: Account) -> dict[int, str]:
    """What the account last did on each of these cases, and when. One query."""
    newest = Window(RowNumber(), partition_by=F("case"), order_by=F("pk").desc())
    steps = Step.objects.filter(case__in=[case.pk for case in found], by=account)
    ranked = steps.annotate(place=newest).filter(place=1)
    return {step.case_id: f"{step.label} {minute_text(step.at)}" for step in ranked}
