"""Items laid out to the bodies below, and claimed by them (事项认领): XA21 art. 9, 37, 38.

    laid = lay_out(Layout("2026 年市级目录", items), actor=account)      # one case per body
    answer(case, {item.pk: Said(Answer.CLAIMED)}, actor=clerk)           # the last one ends the case

Whoever answers late is let in, and it stays known. The unanswered are urged by the clock of the case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, advance, changing, opened
from mingcha.base.cases.services import Said as Move
from mingcha.base.days import local_today, utc_now
from mingcha.base.errors import BadInput
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.catalog import errors
from mingcha.domains.catalog.models import Answer, ClaimRound, Item, ItemClaim, ItemVersion
from mingcha.domains.catalog.queries import claims as queries
from mingcha.domains.catalog.states import Claiming

LAY_OUT, ANSWER = "catalog.publish", "catalog.draft"


@dataclass(frozen=True)
class Layout:
    """What is laid out: a title, and the versions of the items that hold today."""

    title: str
    versions: Sequence[ItemVersion]


@dataclass(frozen=True)
class Said:
    """What a body says of an item; that it is not its own takes a reason."""

    answer: Answer
    reason: str = ""


@dataclass
class Laid:
    """What was laid out: one case per body, and how many items in all."""

    round: ClaimRound
    cases: list[Case] = field(default_factory=list)
    items: int = 0


@transaction.atomic
def lay_out(layout: Layout, *, actor: Account) -> Laid:
    """Lay items out to every body under the actor's scope that they fit (布置认领).

    A body that was asked of an item before, and has claimed it or has yet to answer, is not asked
    again; one that declined it is. Opens one case per body, with one act each. Raises NotAllowed, BadInput or NobodyToClaim.
    """
    require(actor, LAY_OUT, actor.organisation)
    title = layout.title.strip()
    if not title:
        raise BadInput(problem="请填写布置的名称")
    wanted = queries.to_lay_out(actor, layout.versions)
    if not wanted:
        raise errors.NobodyToClaim()
    laid = Laid(ClaimRound.objects.create(title=title[:200], body=actor.organisation, by=actor))
    for body, items in wanted:
        laid.cases.append(_lay_out_to(body, items, laid.round, actor))
        laid.items += len(items)
    return laid


def answer(
    case: Case, said: Mapping[int, Said], *, actor: Account, seen: int | None = None
) -> Case:
    """Say of items, by their primary key, whether they are the body's own (认领、退回).

    With the last answer the case is finished. Leaves one act, and another with the last answer.
    Raises NotAllowed, NotLaidOut, ReasonMissing (declined without a reason), ClaimsClosed or Stale.
    """
    with transaction.atomic():
        with changing(case, actor=actor, seen=seen) as (locked, leave):
            require(actor, ANSWER, locked.unit)
            if locked.state != Claiming.OPEN:
                raise errors.ClaimsClosed(number=locked.number, state=locked.get_state_display())
            rows = _rows(locked, said)
            for row in rows:
                _put(row, said[row.item_id], late=_is_late(locked), actor=actor)
            ItemClaim.objects.bulk_update(rows, ["answer", "reason", "is_late", "by", "at"])
            leave(_label(rows))
        if not queries.waiting(case).exists():
            with advance(case, "finish", actor=actor):
                pass
    return case


def claim_rest(case: Case, *, actor: Account, said: Move) -> Case:
    """Claim every item that has no answer yet, and end the case (办结认领). Leaves one act.

    Raises NotAllowed, MoveRefused or Stale.
    """
    with advance(case, "finish", actor=actor, said=said) as locked:
        rows = list(queries.waiting(locked).select_for_update())
        for row in rows:
            _put(row, Said(Answer.CLAIMED), late=_is_late(locked), actor=actor)
        ItemClaim.objects.bulk_update(rows, ["answer", "reason", "is_late", "by", "at"])
    return case


@transaction.atomic
def succeed(body: Organisation, successor: Organisation | None) -> int:
    """Settle what is open with a body that was closed (承继认领): its successor is asked instead.

    What the successor has claimed already is not asked again. Without a successor the cases are
    called back with the reason. The last day stays. Leaves one act per case; returns how many.
    """
    open_ = Case.objects.filter(kind="item-claim", unit=body, closed_at__isnull=True)
    cases = list(open_.select_related("unit", "opener").order_by("pk"))
    for case in cases:
        if successor is None:
            said = Move(reason=f"{body.name}已撤销，没有承继机构")
            with advance(case, "recall", actor=None, said=said):
                pass
            continue
        said = Move(reason=f"{body.name}已撤销，由{successor.name}承继", to=successor)
        with advance(case, "succeed", actor=None, said=said) as locked:
            _hand_on(locked, successor)
        if not queries.waiting(case).exists():
            with advance(case, "finish", actor=None, said=Move(reason="承继机构均已认领")):
                pass
    return len(cases)


def _hand_on(case: Case, successor: Organisation) -> None:
    """Ask the successor of what has no answer; what it has claimed before counts here too."""
    mine = ItemClaim.objects.filter(body=successor, answer=Answer.CLAIMED).values("item")
    waiting = queries.waiting(case)
    waiting.filter(item__in=mine).update(
        body=successor, answer=Answer.CLAIMED, reason="承继机构此前已认领", at=utc_now()
    )
    queries.waiting(case).update(body=successor)


def _lay_out_to(
    body: Organisation, items: Sequence[Item], layout: ClaimRound, actor: Account
) -> Case:
    opening = Opening(
        "item-claim", f"认领监管事项：{layout.title}（{len(items)} 项）", body,
        opener=actor.organisation, about=("catalog.claim-round", str(layout.pk)),
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        ItemClaim.objects.bulk_create(
            ItemClaim(case=case, round=layout, item=item, body=body) for item in items
        )
    return case


def _rows(case: Case, said: Mapping[int, Said]) -> list[ItemClaim]:
    rows = list(ItemClaim.objects.select_for_update().filter(case=case, item__in=list(said)))
    if not said or len(rows) != len(said):
        raise errors.NotLaidOut(number=case.number)
    return rows


def _put(row: ItemClaim, said: Said, *, late: bool, actor: Account) -> None:
    reason = said.reason.strip()
    if said.answer == Answer.DECLINED and not reason:
        raise errors.DeclineNeedsReason()
    row.answer, row.reason = said.answer, reason[:500]
    row.is_late, row.by, row.at = late, actor, utc_now()


def _is_late(case: Case) -> bool:
    return case.due_on is not None and local_today() > case.due_on


def _label(rows: Sequence[ItemClaim]) -> str:
    """What was answered, in the words of the trace."""
    counts = {
        label: sum(row.answer == answer for row in rows)
        for answer, label in ((Answer.CLAIMED, "认领"), (Answer.DECLINED, "退回"))
    }
    return "、".join(f"{label} {count} 项" for label, count in counts.items() if count) or "答复"
