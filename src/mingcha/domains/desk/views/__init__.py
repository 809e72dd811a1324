"""Human doors of the desk."""

from collections.abc import Iterable, Mapping
from typing import cast

from django import forms
from django.http import HttpRequest

from mingcha.base.errors import MingchaError
from mingcha.base.people.models import Account


def who(request: HttpRequest) -> Account:
    """Who asks; behind a door that asks for a signed-in account."""
    return cast(Account, request.user)


def say_why(form: forms.BaseForm, refusal: MingchaError) -> None:
    """Put a refusal into the form it answers: what happened, and what to do now."""
    form.add_error(None, f"{refusal.title} {refusal.detail}")


def options(
    name: str, label: str, choices: Iterable[tuple[str, str]], asked: Mapping[str, str]
) -> dict[str, object]:
    """A select of the filter bar, with what was asked for selected."""
    value = asked.get(name, "")
    shown = [{"value": key, "label": text, "selected": key == value} for key, text in choices]
    return {"name": name, "label": label, "kind": "select", "value": value, "options": shown}
