"""Hand in one record: checked at once, with the same answers as the form (在线录入)."""

from typing import cast

from django.http import HttpRequest
from ninja import Body, Field, Query, Router, Schema

from mingcha.base.access import door
from mingcha.base.errors import BadInput
from mingcha.base.ids import LENGTH
from mingcha.base.once.door import once
from mingcha.base.once.errors import KeyTaken
from mingcha.base.once.services import Asked as AskedUnder
from mingcha.base.once.services import asked_under
from mingcha.base.people.models import Account
from mingcha.domains.records.errors import DraftLanded, NotAccepted, RecordTaken
from mingcha.domains.records.queries import batches
from mingcha.domains.records.queries.entry import standing
from mingcha.domains.records.services import entry as services
from mingcha.domains.records.services.entry import Handing, Outcome
from mingcha.standards import loader
from mingcha.standards.form import number_field

router = Router(tags=["数据报送"])
TAKEN = "entry.taken"


class Asked(Schema):
    """How the record is handed in."""

    provider: str = Field(description="报送单位标识")
    reason: str = Field("", max_length=300, description="更正理由；填写即为更正同一业务主键的记录")
    accept: bool = Field(False, description="只有提示或待核时照此提交")
    note: str = Field("", max_length=300, description="对提示的说明")


class RecordOut(Schema):
    """What became of the record."""

    batch: str = Field(description="批次编号，回执见 /batches/{number}")
    key: str = Field(description="业务主键；没有给出编号的由平台编号")
    state: str = Field(description="landed 已入库、waiting 待核、unchanged 内容未变")


@router.post("/records/{table}", response={201: RecordOut}, summary="报送一条记录")
@door("records.intake")
@once
def hand_in(
    request: HttpRequest, table: str, record: Body[dict[str, str]], asked: Query[Asked]
) -> tuple[int, dict[str, str]]:
    """The body is one record by the table's JSON Schema; a missing running number is given.

    Refuses with 403 (not for this provider), 404 (unknown table or provider), 409 (the key is in
    use) or 422 (`failures` says what is wrong with which field; nothing has changed).
    """
    account = cast(Account, request.user)
    found = loader.current().table(table)
    unknown = sorted(record.keys() - found.fields.keys())
    if unknown:
        raise BadInput(problem=f"不在数据标准中的字段：{'、'.join(unknown)}")
    provider = batches.provider_for(account, asked.provider)
    number, under = number_field(found), asked_under(request)
    draft, sent = _sending(under)
    corrects = None
    if asked.reason.strip():
        key = "|".join(record.get(name, "") for name in found.key.fields)
        corrects = standing.standing_keys(provider, found, {key}).get(key)
    handing = Handing(
        account, provider, found, "u" if corrects is not None else "i", corrects=corrects,
        reason=asked.reason, note=asked.note, accepts=asked.accept, channel="api",
        numbered=(0,) if number is not None and not record.get(number) else (),
        draft=draft, sent=sent,
    )  # fmt: skip
    try:
        outcome = services.hand_in(handing, [record])
    except DraftLanded as refusal:
        if under is None:
            raise
        raise KeyTaken(key=under.key) from refusal
    _refuse(outcome)
    entry = outcome.entries[0]
    return 201, {"batch": outcome.batch, "key": entry.source_key, "state": entry.state}


def _sending(under: AskedUnder | None) -> tuple[str, str]:
    """What tells the answering process, which lands the record by itself, one sending from another."""
    return (under.mark[:LENGTH], under.digest.hex()) if under is not None else ("", "")


def _refuse(outcome: Outcome) -> None:
    """Raise RecordTaken or NotAccepted for a record that was not taken in."""
    if outcome.is_in:
        return
    row = outcome.rows[0]
    if any(failure["check"] == TAKEN for failure in row["failures"]):
        raise RecordTaken(key=row["key"])
    reasons = "".join(failure["reason"] for failure in row["failures"])
    raise NotAccepted(reasons=reasons, failures=list(row["failures"]))
