"""A deputy is of the same body, dated, one at a time; and gains nothing but sight of what waits."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.people import errors, services
from mingcha.base.people.models import Account, Deputy
from mingcha.base.people.services import Absence

TODAY = local_today()
WEEK = Absence(TODAY, TODAY + timedelta(days=6), "年休假")


@pytest.fixture
def mates(city, make_account):
    return [make_account("clerk", organisation=city.market) for _ in range(3)]


def fresh(account):
    return Account.objects.get(pk=account.pk)


def test_it_stands_from_its_first_day_to_its_last(mates):
    absent, deputy, _ = mates
    later = Absence(TODAY + timedelta(days=1), TODAY + timedelta(days=2), "出差")
    services.name_deputy(absent, deputy, later, actor=absent)
    assert fresh(deputy).absent == []

    Deputy.objects.update(since=TODAY, until=TODAY)
    assert fresh(deputy).absent == [absent]
    Deputy.objects.update(since=TODAY - timedelta(days=3), until=TODAY - timedelta(days=1))
    assert fresh(deputy).absent == []


def test_it_is_ended_early_and_another_may_follow(mates):
    absent, deputy, other = mates
    row = services.name_deputy(absent, deputy, WEEK, actor=absent)
    with pytest.raises(errors.DeputyThere, match=deputy.real_name):
        services.name_deputy(absent, other, WEEK, actor=absent)

    services.end_deputy(row, actor=absent)

    assert fresh(deputy).absent == []
    services.name_deputy(absent, other, WEEK, actor=absent)
    with pytest.raises(errors.DeputyOver):
        services.end_deputy(row, actor=absent)


def test_the_database_itself_knows_one_deputy_at_a_time(mates):
    absent, deputy, other = mates
    services.name_deputy(absent, deputy, WEEK, actor=absent)

    with pytest.raises(IntegrityError), transaction.atomic():
        Deputy.objects.create(
            absent=absent, deputy=other, since=TODAY, until=TODAY, reason="x", entered_by=absent
        )


def test_who_is_elsewhere_closed_or_oneself_cannot_stand_in(mates, city, make_account):
    absent = mates[0]
    closed = make_account(organisation=city.market, is_active=False, closed_because="离职")
    for person in (absent, make_account(organisation=city.fire), closed):
        with pytest.raises(errors.DeputyElsewhere):
            services.name_deputy(absent, person, WEEK, actor=absent)


def test_days_and_a_reason_are_asked_for(mates):
    absent, deputy, _ = mates
    yesterday = TODAY - timedelta(days=1)
    for wrong in (
        Absence(TODAY, yesterday, "出差"), Absence(yesterday, yesterday, "出差"), Absence(TODAY, TODAY, " "),
    ):  # fmt: skip
        with pytest.raises(errors.NotLegible):
            services.name_deputy(absent, deputy, wrong, actor=absent)


def test_a_manager_names_one_for_who_fell_ill_and_a_colleague_does_not(mates, city, make_account):
    absent, deputy, other = mates
    manager = make_account("department-admin", organisation=city.market)

    services.name_deputy(absent, deputy, WEEK, actor=manager)

    with pytest.raises(NotAllowed):
        services.end_deputy(Deputy.objects.get(), actor=other)


def test_the_ledger_holds_deputies_to_their_acts(mates):
    absent, deputy, other = mates
    services.name_deputy(absent, deputy, WEEK, actor=absent)
    assert not [f for f in verify_ledger().findings if "代办人" in f.sentence]

    Deputy.objects.update(deputy=other)

    assert any("代办人" in finding.sentence for finding in verify_ledger().findings)
