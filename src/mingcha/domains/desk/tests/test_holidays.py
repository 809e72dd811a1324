"""The working calendar on its pages."""

import re

import pytest

from mingcha.base.calendar.models import Holiday

pytestmark = pytest.mark.django_db
DAY = {
    "day": "2031-10-01",
    "is_workday": "False",
    "name": "国庆节",
    "basis": "国办发明电〔2030〕1号",
}


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_day_is_set_shown_and_reset(client, city):
    client.force_login(city.person("data-bureau"))

    client.post("/holidays/new", DAY)
    shown = text_of(client.get("/holidays?year=2031"))
    client.post("/holidays/2031-10-01", {"reset": "1"})

    assert "国办发明电〔2030〕1号" in shown
    assert not Holiday.objects.exists()


def test_a_day_needs_its_basis(client, city):
    client.force_login(city.person("data-bureau"))

    assert client.post("/holidays/new", DAY | {"basis": " "}).status_code == 422
    assert not Holiday.objects.exists()


def test_what_the_notice_says_can_be_set_otherwise(client, city):
    client.force_login(city.person("data-bureau"))

    before = text_of(client.get("/holidays?year=2024&kind=free"))
    client.post("/holidays/2024-10-01", DAY | {"day": "2024-10-01", "is_workday": "True"})

    assert "2024-10-01" in before
    assert "2024-10-01" in text_of(client.get("/holidays?year=2024&kind=worked"))


def test_years_and_days_that_are_none_do_not_break_the_page(client, city):
    client.force_login(city.person("data-bureau"))

    for year in ("0", "99999", "x", "2031"):
        assert client.get(f"/holidays?year={year}").status_code == 200
    assert client.get("/holidays/2031-02-30").status_code == 404
    assert client.get("/holidays/tomorrow").status_code == 404
