"""Officers on pages and by the API, as officials and as anyone."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from mingcha.domains.officers import services
from mingcha.domains.officers.models import Absence, Officer, OfficerVersion
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


@pytest.fixture
def history(officers):
    """The register has been kept for ten days; today one moved, one was taken out, one came."""
    OfficerVersion.objects.update(since=TODAY - timedelta(days=10))
    services.enter([entry("S100", body="演示市药监局"), entry("S700", fact_id=7)])
    Officer.objects.filter(certificate="S200").update(fact_id=2)
    services.withdraw([2])


@pytest.mark.row("REG-2", "CAT-10")
def test_a_day_that_is_over_is_told_as_the_register_stood_then(client, history):
    page, file = reverse("officers:public"), "/book/officers.json"
    then = {"on": (TODAY - timedelta(days=3)).isoformat()}

    def listed(**asked):
        said = client.get(page, asked)
        assert said.status_code == 200
        return [one for one in ("S100", "S200", "S500", "S700") if one in said.content.decode()]

    def bodies(**asked):
        rows = json.loads(b"".join(client.get(file, asked).streaming_content))["rows"]
        return {row["certificate_code"]: row["institution"] for row in rows}

    assert listed(**then) == ["S100", "S200", "S500"]
    assert listed(**then, q="S200") == ["S200"]
    assert listed(**then, organisation="market") == ["S100", "S200"]
    assert listed() == ["S100", "S500", "S700"]
    assert "当日的登记" in client.get(page, then).content.decode()
    # 300 was valid three days ago, 400 is no officer who inspects by himself.
    assert bodies(**then) == {
        "S100": "演示市市场监管局", "S200": "演示市市场监管局", "S300": "演示市市场监管局", "S500": "外地某局",
    }  # fmt: skip
    assert bodies() == {"S100": "演示市药监局", "S500": "外地某局", "S700": "演示市市场监管局"}


@pytest.mark.row("REG-2", "CAT-10")
def test_a_day_that_nobody_kept_is_said_to_be_unknown(client, history, make_account, city):
    before = {"on": (TODAY - timedelta(days=11)).isoformat()}
    first = f"只有 {TODAY - timedelta(days=10)} 以来的"

    said = client.get(reverse("officers:public"), before)
    assert said.status_code == 404 and first in said.content.decode()
    assert "S100" not in said.content.decode()
    assert client.get("/book/officers.csv", before).status_code == 404
    assert client.get(reverse("officers:public"), {**before, "export": "csv"}).status_code == 404
    assert client.get(reverse("officers:public"), {"on": "2026-02-30"}).status_code == 200

    client.force_login(make_account("clerk", organisation=city.market))
    assert first in client.get(reverse("officers:officer", args=["S100"]), before).content.decode()
    asked = client.get("/api/v1/officers/eligible", before)
    assert (asked.status_code, asked.json()["type"].rsplit(":", 1)[1]) == (
        404, "officers/not-kept-yet",
    )  # fmt: skip


@pytest.mark.row("REG-2")
def test_who_might_inspect_on_a_day_that_is_over_follows_the_register_of_then(
    clerk_client, history
):
    then = (TODAY - timedelta(days=3)).isoformat()

    def ask(path, **asked):
        return clerk_client.get(f"/api/v1/officers/{path}", asked).json()

    found = ask("eligible", on=then, body="market")
    assert [one["certificate"] for one in found] == ["S100", "S200", "S300"]
    assert ask("S100/eligibility", on=then, body="market")["may_inspect"]
    assert not ask("S100/eligibility", body="market")["may_inspect"]
    assert ask("S700/eligibility", on=then)["why_not"] == ["当时不在执法人员名册中，或者期间有变更"]


def test_the_same_said_again_is_one_version_and_changes_of_one_day_are_one(history):
    services.enter([entry("S100", body="演示市药监局", fact_id=9)])
    services.enter(
        [entry("S100", body="演示市文旅局"), entry("S700", body="演示市药监局", fact_id=7)]
    )

    kept = OfficerVersion.objects.filter(certificate__in=["S100", "S700"])
    assert list(kept.values_list("certificate", "body", "since", "until")) == [
        ("S100", "演示市市场监管局", TODAY - timedelta(days=10), TODAY - timedelta(days=1)),
        ("S100", "演示市文旅局", TODAY, None),
        ("S700", "演示市药监局", TODAY, None),
    ]


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
