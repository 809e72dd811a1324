"""Scorecards, hints and digests on pages: whose, ranked, and every figure with a way to its rows."""

import re
from datetime import date

import pytest

from mingcha.base.rules.services import load_shipped
from mingcha.domains.quality.models import Hint, Score

MONTH = date(2026, 10, 1)


@pytest.fixture
def scores(city):
    load_shipped()
    usual = {"table": "check_action", "batches": 3, "facts": 95, "fillable": 950, "filled": 800,
             "about": 95, "tied": 94, "timed": 90}  # fmt: skip
    for month, timely in ((MONTH, 80), (date(2026, 9, 1), 89)):
        Score.objects.create(provider=city.market, month=month, read=100, accepted=95, refused=5,
                             timely=timely, **usual)  # fmt: skip
    Score.objects.create(
        provider=city.fire, month=MONTH, read=100, accepted=95, refused=0, timely=90, **usual
    )
    Score.objects.create(provider=city.fire, month=MONTH, read=10, accepted=10,
                         **usual | {"table": "punish_action", "facts": 10, "timed": 0})  # fmt: skip


@pytest.fixture
def as_role(client, city, make_account):
    def sign_in(role, body, scope=None):
        client.force_login(make_account(role, organisation=body, scope=scope or body))
        return client

    return sign_in


@pytest.mark.row("DAT-6", "DAT-5")
def test_the_bureau_sees_all_ranked_and_a_provider_only_its_own(as_role, city, scores):
    page = (
        as_role("data-bureau", city.bureau, city.government)
        .get("/quality/?month=2026-10")
        .content.decode()
    )
    assert page.index("演示市消防救援局") < page.index("演示市市场监管局")
    assert "88.8%" in page  # 80 of 90 in time
    heads = re.findall(r"<th[^>]*>.*?</th>", page, re.S)
    assert "报送单位" in heads[0] and "名次" in heads[1]  # in the order of the cells

    mine = as_role("clerk", city.market).get("/quality/?month=2026-10").content.decode()
    assert "消防" not in mine
    assert "演示市市场监管局" in mine


@pytest.mark.parametrize(
    ("asked", "first"),
    [("sort=timeliness", "市场监管局"), ("sort=-timeliness", "消防"), ("sort=provider", "市场监管局"),
     ("sort=-read", "消防"), ("by=table&sort=read", "消防"), ("table=punish_action", "消防"), ("sort=nonsense", "消防")],
)  # fmt: skip
def test_the_ranking_is_sorted_and_narrowed(as_role, city, scores, asked, first):
    client = as_role("data-bureau", city.bureau, city.government)
    page = client.get(f"/quality/?month=2026-10&{asked}").content.decode()

    body = page[page.index("<tbody") :]
    assert first in body[: body.index("</tr>")]


@pytest.mark.row("DAT-6")
def test_a_card_shows_targets_change_and_the_way_to_rows(as_role, city, scores):
    client = as_role("head", city.market)
    page = client.get("/quality/cards/market?month=2026-10").content.decode()
    assert "降 10.0%" in page
    assert "/quality/cards/market/check_action?month=2026-10" in page

    table = client.get("/quality/cards/market/check_action?month=2026-10").content.decode()
    assert "/quality/cards/market/check_action/late?month=2026-10" in table
    assert "字段填写" in table
    assert client.get("/quality/cards/market/check_action/late?month=2026-10").status_code == 200
    assert client.get("/quality/cards/fire?month=2026-10").status_code == 404
    assert client.get("/quality/cards/market/nonsense").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_ranking_is_taken_out(as_role, city, scores, form):
    client = as_role("data-bureau", city.bureau, city.government)
    answer = client.get(f"/quality/?month=2026-10&export={form}")

    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]


def test_a_hint_is_shown_to_the_provider_and_explained(as_role, city, scores):
    hint = Hint.objects.create(provider=city.market, table="check_action", kind="busy", what="9",
                               sentence="执法人员 9 在 2026-03-04 一天有 14 条记录", rows=14, facts=[1])  # fmt: skip
    client = as_role("clerk", city.market)
    assert (
        "一天有 14 条记录" in client.get("/quality/hints?kind=busy&standing=open").content.decode()
    )
    page = f"/quality/hints/{hint.pk}"
    assert client.get(page).status_code == 200
    assert client.post(page, {"text": ""}).status_code == 422
    client.post(page, {"text": "专项行动，属实"})
    assert "专项行动，属实" in client.get(page).content.decode()
    assert as_role("clerk", city.fire).get(page).status_code == 404


@pytest.mark.parametrize(
    "page", ["/quality/", "/quality/returns", "/quality/hints", "/quality/digests"]
)
def test_every_list_has_an_empty_state_and_asks_few_questions(
    as_role, city, page, django_assert_max_num_queries
):
    load_shipped()
    client = as_role("clerk", city.market)
    with django_assert_max_num_queries(20):
        answer = client.get(page).content.decode()

    assert 'class="empty"' in answer
