"""Cases through the machine door: the same forms, the same rights, problems as answers."""

import pytest

from mingcha.base.cases import queries
from mingcha.base.cases.testing import move, open_case

pytestmark = pytest.mark.django_db
API = "/api/v1"


def post(client, path, **body):
    return client.post(f"{API}{path}", body, content_type="application/json")


@pytest.mark.row("GOV-3")
@pytest.mark.row("EVA-2")
def test_a_case_goes_from_opening_to_closing_through_the_api(client, case, people):
    client.force_login(people.clerk)
    (waiting,) = client.get(f"{API}/inbox?box=own").json()
    number = waiting["case"]["number"]
    assert (waiting["verb"], waiting["urged"]) == ("修改并提交", 0)
    assert post(client, f"/cases/{number}/claim").json()["handler"] == people.clerk.login
    version = client.get(f"{API}/cases/{number}").json()["version"]

    said = {"version": version, "reason": "请审核"}
    first, second = (post(client, f"/cases/{number}/moves/submit", **said) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)  # the second press is the first

    client.force_login(people.head)
    page = client.get(f"{API}/cases/{number}").json()
    facts = {one["name"]: one for one in page["moves"][1]["facts"]}
    assert [(one["name"], one["may"]) for one in page["moves"]] == [
        ("return", True),
        ("pass", True),
    ]
    assert facts["grade"]["choices"][1] == ["1", "合格"]
    done = post(
        client, f"/cases/{number}/moves/pass", version=page["version"], facts={"grade": "1"}
    ).json()
    assert (done["state"], done["moves"]) == ("done", [])
    assert [step["label"] for step in done["trace"]] == ["发起", "认领", "提交审核", "审核通过"]
    assert [one["opened_by"] for one in done["services"]] == [people.clerk.login, people.head.login]


def test_what_is_refused_is_a_problem_with_words(client, case, people):
    move(case, "submit", people.other_clerk)
    client.force_login(people.head)
    address = f"/cases/{case.number}/moves"

    wrong = post(client, f"{address}/pass", version=case.version)
    stale = post(client, f"{address}/return", version=1, reason="依据不全")
    gone = post(client, f"{address}/drop", version=case.version)
    none = post(client, f"{address}/fly")
    mute = post(client, f"{address}/return", version=case.version)

    kinds = [
        answer.json()["type"].rpartition(":")[2] for answer in (wrong, stale, gone, none, mute)
    ]
    assert kinds == [
        "cases/facts-wrong", "cases/stale", "cases/move-refused", "cases/no-such-move",
        "cases/facts-wrong",
    ]  # fmt: skip
    assert "等次" in wrong.json()["title"]
    assert "提交审核" in stale.json()["changes"]
    client.force_login(people.fire_clerk)
    assert client.get(f"{API}/cases/{case.number}").status_code == 404
    assert post(client, f"/cases/{case.number}/claim").status_code == 404


def test_two_persons_are_needed_through_the_api_too(client, case, people):
    move(case, "submit", people.clerk)
    client.force_login(people.clerk)

    answer = post(
        client, f"/cases/{case.number}/moves/pass", version=case.version, facts={"grade": "1"}
    )

    assert answer.status_code == 403
    assert "另一人" in answer.json()["title"]


def test_lists_go_on_from_the_last_number_and_urging_is_once(client, people, city):
    numbers = [open_case(f"第{n}件", city.market, actor=people.clerk).number for n in range(5)]
    client.force_login(people.clerk)

    first = client.get(f"{API}/cases?limit=3").json()
    rest = client.get(f"{API}/cases?limit=3&before={first[-1]['number']}").json()
    urged = [post(client, f"/cases/{numbers[0]}/urge", text="请尽快").status_code for _ in range(2)]

    assert [one["number"] for one in [*first, *rest]] == numbers[::-1]
    assert urged == [200, 200]
    assert client.get(f"{API}/cases?q={numbers[0]}").json()[0]["due"] == ""
    assert queries.case_for(people.clerk, numbers[0]).steps.filter(label="催办").count() == 1
    for odd in ("standing=odd", "limit=0", "since=x", "box=odd"):
        path = "inbox" if odd.startswith("box") else "cases"
        assert client.get(f"{API}/{path}?{odd}").status_code == 422
