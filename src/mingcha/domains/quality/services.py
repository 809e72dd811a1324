"""Count scorecards, follow returns, keep hints."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum

from mingcha.base.cases import services as cases
from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger.services import act
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.quality.errors import NoExplanation
from mingcha.domains.quality.models import Digest, Hint, Return, Score
from mingcha.domains.quality.queries import (
    RECEIPTS,
    earliest_days,
    earliest_from,
    midnight,
    stretch_of,
    timed_tables,
)
from mingcha.domains.quality.states import DIGEST, RETURN, ReturnState
from mingcha.domains.records.queries import measuring
from mingcha.domains.records.queries.measuring import Batch
from mingcha.standards import loader


@dataclass(frozen=True)
class Found:
    """A sign that was found in a provider's rows of a table."""

    provider_id: int
    table: str
    kind: str
    what: str
    sentence: str
    rows: int
    facts: Sequence[int]


@transaction.atomic
def count_month(month: date) -> int:
    """Count the scorecards of one month anew (统计质量评分). Returns how many there are."""
    start, end = stretch_of(month)
    fields = {name: len(table.fields) for name, table in loader.current().tables.items()}
    scores: dict[tuple[int, str], dict[str, int]] = {}
    for handed in measuring.handed_in(start, end):
        said = vars(handed) | {}
        key = (said.pop("provider_id"), said.pop("table"))
        scores.setdefault(key, {}).update(said)
    found = measuring.measured(start, end, earliest=earliest_days(month), timed=timed_tables())
    for measured in found:
        said = vars(measured) | {"fillable": measured.facts * fields.get(measured.table, 0)}
        key = (said.pop("provider_id"), said.pop("table"))
        scores.setdefault(key, {}).update(said)
    Score.objects.filter(month=month).delete()
    Score.objects.bulk_create(
        Score(provider_id=provider, table=table, month=month, **said)
        for (provider, table), said in scores.items()
    )
    return len(scores)


def follow(provider: int, table: str, batch: Batch) -> None:
    """Follow what went back (退回跟踪): a case for this batch, and see what it corrected of others.

    Safe to run again: a batch has one case, and counting twice counts the same.
    """
    if measuring.has_returned_rows(batch) and not Return.objects.filter(batch=batch).exists():
        _open(batch)
    still = Return.objects.filter(
        batch__provider=provider, batch__table=table, case__state=ReturnState.OPEN
    )
    for found in still.select_related("batch__provider", "case__unit", "case__opener"):
        _see(found)


def send_digests(week: date) -> int:
    """Tell every provider how the week that began on `week`, a Monday, went (质量周报).

    Sent to whoever handed something in or still has rows to correct. Safe to run again: a provider
    has one digest a week. Returns how many were sent.
    """
    start, end = midnight(week), midnight(week + timedelta(days=7))
    told: dict[int, list[dict[str, object]]] = {}
    measured = {
        (one.provider_id, one.table): one
        for one in measuring.measured(
            start, end, earliest=earliest_from(week, 7), timed=timed_tables()
        )
    }
    for handed in measuring.handed_in(start, end):
        found = measured.get((handed.provider_id, handed.table))
        told.setdefault(handed.provider_id, []).append(_line(handed, found))
    for provider in _with_open_returns():
        told.setdefault(provider, [])
    return sum(_send(provider, week, lines) for provider, lines in sorted(told.items()))


@transaction.atomic
def keep_hints(table: str, found: Iterable[Found]) -> int:
    """Keep the signs that are there now; those that are gone and were not explained go.

    Returns how many are new.
    """
    there = {(h.provider_id, h.kind, h.what): h for h in Hint.objects.filter(table=table)}
    fresh = 0
    for sign in found:
        hint = there.pop((sign.provider_id, sign.kind, sign.what), None)
        fresh += hint is None
        hint = hint or Hint(
            provider_id=sign.provider_id, table=table, kind=sign.kind, what=sign.what
        )
        hint.sentence, hint.rows, hint.facts = sign.sentence[:500], sign.rows, list(sign.facts)
        hint.save()
    gone = [hint.pk for hint in there.values() if not hint.explained]
    Hint.objects.filter(pk__in=gone).delete()
    return fresh


