"""Passwords: what a lawful one is, when it is due, and how a one-time one is made.

等保三级 (GB/T 22239-2019, 8.1.4.1) asks for complexity and periodic change; XA21 art. 31 for
periodic change. The numbers are settings.
"""

import secrets
import string
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from mingcha.base.days import local_today, utc_now
from mingcha.base.people.models import Account

CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
# Without characters that are mistaken for one another when read aloud or copied by hand.
ONE_TIME = ("abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "@#%*-+?")
ONE_TIME_LENGTH = 14


class LawfulPassword:
    """Django validator: long enough, mixed enough, without the login, not used lately."""

    def validate(self, password: str, user: Account | None = None) -> None:
        """Raises ValidationError listing everything that is wrong."""
        problems = [*_form(password), *_nearness(password, user), *_history(password, user)]
        if problems:
            raise ValidationError(problems)

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return (
            f"至少 {settings.PASSWORD_LENGTH} 位，含大写字母、小写字母、数字、符号中的至少"
            f" {settings.PASSWORD_CLASSES} 类，不含登录名，不与最近 {settings.PASSWORD_HISTORY} 次的密码相同。"
        )


def _form(password: str) -> list[str]:
    problems = []
    if len(password) < settings.PASSWORD_LENGTH:
        problems.append(f"至少 {settings.PASSWORD_LENGTH} 位。")
    if classes_in(password) < settings.PASSWORD_CLASSES:
        problems.append(
            f"须含大写字母、小写字母、数字、符号中的至少 {settings.PASSWORD_CLASSES} 类。"
        )
    return problems


def classes_in(password: str) -> int:
    """How many of lower case, upper case, digits and everything else occur."""
    named = sum(any(char in group for char in password) for group in CLASSES)
    return named + any(not any(char in group for group in CLASSES) for char in password)


def _nearness(password: str, user: Account | None) -> list[str]:
    """The login, and the pinyin that logins are made of, must not be part of the password."""
    if user is None:
        return []
    letters = user.login.rstrip(string.digits + "._-")
    parts = {part for part in (user.login, letters, *letters.split(".")) if len(part) >= 3}
    if any(part.lower() in password.lower() for part in parts):
        return ["不能包含登录名。"]
    return ["不能包含姓名。"] if user.real_name and user.real_name in password else []


def _history(password: str, user: Account | None) -> list[str]:
    if user is None or user.pk is None:
        return []
    former = user.former_passwords.values_list("encoded", flat=True)[
        : settings.PASSWORD_HISTORY - 1
    ]
    if any(check_password(password, encoded) for encoded in [user.password, *former]):
        return [f"不能与最近 {settings.PASSWORD_HISTORY} 次的密码相同。"]
    return []


def one_time() -> str:
    """A random password to be shown once: every class occurs, nothing in it is easily misread."""
    chars = [secrets.choice(group) for group in ONE_TIME]
    everything = "".join(ONE_TIME)
    chars += [secrets.choice(everything) for _ in range(ONE_TIME_LENGTH - len(chars))]
    secrets.SystemRandom().shuffle(chars)
    return "".join(chars)


def is_due(account: Account) -> bool:
    """Whether the password must be changed before anything else is done."""
    changed = account.password_changed_at
    if account.must_change_password or changed is None:
        return True
    return utc_now() - changed > timedelta(days=settings.PASSWORD_DAYS)


def is_open(account: Account) -> bool:
    """Whether the account is neither closed nor run out today."""
    return account.is_active and (account.expires_on is None or account.expires_on >= local_today())


class AccountBackend(ModelBackend):
    """Lets in only people whose account is open today; machines come by token."""

    def user_can_authenticate(self, user: Account | None) -> bool:  # type: ignore[override]
        """Whether the account may sign in, asked at sign-in and again at every request."""
        return user is not None and not user.is_machine and is_open(user)

    def get_user(self, user_id: int) -> Account | None:
        """The account of a session with its body and region, which every page names. One query."""
        found = Account.objects.select_related("organisation__region").filter(pk=user_id).first()
        return found if self.user_can_authenticate(found) else None
