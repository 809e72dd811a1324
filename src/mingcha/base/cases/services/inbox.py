"""The inbox (待办): asked for, served, opened, claimed, done. Each row is its own proof of service."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from mingcha.base.cases.contents import content_of, record_of
from mingcha.base.cases.errors import AlreadyClaimed, Barred, NotOfTheUnit, NotOpen
from mingcha.base.cases.models import Case, Todo
from mingcha.base.days import utc_now
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import holders_of

OPENED = "首次查阅"


def ask(case: Case, *, person: Account | None, by: Account | None) -> Todo | None:
    """Ask the body that has the case, or one person of it, for what its state demands. None: nothing."""
    verb = case.of.machine.duties.get(case.state)
    if verb is None:
        return None
    return _send(Todo(case=case, unit=case.unit, person=person, verb=verb, sent_by=by))


def asked_of_many(
    cases: Sequence[tuple[Case, Sequence[Account]]], *, by: Account | None
) -> list[Todo]:
    """What asks the bodies that have many cases of one kind and state, or the people named of each.

    Not saved. Whether a body can receive is asked once.
    """
    now, receives = utc_now(), dict[int, bool]()
    made: list[Todo] = []
    for case, people in cases:
        verb = case.of.machine.duties.get(case.state)
        if verb is None:
            continue
        asked: Sequence[Account | None] = people or [None]
        for person in asked:
            todo = Todo(case=case, unit=case.unit, person=person, verb=verb, sent_by=by,
                        due_on=case.due_on)  # fmt: skip
            if person is None and case.unit_id not in receives:
                receives[case.unit_id] = _can_be_received(todo)
            is_received = receives[case.unit_id] if person is None else person.is_active
            todo.delivered_at = now if is_received else None
            made.append(todo)
    return made


def tell(
    case: Case, unit: Organisation, verb: str, *, person: Account | None, by: Account | None
) -> Todo:
    """Let a body or a person know something; done by opening it (抄知)."""
    return _send(Todo(case=case, unit=unit, person=person, verb=verb, to_know=True, sent_by=by))


def settle(case: Case, *, by: Account | None) -> None:
    """Nothing more is asked of whoever had the case.

    Whoever acts on it has opened it, and has taken it on if nobody had: it stays theirs to look up.
    """
    waiting = open_todos(case)
    if by is not None:
        _opened(waiting.filter(opened_at__isnull=True), by)
        waiting.filter(person__isnull=True).update(
            person=by, claimed_by=by, claimed_at=Coalesce("claimed_at", Value(utc_now()))
        )
    waiting.update(done_at=utc_now())


def settle_one(case: Case, person: Account) -> None:
    """Nothing more is asked of one of several who were asked by name; the others still are."""
    waiting = open_todos(case).filter(person=person)
    _opened(waiting.filter(opened_at__isnull=True), person)
    waiting.update(done_at=utc_now())


@transaction.atomic
def note_opened(case: Case, *, reader: Account) -> None:
    """Note that somebody who is asked has opened the case: once, the first time. Served means read.

    Leaves one act when it is the first time, so that the proof of service can be checked; looking
    again leaves nothing and costs one query.
    """
    if not _unread_by(reader, case):
        return
    current = locked(case)
    mine = Todo.objects.filter(pk__in=_unread_by(reader, case))
    if mine:
        _opened(mine, reader)
        Todo.objects.filter(pk__in=[todo.pk for todo in mine], to_know=True).update(
            done_at=utc_now()
        )
        ledger.act(reader, OPENED, record_of(current), content=content_of(current))


def locked(case: Case) -> Case:
    """The case as it is now, kept from changing: whoever leaves an act on it says what it is."""
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("unit", "opener")
        .get(pk=case.pk)
    )


def _unread_by(reader: Account, case: Case) -> list[int]:
    unread = Todo.objects.filter(case=case, opened_at__isnull=True, done_at__isnull=True)
    return [todo.pk for todo in unread if is_addressed_to(todo, reader)]


def is_addressed_to(todo: Todo, reader: Account) -> bool:
    """Whether a todo is for this person: by name, as deputy, or as one of the body it was sent to.

    Those above the body see the case too; that they look does not serve the body.
    """
    if todo.person_id is not None:
        return todo.person_id == reader.pk or stands_in(reader, todo.person_id)
    return reader.organisation_id == todo.unit_id


def _opened(todos: QuerySet[Todo], reader: Account) -> None:
    now = utc_now()
    todos.update(opened_at=now, opened_by=reader, delivered_at=Coalesce("delivered_at", Value(now)))


def stands_in(reader: Account, absent: int | None) -> bool:
    """Whether an account stands in today for another, given by its id."""
    return absent is not None and any(person.pk == absent for person in reader.absent)


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
    taken = case.handler_id is not None and case.handler_id != actor.pk
    if taken and not stands_in(actor, case.handler_id):
        raise AlreadyClaimed(number=case.number, handler=case.handler)


def give_to(case: Case, person: Account) -> None:
    """Make one person of the body the one who is asked. Raises NotOfTheUnit or Barred."""
    rights = {move.right for move in case.of.machine.open_from(case.state)}
    if not any(person.holds_over(right, case.unit) for right in rights):
        raise NotOfTheUnit(name=person.real_name, unit=case.unit.name)
    if why := case.of.bars(case, person):
        raise Barred(why=why)
    case.handler = person
    open_todos(case).update(person=person)


def take(case: Case, person: Account, *, on_behalf: Account | None) -> None:
    """Make one person the one who is asked, by their own wish; `on_behalf` of somebody absent."""
    give_to(case, person)
    claimed = {"claimed_at": utc_now(), "claimed_by": person, "claimed_for": on_behalf}
    mine = open_todos(case)
    _opened(mine.filter(opened_at__isnull=True), person)
    (mine if on_behalf else mine.filter(claimed_at__isnull=True)).update(**claimed)


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
