"""Items are laid out to the bodies below and claimed in time, late, or not at all."""

import re
from datetime import timedelta

import pytest

from mingcha.base.cases.models import Case, Clock, Todo, Urging
from mingcha.base.cases.services import Said as Move
from mingcha.base.cases.services import urge_due
from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.people.models import Account, Organisation
from mingcha.base.rules import services as rules
from mingcha.base.testing import do_jobs
from mingcha.domains.catalog import errors
from mingcha.domains.catalog.models import Answer, Item, ItemClaim, ItemVersion
from mingcha.domains.catalog.queries import claims as queries
from mingcha.domains.catalog.services import claims
from mingcha.domains.catalog.services.claims import Layout, Said
from mingcha.domains.catalog.testing import put_item

pytestmark = pytest.mark.django_db
FOOD, OTHER, FIRE = "01310000000001", "01310000000002", "01310000000003"
CLAIMED, DECLINED = Said(Answer.CLAIMED), Said(Answer.DECLINED, "权责清单归区级")


class Scene:
    """A city: market and fire bodies under a bureau that lays items out."""

    def __init__(self, city, make_account, client_class):
        rules.load_shipped()
        self.city = city
        for body, department in ((city.market, "31"), (city.fire, "59")):
            body.department = department
            body.save()
        level = city.market.level
        put_item(FOOD, department="31", exercise_levels=level, item_name="对食品经营的监督检查")
        put_item(OTHER, department="31", exercise_levels=level, item_name="对药品经营的监督检查")
        put_item(FIRE, department="59", exercise_levels=level, item_name="对消防产品的监督检查")
        put_item("01310000000004", department="31", exercise_levels="1", item_name="对国家级的检查")
        self.chief = make_account(
            "catalog-reviewer", organisation=city.bureau, scope=city.government
        )
        self.clerk = make_account("catalog-manager", organisation=city.market)
        self.stranger = make_account("catalog-manager", organisation=city.fire)
        self.clients = {}
        for person in (self.chief, self.clerk, self.stranger):
            self.clients[person] = client_class()
            self.clients[person].force_login(person)

    def lay_out(self):
        layout = Layout("2026 年目录", list(ItemVersion.objects.select_related("item")))
        return claims.lay_out(layout, actor=self.chief)

    def case(self, body=None):
        return Case.objects.get(kind="item-claim", unit=body or self.city.market, state="open")

    def say(self, said, codes, *, actor=None):
        items = Item.objects.filter(code__in=codes).values_list("pk", flat=True)
        case = self.case()
        return claims.answer(case, dict.fromkeys(items, said), actor=actor or self.clerk)


@pytest.fixture(name="scene")
def _scene(city, make_account):
    from django.test import Client  # noqa: PLC0415

    return Scene(city, make_account, Client)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def answers(case):
    rows = ItemClaim.objects.filter(case=case).order_by("item__code")
    return list(rows.values_list("item__code", "answer", "is_late"))


def test_each_body_is_asked_of_what_lies_in_its_field_and_at_its_level(scene):
    laid = scene.lay_out()

    by_body = {case.unit: [code for code, _, _ in answers(case)] for case in laid.cases}
    assert by_body[scene.city.market] == [FOOD, OTHER]
    assert by_body[scene.city.fire] == [FIRE]
    case = scene.case()
    assert case.due_on > local_today()
    assert Todo.objects.get(case=case, done_at__isnull=True).verb == "认领监管事项"


def test_what_is_claimed_or_waits_is_not_laid_out_again(scene):
    scene.lay_out()
    with pytest.raises(errors.NobodyToClaim):
        scene.lay_out()
    scene.say(CLAIMED, [FOOD])
    scene.say(DECLINED, [OTHER])

    laid = scene.lay_out()

    (case,) = [one for one in laid.cases if one.unit == scene.city.market]
    assert [code for code, _, _ in answers(case)] == [OTHER]


@pytest.mark.row("CAT-3")
def test_claiming_through_the_pages(scene):
    chief, clerk = scene.clients[scene.chief], scene.clients[scene.clerk]
    form = {"title": "2026 年目录", "department": "31"}
    page = text_of(chief.post("/catalog/claims/new", form))
    assert "1 个单位、2 项次" in page and not Case.objects.exists()
    chief.post("/catalog/claims/new", form | {"confirmed": "1"})
    case = scene.case()

    page = text_of(clerk.get(f"/cases/{case.number}"))
    assert "对食品经营的监督检查" in page and "2 项待认领" in page
    items = {one.item.code: one.item_id for one in ItemClaim.objects.filter(case=case)}
    url = f"/catalog/claims/{case.number}/answer"
    said = {"item": items[OTHER], "answer": "declined", "seen": case.version}
    answer = clerk.post(url, said, follow=True)
    assert "需要写明理由" in text_of(answer)
    clerk.post(url, said | {"reason": "权责清单归区级"})
    clerk.post(url, {"item": items[FOOD], "answer": "claimed"})

    case.refresh_from_db()
    assert (case.state, case.is_open) == ("done", False)
    assert answers(case) == [(FOOD, "claimed", False), (OTHER, "declined", False)]
    listed = text_of(chief.get("/catalog/claims/?standing=closed"))
    assert case.number in listed and "已答复" in listed
    item = text_of(clerk.get(f"/catalog/items/item/{OTHER}/"))
    assert "权责清单归区级" in item and scene.city.market.name in item


