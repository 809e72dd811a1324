"""Objections to exceptions: for those who handle them, for the objector with the code, for the public."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import case_for, visible_to
from mingcha.base.days import local_day
from mingcha.base.errors import NotFound
from mingcha.base.ledger.canonical import Json, canonical
from mingcha.base.ledger.hashing import sm3
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import holders_of
from mingcha.domains.catalog.models import ItemException, Objection, ObjectionFile, Objector
from mingcha.domains.catalog.queries import exceptions
from mingcha.domains.catalog.rules import querycode
from mingcha.standards.masking import mask

__all__ = [
    "Objection",
    "ObjectionFile",
    "Objector",
    "Progress",
    "answered",
    "barred",
    "code_digest",
    "counted",
    "file_for",
    "hearing_body",
    "masked_contact",
    "masked_name",
    "may_hear",
    "objection_content",
    "objection_of",
    "objections",
    "progress_by_code",
    "progress_of",
    "public_exception",
]
HEAR = "catalog.hear"


@dataclass(frozen=True)
class Progress:
    """What an objector sees with the code: where it stands, until when, what was answered."""

    number: str
    exception: str
    state: str
    label: str
    filed_on: date
    due_on: date | None
    unit: str
    answer: str
    answered_on: date | None
    remedy: str
    files: Sequence[str]
    is_open: bool


def objections(account: Account) -> QuerySet[Objection]:
    """The objections whose cases an account may see, newest first."""
    cases = visible_to(account).filter(kind="exception-objection")
    found = Objection.objects.filter(case__in=cases.values("pk"))
    return found.select_related("case__unit", "exception__case", "exception__body")


def objection_of(case: Case) -> Objection:
    """What a case is about. Raises NotFound for a case of another kind."""
    rows = Objection.objects.select_related(
        "case__unit", "exception__case__unit", "exception__body"
    )
    found = rows.prefetch_related("files").filter(case=case).first()
    if found is None:
        raise NotFound(what="监管例外异议", key=case.number)
    return found


def file_for(account: Account, number: str, file: int) -> ObjectionFile:
    """The one door to a file that was handed in: of whoever holds the right to hear over the body.

    Raises NotFound for missing and hidden alike.
    """
    case = case_for(account, number)
    found = ObjectionFile.objects.filter(objection__case=case, pk=file).first()
    if found is None or not may_hear(case, account):
        raise NotFound(what="异议附件", key=file)
    return found


def may_hear(case: Case, account: Account) -> bool:
    """Whether an account may handle an objection: the right over its body, and no part in the exception."""
    return account.holds_over(HEAR, case.unit) and not barred(case, account)


def barred(case: Case, account: Account) -> str:
    """Why somebody may not handle an objection: they asked for the exception or decided on it (回避)."""
    found = Objection.objects.select_related("exception__case").filter(case=case).first()
    if found is None:
        return ""
    return _part_in(found.exception, account)


def hearing_body(exception: ItemException) -> Organisation:
    """The body that hears objections to an exception: the nearest with somebody free to judge.

    Where there is nobody, the body that approved it has to find somebody.
    """
    approver = exception.case.unit
    people = holders_of(HEAR, exception.body).select_related("organisation")
    free = [one.organisation for one in people if not _part_in(exception, one)]
    free.sort(key=lambda body: (body.pk != approver.pk, -len(body.path)))
    return free[0] if free else approver


def code_digest(code: str) -> str:
    """What is stored of a query code."""
    return sm3(querycode.read(code).encode()).hex()


def progress_by_code(number: str, code: str) -> Objection:
    """The objection of a number, for whoever has its code. Raises NotFound for a wrong one alike."""
    rows = Objection.objects.select_related("case__unit", "exception__case")
    found = rows.prefetch_related("files").filter(case__number__iexact=number.strip()).first()
    digest = code_digest(code)
    if found is None or not hmac.compare_digest(found.code_hash, digest):
        raise NotFound(what="异议", key=number.strip())
    return found


def progress_of(found: Objection) -> Progress:
    """What the objector may know of it; nothing of who handles it, and nothing personal."""
    case = found.case
    return Progress(
        number=case.number, exception=found.exception.case.number, state=case.state,
        label=case.get_state_display(), filed_on=local_day(case.opened_at),
        due_on=case.due_on if case.is_open else None, unit=case.unit.name, answer=found.answer,
        answered_on=found.answered_on,
        remedy=found.get_remedy_display() if found.remedy else "",
        files=[file.name for file in found.files.all()], is_open=case.is_open,
    )  # fmt: skip


def counted() -> QuerySet[ItemException]:
    """The published exceptions with how many objections each met: `objected`, and `upheld` of them.

    What the objector withdrew counts among them: it was made.
    """
    return exceptions.with_objections(exceptions.published())


def public_exception(number: str) -> ItemException:
    """An approved exception with the answers to its objections. Raises NotFound."""
    answers = Objection.objects.exclude(answer="").select_related("case").order_by("-answered_on")
    rows = counted().prefetch_related(Prefetch("objections", answers, to_attr="answers"))
    found = rows.filter(case__number__iexact=number).first()
    if found is None:
        raise NotFound(what="监管例外", key=number)
    return found


def answered(exception: ItemException) -> list[dict[str, str]]:
    """What the public reads of the objections that were answered: nothing about who objected."""
    found: Sequence[Objection] = getattr(exception, "answers", ())
    return [
        {
            "number": one.case.number,
            "state": one.case.get_state_display(),
            "objector": one.get_objector_display(),
            "filed_on": local_day(one.case.opened_at).isoformat(),
            "answered_on": one.answered_on.isoformat() if one.answered_on else "",
            "answer": one.answer,
            "remedy": one.get_remedy_display() if one.remedy else "",
        }
        for one in found
    ]


def masked_name(found: Objection) -> str:
    """The objector for those who need not know: an enterprise by name, a person by the first character."""
    return found.name if found.objector == Objector.ENTERPRISE else mask(found.name, "name")


def masked_contact(found: Objection) -> str:
    """The means of contact, blotted out."""
    return mask(found.contact, "phone")


def objection_content(case: int) -> Mapping[str, Json]:
    """What the ledger holds an objection to. What is personal goes in as a salted digest only."""
    found = Objection.objects.select_related("exception__case").filter(case=case).first()
    if found is None:
        return {}
    files = found.files.order_by("pk").values_list("digest", "size", "name")
    personal = canonical(
        {"name": found.name, "contact": found.contact, "act": found.act, "reason": found.reason}
    )
    return {
        "exception": found.exception.case.number,
        "objector": [found.objector, found.uscc],
        "acted_on": found.acted_on.isoformat() if found.acted_on else "",
        "personal": sm3(bytes(found.salt) + personal).hex(),
        "code": found.code_hash,
        "files": [list(file) for file in files],
        "remedy": found.remedy,
        "answer": found.answer,
        "answered_on": found.answered_on.isoformat() if found.answered_on else "",
    }


def _part_in(exception: ItemException, account: Account) -> str:
    case = exception.case
    if case.opened_by_id == account.pk:
        return "这项例外由您本人申请，您不能处理对它的异议。"
    if case.steps.filter(move__in=("allow", "refuse"), by=account).exists():
        return "这项例外由您本人批准，您不能处理对它的异议。"
    return ""
