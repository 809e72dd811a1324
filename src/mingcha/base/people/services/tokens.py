"""Keys for machines: created, used, revoked (接口令牌)."""

import hashlib
import secrets
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger.services import act
from mingcha.base.people import contents, errors, queries
from mingcha.base.people.models import Account, ApiToken
from mingcha.base.people.passwords import is_open
from mingcha.base.people.services.credentials import entrusted

PREFIX = "mc_"
HINT = 9
NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    account: Account, *, name: str, expires_on: date, actor: Account
) -> tuple[ApiToken, str]:
    """Make a token for oneself, or for a machine's account one manages (创建接口令牌).

    Returns it with its text, which is shown once; only its hash is kept (256 random bits need no
    salt). It may do what the account may, on the day it is used. Leaves one act. Raises NotAllowed,
    BeyondStanding, NotLegible or TokenTooLong.
    """
    if account.pk != actor.pk:
        _refuse_people(account, actor)
    if not name.strip():
        raise errors.NotLegible(field="用途", value=name, rule="请写明令牌用于哪个系统。")
    latest = local_today() + timedelta(days=settings.TOKEN_DAYS)
    if not local_today() < expires_on <= latest:
        raise errors.TokenTooLong(days=settings.TOKEN_DAYS)
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        account=account, name=name, digest=_digest(text), hint=text[:HINT], expires_on=expires_on
    )
    act(actor, "创建接口令牌", token, content=contents.of_token(token))
    return token, text


def _refuse_people(account: Account, actor: Account) -> None:
    """A token for another person would be a way to act in their name."""
    current = entrusted(account, "创建接口令牌", actor=actor)
    if not current.is_machine:
        raise errors.NotToAnother(deed="创建接口令牌")


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: Account) -> ApiToken:
    """Make a token useless at once (作废接口令牌): one's own, or one of an account one manages.

    Leaves one act, or none when it was revoked before. Raises NotAllowed for somebody else's.
    """
    if token.account_id != actor.pk:
        queries.require(actor, queries.MANAGE, token.account.organisation)
    current = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if current.revoked_at is None:
        current.revoked_at = utc_now()
        current.save(update_fields=["revoked_at"])
        act(actor, "作废接口令牌", current, content=contents.of_token(current))
    return current


def token_account(text: str) -> Account:
    """The account behind a token's text; its last use is noted at most once a minute.

    Raises TokenRefused for unknown, revoked and run out alike, and when the account is closed.
    """
    usable = ApiToken.objects.filter(revoked_at__isnull=True, expires_on__gte=local_today())
    token = usable.select_related("account__organisation").filter(digest=_digest(text)).first()
    if token is None or not is_open(token.account):
        raise errors.TokenRefused
    now = utc_now()
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY)
    ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    return token.account


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
