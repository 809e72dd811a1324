"""Finding an entity, looking at what is masked, and asking why not."""

import json

import pytest

from mingcha.base.access import ROW_RULES
from mingcha.base.ledger.models import Act, Content
from mingcha.base.people.models import Region
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Fact
from mingcha.domains.records.testing import as_csv, hand_in, inspection, make_catalogue

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "310115199001010013"
PERSON = {
    "administrative_cp_na": "01", "administrative_cp_ce_type": "111",
    "administrative_cp_ui_code": NUMBER, "supervise_object_type": "2",
    "supervise_object": "演示张三", "administrative_cp": "演示张三",
}  # fmt: skip
GROUNDS = {"case": "沪演罚〔2026〕1号", "reason": "核对当事人身份"}


@pytest.fixture(name="fact")
def _fact(city):
    """An inspection of a person and one of a firm, of the market bureau."""
    make_catalogue()
    rows = [inspection(1, **PERSON), inspection(2)]
    hand_in(as_csv(rows), provider=city.market, actor=city.person("clerk"))
    return Fact.objects.get(payload__administrative_cp_ui_code=NUMBER)


def address(fact, field="administrative_cp_ui_code"):
    return f"/facts/{fact.pk}/fields/{field}"


@pytest.mark.row("SEC-2")
def test_a_masked_number_is_shown_once_for_a_case_and_leaves_an_act(client, city, fact):
    client.force_login(city.person("officer"))

    before = client.get(address(fact)).content.decode()
    after = client.post(address(fact), GROUNDS).content.decode()

    assert NUMBER not in before and NUMBER in after
    act = Act.objects.get(verb="查看敏感信息")
    said = json.loads(Content.objects.get(pk=act.pk).text)
    assert act.record_key == str(fact.pk)
    assert said == GROUNDS | {"table": "check_action", "field": "administrative_cp_ui_code"}


@pytest.mark.row("SEC-2")
@pytest.mark.parametrize("missing", ["case", "reason"])
def test_no_case_or_no_reason_shows_nothing(client, city, fact, missing):
    client.force_login(city.person("officer"))

    answer = client.post(address(fact), GROUNDS | {missing: "  "})

    assert answer.status_code == 422
    assert NUMBER not in answer.content.decode()
    assert not Act.objects.filter(verb="查看敏感信息").exists()


@pytest.mark.row("SEC-2")
@pytest.mark.row("SEC-7")
def test_who_lacks_the_right_sees_why_and_an_attempt_is_recorded(client, city, fact):
    client.force_login(city.person("clerk"))

    page = client.get(address(fact)).content.decode()
    answer = client.post(address(fact), GROUNDS)

    assert "您没有对演示市市场监管局的“查看敏感信息”权限" in page
    assert answer.status_code == 403 and NUMBER not in answer.content.decode()
    assert Act.objects.filter(verb="越权被拒绝").exists()


@pytest.mark.row("REG-6")
@pytest.mark.parametrize("text", ["pdxq", "浦东", "310115"])
def test_a_region_is_offered_by_initials_name_or_code(client, city, text):
    client.force_login(city.person("officer"))

    found = client.get(f"/lookup/regions?q={text}").json()["results"]

    assert found[0] == {"code": "310115", "label": "上海市浦东新区"}


@pytest.mark.row("REG-6")
@pytest.mark.parametrize("text", ["cyy", "餐饮业", "62"])
def test_an_industry_is_offered_by_initials_name_or_code(client, city, text):
    client.force_login(city.person("officer"))

    assert "62" in [
        one["code"] for one in client.get(f"/lookup/industries?q={text}").json()["results"]
    ]


@pytest.mark.row("REG-6")
@pytest.mark.parametrize(
    "region", ["310115", "310115 上海市浦东新区", "浦东新区", "pdxq", "310000"]
)
def test_a_search_by_region_understands_codes_names_and_initials(client, city, fact, region):
    assert Region.objects.filter(pk="310115").exists()
    client.force_login(city.person("officer"))

    page = client.get("/parties/", {"region": region}).content.decode()

    assert "演示2号有限公司" in page


def test_a_search_without_conditions_says_what_to_do(client, city, fact):
    client.force_login(city.person("officer"))

    page = client.get("/parties/").content.decode()

    assert "请输入查找条件" in page and "演示2号有限公司" not in page


@pytest.mark.row("SEC-2")
@pytest.mark.parametrize(
    "kind",
    sorted(
        [
            "party",
            "batch",
            "refused",
            "original",
            "fact",
            "fact-public",
            "fact-shared",
            "fact-internal",
            "fact-sensitive",
        ]
    ),
)
def test_the_why_page_explains_every_kind_of_row(client, city, kind):
    client.force_login(city.person("clerk"))

    page = client.get(f"/why/rows/{kind}?organisation=fire").content.decode()

    assert ROW_RULES[kind].rule[:20] in page


def test_a_persons_name_number_and_address_are_masked_in_lists(client, city, fact):
    client.force_login(city.person("officer"))
    party = Party.objects.get(kind="2")

    page = client.get("/parties/?q=演示张三").content.decode()

    assert party.public_id in page
    assert party.name not in page.replace('value="演示张三"', "").replace(
        "名称或代码：演示张三", ""
    )
    assert NUMBER not in page and party.address not in page


@pytest.mark.row("DAT-4")
def test_the_first_page_leads_to_the_rows_that_came_back(client, city):
    make_catalogue()
    clerk = city.person("clerk")
    batch = hand_in(
        as_csv([inspection(1, check_result="99")]),
        provider=city.market,
        actor=clerk,
        name="三月.csv",
    )
    client.force_login(clerk)

    page = client.get("/").content.decode()

    assert "三月.csv" in page and "退回 1 行" in page
    assert f"/batches/{batch.public_id}/refused?state=refused" in page
