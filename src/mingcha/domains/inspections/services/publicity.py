"""Files for the publicity systems (公示报送): made from what is published, kept, and their receipts.

The tables are the nation's exchange tables of plans and drawn objects, and the form in which results
of inspections go to the enterprise publicity system and Credit China. CSV and JSON say the same.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from mingcha.base.days import local_day, local_today, start_of, utc_now
from mingcha.base.errors import BadInput
from mingcha.base.exports import harmless
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.inspections.errors import NothingToSend, ReceiptKept
from mingcha.domains.inspections.models import Part, Plan, PlanLine, PublicityFile
from mingcha.domains.inspections.queries.contents import row as whole_row
from mingcha.domains.inspections.queries.national import object_row, plan_id, plan_row
from mingcha.domains.inspections.queries.public.notices import (
    Sought,
    code_of,
    name_of,
    result_label,
    results,
)
from mingcha.domains.inspections.states import PUBLISH
from mingcha.domains.parties.queries import PERSON
from mingcha.domains.records.services import vault
from mingcha.standards import loader

Form = PublicityFile.Form
Row = Mapping[str, str]
RESULT_COLUMNS = {
    "number": "检查编号", "party": "行政相对人名称", "party_type": "行政相对人类别",
    "uscc": "行政相对人代码（统一社会信用代码）", "body": "检查机关", "body_uscc": "检查机关统一社会信用代码",
    "task": "抽查任务", "plan_id": "计划ID", "kind": "检查类型", "items": "检查事项", "basis": "检查依据",
    "checked_on": "检查日期", "result_code": "抽查结果代码", "result": "抽查结果",
    "published_on": "公示日期",
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Which file: what form, for whom, of which days (both included)."""

    form: str
    target: str
    first: date
    last: date


def make_file(wanted: Wanted, *, body: Organisation, actor: Account | None) -> PublicityFile:
    """Make a file for a publicity system from what a body has published (生成公示报送文件).

    Leaves one act. Raises NotAllowed, BadInput for days out of order, or NothingToSend.
    """
    if actor is not None:
        require(actor, PUBLISH, body)
    if wanted.last < wanted.first:
        raise BadInput(problem="末日早于首日")
    columns, rows = columns_of(wanted.form), list(rows_of(wanted, body))
    if not rows:
        form = Form(wanted.form).label
        raise NothingToSend(first=wanted.first, last=wanted.last, form=form)
    files = [
        vault.keep([content], name=f"{wanted.form}.{kind}", provider=body)
        for kind, content in (("csv", _csv(columns, rows)), ("json", _json(columns, rows)))
    ]
    with transaction.atomic():
        made = PublicityFile.objects.create(
            body=body, form=wanted.form, target=wanted.target, first_on=wanted.first,
            last_on=wanted.last, rows=len(rows), csv=vault.index(files[0]),
            json=vault.index(files[1]), made_by=actor,
        )  # fmt: skip
        _act(made, "生成公示报送文件", actor)
    return made


@transaction.atomic
def keep_receipt(
    file: PublicityFile, receipt: str, *, accepted: int | None, note: str = "", actor: Account
) -> PublicityFile:
    """Keep what the other system answered for a file (登记公示回执). Leaves one act.

    Raises NotAllowed, BadInput without a number or for more rows than the file has, ReceiptKept.
    """
    file = PublicityFile.objects.select_for_update().select_related("body").get(pk=file.pk)
    require(actor, PUBLISH, file.body)
    if file.receipt:
        raise ReceiptKept(receipt=file.receipt)
    if not receipt.strip():
        raise BadInput(problem="请填写回执编号")
    if accepted is not None and not 0 <= accepted <= file.rows:
        raise BadInput(problem=f"接收行数应在 0 至 {file.rows} 之间")
    file.receipt, file.receipt_note = receipt.strip()[:100], note.strip()[:500]
    file.accepted, file.receipt_at, file.receipt_by = accepted, utc_now(), actor
    file.save()
    _act(file, "登记公示回执", actor)
    return file


def columns_of(form: str) -> Mapping[str, str]:
    """The columns of a form: name → what it is called."""
    if form == Form.RESULT:
        return RESULT_COLUMNS
    return {name: one.label for name, one in loader.current().table(form).fields.items()}


def rows_of(wanted: Wanted, body: Organisation) -> Iterator[Row]:
    """The rows of a file: plans by the day of their publication, the others by that of the result."""
    first, last = start_of(wanted.first), start_of(wanted.last)
    if wanted.form == Form.PLAN:
        found = Plan.objects.filter(
            body=body, published_at__date__range=(wanted.first, wanted.last)
        )
        lines = PlanLine.objects.filter(plan__in=found).select_related(
            "plan__case", "plan__body__region"
        )
        yield from map(plan_row, lines.order_by("plan__published_at", "plan", "number"))
        return
    parts = results(Sought(body=body.code)).filter(published_at__gte=first)
    parts = parts.filter(published_at__date__lte=local_day(last)).order_by("published_at", "pk")
    more = parts.select_related("visit__task__line__plan__case", "body").prefetch_related(
        "assignment__items__item"
    )
    seen: set[tuple[str, str]] = set()
    for part in more:
        made = _result(part) if wanted.form == Form.RESULT else _check(part)
        if made is None:
            continue
        key = (made.get("plan_id", ""), made.get("object_id", made.get("number", "")))
        if key not in seen:  # an object of a plan once, however many departments went there
            seen.add(key)
            yield made


def _check(part: Part) -> Row | None:
    """An object drawn under a plan; who has no credit code, or no plan, is not in the nation's table."""
    if part.visit.unit_id is None:
        return None
    return object_row(part.visit.task.line, part.visit.party)


def _result(part: Part) -> Row:
    party, task = part.visit.party, part.visit.task
    items = [one.item for one in part.assignment.items.all()]
    is_person = party.kind == PERSON
    return {
        "number": part.case.number, "party": name_of(party.kind, party.name),
        "party_type": "自然人" if is_person else "法人及非法人组织",
        "uscc": "" if is_person else code_of(party.kind, party.code),
        "body": part.body.name, "body_uscc": part.body.uscc, "task": task.name,
        "plan_id": plan_id(task.line),
        "kind": task.get_mode_display(), "items": "；".join(one.name for one in items),
        "basis": "；".join(dict.fromkeys(one.basis for one in items)),
        "checked_on": str(local_day(part.ended_at)) if part.ended_at else "",
        "result_code": part.result, "result": result_label(part.result),
        "published_on": str(local_day(part.published_at)) if part.published_at else "",
    }  # fmt: skip


def _csv(columns: Mapping[str, str], rows: Iterable[Row]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns.values())
    for one in rows:
        writer.writerow([harmless(one.get(name, "")) for name in columns])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _json(columns: Mapping[str, str], rows: list[Row]) -> bytes:
    said = {
        "made_on": str(local_today()), "columns": dict(columns),
        "rows": [{name: one.get(name, "") for name in columns} for one in rows],
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _act(file: PublicityFile, verb: str, actor: Account | None) -> None:
    record = ("inspections.publicity", str(file.pk))
    ledger.act(actor, verb, record, content=whole_row(file))