@transaction.atomic
def explain(hint: Hint, *, text: str, actor: Account) -> Hint:
    """Say what was found on verifying a hint (核实说明). Leaves one act.

    Raises NotAllowed or NoExplanation.
    """
    require(actor, RECEIPTS, hint.provider)
    if not text.strip():
        raise NoExplanation
    hint.explained, hint.explained_by, hint.explained_at = text.strip()[:500], actor, utc_now()
    hint.save(update_fields=["explained", "explained_by", "explained_at"])
    said = {"hint": hint.sentence, "explained": hint.explained}
    act(actor, "核实疑似编造线索", ("quality.hint", str(hint.pk)), content=said)
    return hint


def _open(batch: Batch) -> None:
    rows = measuring.outstanding(batch).count()
    if not rows:
        return
    label = loader.current().table(batch.table).label
    opening = cases.Opening(
        RETURN.name,
        f"{label}：更正“{batch.file_name}”退回的 {rows:,} 行",
        batch.provider,
        about=("batch", batch.public_id),
        handler=batch.submitted_by if _works_on(batch.submitted_by) else None,
        started_on=local_today(),
    )
    with cases.opened(opening, actor=None) as case:
        Return.objects.create(case=case, batch=batch, rows=rows, open_rows=rows)


def _line(handed: measuring.Handed, found: measuring.Measured | None) -> dict[str, object]:
    """One table of a digest: what came in, what went back, how much was late."""
    late = found.timed - found.timely if found else 0
    return {
        "table": handed.table, "label": loader.current().table(handed.table).label,
        "batches": handed.batches, "read": handed.read, "accepted": handed.accepted,
        "refused": handed.refused, "waiting": handed.waiting, "doubled": handed.doubled, "late": late,
    }  # fmt: skip


def _with_open_returns() -> Iterable[int]:
    waiting = Return.objects.filter(case__state=ReturnState.OPEN)
    return waiting.values_list("batch__provider", flat=True).distinct()


@transaction.atomic
def _send(provider: int, week: date, lines: list[dict[str, object]]) -> int:
    unit = Organisation.objects.select_for_update(of=("self",)).get(pk=provider)
    if Digest.objects.filter(provider=unit, week=week).exists():
        return 0
    waiting = Return.objects.filter(batch__provider=unit, case__state=ReturnState.OPEN)
    content = {
        "tables": lines,
        "open_returns": waiting.count(),
        "open_rows": waiting.aggregate(sum=Sum("open_rows"))["sum"] or 0,
        "late_returns": waiting.filter(case__due_on__lt=local_today()).count(),
        "hints": Hint.objects.filter(provider=unit, explained="").count(),
    }
    until = week + timedelta(days=6)
    opening = cases.Opening(
        DIGEST.name, f"{unit.name}数据质量周报（{week} 至 {until}）", unit,
        about=("quality.provider", unit.code),
    )  # fmt: skip
    with cases.opened(opening, actor=None) as case:
        Digest.objects.create(case=case, provider=unit, week=week, content=content)
    return 1


def _works_on(person: Account) -> bool:
    """Whether somebody can find it in the inbox: a person, not a machine, and still at post."""
    return person.is_active and not person.is_machine


def _see(found: Return) -> None:
    """Count what is left; when nothing is, the case is done."""
    left = min(measuring.outstanding(found.batch).count(), found.rows)
    if left == found.open_rows:
        return
    if left:
        with cases.changing(found.case, actor=None) as (_, leave):
            Return.objects.filter(pk=found.pk).update(open_rows=left)
            leave("部分更正", reason=f"还有 {left:,} 行未更正")
        return
    said = cases.Said(reason="退回的行已全部更正入库")
    with cases.advance(found.case, "correct", actor=None, said=said):
        Return.objects.filter(pk=found.pk).update(open_rows=0)
