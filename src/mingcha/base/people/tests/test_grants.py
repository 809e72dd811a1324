"""Who may grant what, to whom, and over what."""

from datetime import timedelta

import pytest

from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.people import errors, services
from mingcha.base.people.models import Account, Role
from mingcha.base.people.services.grants import Term

pytestmark = pytest.mark.django_db


def role(key):
    return Role.objects.get(key=key)


def fresh(account):
    """The account as the next request sees it."""
    return Account.objects.select_related("organisation").get(pk=account.pk)


def test_an_administrator_gives_a_role_within_own_rights_and_scope(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account(organisation=city.market)

    services.grant_role(clerk, role("clerk"), scope=city.market_district, actor=admin)

    assert fresh(clerk).holds_over("records.intake", city.market_district)
    assert not fresh(clerk).holds_over("records.intake", city.market)


def test_nobody_grants_more_than_they_hold(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account(organisation=city.market)

    with pytest.raises(errors.BeyondOwnRights, match="维护行政区划、维护工作日历、导入监管事项"):
        services.grant_role(clerk, role("data-bureau"), scope=city.market, actor=admin)

    assert not clerk.grants.exists()


def test_nobody_grants_over_what_is_not_theirs(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account(organisation=city.market)

    for scope in (city.fire, city.government):
        with pytest.raises(errors.BeyondOwnRights, match=f"在“{scope.name}”没有以下权限"):
            services.grant_role(clerk, role("clerk"), scope=scope, actor=admin)


def test_nobody_grants_to_another_departments_people(city, make_account):
    admin = city.person("department-admin")
    stranger = make_account(organisation=city.fire)

    with pytest.raises(NotAllowed, match="管理人员账号（演示市消防救援局）"):
        services.grant_role(stranger, role("clerk"), scope=city.market, actor=admin)


def test_nobody_grants_to_oneself(city):
    admin = city.person("department-admin")

    with pytest.raises(errors.NotToOneself):
        services.grant_role(admin, role("clerk"), scope=city.market, actor=admin)


def test_somebody_without_the_right_to_manage_grants_nothing(city, make_account):
    head = city.person("head")
    clerk = make_account(organisation=city.market)

    with pytest.raises(NotAllowed):
        services.grant_role(clerk, role("head"), scope=city.market, actor=head)


@pytest.mark.parametrize(
    "key", ["system-admin", "security-admin", "auditor", "inspector-of-inspectors"]
)
def test_the_administrators_of_the_platform_are_appointed_on_the_server_only(
    city, make_account, key
):
    bureau = city.person("data-bureau")
    person = make_account(organisation=city.bureau)

    with pytest.raises(errors.AppointedOnly):
        services.grant_role(person, role(key), scope=city.government, actor=bureau)


@pytest.mark.parametrize("held", ["system-admin", "security-admin", "auditor"])
@pytest.mark.parametrize("wanted", ["system-admin", "security-admin", "auditor"])
def test_the_three_administrators_are_three_people(city, make_account, held, wanted):
    person = make_account(held, organisation=city.bureau)
    refusal = errors.AlreadyGranted if held == wanted else errors.MustBeApart

    with pytest.raises(refusal):
        services.appoint(person, role(wanted), scope=city.bureau, reason="任命书")


def test_the_operators_people_never_read_departments_data(city, make_account):
    bureau = city.person("data-bureau")
    engineer = make_account(organisation=city.operator)

    with pytest.raises(errors.OperatorMayNotRead):
        services.grant_role(engineer, role("clerk"), scope=city.market, actor=bureau)
    with pytest.raises(errors.OperatorMayNotRead):
        services.appoint(engineer, role("inspector-of-inspectors"), scope=city.operator, reason="x")


def test_the_same_role_over_the_same_scope_is_given_once(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account("clerk", organisation=city.market)

    with pytest.raises(errors.AlreadyGranted):
        services.grant_role(clerk, role("clerk"), scope=city.market, actor=admin)


def test_a_grant_begins_and_ends_on_its_days(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account(organisation=city.market)
    tomorrow = local_today() + timedelta(days=1)

    services.grant_role(
        clerk, role("clerk"), scope=city.market, actor=admin, term=Term(since=tomorrow)
    )

    assert not fresh(clerk).holds("records.intake")


def test_a_right_taken_away_is_gone_at_the_next_request(city, make_account):
    security = city.person("security-admin")
    clerk = make_account("clerk", organisation=city.market)

    services.revoke_grant(clerk.grants.get(), actor=security, reason="岗位调整")

    assert not fresh(clerk).holds("records.intake")
    with pytest.raises(errors.GrantOver):
        services.revoke_grant(clerk.grants.get(), actor=security, reason="岗位调整")


def test_taking_away_needs_a_reason_and_another_person(city, make_account):
    admin = city.person("department-admin")
    clerk = make_account("clerk", organisation=city.market)

    with pytest.raises(errors.ReasonMissing):
        services.revoke_grant(clerk.grants.get(), actor=admin, reason=" ")
    with pytest.raises(errors.NotToOneself):
        services.revoke_grant(admin.grants.get(), actor=admin, reason="不想干了")
