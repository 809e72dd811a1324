"""Online entry through its pages and the API: forms of every table, drafts, correction, withdrawal, grid."""

import json

import pytest
from django.urls import reverse

from mingcha.base.jobs import import_jobs
from mingcha.base.people.testing import make_account
from mingcha.domains.records.models import Batch, Entry, EntryDraft, Fact
from mingcha.domains.records.testing import inspection, make_catalogue
from mingcha.standards.loader import current

pytestmark = pytest.mark.django_db
import_jobs("mingcha.domains.records.jobs")

FORM = "/entry/tables/check_action/"
GRID = "/entry/tables/check_action/grid"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(name="clerk")
def _clerk(city, client):
    make_catalogue()
    clerk = city.person("clerk")
    client.force_login(clerk)
    return clerk


def posted(client, address, act, values, **more):
    return client.post(address, {**values, "act": act, **more})


def sheet(client, address, **said):
    return client.post(address, json.dumps(said), content_type="application/json", **JSON)


@pytest.mark.row("DAT-3")
@pytest.mark.parametrize("name", sorted(current().tables))
def test_every_declared_table_is_a_form_with_each_field_once(name, city, client):
    client.force_login(city.person("data-bureau"))

    page = client.get(f"/entry/tables/{name}/").content.decode()

    for field, spec in current().table(name).fields.items():
        assert page.count(f'data-box="{field}"') == 1, field
        assert f'name="{field}"' in page
        assert spec.label in page
    assert client.get(f"/entry/tables/{name}/grid").status_code == 200


@pytest.mark.row("DAT-3")
def test_a_form_without_script_lands_a_record(clerk, client):
    answer = posted(client, FORM, "submit", inspection(1))

    entry = Entry.objects.get()
    assert answer.headers["Location"] == f"/entry/records/{entry.public_id}/"
    page = client.get(f"/entry/records/{entry.public_id}/").content.decode()
    assert "已入库" in page
    assert "演示1号有限公司" in page


@pytest.mark.row("DAT-3")
def test_what_is_wrong_is_told_on_top_and_beside_the_field_and_nothing_is_lost(clerk, client):
    answer = posted(client, FORM, "submit", inspection(1, check_result="99"))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert page.count("不在代码表“检查结果”的值域范围内") == 2
    assert 'href="#in-check_result"' in page
    assert 'value="99"' in page
    assert not Batch.objects.exists()
    assert EntryDraft.objects.get().values["check_action_name"] == "演示检查"


@pytest.mark.row("BEY-18")
def test_a_save_tells_what_is_known_and_what_is_missing(clerk, client):
    code = inspection(1)["administrative_cp_ui_code"]

    said = client.post(FORM, {"administrative_cp_ui_code": code, "act": "save"}, **JSON).json()

    fields = said["fields"]
    assert fields["administrative_cp_ce_type"]["text"].startswith("001")
    assert fields["implement_institution"]["text"] == clerk.organisation.name
    assert fields["check_result"]["troubles"][0]["missing"]
    assert said["url"] == f"/entry/drafts/{EntryDraft.objects.get().public_id}/"


@pytest.mark.row("BEY-18")
def test_a_new_form_takes_over_how_the_last_record_was_made_but_not_whom(clerk, client):
    posted(client, FORM, "submit", inspection(1))

    answer = posted(client, FORM, "last", {})

    page = client.get(answer.headers["Location"]).content.decode()
    assert "31150001" in page
    assert "演示1号有限公司" not in page
    assert 'value="JC000001"' not in page


@pytest.mark.row("DAT-3")
def test_a_draft_outlives_the_session_and_belongs_to_its_writer(clerk, client, city):
    client.post(FORM, {"check_action_name": "填到一半", "act": "save"}, **JSON)
    address = reverse("records:entry_draft", args=[EntryDraft.objects.get().public_id])

    client.logout()
    over = client.post(address, {"act": "save"}, **JSON)
    client.force_login(clerk)
    again = client.get(address).content.decode()
    client.force_login(city.person("clerk"))

    assert over.status_code == 401
    assert "填到一半" in again
    assert client.get(address).status_code == 404


def test_the_second_of_two_windows_does_not_overwrite_the_first(clerk, client):
    said = client.post(FORM, {"check_action_name": "甲", "act": "save"}, **JSON).json()
    client.post(said["url"], {"check_action_name": "乙", "act": "save", "version": "1"}, **JSON)

    late = client.post(
        said["url"], {"check_action_name": "丙", "act": "save", "version": "1"}, **JSON
    )

    assert late.status_code == 409
    assert EntryDraft.objects.get().values["check_action_name"] == "乙"


