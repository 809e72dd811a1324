"""The page of one case: what it shows to whom, and what is done on it."""

import re
from datetime import date, timedelta

import pytest

from mingcha.base.cases import queries, services
from mingcha.base.cases.models import Case
from mingcha.base.cases.testing import move, open_case
from mingcha.base.days import local_today
from mingcha.base.ledger.models import Act
from mingcha.base.people.models import Account, Duty
from mingcha.base.people.services import Office, appoint_responsible

pytestmark = pytest.mark.django_db


def url(case, *rest):
    return "/".join([f"/cases/{case.number}", *rest])


def sent(client, case, name, **said):
    """A move as the form of the page sends it."""
    said = {"reason": "", "version": case.version} | said
    return client.post(url(case, "moves", name), said)


@pytest.mark.row("GOV-3")
@pytest.mark.row("EVA-2")
def test_a_case_goes_from_opening_to_closing_by_two_people(client, case, people, text_of):
    client.force_login(people.clerk)
    assert "关于演示康达饮品店的试验审核" in text_of(client.get(url(case)))
    client.post(url(case, "claim"))
    case.refresh_from_db()
    assert sent(client, case, "submit", reason="请审核").status_code == 302

    client.force_login(people.head)
    case.refresh_from_db()
    page = text_of(client.get(url(case)))
    assert "请核对 关于演示康达饮品店的试验审核" in page  # the face of the kind
    assert "剩余 5 个工作日" in page
    assert sent(client, case, "pass", grade="1").status_code == 302

    page = text_of(client.get(url(case)))
    assert "此件已办结" in page
    case.refresh_from_db()
    assert (case.state, case.title[-4:]) == ("done", "（合格）")
    verbs = Act.objects.filter(record_kind="case", record_key=case.number).order_by("pk")
    assert [act.verb for act in verbs] == [
        "发起试验审核", "首次查阅", "认领", "提交审核", "首次查阅", "审核通过",
    ]  # fmt: skip


def test_whoever_may_not_see_it_finds_nothing(client, case, people, city):
    client.force_login(people.fire_clerk)

    assert client.get(url(case)).status_code == 404
    assert sent(client, case, "submit").status_code == 404
    assert client.get(url(case, "service")).status_code == 404


def test_a_move_says_on_demand_why_one_may_not_make_it(client, case, people, text_of):
    move(case, "submit", people.clerk)
    client.force_login(people.clerk)

    page = text_of(client.get(url(case)))

    assert (
        "您的账号没有“查看报送回执" not in page
    )  # a clerk holds it: two pairs of eyes are asked for
    assert "须由另一人办理" in page


def test_the_facts_of_a_move_are_asked_for_and_what_was_typed_stays(client, case, people, text_of):
    move(case, "submit", people.clerk)
    client.force_login(people.head)

    answer = sent(client, case, "pass", reason="看过了，可以")

    assert answer.status_code == 422
    assert "看过了，可以" in text_of(answer)
    assert "等次：请填写这一项。" in text_of(answer)
    case.refresh_from_db()
    assert case.state == "submitted"


def test_the_second_of_two_handlers_is_shown_what_changed_and_keeps_his_text(
    client, case, people, text_of
):
    seen = case.version
    services.hand_over(case, people.other_clerk, reason="分工", actor=people.clerk)
    client.force_login(people.clerk)

    answer = client.post(url(case, "moves", "submit"), {"reason": "我写的意见", "version": seen})

    page = text_of(answer)
    assert answer.status_code == 409
    assert "您打开" in page
    assert "转交" in page
    assert "我写的意见" in page
    assert f'name="version" value="{seen + 1}"' in page  # sent again, it counts
    again = client.post(url(case, "moves", "submit"), {"reason": "我写的意见", "version": seen + 1})
    assert again.status_code == 302


def test_a_move_that_is_gone_leaves_the_text_to_be_copied(client, case, people, text_of):
    seen = case.version
    move(case, "submit", people.other_clerk)
    client.force_login(people.clerk)

    page = text_of(client.post(url(case, "moves", "drop"), {"reason": "写错了", "version": seen}))

    assert "撤销没有办成" in page
    assert "提交审核" in page
    assert "写错了" in page


