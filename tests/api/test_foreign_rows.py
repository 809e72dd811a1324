"""Another department's internal rows: handing in for it, exporting and looking are refused and recorded."""

import json
import re
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mingcha.base.ledger import sealer
from mingcha.base.ledger.models import Act, Content
from mingcha.base.people.testing import make_account
from mingcha.domains.records.models import Batch, Consent, Export, Fact
from mingcha.domains.records.services import consents
from mingcha.domains.records.testing import (
    as_csv,
    do_jobs,
    hand_in,
    inspection,
    make_catalogue,
    uscc,
)

pytestmark = pytest.mark.django_db(transaction=True)

COMPLAINT = {
    "complaint_code": "TS1", "received_on": "2026-05-01", "complaint_kind": "1",
    "problem_type": "01", "respondent": "演示1号有限公司", "respondent_code": uscc(1001),
    "complaint_state": "1", "content": "演示内容，不得外泄",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path):
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    settings.LAKE, settings.EXPORTS = tmp_path / "lake", tmp_path / "exports"
    settings.ANALYTICS = settings.ANALYTICS | {"folder": tmp_path / "analytics"}
    for folder in (settings.LAKE, settings.EXPORTS):
        folder.mkdir()


@pytest.fixture(name="clerk")
def _clerk(city):
    """Of the market bureau."""
    make_catalogue()
    return city.person("clerk")


@pytest.fixture(name="foreign")
def _foreign(city):
    """The head of another department, who may look and export, and its own rows only."""
    return make_account("head", "clerk", organisation=city.fire)


@pytest.fixture(name="complaint")
def _complaint(city, clerk):
    """An internal row of the market bureau."""
    batch = hand_in(as_csv([COMPLAINT], table="complaint"), provider=city.market, actor=clerk)
    assert batch.accepted_count == 1, list(batch.refusals.values_list("reasons", flat=True))
    sealer.seal_once(sealer.file_signer())
    return Fact.objects.get(dataset="complaint")


def attempts(account, verb):
    """What the ledger says of an account's refused attempts."""
    acts = Act.objects.filter(verb=verb, actor_id=account.pk).order_by("id")
    return [json.loads(Content.objects.get(pk=act.pk).text) for act in acts]


@pytest.mark.row("SEC-2")
@pytest.mark.row("SEC-7")
@pytest.mark.row("EVA-2")
def test_handing_in_for_another_department_is_refused_and_recorded(client, city, clerk):
    client.force_login(clerk)

    def file():
        return SimpleUploadedFile("检查.csv", as_csv([inspection(1)]))

    page = client.post("/intake/", {"provider": "fire", "files": file()})
    api = client.post("/api/v1/intake", {"provider": "fire", "file": file()})

    assert (page.status_code, api.status_code) == (403, 403)
    assert [said["right"] for said in attempts(clerk, "越权被拒绝")] == ["records.intake"] * 2
    assert not Batch.objects.exists() and not Fact.objects.exists()


@pytest.mark.row("SEC-2")
@pytest.mark.row("SEC-4")
@pytest.mark.row("SEC-7")
def test_looking_at_another_departments_internal_row_is_refused_and_recorded(
    client, complaint, foreign
):
    client.force_login(foreign)
    batch = Batch.objects.get()
    pages = [
        f"/facts/{complaint.pk}/versions", f"/facts/{complaint.pk}/fields/content",
        f"/batches/{batch.public_id}/", f"/batches/{batch.public_id}/original",
        f"/api/v1/batches/{batch.public_id}", f"/api/v1/batches/{batch.public_id}/refused",
    ]  # fmt: skip

    answers = [client.get(address) for address in pages]

    assert {answer.status_code for answer in answers} == {404}
    assert not any("不得外泄" in answer.content.decode() for answer in answers)
    said = attempts(foreign, "查看被拒绝")
    assert [one["path"] for one in said] == pages
    assert all(one["exists"] for one in said)


