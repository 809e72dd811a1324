"""The next free record numbers of a provider (自动编号)."""

from collections.abc import Iterator
from datetime import date
from itertools import count as counting
from itertools import islice

from mingcha.base.people.models import Organisation
from mingcha.domains.records.models import Fact, NumberRule
from mingcha.domains.records.queries.entry.standing import number_pattern
from mingcha.standards.model import Table
from mingcha.standards.numbering import Pattern, filled

LOOK = 64  # numbers looked up at a time, doubled as long as all of them are taken
MOST = 1 << 16


def pattern_for(provider: Organisation, table: Table, *, on: date) -> Pattern | None:
    """The provider's pattern for a table with the parts of a day filled in; None without one."""
    pattern = number_pattern(provider, table)
    return filled(pattern, on=on, body=provider.code) if pattern else None


def next_number(provider: Organisation, table: Table, *, on: date) -> str:
    """The number that the next record would get, "" where nothing numbers it.

    Only a proposal: it is given when the record lands.
    """
    pattern = pattern_for(provider, table, on=on)
    if pattern is None:
        return ""
    rule = NumberRule.objects.filter(provider=provider, table=table.name).first()
    last = rule.last if rule is not None and rule.prefix == pattern.prefix else 0
    return free_numbers(provider, table, pattern, after=last, count=1)[0][1]


def free_numbers(
    provider: Organisation, table: Table, pattern: Pattern, *, after: int, count: int
) -> list[tuple[int, str]]:
    """The next `count` (serial, number) that no record of the provider ever bore."""
    return list(islice(_free(provider, table, pattern, after), count))


def _free(
    provider: Organisation, table: Table, pattern: Pattern, after: int
) -> Iterator[tuple[int, str]]:
    facts = Fact.objects.filter(provider=provider, dataset=table.name)
    size, serials = LOOK, counting(after + 1)
    while True:
        wanted = {serial: pattern.number(serial) for serial in islice(serials, size)}
        taken = set(
            facts.filter(source_key__in=wanted.values()).values_list("source_key", flat=True)
        )
        yield from ((serial, text) for serial, text in wanted.items() if text not in taken)
        size = min(size * 2, MOST)
