"""What bodies were called, how they stood, and what an account might do, at a moment of the past.

Read from the ledger alone: what the acts sealed by then had left. It is the same whenever it is
asked, whatever is granted, revoked, renamed or moved later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from mingcha.base.days import local_day
from mingcha.base.ledger import queries as ledger
from mingcha.base.people.models import Account, Grant


@dataclass(frozen=True)
class BodyThen:
    """An organisation as it was: its name, its code, and its place in the tree of then."""

    pk: int
    code: str
    name: str
    path: str


@dataclass(frozen=True)
class GrantThen:
    """A grant that was in force: the role with its rights of then, over which body."""

    role: str
    rights: frozenset[str]
    scope: BodyThen


@dataclass(frozen=True)
class AccountThen:
    """What an account might do. Without a body the account was not open then."""

    bodies: Mapping[int, BodyThen]
    body: BodyThen | None
    grants: tuple[GrantThen, ...]

    def holds(self, right: str) -> bool:
        """Whether the right was held anywhere."""
        return any(right in grant.rights for grant in self.grants)

    def bodies_under(self, right: str) -> frozenset[int]:
        """The organisations over which the right was held, by their place of then."""
        paths = tuple(grant.scope.path for grant in self.grants if right in grant.rights)
        return frozenset(pk for pk, body in self.bodies.items() if body.path.startswith(paths))

    @cached_property
    def line(self) -> frozenset[str]:
        """The codes of the account's own body and of those above it then."""
        above = self.body.path.split("/") if self.body else ()
        return frozenset(self.bodies[int(part)].code for part in above if part)


def bodies_at(moment: datetime) -> dict[int, BodyThen]:
    """Every organisation there was at a moment, by its id."""
    said = ledger.contents_at("people.organisation", moment)
    parents = {content["code"]: content["parent"] for content in said.values()}
    numbers = {content["code"]: key for key, content in said.items()}
    return {
        int(key): BodyThen(
            int(key), content["code"], content["name"], _path(content["code"], parents, numbers)
        )
        for key, content in said.items()
    }


def account_at(account: Account, moment: datetime) -> AccountThen:
    """What an account might do at a moment: the grants in force then, with the rights of then."""
    bodies = bodies_at(moment)
    known = ledger.contents_at("people.account", moment, [str(account.pk)]).get(str(account.pk))
    day = local_day(moment).isoformat()
    if known is None or not known["is_active"] or not _reaches(known["expires_on"], day):
        return AccountThen(bodies, None, ())
    by_code = {body.code: body for body in bodies.values()}
    keys = Grant.objects.filter(account=account).values_list("pk", flat=True)
    grants = ledger.contents_at("people.grant", moment, map(str, keys)).values()
    roles = {said["key"]: said for said in ledger.contents_at("people.role", moment).values()}
    held = tuple(
        GrantThen(
            roles[said["role"]]["label"],
            frozenset(roles[said["role"]]["rights"].split(",")),
            by_code[said["scope"]],
        )
        for said in grants
        if _is_in_force(said, day)
    )
    return AccountThen(bodies, by_code[known["organisation"]], held)


def _is_in_force(grant: Mapping[str, Any], day: str) -> bool:
    return not grant["is_revoked"] and grant["since"] <= day and _reaches(grant["until"], day)


def _reaches(last: str, day: str) -> bool:
    """Whether something whose last day is `last` ("" for none) still holds on a day."""
    return not last or last >= day


def _path(code: str, parents: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    """The ids from the root down to a body, as `Organisation.path` writes them."""
    above: list[str] = []
    while code:
        above.append(numbers[code])
        code = parents[code]
    return f"/{'/'.join(reversed(above))}/"
