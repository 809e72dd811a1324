"""A record of the table of laws that says repealed enters a change, which another person confirms."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.api.handing_in import Program

from mingcha.base.cases.errors import NotSameHand
from mingcha.base.days import local_today
from mingcha.base.people.testing import make_account
from mingcha.domains.catalog import queries
from mingcha.domains.catalog.models import LawChange
from mingcha.domains.catalog.services import laws
from mingcha.domains.records.testing import ITEM, as_csv, make_catalogue

pytestmark = pytest.mark.django_db(transaction=True)
DAY = local_today() + timedelta(days=30)
LAW = {
    "law_category": "法律", "law_name": "中华人民共和国食品安全法", "issuing_authority": "全国人大常委会",
    "document_number": "主席令第二十一号", "published_on": "2015-04-24",
    "effective_from": "2015-10-01",
}  # fmt: skip
REPEALED = LAW | {
    "law_status": "03", "changed_on": DAY.isoformat(), "changed_by": "主席令第九十九号",
    "successor_law": "《食品安全管理法》",
}  # fmt: skip


@pytest.fixture(name="program")
def _program(city):
    make_catalogue()
    return Program(make_account("data-bureau", organisation=city.bureau, scope=city.government))


def hand_in(program, *rows):
    return program.hand_in(as_csv(rows, table="knowledge_law"))


@pytest.mark.row("CAT-4")
def test_a_repealed_law_waits_for_another_person_and_then_the_date_does_the_rest(program, city):
    assert hand_in(program, LAW)["accepted"] == 1 and not LawChange.objects.exists()

    hand_in(program, REPEALED)

    change = LawChange.objects.select_related("case").get()
    assert (change.law, change.deed, change.since) == (LAW["law_name"], "repealed", DAY)
    assert (change.document, change.successor) == ("主席令第九十九号", "食品安全管理法")
    assert change.case.state == "entered" and queries.in_force(ITEM, on=DAY).version is not None
    with pytest.raises(NotSameHand):
        laws.confirm(change.case, actor=program.account)
    chief = make_account("catalog-reviewer", organisation=city.bureau, scope=city.government)
    client = Client()
    client.force_login(chief)
    page = client.get(f"/cases/{change.case.number}").content.decode()
    assert f"/facts/{change.fact_id}/versions" in page
    assert client.get(f"/api/v1/laws/{change.case.number}").json()["from_record"] == change.fact_id
    client.post(f"/cases/{change.case.number}/moves/confirm", {"version": change.case.version})
    assert queries.in_force(ITEM, on=DAY).version is None
    assert queries.in_force(ITEM, on=DAY - timedelta(days=1)).version is not None


def test_the_same_news_is_entered_once_and_goes_with_its_record(program):
    hand_in(program, REPEALED)
    hand_in(program, REPEALED | {"keywords": "食品"})
    assert LawChange.objects.count() == 1

    hand_in(program, REPEALED | {"cd_operation": "d"})

    assert LawChange.objects.get().case.state == "dropped"


def test_a_change_without_its_day_is_refused(program):
    receipt = hand_in(program, REPEALED | {"changed_on": ""})

    assert (receipt["accepted"], receipt["refused"]) == (0, 1)
