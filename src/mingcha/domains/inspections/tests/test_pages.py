"""The line through its pages: item, register, plan filed and published, task, freeze, seed, draw."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mingcha.base.days import SHANGHAI, local_today, utc_now
from mingcha.base.jobs import import_jobs
from mingcha.base.ledger.models import Act
from mingcha.base.people.testing import make_account
from mingcha.base.testing import do_jobs
from mingcha.domains.inspections.models import (
    Draw,
    Part,
    Plan,
    RandomItem,
    RegisterVersion,
    SeedSource,
    Task,
)
from mingcha.domains.inspections.testing import FOOD, ITEM, VALUE, Line

import_jobs("mingcha.domains.inspections.jobs")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="line")
def _line(city):
    return Line(city)


def post(client, page, /, *args, **data):
    answer = client.post(reverse(f"inspections:{page}", args=args), data)
    assert answer.status_code == 302, answer.content.decode()[:6000]
    return answer


def move(client, number, name, **data):
    answer = client.post(reverse("desk:case_move", args=[number, name]), data)
    assert answer.status_code == 302, answer.content.decode()[:6000]


def rows(**columns):
    return {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 0} | {
        f"form-0-{name}": value for name, value in columns.items()
    }


def typed(moment):
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


@pytest.mark.row("INS-1")
def test_a_list_a_register_and_a_plan_are_written_filed_and_published(line, client):
    filer = make_account("plan-filer", organisation=line.city.government)
    client.force_login(line.manager)
    post(
        client, "item_new", body=line.body.pk, category="食品安全", name="餐饮抽查", item=ITEM,
        object_kinds=["1"], objects_in_words="餐饮单位", methods=["site"], basis="食品安全法",
        since="2026-01-01",
    )  # fmt: skip
    item = RandomItem.objects.latest("pk")
    post(client, "item_publish", item.public_id, 1)
    answer = post(client, "register_new", body=line.body.pk, of="objects", name="餐饮")
    client.post(answer.url, {"regions": "310115", "industries": "F52"})
    answer = post(client, "plan_new", body=line.body.pk, title="2026 年度抽查计划", year=2026)
    plan = Plan.objects.get()
    post(
        client, "plan_lines", plan.case.number,
        **rows(name="餐饮", items=[item.pk], scope="全市餐饮单位", ratio="5", months=["3", "4"]),
    )  # fmt: skip
    move(client, plan.case.number, "submit", version=2)
    client.force_login(filer)
    move(client, plan.case.number, "file")
    client.force_login(line.manager)
    move(client, plan.case.number, "publish")

    plan.refresh_from_db()
    assert (plan.filed_with, plan.lines.get().count) == (line.city.government, None)
    assert plan.published_at is not None
    assert RegisterVersion.objects.latest("pk").found == 60


@pytest.mark.row("INS-2", "INS-4", "PUB-1")
def test_a_task_is_written_frozen_seeded_and_drawn(line, client):
    client.force_login(line.manager)
    today = local_today()
    post(
        client, "task_new", body=line.body.pk, name="双随机", mode="random", ground="演示",
        first_on=today + timedelta(days=5), last_on=today + timedelta(days=30), level="keyed",
        cap="on", recent="on",
    )  # fmt: skip
    number = Task.objects.get().case.number
    post(client, "task_strata", number, **rows(name="全部", ratio="10", reserves="1"))
    post(
        client, "task_shares", number,
        **rows(body=line.body.pk, items=[line.item.pk], skill=FOOD, count="2"),
    )  # fmt: skip
    at = utc_now() + timedelta(hours=2)
    post(
        client, "task_sources", number,
        **rows(kind="ssq", occasion="2026138", at=typed(at), fallback="2026139",
               fallback_at=typed(at + timedelta(days=2))),
    )  # fmt: skip
    shown = client.get(reverse("inspections:task_frame", args=[number])).content.decode()
    post(client, "task_freeze", number)
    do_jobs()
    assert Task.objects.get().run.error == ""
    draw = Draw.objects.get()
    post(client, "draw_value", draw.draw_id, source="ssq", value=VALUE)
    early = client.get(reverse("inspections:draw", args=[draw.draw_id])).content.decode()
    SeedSource.objects.update(at=utc_now() - timedelta(minutes=1))
    post(client, "draw_value", draw.draw_id, source="ssq", value=VALUE)
    client.force_login(line.witness)
    post(client, "draw_value", draw.draw_id, source="ssq", value=VALUE, confirm="yes")
    post(client, "draw_hold", draw.draw_id)
    post(client, "draw_hold", draw.draw_id)
    do_jobs()
    page = client.get(reverse("inspections:draw", args=[draw.draw_id])).content.decode()
    client.logout()
    public = client.get(reverse("portal:draw", args=[draw.draw_id])).content.decode()
    bundle = client.get(reverse("portal:draw_bundle", args=[draw.draw_id]))

    assert "10%" in shown and "人员充足" in shown
    assert "现在还不能录入" in early
    assert Act.objects.filter(verb="拒绝：录入来源取值").count() == 1
    assert Part.objects.count() == 6
    assert "执法" in page and "演示" in page
    assert draw.digest in public and "有限公司" not in public
    assert bundle.status_code == 200


def test_every_page_of_the_line_opens(line, client):
    client.force_login(line.manager)
    draw = line.frozen()
    number = draw.task.case.number
    register = line.register(regions=["310115"]).register
    pages = [
        ("items", []), ("item", [line.item.item.public_id]), ("registers", []),
        ("item_version", [line.item.item.public_id]), ("register", [register.public_id]),
        ("register_write", [register.public_id]), ("plans", []), ("tasks", []),
        ("task_frame", [number]), ("task_write", [number]), ("task_strata", [number]),
        ("task_shares", [number]), ("task_sources", [number]), ("task_rows", [number]),
        ("draw", [draw.draw_id]),
    ]  # fmt: skip
    found = {
        name: client.get(reverse(f"inspections:{name}", args=args)).status_code
        for name, args in pages
    }

    assert set(found.values()) == {200}, found
    assert client.get(reverse("desk:case", args=[number])).status_code == 200
    assert client.get(reverse("portal:draws")).status_code == 200


def test_registers_go_out_whole_and_cost_no_query_each(line, client, django_assert_max_num_queries):
    for region in ("310115", "310104", "310101"):
        line.register(regions=[region])
        line.register(regions=[region], kinds=["1"])
    client.force_login(line.manager)
    page = reverse("inspections:registers")

    out = b"".join(client.get(f"{page}?export=csv").streaming_content).decode("utf-8-sig")
    with django_assert_max_num_queries(16):
        shown = client.get(page).content.decode()

    assert len(out.splitlines()) == 1 + 6
    assert "区域：310104" in out and "区域：310104" in shown