@pytest.mark.row("CAT-3")
def test_claiming_through_the_api(scene):
    scene.lay_out()
    case, clerk = scene.case(), scene.clients[scene.clerk]
    (row,) = clerk.get("/api/v1/claims").json()
    assert (row["number"], row["total"], row["waiting"]) == (case.number, 2, 2)

    url = f"/api/v1/claims/{case.number}/answers"
    bad = {"answers": [{"code": OTHER, "answer": "declined"}]}
    assert clerk.post(url, bad, "application/json").json()["type"].endswith("decline-needs-reason")
    good = {"answers": [{"code": FOOD, "answer": "claimed"}]}
    rows = clerk.post(url, good, "application/json").json()

    assert {row["code"]: row["answer"] for row in rows} == {FOOD: "claimed", OTHER: "waiting"}
    other = scene.clients[scene.stranger].post(url, good, "application/json")
    assert other.status_code == 404
    lost = {"answers": [{"code": FIRE, "answer": "claimed"}]}
    assert clerk.post(url, lost, "application/json").status_code == 404


def test_nobody_answers_for_another_body(scene):
    scene.lay_out()
    with pytest.raises(NotAllowed):
        scene.say(CLAIMED, [FOOD], actor=scene.stranger)
    with pytest.raises(errors.NotLaidOut):
        scene.say(CLAIMED, [FIRE])


@pytest.mark.row("CAT-3")
def test_a_claim_after_the_deadline_is_let_in_and_counted_and_the_late_are_urged(scene):
    scene.lay_out()
    case = scene.case()
    past = local_today() - timedelta(days=3)
    Clock.objects.filter(case=case).update(due_on=past)
    Case.objects.filter(pk=case.pk).update(due_on=past)
    Todo.objects.filter(case=case).update(due_on=past)

    urge_due(on=local_today())
    assert Urging.objects.filter(todo__case=case).exists()
    scene.say(CLAIMED, [FOOD, OTHER])

    assert answers(case) == [(FOOD, "claimed", True), (OTHER, "claimed", True)]
    assert queries.claim_cases(scene.chief).get(pk=case.pk).late == 2


def test_a_case_that_is_answered_takes_no_more(scene):
    scene.lay_out()
    scene.say(CLAIMED, [FOOD])
    case = scene.case()
    scene.say(DECLINED, [OTHER])
    with pytest.raises(errors.ClaimsClosed):
        claims.answer(case, {Item.objects.get(code=FOOD).pk: DECLINED}, actor=scene.clerk)


def test_what_has_no_answer_is_claimed_with_one_press(scene):
    scene.lay_out()
    scene.say(DECLINED, [FOOD])
    case = scene.case()
    with pytest.raises(NotAllowed):
        claims.claim_rest(case, actor=scene.stranger, said=Move())

    url = f"/cases/{case.number}/moves/finish"
    scene.clients[scene.clerk].post(url, {"version": Case.objects.get(pk=case.pk).version})

    case.refresh_from_db()
    assert case.state == "done"
    assert answers(case) == [(FOOD, "declined", False), (OTHER, "claimed", False)]


def test_what_is_recalled_may_be_laid_out_again(scene):
    scene.lay_out()
    case = scene.case()
    scene.clients[scene.chief].post(
        f"/cases/{case.number}/moves/recall", {"reason": "目录有误", "version": case.version}
    )

    case.refresh_from_db()
    assert case.state == "recalled"
    assert [one.unit for one in scene.lay_out().cases] == [scene.city.market]


def test_a_body_that_is_closed_is_not_asked(scene):
    Organisation.objects.filter(pk=scene.city.fire.pk).update(closed_on=local_today())
    assert scene.city.fire not in [case.unit for case in scene.lay_out().cases]


def close_fire(scene, make_account, **more):
    """The fire body is closed through the page, once nobody works there."""
    Account.objects.filter(pk=scene.stranger.pk).update(organisation=scene.city.bureau)
    scene.clients[scene.chief].force_login(
        make_account("data-bureau", organisation=scene.city.bureau, scope=scene.city.government)
    )
    answer = scene.clients[scene.chief].post(
        "/organisations/fire/close", {"reason": "机构改革", **more}
    )
    assert answer.status_code == 302
    do_jobs()


@pytest.mark.django_db(transaction=True)
@pytest.mark.row("CAT-3")
def test_what_a_closed_body_had_to_claim_goes_to_its_successor(scene, make_account):
    scene.lay_out()
    case, due = scene.case(scene.city.fire), scene.case(scene.city.fire).due_on

    close_fire(scene, make_account, successor=scene.city.market.pk)

    case.refresh_from_db()
    assert (case.unit, case.state, case.due_on) == (scene.city.market, "open", due)
    assert f"由{scene.city.market.name}承继" in case.steps.get(move="succeed").reason
    assert Todo.objects.filter(case=case, done_at=None, unit=scene.city.market).exists()
    item = Item.objects.get(code=FIRE)
    claims.answer(case, {item.pk: CLAIMED}, actor=scene.clerk)
    assert ItemClaim.objects.get(item=item).body == scene.city.market
    case.refresh_from_db()
    assert case.state == "done"
    told = [one.sentence for one in verify_ledger().findings]
    assert [one for one in told if "办件" in one] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.row("CAT-3")
def test_without_a_successor_they_are_called_back_with_the_reason(scene, make_account):
    scene.lay_out()
    case = scene.case(scene.city.fire)

    close_fire(scene, make_account)

    case.refresh_from_db()
    assert case.state == "recalled"
    assert "没有承继机构" in case.steps.get(move="recall").reason
    assert claims.succeed(scene.city.fire, None) == 0
