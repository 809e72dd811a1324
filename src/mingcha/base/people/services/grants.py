"""Grants: a role over an organisation and all below it, given and taken away (分级授权)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger.services import act
from mingcha.base.people import contents, errors, queries
from mingcha.base.people.models import Account, Grant, Organisation, Role


@dataclass(frozen=True)
class Term:
    """From which day to which (last day included), and why."""

    since: date | None = None  # None: today
    until: date | None = None
    reason: str = ""


@transaction.atomic
def grant_role(
    account: Account, role: Role, *, scope: Organisation, actor: Account, term: Term | None = None
) -> Grant:
    """Give a role over `scope` (授权).

    The granter manages the account, is somebody else, and holds every right of the role over the
    whole scope. Leaves one act. Raises NotAllowed, NotToOneself, BeyondOwnRights, AppointedOnly,
    MustBeApart, OperatorMayNotRead, AccountClosed, OrganisationClosed, AlreadyGranted or NotLegible.
    """
    queries.require(actor, queries.MANAGE, account.organisation)
    if account.pk == actor.pk:
        raise errors.NotToOneself(deed="授权")
    if role.is_appointed:
        raise errors.AppointedOnly(role=role.label)
    missing = queries.missing_rights(actor, role.rights, scope)
    if missing:
        raise errors.BeyondOwnRights(role=role.label, scope=scope.name, missing="、".join(missing))
    grant = give(account, role, scope=scope, granted_by=actor, term=term or Term())
    act(actor, "授权", grant, content=contents.of_grant(grant))
    return grant


def give(
    account: Account, role: Role, *, scope: Organisation, granted_by: Account | None, term: Term
) -> Grant:
    """Write the grant if account, role and scope allow it; the granter's rights are not asked."""
    current = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if not current.is_active:
        raise errors.AccountClosed(login=current.login)
    if scope.closed_on is not None:
        raise errors.OrganisationClosed(name=scope.name)
    _refuse_union(current, role, scope)
    _refuse_operator(current, role)
    since = term.since or local_today()
    if term.until is not None and term.until < since:
        raise errors.NotLegible(
            field="失效日期", value=term.until, rule="失效日期不能早于生效日期。"
        )
    return Grant.objects.create(
        account=account, role=role, scope=scope, granted_by=granted_by,
        since=since, until=term.until, reason=term.reason,
    )  # fmt: skip


def _refuse_union(account: Account, role: Role, scope: Organisation) -> None:
    """The same grant twice, or two of the three administrators in one person."""
    for held in account.grants.standing():
        if held.role_id == role.pk and held.scope_id == scope.pk:
            raise errors.AlreadyGranted(role=role.label, scope=scope.name)
        if role.is_apart and held.role.is_apart and held.role_id != role.pk:
            raise errors.MustBeApart(role=role.label, held=held.role.label)


def _refuse_operator(account: Account, role: Role) -> None:
    """Nobody in or below an operator's organisation reads departments' data."""
    if not role.reads_data:
        return
    line = queries.line_above(account.organisation)
    if any(body.kind == Organisation.Kind.OPERATOR for body in line):
        raise errors.OperatorMayNotRead(role=role.label)


@transaction.atomic
def revoke_grant(grant: Grant, *, actor: Account, reason: str) -> Grant:
    """Take a role away at once (收回授权).

    Needs people.manage over the account's organisation, not the rights of the role: taking away is
    open to a security administrator who could not give. Leaves one act. Raises NotAllowed,
    NotToOneself, ReasonMissing or GrantOver.
    """
    queries.require(actor, queries.MANAGE, grant.account.organisation)
    if grant.account_id == actor.pk:
        raise errors.NotToOneself(deed="收回授权")
    if not reason.strip():
        raise errors.ReasonMissing(deed="收回授权")
    current = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if current.revoked_at is not None:
        raise errors.GrantOver
    return withdraw(current, actor=actor, reason=reason)


def withdraw(grant: Grant, *, actor: Account, reason: str) -> Grant:
    """End a grant now and leave its act; no right is asked: the caller does."""
    grant.revoked_at, grant.revoked_by, grant.revoked_because = utc_now(), actor, reason[:200]
    grant.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
    act(actor, "收回授权", grant, content=contents.of_grant(grant))
    return grant
