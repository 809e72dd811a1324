"""Credit classes handed in divide the frame of a task, with a frequency of each class."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.api.handing_in import Program

from mingcha.base.days import local_today
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections.queries import selecting
from mingcha.domains.inspections.rules import criteria
from mingcha.domains.inspections.testing import Line, put_parties
from mingcha.domains.records.testing import as_csv, inspection, lawful, make_catalogue, uscc
from mingcha.standards import loader

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = local_today()


@pytest.fixture(name="program")
def _program(city):
    make_catalogue()
    return Program(make_account("data-bureau", organisation=city.market))


def evaluated(number, grade, *, days_ago=30, **changes):
    usual = {
        "scheme": "2", "uscc": uscc(1000 + number), "entity_name": f"演示{number}号有限公司",
        "grade": grade, "evaluated_on": str(TODAY - timedelta(days=days_ago)), "valid_to": "",
    }  # fmt: skip
    return lawful("credit_class", number, **usual | changes)


def strata_of(*said):
    rows = {"form-TOTAL_FORMS": len(said), "form-INITIAL_FORMS": 0}
    for place, one in enumerate(said):
        rows |= {f"form-{place}-{name}": value for name, value in one.items()}
    return rows


@pytest.mark.row("INS-2")
@pytest.mark.row("CRD-1")
def test_a_task_is_divided_by_the_newest_valid_class_and_leaves_out_whom_its_frequency_spares(
    program, city
):
    rows = [
        evaluated(1, "D", days_ago=300),  # better since
        evaluated(1, "A"),
        evaluated(2, "D"),
        evaluated(3, "A"),
        evaluated(4, "B", valid_to=str(TODAY - timedelta(days=1))),  # no longer valid: none
        evaluated(5, "A", scheme="4"),  # of another scheme: none
    ]
    receipt = program.hand_in(as_csv(rows, table="credit_class"))
    assert receipt["accepted"] == len(rows), receipt
    checked = inspection(3, check_date=str(TODAY - timedelta(days=200)), submitted_date=str(TODAY))
    assert program.hand_in(as_csv([checked]))["accepted"] == 1
    line = Line(city, parties=0)
    task = line.task()
    client = Client()
    client.force_login(line.manager)

    answer = client.post(
        reverse("inspections:task_strata", args=[task.case.number]),
        strata_of(
            {"name": "第一类", "scheme": "2", "grades": ["A", "B"], "ratio": "50", "interval": "12"},
            {"name": "第二类", "scheme": "2", "grades": ["C", "D"], "ratio": "100"},
            {"name": "未评价", "scheme": "2", "grades": ["-"], "count": "1"},
        ),
    )  # fmt: skip

    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.url)
    classes = {one.plan.name: (one.size, one.wanted) for one in page.context["forecast"].classes}
    assert classes == {"第一类": (1, 1), "第二类": (1, 1), "未评价": (2, 1)}
    assert "信用风险分类（通用型）A级、B级" in page.content.decode()
    excluded = client.get(
        reverse("inspections:task_rows", args=[task.case.number]), {"reason": "检查间隔未到"}
    )
    assert [row["cells"][0]["text"] for row in excluded.context["rows"]] == ["演示3号有限公司"]


def test_strata_may_begin_from_the_grades_of_a_scheme(city):
    line = Line(city, parties=0)
    task = line.task(strata=[])
    client = Client()
    client.force_login(line.manager)
    address = reverse("inspections:task_strata", args=[task.case.number])

    assert "按信用风险分类（通用型）各级分层" in client.get(address).content.decode()
    formset = client.get(address, {"scheme": "2"}).context["formset"]

    begun = [(one.initial["name"], one.initial["grades"]) for one in formset if one.initial]
    assert begun == [
        ("第一类", ["A"]), ("第二类", ["B"]), ("第三类", ["C"]), ("第四类", ["D"]), ("第五类", ["-"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "grades", "field"), [("2", [], "grades"), ("", ["A"], "scheme")]
)
def test_a_class_needs_both_its_scheme_and_its_grades(city, scheme, grades, field):
    line = Line(city, parties=0)
    task = line.task()
    client = Client()
    client.force_login(line.manager)

    answer = client.post(
        reverse("inspections:task_strata", args=[task.case.number]),
        strata_of({"name": "第一类", "scheme": scheme, "grades": grades, "ratio": "50"}),
    )

    assert list(answer.context["formset"].forms[0].errors) == [field]


@pytest.mark.parametrize("asked", ["52", "F52", "F", "5"])
def test_a_trade_is_meant_with_and_without_the_letter_of_its_class(city, asked):
    put_parties(2, industry="5211")
    put_parties(1, industry="6210", start=10)

    found = selecting.parties(criteria.objects({"industries": [asked]}))

    assert found.count() == 2


def test_the_schemes_and_grades_of_conditions_are_those_of_the_code_tables():
    tables = loader.catalogue()

    assert set(criteria.SCHEMES) == set(tables.code_table("credit_scheme").labels)
    assert set(criteria.GRADES) == set(tables.code_table("credit_grade").labels)
