"""What a new record takes over from another: the way it was done, not to whom and when."""

from collections.abc import Iterator

from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.models import Fact
from mingcha.domains.records.queries.entry.standing import last_of
from mingcha.domains.records.queries.sharing import policy_of, shown
from mingcha.standards import loader
from mingcha.standards.form import fills
from mingcha.standards.model import FieldType, Table

PROPOSED_ANEW = {"number", "today", "me.name", "me.phone"}
OF_THE_ACT = "="  # a text made of other fields


def from_last(account: Account, table: Table, provider: Organisation) -> dict[str, str]:
    """照上一条填: everything of the account's last record but its number, its days and its party."""
    fact = last_of(account, table)
    if fact is None or fact.provider_id != provider.pk:
        return {}
    left_out = {*_proposed(table), *_of_party(table), *_days(table)}
    return {n: text for n, text in _open(account, fact).items() if n not in left_out}


def from_record(account: Account, fact: Fact) -> dict[str, str]:
    """照此录入: everything of a record but its number and what is filled in by itself.

    Masked values stay behind: whoever needs them types them.
    """
    table = loader.current().table(fact.dataset)
    left_out = {*_proposed(table), *_days(table)}
    return {n: text for n, text in _open(account, fact).items() if n not in left_out}


def _open(account: Account, fact: Fact) -> dict[str, str]:
    """The fields that the account may see in full."""
    table = loader.current().table(fact.dataset)
    near = policy_of(account).near(fact.provider_id)
    fields = shown(table, fact.payload, near)
    return {one.field: one.value for one in fields if not one.is_masked}


def _proposed(table: Table) -> Iterator[str]:
    """Fields that are proposed anew: number, today, who writes, texts made of other fields."""
    for name, ways in fills(table).items():
        if any(way.fact in PROPOSED_ANEW or way.fact == OF_THE_ACT for way in ways):
            yield name


def _of_party(table: Table) -> Iterator[str]:
    """Fields that say whom the record concerns, or follow from it."""
    for name, ways in fills(table).items():
        if any(way.fact.startswith(("party.", "cited.")) for way in ways):
            yield name
    subject = table.subject
    if subject is not None:
        yield from (name for name in (*subject.value, subject.name, subject.region) if name)
        yield from subject.address
    yield from (r.field for r in table.references if "." in r.to)


def _days(table: Table) -> Iterator[str]:
    yield from (n for n, spec in table.fields.items() if spec.type is FieldType.DATE)
