"""Everything that the page of one case shows to one account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from mingcha.base.access import label_of
from mingcha.base.cases import faces
from mingcha.base.cases import queries as cases
from mingcha.base.cases.faces import Face, Facts
from mingcha.base.cases.machine import Choice
from mingcha.base.cases.models import Case, Step, Todo
from mingcha.base.cases.services import may_urge
from mingcha.base.people.models import Account
from mingcha.domains.parties import queries as parties


@dataclass(frozen=True)
class Stage:
    """One state on the bar: past, now, next, or skipped."""

    label: str
    standing: str


@dataclass(frozen=True)
class TraceLine:
    """One step of the trace, with the states it led from and to in words."""

    step: Step
    source: str
    target: str


@dataclass(frozen=True)
class MoveLine:
    """A move that may be made now, with its form; or why not."""

    choice: Choice
    form: Facts | None
    help: str
    is_open: bool
    place: int  # the key that opens it


@dataclass(frozen=True)
class Tool:
    """Something else that may be done with a case, or why not."""

    label: str
    url: str
    icon: str
    key: str
    why_not: str = ""


def case_page(case: Case, account: Account, tried: Facts | None = None) -> Mapping[str, Any]:
    """What the template of the case page needs. `tried` is a form that was not accepted."""
    face, steps = Face.of(case), cases.trace(case)
    services = cases.services_of(case)
    moves = move_lines(case, account, tried)
    is_lost = tried is not None and tried.is_bound and not any(m.form is tried for m in moves)
    return {
        "case": case,
        "kind": case.of,
        "about_url": face.about(case),
        "party": _party(case, account),
        "stages": stages(case, steps),
        "readings": cases.readings(case),
        "moves": [line for line in moves if line.choice.may],
        "refused": [line for line in moves if not line.choice.may],
        "orphan": tried if is_lost else None,
        "may_claim": may_claim(case, account, services),
        "claimed": next((todo for todo in services if todo.claimed_for_id and not todo.done_at), None),
        "tools": tools(case, account),
        "part": face.template,
        "face": face.context(case, account),
        "trace": trace_lines(case, steps),
        "services": services,
        "linked": cases.linked(case, account),
        "urged": _urged(services),
        "next": cases.next_for(account, case),
        "why": {"text": cases.why_seen(case, account), "url": why_url(case)},
    }  # fmt: skip


def move_lines(case: Case, account: Account, tried: Facts | None) -> list[MoveLine]:
    """The moves from where the case stands, the permitted first; the first of them is open."""
    choices = sorted(cases.choices(case, account), key=lambda choice: not choice.may)
    chosen = tried.move.name if tried else next((c.move.name for c in choices if c.may), "")
    face = Face.of(case)
    lines = []
    for place, choice in enumerate(choices, start=1):
        name = choice.move.name
        form = None
        if choice.may:
            same = tried is not None and tried.move.name == name
            form = tried if same else faces.form_of(case, name, actor=account)
        lines.append(MoveLine(choice, form, face.move(name).help, name == chosen, place))
    return lines


def stages(case: Case, steps: Sequence[Step]) -> list[Stage]:
    """The bar: the states of the table on the way from opening to end, and where the case stands."""
    machine = case.of.machine
    path = machine.path(case.state)
    here = path.index(case.state)
    visited = {step.target for step in steps}
    return [
        Stage(machine.label(state), _standing(place, here, state in visited))
        for place, state in enumerate(path)
    ]


def trace_lines(case: Case, steps: Sequence[Step]) -> list[TraceLine]:
    """The trace, newest first; a step that left the state as it was names none."""
    label = case.of.machine.label
    return [
        TraceLine(step, label(step.source), label(step.target))
        if step.source and step.source != step.target
        else TraceLine(step, "", "")
        for step in reversed(steps)
    ]


def may_claim(case: Case, account: Account, services: Sequence[Todo]) -> bool:
    """Whether somebody may take the case on now: it is nobody's, or that of whom they stand in for."""
    if not case.is_open or not any(todo.done_at is None and not todo.to_know for todo in services):
        return False
    rights = {move.right for move in case.of.machine.open_from(case.state)}
    if not any(account.holds_over(right, case.unit) for right in rights):
        return False
    absent = {person.pk for person in account.absent}
    return case.handler_id is None or case.handler_id in absent


def tools(case: Case, account: Account) -> list[Tool]:
    """Hand over, urge, extend, link, proof of service: what there is, and why not."""

    def tool(label: str, page: str, icon: str, key: str, why_not: str) -> Tool:
        return Tool(label, reverse(f"desk:{page}", args=[case.number]), icon, key, why_not)

    rights = [move.right for move in case.of.machine.open_from(case.state)]
    over = any(account.holds_over(right, case.unit) for right in rights)
    closed = "" if case.is_open else "已办结。"
    not_mine = "" if over else f"只有{case.unit.name}有权办理此件的人员可以操作。"
    found = [
        tool("转交", "case_hand_over", "person", "h", closed or not_mine),
        tool("催办", "case_urge", "clock", "u", closed or _why_not_urge(case, account)),
        tool("关联办件", "case_link", "link", "l", not_mine if case.is_open else closed),
    ]
    if case.of.extensions:
        found.insert(1, tool("延长期限", "case_extend", "calendar", "e",
                             closed or _why_not_extend(case, account)))  # fmt: skip
    return found


def why_url(case: Case) -> str:
    """Where the rule for cases of this body is explained."""
    return f"{reverse('desk:why_rows', args=['cases'])}?organisation={case.unit.code}"


def _why_not_urge(case: Case, account: Account) -> str:
    if may_urge(case, account):
        return ""
    return f"只有发起单位的人员，或在{case.unit.name}持有“{label_of('cases.urge')}”权限的人员可以催办。"


def _why_not_extend(case: Case, account: Account) -> str:
    allowed = [one for one in case.of.extensions if account.holds_over(one.right, case.unit)]
    if not allowed:
        names = "、".join(sorted({label_of(one.right) for one in case.of.extensions}))
        return f"延长期限须由在{case.unit.name}持有“{names}”权限的人员批准。"
    if case.due_on is None:
        return "没有正在计算的期限。"
    return ""


def _party(case: Case, account: Account) -> dict[str, str] | None:
    """The party concerned, for whoever may look parties up, and its dossier for who may open it."""
    if case.party_id is None:
        return None
    party = parties.visible_to(account).filter(pk=case.party_id).first()
    if party is None:
        return None
    may = account.holds("insight.dossier")
    url = reverse("insight:dossier", args=[party.public_id]) if may else ""
    return {"name": party.name, "url": url}


def _urged(services: Sequence[Todo]) -> str:
    """How often whoever has the case now was urged, in words."""
    times = sum(len(todo.urgings.all()) for todo in services if todo.done_at is None)
    return f"已催办 {times} 次" if times else ""


def _standing(place: int, here: int, was_visited: bool) -> str:
    if place == here:
        return "now"
    if place > here:
        return "next"
    return "past" if was_visited else "skipped"
