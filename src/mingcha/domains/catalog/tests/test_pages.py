"""The life of an item and of a checklist through the pages, by those who may."""

import re
from datetime import timedelta

import pytest

from mingcha.base.cases.models import Case
from mingcha.base.days import local_today
from mingcha.base.rules import services as rules
from mingcha.domains.catalog.models import ChecklistVersion, Draft, Item, ItemVersion, Publication
from mingcha.domains.catalog.testing import BASIS, put_checklist, put_item
from mingcha.domains.records.testing import uscc

pytestmark = pytest.mark.django_db
CODE = "03100000001001"
MAIN = "03100000001000"
TODAY = local_today()
DAY = timedelta(days=1)
BODY = uscc(1)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


class Desk:
    """People at the pages, each with a browser of their own."""

    def __init__(self, city, make_account, client_class):
        rules.load_shipped()
        self.city = city
        city.market.uscc, city.market.department = BODY, "31"
        city.market.save()
        roles = {"drafter": ("catalog-manager", city.market, city.market),
                 "other": ("catalog-manager", city.market, city.market),
                 "reviewer": ("catalog-reviewer", city.bureau, city.government),
                 "reader": ("officer", city.fire, city.fire)}  # fmt: skip
        self.people, self._clients = {}, {}
        for name, (role, body, scope) in roles.items():
            self.people[name] = make_account(role, organisation=body, scope=scope)
            self._clients[name] = client_class()
            self._clients[name].force_login(self.people[name])

    def get(self, who, url):
        return self._clients[who].get(url)

    def post(self, who, url, **data):
        return self._clients[who].post(url, data)

    def move(self, who, case, move, **data):
        seen = Case.objects.get(pk=case.pk).version
        return self.post(who, f"/cases/{case.number}/moves/{move}", version=str(seen), **data)


@pytest.fixture(name="desk")
def _desk(city, make_account):
    from django.test import Client  # noqa: PLC0415

    return Desk(city, make_account, Client)


@pytest.fixture(name="main")
def _main(desk):
    put_item(MAIN, main_or_sub="1", action_kind="", item_name="食品监管", owner=desk.city.market)
    return Item.objects.get(code=MAIN)


def filled(draft, **changes):
    content = draft.content | changes
    lists = {"exercise_levels", "apply_scope", "supervise_object_type", "check_mode"}
    return {k: v.split("、") if k in lists else v for k, v in content.items()}


@pytest.mark.row("CAT-4")
@pytest.mark.row("CAT-1")
@pytest.mark.row("CAT-11")
def test_the_life_of_an_item(desk, main):
    answer = desk.post("drafter", "/catalog/items/new", owner=desk.city.market.pk, main=MAIN)
    draft = Draft.objects.get()
    case = draft.case
    assert answer["Location"] == f"/catalog/reviews/{case.number}/draft"
    assert draft.content["item_code"] == CODE
    assert draft.content["item_origin"] == "3"

    page = text_of(desk.get("drafter", f"/cases/{case.number}"))
    assert "监管事项名称：必须填写" in page and "设定依据：必须填写" in page
    form = filled(draft, item_name="对预制菜经营的监督检查", basis=BASIS, action_kind="01")
    desk.post("drafter", f"/catalog/reviews/{case.number}/draft", seen=str(case.version), **form)
    assert "提交审核" in text_of(desk.get("drafter", f"/cases/{case.number}"))

    desk.move("drafter", case, "submit", to=desk.city.bureau.pk)
    refused = desk.move("drafter", case, "approve")
    assert refused.status_code == 403
    desk.move("reviewer", case, "return", reason="请写明对象")
    assert "请写明对象" in text_of(desk.get("drafter", f"/cases/{case.number}"))
    desk.move("drafter", case, "submit", to=desk.city.bureau.pk)
    desk.move("reviewer", case, "approve", reason="同意")
    desk.move("reviewer", case, "publish", since=str(TODAY + DAY))

    version = ItemVersion.objects.get(item__code=CODE)
    assert (version.since, version.item.main, version.item.origin) == (TODAY + DAY, main, "3")
    url = f"/catalog/items/item/{CODE}/"
    assert "待生效" in text_of(desk.get("reader", url))
    assert "在用" in text_of(desk.get("reader", f"{url}?on={TODAY + DAY}"))
    assert "第110条第1款" in text_of(desk.get("reader", url))


