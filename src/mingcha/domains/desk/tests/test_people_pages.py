"""People administration through its pages."""

import re

import pytest

from mingcha.base.ledger.models import Act
from mingcha.base.people.models import Account, Organisation, Region, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(name="admin")
def _admin(city, client):
    """A department administrator of the market bureau, signed in."""
    account = city.person("department-admin")
    client.force_login(account)
    return account


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.row("SEC-1")
def test_an_account_is_opened_and_its_password_shown_once(client, city, admin):
    answer = client.post(
        "/people/new",
        {"real_name": "张三", "login": "zhangsan", "organisation": city.market_district.pk},
    )

    account = Account.objects.get(login="zhangsan")
    shown = re.search(r'class="secret">.*?<code[^>]*>([^<]+)</code>', text_of(answer)).group(1)
    assert account.check_password(shown)
    assert account.must_change_password
    assert Act.objects.get(record_kind="people.account", record_key=account.pk).verb == "开通账号"


@pytest.mark.row("SEC-1")
def test_another_departments_people_are_neither_listed_nor_found(client, city, admin, make_account):
    make_account(organisation=city.fire, login="stranger", real_name="演示外人")

    assert "演示外人" not in text_of(client.get("/people"))
    for path in ("", "/close", "/move"):
        assert client.get(f"/people/stranger{path}").status_code == 404
    for path in ("/reset", "/reopen", "/grant", "/revoke", "/unlock", "/reset-second-factor"):
        assert client.post(f"/people/stranger{path}").status_code == 404
    assert client.get("/people/missing").status_code == 404


@pytest.mark.row("BEY-16")
def test_granting_beyond_own_rights_names_what_is_missing(client, city, admin, make_account):
    clerk = make_account(organisation=city.market, login="clerk")
    role = Role.objects.get(key="data-bureau")

    answer = client.post("/people/clerk/grant", {"role": role.pk, "scope": city.market.pk})

    assert answer.status_code == 422
    assert "没有以下权限：维护行政区划、维护工作日历、导入监管事项" in text_of(answer)
    assert not clerk.grants.exists()


@pytest.mark.row("SEC-2")
def test_a_role_is_given_and_taken_away(client, city, admin, make_account):
    clerk = make_account(organisation=city.market, login="clerk")
    role = Role.objects.get(key="clerk")

    client.post("/people/clerk/grant", {"role": role.pk, "scope": city.market.pk, "reason": "到岗"})
    held = clerk.grants.get()
    asked = client.post("/people/clerk/revoke", {"grant": held.pk})
    client.post("/people/clerk/revoke", {"grant": held.pk, "reason": "转岗"})

    assert "理由" in text_of(asked)
    held.refresh_from_db()
    assert held.revoked_because == "转岗"
    verbs = Act.objects.filter(record_kind="people.grant", record_key=held.pk).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["授权", "收回授权"]


def test_the_form_offers_only_roles_one_may_give(client, city, admin, make_account):
    make_account(organisation=city.market, login="clerk")

    page = text_of(client.get("/people/clerk"))

    offered = re.search(r'<select name="role".*?</select>', page).group(0)
    assert "数据专员" in offered
    assert "审计管理员" not in offered
    assert "由平台主管单位书面任命" in page


def test_one_does_not_manage_oneself(client, admin):
    page = text_of(client.get(f"/people/{admin.login}"))
    refused = client.post(f"/people/{admin.login}/reset")

    assert "这是您自己的账号" in page
    assert refused.status_code == 403


@pytest.mark.row("SEC-1")
def test_closing_needs_a_reason_and_is_filed(client, city, admin, make_account):
    make_account("clerk", organisation=city.market, login="leaver", real_name="演示离岗")

    empty = client.post("/people/leaver/close", {"reason": ""})
    client.post("/people/leaver/close", {"reason": "退休"})

    assert empty.status_code == 422
    assert not Account.objects.get(login="leaver").is_active
    client.force_login(city.person("data-bureau"))
    filed = text_of(client.get("/people/changes"))
    assert "停用账号" in filed
    assert "演示离岗" in filed


def test_the_list_is_narrowed_by_the_address(client, city, admin, make_account):
    make_account("clerk", organisation=city.market, login="a", real_name="演示甲")
    make_account("officer", organisation=city.market_district, login="b", real_name="演示乙")

    by_role = text_of(client.get("/people?role=clerk"))
    by_body = text_of(client.get("/people?organisation=market-pudong"))

    assert "演示甲" in by_role
    assert "演示乙" not in by_role
    assert "演示乙" in by_body
    assert "演示甲" not in by_body


def test_the_list_asks_the_database_the_same_however_long_it_is(
    client, city, admin, make_account, django_assert_max_num_queries
):
    for _ in range(15):
        make_account("clerk", organisation=city.market)

    with django_assert_max_num_queries(20):
        assert client.get("/people").status_code == 200


def test_an_export_has_every_row_and_leaves_an_act(client, admin, make_account, city):
    for _ in range(25):
        make_account(organisation=city.market)

    rows = b"".join(client.get("/people?export")).decode("utf-8-sig").splitlines()

    assert len(rows) == 1 + 26
    assert Act.objects.filter(verb="导出人员账号").count() == 1


@pytest.mark.row("SEC-1")
def test_an_organisation_is_created_moved_and_closed_on_pages(client, city):
    client.force_login(city.person("data-bureau"))
    body = {
        "parent": city.market.pk,
        "code": "new-body",
        "name": "演示新机构",
        "kind": "department",
    }
    client.post("/organisations/new", body | {"level": "4", "region": "310115"})
    made = Organisation.objects.get(code="new-body")

    client.post("/organisations/new-body/move", {"to": city.fire.pk, "reason": "机构改革"})
    client.post("/organisations/new-body/close", {"reason": "撤并"})

    made.refresh_from_db()
    assert made.parent == city.fire
    assert made.closed_on is not None


def test_a_region_is_abolished_on_its_page_and_stays_known(client, city):
    client.force_login(city.person("data-bureau"))

    client.post("/regions/310115/abolish", {"year": "2030", "note": "国函〔2030〕1号"})

    assert Region.objects.get(code="310115").until_year == 2030
    assert "2030 年" in text_of(client.get("/regions?state=abolished"))


def test_html_in_names_is_shown_as_text(client, city, admin, make_account):
    make_account(organisation=city.market, login="html", real_name="<script>alert(1)</script>")

    page = client.get("/people").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_name_that_is_a_formula_is_exported_as_text(client, city, admin, make_account):
    make_account(organisation=city.market, login="formula", real_name="=1+1")

    assert b"'=1+1" in b"".join(client.get("/people?export"))
