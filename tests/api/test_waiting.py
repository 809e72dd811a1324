"""What waits is taken in when its turn comes, however long the chain, in whatever order it came."""

import pytest
from tests.api.handing_in import Program

from mingcha.base.people.testing import make_account
from mingcha.base.rules import services as rules
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Untied
from mingcha.domains.records.testing import (
    BODY,
    CERTIFICATES,
    CHECKLIST,
    ITEM,
    as_csv,
    inspection,
    lawful,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="program")
def _program(city):
    rules.load_shipped()
    return Program(make_account("data-bureau", organisation=city.market))


@pytest.mark.row("DAT-4")
def test_a_chain_of_records_that_wait_for_each_other_settles_by_itself(program):
    """Penalty → inspection → checklist → item, each handed in before what it refers to."""
    act = inspection(1)
    penalty = lawful("punish_action", 1, check_action_code=act["check_action_code"])
    list_ = lawful("checklist", 1, checklist_code=CHECKLIST, implement_institution_code=BODY)
    for n, certificate in enumerate(CERTIFICATES, 1):
        officer = lawful(
            "officer", n, certificate_code=certificate, certificate_valid_to="2030-01-01"
        )
        assert program.hand_in(as_csv([officer], table="officer"), f"{n}.csv")["accepted"] == 1
    waiting = [
        program.hand_in(as_csv([row], table=table), f"{table}.csv", table=table)
        for table, row in (
            ("punish_action", penalty),
            ("check_action", act),
            ("checklist", list_),
        )
    ]
    assert [(r["accepted"], r["waiting"]) for r in waiting] == [(0, 1)] * 3, [
        program.reasons(r["number"]) for r in waiting
    ]

    dates = {"effective_from": "2025-01-01", "effective_to": ""}
    item = lawful("item", 1, item_code=ITEM, exercise_levels="", **dates)
    program.hand_in(as_csv([item], table="item"), "事项.csv")

    settled = [program.receipt(receipt["number"]) for receipt in waiting]
    assert [(r["accepted"], r["waiting"]) for r in settled] == [(1, 0)] * 3, [
        program.reasons(r["number"]) for r in settled
    ]
    assert Untied.objects.count() == 0
    assert Party.objects.filter(name=act["administrative_cp"]).count() == 1
