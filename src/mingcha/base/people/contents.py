"""What the ledger holds a record to: the present content of accounts, organisations and the rest.

`mingcha verify ledger` compares these with the digest in the record's last act, so every act on
one of these records carries the whole of it, never a part.
"""

from datetime import date

from mingcha.base.people.models import Account, ApiToken, Grant, Organisation, Region

Content = dict[str, str | int | bool]  # nothing is "" or 0: the ledger knows no null


def of_account(account: Account) -> Content:
    """An account without its secrets, which have their own protection."""
    return {
        "login": account.login,
        "real_name": account.real_name,
        "organisation": account.organisation.code,
        "post": account.post,
        "phone": account.phone,
        "is_active": account.is_active,
        "is_machine": account.is_machine,
        "expires_on": _day(account.expires_on),
        "closed_because": account.closed_because,
        "remark": account.remark,
    }


def of_grant(grant: Grant) -> Content:
    """A grant: who, what, over what, from when to when, by whom."""
    return {
        "account": grant.account.login,
        "role": grant.role.key,
        "scope": grant.scope.code,
        "granted_by": grant.granted_by.login if grant.granted_by else "",
        "since": _day(grant.since),
        "until": _day(grant.until),
        "reason": grant.reason,
        "is_revoked": grant.revoked_at is not None,
        "revoked_by": grant.revoked_by.login if grant.revoked_by else "",
        "revoked_because": grant.revoked_because,
    }


def of_organisation(organisation: Organisation) -> Content:
    """An organisation; of its place in the tree the line above, which alone is its own."""
    return {
        "code": organisation.code,
        "name": organisation.name,
        "short_name": organisation.short_name,
        "uscc": organisation.uscc,
        "kind": organisation.kind,
        "level": organisation.level,
        "department": organisation.department,
        "region": organisation.region_id,
        "parent": organisation.parent.code if organisation.parent else "",
        "opened_on": _day(organisation.opened_on),
        "closed_on": _day(organisation.closed_on),
        "remark": organisation.remark,
    }


def of_region(region: Region) -> Content:
    """A region as a person left it."""
    return {
        "code": region.code,
        "name": region.name,
        "full_name": region.full_name,
        "level": region.level,
        "parent": region.parent_id or "",
        "since_year": region.since_year or 0,
        "until_year": region.until_year or 0,
        "note": region.note,
    }


def of_token(token: ApiToken) -> Content:
    """A token without its hash."""
    return {
        "account": token.account.login,
        "name": token.name,
        "hint": token.hint,
        "expires_on": _day(token.expires_on),
        "is_revoked": token.revoked_at is not None,
    }


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()
