"""Selections are shown by names, on every page that shows one; codes stay in the forms."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mingcha.base.days import local_today
from mingcha.base.people.models import Region
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections.models import Register
from mingcha.domains.inspections.queries.naming import Naming
from mingcha.domains.inspections.queries.public import notices
from mingcha.domains.inspections.rules import criteria
from mingcha.domains.inspections.services import lists
from mingcha.domains.inspections.testing import Line

pytestmark = pytest.mark.django_db
SAID = {"kinds": ["1"], "industries": ["F52"], "regions": ["310115"]}


@pytest.fixture(name="line")
def _line(city):
    for code, name in (("310115", "浦东新区"), ("310101", "黄浦区")):
        Region.objects.get_or_create(
            code=code, defaults={"name": name, "full_name": f"上海市{name}", "level": 3}
        )
    return Line(city)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "全部"),
        ({"kinds": ["1"]}, "对象类型：企业、个体户、农专社"),
        ({"industries": ["F52"]}, "行业：零售业"),
        ({"industries": ["52", "F"]}, "行业：零售业，批发和零售业"),
        ({"industries": ["F52", "H61", "H62", "G"]}, "行业：零售业，住宿业，餐饮业等 4 个"),
        ({"industries": ["F5"]}, "行业：F5 开头的行业"),
        ({"industries": ["Z9"]}, "行业：Z9（代码表中没有）"),
        ({"regions": ["310115"]}, "区域：上海市浦东新区"),
        ({"regions": ["99"]}, "区域：99（代码表中没有）"),
        ({"listed": ["abnormal_listing"]}, "列入经营异常名录"),
        ({"codes": ["A", "B"], "words": "饮品"}, "名称含饮品；自有名单 2 户"),
    ],
)
def test_a_selection_of_objects_is_said_by_names(line, said, words):
    assert Naming().words(criteria.objects(said)).short == words


def test_a_selection_of_officers_is_said_by_names(line):
    said = criteria.officers({"bodies": [line.body.code, "nobody"], "areas": ["310115"]})

    words = Naming().words(said)

    assert words.short == f"机构：{line.body.name}，nobody（没有这个机构）；区域：上海市浦东新区"


def test_what_is_shortened_can_be_read_whole(line):
    said = criteria.objects({"industries": ["F52", "H61", "H62", "G"]})

    words = Naming().words(said)

    assert words.is_long and words.whole == "行业：零售业，住宿业，餐饮业，交通运输、仓储和邮政业"


def test_however_many_are_said_the_database_is_asked_twice(line, django_assert_num_queries):
    one = criteria.objects(SAID)
    other = criteria.officers({"bodies": [line.body.code]})

    with django_assert_num_queries(2):
        naming = Naming()
        for _ in range(50):
            naming.words(one)
            naming.words(other)


@pytest.mark.row("INS-1")
def test_registers_and_their_forms_say_names(line, client):
    register = line.register(**SAID).register
    own = Register(body=line.body, of="officers", name="本单位执法人员")
    officers = lists.write_register(own, {"bodies": [line.body.code]}, actor=line.manager).register
    client.force_login(line.manager)

    pages = {
        name: client.get(reverse(f"inspections:{name}", args=args)).content.decode()
        for name, args in (
            ("registers", []), ("register", [register.public_id]),
            ("register_write", [register.public_id]),
        )
    }  # fmt: skip
    whole = client.get(reverse("inspections:register", args=[officers.public_id])).content.decode()
    sheet = client.get(f"{reverse('inspections:registers')}?export=csv")
    taken = b"".join(sheet.streaming_content).decode("utf-8-sig")

    for said in (*pages.values(), taken):
        assert "零售业" in said and "上海市浦东新区" in said
    assert f"机构：{line.body.name}" in whole and line.body.code not in whole


@pytest.mark.row("INS-2")
def test_a_task_says_names_to_officials_and_only_what_is_public_to_everybody(line, client):
    version = line.register(kinds=["1"])
    where = {"industries": ["F52"], "words": "演示第"}
    strata = [{"name": "浦东", "where": {"regions": ["310115"]}, "ratio": "0.1"}]
    task = line.task(scope=where, objects_from=version, strata=strata)
    draw = line.frozen(task)
    client.force_login(line.manager)

    frame = client.get(reverse("inspections:task_frame", args=[task.case.number])).content.decode()
    case = client.get(reverse("desk:case", args=[task.case.number])).content.decode()
    rows = client.get(reverse("inspections:task_rows", args=[task.case.number])).content.decode()
    client.logout()
    public = client.get(reverse("portal:task", args=[task.case.number])).content.decode()

    assert "区域：上海市浦东新区" in frame
    assert "行业：零售业；名称含演示第" in case and "名录库 1 第 1 版" in case
    assert "零售业" in rows and "上海市浦东新区" in rows
    assert "行业：零售业；另有不公开的条件" in public and "名称含" not in public
    assert draw.task_id == task.pk


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "全部"),
        (SAID | {"listed": ["abnormal_listing"]},
         "对象类型：企业、个体户、农专社；行业：零售业；区域：上海市浦东新区；列入经营异常名录"),
        ({"scheme": "1", "grades": ["D"], "kinds": ["1"]},
         "对象类型：企业、个体户、农专社；另有不公开的条件"),
        ({"codes": ["91310115"]}, "按不公开的条件选取"),
        ({"words": "康达"}, "按不公开的条件选取"),
    ],
)  # fmt: skip
def test_everybody_reads_of_a_selection_what_names_nobody_and_rates_nobody(line, said, words):
    assert Naming().public(criteria.objects(said)) == words


def test_a_draw_that_is_kept_back_says_no_scope(line):
    task = line.task(
        scope={"industries": ["F52"]}, level="embargoed",
        embargo_on=local_today() + timedelta(days=40),
    )  # fmt: skip
    line.frozen(task)

    assert notices.scope_of(notices.task_called(task.case.number)) == ""


def test_what_somebody_typed_is_no_markup(line, client):
    client.force_login(make_account("plan-manager", organisation=line.body))
    register = line.register(regions=["310115"]).register

    answer = client.post(
        reverse("inspections:register_write", args=[register.public_id]),
        {"regions": "<script>alert(1)</script>"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422 and "<script>alert" not in page and "“区域”填写为" in page
