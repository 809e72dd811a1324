"""Human doors of the catalogue."""

from datetime import date
from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_date

from mingcha.base.days import local_today
from mingcha.base.people.models import Account
from mingcha.domains.catalog.models import Entry, Item, Kind, Version
from mingcha.domains.catalog.queries.lists import STATES, TONES, state_of
from mingcha.domains.catalog.queries.shelves import entry_for
from mingcha.standards import loader

NAMES = {Kind.ITEM: "item", Kind.CHECKLIST: "checklist"}


def who(request: HttpRequest) -> Account:
    """Who asks; behind a door that asks for a signed-in account."""
    return cast(Account, request.user)


def day_asked(request: HttpRequest, name: str = "on") -> date:
    """The day in the address; today where there is none, or none that exists."""
    return day_of(request.GET.get(name, "")) or local_today()


def day_of(text: str) -> date | None:
    """A day as typed; None for what is none."""
    try:
        return parse_date(text.strip())
    except ValueError:  # 2026-02-30: looks like a date and is none
        return None


def state_badge(version: Version, on: date) -> dict[str, str]:
    """How an entry stands on a day, in word and colour."""
    state = state_of(version, on)
    return {"key": state, "label": STATES[state], "tone": TONES[state]}


def days_in_words(since: date, until: date | None) -> str:
    """A stretch of days as a person reads it."""
    return f"{since} 起" if until is None else f"{since} 至 {until}"


def url_of(entry: Entry, page: str = "", **query: object) -> str:
    """The address of an entry's page, or of one of its other pages."""
    kind = "item" if isinstance(entry, Item) else "checklist"
    name = f"catalog:{kind}_{page}" if page else f"catalog:{kind}"
    url = reverse(name, args=[entry.scheme, entry.code])
    said = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{url}?{said}" if said else url


def found(kind: str, scheme: str, code: str) -> Entry:
    """The entry that an address names. Raises NotFound."""
    return entry_for(kind, scheme, code)


def choices(code_table: str) -> list[tuple[str, str]]:
    """The codes of a table with their labels, for a select."""
    return [(one.code, one.label) for one in loader.current().code_table(code_table).codes]
