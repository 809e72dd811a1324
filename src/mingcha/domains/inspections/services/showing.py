"""What of a draw is handed to one party only: the query code of an entity, the bundle for auditors."""

from pathlib import Path

from django.db import transaction

from mingcha.base.errors import BadInput, NotAllowed
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections.errors import NoBundleYet
from mingcha.domains.inspections.models import Draw
from mingcha.domains.inspections.queries import frozen as frames
from mingcha.domains.inspections.queries.public import draws
from mingcha.domains.inspections.states import SEE

AUDIT = "ledger.verify"
LONGEST_CODE = 40


@transaction.atomic
def give_subject_code(draw: Draw, code: str, reason: str, *, actor: Account) -> str:
    """Give an entity its query code in a draw (出具抽取查询码), after its identity was checked.

    With it the entity sees its own line, also when it was excluded. Each time is an act, with the
    reason. Whether the entity took part at all is not looked at, so that the act tells nothing.
    Raises NotAllowed, or BadInput without a code or a reason.
    """
    require(actor, SEE, draw.task.body)
    code = code.strip().upper()
    if not code or len(code) > LONGEST_CODE:
        raise BadInput(problem="请填写统一社会信用代码")
    if not reason.strip():
        raise BadInput(problem="请写明查询人是谁、怎样核对了身份")
    said = {"draw": draw.draw_id, "code": code, "reason": reason.strip()[:300]}
    ledger.act(actor, "出具抽取查询码", ("inspections.subject", draw.draw_id), content=said)
    return draws.subject_code(draw, code)


@transaction.atomic
def take_audit_bundle(draw: Draw, *, actor: Account) -> Path:
    """The bundle with the X and A lines, for auditors (下载审计数据包). Each time is an act.

    Raises NotAllowed or NoBundleYet.
    """
    if not actor.holds(AUDIT):
        raise NotAllowed(right=AUDIT)
    row = draws.published_of(draw)
    path = frames.folder_of(draw.draw_id) / f"{row.audit}.zip" if row and row.audit else None
    if path is None or not path.exists():
        raise NoBundleYet(draw_id=draw.draw_id)
    said = {"draw": draw.draw_id, "bundle": path.stem}
    ledger.act(actor, "下载审计数据包", ("inspections.audited", draw.draw_id), content=said)
    return path
