"""Officers on pages and by the API, as officials and as anyone."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from mingcha.domains.officers import services
from mingcha.domains.officers.models import Absence
from mingcha.domains.officers.tests.conftest import TODAY, entry


@pytest.fixture
def clerk_client(client, city, make_account):
    client.force_login(make_account("clerk", organisation=city.market))
    return client


@pytest.mark.row("REG-2")
def test_officials_search_officers_by_name_certificate_body_and_standing(clerk_client, officers):
    def shown(**asked):
        page = clerk_client.get(reverse("officers:officers"), asked).content.decode()
        return [number for number in officers if number in page]

    assert shown() == ["S100", "S200", "S300", "S400", "S500"]
    assert shown(q="S100") == ["S100"]
    assert shown(q="外地") == ["S500"]
    assert shown(standing="soon") == ["S200"]
    assert shown(standing="over") == ["S300"]
    assert shown(standing="auxiliary") == ["S400"]
    assert shown(standing="unmatched") == ["S500"]
    assert shown(organisation="market", field="食品") == ["S100", "S200", "S300", "S400"]


@pytest.mark.row("REG-2")
def test_the_page_of_an_officer_says_whether_he_may_inspect_on_a_day(clerk_client, officers):
    page = reverse("officers:officer", args=["S200"])

    assert "可以在其执法区域和类别内实施检查" in clerk_client.get(page).content.decode()
    later = clerk_client.get(page, {"on": (TODAY + timedelta(days=61)).isoformat()})
    assert f"执法证有效期至 {TODAY + timedelta(days=60)}" in later.content.decode()


@pytest.mark.row("REG-2", "PUB-1")
def test_anyone_reads_the_public_list_and_nothing_more(client, officers):
    services.enter([entry("S600", name="<b>演示</b>")])
    page = client.get(reverse("officers:public")).content.decode()

    assert [number for number in [*officers, "S600"] if number in page] == [
        "S100", "S200", "S500", "S600",
    ]  # fmt: skip
    assert "<b>演示" not in page
    taken = client.get(reverse("officers:public"), {"export": "csv"})
    assert (
        b"".join(taken.streaming_content if taken.streaming else [taken.content]).count(b"S") >= 4
    )
    assert client.get(reverse("officers:officer", args=["S100"])).status_code == 302


def test_an_absence_is_noted_and_ended_on_the_page(client, officers, manager):
    client.force_login(manager)
    page = reverse("officers:absent", args=["S100"])

    wrong = client.post(page, {"since": "2026-11-05", "until": "2026-11-01", "reason": "病假"})
    assert wrong.status_code == 422
    assert "结束日期早于开始日期" in wrong.content.decode()
    done = client.post(page, {"since": TODAY.isoformat(), "reason": "借调"}, follow=True)
    assert "至 今 离岗" in done.content.decode()
    client.post(reverse("officers:back", args=["S100", Absence.objects.get().pk]))
    assert Absence.objects.get().until == TODAY


@pytest.mark.row("REG-2")
def test_who_may_inspect_what_on_a_day_answers_in_the_api(clerk_client, officers):
    def ask(path, **asked):
        return json.loads(clerk_client.get(f"/api/v1/officers/{path}", asked).content)

    day = TODAY.isoformat()
    found = ask("eligible", on=day, region="310115", field="食品", body="market")
    assert [(one["certificate"], one["organisation"]) for one in found] == [
        ("S100", "market"), ("S200", "market"),
    ]  # fmt: skip
    assert [o["certificate"] for o in ask("eligible", on=day, after="S100", limit=1)] == ["S200"]
    said = ask("S300/eligibility", on=day)
    assert (said["may_inspect"], said["why_not"]) == (
        False, [f"执法证有效期至 {TODAY - timedelta(days=1)}"],
    )  # fmt: skip
    assert ask("S999/eligibility", on=day)["status"] == 404
    assert ask("eligible", on=day, body="nobody")["status"] == 404


def test_the_list_asks_few_questions(clerk_client, officers, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        clerk_client.get(reverse("officers:officers"))
