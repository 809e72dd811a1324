"""A number that a law fixes has days, a basis, and never two values on one day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.events.models import Event
from mingcha.base.ledger.models import Act
from mingcha.base.rules import errors, services
from mingcha.base.rules.models import Rule, Unit
from mingcha.base.rules.queries import history, in_force
from mingcha.base.rules.services import NewValue

KEY = "records.report_within"


@pytest.fixture
def bureau(db, city, make_account):
    services.load_shipped()
    return make_account("data-bureau", organisation=city.bureau, scope=city.government)


def test_shipped_rules_are_loaded_once_and_an_official_s_value_stays(bureau):
    services.set_value(KEY, NewValue(7, local_today(), "演示办法第一条"), actor=bureau)

    assert services.load_shipped() == 0
    assert in_force(KEY, on=local_today()).value == 7


def test_a_new_value_counts_from_its_day_and_the_old_one_until_the_day_before(bureau):
    since = local_today() + timedelta(days=30)
    services.set_value(KEY, NewValue(3, since, "演示办法第二条"), actor=bureau)

    assert in_force(KEY, on=since - timedelta(days=1)).value == 5
    assert in_force(KEY, on=since).amount == "3 个工作日"
    assert [rule.value for rule in history(KEY)] == [3, 5]
    assert Act.objects.get(record_kind="rules.rule", record_key=KEY, actor_id=bureau.pk)
    assert Event.objects.get(type="rules.RuleChanged").ids == {"key": KEY}


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (NewValue(3, date(2030, 1, 1), " "), errors.NoBasis),
        (NewValue(-1, date(2030, 1, 1), "演示办法"), errors.ValueOutOfRange),
        (NewValue(3, date(2021, 1, 1), "演示办法"), errors.OutOfOrder),
        (NewValue(3, date(2020, 1, 1), "演示办法"), errors.OutOfOrder),
    ],
)
def test_a_value_without_sense_is_refused(bureau, new, refusal):
    with pytest.raises(refusal):
        services.set_value(KEY, new, actor=bureau)

    assert len(history(KEY)) == 1


def test_only_who_may_sets_values(bureau, make_account):
    with pytest.raises(NotAllowed):
        services.set_value(KEY, NewValue(3, date(2030, 1, 1), "演示"), actor=make_account("head"))


def test_a_day_without_a_value_is_said_to_have_none(bureau):
    with pytest.raises(errors.NoRule, match="2020-12-31"):
        in_force(KEY, on=date(2020, 12, 31))
    with pytest.raises(NotFound):
        history("no.such.rule")


def test_the_database_itself_keeps_two_values_apart(bureau):
    with pytest.raises(IntegrityError), transaction.atomic():
        Rule.objects.create(
            key=KEY,
            label="又一个",
            value=9,
            unit=Unit.WORKDAY,
            since=date(2022, 1, 1),
            basis="演示",
        )
