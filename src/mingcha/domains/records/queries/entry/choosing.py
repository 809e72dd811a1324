"""Which tables somebody may enter, those used most first, found by name or pinyin initials."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from mingcha.base.initials import fits
from mingcha.base.people.models import Account
from mingcha.domains.records.models import Entry
from mingcha.domains.records.queries.entry.standing import tables_for
from mingcha.standards import words as named
from mingcha.standards.model import Family, Table

USUAL = 4
FIRST = (
    *(Family.INSPECTION, Family.PENALTY, Family.COERCION, Family.OTHER, Family.LICENCE),
    *(Family.COMPLAINT, Family.CREDIT, Family.PLAN, Family.CATALOG, Family.OFFICER),
)
LETTERS = re.compile(r"[A-Za-z]{1,12}")


@dataclass(frozen=True)
class Choice:
    """The tables to choose from: what one enters most, and all by family."""

    usual: Sequence[Table]
    families: Sequence[tuple[str, Sequence[Table]]]


def choice(account: Account, words: str = "") -> Choice:
    """The tables that the account may enter and that fit what was typed."""
    tables = [table for table in tables_for(account) if not words or _fits(table, words)]
    mine = Entry.objects.filter(account=account).values_list("table")
    often = dict(mine.annotate(n=Count("pk")).order_by("-n"))
    usual = sorted((t for t in tables if t.name in often), key=lambda t: -often[t.name])
    families = [
        (named.FAMILIES[family], [table for table in tables if table.family is family])
        for family in [*FIRST, *(one for one in Family if one not in FIRST)]
    ]
    return Choice(usual[:USUAL], [(label, some) for label, some in families if some])


def _fits(table: Table, words: str) -> bool:
    called = (table.label, *table.aliases)
    if LETTERS.fullmatch(words) and any(fits(name, words) for name in called):
        return True
    return any(words in name for name in called)
