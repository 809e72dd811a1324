"""Cases of the kind of the tests, and people who work on them, for the pages of the desk."""

import re

import pytest

from mingcha.base.cases import testing


@pytest.fixture
def kind():
    """The kind of the tests with its face, known for as long as the test runs."""
    with testing.known() as kind:
        yield kind


@pytest.fixture
def people(db, city, kind):
    """Who works on cases; the rules of their clocks are there."""
    testing.make_rules()
    return testing.make_people(city)


@pytest.fixture
def case(people, city):
    """A case that a clerk of the market bureau has opened there."""
    return testing.open_case("关于演示康达饮品店的试验审核", city.market, actor=people.clerk)


@pytest.fixture
def text_of():
    """The text of an answer with its white space folded."""

    def read(answer):
        return re.sub(r"\s+", " ", answer.content.decode())

    return read
