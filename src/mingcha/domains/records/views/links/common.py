"""What the pages of links share: who asks, filters out of the address, options of a select."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.standards import loader

LONGEST = 200


def who(request: HttpRequest) -> Account:
    """The account that asks."""
    return cast(Account, request.user)


def text_of(said: Mapping[str, str], name: str) -> str:
    """A parameter of the address, trimmed."""
    return said.get(name, "").strip()[:LONGEST]


def day_of(said: Mapping[str, str], name: str) -> date | None:
    """A day in the address; None where there is none."""
    try:
        return parse_date(said.get(name, ""))
    except ValueError:  # 2026-02-30: looks like a date and is none
        return None


def number_of(said: Mapping[str, str], name: str) -> int | None:
    """A whole number in the address, also a negative one; None where there is none."""
    text = said.get(name, "").strip()
    return int(text) if text.lstrip("-").isdigit() and len(text) < 9 else None


def days(label: str, since: date | None, until: date | None) -> dict[str, object]:
    """A range of days as parts/filter.html wants it."""
    return {
        "label": label, "kind": "range", "from_name": "since", "to_name": "until",
        "from_value": since.isoformat() if since else "",
        "to_value": until.isoformat() if until else "",
    }  # fmt: skip


def tables() -> list[tuple[str, str]]:
    """Every table of the standard, for a select."""
    return [(table.name, table.label) for table in loader.current().tables.values()]


def providers(account: Account, right: str) -> list[tuple[str, str]]:
    """The bodies over which a right is held, for a select."""
    return list(people.organisations_under(account, right).values_list("code", "name"))


def kinds() -> dict[str, str]:
    """The kinds of parties in words."""
    return loader.current().code_table("supervise_object_type").labels


def table_label(name: str) -> str:
    """A table's name as a person reads it."""
    found = loader.current().tables.get(name)
    return found.label if found else name
