"""The pages on which people say who is whom: queue, work page, batch, decisions, merge, split, search."""

import re

import pytest
from django.urls import reverse

from mingcha.base.people.testing import make_account
from mingcha.base.rules.services import load_shipped
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Decision, LinkQuestion, Tie
from mingcha.domains.records.services import links
from mingcha.domains.records.tests.linking_world import (
    believed,
    find,
    make_fact,
    make_party,
    make_subject,
    question_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def linker(city, client):
    load_shipped()
    account = make_account("linker", organisation=city.bureau, scope=city.government)
    client.force_login(account)
    return account


@pytest.fixture
def asked(city):
    """Three nameless records; the first two have one candidate with equal evidence, the third two."""
    one, two = make_party("演示鑫源贸易有限公司"), make_party("演示鑫源商贸有限公司")
    subjects = [make_subject(f"演示鑫源{n}", city.market) for n in range(3)]
    find(subjects[0], None, (one, 5500))
    find(subjects[1], None, (one, 5500))
    find(subjects[2], None, (one, 5000), (two, 4500))
    return subjects, one, two


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.row("REG-5")
def test_the_queue_lists_filters_sorts_and_exports(asked, linker, client):
    subjects, *_ = asked

    page = text_of(client.get("/links/"))
    assert all(subject.name in page for subject in subjects)
    assert "共 3 个" in page or "共 3 条" in page
    few = text_of(client.get("/links/", {"doubt": "several", "table": "check_action"}))
    assert "演示鑫源2" in few and "演示鑫源0" not in few
    assert "没有符合条件的存疑关联" in text_of(client.get("/links/", {"weight_from": "5600"}))
    out = b"".join(client.get("/links/", {"export": "csv", "sort": "weight"}).streaming_content)
    lines = out.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["演示鑫源2", "演示鑫源0", "演示鑫源1"]


@pytest.mark.row("REG-5")
def test_the_record_beside_its_candidates_is_in_words_and_not_in_codes(city, linker, client):
    subject = make_subject("演示鑫源", city.market, records=0)
    make_fact(subject, city.market, "JC1", check_form="01", check_result="02")
    find(subject, None, (make_party("演示鑫源贸易有限公司"), 5000))

    page = text_of(client.get(f"/links/questions/{question_of(subject).seen}/"))

    assert "<dd>日常检查</dd>" in page
    assert "<dd>发现问题作出责令改正等行政命令</dd>" in page
    assert "<dd>01</dd>" not in page


def test_nobody_sees_questions_about_others_records(asked, city, client):
    client.force_login(make_account("linker", organisation=city.fire))

    assert "没有符合条件的存疑关联" in text_of(client.get("/links/"))
    number = question_of(asked[0][0]).seen
    assert client.get(f"/links/questions/{number}/").status_code == 404


@pytest.mark.row("REG-5")
def test_one_key_decides_and_the_next_opens(asked, linker, client):
    subjects, one, two = asked
    first = question_of(subjects[0])
    page = text_of(client.get(f"/links/questions/{first.seen}/"))
    for said in (
        "记录中",
        "登记的",
        "字号",
        "+5,500",
        'data-key="y"',
        'data-key="n"',
        'data-key="s"',
    ):
        assert said in page

    answer = client.post(
        f"/links/questions/{first.seen}/decide", {"deed": f"accept:{one.public_id}"}
    )
    assert believed(subjects[0]) == {"演示鑫源0": [(0, one.pk)]}
    onward = client.get(answer.url)
    assert onward.url.startswith(f"/links/questions/{question_of(subjects[1]).seen}/")

    third = question_of(subjects[2])
    answer = client.post(
        f"/links/questions/{third.seen}/decide", {"deed": f"refuse:{one.public_id}"}
    )
    assert answer.url.startswith(f"/links/questions/{question_of(subjects[2]).seen}/")
    assert believed(subjects[2])["演示鑫源2"][1] == (1, two.pk)


def test_two_linkers_at_one_question_are_told(asked, linker, client):
    subjects, one, _ = asked
    seen = question_of(subjects[0]).seen
    links.own(question_of(subjects[0]), actor=linker)

    answer = client.post(f"/links/questions/{seen}/decide", {"deed": f"accept:{one.public_id}"})

    assert answer.status_code == 404
    assert Decision.objects.count() == 1


def test_asking_opens_a_case_for_the_provider(asked, linker, city, client):
    subjects, *_ = asked
    seen = question_of(subjects[2]).seen

    client.post(
        f"/links/questions/{seen}/decide",
        {"deed": "ask", "provider": city.market.code, "reason": "请核对是哪一家"},
    )

    case = LinkQuestion.objects.get().case
    assert (case.unit, case.kind) == (city.market, "link-question")
    assert case.number in text_of(client.get("/links/", {"asked": "yes"}))
    clerk = city.person("clerk")
    client.force_login(clerk)
    page = text_of(client.get(reverse("desk:case", args=[case.number])))
    assert "演示鑫源贸易有限公司" in page
    answer = client.post(
        reverse("desk:case_move", args=[case.number, "answer"]),
        {"answer": asked[2].public_id, "reason": "是这一家", "version": case.version},
    )
    assert answer.status_code == 302
    assert believed(subjects[2]) == {"演示鑫源2": [(0, asked[2].pk)]}


def test_equal_questions_are_accepted_together_with_what_they_are_in_sight(asked, linker, client):
    subjects, one, _ = asked
    classes = text_of(client.get("/links/alike/", {"weight_from": "5500"}))
    assert "字号相同 +5,500" in classes and "演示鑫源2" not in classes
    first = question_of(subjects[0]).seen
    preview = text_of(client.get(f"/links/alike/{first}/"))
    assert "演示鑫源0" in preview and "演示鑫源1" in preview

    keys = [question_of(subject).seen for subject in subjects[:2]]
    client.post(f"/links/alike/{first}/", {"key": keys, "reason": "名称唯一"})

    assert believed(*subjects[:2]) == {"演示鑫源0": [(0, one.pk)], "演示鑫源1": [(0, one.pk)]}
    assert Decision.objects.filter(reason="名称唯一").count() == 2


@pytest.mark.row("REG-5")
def test_a_merge_is_made_found_shown_and_undone_on_pages(city, linker, client):
    old, new = make_party("演示旧店公司", code="OLD-000001"), make_party("演示新店公司")
    old.identifiers.create(scheme="registration-number", value="OLD-000001")
    subject = make_subject("演示旧店", city.market)
    find(subject, old)
    address = f"/links/merge/?one={old.public_id}&other={new.public_id}"
    assert "将移动的" in text_of(client.get(address))
    assert client.post(address, {"winner": new.public_id, "reason": ""}).status_code == 422

    answer = client.post(address, {"winner": new.public_id, "reason": "重复登记"})

    page = text_of(client.get(answer.url))
    assert "“演示旧店公司”并入“演示新店公司”" in page and "撤销这个决定" in page
    for words in ("演示旧店公司", "OLD-000001", "old-000001"):
        found = text_of(client.get("/parties/", {"q": words}))
        assert "已并入" in found and "演示新店公司" in found
    assert "演示旧店公司" not in text_of(client.get("/parties/", {"q": "旧店"}))
    assert "已并入" in text_of(client.get(f"/parties/{old.public_id}/"))
    assert "并入本对象的" in text_of(client.get(f"/parties/{new.public_id}/"))

    client.post(answer.url, {"reason": "两家"})
    assert believed(subject) == {"演示旧店": [(0, old.pk)]}
    assert "已撤销" in text_of(client.get("/links/decisions/", {"standing": "no"}))
    assert "已并入" not in text_of(client.get("/parties/", {"q": "演示旧店公司"}))


def test_a_party_is_split_on_its_page(city, linker, client):
    party = make_party("演示共用公司")
    stays, goes = make_subject("演示留", city.market), make_subject("演示走", city.market)
    for subject in (stays, goes):
        find(subject, party)
    address = f"/links/split/{party.public_id}/"
    assert "演示留" in text_of(client.get(address))
    assert client.post(address, {"reason": "两家"}).status_code == 422

    answer = client.post(address, {"subject": [goes.pk], "reason": "两家", "name": "演示另立"})

    made = Decision.objects.get()
    assert answer.url == f"/links/decisions/{made.pk}/"
    assert made.other.name == "演示另立"
    assert believed(goes) == {"演示走": [(0, made.other_id)]}


def test_a_record_that_was_split_off_leaves_the_dossier_and_joins_the_other(city, linker, client):
    party = make_party("演示共用公司")
    subject = make_subject("演示混", city.market, records=2)
    find(subject, party)
    fact = subject.fact_set.order_by("pk").first()

    client.post(f"/links/split/{party.public_id}/", {"fact": [fact.pk], "reason": "两家"})

    other = Decision.objects.get().other
    assert Tie.objects.get(fact_id=fact.pk, until=None).party == other
    assert Party.objects.get(pk=other.pk).is_registered is False
    assert believed(subject) == {"演示混": [(0, party.pk)]}


def test_how_ties_are_made_is_a_page(linker, client):
    page = text_of(client.get("/links/how/"))

    for said in ("字号相同，四字以上", "+5,000", "同名同址", "一码两用", "权重第 1 版"):
        assert said in page
