"""The inbox (待办): asked for, served, opened, claimed, done. Each row is its own proof of service."""

from django.db import transaction
from django.db.models import QuerySet

from mingcha.base.cases.errors import AlreadyClaimed, NotOfTheUnit, NotOpen
from mingcha.base.cases.models import Case, Todo
from mingcha.base.days import utc_now
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import holders_of


def ask(case: Case, *, person: Account | None, by: Account | None) -> Todo | None:
    """Ask the body that has the case, or one person of it, for what its state demands. None: nothing."""
    verb = case.of.machine.duties.get(case.state)
    if verb is None:
        return None
    return _send(Todo(case=case, unit=case.unit, person=person, verb=verb, sent_by=by))


def tell(
    case: Case, unit: Organisation, verb: str, *, person: Account | None, by: Account | None
) -> Todo:
    """Let a body or a person know something; done by opening it (抄知)."""
    return _send(Todo(case=case, unit=unit, person=person, verb=verb, to_know=True, sent_by=by))


def settle(case: Case) -> None:
    """Nothing more is asked of whoever had the case."""
    Todo.objects.filter(case=case, done_at__isnull=True, to_know=False).update(done_at=utc_now())


@transaction.atomic
def note_opened(case: Case, *, reader: Account) -> None:
    """Note that somebody who is asked has opened the case: once, the first time. Served means read.

    Not an act of the ledger: the row itself is the proof, and looking changes nothing.
    """
    mine = Todo.objects.select_for_update().filter(case=case, opened_at__isnull=True)
    for todo in mine.select_related("unit"):
        if is_addressed_to(todo, reader):
            todo.opened_at = utc_now()
            todo.opened_by = reader
            todo.delivered_at = todo.delivered_at or todo.opened_at
            if todo.to_know:
                todo.done_at = todo.opened_at
            todo.save(update_fields=["opened_at", "opened_by", "delivered_at", "done_at"])


def is_addressed_to(todo: Todo, reader: Account) -> bool:
    """Whether a todo is for this person: by name, or as one of the body who may act."""
    if todo.person_id is not None:
        return todo.person_id == reader.pk
    return reader.organisation_id == todo.unit_id or any(
        reader.holds_over(right, todo.unit) for right in _rights(todo)
    )


def deliver_waiting() -> int:
    """Serve what could not be served because nobody could receive it. Returns how many were."""
    delivered = 0
    waiting = Todo.objects.filter(delivered_at__isnull=True, done_at__isnull=True)
    for todo in waiting.select_related("case", "unit", "person").order_by("pk").iterator(500):
        if _can_be_received(todo):
            Todo.objects.filter(pk=todo.pk).update(delivered_at=utc_now())
            delivered += 1
    return delivered


def check_claimable(case: Case, actor: Account) -> None:
    """Raises NotOpen, or AlreadyClaimed by another."""
    if not case.is_open:
        raise NotOpen(number=case.number, deed="认领")
    if case.handler_id is not None and case.handler_id != actor.pk:
        raise AlreadyClaimed(number=case.number, handler=case.handler)


def give_to(case: Case, person: Account) -> None:
    """Make one person of the body the one who is asked. Raises NotOfTheUnit."""
    rights = {move.right for move in case.of.machine.open_from(case.state)}
    if not any(person.holds_over(right, case.unit) for right in rights):
        raise NotOfTheUnit(name=person.real_name, unit=case.unit.name)
    case.handler = person
    open_todos(case).update(person=person)


def open_todos(case: Case) -> QuerySet[Todo]:
    """What is asked of somebody about a case and not done."""
    return Todo.objects.filter(case=case, done_at__isnull=True, to_know=False)


def _send(todo: Todo) -> Todo:
    todo.due_on = None if todo.to_know else todo.case.due_on
    if _can_be_received(todo):
        todo.delivered_at = utc_now()
    todo.save()
    return todo


def _can_be_received(todo: Todo) -> bool:
    """Whether the person has an active account, or anybody holds a right to act over the body."""
    if todo.person is not None:
        return todo.person.is_active
    if todo.to_know:
        return True
    return any(holders_of(right, todo.unit).exists() for right in _rights(todo))


def _rights(todo: Todo) -> set[str]:
    machine = todo.case.of.machine
    return {move.right for move in machine.open_from(todo.case.state)} or {todo.case.of.sees}
