"""Sessions end when idle, and first things come first (等保三级: 会话超时, 定期更换口令)."""

import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mingcha.base.errors import MingchaError
from mingcha.base.http import problem_response, wants_problem
from mingcha.base.people import errors, passwords
from mingcha.base.people.models import Account
from mingcha.base.people.services.signing import has_second_factor, leave

SEEN: Final = "seen_at"
NOTED_EVERY_SECONDS: Final = 60
GetResponse = Callable[[HttpRequest], HttpResponse]


class IdleSessions:
    """Closes a session that nobody used for settings.SESSION_IDLE_SECONDS."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign the idle out before the view runs; it then sees nobody signed in."""
        if isinstance(request.user, Account):
            self._mind(request, request.user)
        return self.get_response(request)

    def _mind(self, request: HttpRequest, account: Account) -> None:
        now, seen = int(time.time()), request.session.get(SEEN)
        if seen is not None and now - seen > settings.SESSION_IDLE_SECONDS:
            leave(request, account, verb="会话超时退出")
            messages.info(request, "您长时间没有操作，已自动退出，请重新登录。")
        elif seen is None or now - seen >= NOTED_EVERY_SECONDS:
            request.session[SEEN] = now


class FirstThings:
    """Lets nobody work before a due password is changed and a required second factor is set up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lead to the page where the first thing is done; a machine gets a problem."""
        if not isinstance(request.user, Account) or request.path.startswith(settings.FIRST_THINGS):
            return self.get_response(request)
        due = first_thing(request.user)
        if due is None:
            return self.get_response(request)
        refusal, url = due
        if wants_problem(request):
            return problem_response(request, refusal)
        return redirect(url)


def first_thing(account: Account) -> tuple[MingchaError, str] | None:
    """What the account must do before anything else, and on which page; None when it is free."""
    if passwords.is_due(account):
        return errors.FirstChangePassword(), settings.PASSWORD_URL
    needed = account.held.rights & set(settings.TOTP_REQUIRED_FOR)
    if needed and not has_second_factor(account):
        return errors.FirstSecondFactor(), settings.TOTP_URL
    return None


def locked_out_answer(
    request: HttpRequest, response: HttpResponse, credentials: object
) -> HttpResponse:
    """Axes asks what to answer on lock-out: what the sign-in page says already."""
    return response
