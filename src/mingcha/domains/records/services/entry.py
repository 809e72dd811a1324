"""Enter records by hand (在线录入): drafts, handing in, correction, withdrawal, numbers.

A draft is nobody's business but its writer's and leaves no act. Handing in is one batch with one
act, landed like a file's by the answering process (docs/decisions/0010).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from mingcha.base.asking import ask
from mingcha.base.days import local_today, utc_now
from mingcha.base.ids import public_id
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.people.models import Account, Organisation
from mingcha.base.runs import services as runs
from mingcha.base.runs.models import Run
from mingcha.domains.records.errors import (
    BadPattern,
    DraftLanded,
    DraftMoved,
    NotByHand,
    ReasonMissing,
    RecordMoved,
    RecordWithdrawn,
)
from mingcha.domains.records.models import (
    Batch,
    BatchState,
    Entry,
    EntryDraft,
    EntryState,
    Fact,
    NumberRule,
    Operation,
    Refusal,
)
from mingcha.domains.records.queries.dossier import headline
from mingcha.domains.records.queries.entry.numbers import free_numbers, pattern_for
from mingcha.domains.records.queries.entry.standing import entered_from, filled_rows
from mingcha.domains.records.queries.sharing import Relation, shown
from mingcha.domains.records.services import vault
from mingcha.domains.records.services.intake import INTAKE, require_intake
from mingcha.standards import loader, numbering
from mingcha.standards.form import number_field
from mingcha.standards.model import Table

CHANNEL = "entry"
VERBS = {"i": "在线录入", "u": "更正记录", "d": "撤回记录"}
Row = dict[str, str]


@dataclass(frozen=True)
class Handing:
    """Who hands what in, and how.

    `operation`: i new, u a correction of the record `corrects` (a fact), d its withdrawal.
    `numbered` are the rows (from 0) whose number the platform gives. `accepts`: what the checks
    only point out has been looked at; `note` says why it is right. `only_good`: land the rows that
    pass, leave the others in the draft. `sent` tells one sending of a form from another.
    `grounds`: the number of a case in which the record arose and a second person accepted it; then
    the right of intake is not asked, for nobody types it.
    """

    account: Account
    provider: Organisation
    table: Table
    operation: str = "i"
    draft: str = ""
    corrects: int | None = None
    reason: str = ""
    note: str = ""
    accepts: bool = False
    only_good: bool = False
    channel: str = CHANNEL
    numbered: tuple[int, ...] = field(default=())
    sent: str = ""
    grounds: str = ""

    @property
    def file_name(self) -> str:
        """What the batch's file is called."""
        return f"{VERBS[self.operation]}-{self.table.label}.jsonl"

    def as_said(self) -> dict[str, Any]:
        """The same as JSON."""
        names = {"account": self.account.pk, "provider": self.provider.pk, "table": self.table.name}
        rest = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in names and name != "numbered"
        }
        return rest | names | {"numbered": list(self.numbered)}

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Handing":
        """A handing from its JSON. The permission is asked anew: see `enter`."""
        people = Account.objects.select_related("organisation")
        return cls(
            **{
                **said,
                "account": people.get(pk=said["account"]),
                "provider": Organisation.objects.get(pk=said["provider"]),
                "table": loader.current().table(said["table"]),
                "numbered": tuple(said["numbered"]),
            }
        )


@dataclass(frozen=True)
class Outcome:
    """What became of records that were handed in.

    `state`: landed, known (handed in before), refused or warned (nothing has changed). `rows` are
    what the checks say of each row (jobs/entering.py); `entries` what was entered.
    """

    state: str
    batch: str
    rows: Sequence[Mapping[str, Any]]
    entries: Sequence[Entry]

    @property
    def is_in(self) -> bool:
        """Whether the records are in the platform's hands."""
        return self.state in {"landed", "known"}


