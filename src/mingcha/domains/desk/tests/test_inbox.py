"""The inbox and the list of cases: who finds what, in batches, and how many questions it takes."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection

from mingcha.base.cases import queries, services
from mingcha.base.cases.models import Case
from mingcha.base.cases.testing import KIND, move, open_case
from mingcha.base.days import local_today
from mingcha.base.ledger.models import Act
from mingcha.base.people.models import Organisation, SavedView

pytestmark = pytest.mark.django_db
MANY = 10_000


@pytest.fixture
def three(people, city):
    """Three cases at the market bureau."""
    return [open_case(f"第{n}件", city.market, actor=people.clerk) for n in "甲乙丙"]


def titles(answer):
    return [row.case.title for row in answer.context["rows"]]


@pytest.mark.row("GOV-1")
@pytest.mark.row("GOV-3")
def test_what_waits_at_the_body_is_claimed_in_a_batch_and_then_waits_for_me(
    client, three, people, text_of
):
    client.force_login(people.clerk)
    services.claim(three[2], actor=people.other_clerk)
    assert titles(client.get("/inbox?box=own")) == ["第甲件", "第乙件"]

    answer = client.post("/inbox/claim", {"key": [case.number for case in three]}, follow=True)

    page = text_of(answer)
    assert "已认领 2 件" in page
    assert f"已由{people.other_clerk.real_name}认领" in page
    assert titles(client.get("/inbox")) == ["第甲件", "第乙件"]


@pytest.mark.row("GOV-1")
def test_the_first_page_and_the_navigation_say_what_waits(client, three, people, text_of):
    services.claim(three[0], actor=people.clerk)
    client.force_login(people.clerk)

    answer = client.get("/")

    waiting = [
        (entry.label, entry.text.startswith("待认领")) for entry in answer.context["waiting"]
    ]
    assert waiting[:3] == [("第甲件", False), ("第乙件", True), ("第丙件", True)]
    badge = next(entry["badge"] for entry in answer.context["nav"] if entry["url"] == "/inbox")
    assert badge == "3"


def test_the_most_urgent_comes_first_and_filters_narrow(client, three, people):
    today = local_today()
    for case, days in zip(three, (30, 0, 12), strict=True):
        move(case, "submit", people.clerk, on=today - timedelta(days=days))
    client.force_login(people.head)

    assert titles(client.get("/inbox?box=own")) == ["第甲件", "第丙件", "第乙件"]
    assert titles(client.get("/inbox?box=own&due=late")) == ["第甲件", "第丙件"]
    assert titles(client.get("/inbox?box=own&q=乙件")) == ["第乙件"]
    assert titles(client.get(f"/inbox?box=own&q={three[0].number}")) == ["第甲件"]
    assert titles(client.get("/inbox?box=own&kind=quality-digest")) == []
    assert titles(client.get("/inbox?box=own&sort=-due"))[0] == "第乙件"


def test_what_i_did_is_found_again_and_exported(client, three, people):
    move(three[1], "submit", people.clerk)
    services.claim(three[2], actor=people.other_clerk)
    client.force_login(people.other_clerk)

    assert titles(client.get("/inbox?box=done")) == ["第丙件"]
    client.force_login(people.clerk)
    text = b"".join(client.get("/inbox?box=done&export=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["事项"] for row in rows] == ["第丙件", "第乙件", "第甲件"]
    assert Act.objects.filter(verb="导出办过的件").count() == 1


def test_what_a_body_is_let_know_is_seen_there_and_done_by_opening(client, three, people, city):
    services.tell(three[0], city.fire, "结果抄送", person=None, by=people.clerk)
    client.force_login(people.fire_clerk)

    assert titles(client.get("/inbox?box=known")) == ["第甲件"]
    assert client.get(f"/cases/{three[0].number}").status_code == 200
    assert titles(client.get("/inbox?box=known")) == []
    assert client.get(f"/cases/{three[1].number}").status_code == 404


def test_who_looks_from_above_does_not_serve_the_body(client, three, people, city, make_account):
    above = make_account("data-bureau", organisation=city.bureau, scope=city.government)
    client.force_login(above)

    client.get(f"/cases/{three[0].number}")

    assert three[0].todos.get().opened_at is None


@pytest.mark.row("EVA-2")
def test_every_kind_is_in_one_list_that_is_filtered_sorted_and_exported(client, three, people):
    move(three[0], "drop", people.clerk)
    client.force_login(people.clerk)

    assert client.get("/cases").status_code == 302
    assert titles(client.get("/cases?standing=open")) == ["第丙件", "第乙件"]
    assert titles(client.get("/cases?standing=closed")) == ["第甲件"]
    assert titles(client.get(f"/cases?kind={KIND.name}&state=dropped")) == ["第甲件"]
    assert titles(client.get("/cases?unit=市场监管")) == ["第丙件", "第乙件", "第甲件"]
    assert titles(client.get("/cases?unit=消防")) == []
    today = local_today()
    assert len(titles(client.get(f"/cases?since={today}&until={today}"))) == 3
    assert titles(client.get(f"/cases?until={today - timedelta(days=1)}")) == []
    assert titles(client.get("/cases?mine=opener&q=丙件")) == ["第丙件"]
    answer = client.get("/cases?standing=all&export=xlsx")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")


def test_a_filter_is_kept_as_a_tab_and_forgotten(client, three, people):
    client.force_login(people.clerk)
    said = {"page": "desk:cases", "query": "mine=unit&standing=late", "label": "我们的逾期件"}

    client.post("/me/views", said)
    shown = client.get("/cases?standing=late&mine=unit").context["filter"]
    client.post("/me/views", said)  # the same name again is refused, and said
    client.force_login(people.other_clerk)
    others = client.get("/cases?standing=late").context["filter"]

    assert [tab["label"] for tab in shown["saved"] if tab["active"]] == ["我们的逾期件"]
    assert "我们的逾期件" not in [tab["label"] for tab in others["saved"]]
    assert SavedView.objects.count() == 1
    client.force_login(people.clerk)
    client.post("/me/views", said | {"do": "drop"})
    assert not SavedView.objects.exists()
    assert client.post("/me/views", said | {"page": "nowhere"}).status_code == 404


def test_several_are_urged_at_once_by_who_may(client, three, people):
    client.force_login(people.clerk)
    keys = {"key": [case.number for case in three], "text": "请于周五前办结"}
    assert client.post("/cases/urge", keys).status_code == 403

    client.force_login(people.head)
    assert client.post("/cases/urge", keys).status_code == 302

    said = [case.todos.get().urgings.get().text for case in three]
    assert said == ["请于周五前办结"] * 3


@pytest.fixture
def many(three):
    """Ten thousand cases more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO cases_case (number, kind, state, title, unit_id, opener_id, opened_at,
                is_provisional, is_paused, is_urgent, about_kind, about_key, version)
            SELECT 'SY-2025-' || lpad(n::text, 6, '0'), kind, state, '第' || n || '件', unit_id,
                opener_id, opened_at - n * interval '1 hour', false, false, false, '', '', 1
            FROM cases_case, generate_series(1, %s) n WHERE id = %s""",
            [MANY, three[0].pk],
        )
        cursor.execute(
            """
            INSERT INTO cases_todo (case_id, unit_id, verb, to_know, sent_at)
            SELECT id, unit_id, '修改并提交', false, opened_at FROM cases_case
            WHERE number LIKE 'SY-2025-%%'"""
        )


def test_lists_of_ten_thousand_ask_few_questions(
    client, many, people, django_assert_max_num_queries
):
    client.force_login(people.clerk)
    for address in ("/cases?standing=open&size=100", "/inbox?box=own&size=100"):
        with django_assert_max_num_queries(22):
            answer = client.get(address)
        assert len(answer.context["rows"]) == 100
        assert answer.context["pager"].capped


def test_a_list_is_answered_from_indexes_not_from_subqueries(many, people, city):
    """Under an OR a subquery would have every row of the table looked at (see queries/seeing.py)."""
    sql = str(queries.visible_to(people.clerk).order_by("-opened_at", "-pk")[:100].query)

    assert "SELECT" not in sql.partition("WHERE")[2]


def test_the_number_of_a_case_is_found_by_its_beginning(many, people):
    found = queries.cases(people.clerk, queries.Filter(words="sy-2025-00999"))

    assert found.count() == 10
    assert "search" not in str(found.query).partition("WHERE")[2]


def test_an_account_without_any_right_sees_nothing_and_breaks_nothing(client, three, make_account):
    client.force_login(make_account())

    assert titles(client.get("/cases?standing=all")) == []
    for part in ("mine", "own", "below", "known", "done", "odd"):
        assert titles(client.get(f"/inbox?box={part}")) == []
    assert Case.objects.count() == 3
    assert Organisation.objects.exists()
