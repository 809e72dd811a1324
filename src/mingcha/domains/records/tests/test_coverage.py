"""What is approved, punished or answered for without an item is found; what is covered is not."""

import html
import re
from urllib.parse import quote

import pytest

from mingcha.base.days import local_today
from mingcha.domains.catalog.rules.licences import bare, named
from mingcha.domains.catalog.testing import put_item
from mingcha.domains.records.models import Fact
from mingcha.domains.records.queries import coverage
from mingcha.domains.records.testing import as_csv, hand_in, lawful, make_catalogue, uscc

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = local_today()
DAY = str(TODAY.replace(day=1))


@pytest.mark.parametrize(
    "name", ["食品经营许可证（副本）", "食品经营许可核发", "食品经营许可", "食品 经营许可证核发"]
)
def test_a_licence_is_known_by_any_of_its_names(name):
    assert bare(name) == "食品经营"


def test_a_field_may_name_several_licences():
    assert named("食品经营许可核发、药品经营许可证；") == {"食品经营", "药品经营"}
    assert named("") == set()


@pytest.fixture(name="scene")
def _scene(city, make_account):
    make_catalogue()
    city.market.department = "31"
    city.market.save()
    clerk = make_account("clerk", organisation=city.market)
    rows = [
        lawful("licence", n, certificate_name=name, decided_on=DAY, authority=city.market.name,
               valid_from=DAY, valid_to="2099-12-31")
        for n, name in enumerate(("食品经营许可证", "食品经营许可证", "药品经营许可证"), 1)
    ]  # fmt: skip
    batch = hand_in(as_csv(rows, table="licence"), provider=city.market, actor=clerk)
    assert batch.accepted_count == 3, batch.counts
    return city


def found(account, kind, **asked):
    gaps = coverage.gaps(account, TODAY, kind=kind, **asked)
    return [(one.name, one.count) for one in gaps]


@pytest.mark.row("CAT-7")
def test_an_approval_that_no_inspection_item_names_is_a_gap(scene, make_account, client):
    head = make_account("data-bureau", organisation=scene.bureau, scope=scene.government)
    assert found(head, "approval") == [("药品经营许可证", 1), ("食品经营许可证", 2)]

    put_item("01310000000021", item_name="对食品经营的检查", licence_item="食品经营许可核发")

    assert found(head, "approval") == [("药品经营许可证", 1)]
    client.force_login(head)
    page = re.sub(r"\s+", " ", client.get("/catalog/coverage/?kind=approval").content.decode())
    assert "药品经营许可证" in page and "食品经营许可证" not in page
    assert client.get("/catalog/coverage/?export=csv").status_code == 200
    assert client.get("/catalog/coverage/?on=2026-02-30&sort=-count").status_code == 200


@pytest.mark.row("CAT-7")
def test_every_number_leads_to_its_rows_with_search_days_export_and_rights(
    scene, make_account, client
):
    head = make_account("data-bureau", organisation=scene.bureau, scope=scene.government)
    client.force_login(head)
    page = client.get("/catalog/coverage/?kind=approval").content.decode()
    (address,) = [
        html.unescape(one)
        for one in re.findall(r'href="(/catalog/coverage/approval/[^"]+)"', page)
        if quote("食品经营许可证") in one
    ]

    def documents(more="", *, user=head):
        client.force_login(user)
        told = client.get(address + more).content.decode()
        return sorted(set(re.findall(r"/facts/(\d+)/versions", told)))

    facts = Fact.objects.filter(payload__certificate_name="食品经营许可证")
    one, two = sorted(str(fact.pk) for fact in facts)
    assert documents() == [one, two]
    number = Fact.objects.get(pk=one).payload["document_code"]
    assert documents(f"&q={quote(number)}") == [one]
    assert documents("&q=没有这样的文书") == documents("&until=2001-01-01") == []
    assert documents("&since=2026-02-30") == [one, two]  # no day: no condition
    exported = b"".join(client.get(f"{address}&export=csv").streaming_content).decode("utf-8-sig")
    assert len(exported.strip().splitlines()) == 3
    assert client.get("/catalog/coverage/body/").status_code == 404
    assert documents(user=make_account("security-admin", organisation=scene.fire)) == []


