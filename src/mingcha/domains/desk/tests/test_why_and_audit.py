"""Why-page and audit search."""

import re
from datetime import timedelta

import pytest

from mingcha.base.days import local_today
from mingcha.base.ledger.models import Act
from mingcha.base.people import services
from mingcha.domains.records.services import samples

pytestmark = pytest.mark.django_db


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.row("BEY-16")
def test_a_page_i_may_open_says_by_whose_grant(client, city):
    client.force_login(city.person("department-admin"))

    said = text_of(client.get("/why?page=/people"))

    assert "需要“管理人员账号”权限，您通过以下授权拥有它" in said
    assert "授予的“部门管理员”，范围为演示市市场监管局及其下级" in said


@pytest.mark.row("BEY-16")
def test_a_page_i_may_not_open_says_whom_to_ask(client, city, make_account):
    make_account("department-admin", organisation=city.market, real_name="演示管理员", phone="5555")
    make_account("department-admin", organisation=city.fire, real_name="演示外单位管理员")
    client.force_login(city.person("clerk"))

    said = text_of(client.get("/why?page=/people"))

    assert "需要“管理人员账号”权限，您的账号没有" in said
    assert "演示管理员" in said
    assert "5555" in said
    assert "演示外单位管理员" not in said


@pytest.mark.row("BEY-16")
def test_a_right_that_is_only_appointed_is_said_to_be(client, city):
    client.force_login(city.person("department-admin"))

    assert "只随平台主管单位任命的角色取得" in text_of(client.get("/why?page=/audit"))


@pytest.mark.row("BEY-16")
def test_whether_a_row_exists_is_never_said(client, city, make_account):
    stranger = make_account(organisation=city.fire)
    client.force_login(city.person("department-admin"))

    def said(login):
        text = text_of(client.get(f"/why?page=/people/{login}")).replace(login, "")
        return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"', "", text)

    assert said(stranger.login) == said("nobody-at-all")


def test_a_kind_of_row_is_explained_and_an_unknown_one_is_not(client, city):
    client.force_login(city.person("clerk"))

    said = text_of(client.get("/why/rows/accounts?organisation=fire"))

    assert "您没有“管理人员账号”权限，看不到任何人员账号" in said
    assert client.get("/why/rows/nonsense").status_code == 404


def test_every_page_of_the_desk_leads_to_its_why(client, city):
    client.force_login(city.person("clerk"))

    assert "/why?page=%2Fme" in client.get("/me").content.decode()


@pytest.mark.row("SEC-4")
def test_an_auditor_finds_acts_by_person_record_time_and_kind(client, city, make_account):
    admin, clerk = city.person("department-admin"), make_account(organisation=city.market)
    services.close_account(clerk, actor=admin, reason="退休")
    client.force_login(city.person("auditor"))
    today = local_today()

    def found(**asked):
        return "停用账号" in text_of(client.get("/audit", asked))

    assert found(person=admin.login)
    assert found(person=admin.real_name)
    assert found(kind="people.account", record=str(clerk.pk))
    assert found(verb="停用账号")
    assert found(**{"from": str(today), "to": str(today)})
    assert not found(person=clerk.login)
    assert not found(**{"to": str(today - timedelta(days=1))})
    assert not found(kind="people.region")


def test_dates_that_are_none_do_not_break_the_search(client, city):
    client.force_login(city.person("auditor"))

    assert client.get("/audit?from=2026-02-31&to=x&page=999999&sort=nonsense").status_code == 200


@pytest.mark.row("SEC-4")
def test_an_act_shows_its_exact_text_and_its_hash(client, city):
    auditor = city.person("auditor")
    client.force_login(auditor)
    act = Act.objects.filter(record_kind="people.grant").first()

    page = client.get(f"/audit/{act.pk}").content.decode()

    assert bytes(act.hash).hex() in page
    assert "待封签" in page
    assert client.get("/audit/999999999").status_code == 404


@pytest.mark.row("SEC-7")
def test_what_hangs_on_a_record_has_a_name_in_its_acts_too(client, city, make_account):
    linker = make_account("linker", organisation=city.bureau, scope=city.government)
    samples.order_sample(city.market, 5, actor=linker, seed="演示")
    client.force_login(make_account("auditor", organisation=city.bureau, scope=city.government))

    said = text_of(client.get("/audit?verb=抽取关联样本"))

    assert "抽取关联样本" in said and "样本" in said
    assert client.get(f"/audit/{Act.objects.get(verb='抽取关联样本').pk}").status_code == 200


def test_looking_at_the_ledger_is_itself_an_act(client, city):
    auditor = city.person("auditor")
    client.force_login(auditor)

    client.get("/audit?person=zhangsan")
    b"".join(client.get("/audit?export"))

    acts = Act.objects.filter(record_kind="audit", record_key=auditor.login).order_by("id")
    assert [act.verb for act in acts] == ["查询审计记录", "导出审计记录"]


@pytest.mark.row("SEC-7")
def test_a_refused_attempt_is_recorded_with_its_right(client, city):
    clerk = city.person("clerk")
    client.force_login(clerk)

    answer = client.get("/audit")

    assert answer.status_code == 403
    assert "查询审计记录" in text_of(answer)
    assert Act.objects.get(verb="越权被拒绝").actor_id == clerk.pk


def test_an_auditor_of_one_department_sees_its_acts_only(client, city, make_account):
    market = make_account("department-admin", organisation=city.market)
    person = make_account(organisation=city.market)
    services.close_account(person, actor=market, reason="退休")
    auditor = make_account("auditor", organisation=city.fire, scope=city.fire)
    client.force_login(auditor)

    assert "停用账号" not in text_of(client.get("/audit"))
    act = Act.objects.get(verb="停用账号")
    assert client.get(f"/audit/{act.pk}").status_code == 404
