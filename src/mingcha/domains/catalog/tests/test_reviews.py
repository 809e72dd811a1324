"""A change goes from draft to publication by four eyes, and the second publisher is told."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from mingcha.base.cases import faces
from mingcha.base.cases.errors import MoveRefused, NotSameHand
from mingcha.base.cases.models import Todo
from mingcha.base.cases.queries import inbox
from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.events.models import Event
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.rules import services as rules
from mingcha.domains.catalog import errors, queries, services
from mingcha.domains.catalog.models import (
    Change,
    ChecklistVersion,
    Draft,
    Item,
    ItemVersion,
    Publication,
)
from mingcha.domains.catalog.services import Days, Text
from mingcha.domains.catalog.testing import BASIS, put_checklist, put_item
from mingcha.domains.records.testing import uscc
from mingcha.standards import loader

pytestmark = pytest.mark.django_db
CODE = "01310000000001"
TODAY = local_today()
DAY = timedelta(days=1)


class People:
    """Whoever drafts, reviews and publishes."""

    def __init__(self, city, make_account):
        rules.load_shipped()
        self.drafter = make_account("catalog-manager", organisation=city.market)
        self.other = make_account("catalog-manager", organisation=city.market)
        self.reviewer = make_account(
            "catalog-reviewer", organisation=city.bureau, scope=city.government
        )
        self.stranger = make_account("catalog-manager", organisation=city.fire)


@pytest.fixture(name="people")
def _people(city, make_account):
    return People(city, make_account)


@pytest.fixture(name="item")
def _item(city, people):
    put_item(CODE, owner=city.market, item_name="初版")
    return Item.objects.get()


def text(**changes):
    usual = {
        "item_code": "33100000001001", "item_name": "对预制菜经营的监督检查", "main_or_sub": "2",
        "main_item_code": "33100000001000", "action_kind": "01", "basis": BASIS,
        "item_origin": "3", "effective_from": str(TODAY), "item_status": "01",
    }  # fmt: skip
    return Text({key: value for key, value in (usual | changes).items() if value})


def revised(item, people, *, by=None, points=(), reason="", **changes):
    """A revision that has been handed in and found in order."""
    drafter = by or people.drafter
    case = services.begin_revision(item, actor=drafter)
    content = Draft.objects.get(case=case).content | changes
    services.save(case, Text(content, points, reason), actor=drafter)
    services.submit(case, actor=drafter)
    return services.approve(case, actor=people.reviewer)


def changed(item, change, people, days):
    case = services.begin_change(item, change, days, actor=people.drafter)
    services.submit(case, actor=people.drafter)
    services.approve(case, actor=people.reviewer)
    return services.publish(case, actor=people.reviewer)


def history(code=CODE):
    rows = ItemVersion.objects.filter(item__code=code, displaced_by__isnull=True).order_by("since")
    return [(v.since, v.until, v.status) for v in rows]


def test_the_life_of_a_new_item(city, people):
    table = loader.current().table("item")
    case = services.begin_new(table, text(basis=""), owner=city.market, actor=people.drafter)
    assert (case.state, case.title) == ("draft", "新增监管事项：对预制菜经营的监督检查")
    with pytest.raises(errors.NotComplete, match="设定依据必须填写"):
        services.submit(case, actor=people.drafter)

    services.save(case, text(), actor=people.drafter)
    services.submit(case, actor=people.drafter)
    assert (case.state, case.unit) == ("submitted", city.bureau)
    assert inbox(people.reviewer).unclaimed.get().verb == "审核"
    assert case.due_on > TODAY

    services.send_back(case, actor=people.reviewer, reason="依据须写到款")
    assert (case.state, case.handler) == ("returned", people.drafter)
    assert inbox(people.drafter).mine.get().verb == "修改后重新提交"
    services.submit(case, actor=people.drafter)
    services.approve(case, actor=people.reviewer)
    services.publish(case, actor=people.reviewer)

    assert (case.state, case.is_open) == ("published", False)
    assert not Todo.objects.filter(case=case, done_at__isnull=True).exists()
    version = ItemVersion.objects.get()
    assert (version.item.code, version.item.origin, version.item.owner) == (
        "33100000001001", "3", city.market,
    )  # fmt: skip
    assert version.publication.case == case
    assert queries.item_in_force("item", "33100000001001", on=TODAY) == version
    event = Event.objects.get(type="catalog.ItemPublished")
    assert event.ids["change"] == "new"
    assert verify_ledger().findings == []


def test_nobody_approves_what_they_drafted(city, people, item, make_account):
    both = make_account(
        "catalog-manager", "catalog-reviewer", organisation=city.market, scope=city.government
    )
    case = services.begin_revision(item, actor=both)
    content = Draft.objects.get(case=case).content | {"item_name": "二版"}
    services.save(case, Text(content), actor=both)
    services.submit(case, actor=people.drafter, to=city.bureau)

    with pytest.raises(NotSameHand):
        services.approve(case, actor=both)
    services.approve(case, actor=people.reviewer)


def test_a_strange_department_may_not_touch_it(people, item):
    with pytest.raises(NotAllowed):
        services.begin_revision(item, actor=people.stranger)


def test_a_revision_for_a_later_day_flips_by_itself(people, item):
    case = revised(item, people, item_name="二版", effective_from=str(TODAY + 30 * DAY))

    services.publish(case, actor=people.reviewer)

    def on(day):
        return queries.item_in_force("item", CODE, on=day).name

    assert [on(TODAY), on(TODAY + 29 * DAY), on(TODAY + 30 * DAY)] == ["初版", "初版", "二版"]


def test_the_publisher_may_choose_another_day(people, item):
    case = revised(item, people, item_name="二版", effective_from=str(TODAY + 30 * DAY))

    services.publish(case, actor=people.reviewer, since=TODAY + 60 * DAY)

    assert history()[-1] == (TODAY + 60 * DAY, None, "01")
    assert ItemVersion.objects.latest("since").content["effective_from"] == str(TODAY + 60 * DAY)


def test_a_day_in_the_past_needs_a_reason(people, item):
    past = str(TODAY - 10 * DAY)
    case = services.begin_revision(item, actor=people.drafter)
    content = Draft.objects.get(case=case).content | {"item_name": "二版", "effective_from": past}
    services.save(case, Text(content), actor=people.drafter)
    with pytest.raises(errors.PastNeedsReason, match=past):
        services.submit(case, actor=people.drafter)

    services.save(case, Text(content, reason="法律自该日修改"), actor=people.drafter)
    services.submit(case, actor=people.drafter)
    services.approve(case, actor=people.reviewer)
    services.publish(case, actor=people.reviewer)

    assert Publication.objects.latest("pk").reason == "法律自该日修改"


def test_a_suspension_is_a_version_and_the_text_comes_back_after_it(people, item):
    days = Days(TODAY + 10 * DAY, TODAY + 19 * DAY)

    changed(item, Change.SUSPEND, people, days)

    assert history() == [
        (item.versions.first().since, TODAY + 9 * DAY, "01"),
        (TODAY + 10 * DAY, TODAY + 19 * DAY, "03"),
        (TODAY + 20 * DAY, None, "01"),
    ]


def test_an_open_suspension_is_ended_by_resuming(people, item):
    changed(item, Change.SUSPEND, people, Days(TODAY))
    assert queries.item_in_force("item", CODE, on=TODAY + 99 * DAY) is None

    changed(item, Change.RESUME, people, Days(TODAY + 5 * DAY))

    assert [status for _, _, status in history()] == ["01", "03", "01"]
    assert queries.item_in_force("item", CODE, on=TODAY + 5 * DAY).name == "初版"


def test_an_abolition_is_a_version_from_the_day_after_the_last(people, item):
    changed(item, Change.ABOLISH, people, Days(TODAY + DAY))

    assert queries.item_in_force("item", CODE, on=TODAY) is not None
    assert queries.item_in_force("item", CODE, on=TODAY + DAY) is None
    assert history()[-1] == (TODAY + DAY, None, "02")


def test_a_version_within_the_days_of_a_suspension_stands_in_its_way(people, item):
    services.publish(
        revised(item, people, item_name="二版", effective_from=str(TODAY + 15 * DAY)),
        actor=people.reviewer,
    )

    with pytest.raises(errors.OtherVersionBegins, match="第 2 版"):
        services.begin_change(
            item, Change.SUSPEND, Days(TODAY + 10 * DAY, TODAY + 20 * DAY), actor=people.drafter
        )


def test_a_version_that_has_not_begun_can_be_taken_back(people, item):
    services.publish(
        revised(item, people, item_name="二版", effective_from=str(TODAY + 15 * DAY)),
        actor=people.reviewer,
    )
    coming = ItemVersion.objects.get(number=2)

    case = services.begin_withdrawal(coming, reason="法规推迟施行", actor=people.drafter)
    services.submit(case, actor=people.drafter)
    services.approve(case, actor=people.reviewer)
    services.publish(case, actor=people.reviewer)

    assert [until for _, until, _ in history()] == [None]
    with pytest.raises(errors.Begun):
        services.begin_withdrawal(item.versions.first(), reason="误", actor=people.drafter)


def test_the_second_of_two_publishers_is_told_and_merges(people, item):
    first = revised(item, people, item_name="二版", effective_from=str(TODAY + 10 * DAY))
    second = revised(
        item, people, by=people.other, process="抽样", effective_from=str(TODAY + 20 * DAY)
    )
    services.publish(first, actor=people.reviewer)

    with pytest.raises(errors.Overtaken, match="修订"):
        services.publish(second, actor=people.reviewer)

    services.send_back(second, actor=people.reviewer, reason="请合并到最新版本")
    clashes = services.catch_up(second, actor=people.other)
    draft = Draft.objects.get(case=second)
    assert clashes == ["effective_from"]
    assert (draft.content["item_name"], draft.content["process"]) == ("二版", "抽样")
    services.submit(second, actor=people.other)
    services.approve(second, actor=people.reviewer)
    services.publish(second, actor=people.reviewer)
    assert len(history()) == 3


def test_a_code_is_given_once(city, people, item):
    with pytest.raises(errors.CodeTaken, match="初版"):
        services.begin_new(
            loader.current().table("item"), text(item_code=CODE), owner=city.market,
            actor=people.drafter,
        )  # fmt: skip


def test_a_revision_that_changes_nothing_is_not_handed_in(people, item):
    case = services.begin_revision(item, actor=people.drafter)

    with pytest.raises(errors.NothingChanged):
        services.submit(case, actor=people.drafter)


def test_what_is_under_review_is_not_changed(people, item):
    case = revised(item, people, item_name="二版", effective_from=str(TODAY + DAY))

    with pytest.raises(errors.NotUnderDraft):
        services.save(case, Text({}), actor=people.drafter)
    with pytest.raises(MoveRefused):
        services.submit(case, actor=people.drafter)


def test_a_change_is_given_up_with_a_reason(people, item):
    case = services.begin_revision(item, actor=people.drafter)
    dropping = faces.form_of(case, "drop", actor=people.drafter, data={"reason": "重复"})

    faces.make(dropping)

    case.refresh_from_db()
    assert (case.state, len(history())) == ("dropped", 1)


def test_a_checklist_goes_the_same_way_with_its_check_items(city, people):
    body = uscc(1)
    put_item(CODE, owner=city.market)
    first = put_checklist(f"{body}4{CODE}01", CODE, body=body, owner=city.market)
    points = [{"check_content": "证照齐全", "is_key": "是"}, {"check_content": "台账完整"}]

    case = revised(
        first.checklist, people, points=points, evidence="照片", effective_from=str(TODAY + DAY)
    )
    services.publish(case, actor=people.reviewer)

    version = ChecklistVersion.objects.latest("since")
    assert [p.content["check_content"] for p in version.points.all()] == ["证照齐全", "台账完整"]
    assert version.points.first().content["effective_from"] == str(TODAY + DAY)
    assert case.kind == "checklist-review"
    assert verify_ledger().findings == []


@pytest.mark.django_db(transaction=True)
def test_two_publish_at_the_same_moment_and_one_wins(city, make_account):
    people = People(city, make_account)
    put_item(CODE, owner=city.market, item_name="初版")
    item = Item.objects.get()
    cases = [
        revised(item, people, item_name=name, effective_from=str(TODAY + (10 + n) * DAY))
        for n, name in enumerate(("甲版", "乙版"))
    ]
    together, told = threading.Barrier(2), []

    def publish(case):
        try:
            together.wait()
            services.publish(case, actor=people.reviewer)
            told.append("")
        except errors.Overtaken as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[case]) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["", "catalog/overtaken"]
    assert len(history()) == 2
