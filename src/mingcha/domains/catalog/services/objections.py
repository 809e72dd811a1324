"""Objections to exceptions (监管例外异议): filed by anybody, heard by another than the approver, answered.

    filed = file(exception, Said(objector, "……", "……"))    # filed.code is told once
    uphold(case, Finding(Remedy.END, "……"), actor=account)   # the exception ends, and the public reads why

XA21 art. 8: what is not in the system is in principle not supervised, and whom it concerns may complain.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, advance, changing, link, opened, tell
from mingcha.base.cases.services import Said as Move
from mingcha.base.days import local_today, utc_now
from mingcha.base.errors import BadInput
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.hashing import sm3
from mingcha.base.people.models import Account
from mingcha.domains.catalog import errors
from mingcha.domains.catalog.models import (
    ItemException,
    Objection,
    ObjectionFile,
    Objector,
    Remedy,
)
from mingcha.domains.catalog.queries import objections as queries
from mingcha.domains.catalog.rules import querycode
from mingcha.domains.catalog.services import exceptions
from mingcha.domains.catalog.states import Hearing
from mingcha.standards.identifiers import tidied, uscc_problem

RECORD = "catalog.exception"
AGAIN_WITHIN = timedelta(hours=1)
SALT_BYTES = 16  # hashed with personal words, so that their digest alone tells nothing


@dataclass(frozen=True)
class Who:
    """Who objects: an enterprise by its code, a person by name; both say how they can be reached."""

    objector: Objector
    name: str
    contact: str
    uscc: str = ""


@dataclass(frozen=True)
class Said:
    """What is objected to and why. `sheet` tells one filled-in form from every other; "" is none."""

    who: Who
    act: str
    reason: str
    acted_on: date | None = None
    sheet: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that has been kept already: its name, the digest it is kept under, bytes, format."""

    name: str
    digest: str
    size: int
    kind: str


@dataclass(frozen=True)
class Filed:
    """The case, and the query code, which is kept nowhere; `again`: the sheet had been sent before."""

    case: Case
    code: str
    again: bool = False


@dataclass(frozen=True)
class Finding:
    """What becomes of the exception, and the answer that everybody may read."""

    remedy: Remedy
    answer: str
    until: date | None = None


def file(exception: ItemException, said: Said, files: Sequence[Attached] = ()) -> Filed:
    """Object to an exception that was approved (提出异议). Nobody needs to be signed in.

    Opens a case at the nearest body with somebody who had no part in the exception. Leaves one act.
    A sheet sent again with the same words and files within AGAIN_WITHIN, as when the answer was lost on its way,
    files nothing and gives number and code of the first time. Raises BadInput, or FiledAlready for a
    sheet that was sent before.
    """
    who = _checked(said)
    code = _code_of(said.sheet)
    number = exception.case.number
    opening = Opening(
        "exception-objection", f"对监管例外 {number} 的异议：{exception.name}",
        queries.hearing_body(exception), about=(RECORD, number), reason="在公开页面提出",
    )  # fmt: skip
    try:
        with opened(opening, actor=None) as case:
            objection = Objection.objects.create(
                case=case, exception=exception, objector=who.objector, name=who.name,
                uscc=who.uscc, contact=who.contact, act=said.act.strip(), acted_on=said.acted_on,
                reason=said.reason.strip(), salt=secrets.token_bytes(SALT_BYTES), code_hash=queries.code_digest(code),
                sheet=sm3(said.sheet.encode()).hex() if said.sheet else None,
            )  # fmt: skip
            ObjectionFile.objects.bulk_create(
                ObjectionFile(
                    objection=objection, name=one.name[:200], digest=one.digest, size=one.size,
                    kind=one.kind,
                )
                for one in files
            )  # fmt: skip
    except IntegrityError as error:
        first = _filed_before(exception, said, who, files)
        if first is None:
            raise errors.FiledAlready() from error
        return Filed(first, code, again=True)
    return Filed(case, code)


def _code_of(sheet: str) -> str:
    """The query code: from the sheet, of which only the digest is kept, and our own key; else by chance."""
    if not sheet:
        return querycode.written(
            [secrets.randbelow(len(querycode.SIGNS)) for _ in range(querycode.SIGN_COUNT)]
        )
    secret = salted_hmac("mingcha.objections.code", sheet, algorithm="sha256").digest()
    return querycode.written(querycode.numbers_from(secret))


def _filed_before(
    exception: ItemException, said: Said, who: Who, files: Sequence[Attached]
) -> Case | None:
    """The case that the very same sheet with the very same words and files opened a short time ago."""
    same = Objection.objects.filter(
        sheet=sm3(said.sheet.encode()).hex(), exception=exception, objector=who.objector,
        name=who.name, uscc=who.uscc, contact=who.contact, act=said.act.strip(),
        acted_on=said.acted_on, reason=said.reason.strip(),
        case__opened_at__gte=utc_now() - AGAIN_WITHIN,
    )  # fmt: skip
    found = same.select_related("case__unit").first()
    if found is None:
        return None
    kept = sorted(found.files.values_list("name", "digest"))
    return found.case if kept == sorted((one.name[:200], one.digest) for one in files) else None


