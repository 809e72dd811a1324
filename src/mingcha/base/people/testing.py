"""Fixtures for tests of any domain: a small city with its people.

Call the functions, or register the module as a plugin in the root conftest
(`pytest_plugins = ["mingcha.base.people.testing"]`) for the fixtures `city`, `make_organisation`
and `make_account`.
"""

import itertools
from collections.abc import Callable
from functools import cache

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction

from mingcha.base.days import utc_now
from mingcha.base.ledger.services import act
from mingcha.base.people import contents, services
from mingcha.base.people.models import Account, Organisation, Region, Role
from mingcha.base.people.services import Body

PASSWORD = "Ming-cha-2026"  # noqa: S105  # of made-up people in tests only
CITY = "310000"
DISTRICT = "310115"
_numbers = itertools.count(1)


def make_regions() -> None:
    """A municipality and one district: enough for tests, without loading all of China."""
    city, _ = Region.objects.get_or_create(
        code=CITY, defaults={"name": "上海市", "full_name": "上海市", "level": 1}
    )
    Region.objects.get_or_create(
        code=DISTRICT,
        defaults={"name": "浦东新区", "full_name": "上海市浦东新区", "level": 3, "parent": city},
    )


def make_organisation(
    name: str = "", *, parent: Organisation | None = None, **fields: str
) -> Organisation:
    """An organisation below `parent`, or a root; `fields` are those of `Body`."""
    number = next(_numbers)
    make_regions()
    body = Body(
        code=fields.pop("code", f"org-{number}"),
        name=name or f"演示第{number}局",
        kind=fields.pop("kind", Organisation.Kind.DEPARTMENT),
        level=fields.pop("level", "3"),
        region=fields.pop("region", CITY),
        **fields,
    )
    with transaction.atomic():
        organisation = services.organisations.plant(body, parent=parent)
        act(None, "新增机构", organisation, content=contents.of_organisation(organisation))
    return organisation


def make_account(
    *roles: str,
    organisation: Organisation | None = None,
    scope: Organisation | None = None,
    **fields: object,
) -> Account:
    """An account that may sign in with `PASSWORD` and holds `roles` (keys) over `scope`.

    `organisation` is a new one when not given, `scope` the organisation itself; `fields` are those
    of `Account`. Acts are left as the services would.
    """
    services.load_roles()
    body = organisation or make_organisation()
    number = next(_numbers)
    usual = {
        "login": f"person{number}",
        "real_name": f"演示{number}号",
        "organisation": body,
        "password": _encoded(),
        "password_changed_at": utc_now(),
        "must_change_password": False,
    }
    with transaction.atomic():
        account = Account.objects.create(**usual | fields)
        account.refresh_from_db()
        act(None, "开通账号", account, content=contents.of_account(account))
    for key in roles:
        services.appoint(account, Role.objects.get(key=key), scope=scope or body, reason="测试")
    return Account.objects.select_related("organisation").get(pk=account.pk)


@cache
def _encoded() -> str:
    """The hash of `PASSWORD`, made once: it is slow on purpose."""
    return make_password(PASSWORD)


class City:
    """A government with two departments, a bureau below one of them, and an operator."""

    def __init__(self) -> None:
        self.government = make_organisation("演示市人民政府", kind="government", code="gov")
        self.bureau = make_organisation("演示市数据局", parent=self.government, code="data")
        self.market = make_organisation("演示市市场监管局", parent=self.government, code="market")
        self.market_district = make_organisation(
            "演示浦东市场监管局",
            parent=self.market,
            code="market-pudong",
            region=DISTRICT,
            level="4",
        )
        self.fire = make_organisation("演示市消防救援局", parent=self.government, code="fire")
        self.operator = make_organisation(
            "演示运维公司", parent=self.government, kind="operator", code="operator"
        )

    def roles(self) -> list[Role]:
        """The built-in roles, loaded."""
        services.load_roles()
        return list(Role.objects.all())

    def person(self, role: str) -> Account:
        """A new person with a role where such a person usually sits."""
        whole = {
            "data-bureau": self.bureau,
            "catalog-reviewer": self.bureau,
            "inspector-of-inspectors": self.government,
            "system-admin": self.operator,
            "security-admin": self.bureau,
            "auditor": self.bureau,
        }
        body = whole.get(role, self.market)
        scope = self.government if role in whole else body
        return make_account(role, organisation=body, scope=scope)


@pytest.fixture(name="city")
def _city(db: None) -> City:
    return City()


@pytest.fixture(name="make_organisation")
def _make_organisation(db: None) -> Callable[..., Organisation]:
    return make_organisation


@pytest.fixture(name="make_account")
def _make_account(db: None) -> Callable[..., Account]:
    return make_account
