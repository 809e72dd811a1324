"""One attribute, one source (一数一源): through intakes, the job that fills parties, and the pages."""

import re

import pytest

from mingcha.base.ledger.models import Act
from mingcha.base.people.models import Organisation
from mingcha.base.people.testing import make_account
from mingcha.domains.parties.models import Authority, Party
from mingcha.domains.records.jobs.refill import refill
from mingcha.domains.records.models import Conflict, Settlement, StaleParty
from mingcha.domains.records.testing import as_csv, do_jobs, hand_in, make_catalogue, uscc
from mingcha.domains.records.tests.linking_world import enterprise
from mingcha.standards import loader

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "上海鑫源演示贸易有限公司"
HERE, THERE = "上海市浦东新区演示路88号", "上海市徐汇区宜山演示路3号"


@pytest.fixture
def linker(city, client):
    make_catalogue()
    account = make_account("linker", organisation=city.bureau, scope=city.government)
    client.force_login(account)
    return account


def give(provider, key: str, **changes: str) -> None:
    """One provider's row of 企业法人 about the same enterprise."""
    clerk = make_account("clerk", organisation=provider)
    row = enterprise(2001, NAME, pripid=key, **changes)
    batch = hand_in(
        as_csv([row], table="object_enterprise"), provider=provider, actor=clerk,
        name=f"{key}.csv", table="object_enterprise",
    )  # fmt: skip
    assert batch.accepted_count == 1, list(batch.refusals.values_list("reasons", flat=True))


@pytest.fixture
def party(city, linker):
    """An enterprise of which the market authority says HERE and later the fire brigade THERE."""
    give(city.market, "M1")
    give(city.fire, "F1", domicile=THERE, legal_representative="李演示")
    return Party.objects.get(code=uscc(2001))


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def page_of(party: Party, attribute: str) -> str:
    return f"/links/conflicts/{party.public_id}/{attribute}/"


def fact_saying(client, party: Party, attribute: str, value: str) -> str:
    """The number of the record that says so, as its radio button has it."""
    page = client.get(page_of(party, attribute)).content.decode()
    found = re.search(rf'value="(\d+)"[^>]*>\s*{re.escape(value)}', page)
    assert found is not None, value
    return found[1]


@pytest.mark.row("REG-4")
def test_of_equal_sources_the_newest_counts_and_the_other_stays_in_sight(party, client):
    party.refresh_from_db()
    assert (party.address, party.legal_person) == (THERE, "李演示")
    found = {one.attribute: one for one in Conflict.objects.all()}
    assert {name: one.how for name, one in found.items()} == {
        "address": "newest", "legal_person": "newest",
    }  # fmt: skip

    page = text_of(client.get("/links/conflicts/", {"attribute": "address"}))
    assert THERE in page and HERE in page and "同级来源，按最新" in page
    assert "没有符合条件的来源冲突" in text_of(client.get("/links/conflicts/", {"how": "hand"}))
    sides = text_of(client.get(page_of(party, "address")))
    assert "演示浦东市场监管局" in sides or "市场" in sides
    assert "市场主体登记管理条例第八条" in sides
    dossier = text_of(client.get(f"/parties/{party.public_id}/"))
    assert f"地址：采用“{THERE}”（同级来源，按最新），另有“{HERE}”" in dossier


