"""What officers of the demonstration city have done on site: confirmed, recorded, reviewed, followed up.

Works on the parts of a task that was issued without a draw: one part each at every stage, and results
of several kinds. Everything goes through the services that pages use.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from mingcha.base.days import local_today
from mingcha.base.people.models import Account
from mingcha.base.people.queries import account_called
from mingcha.domains.inspections.queries import followups, parts
from mingcha.domains.inspections.services import (
    followups as following,
)
from mingcha.domains.inspections.services import onsite, pairing, reviewing
from mingcha.domains.inspections.services.followups import Order
from mingcha.domains.inspections.services.onsite import Outcome, Statement, Tap
from mingcha.domains.officers import queries as officers
from mingcha.domains.officers import services as register
from mingcha.domains.officers.rules import Asked

LOGINS, HEAD, ADMIN = ("market-officer", "market-officer2"), "market-head", "market-admin"
BAD = "进货查验记录不全，缺 3 天"
# How far a part is taken: stage, result, what was found wrong on the first line.
STAGES: Sequence[tuple[str, str, bool]] = (
    ("reviewed", "1", False), ("reviewed", "A", True), ("reviewed", "6", False),
    ("reviewed", "E", True), ("submitted", "1", False), ("recording", "", False),
    ("confirmed", "", False), ("named", "", False),
)  # fmt: skip


def do(task: Any, say: Callable[[str], None]) -> None:
    """Take the parts of a task through what officers, their head and the administrator do."""
    people = [account_called(login) for login in LOGINS]
    certificates = _held(people, task)
    if len(certificates) < len(people):
        return
    head = account_called(HEAD)
    found = parts.parts(head, parts.Filter(whose="all", task=task.case.number)).order_by("pk")
    for part, (stage, result, is_bad) in zip(found, STAGES, strict=False):
        case = part.case
        pairing.name_officers(case, certificates, actor=people[0])
        if stage == "named":
            continue
        onsite.plan(case, on=local_today(), shown_from=None, actor=people[0])
        for person in people:
            onsite.confirm(case, actor=person)
        if stage == "confirmed":
            continue
        onsite.start(case, [1, 2], actor=people[0])
        _record(case, people[0], is_bad=is_bad, whole=stage != "recording")
        if stage == "recording":
            continue
        summary = BAD if is_bad else "按检查实施清单逐项检查"
        onsite.submit(case, Outcome(result, summary), actor=people[0])
        if stage == "reviewed":
            reviewing.approve(case, actor=head)
        _serve(part, people[0])
    say(f"现场检查：{task.name}，各阶段各一件，结果和后续处置可在“我的检查”中查看")


def _held(people: Sequence[Account], task: Any) -> list[str]:
    """Certificates of officers who may go, now held by these accounts."""
    admin, body = account_called(ADMIN), people[0].organisation
    asked = Asked(task.first_on, task.last_on, organisation=body.pk)
    found = list(officers.eligible(asked).order_by("certificate")[: len(people)])
    for officer, account in zip(found, people, strict=False):
        register.name_holder(officer, account, actor=admin)
    return [officer.certificate for officer in found]


def _record(case: Any, person: Account, *, is_bad: bool, whole: bool) -> None:
    lines = parts.lines_of(parts.part_of(case))
    taps = [
        Tap(line.item.pk, line.number, *(("02", BAD) if is_bad and place == 0 else ("01", "")))
        for place, line in enumerate(lines)
    ]
    onsite.record(case, taps if whole else taps[: max(1, len(taps) // 2)], actor=person)
    if whole:
        said = Statement("对检查情况无异议。", unsigned="负责人不在现场，由店长陪同并核对记录")
        onsite.state(case, said, actor=person)


def _serve(part: Any, person: Account) -> None:
    """Serve the order to correct that a result has opened."""
    for label, case in followups.followed(parts.part_of(part.case)):
        if label == "责令改正":
            order = followups.correction_of(case)
            until = local_today() + timedelta(days=15)
            following.serve(case, Order(order.order, order.basis, until), actor=person)
