"""A published plan and whom its draws have found are records of the nation's tables, by themselves."""

from base64 import b64decode
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from mingcha.base.cases.contents import digests
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import advance
from mingcha.base.days import local_today, utc_now
from mingcha.base.jobs import import_jobs
from mingcha.base.ledger.models import Act
from mingcha.base.people.models import Organisation
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections.models import NationalRecord, SeedSource, Task
from mingcha.domains.inspections.queries import national as queries
from mingcha.domains.inspections.services import national, plans
from mingcha.domains.inspections.services.plans import LineSaid
from mingcha.domains.inspections.testing import Line
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Fact
from mingcha.domains.records.testing import do_jobs, uscc

import_jobs("mingcha.domains.records.jobs")
import_jobs("mingcha.domains.inspections.jobs")
pytestmark = pytest.mark.django_db(transaction=True)
YEAR = local_today().year


class Year:
    """A body with a plan of two batches, filed and ready to be published."""

    def __init__(self, city):
        self.line = Line(city, parties=30)
        self.body, self.manager = self.line.body, self.line.manager
        self.filer = make_account("plan-filer", organisation=city.government)
        for number, party in enumerate(Party.objects.order_by("pk")):
            party.code = uscc(100 + number)
            party.save(update_fields=["code"])
        self.plan = plans.write_plan(
            f"{YEAR} 年度抽查计划", YEAR, body=self.body, actor=self.manager
        )
        self.write(self.said("食品经营者", "0.05"), self.said("餐饮", None))

    def said(self, name, ratio):
        return LineSaid(
            name, [self.line.item.item], "全市", [11, 12],
            ratio=Decimal(ratio) if ratio else None, count=None if ratio else 20,
        )  # fmt: skip

    def write(self, *lines):
        plans.set_lines(self.plan, lines, actor=self.manager)

    def case(self):
        return Case.objects.select_related("unit", "opener").get(pk=self.plan.pk)

    def filed(self):
        plans.submit(self.case(), actor=self.manager)
        plans.file(self.case(), actor=self.filer)

    def move(self, client, name, **facts):
        client.force_login(self.manager)
        url = reverse("desk:case_move", args=[self.case().number, name])
        return client.post(url, facts)

    def published(self, client):
        self.filed()
        assert self.move(client, "publish").status_code == 302
        do_jobs()
        return self

    def task(self, level):
        first = self.plan.lines.get(number=1)
        embargo = local_today() + timedelta(days=30) if level == "embargoed" else None
        return self.line.task(line=first, ground="", level=level, embargo_on=embargo)

    def held(self, level):
        draw = self.line.frozen(self.task(level))
        past = utc_now() - timedelta(minutes=1)
        SeedSource.objects.filter(task=draw.task_id).update(at=past)
        return self.line.held(self.line.valued(draw))


@pytest.fixture(name="year")
def _year(city):
    Organisation.objects.filter(pk=city.market.pk).update(department="31")
    city.market.refresh_from_db()
    return Year(city)


def facts(table="random_plan"):
    """Key → (version, operation, payload) of the latest version of each record."""
    found = Fact.objects.filter(dataset=table).order_by("version")
    return {one.source_key: (one.version, one.operation, one.payload) for one in found}


@pytest.mark.row("INS-1", "INS-6")
def test_each_batch_of_a_published_plan_is_a_plan_of_the_nations_table(year, client):
    year.published(client)

    number = year.case().number
    first, second = facts()[f"{number}-1"], facts()[f"{number}-2"]
    assert first[2]["check_ratio"] == "0.05" and "check_ratio" not in second[2]
    assert first[2]["plan_name"] == f"{YEAR} 年度抽查计划：食品经营者"
    assert (first[2]["department_code"], first[2]["area_number"]) == ("31", "310000")
    page = client.get(reverse("desk:case", args=[number])).content.decode()
    assert f"{number}-1" in page and page.count("已入库") == 2


def test_to_land_again_changes_nothing(year, client):
    year.published(client)
    before = (facts(), year.case().version)

    national.land_plan(year.plan)
    national.land_missed()

    assert (facts(), year.case().version) == before


@pytest.mark.row("INS-1")
def test_a_changed_plan_is_a_later_version_once_it_is_published_again(year, client):
    year.published(client)
    number = year.case().number

    assert year.move(client, "revise", reason="上级调整比例").status_code == 302
    do_jobs()
    page = client.get(f"/spot-checks/plans/{number}/").content.decode()
    assert "正在调整" in page and "食品经营者</" not in page
    assert number not in client.get("/spot-checks/plans/").content.decode()
    assert facts()[f"{number}-1"][:2] == (1, "i")
    year.write(year.said("食品经营者", "0.08"))
    year.published(client)

    assert facts()[f"{number}-1"][:2] == (2, "u")
    assert facts()[f"{number}-1"][2]["check_ratio"] == "0.08"
    assert facts()[f"{number}-2"][:2] == (2, "d")


