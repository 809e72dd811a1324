"""Proof of service (送达回证): who was served with what, and the acts that testify to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mingcha.base.cases import queries as cases
from mingcha.base.cases.contents import record_of
from mingcha.base.cases.models import Case, Todo
from mingcha.base.days import second_text
from mingcha.base.ledger import queries as ledger
from mingcha.domains.desk.queries.acts import Line, lines
from mingcha.domains.desk.queries.work import sender_of

BASIS = "《西安市“互联网+监管”系统管理办法（试行）》第二十七条：通过系统下达的任务视为有效送达。"


@dataclass(frozen=True)
class Service:
    """One service: what was asked of whom, and what became of it."""

    todo: Todo
    receiver: str
    sender: str
    claimer: str
    urgings: str


def services(case: Case) -> list[Service]:
    """Every service of a case, the first first."""
    return [_service(todo) for todo in cases.services_of(case)]


def testimony(case: Case) -> list[Line]:
    """The acts on a case with their hashes and seals, the first first."""
    return list(reversed(lines(ledger.history(*record_of(case)))))


def document(case: Case, *, printed: str) -> Mapping[str, object]:
    """The proof as the typesetter takes it: texts only."""
    return {
        "number": case.number,
        "title": case.title,
        "kind": case.of.label,
        "state": case.get_state_display(),
        "unit": case.unit.name,
        "opener": case.opener.name,
        "basis": BASIS,
        "printed": printed,
        "services": [_cells(place, one) for place, one in enumerate(services(case), start=1)],
        "acts": [
            [
                _at(line.at), line.verb, f"{line.actor}　{line.organisation}", line.hash,
                "" if line.leaf_no is None else str(line.leaf_no),
                "待封签" if line.seal_no is None else f"第 {line.seal_no} 号",
            ]
            for line in testimony(case)
        ],
    }  # fmt: skip


def _service(todo: Todo) -> Service:
    claimer = str(todo.claimed_by or "")
    if todo.claimed_for is not None:
        claimer += f"（代{todo.claimed_for}）"
    receiver = f"{todo.unit}　{todo.person}" if todo.person else str(todo.unit)
    return Service(todo, receiver, sender_of(todo), claimer, _urgings(todo))


def _urgings(todo: Todo) -> str:
    said = [
        f"{_at(one.at)} {one.by or '系统'}催至{one.get_rung_display()}"
        for one in todo.urgings.all()
    ]
    return f"{len(said)} 次：" + "；".join(said) if said else ""


def _cells(place: int, one: Service) -> list[str]:
    todo = one.todo
    return [
        str(place),
        todo.verb + ("（抄知）" if todo.to_know else ""),
        one.receiver,
        _who_when(one.sender, todo.sent_at),
        _at(todo.delivered_at) or "尚未送达",
        _who_when(str(todo.opened_by or ""), todo.opened_at) or "尚未查阅",
        _who_when(one.claimer, todo.claimed_at) or ("不需认领" if todo.to_know else "尚未认领"),
        one.urgings or "无",
        _at(todo.done_at) or "在办",
    ]


def _who_when(who: str, when: datetime | None) -> str:
    return f"{who}\n{_at(when)}".strip() if when is not None else ""


def _at(when: datetime | None) -> str:
    return "" if when is None else second_text(when)