# --- Drafts ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Writing:
    """What stands in a draft: values as typed by field, or rows of them; what was emptied; a line."""

    values: Row | list[Row]
    cleared: Sequence[str] = ()
    title: str = ""
    reason: str = ""

    @property
    def sent(self) -> str:
        """What tells this writing from another: a digest of what was typed."""
        said = json.dumps([self.values, sorted(self.cleared), self.reason], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def start_draft(
    table: Table, provider: Organisation, writing: Writing, *, actor: Account, number: str = ""
) -> EntryDraft:
    """Keep a new draft (保存草稿). Raises NotAllowed.

    `number` is the one that the empty form came with: of two sendings at once one makes the draft.
    """
    require_intake(actor, provider, table.name)
    draft, _ = EntryDraft.objects.get_or_create(
        public_id=number or public_id(),
        account=actor,
        defaults={
            "provider": provider,
            "table": table.name,
            "is_grid": isinstance(writing.values, list),
            "values": writing.values,
            "cleared": list(writing.cleared),
            "title": writing.title[:300],
            "reason": writing.reason[:300],
        },
    )
    return draft


def save_draft(
    draft: EntryDraft, writing: Writing, *, version: int, provider: Organisation | None = None
) -> EntryDraft:
    """Keep what was typed since (保存草稿). `version` is the one that was typed on.

    Raises DraftMoved when somebody, in another window, has saved it since and it says something else.
    """
    changed = EntryDraft.objects.filter(pk=draft.pk, version=version).update(
        values=writing.values,
        cleared=list(writing.cleared),
        title=writing.title[:300],
        reason=writing.reason[:300],
        provider=provider or draft.provider,
        version=F("version") + 1,
        saved_at=utc_now(),
    )
    now = EntryDraft.objects.filter(pk=draft.pk).first()
    if now is not None and (changed or _as_written(now).sent == writing.sent):
        return now
    landed = entered_from(draft.account, draft.public_id).filter(sent=writing.sent)
    if now is None and landed.exists():  # the same form, sent twice at once
        return draft
    raise DraftMoved


def _as_written(draft: EntryDraft) -> Writing:
    return Writing(draft.values, draft.cleared, draft.title, draft.reason)


def discard_draft(draft: EntryDraft) -> None:
    """Throw a draft away (放弃草稿)."""
    draft.delete()


@transaction.atomic
def correct(fact: Fact, *, actor: Account) -> EntryDraft:
    """Open a record for correction (更正): a draft with all it says. Leaves one act.

    Values that are masked elsewhere stand in it as they are: hence the act. A correction that the
    account has open already is given again. Raises NotAllowed, NotByHand or RecordWithdrawn.
    """
    table = _named_by_hand(fact)
    if fact.operation == Operation.DELETE:
        raise RecordWithdrawn(key=fact.source_key)
    require_intake(actor, fact.provider, table.name)
    found = EntryDraft.objects.filter(account=actor, corrects=fact.pk).first()
    if found is not None:
        return found
    draft = start_draft(
        table, fact.provider, Writing(dict(fact.payload), title=fact.source_key), actor=actor
    )
    draft.corrects = fact.pk
    draft.save(update_fields=["corrects"])
    said: dict[str, Json] = {"fact": fact.pk, "key": fact.source_key, "table": table.name}
    ledger.act(actor, "调取记录更正", ("entry-draft", draft.public_id), content=said)
    return draft


def withdraw(fact: Fact, *, reason: str, actor: Account) -> Outcome:
    """Withdraw a record (撤回): a last version that takes it back. Leaves one act.

    Asked twice by the same account it is withdrawn once. Raises NotAllowed, ReasonMissing,
    NotByHand, RecordMoved or RecordWithdrawn.
    """
    table = _named_by_hand(fact)
    if fact.operation == Operation.DELETE:
        return _withdrawn(fact, actor)
    handing = Handing(
        actor, fact.provider, table, Operation.DELETE.value, corrects=fact.pk, reason=reason,
        accepts=True,
    )  # fmt: skip
    key = {name: fact.payload[name] for name in table.key.fields}
    return hand_in(handing, [key])


def _withdrawn(fact: Fact, actor: Account) -> Outcome:
    entry = Entry.objects.filter(account=actor, fact_id=fact.pk).select_related("batch").first()
    if entry is None:
        raise RecordWithdrawn(key=fact.source_key)
    return Outcome("known", entry.batch.public_id, [], [entry])


def _named_by_hand(fact: Fact) -> Table:
    table = loader.current().table(fact.dataset)
    if table.key.counted:
        raise NotByHand(table=table.label)
    return table


# --- Handing in ------------------------------------------------------------------------------


def hand_in(handing: Handing, rows: Sequence[Row]) -> Outcome:
    """Hand typed records in (在线录入): checked, landed and tied before this returns.

    Raises NotAllowed, ReasonMissing, RecordMoved, or NobodyAnswers when the answering process is
    away; then nothing has changed.
    """
    _admit(handing)
    if handing.operation != Operation.INSERT and not handing.reason.strip():
        raise ReasonMissing
    answer = ask("records.enter", rows=list(rows), **handing.as_said())
    entries = Entry.objects.filter(batch__public_id=answer["batch"] or None)
    return Outcome(answer["state"], answer["batch"], answer["rows"], list(entries.order_by("row")))


def _admit(handing: Handing) -> None:
    """Pass if the record may be handed in so. Raises NotAllowed."""
    if not handing.grounds:
        require_intake(handing.account, handing.provider, handing.table.name)


def earlier(handing: Handing) -> Batch | None:
    """Hold the draft until the transaction ends; the batch it became, if it was handed in before.

    Asks the permission anew: this runs in the answering process. Raises NotAllowed, RecordMoved, or
    DraftLanded when the draft was handed in saying something else.
    """
    _admit(handing)
    if handing.corrects is not None:
        _unmoved(handing)
    if not handing.draft:
        return None
    mine = EntryDraft.objects.select_for_update().filter(account=handing.account)
    is_open = mine.filter(public_id=handing.draft).exists()
    entered = entered_from(handing.account, handing.draft)
    if is_open and not handing.sent:  # a grid, some rows of which may have landed
        return None
    entry = (entered.filter(sent=handing.sent) if handing.sent else entered).first()
    if entry is None and not is_open and entered.exists():
        raise DraftLanded(key=entered[0].source_key)
    return entry.batch if entry is not None else None


def numbered(handing: Handing, rows: Sequence[Mapping[str, str]]) -> list[Row]:
    """The rows with the next free numbers where the platform gives them (自动编号).

    They are given away by `count` alone. Needs the lock of (provider, table): landing.lock_table.
    """
    found = [dict(row) for row in rows]
    name = number_field(handing.table)
    pattern = pattern_for(handing.provider, handing.table, on=local_today())
    if not handing.numbered or name is None or pattern is None:
        return found
    rule = NumberRule.objects.filter(provider=handing.provider, table=handing.table.name).first()
    last = rule.last if rule is not None and rule.prefix == pattern.prefix else 0
    numbers = free_numbers(
        handing.provider, handing.table, pattern, after=last, count=len(handing.numbered)
    )
    for place, (_, number) in zip(handing.numbered, numbers, strict=True):
        found[place][name] = number
    return found


def count(handing: Handing, rows: Sequence[Mapping[str, str]]) -> None:
    """Note how far the numbers have come, once their rows land: refused rows leave no gap."""
    name = number_field(handing.table)
    pattern = pattern_for(handing.provider, handing.table, on=local_today())
    if not handing.numbered or name is None or pattern is None:
        return
    last = max(pattern.serial_of(rows[place][name]) or 0 for place in handing.numbered)
    NumberRule.objects.update_or_create(
        provider=handing.provider,
        table=handing.table.name,
        defaults={"prefix": pattern.prefix, "last": last},
    )


def opened(handing: Handing, kept: vault.Kept, sample: dict[str, Any]) -> Batch:
    """The batch of typed records, open for landing. Leaves one act. Part of a transaction."""
    table, actor = handing.table, handing.account
    run = Run.objects.create(
        kind=INTAKE, label=f"{handing.provider}：{handing.file_name}"[:200], actor_id=actor.pk
    )
    runs.begin(run, step="检核入库")
    batch = Batch.objects.create(
        provider=handing.provider,
        table=table.name,
        table_asked=table.name,
        table_version=table.version,
        file=vault.index(kept),
        file_name=handing.file_name,
        channel=handing.channel,
        submitted_by=actor,
        run=run,
        state=BatchState.CHECKING,
        sample=sample,
        references_at=utc_now(),
        notes=[f"{label}：{said}" for label, said in _said(handing).items()],
    )
    content: dict[str, Json] = {"file": kept.digest, "table": table.name}
    content |= {"provider": handing.provider.code, "channel": handing.channel}
    content |= _said(handing)
    ledger.act(actor, VERBS[handing.operation], ("batch", batch.public_id), content=content)
    return batch


def note(handing: Handing, batch: Batch, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note what became of each row of a batch, for lists and pages. Part of a transaction."""
    keys = {row["key"] for row in rows}
    same = Entry.objects.filter(provider=handing.provider, table=handing.table.name)
    same.filter(source_key__in=keys, is_latest=True).update(is_latest=False)
    facts = {fact.row: fact for fact in Fact.objects.filter(chunk__batch=batch).order_by("version")}
    waiting = dict(Refusal.objects.filter(batch=batch).values_list("row", "state"))
    latest: dict[str, int] = {}  # of equal rows the one that landed
    for place, row in enumerate(rows):
        if place + 1 in facts or row["key"] not in latest:
            latest[row["key"]] = place
    Entry.objects.bulk_create(
        [
            _entry(handing, batch, place + 1, row, facts.get(place + 1), waiting.get(place + 1))
            for place, row in enumerate(rows)
            if latest[row["key"]] == place
        ]
    )


def keep_rest(handing: Handing, left: Sequence[int]) -> None:
    """Drop the draft that was handed in, but for rows (from 0) that stay to be corrected."""
    mine = EntryDraft.objects.filter(account=handing.account, public_id=handing.draft)
    if not handing.draft or not left:
        mine.delete()
        return
    draft = mine.get()
    rows = filled_rows(draft.values)
    draft.values = [rows[place] for place in left]
    draft.version += 1
    draft.save()


def settle(batch: Batch) -> None:
    """Say of entered records that waited what has become of them since. Part of a transaction."""
    waiting = Entry.objects.filter(batch=batch, state=EntryState.WAITING)
    facts = dict(Fact.objects.filter(chunk__batch=batch).values_list("row", "pk"))
    states = dict(Refusal.objects.filter(batch=batch).values_list("row", "state"))
    for entry in waiting:
        entry.fact_id = facts.get(entry.row)
        entry.state = _state(entry.operation, entry.fact_id, states.get(entry.row))
        entry.save(update_fields=["fact_id", "state"])


@transaction.atomic
def set_numbering(
    provider: Organisation, table: Table, pattern: str, *, actor: Account
) -> NumberRule:
    """Set how a provider numbers a table (设定编号规则); "" is the declaration's own. Leaves one act.

    Raises NotAllowed or BadPattern.
    """
    require_intake(actor, provider, table.name)
    why = numbering.problem(pattern) if pattern else ""
    if why or number_field(table) is None:
        raise BadPattern(pattern=pattern, problem=why or "用不上：这张表的业务主键不是单独一个编号")
    rule, _ = NumberRule.objects.update_or_create(
        provider=provider,
        table=table.name,
        defaults={"pattern": pattern, "set_by": actor, "set_at": utc_now()},
    )
    said: dict[str, Json] = {"provider": provider.code, "table": table.name, "pattern": pattern}
    ledger.act(actor, "设定编号规则", rule, content=said)
    return rule


def _said(handing: Handing) -> dict[str, Json]:
    """The words that go with a handing: reason and note."""
    reason = "撤回理由" if handing.operation == Operation.DELETE else "更正理由"
    said = {reason: handing.reason.strip(), "对提示的说明": handing.note.strip()}
    said["来源办件"] = handing.grounds
    return {label: text for label, text in said.items() if text}


def _unmoved(handing: Handing) -> None:
    """Raise RecordMoved unless the record that is corrected is still the latest version."""
    fact = Fact.objects.get(pk=handing.corrects or 0)
    same = Fact.objects.filter(
        provider=fact.provider, dataset=fact.dataset, source_key=fact.source_key
    )
    latest = same.order_by("-version")[0]
    if latest.pk != fact.pk:
        raise RecordMoved(key=fact.source_key, version=latest.version)


def _entry(
    handing: Handing,
    batch: Batch,
    row: int,
    judged: Mapping[str, Any],
    fact: Fact | None,
    refusal: str | None,
) -> Entry:
    table, texts = handing.table, judged["texts"]
    fields = shown(table, texts, Relation.LINE)
    party = table.subject.name if table.subject is not None else None
    day = texts.get(table.day_field or "")
    state = _state(handing.operation, fact.pk if fact is not None else None, refusal)
    return Entry(
        account=handing.account,
        provider=handing.provider,
        table=table.name,
        source_key=judged["key"],
        batch=batch,
        row=row,
        draft=handing.draft,
        sent=handing.sent,
        fact_id=fact.pk if fact is not None else None,
        state=state,
        operation=handing.operation,
        party=next((one.value for one in fields if one.field == party), "")[:600],
        title=headline(table, fields)[:600],
        occurred_on=date.fromisoformat(f"{day}-01-01"[:10]) if day else None,  # or a year alone
        reason=handing.reason.strip()[:300],
        note=handing.note.strip()[:300],
    )


def _state(operation: str, fact: int | None, refusal: str | None) -> EntryState:
    if fact is not None:
        return EntryState.WITHDRAWN if operation == Operation.DELETE else EntryState.LANDED
    if refusal == "waiting":
        return EntryState.WAITING
    return EntryState.REFUSED if refusal in {"refused", "expired"} else EntryState.UNCHANGED
