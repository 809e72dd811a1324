"""What tests and measurements of inspections need: a city with objects, officers and a task."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from mingcha.base.days import local_today, utc_now
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.testing import City, make_account
from mingcha.base.rules import services as rules
from mingcha.domains.catalog.testing import put_item
from mingcha.domains.inspections.models import Draw, RandomItemVersion, Register, Task
from mingcha.domains.inspections.services import drawing, freezing, lists, seeds, tasks
from mingcha.domains.inspections.services.tasks import Share, SourceSaid, TaskSaid
from mingcha.domains.officers.models import Officer
from mingcha.domains.parties.models import Party

ITEM = "01310000000001"
VALUE = "01 05 09 13 22 31 + 07"
FOOD = "食品安全"


def put_parties(
    many: int, *, region: str = "310115", industry: str = "F52", start: int = 0
) -> None:
    """Enterprises with made-up codes."""
    Party.objects.bulk_create(
        [
            Party(
                kind="1", name=f"演示第{n}商贸有限公司", code=f"91310115{n:010d}", region=region,
                industry=industry,
            )
            for n in range(start, start + many)
        ],
        batch_size=5000,
    )  # fmt: skip


def put_officers(
    many: int, body: Organisation, *, areas: Sequence[str] = (), start: int = 0, **columns: Any
) -> list[Officer]:
    """Officers of a body with certificates that hold for years."""
    usual = {"valid_to": local_today() + timedelta(days=900), "fields": [FOOD], "fact_id": 0}
    return Officer.objects.bulk_create(
        Officer(
            certificate=f"31{body.pk:04d}{n:06d}", name=f"执法{n}", body=body.name,
            organisation=body, areas=list(areas), **usual | columns,
        )
        for n in range(start, start + many)
    )  # fmt: skip


class Line:
    """A city in which a task can be drawn: objects, officers, an item, and the people who do it."""

    def __init__(self, city: City, *, parties: int = 60, officers: int = 8) -> None:
        rules.load_shipped()
        self.city, self.body = city, city.market
        self.manager = make_account("plan-manager", organisation=self.body)
        self.witness = make_account("plan-manager", "head", organisation=self.body)
        put_item(ITEM, owner=city.bureau)
        put_parties(parties)
        self.officers = put_officers(officers, self.body)
        self.item = self.listed("食品经营者监督检查")

    def listed(self, name: str, *, body: Organisation | None = None) -> RandomItemVersion:
        """A published item of a body's list."""
        body = body or self.body
        whose = (
            self.manager if body == self.body else make_account("plan-manager", organisation=body)
        )
        said = lists.ItemSaid(
            "食品安全", name, "item", ITEM, ["1"], "食品经营者", ["site"], "食品安全法第一百零九条",
            date(2025, 6, 1), skill=FOOD,
        )  # fmt: skip
        version = lists.write_item(said, body=body, actor=whose)
        return lists.publish_item(version, actor=whose)

    def register(self, **criteria: Any) -> Any:
        """A register of objects of the body."""
        register = Register(
            body=self.body, of=Register.Of.OBJECTS, name=f"名录库 {Register.objects.count() + 1}"
        )
        return lists.write_register(register, criteria, actor=self.manager)

    def task(self, **changes: Any) -> Task:
        """A task that lacks nothing: one stratum, one department, one source in an hour."""
        sources = changes.pop("sources", [self.source()])
        shares = changes.pop("shares", [Share(self.body, [self.item], FOOD)])
        today = local_today()
        usual: dict[str, Any] = {
            "name": "食品经营者双随机抽查", "first_on": today + timedelta(days=3),
            "last_on": today + timedelta(days=30), "ground": "年度计划外的演示任务",
            "strata": [{"name": "全部", "ratio": "0.1", "reserves": 2}],
        }  # fmt: skip
        task = tasks.write_task(TaskSaid(**usual | changes), body=self.body, actor=self.manager)
        tasks.assign(task, shares, actor=self.manager)
        tasks.set_sources(task, sources, {}, actor=self.manager)
        return Task.objects.select_related("case__unit", "case__opener", "body").get(pk=task.pk)

    def source(self, at: datetime | None = None) -> SourceSaid:
        """A lottery in an hour."""
        at = at or (utc_now() + timedelta(hours=1)).replace(microsecond=0)
        return SourceSaid(
            "ssq", "双色球", "2026138", "NN NN NN NN NN NN + NN ascending", at, "2026139",
            at + timedelta(days=2), "https://www.cwl.gov.cn/",
        )  # fmt: skip

    def frozen(self, task: Task | None = None) -> Draw:
        """A draw that is committed to."""
        task = task or self.task()
        return freezing.freeze_task(
            task, seen=task.case.version, actor=self.manager, tell=lambda *_: None
        )

    def valued(self, draw: Draw, *, value: str = VALUE) -> Draw:
        """The same with its source's value by two persons, once its time has come."""
        seeds.enter_value(draw, "ssq", value, actor=self.manager)
        seeds.confirm_value(draw, "ssq", value, actor=self.witness)
        return draw

    def held(self, draw: Draw) -> Draw:
        """The draw held."""
        return drawing.hold(draw, actor=self.manager, tell=lambda *_: None)

    def officer_account(self, officer: Officer) -> Account:
        """The account of an officer."""
        return make_account("officer", organisation=self.body, real_name=officer.name)
