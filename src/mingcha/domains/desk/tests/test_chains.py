"""Everything done to a record, in order, with differences in words; and the audit search by API."""

import re

import pytest
from django.db import connection

from mingcha.base.days import local_today
from mingcha.base.ledger.models import Act
from mingcha.base.people import services
from mingcha.base.people.models import Role

pytestmark = pytest.mark.django_db


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture(name="handled")
def _handled(city, make_account):
    """An account that was changed, moved and closed."""
    admin = make_account(
        "data-bureau", organisation=city.bureau, scope=city.government, real_name="演示管理员"
    )
    account = make_account(organisation=city.market, real_name="演示旧名")
    services.change_account(account, {"real_name": "演示新名"}, actor=admin)
    services.change_account(account, {"organisation": city.fire}, actor=admin, reason="调动")
    services.close_account(account, actor=admin, reason="退休")
    return account


@pytest.mark.row("EVA-2")
@pytest.mark.row("SEC-4")
def test_an_auditor_sees_a_records_acts_in_order_with_what_each_changed(client, city, handled):
    client.force_login(city.person("auditor"))

    said = text_of(client.get(f"/audit/record?kind=people.account&record={handled.pk}"))

    order = [said.index(f"{n}. <a") for n in range(1, 5)]
    assert order == sorted(order) and "4 次操作" in said
    assert "<del>演示旧名</del>" in said and "<ins>演示新名</ins>" in said
    assert (
        "<del>演示市市场监管局（market）</del>" in said
        and "<ins>演示市消防救援局（fire）</ins>" in said
    )
    assert "<del>是</del>" in said and "<ins>否</ins>" in said and "<ins>退休</ins>" in said
    assert "不接续" not in said


@pytest.mark.row("EVA-2")
def test_a_grant_is_told_with_the_names_of_role_and_body(client, city, handled, make_account):
    admin = Act.objects.get(verb="停用账号").actor_id
    clerk = make_account(organisation=city.market, real_name="演示新人")
    actor = type(clerk).objects.get(pk=admin)
    grant = services.grant_role(
        clerk, Role.objects.get(key="clerk"), scope=city.market, actor=actor
    )
    services.revoke_grant(grant, actor=actor, reason="调岗")
    client.force_login(city.person("auditor"))

    said = text_of(client.get(f"/audit/record?kind=people.grant&record={grant.pk}"))

    assert "数据专员（clerk）" in said and f"演示新人（{clerk.login}）" in said
    assert f"<ins>演示管理员（{actor.login}）</ins>" in said and "<ins>调岗</ins>" in said


def test_an_act_that_does_not_follow_is_marked(client, city, handled):
    second = Act.objects.filter(record_kind="people.account", record_key=str(handled.pk))[1:2].get()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_act DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_act SET prev = %s WHERE id = %s", [b"\0" * 32, second.pk])
    client.force_login(city.person("auditor"))

    said = text_of(client.get(f"/audit/record?kind=people.account&record={handled.pk}"))

    assert said.count("与上一操作不接续") == 1


def test_a_chain_is_paged_and_exported_whole(client, city, make_account):
    auditor = city.person("auditor")
    client.force_login(auditor)
    for _ in range(25):
        client.get("/audit")
    address = f"/audit/record?kind=audit&record={auditor.login}"

    second = text_of(client.get(f"{address}&page=2"))
    lines = b"".join(client.get(f"{address}&export=csv")).decode().splitlines()

    assert "21. <a" in second and "20. <a" not in second and "不接续" not in second
    assert len(lines) == 1 + 25 + 2 and "接续" in lines[1]
    assert Act.objects.filter(verb="查看对象的全部操作").count() == 2


def test_a_chain_beyond_an_auditors_reach_is_empty(client, city, handled, make_account):
    client.force_login(make_account("auditor", organisation=city.fire, scope=city.fire))

    said = text_of(client.get(f"/audit/record?kind=people.account&record={handled.pk}"))

    assert "没有操作记录" in said and "演示旧名" not in said


@pytest.mark.row("SEC-4")
@pytest.mark.row("EVA-2")
def test_the_api_finds_acts_by_person_record_time_and_kind(client, city, handled):
    client.force_login(city.person("auditor"))
    today = str(local_today())

    def found(**asked):
        return [act["verb"] for act in client.get("/api/v1/acts", asked).json()]

    record = {"kind": "people.account", "record": str(handled.pk)}
    assert found(**record) == ["停用账号", "变更账号", "变更账号", "开通账号"]
    assert "停用账号" in found(person="演示管理员", since=today, until=today)
    assert found(verb="停用账号", until="2020-01-01") == []
    first = client.get("/api/v1/acts", {**record, "limit": 1}).json()
    rest = client.get("/api/v1/acts", {**record, "before": first[0]["number"]}).json()
    assert [act["verb"] for act in rest] == ["变更账号", "变更账号", "开通账号"]
    assert first[0]["content"]["停用原因"] == "退休" and first[0]["seal"] is None
    assert client.get("/api/v1/acts?before=999999999").status_code == 404
    client.force_login(city.person("clerk"))
    assert client.get("/api/v1/acts").status_code == 403
