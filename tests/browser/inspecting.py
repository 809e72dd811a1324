"""What the pages of random inspections show, made by the services as people would make it.

Speaks as the application on a platform that runs. Imported by stage.py. `Ground` is what a task
rests on: firms, two officers with accounts, an item with its checklist, both registers, a published
plan. `at_work` leaves something at every step from the list to the result.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from tests.browser.linked import deliver, until

from mingcha.base.cases.models import Case
from mingcha.base.days import local_today, utc_now
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import account_called
from mingcha.base.people.testing import make_account
from mingcha.domains.catalog.services import Row, Sender, land_points
from mingcha.domains.catalog.testing import put_checklist, put_item
from mingcha.domains.inspections.models import (
    Draw,
    Part,
    Plan,
    RandomItemVersion,
    Register,
    SeedSource,
    Task,
)
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.rules.seeds import BEACON, LOTTERY
from mingcha.domains.inspections.services import (
    avoiding,
    drawing,
    freezing,
    issuing,
    lists,
    onsite,
    plans,
    seeds,
    tasks,
)
from mingcha.domains.inspections.services.bundling import publish_draw
from mingcha.domains.inspections.services.onsite import Outcome, Statement, Tap, Upload
from mingcha.domains.inspections.services.tasks import Share, SourceSaid, TaskSaid
from mingcha.domains.inspections.testing import VALUE
from mingcha.domains.inspections.tests.onsite import PNG
from mingcha.domains.officers.models import Officer
from mingcha.domains.officers.services import name_holder
from mingcha.domains.parties.models import Party
from mingcha.domains.records.testing import BODY, uscc
from mingcha.domains.records.tests.linking_world import enterprise
from mingcha.standards import loader

ITEM = "01310000000060"
CHECKLIST = f"{BODY}4{ITEM}001"
SINCE = "2026-01-01"
NAME, SKILL, REGION = "餐饮服务经营者监督检查", "食品安全", "310118"
OBJECTS, OFFICERS, BATCH = "青浦餐饮服务经营者", "青浦食品安全执法人员", "餐饮服务经营者抽查"
TEAM = {"officer": "31820001", "officer-two": "31820002"}
FIRST, FIRMS = 820_000, 12
# 检查项, 检查内容, 操作要领, 取证要求, 是否关键项
POINTS = (
    ("证照", "持有有效的食品经营许可证，在经营场所醒目处公示", "查看许可证正本和公示栏，核对主体名称、地址和有效期", "公示栏照片", "是"),
    ("进货查验", "建立并执行进货查验记录制度，票证保存期限符合规定", "抽取近三个月的三批次原料，核对供货者资质、合格证明和台账", "台账照片", "否"),
    ("贮存", "冷藏、冷冻设施运转正常，温度符合要求并有记录", "用测温仪实测，与记录核对；冷藏 0～8℃，冷冻 -12℃ 以下", "测温仪读数照片", "否"),
    ("人员", "从事接触直接入口食品工作的人员取得健康证明", "", "", "否"),
)  # fmt: skip


class Ground:
    """What a task rests on; made once, found again by its names."""

    def __init__(self) -> None:
        self.manager, self.chief = account_called("plan-manager"), account_called("data-bureau")
        self.market = self.manager.organisation
        self.fire = Organisation.objects.get(code="fire")
        if not Register.objects.filter(name=OBJECTS).exists():
            self._prepare()
        self.one, self.two = (account_called(login) for login in TEAM)
        self.item = self._version(NAME)
        self.batch = Plan.objects.get(lines__name=BATCH).lines.get()
        self.objects, self.officers = (
            Register.objects.get(name=name).versions.latest("number")
            for name in (OBJECTS, OFFICERS)
        )

    def firms(self) -> list[str]:
        """The credit codes of the firms."""
        return [uscc(FIRST + n) for n in range(1, FIRMS + 1)]

    def task(self, name: str, strata: Sequence[dict[str, object]], **columns: object) -> Task:
        """A task under the published plan, from today on."""
        today = local_today()
        usual = {
            "line": self.batch, "first_on": today, "last_on": today + timedelta(days=30),
            "objects_from": self.objects, "officers_from": self.officers, "level": "open",
        }  # fmt: skip
        said = TaskSaid(name=name, strata=strata, **usual | columns)
        return tasks.write_task(said, body=self.market, actor=self.manager)

    def source(self, **columns: object) -> SourceSaid:
        """A lottery that is held in an hour."""
        at = (utc_now() + timedelta(hours=1)).replace(microsecond=0)
        usual = {
            "source": "ssq", "label": "双色球", "occasion": "2026138", "pattern": LOTTERY, "at": at,
            "fallback": "2026139", "fallback_at": at + timedelta(days=2),
            "address": "https://www.cwl.gov.cn/ygkj/wqkjgg/ssq/",
        }  # fmt: skip
        return SourceSaid(**usual | columns)

    def _prepare(self) -> None:
        firms = [
            enterprise(
                FIRST + n, f"演示淀山湖第{n}餐饮有限公司", domicile=f"上海市青浦区演示湖滨路{n}号"
            )
            for n in range(1, FIRMS + 1)
        ]
        deliver(firms, "object_enterprise", self.market)
        until(lambda: Party.objects.filter(region=REGION).count() == FIRMS)
        make_account(
            "officer", organisation=self.market, login="officer-two", real_name="演示同行执法人员"
        )
        for login, certificate in TEAM.items():
            account = account_called(login)
            officer = Officer.objects.create(
                certificate=certificate, name=account.real_name, body=self.market.name,
                organisation=self.market, areas=[REGION], fields=[SKILL], fact_id=0,
                valid_to=local_today() + timedelta(days=900),
            )  # fmt: skip
            name_holder(officer, account, actor=self.chief)
        put_item(ITEM, owner=self.market, item_name=NAME)
        put_checklist(CHECKLIST, ITEM, body=BODY, owner=self.market, effective_from=SINCE)
        self._points()
        item = self.listed(NAME, self.market, self.manager)
        self._registers()
        self._plan(item)

    def _points(self) -> None:
        keys = ("check_item", "check_content", "essentials", "evidence", "is_key")
        rows = [
            {"checklist_code": CHECKLIST, "effective_from": SINCE, "point_number": str(number)}
            | {key: text for key, text in zip(keys, said, strict=True) if text}
            for number, said in enumerate(POINTS, 1)
        ]
        table = loader.current().table("checklist_point")
        land_points(
            table, table.point_as, [Row(row, fact_id=0) for row in rows], Sender(self.market)
        )

    def listed(self, name: str, body: Organisation, actor: Account) -> RandomItemVersion:
        """A published item of a body's list."""
        said = lists.ItemSaid(
            "食品安全", name, "item", ITEM, ["1"], "餐饮服务经营者", ["site"],
            "《中华人民共和国食品安全法》第一百零九条、第一百一十条",
            local_today() - timedelta(days=200), skill=SKILL,
        )  # fmt: skip
        return lists.publish_item(lists.write_item(said, body=body, actor=actor), actor=actor)

    def _registers(self) -> None:
        wanted = {
            "objects": (OBJECTS, {"regions": [REGION]}),
            "officers": (OFFICERS, {"certificates": list(TEAM.values())}),
        }
        for of, (name, said) in wanted.items():
            lists.new_register(name, of, said, body=self.market, actor=self.manager)

    def _plan(self, item: RandomItemVersion) -> None:
        government = Organisation.objects.get(code="gov")
        filer = make_account("plan-filer", organisation=government, login="plan-filer-above")
        plan = self.plan(f"{local_today().year} 年度餐饮服务抽查工作计划", item)
        for deed, actor in (
            (plans.submit, self.manager), (plans.file, filer), (plans.publish, self.manager)
        ):  # fmt: skip
            deed(Case.objects.get(pk=plan.pk), actor=actor)

    def plan(self, title: str, item: RandomItemVersion, *, batch: str = BATCH) -> Plan:
        """A plan that is being written, with one batch."""
        made = plans.write_plan(
            title,
            local_today().year,
            body=self.market,
            text="按信用等级分类抽查。",
            actor=self.manager,
        )
        line = plans.LineSaid(
            batch, [item.item], "青浦区餐饮服务经营者", range(1, 13), ratio=Decimal("0.2")
        )
        plans.set_lines(made, [line], actor=self.manager)
        return made

    def _version(self, name: str) -> RandomItemVersion:
        return RandomItemVersion.objects.get(name=name, number=1, item__body=self.market)


