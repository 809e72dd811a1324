"""What the ledger holds a record to: the present content of accounts, organisations and the rest.

`mingcha verify ledger` compares these with the digest in the record's last act, so every act on
one of these records carries the whole of it, never a part.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

from django.db.models import Model, QuerySet

from mingcha.base.ledger.canonical import digest_of
from mingcha.base.people.models import (
    Account,
    ApiToken,
    Deputy,
    Grant,
    Organisation,
    Region,
    Responsible,
    Role,
    SavedView,
)

Digests = Callable[[], Iterator[tuple[str, bytes]]]

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


def of_responsible(row: Responsible) -> Content:
    """Who answers for what, from when to when."""
    return {
        "organisation": row.organisation.code,
        "duty": row.duty,
        "field": row.field,
        "name": row.name,
        "title": row.title,
        "phone": row.phone,
        "account": row.account.login if row.account else "",
        "since": _day(row.since),
        "until": _day(row.until),
        "basis": row.basis,
    }


def of_deputy(row: Deputy) -> Content:
    """Who stands in for whom, from when to when, and why."""
    return {
        "absent": row.absent.login,
        "deputy": row.deputy.login,
        "since": _day(row.since),
        "until": _day(row.until),
        "reason": row.reason,
        "is_ended": row.ended_at is not None,
    }


def of_view(row: SavedView) -> Content:
    """A kept filter."""
    return {"account": row.account_id, "page": row.page, "label": row.label, "query": row.query}


def of_role(role: Role) -> Content:
    """A role with its rights."""
    return {
        "key": role.key,
        "label": role.label,
        "rights": ",".join(role.rights),
        "is_apart": role.is_apart,
        "is_appointed": role.is_appointed,
        "reads_data": role.reads_data,
    }


M = TypeVar("M", bound=Model)


def _digests(rows: Callable[[], QuerySet[M]], content: Callable[[M], Content]) -> Digests:
    """Streams (primary key, digest of the content) of every row."""

    def stream() -> Iterator[tuple[str, bytes]]:
        for row in rows().iterator(2000):
            yield str(row.pk), digest_of(content(row))

    return stream


# Kind of record → its name, and the digests of its present rows. Whoever changes one of them with
# plain SQL, say to give an account a role, is found by `mingcha verify ledger`.
LEDGERED: dict[str, tuple[str, Digests]] = {
    "people.account": (
        "人员账号",
        _digests(lambda: Account.objects.select_related("organisation"), of_account),
    ),
    "people.grant": (
        "授权",
        _digests(
            lambda: Grant.objects.select_related(
                "account", "role", "scope", "granted_by", "revoked_by"
            ),
            of_grant,
        ),
    ),
    "people.organisation": (
        "组织机构",
        _digests(lambda: Organisation.objects.select_related("parent"), of_organisation),
    ),
    "people.responsible": (
        "责任人",
        _digests(
            lambda: Responsible.objects.select_related("organisation", "account"), of_responsible
        ),
    ),
    "people.deputy": (
        "代办人",
        _digests(lambda: Deputy.objects.select_related("absent", "deputy"), of_deputy),
    ),
    "people.role": ("角色", _digests(Role.objects.all, of_role)),
    "people.apitoken": (
        "接口令牌",
        _digests(lambda: ApiToken.objects.select_related("account"), of_token),
    ),
    "people.region": (
        "行政区划（人工维护）",
        _digests(lambda: Region.objects.filter(is_edited=True), of_region),
    ),
}


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()
