"""Signing in and out: password, lock-out, second factor (等保三级 8.1.4.1).

Whether a login exists is never told: wrong login, wrong password and closed account are refused in
the same words after the same work.
"""

from typing import Final

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address, get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from mingcha.base.days import SHANGHAI
from mingcha.base.ledger.services import act
from mingcha.base.people import errors
from mingcha.base.people.models import Account

BACKEND: Final = "mingcha.base.people.passwords.AccountBackend"


def check_password(request: HttpRequest, name: str, password: str) -> Account:
    """The account that login and password open. Leaves an act when they open none.

    Raises SignInRefused, or LockedOut saying until when, after too many failures of this login
    from this address.
    """
    if not AxesProxyHandler.is_allowed(request, {"login": name}):
        raise _locked_out(request, name)
    account = authenticate(request, login=name, password=password)
    if account is None:
        is_locked = getattr(request, "axes_locked_out", False)
        _record_failure(name, is_locked=is_locked)
        raise _locked_out(request, name) if is_locked else errors.SignInRefused
    return account


@transaction.atomic
def _record_failure(name: str, *, is_locked: bool) -> None:
    """One act. What was typed is kept only when it is a login: it may be a password in haste."""
    known = Account.objects.filter(login=name).exists()
    verb = "登录锁定" if is_locked else "登录失败"
    act(None, verb, ("session", name if known else "unknown"), content={"is_known": known})


def _locked_out(request: HttpRequest, name: str) -> errors.LockedOut:
    cool_off = get_cool_off(request)
    tried = AccessAttempt.objects.filter(username=name, ip_address=get_client_ip_address(request))
    last = tried.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    if cool_off is None:
        return errors.LockedOut(until="管理员解除锁定")
    return errors.LockedOut(until=f"{(last + cool_off).astimezone(SHANGHAI):%Y年%-m月%-d日 %H:%M}")


def second_factor(account: Account) -> TOTPDevice | None:
    """The confirmed device, if any."""
    device: TOTPDevice | None = TOTPDevice.objects.filter(user=account, confirmed=True).first()
    return device


def has_second_factor(account: Account) -> bool:
    """Whether a code is asked for after the password."""
    return second_factor(account) is not None


def check_second_factor(account: Account, code: str) -> TOTPDevice:
    """The device whose present code this is. Leaves an act when it is not. Raises CodeRefused.

    The device slows down after each wrong code, and takes no code twice.
    """
    device = second_factor(account)
    if device is None or not device.verify_token(code.strip()):
        with transaction.atomic():
            act(None, "动态口令错误", ("session", account.login), content={"is_known": True})
        raise errors.CodeRefused
    return device


@transaction.atomic
def enter(request: HttpRequest, account: Account, *, device: TOTPDevice | None = None) -> None:
    """Open the session (登录). Leaves one act."""
    login(request, account, backend=BACKEND)
    if device is not None:
        otp_login(request, device)
    act(account, "登录", ("session", account.login), content={"second_factor": device is not None})


@transaction.atomic
def leave(request: HttpRequest, account: Account, *, verb: str = "退出登录") -> None:
    """Close the session (退出登录, 会话超时退出). Leaves one act."""
    act(account, verb, ("session", account.login), content={})
    logout(request)
