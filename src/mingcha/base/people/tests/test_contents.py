"""Accounts, grants and roles are held to their acts: what plain SQL changes is found."""

import pytest
from django.db import connection

from mingcha.base.ledger import verify
from mingcha.base.people import services
from mingcha.base.people.contents import LEDGERED

pytestmark = pytest.mark.django_db


def findings():
    """What `verify` says of the tables of people."""
    said = verify.verify_ledger().findings
    return [finding.sentence for finding in said if finding.check == "现有记录"]


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.row("SEC-4")
def test_what_the_services_did_is_what_the_acts_say(city, make_account):
    bureau, clerk = city.person("data-bureau"), make_account("clerk", organisation=city.market)
    services.change_account(clerk, {"organisation": city.fire}, actor=bureau, reason="调动")
    services.move_organisation(city.market_district, to=city.fire, actor=bureau, reason="改革")
    services.close_account(clerk, actor=bureau, reason="退休")

    assert findings() == []


@pytest.mark.row("SEC-4")
@pytest.mark.parametrize(
    ("sql", "word"),
    [
        (
            "UPDATE people_role SET rights = rights || '{audit.search}' WHERE key = 'clerk'",
            "被改动过",
        ),
        ("UPDATE people_grant SET until = NULL, reason = 'x'", "被改动过"),
        ("UPDATE people_account SET is_active = true, real_name = '别人'", "被改动过"),
        ("UPDATE people_organisation SET kind = 'government' WHERE code = 'operator'", "被改动过"),
        ("DELETE FROM people_grant", "已被删除"),
        (
            "INSERT INTO people_grant (account_id, role_id, scope_id, since, reason, revoked_because)"
            " SELECT account_id, (SELECT id FROM people_role WHERE key = 'auditor'), scope_id,"
            " since, '', '' FROM people_grant LIMIT 1",
            "没有留痕",
        ),
    ],
)
def test_what_plain_sql_did_is_found(city, sql, word):
    city.person("clerk")

    run(sql)

    assert any(word in sentence for sentence in findings())


def test_every_table_that_grants_power_is_held_to_its_acts():
    assert {"people.account", "people.grant", "people.role", "people.organisation"} <= set(LEDGERED)