def come(draw_id: str) -> None:
    """The hour of a draw's sources has come."""
    past = utc_now() - timedelta(minutes=1)
    SeedSource.objects.filter(task__draws__draw_id=draw_id).update(at=past)


def at_work() -> dict[str, str]:
    """Something at every step: list, plan and task in writing, a draw, checks begun and handed in."""
    ground = Ground()
    item, manager = ground.item, ground.manager
    again = lists.ItemSaid(
        "食品安全", f"{NAME}（2027 年版）", "item", ITEM, ["1"], "餐饮服务经营者", ["site", "paper"],
        item.basis, local_today() + timedelta(days=60), skill=SKILL, partners=[ground.fire],
    )  # fmt: skip
    lists.write_item(again, body=ground.market, item=item.item, actor=manager)
    plan = ground.plan("下一年度餐饮服务抽查工作计划", item, batch="校园周边餐饮抽查")
    fire = make_account("plan-manager", organisation=ground.fire, login="fire-plan")
    theirs = ground.listed("餐饮场所消防监督检查", ground.fire, fire)
    writing = _in_writing(ground, theirs)
    draw = _drawn(ground)
    _beside(ground, draw, theirs, fire)
    begun, waiting, submitted = _inspected(ground, draw)
    unit = draw.units.get(party=waiting.visit.party)
    reason = avoiding.Declared("kin", since=local_today(), note="配偶在该单位任职")
    officer = Officer.objects.get(certificate=TEAM["officer-two"])
    (avoided,) = avoiding.declare(officer, [waiting.visit.party], reason, actor=ground.two)
    return {
        "avoidance": str(avoided.pk),
        "listed": item.item.public_id, "objects": ground.objects.register.public_id,
        "officers": ground.officers.register.public_id, "plan_draft": plan.case.number,
        "task_draft": writing.case.number, "task_drawn": draw.task.case.number,
        "held": draw.draw_id, "unit": str(unit.pk), "part": begun.case.number,
        "part_waiting": waiting.case.number, "part_submitted": submitted.case.number,
        "check_token": begun.visit.token, "check_token_early": waiting.visit.token,
    }  # fmt: skip


