"""The tree of organisations keeps its paths."""

import pytest

from mingcha.base.errors import NotAllowed
from mingcha.base.people import errors, queries, services
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.services import Body

pytestmark = pytest.mark.django_db


def body(code, **fields):
    return Body(
        **(
            {
                "code": code,
                "name": "演示新局",
                "kind": "department",
                "level": "4",
                "region": "310115",
            }
            | fields
        )
    )


def test_a_new_organisation_lies_below_its_line(city):
    admin = city.person("department-admin")

    made = services.create_organisation(body("newly"), parent=city.market_district, actor=admin)

    assert made.path == f"{city.market_district.path}{made.pk}/"
    assert [o.code for o in queries.line_above(made)] == ["gov", "market", "market-pudong", "newly"]


def test_moving_carries_everything_below_along_and_the_rights_with_it(city, make_account):
    bureau = city.person("data-bureau")
    leaf = services.create_organisation(body("leaf"), parent=city.market_district, actor=bureau)
    fire_chief = make_account("head", organisation=city.fire)

    services.move_organisation(city.market_district, to=city.fire, actor=bureau, reason="机构改革")

    leaf.refresh_from_db()
    assert leaf.path.startswith(city.fire.path)
    assert Account.objects.get(pk=fire_chief.pk).holds_over("records.receipts", leaf)


def test_nothing_is_moved_below_itself(city):
    bureau = city.person("data-bureau")

    with pytest.raises(errors.CircularMove):
        services.move_organisation(city.market, to=city.market_district, actor=bureau, reason="误")


def test_a_department_neither_moves_to_nor_creates_under_another(city):
    admin = city.person("department-admin")

    with pytest.raises(NotAllowed):
        services.create_organisation(body("newly"), parent=city.fire, actor=admin)
    with pytest.raises(NotAllowed):
        services.move_organisation(city.market_district, to=city.fire, actor=admin, reason="误")


def test_an_organisation_with_people_or_bodies_is_not_closed(city, make_account):
    bureau = city.person("data-bureau")
    make_account(organisation=city.market_district)

    with pytest.raises(errors.OrganisationInUse, match="0 个机构、1 个在用账号"):
        services.close_organisation(city.market_district, actor=bureau, reason="撤并")
    services.close_organisation(city.fire, actor=bureau, reason="撤并")

    assert Organisation.objects.get(code="fire").closed_on is not None


def test_a_code_is_given_once_and_has_a_form(city):
    bureau = city.person("data-bureau")

    with pytest.raises(errors.CodeTaken):
        services.create_organisation(body("fire"), parent=city.government, actor=bureau)
    with pytest.raises(errors.NotLegible):
        services.create_organisation(body("消防"), parent=city.government, actor=bureau)


def test_paths_do_not_take_neighbours_for_descendants(city, make_organisation):
    """/1/2/ is not above /1/20/."""
    bodies = [make_organisation(parent=city.government) for _ in range(12)]

    found = queries.under([bodies[0].path])

    assert list(Organisation.objects.filter(found)) == [bodies[0]]