@pytest.mark.row("BEY-6")
@pytest.mark.row("CAT-4")
def test_a_revision_shows_its_changes_and_the_days_afterwards(desk):
    put_item(CODE, item_name="旧名", owner=desk.city.market)
    answer = desk.post("drafter", f"/catalog/items/item/{CODE}/change", change="revise")
    case = Case.objects.get()
    assert answer["Location"] == f"/catalog/reviews/{case.number}/draft"
    draft = Draft.objects.get()
    form = filled(draft, item_name="新名", effective_from=str(TODAY + 10 * DAY))
    desk.post("drafter", f"/catalog/reviews/{case.number}/draft", seen=str(case.version), **form)

    page = text_of(desk.get("drafter", f"/cases/{case.number}"))

    assert "<del>旧</del><ins>新</ins>名" in page
    assert f"{TODAY + 10 * DAY} 起" in page and f"至 {TODAY + 9 * DAY}" in page
    desk.move("drafter", case, "submit", to=desk.city.bureau.pk)
    desk.move("reviewer", case, "approve")
    desk.move("reviewer", case, "publish", since=str(TODAY + 10 * DAY))
    shown = text_of(desk.get("reader", f"/catalog/items/item/{CODE}/compare"))
    assert "2 处不同" in shown and "<del>旧</del><ins>新</ins>" in shown


def test_a_suspension_in_the_past_is_refused_without_a_reason(desk):
    put_item(CODE, owner=desk.city.market)
    past = {"change": "suspend", "since": str(TODAY - 5 * DAY), "until": str(TODAY)}

    desk.post("drafter", f"/catalog/items/item/{CODE}/change", **past)
    case = Case.objects.get()
    answer = desk.move("drafter", case, "submit", to=desk.city.bureau.pk)

    assert answer.status_code == 422
    assert "需要写明理由" in text_of(answer)


def test_the_second_publisher_is_told_and_shown_the_difference(desk):
    put_item(CODE, item_name="初版", owner=desk.city.market)
    cases = []
    for who, name, days in (("drafter", "甲版", 10), ("other", "乙版", 20)):
        desk.post(who, f"/catalog/items/item/{CODE}/change", change="revise")
        case = Case.objects.latest("pk")
        form = filled(
            Draft.objects.get(case=case), item_name=name, effective_from=str(TODAY + days * DAY)
        )
        desk.post(who, f"/catalog/reviews/{case.number}/draft", seen=str(case.version), **form)
        desk.move(who, case, "submit", to=desk.city.bureau.pk)
        desk.move("reviewer", case, "approve")
        cases.append(case)
    first, second = cases
    desk.move("reviewer", first, "publish", since=str(TODAY + 10 * DAY))

    answer = desk.move("reviewer", second, "publish", since=str(TODAY + 20 * DAY))

    page = text_of(answer)
    assert answer.status_code == 409
    assert "已有新的发布" in page and "<del>初</del><ins>甲</ins>" in page
    desk.move("reviewer", second, "reopen", reason="请合并")
    desk.post("other", f"/catalog/reviews/{second.number}/catch-up")
    assert Draft.objects.get(case=second).base == 2