def _in_writing(ground: Ground, theirs: RandomItemVersion) -> Task:
    """A joint task of two departments, whose classes do not all hold somebody."""
    firms = ground.firms()
    strata = [
        {"name": "沿街餐饮，列入经营异常名录的加权", "where": {"codes": firms[:8]},
         "ratio": "0.25", "reserves": 1, "method": "pps",
         "weights": [{"where": {"listed": ["abnormal_listing"]}, "weight": 3}]},
        {"name": "校园周边餐饮", "where": {"codes": firms[8:]}, "count": 2, "reserves": 1},
        {"name": "网络餐饮平台", "where": {"industries": ["I64"]}, "count": 2},
    ]  # fmt: skip
    task = ground.task(
        "餐饮服务经营者食品安全和消防安全跨部门联合抽查", strata, level="keyed",
        exclusions={"cap": True, "recent": True, "named": {firms[-1]: "正在搬迁，经批准延后"}},
    )  # fmt: skip
    shares = [Share(ground.market, [ground.item], SKILL), Share(ground.fire, [theirs], "消防")]
    tasks.assign(task, shares, actor=ground.manager)
    beacon = ground.source(
        source="drand-quicknet", label="drand 随机信标 quicknet", occasion="5000000",
        pattern=BEACON, fallback="5000100", address="https://drand.love/",
    )  # fmt: skip
    pledges = {"演示市消防救援局": "0123456789abcdef" * 4}
    tasks.set_sources(task, [ground.source(), beacon], pledges, actor=ground.manager)
    return task


