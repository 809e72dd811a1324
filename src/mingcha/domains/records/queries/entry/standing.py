"""Drafts and entered records, and which keys a provider has in use."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.models import Entry, EntryDraft, Fact, NumberRule, Operation
from mingcha.domains.records.queries.batches import (
    INTAKE,
    RECEIPTS,
    RIGHT_OF_FAMILY,
    providers_for,
)
from mingcha.standards import loader
from mingcha.standards.model import Table

MINE, OURS = "mine", "ours"


@dataclass(frozen=True)
class Filter:
    """What the list of entered records was asked for; every part narrows."""

    words: str = ""
    table: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    whose: str = MINE


def visible_to(account: Account) -> QuerySet[Entry]:
    """The entered records of the organisations over which the account may read receipts."""
    return Entry.objects.filter(provider__in=providers_for(account, RECEIPTS)).select_related(
        "provider", "batch", "account"
    )


def entries(account: Account, asked: Filter) -> QuerySet[Entry]:
    """The latest version of the visible records that fit a filter."""
    found = visible_to(account).filter(is_latest=True)
    if asked.whose == MINE:
        found = found.filter(account=account)
    if asked.words:
        words = Q(source_key__icontains=asked.words) | Q(party__icontains=asked.words)
        found = found.filter(words | Q(title__icontains=asked.words))
    for column, value in (("table", asked.table), ("state", asked.state)):
        if value:
            found = found.filter(**{column: value})
    if asked.since:
        found = found.filter(entered_at__date__gte=asked.since)
    if asked.until:
        found = found.filter(entered_at__date__lte=asked.until)
    return found


def entry_for(account: Account, public_id: str) -> Entry:
    """The one door to an entered record. Raises NotFound for missing and hidden alike."""
    found = visible_to(account).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(what="录入的记录", key=public_id)
    return found


def versions_of(entry: Entry) -> list[Entry]:
    """Every version of the record that was entered by hand, newest first."""
    same = Entry.objects.filter(
        provider=entry.provider, table=entry.table, source_key=entry.source_key
    )
    return list(same.select_related("account", "batch").order_by("-pk"))


def last_of(account: Account, table: Table) -> Fact | None:
    """The record that the account entered last in a table, as it stands."""
    mine = Entry.objects.filter(account=account, table=table.name, fact_id__isnull=False)
    numbers = mine.exclude(operation=Operation.DELETE).order_by("-pk").values("fact_id")[:1]
    return Fact.objects.filter(pk__in=numbers).first()


def drafts(account: Account) -> QuerySet[EntryDraft]:
    """One's own drafts, the last saved first; nobody sees another's."""
    return EntryDraft.objects.filter(account=account).select_related("provider")


def draft_for(account: Account, public_id: str) -> EntryDraft:
    """The one door to a draft. Raises NotFound for missing and another's alike."""
    found = drafts(account).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(what="草稿", key=public_id)
    return found


def entered_from(account: Account, draft: str) -> QuerySet[Entry]:
    """What the account entered from a draft that is no more."""
    return Entry.objects.filter(account=account, draft=draft).order_by("-pk")


def gone(account: Account, draft: str) -> Entry | None:
    """What came of a draft of the account's that is no more; None while it is there or never was."""
    if not draft or drafts(account).filter(public_id=draft).exists():
        return None
    return entered_from(account, draft).select_related("provider", "batch").first()


def is_anothers(account: Account, draft: str) -> bool:
    """Whether a draft's number belongs to somebody else."""
    return EntryDraft.objects.filter(public_id=draft).exclude(account=account).exists()


def own_fact(account: Account, number: int) -> Fact:
    """A record that the account may correct: the latest version, of a body it hands in for.

    Raises NotFound for missing and out of reach alike.
    """
    mine = Fact.objects.filter(provider__in=providers_for(account, INTAKE))
    fact = mine.filter(pk=number).select_related("provider", "chunk__batch").first()
    if fact is None:
        raise NotFound(what="记录", key=number)
    same = mine.filter(provider=fact.provider, dataset=fact.dataset, source_key=fact.source_key)
    return same.select_related("provider", "chunk__batch").order_by("-version")[0]


def standing_keys(provider: Organisation, table: Table, keys: Collection[str]) -> dict[str, int]:
    """Which of these keys the provider has a record under that is not withdrawn: key → its fact."""
    if not keys:
        return {}
    facts = Fact.objects.filter(provider=provider, dataset=table.name, source_key__in=set(keys))
    latest = facts.order_by("source_key", "-version").distinct("source_key")
    rows = latest.values_list("source_key", "pk", "operation")
    return {key: fact for key, fact, operation in rows if operation != Operation.DELETE}


def number_pattern(provider: Organisation, table: Table) -> str:
    """The pattern by which a provider numbers a table: its own, else the declaration's, else ""."""
    rule = NumberRule.objects.filter(provider=provider, table=table.name).first()
    return (rule.pattern if rule is not None else "") or table.form.number or ""


def tables_for(account: Account) -> list[Table]:
    """The tables that the account may enter for somebody, in the order of the dictionary."""
    return [table for table in loader.current().tables.values() if account.holds(right_for(table))]


def right_for(table: Table) -> str:
    """The right that handing in a table takes beside `records.intake`."""
    return RIGHT_OF_FAMILY.get(table.family, INTAKE)


def providers_of(account: Account, table: Table) -> QuerySet[Organisation]:
    """The organisations for which the account may enter a table, in tree order."""
    found = providers_for(account, INTAKE)
    right = right_for(table)
    return found if right == INTAKE else found.filter(pk__in=providers_for(account, right))


def filled_rows(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The rows of a grid that have something in them, in their order: those that are handed in."""
    return [dict(row) for row in rows if any(text.strip() for text in row.values())]
