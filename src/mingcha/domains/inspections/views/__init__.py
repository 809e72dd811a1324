"""Human doors of inspections."""

from collections.abc import Callable
from typing import TypeVar, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from mingcha.base.errors import MingchaError
from mingcha.base.people.models import Account
from mingcha.domains.inspections.services import refusals

D = TypeVar("D")


def who(request: HttpRequest) -> Account:
    """Who asks; behind a door that asks for a signed-in account."""
    return cast(Account, request.user)


def attempt(form: forms.Form, deed: Callable[[], D]) -> D | None:
    """Do a deed; what it refuses is told in the form."""
    try:
        return deed()
    except MingchaError as refusal:
        form.add_error(None, f"{refusal.title} {refusal.detail}")
        return None


def ventured(request: HttpRequest, about: str, label: str, deed: Callable[[], object]) -> bool:
    """Do a deed of a button; what it refuses is told on the page and left in the ledger."""
    try:
        deed()
    except MingchaError as refusal:
        refusals.note(about, label, refusal, actor=who(request))
        messages.error(request, f"{refusal.title}{refusal.detail}")
        return False
    return True


__all__ = ["attempt", "ventured", "who"]