def _drawn(ground: Ground) -> Draw:
    """Three firms drawn, two in reserve."""
    task = ground.task(
        "餐饮服务经营者双随机抽查", [{"name": "青浦餐饮", "count": 3, "reserves": 2}]
    )
    share = Share(ground.market, [ground.item], SKILL)
    tasks.assign(task, [share], actor=ground.manager)
    tasks.set_sources(task, [ground.source()], {}, actor=ground.manager)
    task = Task.objects.select_related("case__unit", "case__opener", "body").get(pk=task.pk)
    draw = freezing.freeze_task(
        task, seen=task.case.version, actor=ground.manager, tell=lambda *_: None
    )
    come(draw.draw_id)
    seeds.enter_value(draw, "ssq", VALUE, actor=ground.manager)
    seeds.confirm_value(draw, "ssq", VALUE, actor=account_called("head"))
    held = drawing.hold(draw, actor=ground.manager, tell=lambda *_: None)
    publish_draw(held)
    return held


def _beside(ground: Ground, draw: Draw, theirs: RandomItemVersion, fire: Account) -> None:
    """A special inspection of another department that meets the same firms."""
    codes = [one.party.code for one in draw.units.filter(is_reserve=False)]
    today = local_today()
    said = TaskSaid(
        "餐饮场所冬季消防专项检查", today, today + timedelta(days=20), mode=Mode.SPECIAL,
        ground="冬季火灾防控工作方案", scope={"codes": codes}, strata=[{"name": "全部", "ratio": "1"}],
    )  # fmt: skip
    task = tasks.write_task(said, body=ground.fire, actor=fire)
    tasks.assign(task, [Share(ground.fire, [theirs])], actor=fire)
    issuing.issue(task, actor=fire)


def _inspected(ground: Ground, draw: Draw) -> list[Part]:
    """One check begun, one that nobody has confirmed, one handed in."""
    found = Part.objects.filter(visit__unit__draw=draw).order_by("pk")
    begun, waiting, submitted = (one.pk for one in found)
    for key in (begun, submitted):
        _begin(ground, key)
    part = _part(begun)
    line = part.assignment.items.get().pk
    onsite.record(
        part.case,
        [Tap(line, 1, "01"), Tap(line, 2, "02", "九月的三批次原料没有合格证明。")],
        actor=ground.one,
    )
    onsite.attach(_part(begun).case, Upload("进货台账.png", [PNG], (line, 2)), actor=ground.one)
    part = _part(submitted)
    line = part.assignment.items.get().pk
    taps = [Tap(line, n, "01") for n in (1, 2, 3)] + [Tap(line, 4, "04", "只售预包装食品。")]
    onsite.record(part.case, taps, actor=ground.two)
    said = Statement("对检查情况没有异议。", unsigned="负责人不在场，由店长陪同。")
    onsite.state(_part(submitted).case, said, actor=ground.two)
    outcome = Outcome("1", "按检查清单逐项检查，未发现问题。")
    onsite.submit(_part(submitted).case, outcome, actor=ground.two)
    return [_part(key) for key in (begun, waiting, submitted)]


def _begin(ground: Ground, key: int) -> None:
    for officer in (ground.one, ground.two):
        onsite.confirm(_part(key).case, actor=officer)
    onsite.plan(_part(key).case, on=local_today(), shown_from=None, actor=ground.one)
    onsite.start(_part(key).case, [1, 2], actor=ground.one)


def _part(key: int) -> Part:
    """A part as it stands."""
    found = Part.objects.select_related("case__unit", "case__opener", "visit__party", "assignment")
    return found.get(pk=key)