def test_a_button_pressed_twice_is_pressed_once(client, case, people):
    client.force_login(people.clerk)
    said = {"reason": "请审核", "version": case.version}

    first = client.post(url(case, "moves", "submit"), said)
    second = client.post(url(case, "moves", "submit"), said)

    assert (first.status_code, second.status_code) == (302, 302)
    assert [step.label for step in queries.trace(case)] == ["发起", "提交审核"]


def test_handing_over_and_extending_twice_is_once(client, case, people):
    move(case, "submit", people.clerk)
    case.refresh_from_db()
    client.force_login(people.head)
    said = {"person": people.leader.pk, "reason": "出差", "version": case.version}

    assert [client.post(url(case, "hand-over"), said).status_code for _ in range(2)] == [302, 302]
    case.refresh_from_db()
    said = {"which": "0", "reason": "案情复杂", "version": case.version}
    assert [client.post(url(case, "extend"), said).status_code for _ in range(2)] == [302, 302]

    labels = [step.label for step in queries.trace(case)]
    assert labels == ["发起", "提交审核", "转交", "延长期限"]
    assert case.clocks.get().changes.count() == 1


def test_a_period_is_extended_once_by_who_may(client, case, people, text_of):
    move(case, "submit", people.clerk)
    client.force_login(people.head)
    client.post(url(case, "extend"), {"which": "0", "reason": "案情复杂", "version": case.version})
    case.refresh_from_db()

    again = client.post(
        url(case, "extend"), {"which": "0", "reason": "再延", "version": case.version}
    )

    assert again.status_code == 422
    assert "最多可延长 1 次" in text_of(again)
    assert "延长 10 日：案情复杂" in text_of(client.get(url(case)))


@pytest.mark.row("GOV-4")
def test_an_urging_climbs_to_the_leader_and_is_seen(client, case, people, city, make_account):
    manager = make_account("data-bureau", organisation=city.bureau, scope=city.government)
    office = Office(Duty.LEADER, "刘副局长", date(2020, 1, 1), "演示任命", account=people.leader)
    appoint_responsible(city.market, office, actor=manager)
    client.force_login(people.clerk)

    page = client.get(url(case, "urge")).content.decode()
    answers = [client.post(url(case, "urge"), {"rung": 2, "text": "请督办"}) for _ in range(2)]

    assert "分管领导：刘副局长" in page
    assert "第一责任人：未登记" in page
    assert {answer.status_code for answer in answers} == {302}
    assert case.todos.get(to_know=False).urgings.count() == 1
    client.force_login(people.leader)
    assert "督促：修改并提交" in client.get("/inbox?box=known").content.decode()
    client.get(url(case))
    assert "督促：修改并提交" not in client.get("/inbox?box=known").content.decode()


def test_two_cases_are_linked_by_hand(client, case, people, city, text_of):
    other = open_case("另一件", city.market, actor=people.clerk)
    hidden = open_case("消防的件", city.fire, actor=None)
    client.force_login(people.clerk)

    said = {"number": other.number.lower(), "why": "同一对象"}
    assert client.post(url(case, "link"), said).status_code == 302
    lost = client.post(url(case, "link"), {"number": hidden.number, "why": "同一对象"})
    itself = client.post(url(case, "link"), {"number": case.number, "why": "同一对象"})

    assert "同一对象" in text_of(client.get(url(other)))
    assert "没有找到办件" in text_of(lost)
    assert "不能与自己关联" in text_of(itself)


@pytest.mark.row("GOV-3")
def test_the_proof_of_service_says_who_when_and_how_to_check(client, case, people, text_of):
    client.force_login(people.other_clerk)
    client.get(url(case))
    client.post(url(case, "claim"))
    services.urge(case, text="请尽快", actor=people.clerk)

    page = text_of(client.get(url(case, "service")))

    acts = Act.objects.filter(record_kind="case", record_key=case.number)
    assert all(bytes(act.hash).hex() in page for act in acts)
    assert {act.verb for act in acts} == {"发起试验审核", "首次查阅", "认领", "催办"}
    assert "第二十七条" in page
    assert page.count(people.other_clerk.real_name) >= 3
    assert re.search(r"1 次：\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 演示\d+号催至承办人", page)


