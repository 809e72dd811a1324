"""What officers do on site (现场检查): confirm, plan, begin, record line by line, collect, hand in.

Everything that hangs on a part changes inside an act of its case, so that the ledger holds it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from mingcha.base.cases.errors import MoveRefused
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said, advance, changing
from mingcha.base.cases.services.inbox import settle_one
from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Evidence, Finding, Part, Place
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.queries.parts import INSPECT, TWO, Line
from mingcha.domains.inspections.rules import following
from mingcha.domains.inspections.states import PartState
from mingcha.domains.records.services import attachments, vault

RECORDING = "记录检查情况"


@dataclass(frozen=True)
class Tap:
    """What was found on one line: the answer's code, and why when it is not 合格."""

    item: int
    number: int
    answer: str
    note: str = ""


@dataclass(frozen=True)
class Upload:
    """A file on its way in: its name, its bytes, and which line it belongs to (item, number)."""

    name: str
    blocks: Iterable[bytes]
    line: tuple[int, int] | None = None
    kind: str = Evidence.Kind.FOUND
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Statement:
    """What the enterprise says, and who signed for it or why nobody did."""

    text: str
    signed_by: str = ""
    unsigned: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a part came to: a code of 抽查结果 and the facts in words."""

    result: str
    summary: str


@transaction.atomic
def confirm(case: Case, *, actor: Account, seen: int | None = None) -> Part:
    """Take a task on (确认任务). Once all places are filled and confirmed, the part is confirmed.

    Confirming twice changes nothing. Leaves one act. Raises NotAllowed, NotInTheTeam, MoveRefused
    or Stale.
    """
    require(actor, INSPECT, case.unit)
    part = queries.part_of(case)
    place = _place(part, actor, "确认")
    _require_state(case, "确认任务", PartState.TO_CONFIRM)
    if place.confirmed_at is not None:
        return part
    others = [one for one in queries.team(part) if one.pk != place.pk]
    ready = all(one.confirmed_at for one in others) and len(others) + 1 >= TWO
    said = Said(person=_first(queries.team(part)) or actor, seen=seen)
    if ready:
        with advance(case, "confirm", actor=actor, said=said):
            _confirmed(place, actor)
        return part
    with changing(case, actor=actor, seen=seen) as (locked, leave):
        _require_state(locked, "确认任务", PartState.TO_CONFIRM)
        _confirmed(place, actor)
        settle_one(locked, actor)
        leave("确认任务", reason=f"{place.name}确认，尚待其他成员")
    return part


@transaction.atomic
def plan(case: Case, *, on: date, shown_from: date | None, actor: Account) -> Part:
    """Set the day of a visit and from when its notice may be shown (安排检查日期). Leaves one act.

    Counts for every department of the visit. Raises NotAllowed, NotInTheTeam, MoveRefused or
    OutsideItsDays.
    """
    require(actor, INSPECT, case.unit)
    part = queries.part_of(case)
    _place(part, actor, "安排检查日期")
    visit = queries.made_in(part.visit)
    task = visit.task
    if not visit.is_recheck and not task.first_on <= on <= task.last_on:
        raise errors.OutsideItsDays(first=task.first_on, last=task.last_on, deed=f"不能安排在 {on}")
    if shown_from is not None and shown_from > on:
        raise errors.OutsideItsDays(
            first=task.first_on, last=task.last_on, deed="出示通知书的日期不能晚于检查日期"
        )
    with changing(case, actor=actor) as (locked, leave):
        _require_state(locked, "安排检查日期", PartState.TO_CONFIRM, PartState.CONFIRMED)
        visit.planned_on, visit.shown_from = on, shown_from or on
        visit.save(update_fields=["planned_on", "shown_from"])
        leave("安排检查日期", reason=f"{on} 检查，通知书自 {visit.shown_from} 起可以出示")
    return part


def start(case: Case, present: Sequence[int], *, actor: Account, said: Said | None = None) -> Part:
    """Begin on site (开始检查): who is there, by the numbers of their places. Leaves one act.

    Raises NotAllowed, NotInTheTeam, MoveRefused, OutsideItsDays, TooFewPresent or MayNotInspect.
    """
    part = queries.part_of(case)
    _place(part, actor, "开始检查")
    today, visit = local_today(), queries.made_in(part.visit)
    first = visit.task.first_on if not visit.is_recheck else today
    if today < first:
        raise errors.OutsideItsDays(first=first, last=visit.task.last_on, deed="今天还不能开始检查")
    there = [one for one in queries.team(part) if one.number in present and one.confirmed_at]
    if len(there) < TWO:
        raise errors.TooFewPresent(found=len(there), deed="开始检查")
    for place in there:
        if why := queries.why_not_today(place, on=today):
            raise errors.MayNotInspect(name=place.name, why=why)
    with advance(case, "start", actor=actor, said=_to(said, actor)):
        Place.objects.filter(pk__in=[one.pk for one in there]).update(is_present=True)
        part.started_at = utc_now()
        part.save(update_fields=["started_at"])
    return part


@transaction.atomic
def record(case: Case, taps: Sequence[Tap], *, actor: Account) -> list[Line]:
    """Keep what was found on some lines (记录检查情况), as one act. The same again changes nothing.

    Raises NotAllowed, NotInTheTeam, MoveRefused, NoSuchLine, UnknownAnswer or NoteMissing; then
    nothing of it is kept.
    """
    require(actor, INSPECT, case.unit)
    part = queries.part_of(case)
    _place(part, actor, "记录")
    with changing(case, actor=actor) as (locked, leave):
        _require_state(locked, RECORDING, PartState.UNDER_WAY)
        lines = {(line.item.pk, line.number): line for line in queries.lines_of(part)}
        done = [_kept(part, _line(lines, tap.item, tap.number), tap, actor) for tap in taps]
        if said := "；".join(one for one in done if one):
            leave(RECORDING, reason=said)
    return queries.lines_of(part)


def attach(case: Case, upload: Upload, *, actor: Account) -> Evidence:
    """Keep a file as evidence by its hash (存入检查证据). The same file again is the one there is.

    Raises NotAllowed, NotInTheTeam, MoveRefused, NoSuchLine, NotFinished (a line without an
    answer), or what `attachments.keep` refuses.
    """
    require(actor, INSPECT, case.unit)
    part = queries.part_of(case)
    _place(part, actor, "存入证据")
    _require_state(case, "存入证据", PartState.UNDER_WAY)
    kept = attachments.keep(upload.blocks, name=upload.name, answerable=part.body)
    with transaction.atomic(), changing(case, actor=actor) as (locked, leave):
        _require_state(locked, "存入证据", PartState.UNDER_WAY)
        file = vault.index(kept.kept)
        before = part.evidence.filter(file=file).first()
        if before is not None:
            return before
        made = part.evidence.create(
            finding=_finding(part, upload.line), kind=upload.kind, file=file, name=kept.name,
            taken_at=upload.taken_at or utc_now(), by=actor,
        )  # fmt: skip
        leave(f"存入{made.get_kind_display()}", reason=f"{kept.name}（SM3 {file.digest}）")
    return made


@transaction.atomic
def state(case: Case, said: Statement, *, actor: Account) -> Part:
    """Keep what the enterprise says and who signs, or why nobody does (当事人陈述). Leaves one act.

    Raises NotAllowed, NotInTheTeam or MoveRefused.
    """
    require(actor, INSPECT, case.unit)
    part = queries.part_of(case)
    _place(part, actor, "记录")
    with changing(case, actor=actor) as (locked, leave):
        _require_state(locked, "记录当事人陈述", PartState.UNDER_WAY)
        before = (part.statement, part.signed_by, part.unsigned)
        part.statement = said.text.strip()[:2000]
        part.signed_by, part.unsigned = said.signed_by.strip()[:60], said.unsigned.strip()[:300]
        if (part.statement, part.signed_by, part.unsigned) != before:
            part.save(update_fields=["statement", "signed_by", "unsigned"])
            leave("记录当事人陈述")
    return part


def submit(case: Case, outcome: Outcome, *, actor: Account, said: Said | None = None) -> Part:
    """Hand a result in (提交检查结果). Lines left open count as 未检查 where nothing could be checked.

    Leaves one act. Raises NotAllowed, NotInTheTeam, MoveRefused, NotFinished, ResultMismatch,
    UnknownAnswer or Stale.
    """
    part = queries.part_of(case)
    _place(part, actor, "提交结果")
    if outcome.result not in dict(queries.results()):
        raise errors.UnknownAnswer(value=outcome.result, table="抽查结果")
    lines = queries.lines_of(part)
    if lacks := queries.missing(part, lines, result=outcome.result):
        raise errors.NotFinished(problem="；".join(lacks))
    found = [line.answer for line in lines if line.answer]
    label = queries.result_label(outcome.result)
    if problem := following.mismatch(outcome.result, found):
        raise errors.ResultMismatch(result=label, problem=problem)
    with advance(case, "submit", actor=actor, said=said):
        for line in lines:
            if not line.answer:
                tap = Tap(line.item.pk, line.number, following.SKIPPED, f"未能检查：{label}")
                _kept(part, line, tap, actor)
        part.result, part.summary = outcome.result, outcome.summary.strip()[:2000]
        part.submitted_by, part.submitted_at = actor, utc_now()
        part.ended_at = part.ended_at or utc_now()
        part.save(update_fields=["result", "summary", "submitted_by", "submitted_at", "ended_at"])
    return part


@transaction.atomic
def note_taken(evidence: Evidence, *, number: str, actor: Account) -> None:
    """Note that a file of a part was taken away (调取检查证据). Leaves one act."""
    said = {"case": number, "file": evidence.file.digest, "name": evidence.name}
    ledger.act(actor, "调取检查证据", ("inspections.evidence", str(evidence.pk)), content=said)


@transaction.atomic
def note_printed(part: Part, document: str, *, actor: Account) -> None:
    """Note that a document of a part was made (制作检查文书). Leaves one act."""
    said = {"case": part.case.number, "document": document}
    ledger.act(actor, f"制作{document}", ("inspections.document", part.case.number), content=said)


def _place(part: Part, actor: Account, deed: str) -> Place:
    place = queries.place_of(part, actor)
    if place is None:
        raise errors.NotInTheTeam(number=part.case.number, deed=deed)
    return place


def _first(places: Sequence[Place]) -> Account | None:
    """The account of the first place: whose inbox the part stays in."""
    for place in places:
        holder = getattr(place.officer, "holder", None)
        if holder is not None:
            found: Account = holder.account
            return found
    return None


def _confirmed(place: Place, actor: Account) -> None:
    place.confirmed_at, place.confirmed_by = utc_now(), actor
    place.save(update_fields=["confirmed_at", "confirmed_by"])


def _to(said: Said | None, actor: Account) -> Said:
    """The part stays with whoever began it."""
    said = said or Said()
    return Said(reason=said.reason, person=actor, seen=said.seen)


def _require_state(case: Case, deed: str, *states: PartState) -> None:
    if case.state not in {str(state) for state in states}:
        raise MoveRefused(number=case.number, state=case.get_state_display(), move=deed)


def _line(lines: Mapping[tuple[int, int], Line], item: int, number: int) -> Line:
    line = lines.get((item, number))
    if line is None:
        raise errors.NoSuchLine(item=item, number=number)
    return line


def _finding(part: Part, line: tuple[int, int] | None) -> Finding | None:
    """The finding that a file shows. Raises NotFinished for a line without one."""
    if line is None:
        return None
    found = part.findings.filter(item=line[0], number=line[1]).first()
    if found is None:
        raise errors.NotFinished(problem="请先选择这一项的检查结果，再添加照片")
    return found


def _kept(part: Part, line: Line, tap: Tap, actor: Account) -> str:
    """Keep one answer; what was done in words, "" when nothing has changed."""
    label = dict(queries.answers()).get(tap.answer)
    if label is None:
        raise errors.UnknownAnswer(value=tap.answer, table="检查项结果")
    note = tap.note.strip()[:1000]
    if tap.answer != following.PASSED and not note:
        raise errors.NoteMissing(line=line.text[:40], answer=label)
    now = {"answer": tap.answer, "note": note}
    if line.finding is not None and (line.finding.answer, line.finding.note) == tuple(now.values()):
        return ""
    part.findings.update_or_create(
        item=line.item, number=line.number,
        defaults=now | {"point_id": line.point, "by": actor, "at": utc_now()},
    )  # fmt: skip
    return f"{line.text[:30]}：{label}"
