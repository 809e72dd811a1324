"""An item of the list is stopped, a register closed: with a reason, and with what still uses it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mingcha.base.days import local_today
from mingcha.base.ledger.models import Act
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections.errors import TaskIncomplete
from mingcha.domains.inspections.models import RandomItemVersion, Register
from mingcha.domains.inspections.services import freezing, lists
from mingcha.domains.inspections.services.tasks import TaskSaid, write_task
from mingcha.domains.inspections.testing import Line

pytestmark = pytest.mark.django_db


@pytest.fixture(name="line")
def _line(city):
    return Line(city)


def end_of(line):
    return reverse("inspections:item_end", args=[line.item.item.public_id])


@pytest.mark.row("INS-1")
def test_an_item_is_stopped_from_a_day_on_and_says_why(line, client):
    task = line.task()
    client.force_login(line.manager)
    shown = client.get(end_of(line)).content.decode()
    start = local_today() + timedelta(days=10)

    answer = client.post(end_of(line), {"start": start, "reason": "依据已废止"})

    item = RandomItemVersion.objects.get(pk=line.item.pk)
    page = client.get(answer.url).content.decode()
    assert task.name in shown and "还在起草" in shown
    assert (item.until, item.ended_because) == (start - timedelta(days=1), "依据已废止")
    assert "停用理由" in page and "依据已废止" in page
    assert Act.objects.filter(verb="停用随机抽查事项").count() == 1
    with pytest.raises(TaskIncomplete, match="只用到"):
        freezing.check(task)


@pytest.mark.row("INS-1")
@pytest.mark.parametrize(
    ("days", "reason", "said"),
    [(-1, "废止", "已经过去"), (1, "", "必填"), (1, "   ", "必填"), (1, "x" * 301, "300")],
)
def test_an_item_is_not_stopped_in_the_past_or_without_a_reason(line, client, days, reason, said):
    client.force_login(line.manager)

    answer = client.post(
        end_of(line), {"start": local_today() + timedelta(days=days), "reason": reason}
    )

    assert answer.status_code == 422 and said in answer.content.decode()
    assert RandomItemVersion.objects.get(pk=line.item.pk).until is None


@pytest.mark.row("INS-1")
def test_a_day_before_a_later_version_is_refused_and_says_which(line, client):
    later = local_today() + timedelta(days=20)
    said = lists.ItemSaid(
        "食品安全", "新的一版", "item", line.item.code, ["1"], "食品经营者", ["site"], "食品安全法", later
    )  # fmt: skip
    version = lists.write_item(said, body=line.body, item=line.item.item, actor=line.manager)
    lists.publish_item(version, actor=line.manager)
    client.force_login(line.manager)

    early = client.post(end_of(line), {"start": later - timedelta(days=3), "reason": "废止"})
    done = client.post(end_of(line), {"start": later + timedelta(days=3), "reason": "废止"})

    assert early.status_code == 422 and f"自 {later} 起生效" in early.content.decode()
    assert done.status_code == 302
    version.refresh_from_db()
    assert version.until == later + timedelta(days=2)


@pytest.mark.row("SEC-2")
def test_only_who_publishes_for_the_body_stops_its_items(line, client):
    client.force_login(make_account("plan-manager", organisation=line.city.fire))

    seen = client.get(end_of(line))
    tried = client.post(end_of(line), {"start": local_today(), "reason": "越权"})

    assert (seen.status_code, tried.status_code) == (403, 403)
    assert RandomItemVersion.objects.get(pk=line.item.pk).until is None


@pytest.mark.row("INS-1")
def test_a_register_is_closed_with_a_reason_and_names_its_tasks(line, client):
    version = line.register(regions=["310115"])
    today = local_today()
    write_task(
        TaskSaid("用它的任务", today, today, ground="演示", objects_from=version),
        body=line.body, actor=line.manager,
    )  # fmt: skip
    client.force_login(line.manager)
    page = reverse("inspections:register_close", args=[version.register.public_id])
    shown = client.get(page).content.decode()
    without = client.post(page, {"reason": ""})

    answer = client.post(page, {"reason": "并入全市名录库"})

    register = Register.objects.get(pk=version.register_id)
    told = client.get(answer.url).content.decode()
    again = client.post(page, {"reason": "再来一次"})
    changed = client.post(
        reverse("inspections:register_write", args=[register.public_id]), {"regions": "310101"}
    )
    assert "用它的任务" in shown and without.status_code == 422
    assert (register.is_closed, register.closed_on) == (True, today)
    assert "并入全市名录库" in told and "修改选取条件" not in told
    assert again.status_code == changed.status_code == 422
    assert "停用" in again.content.decode()


def test_who_may_not_see_a_task_is_told_that_there_is_one(line, client):
    version = line.register(regions=["310115"])
    today = local_today()
    other = make_account("plan-manager", organisation=line.city.fire)
    write_task(
        TaskSaid("别的单位的任务", today, today, ground="演示", objects_from=version),
        body=line.city.fire, actor=other,
    )  # fmt: skip
    client.force_login(line.manager)

    page = reverse("inspections:register_close", args=[version.register.public_id])
    shown = client.get(page).content.decode()

    assert "别的单位的任务" not in shown and "另有 1 项您无权查看的在办任务" in shown
