"""Accounts: open, change, close, reopen (实名账号; XA21 art. 26, 31)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from mingcha.base.days import utc_now
from mingcha.base.ledger.services import act
from mingcha.base.people import contents, errors, passwords, queries
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.services.grants import withdraw
from mingcha.base.people.services.organisations import refuse_closed

LOGIN = re.compile(r"(?!(new|changes)$)[a-z][a-z0-9._-]{2,39}")  # both are addresses of pages
CHANGEABLE = frozenset({"real_name", "post", "phone", "expires_on"})


@dataclass(frozen=True)
class Person:
    """What is said about the holder of an account. `expires_on` is the last day of use."""

    login: str
    real_name: str
    post: str = ""
    phone: str = ""
    expires_on: date | None = None
    is_machine: bool = False


@transaction.atomic
def open_account(
    person: Person, *, organisation: Organisation, actor: Account
) -> tuple[Account, str]:
    """Open a real-name account in an organisation (开通账号). Returns it with a one-time password.

    The password is shown once and must be changed at the first sign-in; the account has no rights
    until some are granted. Leaves one act. Raises NotAllowed, OrganisationClosed, LoginTaken or
    NotLegible.
    """
    queries.require(actor, queries.MANAGE, organisation)
    refuse_closed(organisation)
    account, password = enrol(person, organisation=organisation)
    act(actor, "开通账号", account, content=contents.of_account(account))
    return account, password


def enrol(person: Person, *, organisation: Organisation) -> tuple[Account, str]:
    """Write the row; no right is asked and no act left: the caller does both."""
    if not LOGIN.fullmatch(person.login):
        raise errors.NotLegible(
            field="登录名",
            value=person.login,
            rule="请用 3 至 40 位小写字母、数字、点、连字符，以字母开头。",
        )
    if not person.real_name.strip():
        raise errors.NotLegible(field="真实姓名", value="", rule="账号实名开通，请填写真实姓名。")
    if Account.objects.filter(login=person.login).exists():
        raise errors.LoginTaken(login=person.login)
    account = Account(organisation=organisation, **vars(person))
    password = passwords.one_time()
    account.set_password(password)
    account.save(force_insert=True)
    return account, password


@transaction.atomic
def change_account(
    account: Account, changes: Mapping[str, object], *, actor: Account, reason: str = ""
) -> Account:
    """Correct what is said about the holder, or move the account to another body (变更账号).

    `changes` maps real_name, post, phone, expires_on or organisation to the new value. A move needs
    the right over both bodies and a reason, and takes all standing grants away: rights belong to
    the post, not to the person. Leaves one act, and one per grant taken away. Raises NotAllowed,
    NotToOneself, ReasonMissing, OrganisationClosed.
    """
    current = managed(account, "变更", actor=actor)
    to = changes.get("organisation")
    if isinstance(to, Organisation) and to.pk != current.organisation_id:
        _move(current, to, actor=actor, reason=reason)
    for name in changes.keys() & CHANGEABLE:
        setattr(current, name, changes[name])
    current.save()
    act(actor, "变更账号", current, content=contents.of_account(current))
    return current


def _move(account: Account, to: Organisation, *, actor: Account, reason: str) -> None:
    queries.require(actor, queries.MANAGE, to)
    refuse_closed(to)
    if not reason.strip():
        raise errors.ReasonMissing(deed="调整所属机构")
    for grant in account.grants.standing():
        withdraw(grant, actor=actor, reason=f"调离原机构：{reason}")
    account.organisation, account.remark = to, reason


@transaction.atomic
def close_account(account: Account, *, actor: Account, reason: str) -> Account:
    """Close an account when service or post ends (停用账号); grants and tokens end with it.

    It is never deleted: what was done under it stays its holder's. Leaves one act, and one per
    grant taken away. Raises NotAllowed, NotToOneself, AccountClosed or ReasonMissing.
    """
    current = managed(account, "停用", actor=actor)
    if not reason.strip():
        raise errors.ReasonMissing(deed="停用账号")
    if not current.is_active:
        raise errors.AccountClosed(login=current.login)
    for grant in current.grants.standing():
        withdraw(grant, actor=actor, reason=f"停用账号：{reason}")
    for token in current.tokens.filter(revoked_at__isnull=True):
        token.revoked_at = utc_now()
        token.save(update_fields=["revoked_at"])
        act(actor, "作废接口令牌", token, content=contents.of_token(token))
    current.is_active, current.closed_at, current.closed_because = False, utc_now(), reason
    current.save()
    act(actor, "停用账号", current, content=contents.of_account(current))
    return current


@transaction.atomic
def reopen_account(account: Account, *, actor: Account) -> tuple[Account, str]:
    """Open a closed account again for the same person (恢复账号), with a one-time password.

    Grants do not come back; they are given anew. Leaves one act. Raises NotAllowed, NotToOneself,
    AccountOpen or OrganisationClosed.
    """
    current = managed(account, "恢复", actor=actor)
    if current.is_active:
        raise errors.AccountOpen(login=current.login)
    refuse_closed(current.organisation)
    password = passwords.one_time()
    current.set_password(password)
    current.is_active, current.closed_at, current.closed_because = True, None, ""
    current.must_change_password = True
    current.save()
    act(actor, "恢复账号", current, content=contents.of_account(current))
    return current, password


def managed(account: Account, deed: str, *, actor: Account) -> Account:
    """The account, locked, if `actor` manages it and is not it. Raises NotAllowed or NotToOneself."""
    queries.require(actor, queries.MANAGE, account.organisation)
    if account.pk == actor.pk:
        raise errors.NotToOneself(deed=deed)
    return (
        Account.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=account.pk)
    )
