"""Under which day a record stands when its table has none, or only a year."""

import csv
import io

import pytest
from django.test import Client
from tests.api.handing_in import Program

from mingcha.base.people.testing import make_account
from mingcha.domains.records.testing import as_csv, lawful, make_catalogue, uscc

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="program")
def _program(city):
    make_catalogue()
    return Program(make_account("data-bureau", organisation=city.market))


def dossier(program, words):
    """The records of the one entity found: (table, how surely dated, day), and the page."""
    client = Client()
    client.force_login(program.account)
    (party,) = client.get("/parties/", {"q": words}).context["rows"]
    page = client.get(f"/parties/{party.public_id}/")
    export = client.get(f"/parties/{party.public_id}/export?export=csv")
    text = b"".join(export.streaming_content).decode("utf-8-sig")
    days = {row["数据表"]: row["发生日期"] for row in csv.DictReader(io.StringIO(text))}
    events = [(e["table"].name, e["dated"], str(e["occurred_on"])) for e in page.context["events"]]
    return events, page.content.decode(), days


@pytest.mark.row("REG-3")
def test_an_object_drawn_stands_under_the_year_of_its_plan(program):
    drawn = lawful("random_check", 3, object_uscc=uscc(3), object_name="演示三号有限公司")
    early = program.hand_in(as_csv([drawn], table="random_check"), "名单.csv")
    assert early["waiting"] == 1

    plan = lawful("random_plan", 3, plan_year="2024年")
    assert program.hand_in(as_csv([plan], table="random_plan"), "计划.csv")["accepted"] == 1

    assert program.receipt(early["number"])["accepted"] == 1
    events, page, days = dossier(program, "演示三号")
    assert events == [("random_check", "year", "2024-01-01")]
    assert ">年度</time>" in page and "2024 年" in page and "1月1日" not in page
    assert days == {"双随机抽查的监管对象": "2024"}


@pytest.mark.row("REG-3")
def test_a_record_without_a_day_says_so_and_stands_where_it_was_reported(program):
    row = lawful("special_element", 1, element_name="演示要素")
    program.hand_in(as_csv([row], table="special_element"))

    ((table, dated, _),), page, days = dossier(program, "演示要素")

    assert (table, dated) == ("special_element", "intake")
    assert "这条记录没有写明日期" in page
    assert days == {"监管对象信息要素": ""}