@pytest.mark.row("GOV-3")
def test_the_proof_of_service_is_a_pdf_too(client, case, people):
    client.force_login(people.clerk)

    answer = client.get(url(case, "service.pdf"))

    assert answer.status_code in (200, 501)  # 501: this machine has no Chinese font, and says so
    if answer.status_code == 200:
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-1.7")
        assert Act.objects.filter(verb="导出送达回证").count() == 1
    else:
        assert "没有中文字体" in answer.content.decode()


def test_who_stands_in_claims_for_the_absent_and_the_trace_says_so(client, case, people, text_of):
    services.claim(case, actor=people.clerk)
    client.force_login(people.clerk)
    today = local_today()
    client.post("/me/deputies/new", {
        "deputy": people.other_clerk.pk, "since": today, "until": today + timedelta(days=3),
        "reason": "年休假",
    })  # fmt: skip
    assert people.other_clerk.real_name in text_of(client.get("/me"))

    client.force_login(people.other_clerk)
    assert f"代{people.clerk.real_name}" in text_of(client.get("/inbox"))
    assert f"代{people.clerk.real_name}认领" in text_of(client.get(url(case)))
    client.post(url(case, "claim"))
    case.refresh_from_db()
    sent(client, case, "submit", reason="代为提交")

    done = [(s.label, s.by, s.on_behalf) for s in queries.trace(case)][-2:]
    assert done == [
        ("认领", people.other_clerk, people.clerk), ("提交审核", people.other_clerk, people.clerk),
    ]  # fmt: skip
    assert f"（代{people.clerk.real_name}）" in text_of(client.get(url(case)))
    assert f"（代{people.clerk.real_name}）" in text_of(client.get(url(case, "service")))


def test_a_deputy_gains_no_right(client, case, people, make_account, city):
    services.claim(case, actor=people.clerk)
    plain = make_account(organisation=city.market)
    client.force_login(people.clerk)
    today = local_today()
    client.post("/me/deputies/new", {
        "deputy": plain.pk, "since": today, "until": today, "reason": "出差",
    })  # fmt: skip

    client.force_login(plain)
    assert client.get(url(case)).status_code == 200
    assert client.post(url(case, "claim")).status_code == 403
    deputy = people.clerk.deputies.get()
    client.force_login(people.clerk)
    client.post(f"/me/deputies/{deputy.pk}/end")
    client.force_login(plain)
    assert client.get(url(case)).status_code == 404


def test_that_somebody_was_quicker_to_claim_is_said_on_the_page(client, case, people, text_of):
    services.claim(case, actor=people.other_clerk)
    client.force_login(people.clerk)

    page = text_of(client.post(url(case, "claim"), follow=True))

    assert f"已由{people.other_clerk.real_name}认领" in page


def test_a_move_that_is_not_open_is_only_the_page(client, case, people, text_of):
    client.force_login(people.clerk)

    answer = client.get(url(case, "moves", "pass"))

    assert answer.status_code == 200
    assert "没有办成" not in text_of(answer)


def test_whoever_acted_sees_the_case_after_it_has_gone_to_others(client, case, people, city):
    move(case, "submit", people.clerk, to=city.fire)
    Case.objects.filter(pk=case.pk).update(opener=city.fire)

    client.force_login(people.clerk)
    assert client.get(url(case)).status_code == 200
    client.force_login(people.other_clerk)
    assert client.get(url(case)).status_code == 404


def test_the_next_thing_that_waits_is_one_key_away(client, case, people, city):
    other = open_case("另一件", city.market, actor=people.clerk)
    client.force_login(people.clerk)

    assert url(other) in client.get(url(case)).content.decode()


def test_the_page_asks_few_questions(client, case, people, django_assert_max_num_queries):
    move(case, "submit", people.clerk)
    for _ in range(3):
        services.urge(case, text=f"第 {_} 次", actor=people.clerk)
    client.force_login(people.head)
    client.get(url(case))  # the first opening leaves its act

    with django_assert_max_num_queries(40):
        assert client.get(url(case)).status_code == 200


def test_an_odd_version_or_move_is_refused_and_breaks_nothing(client, case, people):
    client.force_login(people.clerk)

    assert sent(client, case, "nothing").status_code == 404
    assert client.post(url(case, "moves", "submit"), {"version": "9" * 30}).status_code == 422
    assert client.post(url(case, "moves", "submit"), {"version": "x"}).status_code == 422
    assert Case.objects.get(pk=case.pk).state == "draft"
    assert Account.objects.filter(pk=people.clerk.pk).exists()