@pytest.mark.row("INS-1")
def test_a_plan_that_was_called_off_is_withdrawn(year, client):
    year.published(client)

    assert year.move(client, "drop", reason="机构改革").status_code == 302
    do_jobs()

    assert {one[1] for one in facts().values()} == {"d"}
    number = year.case().number
    assert "公布后已撤销" in client.get(f"/spot-checks/plans/{number}/").content.decode()
    assert set(NationalRecord.objects.values_list("fact_id", flat=True)) == {None}


@pytest.mark.row("INS-1")
def test_a_batch_under_which_a_task_is_frozen_stays_as_it_was_published(year, client):
    year.published(client)
    year.line.frozen(year.task("keyed"))

    refused = year.move(client, "drop", reason="不查了")
    assert refused.status_code == 422 and "批次 1 已有任务" in refused.content.decode()
    year.move(client, "revise", reason="增加批次")
    same = year.said("食品经营者", "0.05")
    with pytest.raises(plans.errors.PlanIncomplete, match="批次 1 已有任务"):
        year.write(year.said("食品经营者", "0.5"), year.said("餐饮", None))
    year.write(same, year.said("餐饮", None), year.said("流通", "0.1"))
    assert year.plan.lines.count() == 3


@pytest.mark.row("INS-1")
def test_a_body_without_a_code_of_its_department_is_told_so_and_lands_once_it_has_one(year, client):
    Organisation.objects.update(department="")
    year.published(client)

    page = client.get(reverse("desk:case", args=[year.case().number])).content.decode()
    assert not facts() and "没有填写监管部门代码" in page
    Organisation.objects.filter(pk=year.body.pk).update(department="31")
    national.land_missed()
    assert len(facts()) == 2


def test_a_branch_has_the_code_of_the_department_it_belongs_to(year, city):
    assert queries.department_of(city.market_district) == "31"
    assert queries.department_of(city.fire) == ""
    assert queries.department_of(city.government) == ""


@pytest.mark.row("INS-6")
def test_whom_an_open_draw_has_found_is_landed_at_once_and_cites_the_batch(year, client):
    year.published(client)

    draw = year.held("open")
    do_jobs()

    found = facts("random_check")
    assert len(found) == draw.units.filter(is_reserve=False).count() == 3
    assert {one[2]["plan_id"] for one in found.values()} == {f"{year.case().number}-1"}
    page = client.get(reverse("desk:case", args=[draw.task.case.number])).content.decode()
    assert "双随机抽查的监管对象" in page and "3 户" in page
    held = dict(digests())
    for number in (year.case().number, draw.task.case.number):
        last = Act.objects.filter(record_kind="case", record_key=number).latest("pk")
        assert b64decode(last.body[47:91]) == held[number]


@pytest.mark.row("INS-6")
@pytest.mark.parametrize("level", ["keyed", "embargoed"])
def test_whom_another_draw_has_found_is_landed_when_nobody_can_be_warned_any_more(
    year, client, level
):
    year.published(client)
    draw = year.held(level)
    national.land_missed()
    do_jobs()
    assert not facts("random_check")
    if level == "embargoed":
        Task.objects.filter(pk=draw.task_id).update(embargo_on=local_today())

    with advance(Case.objects.get(pk=draw.task_id), "finish", actor=None):
        pass
    national.land_missed()

    assert len(facts("random_check")) == (3 if level == "keyed" else 0)
    Task.objects.filter(pk=draw.task_id, level="embargoed").update(
        embargo_on=local_today() - timedelta(days=1)
    )
    national.land_missed()
    assert len(facts("random_check")) == 3


def test_objects_wait_for_their_plan(year, client):
    Organisation.objects.update(department="")
    year.published(client)
    year.held("open")
    do_jobs()

    assert not facts("random_check")
    assert "计划批次还没有入库" in NationalRecord.objects.filter(table="random_check")[0].problem
    Organisation.objects.filter(pk=year.body.pk).update(department="31")
    national.land_missed()
    assert len(facts("random_check")) == 3


def test_who_has_no_credit_code_is_not_in_the_nations_table(year, client):
    year.published(client)
    assert (
        queries.object_row(year.plan.lines.first(), Party(kind="2", name="张某", code="")) is None
    )
    assert queries.object_row(None, Party(kind="1", name="演示", code=uscc(1))) is None
