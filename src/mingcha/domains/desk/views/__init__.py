"""Human doors of the desk."""

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
