"""Human doors of the quality of data."""

from datetime import date
from typing import cast

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from mingcha.base.people.models import Account
from mingcha.domains.quality import queries
from mingcha.domains.quality.rules import first_of


def who(request: HttpRequest) -> Account:
    """Who asks."""
    return cast(Account, request.user)


def month_of(request: HttpRequest) -> date:
    """The month that ?month=2026-11 asks for, else the newest there is."""
    said = parse_date(f"{request.GET.get('month', '')}-01")
    return first_of(said) if said else queries.latest_month(who(request))
