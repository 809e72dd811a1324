"""Whoever is concerned objects to an exception without an account, and learns the answer with a code."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import TemplateDoesNotExist

from mingcha.base.cases.errors import Barred
from mingcha.base.cases.models import Case, Todo
from mingcha.base.cases.services import claim
from mingcha.base.days import local_today, utc_now
from mingcha.base.errors import BadInput
from mingcha.base.ledger.models import Act, Content
from mingcha.base.rules import services as rules
from mingcha.domains.catalog.models import ItemException, Objection
from mingcha.domains.catalog.services import exceptions, objections
from mingcha.domains.catalog.services.objections import Finding, Remedy
from mingcha.domains.records.testing import uscc

pytestmark = pytest.mark.django_db
TODAY = local_today()
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PERSON = {"objector": "person", "name": "王小明", "contact": "13912345678",
          "act": "检查通知书 2026 第 9 号", "reason": "本店不做预制菜，不应依此检查。"}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_once(settings):
    settings.OPEN_FORM_SECONDS = 0


@pytest.fixture(name="people")
def _people(city, make_account):
    rules.load_shipped()
    city.market.uscc = uscc(1)
    city.market.save()
    at = {"organisation": city.bureau, "scope": city.government}
    return {
        "drafter": make_account("catalog-manager", organisation=city.market),
        "approver": make_account("catalog-reviewer", **at),
        "judge": make_account("catalog-reviewer", **at),
        "clerk": make_account("clerk", organisation=city.bureau, scope=city.government),
    }


@pytest.fixture(name="exception")
def _exception(city, people):
    asked = exceptions.Asked("01310000000099", "预制菜经营检查", city.market, TODAY,
                             TODAY + timedelta(days=30), "专项整治")  # fmt: skip
    case = exceptions.ask(asked, actor=people["drafter"])
    return exceptions.allow(case, reason="同意", actor=people["approver"])


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def sheet(client, number):
    page = client.get(f"/book/exceptions/{number}/object").content.decode()
    return re.search(r'name="form_key" value="([^"]+)"', page).group(1)


def objected(client, number, **more):
    said = PERSON | {"form_key": sheet(client, number)} | more
    return client.post(f"/book/exceptions/{number}/object", said)


def filed(client, number, **more):
    """The number and the query code of an objection."""
    page = text_of(objected(client, number, **more))
    code = re.search(r'query-code">([^<]+)<', page).group(1)
    return re.search(r"YY-\d{4}-\d{6}", page).group(0), code


def progress(client, number, code, **more):
    page = client.get("/book/objections/").content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page).group(1)
    return client.post(
        "/book/objections/", {"number": number, "code": code, "form_key": key} | more
    )


@pytest.mark.row("CAT-5")
@pytest.mark.row("CAT-10")
def test_anyone_objects_and_learns_with_the_code_how_it_stands(client, exception, people):
    page = text_of(client.get(f"/book/exceptions/{exception.number}/"))
    number, code = filed(client, exception.number)

    assert "提出异议" in page and "没有人提出异议" in page
    assert "待受理" in text_of(progress(client, number, code.lower().replace("-", " ")))
    case = Case.objects.get(number=number)
    objections_case = case.of
    assert (case.unit, objections_case.label) == (exception.unit, "监管例外异议")
    assert case.due_on is not None and Todo.objects.filter(case=case, done_at=None).count() == 1
    assert Objection.objects.get(case=case).code_hash not in (code, "")
    assert code.replace("-", "") not in str(Objection.objects.values().get(case=case))


@pytest.mark.row("CAT-5")
def test_a_wrong_code_learns_nothing(client, exception):
    number, _ = filed(client, exception.number)

    wrong = progress(client, number, "2222-3333-4444-5555-6666")
    missing = progress(client, "YY-2020-000001", "2222-3333-4444-5555-6666")

    assert (wrong.status_code, missing.status_code) == (404, 404)
    assert "没有找到异议" in text_of(wrong) and "没有找到异议" in text_of(missing)


@pytest.mark.row("CAT-5")
def test_an_upheld_objection_ends_the_exception_and_the_public_reads_why(client, exception, people):
    number, code = filed(client, exception.number)
    case, judge = Case.objects.get(number=number), people["judge"]
    client.force_login(judge)
    client.post(f"/cases/{number}/moves/admit", {"version": case.version})
    case.refresh_from_db()
    said = {"remedy": "end", "reason": "该类经营已有在用事项。", "version": case.version}
    client.post(f"/cases/{number}/moves/uphold", said)
    client.logout()

    granted = ItemException.objects.get(case=exception)
    public = text_of(client.get(f"/book/exceptions/{exception.number}/"))
    mine = text_of(progress(client, number, code))
    assert granted.until == TODAY and granted.case.state == "ended"
    assert granted.case.steps.filter(move="overturn", by=judge).exists()
    assert "异议成立" in public and "该类经营已有在用事项" in public and "1 件成立" in public
    assert "王小明" not in public and "13912345678" not in public
    assert "该类经营已有在用事项" in mine and "终止例外" in mine
    assert "1 件，1 件成立" in text_of(client.get("/book/exceptions/"))
    told = Todo.objects.filter(case=exception, to_know=True)
    assert {todo.unit for todo in told} == {granted.body, exception.unit}


@pytest.mark.row("CAT-5")
def test_whoever_asked_for_the_exception_or_approved_it_does_not_judge(client, exception, people):
    number, _ = filed(client, exception.number)
    case, approver = Case.objects.get(number=number), people["approver"]

    with pytest.raises(Barred, match="由您本人批准"):
        objections.dismiss(case, answer="不予受理", actor=approver)
    with pytest.raises(Barred):
        claim(case, actor=approver)
    client.force_login(approver)
    page = text_of(client.get(f"/cases/{number}"))
    assert "由您本人批准，您不能处理对它的异议" in page
    assert client.post(f"/cases/{number}/objector").status_code == 403


@pytest.mark.row("CAT-5")
def test_who_objects_is_masked_and_each_look_is_an_act(client, exception, people):
    number, _ = filed(client, exception.number)
    client.force_login(people["clerk"])
    clerk = text_of(client.get(f"/cases/{number}"))
    refused = client.post(f"/cases/{number}/objector")
    client.force_login(people["judge"])
    judge = text_of(client.get(f"/cases/{number}"))
    opened = text_of(client.post(f"/cases/{number}/objector"))

    for page in (clerk, judge):
        assert "王＊＊" in page and "王小明" not in page and "13912345678" not in page
    assert refused.status_code == 403
    assert "王小明" in opened and "13912345678" in opened
    assert Act.objects.filter(verb="查看异议人信息", actor_id=people["judge"].pk).count() == 1
    kept = " ".join(Content.objects.values_list("text", flat=True))
    assert "王小明" not in kept and "13912345678" not in kept


@pytest.mark.row("CAT-5")
def test_files_are_kept_as_they_are_and_given_to_the_judge_only(client, exception, people):
    file = SimpleUploadedFile("通知书.pdf", PDF)
    number, _ = filed(client, exception.number, files=file)
    stored = Objection.objects.get(case__number=number).files.get()
    address = f"/cases/{number}/files/{stored.pk}"
    client.force_login(people["approver"])
    refused = client.get(address)
    client.force_login(people["judge"])
    taken = client.get(address)

    assert refused.status_code == 404
    assert b"".join(taken.streaming_content) == PDF
    assert taken["Content-Disposition"].startswith("attachment")
    assert "sandbox" in taken["Content-Security-Policy"]
    assert Act.objects.filter(verb="下载异议附件").count() == 1


@pytest.mark.row("CAT-5")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("网页.pdf", b"<html><script>alert(1)</script>", "实际内容却是"),
        ("程序.exe", b"MZ\x90\x00", "其他格式的文件"),
        ("图.png", b"%PDF-1.7\n%%EOF", "实际内容却是PDF"),
        ("半截.pdf", b"%PDF-1.7\n1 0 obj", "缺少结尾"),
        ("锁.pdf", b"%PDF-1.7\n/Encrypt 1 0 R\n%%EOF", "打开密码"),
        ("大.pdf", b"%PDF-1.7\n" + b"0" * 3000 + b"%%EOF", "超过"),
    ],
)
def test_a_hostile_file_keeps_the_objection_out(client, exception, settings, name, content, said):
    settings.ATTACHMENT_LIMIT_BYTES = 2000
    answer = objected(client, exception.number, files=SimpleUploadedFile(name, content))

    assert answer.status_code >= 400
    assert said in text_of(answer)
    assert not Objection.objects.exists()


def test_one_sheet_sent_twice_is_one_objection(client, exception):
    key = sheet(client, exception.number)
    first = objected(client, exception.number, form_key=key)
    second = objected(client, exception.number, form_key=key, reason="另一种说法")

    assert (first.status_code, second.status_code) == (201, 409)
    assert "已经提交过" in text_of(second) and "query-code" not in text_of(second)
    assert Objection.objects.count() == 1


@pytest.mark.row("CAT-5")
def test_whoever_lost_the_receipt_sends_the_same_again_and_has_number_and_code(
    client, exception, monkeypatch
):
    key = sheet(client, exception.number)
    with monkeypatch.context() as broken, pytest.raises(TemplateDoesNotExist):
        broken.setattr("mingcha.domains.portal.views.objections.RECEIPT", "nothing.html")
        objected(client, exception.number, form_key=key)
    again = objected(client, exception.number, form_key=key)
    page = text_of(again)
    (code,) = re.findall(r'query-code">([^<]+)<', page)
    number = Objection.objects.get().case.number

    assert again.status_code == 200 and number in page and "没有重复登记" in page
    assert progress(client, number, code).status_code == 200
    Case.objects.filter(number=number).update(opened_at=utc_now() - timedelta(hours=2))
    late = objected(client, exception.number, form_key=key)
    assert late.status_code == 409 and code not in text_of(late)


def test_machines_are_kept_out(client, exception, settings):
    trapped = objected(client, exception.number, website="http://x")
    forged = objected(client, exception.number, form_key="forged")
    settings.OPEN_FORM_SECONDS = 60
    hasty = objected(client, exception.number)

    for answer in (trapped, forged, hasty):
        assert answer.status_code == 422 and "没有通过核验" in text_of(answer)
    assert not Objection.objects.exists()


def test_a_door_is_closed_to_one_address_that_knocks_too_often(client, exception, settings):
    settings.OPEN_FORMS_EACH = 2
    answers = [objected(client, exception.number) for _ in range(3)]
    elsewhere = client.post(
        f"/book/exceptions/{exception.number}/object",
        PERSON | {"form_key": sheet(client, exception.number)}, REMOTE_ADDR="192.0.2.9",
    )  # fmt: skip

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert elsewhere.status_code == 201


@pytest.mark.row("CAT-5")
def test_an_enterprise_names_its_code(client, exception):
    said = {"objector": "enterprise", "name": "演示餐饮有限公司"}
    missing = objected(client, exception.number, **said)
    wrong = objected(client, exception.number, uscc="913100000000000000", **said)
    right = objected(client, exception.number, uscc=uscc(7), **said)

    assert "请填写统一社会信用代码" in text_of(missing)
    assert wrong.status_code == 422 and "统一社会信用代码有误" in text_of(wrong)
    assert right.status_code == 201


@pytest.mark.row("CAT-5")
def test_an_objector_takes_it_back(client, exception):
    number, code = filed(client, exception.number)
    page = text_of(progress(client, number, code, withdraw="1"))
    again = progress(client, number, code, withdraw="1")

    assert "异议已撤回" in page and Case.objects.get(number=number).state == "withdrawn"
    assert again.status_code == 409


@pytest.mark.row("CAT-5")
def test_an_exception_is_shortened_and_one_in_force_is_not_left_as_it_is(client, exception, people):
    number, _ = filed(client, exception.number)
    case, judge = Case.objects.get(number=number), people["judge"]
    client.force_login(judge)
    client.post(f"/cases/{number}/moves/admit", {"version": case.version})

    with pytest.raises(BadInput, match="仍在有效期内"):
        objections.uphold(case, Finding(Remedy.NONE, "成立"), actor=judge)
    with pytest.raises(BadInput, match="新的截止日期"):
        objections.uphold(
            case, Finding(Remedy.SHORTEN, "成立", TODAY + timedelta(days=40)), actor=judge
        )
    until = TODAY + timedelta(days=5)
    objections.uphold(case, Finding(Remedy.SHORTEN, "成立", until), actor=judge)

    granted = ItemException.objects.get(case=exception)
    assert granted.until == until and granted.case.state == "allowed"


@pytest.mark.row("CAT-5")
def test_what_is_not_taken_up_says_why(client, exception, people):
    number, code = filed(client, exception.number)
    case = Case.objects.get(number=number)
    objections.dismiss(case, answer="所述检查不是依这项例外进行的。", actor=people["judge"])

    assert "不是依这项例外" in text_of(progress(client, number, code))
    assert "不予受理" in text_of(client.get(f"/book/exceptions/{exception.number}/"))


@pytest.mark.row("CAT-5")
def test_machines_object_and_ask_through_the_api(client, exception):
    def post(address, **said):
        return client.post(f"/api/v1{address}", json.dumps(said), "application/json")

    made = post(f"/exceptions/{exception.number}/objections", **PERSON)
    one = made.json()
    seen = post(f"/objections/{one['number']}/status", code=one["code"])
    wrong = post(f"/objections/{one['number']}/status", code="x")
    back = post(f"/objections/{one['number']}/withdrawal", code=one["code"])
    listed = client.get("/api/v1/exceptions").json()
    whole = client.get(f"/api/v1/exceptions/{exception.number}").json()

    assert made.status_code == 201 and seen.json()["state"] == "filed"
    assert (wrong.status_code, back.json()["state"]) == (404, "withdrawn")
    assert listed[0]["number"] == exception.number and listed[0]["objections"] == 1
    assert whole["answers"] == [] and "王小明" not in json.dumps(whole)
    assert client.get("/api/v1/exceptions/LW-2020-000001").status_code == 404


@pytest.mark.row("CAT-5")
def test_machines_hand_in_files_and_ask_again_under_their_key(client, exception):
    address = f"/api/v1/exceptions/{exception.number}/objections/with-files"

    def post(key="0123456789abcdef" * 2, content=PDF, **said):
        files = {"files": SimpleUploadedFile("通知书.pdf", content)}
        return client.post(address, PERSON | files | said, HTTP_IDEMPOTENCY_KEY=key)

    made, again = post(), post()
    others = [post(reason="另一件"), post(content=PDF + b"\n"), post(key="1")]

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    assert [one.status_code for one in others] == [409, 409, 422]
    stored = Objection.objects.get().files.get()
    assert (stored.name, stored.size) == ("通知书.pdf", len(PDF))
    code = {"code": made.json()["code"]}
    status = f"/api/v1/objections/{made.json()['number']}/status"
    assert client.post(status, json.dumps(code), "application/json").json()["files"] == [
        "通知书.pdf"
    ]


@pytest.mark.row("CAT-5")
@pytest.mark.parametrize(("names", "content"), [
    (["网页.pdf"], b"<html><script>alert(1)</script>"),
    (["程序.exe"], b"MZ\x90\x00"),
    (["图.png"], PDF),
    (["半截.pdf"], b"%PDF-1.7\n1 0 obj"),
    (["大.pdf"], b"%PDF-1.7\n" + b"0" * 3000 + b"%%EOF"),
    (["一.pdf", "二.pdf", "三.pdf", "四.pdf"], PDF),
])  # fmt: skip
def test_the_api_refuses_hostile_files_as_the_page_does(
    client, exception, settings, names, content
):
    settings.ATTACHMENT_LIMIT_BYTES = 2000
    address = f"/api/v1/exceptions/{exception.number}/objections/with-files"
    files = [SimpleUploadedFile(name, content) for name in names]
    answer = client.post(address, PERSON | {"files": files})

    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"].startswith("application/problem+json")
    assert not Objection.objects.exists()


def test_what_was_not_approved_is_nowhere(client, city, people):
    asked = exceptions.Asked("01310000000098", "未批准的检查", city.market, TODAY,
                             TODAY + timedelta(days=9), "试点")  # fmt: skip
    case = exceptions.ask(asked, actor=people["drafter"])

    assert client.get(f"/book/exceptions/{case.number}/").status_code == 404
    assert client.get(f"/book/exceptions/{case.number}/object").status_code == 404