@pytest.mark.row("CAT-2")
def test_a_checklist_is_made_point_by_point_and_previewed_as_the_form(desk):
    put_item(CODE, owner=desk.city.market)
    desk.post("drafter", "/catalog/checklists/new", owner=desk.city.market.pk, item=CODE)
    draft = Draft.objects.get()
    case = draft.case
    assert draft.content["checklist_code"] == f"{BODY}3{CODE}01"
    form = draft.content | {
        "check_contents": "见逐项检查内容", "checklist_use": ["DAILY"], "evidence": "现场照片",
        "check_ratio": "0.05", "check_frequency": "每年一次", "exercise_level": ["3"],
        "points": "2", "p0-check_content": "食品经营许可证在有效期内", "p0-is_key": "是",
        "p0-may_be_absent": "否", "p1-check_content": "设有专用冷藏设备", "p1-checklist_use": ["SPECIAL"],
    }  # fmt: skip
    desk.post("drafter", f"/catalog/reviews/{case.number}/draft", seen=str(case.version), **form)
    desk.move("drafter", case, "submit", to=desk.city.bureau.pk)
    desk.move("reviewer", case, "approve")
    desk.move("reviewer", case, "publish", since=str(TODAY))

    version = ChecklistVersion.objects.get()
    assert version.points.count() == 2
    base = f"/catalog/checklists/checklist/{version.checklist.code}"
    whole = text_of(desk.get("reader", f"{base}/preview?width=phone"))
    daily = text_of(desk.get("reader", f"{base}/preview?use=DAILY"))
    for words in ("食品经营许可证在有效期内", "合格", "不合格", "未检查", "合理缺项"):
        assert words in whole
    assert "设有专用冷藏设备" in whole and "设有专用冷藏设备" not in daily
    assert whole.count("合理缺项") == 1  # a key item may not be left out


@pytest.mark.row("CAT-1")
def test_the_list_finds_by_words_code_and_initials_as_of_a_day(desk):
    put_item(
        CODE, item_name="对食品经营的监督检查", effective_from="2025-01-01", owner=desk.city.market
    )
    put_item(CODE, item_name="暂停", effective_from="2026-02-01", item_status="03")
    put_item("03100000002001", item_name="对价格标示的监督检查", action_kind="02")

    def listed(query):
        page = text_of(desk.get("reader", f"/catalog/items/?{query}"))
        return CODE in page, "03100000002001" in page

    assert listed("q=食品&on=2025-06-01") == (True, False)
    assert listed("q=spjy&on=2025-06-01") == (True, False)
    assert listed(f"q={CODE}") == (True, False)
    assert listed("state=suspended&on=2026-03-01") == (True, False)
    assert listed("state=in-use&on=2026-03-01") == (False, True)
    assert listed("action=02") == (False, True)
    assert listed("state=coming&on=2024-01-01") == (True, True)
    export = b"".join(desk.get("reader", "/catalog/items/?export=csv").streaming_content).decode()
    assert "设定依据" in export and BASIS in export


@pytest.mark.row("CAT-1")
def test_what_is_not_uniform_is_listed(desk):
    put_item(CODE, item_name="对食品经营的监督检查", main_item_code="03100000009000")
    put_item("03100000002001", item_name="对食品经营的监督检查")
    put_checklist(
        f"{BODY}4{CODE}01", CODE, body=BODY, checklist_name="另一个名称",
        check_basis="《中华人民共和国价格法》第三条",
    )  # fmt: skip

    page = text_of(desk.get("reader", "/catalog/items/uniformity/"))

    for problem in ("同名不同码", "主项不存在", "清单依据与事项不一致", "清单名称与事项不一致"):
        assert problem in page
    only = text_of(desk.get("reader", "/catalog/items/uniformity/?kind=no-main"))
    assert "03100000009000" in only and "另一个名称" not in only


def test_others_may_read_but_not_draft(desk):
    put_item(CODE, owner=desk.city.market)

    assert desk.get("reader", f"/catalog/items/item/{CODE}/").status_code == 200
    assert (
        desk.post("reader", f"/catalog/items/item/{CODE}/change", change="revise").status_code
        == 403
    )
    assert not Publication.objects.filter(change="revise").exists()
    assert desk.get("reader", "/catalog/items/item/nothing/").status_code == 404
    assert desk.get("reader", f"/catalog/items/item/{CODE}/?version=999999999").status_code == 404
