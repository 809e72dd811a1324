"""The signed receipt of an order to correct (送达回证): a photo or PDF, kept by its hash."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from mingcha.base.cases.errors import MoveRefused
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import changing
from mingcha.base.days import local_today
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import OrderReceipt
from mingcha.domains.inspections.queries import followups as queries
from mingcha.domains.inspections.states import INSPECT, CorrectionState
from mingcha.domains.records.services import attachments, vault

KEEP = "存入送达回证"
_BEFORE = (CorrectionState.DRAFT, CorrectionState.REVOKED)


@dataclass(frozen=True)
class ReceiptSaid:
    """How and when an order was served, and who signed for it; else what happened instead."""

    manner: str
    served_on: date
    received_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """The receipt on its way in: the name of its file and its bytes."""

    name: str
    blocks: Iterable[bytes]


def keep_receipt(
    case: Case, said: ReceiptSaid, picture: Picture, *, actor: Account
) -> OrderReceipt:
    """Keep the signed receipt of an order that was served (存入送达回证). The same file again is the
    one there is. Leaves one act.

    Raises NotAllowed, MoveRefused (not served yet, or revoked), NotFinished, or what
    `attachments.keep` refuses.
    """
    require(actor, INSPECT, case.unit)
    found = queries.correction_of(case)
    _refuse_unserved(case)
    if problem := _problem(said, queries.day_of(found.part)):
        raise errors.NotFinished(problem=problem)
    kept = attachments.keep(picture.blocks, name=picture.name, answerable=found.part.body)
    with transaction.atomic(), changing(case, actor=actor) as (locked, leave):
        _refuse_unserved(locked)
        file = vault.index(kept.kept)
        before = found.receipts.filter(file=file).first()
        if before is not None:
            return before
        made: OrderReceipt = found.receipts.create(
            manner=said.manner, served_on=said.served_on, received_by=said.received_by.strip()[:60],
            note=said.note.strip()[:300], file=file, name=kept.name, by=actor,
        )  # fmt: skip
        leave(KEEP, reason=f"{made.in_words}；{made.name}（SM3 {file.digest}）")
    return made


@transaction.atomic
def note_taken(receipt: OrderReceipt, *, number: str, actor: Account) -> None:
    """Note that a receipt was taken away (调取送达回证). Leaves one act."""
    said = {"case": number, "file": receipt.file.digest, "name": receipt.name}
    ledger.act(actor, "调取送达回证", ("inspections.receipt", str(receipt.pk)), content=said)


def _problem(said: ReceiptSaid, first: date) -> str:
    if said.manner not in OrderReceipt.Manner.values:
        return "没有选择送达方式"
    if not first <= said.served_on <= local_today():
        return f"送达日期应在检查之日（{first}）至今天之间"
    if not said.received_by.strip() and not said.note.strip():
        return "没有签收人，也没有写明没有签收的情况"
    return ""


def _refuse_unserved(case: Case) -> None:
    if case.state in _BEFORE:
        raise MoveRefused(number=case.number, state=case.get_state_display(), move=KEEP)
