"""Open many cases of one kind at once: the same as one by one, in a few statements.

def keep(cases: Sequence[Case]) -> Sequence[Mapping[str, Json]]:
    Part.objects.bulk_create(...)                    # what the domain keeps of each
    return [content of each]                         # as its kind's `content` would say it

open_many(openings, asked=people, actor=actor, keep=keep)
"""

from collections.abc import Callable, Mapping, Sequence

from django.db import transaction

from mingcha.base.cases.contents import opened_content, record_of
from mingcha.base.cases.events import CasesOpened
from mingcha.base.cases.machine import Kind
from mingcha.base.cases.models import Case, Clock, Step, Todo
from mingcha.base.cases.services import clocks, inbox
from mingcha.base.cases.services.moving import OPENED, Opening, next_numbers
from mingcha.base.days import local_today
from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.people.models import Account

Keep = Callable[[Sequence[Case]], Sequence[Mapping[str, Json]]]
AT_ONCE = 5000


@transaction.atomic
def open_many(
    openings: Sequence[Opening],
    *,
    asked: Sequence[Sequence[Account]],
    actor: Account | None,
    keep: Keep,
) -> list[Case]:
    """Open many cases of one kind, today, with clocks, inbox, trace and acts; whether the actor may,
    the caller asks.

    `asked` names for each case the people who are asked by name, nobody for its body. `keep` writes
    what the domain keeps of the cases and returns its content of each. Announces CasesOpened.
    Raises ValueError for openings of several kinds, with a day of their own, or an own start.
    """
    if not openings:
        return []
    kind = Kind.called(_only_kind(openings))
    today = local_today()
    model = Case()
    running = clocks.opening(model, kind.starts, on=today)
    numbers = next_numbers(kind, len(openings))
    cases = [
        Case(
            number=number, kind=kind.name, state=kind.machine.first, title=one.title[:300],
            unit=one.unit, opener=one.opener or (actor.organisation if actor else one.unit),
            opened_by=actor, handler=one.handler, about_kind=one.about[0], about_key=one.about[1],
            party_id=one.party_id, parent=one.parent, is_urgent=one.is_urgent,
            due_on=model.due_on, is_provisional=model.is_provisional,
        )
        for number, one in zip(numbers, openings, strict=True)
    ]  # fmt: skip
    Case.objects.bulk_create(cases, batch_size=AT_ONCE)
    contents = keep(cases)
    of_each = [clocks.for_case(case, running) for case in cases]
    Clock.objects.bulk_create([c for several in of_each for c in several], batch_size=AT_ONCE)
    Step.objects.bulk_create(
        [
            Step(
                case=case, label=OPENED, target=case.state, by=actor, version=case.version,
                unit=actor.organisation if actor else case.unit, reason=one.reason[:1000],
            )
            for case, one in zip(cases, openings, strict=True)
        ],
        batch_size=AT_ONCE,
    )  # fmt: skip
    todos = inbox.asked_of_many(list(zip(cases, asked, strict=True)), by=actor)
    Todo.objects.bulk_create(todos, batch_size=AT_ONCE)
    ledger.acts_on_new(
        actor,
        f"{OPENED}{kind.label}",
        (
            (record_of(case), opened_content(case, several, said))
            for case, several, said in zip(cases, of_each, contents, strict=True)
        ),
    )
    announce(CasesOpened(kind.name, numbers[0], numbers[-1]))
    return cases


def _only_kind(openings: Sequence[Opening]) -> str:
    if any(one.due is not None or one.started_on is not None for one in openings):
        raise ValueError("cases opened together begin today and end by their rules")
    kinds = {one.kind for one in openings}
    if len(kinds) != 1:
        raise ValueError(f"cases opened together are of one kind: {sorted(kinds)}")
    return kinds.pop()
