"""A kind of case, its rules, and a department with a clerk, a head and a leader above them."""

from datetime import date
from types import SimpleNamespace

import pytest

from mingcha.base.cases import services
from mingcha.base.cases.machine import Kind
from mingcha.base.cases.testing import EXTENSION, KIND, RULE
from mingcha.base.rules.models import Rule, Unit
from mingcha.base.rules.services import load_shipped


@pytest.fixture
def kind():
    """The kind of the tests, known for as long as the test runs."""
    KIND.register()
    yield KIND
    Kind.ALL.pop(KIND.name)


@pytest.fixture
def rules(db):
    """Five working days, to be extended by ten days; and the shipped rules."""
    load_shipped()
    dated = {"since": date(2020, 1, 1), "basis": "试验用规则"}
    Rule.objects.create(key=RULE, label="审核期限", value=5, unit=Unit.WORKDAY, **dated)
    Rule.objects.create(key=EXTENSION, label="延长期限", value=10, unit=Unit.DAY, **dated)


@pytest.fixture
def people(city, make_account):
    """Who works on cases: two clerks and a head of the market bureau, a clerk of another."""
    return SimpleNamespace(
        clerk=make_account("clerk", organisation=city.market),
        other_clerk=make_account("clerk", organisation=city.market),
        head=make_account("head", organisation=city.market),
        leader=make_account("head", organisation=city.market),
        fire_clerk=make_account("clerk", organisation=city.fire),
    )


@pytest.fixture
def case(kind, rules, city, people):
    """A case that a clerk of the market bureau has opened there."""
    opening = services.Opening(kind.name, "关于演示康达饮品店的试验审核", city.market)
    with services.opened(opening, actor=people.clerk) as opened:
        pass
    return opened
