"""A department consents to share a table, sees who can thereby see what, and withdraws it."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction

from mingcha.base.days import local_today
from mingcha.base.ledger import sealer
from mingcha.base.ledger.models import Act
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.people.testing import make_account
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Consent
from mingcha.domains.records.testing import as_csv, hand_in, inspection, make_catalogue

pytestmark = pytest.mark.django_db(transaction=True)

BASIS = "演示局〔2026〕3 号"


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path):
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"


@pytest.fixture(name="clerk")
def _clerk(city):
    return city.person("clerk")


@pytest.fixture(name="other")
def _other(city):
    """An official of another department."""
    return make_account("officer", organisation=city.fire, real_name="演示外单位")


def form(**changes):
    said = {
        "provider": "market", "tables": ["check_action"], "recipient": "",
        "since": str(local_today()), "until": "", "basis": BASIS, "purpose": "联合检查前核对",
    }  # fmt: skip
    return said | changes


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def give(client, clerk, **changes):
    """Give a consent through the page; the consent."""
    client.force_login(clerk)
    answer = client.post("/consents/new", form(**changes))
    assert answer.status_code == 302, text_of(answer)
    return Consent.objects.latest("pk")


def dossier_of(client, account):
    client.force_login(account)
    party = Party.objects.get(name="演示1号有限公司")
    return text_of(client.get(f"/parties/{party.public_id}/"))


@pytest.mark.row("SEC-2")
@pytest.mark.row("DAT-7")
def test_a_consent_opens_a_table_to_others_until_it_is_withdrawn(client, city, clerk, other):
    make_catalogue()
    hand_in(as_csv([inspection(1)]), provider=city.market, actor=clerk)
    assert "没有您可以看到的记录" in dossier_of(client, other)

    consent = give(client, clerk)
    assert "演示检查" in dossier_of(client, other)

    client.force_login(clerk)
    answer = client.post(
        "/consents/withdraw",
        {"key": consent.public_id, "ends_on": str(local_today()), "reason": "专项结束"},
    )
    assert answer.status_code == 302
    assert "没有您可以看到的记录" in dossier_of(client, other)
    assert "演示检查" in dossier_of(client, clerk)


@pytest.mark.row("SEC-2")
def test_a_consent_for_one_body_is_for_its_people_only(client, city, clerk, other):
    make_catalogue()
    hand_in(as_csv([inspection(1)]), provider=city.market, actor=clerk)
    stranger = make_account("officer", organisation=city.bureau)

    consent = give(client, clerk, recipient="fire")

    assert "演示检查" in dossier_of(client, other)
    assert "没有您可以看到的记录" in dossier_of(client, stranger)
    assert client.get(f"/consents/{consent.public_id}/").status_code == 404
    client.force_login(other)
    assert client.get(f"/consents/{consent.public_id}/").status_code == 200


@pytest.mark.row("SEC-2")
def test_before_giving_one_sees_who_will_see_what(client, city, clerk, other):
    make_account("officer", organisation=city.market)  # sees the rows anyway: not counted
    client.force_login(clerk)

    said = text_of(client.post("/consents/new", form(recipient="fire", preview="1")))

    assert "1 人，1 个单位" in said
    assert "演示市消防救援局" in said
    assert "涉及自然人时遮盖" in said and "行政相对人" in said
    assert not Consent.objects.exists()


def test_several_tables_are_given_at_once_or_none(client, city, clerk):
    give(client, clerk, tables=["check_action", "other_action"])
    assert sorted(Consent.objects.values_list("dataset", flat=True)) == [
        "check_action",
        "other_action",
    ]

    answer = client.post("/consents/new", form(tables=["force_action", "other_action"]))

    assert answer.status_code == 422
    assert "日期重叠" in text_of(answer)
    assert Consent.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tables": []}, "必填"),
        ({"basis": " "}, "依据"),
        ({"until": str(local_today() - timedelta(days=1))}, "不能早于"),
        ({"since": "2026-02-31"}, "日期"),
        ({"tables": ["penalty_publicity"]}, "penalty_publicity"),
    ],
)
def test_what_is_missing_or_wrong_is_said(client, city, clerk, changes, said):
    client.force_login(clerk)

    answer = client.post("/consents/new", form(**changes))

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Consent.objects.exists()


@pytest.mark.row("SEC-2")
@pytest.mark.row("SEC-7")
def test_nobody_consents_for_another_department_and_the_attempt_is_recorded(client, city, clerk):
    client.force_login(clerk)

    page = client.post("/consents/new", form(provider="fire"))
    api = client.post(
        "/api/v1/consents",
        {"provider": "fire", "table": "check_action", "since": "2026-01-01", "basis": "x", "purpose": "y"},
        content_type="application/json",
    )  # fmt: skip

    assert (page.status_code, api.status_code) == (403, 403)
    assert "办理共享同意" in text_of(page)
    assert Act.objects.filter(verb="越权被拒绝", actor_id=clerk.pk).count() == 2
    assert not Consent.objects.exists()


@pytest.mark.row("SEC-2")
def test_nobody_withdraws_what_another_department_gave(client, city, clerk):
    consent = give(client, clerk)
    foreign = make_account("clerk", organisation=city.fire)
    client.force_login(foreign)

    page = client.post("/consents/withdraw", {"key": consent.public_id, "reason": "x"})
    api = client.post(
        f"/api/v1/consents/{consent.public_id}/withdraw",
        {"reason": "x"},
        content_type="application/json",
    )

    assert (page.status_code, api.status_code) == (403, 403)
    consent.refresh_from_db()
    assert consent.withdrawn_at is None


@pytest.mark.row("DAT-7")
def test_the_api_gives_lists_and_withdraws(client, city, clerk):
    client.force_login(clerk)
    sent = {
        "provider": "market", "table": "check_action", "recipient": "fire",
        "since": str(local_today()), "basis": BASIS, "purpose": "联合检查",
    }  # fmt: skip

    given = client.post("/api/v1/consents", sent, content_type="application/json")
    again = client.post("/api/v1/consents", sent, content_type="application/json")
    number = given.json()["number"]
    listed = client.get("/api/v1/consents?table=check_action&state=standing").json()
    later = str(local_today() + timedelta(days=3))
    gone = client.post(
        f"/api/v1/consents/{number}/withdraw",
        {"reason": "用完了", "ends_on": later},
        content_type="application/json",
    )
    open_table = client.post(
        "/api/v1/consents", sent | {"table": "penalty_publicity"}, content_type="application/json"
    )

    assert (given.status_code, again.status_code, gone.status_code) == (201, 409, 200)
    assert [one["number"] for one in listed] == [number]
    assert gone.json()["state"] == "standing" and gone.json()["ends_on"] == later
    assert open_table.status_code == 422
    assert open_table.json()["type"] == "urn:mingcha:error:records/not-shareable"
    assert client.get("/api/v1/consents/nothing").status_code == 404


def test_a_later_withdrawal_may_be_brought_forward_and_not_put_off(client, city, clerk):
    consent = give(client, clerk, until=str(local_today() + timedelta(days=30)))

    def withdraw(days):
        day = str(local_today() + timedelta(days=days))
        sent = {"key": consent.public_id, "ends_on": day, "reason": "调整"}
        return client.post("/consents/withdraw", sent).status_code

    assert withdraw(-1) == 422
    assert withdraw(31) == 422
    assert withdraw(10) == 302
    assert withdraw(11) == 422
    assert withdraw(0) == 302
    assert withdraw(0) == 422  # over: nothing left to withdraw
    assert Act.objects.filter(verb="撤回共享同意").count() == 2


@pytest.mark.row("DAT-7")
def test_the_lead_office_lists_filters_sorts_and_exports_all_consents(client, city, clerk):
    fire = make_account("clerk", organisation=city.fire)
    give(client, clerk, tables=["check_action"], recipient="fire")
    give(client, fire, provider="fire", tables=["other_action"], until=str(local_today()))
    client.force_login(city.person("data-bureau"))

    def found(**asked):
        page = text_of(client.get("/consents/", asked))
        rows = page[page.index("</thead>") :] if "</thead>" in page else ""
        return [name for name in ("行政检查行为", "其他行为") if name in rows]

    assert found() == ["行政检查行为", "其他行为"]
    assert found(provider="fire") == ["其他行为"]
    assert found(table="check_action") == ["行政检查行为"]
    assert found(q="消防") == ["行政检查行为", "其他行为"]
    assert found(q="没有这样的依据") == []
    assert found(state="over") == []
    assert found(on=str(local_today() + timedelta(days=1))) == ["行政检查行为"]
    assert found(sort="provider") == ["行政检查行为", "其他行为"]
    lines = b"".join(client.get("/consents/?export=csv")).decode()
    assert BASIS in lines and "演示市消防救援局及下级" in lines and "同意编号" in lines


def test_what_we_gave_and_what_we_were_given_are_apart(client, city, clerk):
    fire = make_account("clerk", organisation=city.fire)
    give(client, clerk, tables=["check_action"])
    give(client, fire, provider="fire", tables=["other_action"])
    client.force_login(clerk)

    given = text_of(client.get("/consents/?side=given"))
    received = text_of(client.get("/consents/?side=received"))

    assert "共 1 项" in given and BASIS in given
    assert "演示市消防救援局</td>" in received and "演示市市场监管局</td>" not in received
    assert 'name="key"' in given.partition("<tbody")[2]
    assert 'name="key"' not in received.partition("<tbody")[2]  # not ours to withdraw


def test_ticked_consents_are_withdrawn_together(client, city, clerk):
    give(client, clerk, tables=["check_action", "other_action"])
    keys = list(Consent.objects.values_list("public_id", flat=True))

    asked = text_of(client.post("/consents/withdraw", {"key": keys}))
    done = client.post(
        "/consents/withdraw", {"key": keys, "ends_on": str(local_today()), "reason": "机构改革"}
    )

    assert "2 项" in asked and "行政检查行为" in asked
    assert done.status_code == 302
    assert Consent.objects.filter(withdrawn_because="机构改革").count() == 2


@pytest.mark.row("SEC-4")
@pytest.mark.row("EVA-2")
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE records_consent SET until = '2099-01-01'", "与其最后一次留痕不符"),
        ("UPDATE records_consent SET ends_on = NULL, withdrawn_at = NULL", "与其最后一次留痕不符"),
        ("DELETE FROM records_consent", "已被删除，留痕仍在"),
        (
            "INSERT INTO records_consent (public_id, provider_id, dataset, since, given_at, basis,"
            " purpose, withdrawn_because) SELECT 'forged', provider_id, dataset, '2020-01-01',"
            " now(), '', '', '' FROM records_consent",
            "没有留痕，是绕过应用写入的",
        ),
    ],
    ids=["until", "withdrawal", "deleted", "inserted"],
)
def test_a_consent_changed_past_the_application_is_found(client, city, clerk, sql, said):
    consent = give(client, clerk)
    client.post(
        "/consents/withdraw",
        {"key": consent.public_id, "ends_on": str(local_today()), "reason": "演示"},
    )
    sealer.seal_once(sealer.file_signer())
    assert verify_ledger().is_sound

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    (finding,) = verify_ledger().findings
    assert "共享同意" in finding.sentence and said in finding.sentence


@pytest.mark.row("BEY-16")
def test_the_why_page_says_which_consent_applies_and_whom_to_ask(client, city, clerk, other):
    address = "/why/rows/fact-shared?organisation=market&table=check_action"
    client.force_login(other)
    assert "没有对您单位生效的“行政检查行为”共享同意" in text_of(client.get(address))

    consent = give(client, clerk, recipient="fire")
    client.force_login(other)
    said = text_of(client.get(address))

    assert "演示市市场监管局已同意向您单位共享“行政检查行为”" in said
    assert BASIS in said and f"/consents/{consent.public_id}/" in said
    assert clerk.real_name in said


def test_a_consent_that_runs_out_soon_is_on_the_first_page(client, city, clerk):
    give(client, clerk, until=str(local_today() + timedelta(days=5)))

    assert "共享同意将到期" in text_of(client.get("/"))
