"""Accounts and their credentials: opened, moved, closed, reset."""

import itertools
from datetime import timedelta

import pytest

from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.people import errors, passwords, services
from mingcha.base.people.models import Account
from mingcha.base.people.services import Person
from mingcha.base.people.testing import PASSWORD

pytestmark = pytest.mark.django_db


def fresh(account):
    return Account.objects.select_related("organisation").get(pk=account.pk)


def test_an_account_is_opened_with_a_password_for_once_and_without_rights(city):
    admin = city.person("department-admin")

    account, password = services.open_account(
        Person("zhangsan", "张三"), organisation=city.market_district, actor=admin
    )

    assert account.check_password(password)
    assert passwords.is_due(account)
    assert account.held.rights == set()


def test_an_administrator_opens_no_account_elsewhere(city):
    admin = city.person("department-admin")

    with pytest.raises(NotAllowed):
        services.open_account(Person("lisi", "李四"), organisation=city.fire, actor=admin)


@pytest.mark.parametrize("login", ["Zhang", "9zhang", "zh", "张三", "zhang san", "a" * 41])
def test_a_login_has_a_form(city, login):
    admin = city.person("department-admin")

    with pytest.raises(errors.NotLegible, match="登录名"):
        services.open_account(Person(login, "张三"), organisation=city.market, actor=admin)


def test_two_accounts_never_share_a_login(city, make_account):
    admin = city.person("department-admin")
    make_account(login="zhangsan", organisation=city.fire)

    with pytest.raises(errors.LoginTaken):
        services.open_account(Person("zhangsan", "张三"), organisation=city.market, actor=admin)


def test_whoever_moves_to_another_body_leaves_the_rights_behind(city, make_account):
    bureau = city.person("data-bureau")
    clerk = make_account("clerk", organisation=city.market)

    services.change_account(clerk, {"organisation": city.fire}, actor=bureau, reason="调动")

    assert fresh(clerk).organisation == city.fire
    assert fresh(clerk).held.rights == set()


def test_a_closed_account_has_neither_rights_nor_tokens_and_stays(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account("clerk", organisation=city.market)
    _, text = services.create_token(
        clerk, name="报送程序", expires_on=local_today() + timedelta(days=9), actor=clerk
    )

    services.close_account(clerk, actor=admin, reason="退休")

    assert not fresh(clerk).is_active
    assert fresh(clerk).held.rights == set()
    with pytest.raises(errors.TokenRefused):
        services.token_account(text)


def test_nobody_closes_or_resets_oneself(city):
    admin = city.person("department-admin")

    with pytest.raises(errors.NotToOneself):
        services.close_account(admin, actor=admin, reason="x")
    with pytest.raises(errors.NotToOneself):
        services.reset_password(admin, actor=admin)


def test_a_reopened_account_begins_without_rights(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account("clerk", organisation=city.market)
    services.close_account(clerk, actor=admin, reason="借调")

    services.reopen_account(fresh(clerk), actor=admin)

    assert fresh(clerk).is_active
    assert fresh(clerk).held.rights == set()


def test_an_administrator_cannot_borrow_higher_rights_by_resetting_a_password(city, make_account):
    bureau_scope = city.government
    admin = make_account("department-admin", organisation=city.bureau)
    auditor = make_account("auditor", organisation=city.bureau, scope=bureau_scope)

    with pytest.raises(errors.BeyondStanding, match="查询审计记录"):
        services.reset_password(auditor, actor=admin)
    with pytest.raises(errors.BeyondStanding):
        services.reset_second_factor(auditor, actor=admin)


def test_the_security_administrator_resets_any_password(city):
    security = city.person("security-admin")
    auditor = city.person("auditor")

    password = services.reset_password(auditor, actor=security)

    assert fresh(auditor).check_password(password)
    assert passwords.is_due(fresh(auditor))


def test_a_token_for_another_person_is_refused_and_for_a_machine_made(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account("clerk", organisation=city.market)
    machine = make_account("clerk", organisation=city.market, is_machine=True)
    day = local_today() + timedelta(days=30)

    with pytest.raises(errors.NotToAnother):
        services.create_token(clerk, name="x", expires_on=day, actor=admin)
    _, text = services.create_token(machine, name="前置机", expires_on=day, actor=admin)

    assert services.token_account(text) == machine


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_token_lasts_a_stated_time(city, make_account, days):
    clerk = make_account("clerk", organisation=city.market)

    with pytest.raises(errors.TokenTooLong):
        day = local_today() + timedelta(days=days)
        services.create_token(clerk, name="x", expires_on=day, actor=clerk)


def test_a_new_password_is_none_of_the_last_five(make_account):
    person = make_account()
    used = [PASSWORD] + [f"Wu-zhong-{n}-2026" for n in range(4)]
    for present, new in itertools.pairwise(used):
        services.change_own_password(person, present=present, new=new)

    for old in used:
        with pytest.raises(errors.PasswordUnlawful, match="最近 5 次"):
            services.change_own_password(person, present=used[-1], new=old)
    services.change_own_password(person, present=used[-1], new="Di-liu-ge-2026")
    services.change_own_password(person, present="Di-liu-ge-2026", new=PASSWORD)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("Ab1-", "至少 10 位"),
        ("abcdefghij12", "至少 3 类"),
        ("Wangwu-2026!", "登录名"),
    ],
)
def test_a_password_has_length_mixture_and_no_login(make_account, new, why):
    person = make_account(login="wangwu01")

    with pytest.raises(errors.PasswordUnlawful, match=why):
        services.change_own_password(person, present=PASSWORD, new=new)


def test_one_time_passwords_are_lawful():
    for _ in range(200):
        password = passwords.one_time()
        assert passwords.classes_in(password) == 4
        assert len(password) == 14