def typed_again(client):
    """An empty form as a browser holds it, with the number that it will have."""
    page = client.get(FORM).content.decode()
    number = page.split('name="draft" value="')[1].split('"')[0]
    return {**inspection(1), "check_action_code": "", "draft": number}


@pytest.mark.row("DAT-3")
def test_a_form_sent_twice_is_one_record_and_both_answers_show_it(clerk, client):
    values = typed_again(client)

    first, second = posted(client, FORM, "submit", values), posted(client, FORM, "submit", values)

    entry = Entry.objects.get()
    assert first.headers["Location"] == second.headers["Location"]
    assert first.headers["Location"] == f"/entry/records/{entry.public_id}/"
    assert not EntryDraft.objects.exists()


def test_other_words_in_a_form_one_went_back_to_are_another_record(clerk, client):
    values = typed_again(client)
    posted(client, FORM, "submit", values)

    posted(client, FORM, "submit", values | {"check_action_name": "下一次检查"})

    assert Entry.objects.count() == 2


@pytest.mark.row("DAT-3")
def test_a_draft_that_was_handed_in_leads_to_its_record(clerk, client):
    said = client.post(FORM, {**inspection(1), "act": "save"}, **JSON).json()

    first = posted(client, said["url"], "submit", inspection(1), version="1")
    second = posted(client, said["url"], "submit", inspection(1), version="1")
    opened = client.get(said["url"])
    late = client.post(said["url"], {"check_action_name": "乙", "act": "save"}, **JSON)

    assert {one.headers["Location"] for one in (first, second, opened)} == {
        f"/entry/records/{Entry.objects.get().public_id}/"
    }
    assert late.status_code == 409
    assert late.json()["title"].startswith("这份草稿已经提交")


def test_a_number_of_somebody_elses_draft_opens_nothing(clerk, client, city):
    posted(client, FORM, "save", typed_again(client))
    theirs = EntryDraft.objects.get()
    client.force_login(city.person("clerk"))

    posted(client, FORM, "save", {"check_action_name": "乙", "draft": theirs.public_id})

    theirs.refresh_from_db()
    assert theirs.values["check_action_name"] == "演示检查"
    assert EntryDraft.objects.count() == 2


@pytest.mark.row("DAT-3")
def test_a_record_is_corrected_and_withdrawn_from_its_page_with_a_reason(clerk, client):
    posted(client, FORM, "submit", inspection(1))
    first = Fact.objects.get()

    opened = client.post(f"/entry/facts/{first.pk}/correct").headers["Location"]
    values = dict(first.payload) | {"check_action_name": "更正后的检查"}
    silent = posted(client, opened, "submit", values)
    done = posted(client, opened, "submit", values, reason="名称写错")
    page = client.get(done.headers["Location"]).content.decode()
    newest = Fact.objects.latest("version")
    client.post(f"/entry/facts/{newest.pk}/withdraw", {"reason": "重复录入"})

    assert silent.status_code == 422
    assert "必须写明理由" in silent.content.decode()
    assert "名称写错" in page
    assert [f.operation for f in Fact.objects.order_by("version")] == ["i", "u", "d"]


@pytest.mark.row("DAT-3")
def test_a_grid_lands_its_good_rows_and_keeps_the_bad(clerk, client):
    rows = {0: inspection(1), 1: inspection(2, check_result="99")}

    said = sheet(client, GRID, changed=rows, count=2).json()
    landed = sheet(client, said["url"], act="good", changed={}, count=2, version=said["version"])
    left = client.get(said["url"], **JSON).json()

    assert [t["field"] for t in said["rows"]["1"]["troubles"]] == ["check_result"]
    assert landed.json()["landed"] == 1
    assert [row["check_action_code"] for row in left["typed"]] == ["JC000002"]
    assert client.get(landed.json()["receipt"]).status_code == 200


@pytest.mark.row("DAT-3")
def test_a_grid_handed_in_twice_lands_once(clerk, client):
    rows = {0: inspection(1) | {"check_action_code": ""}}
    said = sheet(client, GRID, changed=rows, count=1).json()

    first = sheet(client, said["url"], act="all", changed={}, count=1, version=said["version"])
    second = sheet(client, said["url"], act="all", changed={}, count=1, version=said["version"])

    assert first.json()["receipt"] == second.json()["receipt"]
    assert client.get(said["url"]).headers["Location"] == first.json()["receipt"]
    assert Entry.objects.count() == 1


