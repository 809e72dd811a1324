"""Who answers for what in a body, and whom an urging reaches."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.errors import NotAllowed
from mingcha.base.ledger.models import Act
from mingcha.base.people import errors, queries, services
from mingcha.base.people.models import Duty, Responsible
from mingcha.base.people.services import Office

BASIS = "演示市任〔2026〕1 号"


@pytest.fixture
def manager(city, make_account):
    return make_account("data-bureau", organisation=city.bureau, scope=city.government)


def head(name, since):
    return Office(Duty.HEAD, name, since, BASIS)


def test_a_new_head_ends_the_office_of_the_former(city, manager):
    services.appoint_responsible(city.market, head("陈局长", date(2024, 1, 1)), actor=manager)
    services.appoint_responsible(city.market, head("刘局长", date(2026, 3, 1)), actor=manager)

    names = [queries.answerable(city.market, Duty.HEAD, on=day)[0].name
             for day in (date(2026, 2, 28), date(2026, 3, 1))]  # fmt: skip
    assert names == ["陈局长", "刘局长"]
    assert Act.objects.filter(verb="登记离任").count() == 1


def test_two_heads_on_one_day_are_refused_and_impossible(city, manager):
    services.appoint_responsible(city.market, head("陈局长", date(2026, 3, 1)), actor=manager)

    with pytest.raises(errors.HeadThere, match="陈局长"):
        services.appoint_responsible(city.market, head("刘局长", date(2026, 1, 1)), actor=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Responsible.objects.create(
            organisation=city.market,
            duty=Duty.HEAD,
            name="刘局长",
            since=date(2026, 4, 1),
            basis=BASIS,
        )


def test_where_nobody_answers_the_body_above_does(city, manager):
    office = Office(Duty.LEADER, "周副市长", date(2024, 1, 1), BASIS, field="市场监管")
    services.appoint_responsible(city.government, office, actor=manager)

    found = queries.answerable(city.market_district, Duty.LEADER, on=date(2026, 1, 1))

    assert [(one.name, one.organisation) for one in found] == [("周副市长", city.government)]
    assert queries.answerable(city.market_district, Duty.HEAD, on=date(2026, 1, 1)) == []


def test_an_office_ends_once_and_not_before_it_began(city, manager):
    row = services.appoint_responsible(city.market, head("陈局长", date(2026, 3, 1)), actor=manager)
    with pytest.raises(errors.NotLegible):
        services.end_office(row, on=date(2026, 2, 1), actor=manager)
    services.end_office(row, on=date(2026, 8, 31), actor=manager)

    with pytest.raises(errors.OfficeOver, match="2026-08-31"):
        services.end_office(row, on=date(2026, 9, 1), actor=manager)
    assert list(queries.responsible(city.market, on=date(2026, 9, 1))) == []


@pytest.mark.parametrize(("name", "basis"), [(" ", BASIS), ("陈局长", "")])
def test_a_name_and_a_basis_are_needed(city, manager, name, basis):
    with pytest.raises(errors.NotLegible):
        services.appoint_responsible(
            city.market, Office(Duty.UNIT, name, date(2026, 3, 1), basis), actor=manager
        )


def test_only_who_manages_the_body_enters_it(city, make_account):
    with pytest.raises(NotAllowed):
        services.appoint_responsible(
            city.market, head("陈局长", date(2026, 3, 1)), actor=make_account("head")
        )
