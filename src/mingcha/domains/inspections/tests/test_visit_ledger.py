"""The ledger of visits: each number leads to its rows, and clue-driven checks stand apart."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mingcha.base.days import start_of
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections.models import Part, Place
from mingcha.domains.inspections.tests.onsite import a_part, a_task, an_assignment, stage

pytestmark = [pytest.mark.django_db, pytest.mark.row("BEY-10")]
YEAR = 2025


def visited(scene, on, *, counted=True, result="1", assignment=None, visit=None):
    """A visit of the past, made by both officers."""
    if visit is None and assignment is None:
        task = a_task(scene.body)
        assignment = an_assignment(task, scene.body)
    part = a_part(assignment.task, assignment, scene.party, scene.officers, visit=visit)
    Part.objects.filter(pk=part.pk).update(
        started_at=start_of(on) + timedelta(hours=9), result=result, is_counted=counted
    )
    Place.objects.filter(part=part).update(is_present=True)
    return part


@pytest.fixture
def scene(db, city):
    scene = stage(city)
    day = scene.task.first_on.replace(year=YEAR, month=3, day=1)
    for days in (0, 100, 130, 250, 360 - 59):  # the third 30 days after the second
        visited(scene, day + timedelta(days=days))
    visited(scene, day + timedelta(days=5), counted=False)
    return scene


def page(client, account, **asked):
    client.force_login(account)
    answer = client.get(reverse("inspections:visit_ledger"), {"year": YEAR, **asked})
    return answer.content.decode()


def test_visits_are_counted_against_the_cap_with_the_others_apart(client, scene):
    text = page(client, scene.head, over="yes")
    assert "演示康达饮品店" in text and "超过年度上限 4 次" in text
    export = client.get(reverse("inspections:visit_ledger"), {"year": YEAR, "export": "csv"})
    lines = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[2:5] == ["5", "4", "1"]


def test_a_row_leads_to_the_parts_it_counts(client, scene):
    text = page(client, scene.head)
    where = (
        f"whose=all&amp;party={scene.party.public_id}&amp;year={YEAR}&amp;body={scene.body.code}"
    )
    assert where in text
    rows = client.get(
        f"{reverse('inspections:parts')}?{where.replace('&amp;', '&')}"
    ).content.decode()
    assert rows.count('href="/inspections/parts/CC-') == 6


def test_the_same_enterprise_twice_in_sixty_days_without_the_clue_driven(client, scene):
    text = page(client, scene.head, view="again")
    assert "30</td>" in text and text.count("演示康达饮品店") == 2  # 30 days, and 51


def test_departments_that_go_together_save_a_visit(client, scene):
    assert "没有几个部门同一次入企的检查" in page(client, scene.head, view="saved")
    task = a_task(scene.body)
    mine, theirs = an_assignment(task, scene.body), an_assignment(task, scene.city.fire)
    day = task.first_on.replace(year=YEAR, month=12, day=20)
    first = visited(scene, day, assignment=mine)
    visited(scene, day, assignment=theirs, visit=first.visit)
    whole = make_account("department-admin", organisation=scene.city.government)
    text = page(client, whole, view="saved")
    assert "演示市消防救援局" in text and "1</td>" in text


def test_three_fruitless_visits_by_one_officer_are_pointed_out(client, scene):
    text = page(client, scene.head, view="vain")
    assert scene.officers[0].certificate in text and "5</td>" in text
    Part.objects.filter(started_at__isnull=False).update(result="A")
    assert scene.officers[0].certificate not in page(client, scene.head, view="vain")


def test_nobody_sees_the_visits_of_a_body_beyond_his_reach(client, scene):
    stranger = make_account("head", organisation=scene.city.fire)
    assert "演示康达饮品店" not in page(client, stranger)
