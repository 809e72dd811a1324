"""What the catalogue publishes becomes facts; acts wait, pass with a mark, or are marked by it."""

from datetime import date, timedelta

import pytest

from mingcha.base.days import local_today
from mingcha.domains.catalog import services as catalog
from mingcha.domains.catalog.models import Change, Draft, Item
from mingcha.domains.catalog.services import Days, Text, exceptions
from mingcha.domains.catalog.testing import BASIS, put_item
from mingcha.domains.records.models import Fact, Mark, Refusal
from mingcha.domains.records.testing import (
    BODY,
    CHECKLIST,
    ITEM,
    as_csv,
    do_jobs,
    hand_in,
    inspection,
    make_catalogue,
)
from mingcha.standards import loader

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = local_today()
UNKNOWN = "01310000000009"


class Scene:
    """A city whose market bureau acts, and the people of the catalogue."""

    def __init__(self, city, make_account):
        make_catalogue()
        self.city = city
        city.market.uscc = BODY
        city.market.save()
        self.clerk = make_account("clerk", organisation=city.market)
        self.drafter = make_account("catalog-manager", organisation=city.government)
        self.reviewer = make_account(
            "catalog-reviewer", organisation=city.bureau, scope=city.government
        )

    def act(self, number=1, **changes):
        return hand_in(
            as_csv([inspection(number, **changes)]), provider=self.city.market, actor=self.clerk
        )

    def publish(self, case):
        catalog.submit(case, actor=self.drafter)
        catalog.approve(case, actor=self.reviewer)
        catalog.publish(case, actor=self.reviewer)
        do_jobs()
        return case

    def new_item(self, **changes):
        content = {
            "item_code": UNKNOWN, "item_name": "对预制菜经营的监督检查", "main_or_sub": "2",
            "main_item_code": "01310000000000", "action_kind": "01", "basis": BASIS,
            "effective_from": "2025-01-01", "item_status": "01",
        }  # fmt: skip
        text = Text(content | changes, reason="补充梳理此前遗漏的事项")
        table = loader.current().table("item")
        owner = self.city.government
        return self.publish(catalog.begin_new(table, text, owner=owner, actor=self.drafter))


@pytest.fixture(name="scene")
def _scene(city, make_account):
    return Scene(city, make_account)


def waiting(batch):
    batch.refresh_from_db()
    return batch.waiting_count


def test_a_published_version_becomes_a_fact_and_what_waited_for_it_lands(scene):
    batch = scene.act(supervise_item_implement_code=UNKNOWN, supervise_item_check_icode=CHECKLIST)
    assert waiting(batch) == 1

    scene.new_item()

    fact = Fact.objects.get(dataset="item", provider=scene.city.government)
    assert (fact.source_key, fact.payload["item_name"], fact.version) == (
        f"{UNKNOWN}|2025-01-01", "对预制菜经营的监督检查", 1,
    )  # fmt: skip
    reasons = " ".join(one["reason"] for one in Refusal.objects.get(batch=batch).reasons)
    assert "监管事项目录编码" not in reasons  # its checklist is still another item's


def test_publishing_again_what_is_there_lands_nothing_twice(scene):
    scene.new_item()
    item = Item.objects.get(code=UNKNOWN)

    case = catalog.begin_revision(item, actor=scene.drafter)
    content = Draft.objects.get(case=case).content | {"process": "抽样"}
    catalog.save(case, Text(content), actor=scene.drafter)
    scene.publish(case)

    keys = Fact.objects.filter(dataset="item").values_list("source_key", "version", "operation")
    assert sorted(keys.filter(source_key__startswith=UNKNOWN)) == [
        (f"{UNKNOWN}|2025-01-01", 1, "i"), (f"{UNKNOWN}|{TODAY}", 1, "i"),
    ]  # fmt: skip


def test_an_abolition_in_the_past_marks_the_acts_and_changes_none(scene):
    scene.act(1, check_date="2025-03-04")
    scene.act(2, check_date="2025-09-09", submitted_date="2025-09-10")
    before = list(Fact.objects.order_by("pk").values_list("pk", "payload"))
    item = Item.objects.get(code=ITEM)
    item.owner = scene.city.government
    item.save()

    case = catalog.begin_change(
        item, Change.ABOLISH, Days(date(2025, 6, 1), reason="依据自该日废止"), actor=scene.drafter
    )
    scene.publish(case)

    late = Fact.objects.get(source_key="JC000002")
    mark = Mark.objects.get(until__isnull=True)
    assert (mark.fact_id, mark.kind) == (late.pk, "retroactive")
    assert "自 2025-06-01 起取消" in mark.words and "待核" not in mark.words
    kept = Fact.objects.filter(dataset="check_action").order_by("pk")
    assert list(kept.values_list("pk", "payload")) == before

    resumed = catalog.begin_change(
        item, Change.RESUME, Days(date(2025, 9, 1), reason="更正"), actor=scene.drafter
    )
    scene.publish(resumed)
    assert not Mark.objects.filter(until__isnull=True).exists()


def ask(scene, **changes):
    usual = {
        "code": UNKNOWN, "name": "预制菜经营检查", "body": scene.city.market, "since": TODAY,
        "until": TODAY + timedelta(days=30), "reason": "专项整治，事项正在补充梳理",
    }  # fmt: skip
    return exceptions.ask(exceptions.Asked(**usual | changes), actor=scene.drafter)


def test_an_exception_lets_acts_pass_with_a_mark_until_it_ends(scene):
    day = {"check_date": str(TODAY), "submitted_date": str(TODAY)}
    under = {"supervise_item_implement_code": UNKNOWN}
    batch = scene.act(1, **under, **day)
    assert waiting(batch) == 1

    case = ask(scene)
    exceptions.allow(case, reason="同意", actor=scene.reviewer)
    do_jobs()

    assert waiting(batch) == 0
    mark = Mark.objects.get()
    assert (mark.kind, mark.about) == ("exception", case.number)
    assert f"依例外 {case.number}" in mark.words
    again = scene.act(2, **under, **day)
    assert (again.accepted_count, again.warned_count) == (1, 1)
    assert again.counts["item-in-force.exception"] == 1
    other = scene.act(3, **under, check_date="2025-03-04")
    assert waiting(other) == 1  # before its first day

    exceptions.end(case, reason="事项已发布", actor=scene.reviewer)
    assert Mark.objects.count() == 2


def test_the_reason_names_what_comes_near_and_was_in_force_for_the_body(scene):
    put_item("01310000000012", item_name="对预制菜经营的监督检查")
    put_item("01310000000013", item_name="对预制菜生产的监督检查", exercise_levels="2")
    put_item("01310000000014", item_name="对预制菜经营的抽检", effective_from="2025-12-01")

    batch = scene.act(supervise_item_implement_code=UNKNOWN, check_action_name="预制菜经营监督检查")

    (said,) = [
        one["reason"]
        for one in Refusal.objects.get(batch=batch).reasons
        if one["check"] == "item-in-force"
    ]
    assert "相近事项：01310000000012“对预制菜经营的监督检查”" in said
    assert "01310000000013" not in said and "01310000000014" not in said