@pytest.mark.row("SEC-2")
@pytest.mark.row("BEY-16")
def test_what_is_not_there_looks_the_same_as_what_is_not_mine(client, complaint, foreign):
    client.force_login(foreign)

    def look(number):
        answer = client.get(f"/facts/{number}/versions", headers={"Accept": "application/json"})
        said = {key: unquote(str(value)) for key, value in answer.json().items()}
        told = {key: re.sub(rf"\b{number}\b", "N", value) for key, value in said.items()}
        return told | {"instance": ""}

    assert look(complaint.pk) == look(987_654_321)
    assert [one["exists"] for one in attempts(foreign, "查看被拒绝")] == [True, False]


@pytest.mark.row("SEC-2")
@pytest.mark.row("SEC-7")
def test_exporting_another_departments_internal_rows_is_refused_and_recorded(
    client, complaint, foreign
):
    client.force_login(foreign)

    page = client.get("/datasets/complaint/")
    api = client.post("/api/v1/exports", {"table": "complaint"}, content_type="application/json")

    assert (page.status_code, api.status_code) == (404, 404)
    assert [one["exists"] for one in attempts(foreign, "查看被拒绝")] == [True, True]
    assert not Export.objects.exists()


@pytest.mark.row("SEC-2")
@pytest.mark.row("SEC-7")
def test_asking_for_the_rows_of_a_provider_out_of_reach_is_refused_and_recorded(
    client, city, clerk, foreign
):
    hand_in(as_csv([inspection(1)]), provider=city.fire, actor=foreign)
    sealer.seal_once(sealer.file_signer())
    client.force_login(foreign)
    asked = {"table": "check_action", "provider": "market", "form": "csv"}

    page = client.post("/datasets/check_action/", asked)
    api = client.post("/api/v1/exports", asked, content_type="application/json")

    assert (page.status_code, api.status_code) == (403, 403)
    assert [said["right"] for said in attempts(foreign, "越权被拒绝")] == ["insight.export"] * 2
    assert not Export.objects.exists()


@pytest.mark.row("BEY-12")
@pytest.mark.row("SEC-2")
def test_a_file_made_under_a_consent_is_not_handed_over_after_it_was_withdrawn(
    client, city, clerk, foreign
):
    hand_in(as_csv([inspection(1), inspection(2)]), provider=city.market, actor=clerk)
    sealer.seal_once(sealer.file_signer())
    terms = consents.Terms(
        city.market,
        "check_action",
        Batch.objects.get().received_at.date(),
        basis="演示",
        purpose="演示",
    )
    consents.give(terms, actor=clerk)
    client.force_login(foreign)
    asked = {"table": "check_action", "form": "csv"}
    number = client.post("/api/v1/exports", asked, content_type="application/json").json()["number"]
    do_jobs()
    before = client.get(f"/api/v1/exports/{number}/file")
    assert b"".join(before).decode().count("JC00000") == 2

    consents.withdraw(Consent.objects.get(), reason="专项结束", actor=clerk)
    page, api = client.get(f"/exports/{number}/file"), client.get(f"/api/v1/exports/{number}/file")

    assert (page.status_code, api.status_code) == (409, 409)
    assert "演示市市场监管局" in page.content.decode() and "共享同意撤回" in page.content.decode()


@pytest.mark.row("SEC-1")
@pytest.mark.row("EVA-2")
def test_every_refused_attempt_is_its_holders_and_the_auditor_finds_it(client, city, clerk):
    client.force_login(clerk)
    client.get("/people")
    client.get("/batches/nothing/")
    client.force_login(city.person("auditor"))

    refused = client.get("/audit", {"person": clerk.login, "verb": "越权被拒绝"}).content.decode()
    looked = client.get("/audit", {"person": clerk.login, "verb": "查看被拒绝"}).content.decode()

    assert clerk.real_name in refused and "/people" in refused and "管理人员账号" in refused
    assert clerk.real_name in looked and "确有此记录" in looked
