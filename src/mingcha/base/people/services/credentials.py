"""Passwords and second factors: one's own, and those reset by an administrator."""

from axes.utils import reset as reset_axes
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from mingcha.base.days import utc_now
from mingcha.base.ledger.services import act
from mingcha.base.people import errors, passwords, queries
from mingcha.base.people.models import Account, FormerPassword
from mingcha.base.people.services.accounts import managed

CREDENTIALS = "people.credentials"


@transaction.atomic
def change_own_password(account: Account, *, present: str, new: str) -> Account:
    """Change one's own password (修改密码). Leaves one act.

    Raises PasswordWrong or PasswordUnlawful; the second lists everything that is wrong.
    """
    current = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if not current.check_password(present):
        raise errors.PasswordWrong
    replace_password(current, new)
    act(current, "修改密码", ("credentials", current.login), content={"kind": "password"})
    return current


def replace_password(account: Account, new: str) -> None:
    """Set a lawful password and remember the old one; the caller leaves the act."""
    try:
        password_validation.validate_password(new, account)
    except ValidationError as error:
        raise errors.PasswordUnlawful(problems="".join(error.messages)) from error
    if account.has_usable_password():
        FormerPassword.objects.create(account=account, encoded=account.password)
    stale = account.former_passwords.values_list("pk", flat=True)[settings.PASSWORD_HISTORY :]
    FormerPassword.objects.filter(pk__in=list(stale)).delete()
    account.set_password(new)
    account.password_changed_at, account.must_change_password = utc_now(), False
    account.save(update_fields=["password", "password_changed_at", "must_change_password"])


@transaction.atomic
def reset_password(account: Account, *, actor: Account) -> str:
    """Give an account a one-time password (重置密码), shown once; open sessions end with it.

    Leaves one act. Raises NotAllowed, NotToOneself, AccountClosed, or BeyondStanding: who may set
    a password may sign in with it, so only somebody who holds as much, or the security
    administrator, may do it.
    """
    current = entrusted(account, "重置密码", actor=actor)
    password = passwords.one_time()
    FormerPassword.objects.create(account=current, encoded=current.password)
    current.set_password(password)
    current.must_change_password = True
    current.save(update_fields=["password", "must_change_password"])
    reset_axes(username=current.login)
    act(actor, "重置密码", ("credentials", current.login), content={"kind": "password"})
    return password


@transaction.atomic
def unlock(account: Account, *, actor: Account) -> None:
    """Forget failed sign-ins (解除登录锁定). Leaves one act. Raises NotAllowed, NotToOneself."""
    current = managed(account, "解除锁定", actor=actor)
    reset_axes(username=current.login)
    act(actor, "解除登录锁定", ("credentials", current.login), content={"kind": "lock"})


@transaction.atomic
def reset_second_factor(account: Account, *, actor: Account) -> None:
    """Take the second factor away, e.g. for a lost phone (重置双因素认证). Leaves one act.

    Raises NotAllowed, NotToOneself, AccountClosed or BeyondStanding, as `reset_password`.
    """
    current = entrusted(account, "重置双因素认证", actor=actor)
    TOTPDevice.objects.filter(user=current).delete()
    act(actor, "重置双因素认证", ("credentials", current.login), content={"kind": "totp"})


def entrusted(account: Account, deed: str, *, actor: Account) -> Account:
    """The account, locked, if `actor` manages it and holds all that it holds."""
    current = managed(account, deed, actor=actor)
    if not current.is_active:
        raise errors.AccountClosed(login=current.login)
    if actor.holds_over(CREDENTIALS, current.organisation):
        return current
    missing: list[str] = []
    for grant in current.grants.standing():
        missing += queries.missing_rights(actor, grant.role.rights, grant.scope)
    if missing:
        raise errors.BeyondStanding(deed=deed, missing="、".join(dict.fromkeys(missing)))
    return current


def draft_second_factor(account: Account) -> TOTPDevice:
    """The device to be enrolled: the unconfirmed one, or a new one with a fresh secret."""
    device = TOTPDevice.objects.filter(user=account, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=account, name="动态口令", confirmed=False)


@transaction.atomic
def confirm_second_factor(account: Account, code: str) -> TOTPDevice:
    """Turn the second factor on after a first right code (启用双因素认证).

    An earlier device is replaced. Leaves one act. Raises CodeRefused.
    """
    device = draft_second_factor(account)
    if not device.verify_token(code):
        raise errors.CodeRefused
    TOTPDevice.objects.filter(user=account).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    act(account, "启用双因素认证", ("credentials", account.login), content={"kind": "totp"})
    return device


@transaction.atomic
def remove_second_factor(account: Account, *, present: str) -> None:
    """Turn one's own second factor off (停用双因素认证). Leaves one act. Raises PasswordWrong."""
    if not account.check_password(present):
        raise errors.PasswordWrong
    TOTPDevice.objects.filter(user=account).delete()
    act(account, "停用双因素认证", ("credentials", account.login), content={"kind": "totp"})