@pytest.mark.row("REG-4")
def test_a_source_is_given_its_place_from_a_day_on_and_parties_are_filled_anew(party, city, client):
    official = city.person("data-bureau")
    client.force_login(official)
    department = next(iter(loader.current().code_table("department").labels))
    Organisation.objects.filter(pk=city.market.pk).update(department=department)
    said = {
        "attribute": "address", "table": "object_enterprise", "department": department,
        "rank": "5", "since": "2025-01-01", "basis": "演示市政数〔2025〕1号",
    }  # fmt: skip
    assert client.post("/links/authorities/new", {**said, "basis": ""}).status_code == 422

    assert client.post("/links/authorities/new", said).status_code == 302
    do_jobs()

    party.refresh_from_db()
    assert (party.address, party.legal_person) == (HERE, "李演示")
    assert Conflict.objects.get(attribute="address").how == "rank"
    assert "演示市政数〔2025〕1号" in text_of(client.get("/links/authorities/"))
    earlier = {**said, "since": "2024-01-01", "rank": "7"}
    assert client.post("/links/authorities/new", earlier).status_code == 422

    gone = {**said, "since": "2025-06-01", "rank": "", "basis": "演示市政数〔2025〕9号"}
    assert client.post("/links/authorities/new", gone).status_code == 302
    do_jobs()
    assert Authority.objects.filter(department=department).get().until.isoformat() == "2025-05-31"
    party.refresh_from_db()
    assert party.address == THERE
    acts = Act.objects.filter(verb="设定权威来源").count()
    assert acts == 2


@pytest.mark.row("REG-4")
def test_a_person_settles_with_a_reason_until_the_source_says_otherwise(
    party, city, linker, client
):
    address = page_of(party, "address")
    market = fact_saying(client, party, "address", HERE)
    assert client.post(address, {"fact": market, "reason": " "}).status_code == 422

    assert client.post(address, {"fact": market, "reason": "现场核实"}).status_code == 302

    party.refresh_from_db()
    assert party.address == HERE
    page = text_of(client.get(address))
    assert "现场核实" in page and THERE in page
    assert Conflict.objects.get(attribute="address").how == "hand"

    give(city.market, "M1", domicile="上海市黄浦区演示路1号")
    party.refresh_from_db()
    assert party.address == "上海市黄浦区演示路1号"  # now the newest of equal sources
    assert Settlement.objects.get().ended_at is None
    assert "失效" in text_of(client.get(address))

    give(city.market, "M1", domicile=HERE, approved_on="2026-01-01")
    give(city.fire, "F1", domicile=THERE, legal_representative="李演示", approved_on="2026-01-02")
    party.refresh_from_db()
    assert party.address == HERE  # it says so again: the person's word holds again

    assert client.post(address, {"take_back": "1", "why": "已变更登记"}).status_code == 302
    party.refresh_from_db()
    assert party.address == THERE
    assert "已变更登记" in text_of(client.get(address))


@pytest.mark.row("REG-4")
def test_nobody_settles_over_others_records(party, city, client):
    market = fact_saying(client, party, "address", HERE)
    client.force_login(make_account("linker", organisation=city.fire))

    answer = client.post(page_of(party, "address"), {"fact": market, "reason": "不归我"})

    assert answer.status_code in (403, 404, 422)
    assert not Settlement.objects.exists()


@pytest.mark.row("REG-4")
def test_ways_of_writing_one_address_are_no_conflict(city, linker):
    give(city.market, "M1")
    give(city.fire, "F1", domicile="浦东新区演示路８８号")

    assert not Conflict.objects.exists()


def test_only_what_changed_is_filled_anew_and_twice_is_once(party, city):
    assert not StaleParty.objects.exists()
    before = list(
        Conflict.objects.order_by("attribute").values_list("attribute", "since", "rivals")
    )

    StaleParty.objects.create(party=party)
    refill()

    after = list(Conflict.objects.order_by("attribute").values_list("attribute", "since", "rivals"))
    assert after == before
    assert not StaleParty.objects.exists()


def test_a_withdrawn_record_takes_its_word_back(party, city):
    clerk = make_account("clerk", organisation=city.fire)
    row = enterprise(2001, NAME, pripid="F1", domicile=THERE, legal_representative="李演示")
    withdrawal = as_csv([row | {"cd_operation": "d"}], table="object_enterprise")
    hand_in(
        withdrawal, provider=city.fire, actor=clerk, name="F1.csv", table="object_enterprise"
    )  # fmt: skip

    party.refresh_from_db()
    assert (party.address, party.legal_person) == (HERE, "王演示")
    assert not Conflict.objects.exists()