@transaction.atomic
def uphold(case: Case, finding: Finding, *, actor: Account, seen: int | None = None) -> Case:
    """Find an objection right (认定成立): the exception ends today, or earlier than it was to.

    The answer is published. Acts that passed until today keep their mark. Leaves one act here and
    one at the exception, whose body and approver are told.
    Raises NotAllowed, Barred, MoveRefused, ReasonMissing, Stale or BadInput.
    """
    with advance(case, "uphold", actor=actor, said=Move(reason=finding.answer, seen=seen)) as here:
        objection = _answer(here, finding.answer)
        objection.remedy = finding.remedy
        objection.save(update_fields=["answer", "answered_on", "remedy"])
        exception = queries.objection_of(here).exception
        exceptions.mend(exception, finding.remedy, finding.until, actor=actor, why=here.number)
    _tell(exception, case, f"对例外的异议成立：{finding.remedy.label}", actor)
    return case


def reject(case: Case, *, answer: str, actor: Account, seen: int | None = None) -> Case:
    """Find an objection wrong (认定不成立). The answer is published. Leaves one act.

    Raises NotAllowed, Barred, MoveRefused, ReasonMissing or Stale.
    """
    return _close(case, "reject", answer, actor, seen)


def dismiss(case: Case, *, answer: str, actor: Account, seen: int | None = None) -> Case:
    """Not take an objection up (不予受理), with the reason. The answer is published. Leaves one act.

    Raises NotAllowed, Barred, MoveRefused, ReasonMissing or Stale.
    """
    return _close(case, "dismiss", answer, actor, seen)


def withdraw(number: str, code: str) -> Objection:
    """Take an objection back (当事人撤回), with its query code. Leaves one act.

    Raises NotFound (no such number, or another code) or MoveRefused (answered already).
    """
    objection = queries.progress_by_code(number, code)
    with advance(objection.case, "withdraw", actor=None, said=Move(reason="凭查询码撤回")):
        pass
    return objection


@transaction.atomic
def reveal(case: Case, *, actor: Account) -> Objection:
    """Name and means of contact in full, for whoever handles the case (查看异议人). Each look is an act.

    Raises NotFound for whoever may not: that there is something to see is told to nobody else.
    """
    objection = queries.objection_of(case)
    if not queries.may_hear(case, actor):
        raise errors.NotYours(number=case.number)
    said = {"case": case.number, "fields": ["name", "contact"]}
    ledger.act(actor, "查看异议人信息", ("catalog.objector", case.number), content=said)
    return objection


@transaction.atomic
def note_taken(file: ObjectionFile, *, actor: Account) -> None:
    """Note that a file of an objection was taken away (下载异议附件). Leaves one act."""
    said = {"file": file.digest, "name": file.name}
    record = ("catalog.objection-file", str(file.pk))
    ledger.act(actor, "下载异议附件", record, content=said)


def _close(case: Case, move: str, answer: str, actor: Account, seen: int | None) -> Case:
    with advance(case, move, actor=actor, said=Move(reason=answer, seen=seen)) as here:
        _answer(here, answer).save(update_fields=["answer", "answered_on"])
    return case


def _answer(case: Case, answer: str) -> Objection:
    objection = Objection.objects.select_for_update().get(case=case)
    objection.answer, objection.answered_on = answer.strip()[:1000], local_today()
    return objection


def _tell(exception: ItemException, case: Case, words: str, actor: Account) -> None:
    """Let the body that has the exception and the body that approved it know."""
    about = exception.case
    link(about, case, why="因异议处理", actor=actor)
    with changing(about, actor=actor):
        for unit in {exception.body.pk: exception.body, about.unit.pk: about.unit}.values():
            tell(about, unit, words, person=None, by=actor)


def _checked(said: Said) -> Who:
    """The objector as stored. Raises BadInput naming the first thing that is missing."""
    who = said.who
    name, contact, uscc = who.name.strip(), who.contact.strip(), tidied(who.uscc)
    if not name or not contact:
        raise BadInput(problem="请填写名称（姓名）和联系方式")
    if who.objector == Objector.ENTERPRISE and (problem := uscc_problem(uscc)):
        raise BadInput(problem=f"统一社会信用代码有误：{problem}")
    if not said.act.strip() or not said.reason.strip():
        raise BadInput(problem="请写明所涉的监管行为和异议理由")
    if said.acted_on is not None and said.acted_on > local_today():
        raise BadInput(problem="监管日期不能晚于今天")
    return Who(who.objector, name, contact, uscc if who.objector == Objector.ENTERPRISE else "")


__all__ = [
    "Attached",
    "Filed",
    "Finding",
    "Hearing",
    "Objector",
    "Remedy",
    "Said",
    "Who",
    "dismiss",
    "file",
    "note_taken",
    "reject",
    "reveal",
    "uphold",
    "withdraw",
]