@pytest.mark.row("DAT-3")
def test_rows_with_a_hint_land_when_they_are_accepted(clerk, client):
    rows = {0: inspection(1, check_personnel="张、李、王")}
    said = sheet(client, GRID, changed=rows, count=1).json()

    asked = sheet(client, said["url"], act="all", changed={}, count=1, version=said["version"])
    landed = sheet(
        client, said["url"], act="all", changed={}, count=1, version=asked.json()["version"],
        accepts=True, note="王为见习",
    )  # fmt: skip

    assert asked.json()["outcome"] == "warned"
    assert landed.json()["landed"] == 1
    assert Entry.objects.get().note == "王为见习"


@pytest.mark.row("DAT-3")
def test_what_is_withdrawn_is_withdrawn_once_and_not_corrected(clerk, client):
    posted(client, FORM, "submit", inspection(1))
    first = Fact.objects.get()
    taken_back = f"/entry/facts/{first.pk}/withdraw"

    client.post(taken_back, {"reason": "重复录入"})
    again = client.post(taken_back, {"reason": "重复录入"})
    corrected = client.post(f"/entry/facts/{first.pk}/correct")

    assert [f.operation for f in Fact.objects.order_by("version")] == ["i", "d"]
    assert again.status_code == 302
    assert corrected.status_code == 409
    assert Batch.objects.count() == 2


@pytest.mark.row("DAT-3")
def test_entered_records_are_found_filtered_and_exported(clerk, client):
    posted(client, FORM, "submit", inspection(1))
    posted(client, FORM, "submit", inspection(2))

    found = client.get("/entry/records/?q=演示2号").content.decode()
    taken = b"".join(client.get("/entry/records/?export=csv").streaming_content).decode()

    assert ">JC000002</a>" in found
    assert ">JC000001</a>" not in found
    assert "JC000001" in taken


def test_a_body_sets_how_its_records_are_numbered(clerk, client):
    wrong = client.post(f"{FORM}numbers", {"pattern": "JC{年}"})
    client.post(f"{FORM}numbers", {"pattern": "沪检〔{年}〕{序号}号"})

    assert wrong.status_code == 422
    assert "沪检〔" in client.get(FORM).content.decode()


def test_a_table_that_somebody_may_not_hand_in_is_no_form(clerk, client):
    assert client.get("/entry/tables/item/").status_code == 403


def test_a_clerk_enters_for_no_other_body(clerk, client, city):
    other = make_account("clerk", organisation=city.fire)
    client.force_login(other)
    posted(client, FORM, "submit", inspection(1), provider="market")

    assert not Batch.objects.exclude(provider=city.fire).exists()


def test_a_clerk_of_another_body_finds_neither_record_nor_what_changes_it(clerk, client, city):
    record = posted(client, FORM, "submit", inspection(1)).headers["Location"]
    fact = Fact.objects.get()
    client.force_login(make_account("clerk", organisation=city.fire))

    asked = [client.get(record), client.get(f"/entry/facts/{fact.pk}/withdraw")]
    asked += [client.post(f"/entry/facts/{fact.pk}/{act}") for act in ("correct", "copy")]
    asked.append(client.post(f"/entry/facts/{fact.pk}/withdraw", {"reason": "不是我的"}))

    assert [one.status_code for one in asked] == [404] * 5
    assert "JC000001" not in client.get("/entry/records/?whose=ours").content.decode()
    assert Fact.objects.count() == 1


@pytest.mark.row("DAT-3")
def test_the_api_takes_one_record_with_the_same_answers(clerk, client):
    address = "/api/v1/records/check_action?provider=market"

    def sent(record, more=""):
        return client.post(address + more, json.dumps(record), content_type="application/json")

    client.handler.enforce_csrf_checks = False
    good, again = sent(inspection(1)), sent(inspection(1, check_action_name="别的"))
    bad = sent(inspection(2, check_result="99"))
    mended = sent(inspection(1, check_action_name="别的"), "&reason=名称写错")
    strange = sent({"nothing": "1"})

    assert (good.status_code, good.json()["state"]) == (201, "landed")
    assert again.status_code == 409
    assert bad.json()["failures"][0]["field"] == "check_result"
    assert mended.status_code == 201
    assert Fact.objects.latest("version").version == 2
    assert strange.status_code == 422
