"""The life of a law: amended, repealed with and without a successor, entered late, entered twice."""

import re
from datetime import timedelta

import pytest

from mingcha.base.cases.errors import NotSameHand
from mingcha.base.cases.models import Case
from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.rules import services as rules
from mingcha.domains.catalog import errors, queries, services
from mingcha.domains.catalog.models import Draft, Item, ItemVersion, LawChange, LawDeed
from mingcha.domains.catalog.rules.laws import bare
from mingcha.domains.catalog.services import Text, laws
from mingcha.domains.catalog.services.laws import Entered
from mingcha.domains.catalog.testing import put_checklist, put_item
from mingcha.domains.records.testing import uscc

pytestmark = pytest.mark.django_db
ALONE, BOTH, OTHER = "01310000000001", "01310000000002", "01310000000003"
LAW = "食品安全法"
TODAY = local_today()
DAY = timedelta(days=1)
FIRST = "《中华人民共和国食品安全法》第一百一十条第一款"
SECOND = "《中华人民共和国消防法》第三条"


class Scene:
    """Items of the market body that rest on one law, on two, and on another."""

    def __init__(self, city, make_account, client_class):
        rules.load_shipped()
        self.city = city
        put_item(ALONE, owner=city.market, item_name="对食品经营的检查", basis=FIRST)
        put_item(BOTH, owner=city.market, item_name="对餐饮场所的检查", basis=f"{FIRST}；{SECOND}")
        put_item(OTHER, owner=city.market, item_name="对消防产品的检查", basis=SECOND)
        body = uscc(1)
        put_checklist(f"{body}4{ALONE}001", ALONE, body=body, owner=city.market, check_basis=FIRST)
        self.drafter = make_account("catalog-manager", organisation=city.market)
        self.chief = make_account(
            "catalog-reviewer", organisation=city.bureau, scope=city.government
        )
        self.clients = {}
        for person in (self.drafter, self.chief):
            self.clients[person] = client_class()
            self.clients[person].force_login(person)

    def enter(self, deed=LawDeed.REPEALED, since=TODAY + 30 * DAY, **changes):
        said = Entered(LAW, deed, since, "主席令第九十九号", **changes)
        return laws.enter(said, actor=self.drafter)

    def confirm(self, case):
        return laws.confirm(case, actor=self.chief)

    def draft(self, code):
        return Draft.objects.get(code=code, case__closed_at__isnull=True)

    def publish(self, draft, **changes):
        case = draft.case
        services.save(case, Text(draft.content | changes), actor=self.drafter)
        services.submit(case, actor=self.drafter)
        services.approve(case, actor=self.chief)
        services.publish(case, actor=self.chief, reason="依据新法")


@pytest.fixture(name="scene")
def _scene(city, make_account):
    from django.test import Client  # noqa: PLC0415

    return Scene(city, make_account, Client)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def may_act(code, on):
    return queries.in_force(code, on=on).version is not None


@pytest.mark.parametrize(
    "name",
    [
        "《中华人民共和国食品安全法》",
        "食品安全法（2021年修正）",
        "中华人民共和国食品安全法(2018修正)",
    ],
)
def test_a_law_is_known_however_it_is_written(name):
    assert bare(name) == LAW