@pytest.mark.row("CAT-7")
def test_penalties_without_an_item_lead_to_their_rows_and_no_person_is_found_by_name(
    scene, make_account
):
    clerk = make_account("clerk", organisation=scene.fire)
    person = {"administrative_cp": "演示张三", "administrative_cp_type": "自然人",
              "administrative_cp_uscc": ""}  # fmt: skip
    common = {"decided_on": DAY, "authority": scene.fire.name, "published_until": "2099-12-31"}
    rows = [
        lawful("penalty_publicity", 1, document_code="演罚1号", **common),
        lawful("penalty_publicity", 2, document_code="演罚2号", **common | person),
    ]
    batch = hand_in(as_csv(rows, table="penalty_publicity"), provider=scene.fire, actor=clerk)
    assert batch.accepted_count == 2, batch.counts
    head = make_account("data-bureau", organisation=scene.bureau, scope=scene.government)
    assert found(head, "penalty") == [(scene.fire.name, 2)]

    def documents(words):
        asked = coverage.Decided("penalty", "", scene.fire.name, TODAY, words)
        return [one.document for one in coverage.decisions(head, asked).order_by("document")]

    assert documents("") == ["演罚1号", "演罚2号"]
    assert documents("演罚2号") == ["演罚2号"]
    assert documents("张三") == []


@pytest.mark.row("CAT-6")
def test_items_that_differ_from_the_licence_items_are_listed(scene, make_account):
    head = make_account("data-bureau", organisation=scene.bureau, scope=scene.government)
    put_item("01310000000021", item_name="甲", licence_item="食品经营许可", licence_item_code="A1")
    put_item("01310000000022", item_name="乙", licence_item="食品销售许可", licence_item_code="A1")
    put_item("01310000000023", item_name="丙", licence_item="烟草专卖零售许可")

    assert {name for name, _ in found(head, "licence-name")} == {"甲", "乙"}
    assert {name for name, _ in found(head, "licence-code")} == {"丙"}
    assert {name for name, _ in found(head, "no-licence")} == {"乙", "丙"}
    assert found(head, "licence-name", words="甲") == [("甲", 0)]


@pytest.mark.row("CAT-7")
def test_a_body_without_an_item_in_its_field_is_a_gap(scene, make_account):
    head = make_account("data-bureau", organisation=scene.bureau, scope=scene.government)
    put_item("01310000000021", department="31", exercise_levels="1")
    assert scene.market.name in dict(found(head, "body"))

    put_item("01310000000022", department="31", exercise_levels=scene.market.level)

    assert scene.market.name not in dict(found(head, "body"))


@pytest.mark.row("CAT-7")
def test_a_power_that_no_item_supervises_is_a_gap_and_leads_to_its_record(
    scene, make_account, client
):
    scene.market.uscc = uscc(1)
    scene.market.save()
    put_item("01310000000031", item_name="对演示食品的检查", power_item_code="Q2")
    common = {"institution": scene.market.name, "institution_code": uscc(1), "effective_to": "",
              "effective_from": DAY, "item_codes": ""}  # fmt: skip
    rows = [
        {"power_code": "Q1", "power_name": "对无证经营的处罚", "power_kind": "02"},
        {"power_code": "Q2", "power_name": "对食品经营的检查", "power_kind": "06"},
        {"power_code": "Q3", "power_name": "对演示食品的检查", "power_kind": "06"},
        {"power_code": "Q4", "power_name": "表彰先进", "power_kind": "08"},
        {"power_code": "Q5", "power_name": "查封", "power_kind": "03",
         "item_codes": "01310000000031"},
        {"power_code": "Q6", "power_name": "扣押", "power_kind": "03",
         "item_codes": "01310000000039"},
        {"power_code": "Q7", "power_name": "已取消的许可", "power_kind": "01",
         "effective_to": DAY},
    ]  # fmt: skip
    clerk = make_account("clerk", organisation=scene.market)
    batch = hand_in(
        as_csv([lawful("power", n, **common | row) for n, row in enumerate(rows, 1)], table="power"),
        provider=scene.market, actor=clerk,
    )  # fmt: skip
    assert batch.accepted_count == 7, batch.counts
    head = make_account("data-bureau", organisation=scene.bureau, scope=scene.government)

    gone = ["已取消的许可"] if str(TODAY) == DAY else []
    assert sorted(name for name, _ in found(head, "power")) == sorted(
        ["对无证经营的处罚", "扣押", *gone]
    )
    client.force_login(head)
    page = client.get("/catalog/coverage/?kind=power").content.decode()
    fact = Fact.objects.get(dataset="power", payload__power_code="Q1")
    assert f"/facts/{fact.pk}/versions" in page and "当日都不在用" in page
    assert client.get(f"/facts/{fact.pk}/versions").status_code == 200
