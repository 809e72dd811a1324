"""A kind of case, its rules, and a department with a clerk, a head and a leader above them."""

import pytest

from mingcha.base.cases import testing


@pytest.fixture
def kind():
    """The kind of the tests, known for as long as the test runs."""
    with testing.known() as kind:
        yield kind


@pytest.fixture
def rules(db):
    """The rules of its clocks."""
    testing.make_rules()


@pytest.fixture
def people(city):
    """Who works on cases."""
    return testing.make_people(city)


@pytest.fixture
def case(kind, rules, city, people):
    """A case that a clerk of the market bureau has opened there."""
    return testing.open_case("关于演示康达饮品店的试验审核", city.market, actor=people.clerk)