def test_a_repealed_law_flips_on_its_day_what_rests_on_it_alone(scene):
    day = TODAY + 30 * DAY

    done = scene.confirm(scene.enter(since=day))

    assert (done.fallen, done.opened, done.under_review) == (2, 3, 0)  # the item and its checklist
    assert [may_act(ALONE, one) for one in (TODAY, day - DAY, day, day + DAY)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert may_act(BOTH, day) and may_act(OTHER, day)
    assert "暂停" in queries.in_force(ALONE, on=day).reason
    kinds = {(d.kind, d.code, d.change, d.since) for d in Draft.objects.all()}
    checklist = f"{uscc(1)}4{ALONE}001"
    assert kinds == {
        ("item", ALONE, "revise", day), ("item", BOTH, "revise", day),
        ("checklist", checklist, "revise", day),
    }  # fmt: skip
    assert all(d.case.unit == scene.city.market for d in Draft.objects.all())
    assert verify_ledger().findings == []


@pytest.mark.row("CAT-4")
def test_a_law_is_repealed_the_day_before_its_successor(scene):
    day = TODAY + 30 * DAY
    scene.confirm(scene.enter(since=day, successor="食品安全管理法"))
    new = {"basis": "《食品安全管理法》第二条", "effective_from": str(day + DAY)}

    scene.publish(scene.draft(ALONE), **new)

    assert [may_act(ALONE, one) for one in (day - DAY, day, day + DAY)] == [True, False, True]


def test_a_successor_that_is_published_already_leaves_the_gap_only(scene):
    day = TODAY + 30 * DAY
    put_item(
        ALONE, owner=scene.city.market, basis="《食品安全管理法》第二条",
        effective_from=str(day + 10 * DAY),
    )  # fmt: skip

    scene.confirm(scene.enter(since=day))

    days = [day - DAY, day, day + 9 * DAY, day + 10 * DAY]
    assert [may_act(ALONE, one) for one in days] == [True, False, False, True]


def test_an_amended_law_opens_reviews_and_flips_nothing(scene):
    done = scene.confirm(scene.enter(LawDeed.AMENDED))

    assert (done.fallen, done.opened) == (0, 3)
    assert may_act(ALONE, TODAY + 60 * DAY)


def test_what_is_under_review_gets_no_second_draft(scene):
    services.begin_revision(Item.objects.get(code=BOTH), actor=scene.drafter)

    done = scene.confirm(scene.enter(LawDeed.AMENDED))

    assert (done.opened, done.under_review) == (2, 1)
    assert Draft.objects.filter(code=BOTH).count() == 1


def test_a_law_entered_late_flips_the_days_that_are_past(scene):
    day = TODAY - 20 * DAY

    scene.confirm(scene.enter(since=day))

    assert [may_act(ALONE, one) for one in (day - DAY, day, TODAY)] == [True, False, False]
    assert scene.draft(ALONE).since == TODAY


def test_nobody_confirms_what_they_entered_and_nothing_is_entered_twice(scene, make_account):
    case = scene.enter()
    with pytest.raises(errors.LawEntered, match=case.number):
        scene.enter()
    with pytest.raises(NotAllowed):
        laws.confirm(case, actor=scene.drafter)
    both = make_account(
        "catalog-manager", "catalog-reviewer", organisation=scene.city.bureau,
        scope=scene.city.government,
    )  # fmt: skip
    own = laws.enter(Entered("消防法", LawDeed.AMENDED, TODAY, "令"), actor=both)
    with pytest.raises(NotSameHand):
        laws.confirm(own, actor=both)
    assert not LawChange.objects.filter(is_confirmed=True).exists()
    assert ItemVersion.objects.count() == 3


@pytest.mark.row("CAT-4")
def test_the_life_of_a_law_through_the_pages(scene):
    drafter, chief = scene.clients[scene.drafter], scene.clients[scene.chief]
    day = TODAY + 30 * DAY
    wrong = drafter.post("/catalog/laws/new", {"law": LAW, "deed": "repealed"})
    assert wrong.status_code == 422
    form = {"law": f"《{LAW}》", "deed": "repealed", "since": day, "document": "主席令第九十九号"}
    drafter.post("/catalog/laws/new", form)
    case = Case.objects.get(kind="law-change")

    page = text_of(chief.get(f"/cases/{case.number}"))
    assert "3 项" in page and "2 项自施行之日起暂停" in page and "对餐饮场所的检查" in page
    chief.post(f"/cases/{case.number}/moves/confirm", {"version": case.version})

    page = text_of(chief.get(f"/cases/{case.number}"))
    assert "开出的审核" in page and "修订监管事项：对食品经营的检查" in page
    listed = text_of(chief.get("/catalog/laws/?deed=repealed"))
    assert f"《{LAW}》" in listed and "已核定" in listed
    assert "暂停" in text_of(drafter.get(f"/catalog/items/item/{ALONE}/?on={day}"))
    asked = drafter.get(f"/api/v1/catalog/items/{ALONE}/in-force?on={day}").json()
    assert (asked["in_force"], asked["may_act"]) == (False, False)


@pytest.mark.row("CAT-4")
def test_a_checklist_that_rests_on_the_law_alone_falls_with_its_check_items(scene):
    day, code = TODAY + 30 * DAY, f"{uscc(2)}4{BOTH}001"
    alone = put_checklist(code, BOTH, body=uscc(2), owner=scene.city.market, check_basis=FIRST)
    both = f"{uscc(3)}4{BOTH}001"
    put_checklist(
        both, BOTH, body=uscc(3), owner=scene.city.market, check_basis=f"{FIRST}；{SECOND}"
    )
    count = alone.points.count()

    scene.confirm(scene.enter(since=day))

    now, then = (
        set(queries.checklists_in_force(on=one).values_list("checklist__code", flat=True))
        for one in (day - DAY, day)
    )
    assert code in now and code not in then and both in then
    fallen = alone.checklist.versions.get(status="03", displaced_by=None)
    assert fallen.points.count() == count
    assert may_act(BOTH, day)
    assert verify_ledger().findings == []


@pytest.mark.row("CAT-4")
def test_a_law_is_entered_and_confirmed_through_the_api(scene):
    drafter, chief = scene.clients[scene.drafter], scene.clients[scene.chief]
    said = {"law": LAW, "deed": "repealed", "since": str(TODAY + 30 * DAY), "document": "令"}

    def post(client, address, **body):
        return client.post(f"/api/v1/laws{address}", body, content_type="application/json")

    made = post(drafter, "", **said)
    number = made.json()["number"]
    own = post(drafter, f"/{number}/confirm")
    twice = post(drafter, "", **said)
    done = post(chief, f"/{number}/confirm", version=made.json()["version"])
    again = post(chief, f"/{number}/confirm")
    listed = chief.get(f"/api/v1/laws?law={LAW}&state=confirmed").json()

    assert (made.status_code, own.status_code, twice.status_code) == (201, 403, 409)
    assert done.json() == {"suspended": 2, "reviews": 3, "under_review": 0}
    assert again.status_code == 409
    assert [(one["number"], one["reviews"], one["left"]) for one in listed] == [(number, 3, 3)]
    other = post(drafter, "", **said | {"law": "消防法"}).json()["number"]
    assert post(chief, f"/{other}/drop").status_code == 422
    assert post(chief, f"/{other}/drop", reason="误报").json()["state"] == "dropped"
