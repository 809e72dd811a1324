"""What people of the demonstration city have done about random inspections: a list, registers, a plan
on file and published, a task being written, one frozen, one drawn, one issued without a draw.

The drawn one takes its seed from three parties, as an isolated network would: a public source has no
value yet when the city is set up, and none is made up.
"""

import secrets
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger.hashing import HASHINGS
from mingcha.base.people.models import Organisation
from mingcha.base.people.queries import account_called
from mingcha.domains.catalog.queries import items_in_force
from mingcha.domains.desk.demo import onsite
from mingcha.domains.desk.demo.world import MARK, World
from mingcha.domains.inspections.queries import seen, selecting
from mingcha.domains.inspections.rules import seeds as rules
from mingcha.domains.inspections.services import (
    bundling,
    drawing,
    freezing,
    issuing,
    lists,
    plans,
    seeds,
    tasks,
)
from mingcha.domains.inspections.services.tasks import Share, SourceSaid, TaskSaid

MANAGER, FILER, OFFICERS_SINCE = "market-plan", "data-admin", date(2026, 1, 1)
PARTIES = ("演示市市场监管局", "演示市数据局", "演示市纪检监察组")
FOOD = ["F", "52", "H", "62"]


def do(world: World, say: Callable[[str], None]) -> None:
    """Let the people act, once: a second time finds that they have."""
    manager = account_called(MANAGER)
    if seen.plans(manager).exists():
        return
    body = manager.organisation
    item = _item(f"食品销售监督检查{MARK}")
    other = _item(f"餐饮服务监督检查{MARK}")
    objects = _register(f"食品经营主体{MARK}", "objects", {"kinds": ["1"], "industries": FOOD})
    officers = _register(f"市场监管执法人员{MARK}", "officers", {"bodies": [body.code]})
    line = _plan([item, other], body)
    today = local_today()
    shares = [Share(body, [item])]
    lottery = utc_now().replace(microsecond=0) + timedelta(days=2)
    source = SourceSaid(
        "ssq", "双色球", "2026139", rules.LOTTERY, lottery, "2026140", lottery + timedelta(days=2),
        "https://www.cwl.gov.cn/ygkj/wqkjgg/ssq/",
    )  # fmt: skip

    def task(name: str, **more: object) -> Any:
        usual: dict[str, object] = {
            "first_on": today + timedelta(days=3), "last_on": today + timedelta(days=40),
            "line": line, "objects_from": objects, "officers_from": officers,
            "strata": STRATA, "exclusions": {"vacancies": True},
        }  # fmt: skip
        said = TaskSaid(name=f"{name}{MARK}", **usual | more)  # type: ignore[arg-type]
        made = tasks.write_task(said, body=body, actor=manager)
        tasks.assign(made, shares, actor=manager)
        return seen.task_for(manager, made.case.number)

    drafted = task("第四季度食品销售抽查", strata=BY_CLASS)
    tasks.set_sources(drafted, [source], {}, actor=manager)
    frozen = task("年末食品销售抽查")
    tasks.set_sources(frozen, [source], {}, actor=manager)
    _freeze(seen.task_for(manager, frozen.case.number))
    drawn = _drawn(task("第三季度食品销售抽查"))
    say(
        f"随机抽取 {drawn.draw_id}：{drawn.counts['drawn']} 户，空缺 {drawn.counts['vacant']} 个席位"
    )
    patrol = task(
        "节前重点食品销售者巡查", mode="patrol", line=None, ground="节日食品安全保障工作安排", first_on=today,
        strata=[{"name": "重点食品销售者", "where": {"codes": _named(drafted)}, "ratio": "1"}],
    )  # fmt: skip
    onsite.do(issuing.issue(patrol, actor=manager), say)


def _named(task: Any) -> list[str]:
    """An own list: the codes of a dozen who would take part in a task."""
    taking = selecting.selection(task).whole().filter(reason="", place__gte=0).exclude(code="")
    return list(taking.order_by("pk").values_list("code", flat=True)[:12])


STRATA = [
    {"name": "列入经营异常名录的", "where": {"listed": ["abnormal_listing"]}, "ratio": "0.2",
     "reserves": 3},
    {"name": "其他", "where": {"unlisted": ["abnormal_listing"]}, "ratio": "0.01", "reserves": 5},
]  # fmt: skip
# By 企业信用风险分类, the better the fewer; names are public and so say nothing of grades.
BY_CLASS = [
    {"name": f"第{number}类", "where": {"scheme": "2", "grades": [grade]}, "ratio": ratio,
     "reserves": 3, "interval": months}
    for number, grade, ratio, months in (
        ("一", "A", "0.005", 24), ("二", "B", "0.02", 12), ("三", "C", "0.1", 6), ("四", "D", "0.5", 0),
        ("五", "-", "0.02", 12),
    )
]  # fmt: skip


def _item(name: str) -> Any:
    manager = account_called(MANAGER)
    body = manager.organisation
    today = local_today()
    found = items_in_force(on=today).filter(item__owner=body, action_kind="01", item__is_main=False)
    version = found.first() or items_in_force(on=today).first()
    if version is None:
        raise LookupError("no item is in force")
    said = lists.ItemSaid(
        "食品安全", name, version.item.scheme, version.item.code, ["1"], "食品经营者", ["site"],
        "《中华人民共和国食品安全法》第一百零九条、第一百一十条", OFFICERS_SINCE,
    )  # fmt: skip
    return lists.publish_item(lists.write_item(said, body=body, actor=manager), actor=manager)


def _register(name: str, of: str, said: dict[str, object]) -> Any:
    manager = account_called(MANAGER)
    return lists.new_register(name, of, said, body=manager.organisation, actor=manager)


def _plan(items: list[Any], body: Organisation) -> Any:
    manager, filer = account_called(MANAGER), account_called(FILER)
    plan = plans.write_plan(
        f"2026 年度双随机抽查工作计划{MARK}", local_today().year, body=body,
        text="按信用风险分类实施差异化抽查，能联合的联合，能合并的合并。", actor=manager,
    )  # fmt: skip
    said = [
        plans.LineSaid(
            one.name, [one.item], "全市食品经营主体", [3, 6, 9, 12], ratio=Decimal("0.01"),
        )
        for one in items
    ]  # fmt: skip
    made = plans.set_lines(plan, said, actor=manager)
    plans.submit(plan.case, actor=manager)
    plans.file(plan.case, actor=filer)
    plans.publish(plan.case, actor=manager)
    return made[0]


def _freeze(task: Any) -> Any:
    return freezing.freeze_task(
        task, seen=task.case.version, actor=account_called(MANAGER), tell=_quietly
    )


def _drawn(task: Any) -> Any:
    """A task drawn with the numbers of three parties."""
    manager, by = account_called(MANAGER), HASHINGS["sm3"]
    draw_id = freezing.next_draw_id(task)
    nonces = {party: secrets.token_hex(32) for party in PARTIES}
    pledges = {
        party: rules.nonce_commitment(by, draw_id, party, nonce) for party, nonce in nonces.items()
    }
    until = utc_now().replace(microsecond=0) + timedelta(hours=1)
    tasks.set_sources(task, [], pledges, reveal_by=until, actor=manager)
    draw = _freeze(seen.task_for(manager, task.case.number))
    for party, nonce in nonces.items():
        seeds.reveal(draw, party, nonce, actor=manager)
    draw = drawing.hold(seen.draw_for(manager, draw_id), actor=manager, tell=_quietly)
    bundling.publish_draw(draw)
    return draw


def _quietly(_done: int, _total: int, _step: str) -> None:
    return None
