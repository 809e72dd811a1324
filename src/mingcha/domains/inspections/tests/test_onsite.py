"""What officers do with a visit, through its pages: from the inbox to what follows from the result."""

import json
from base64 import b64decode
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mingcha.base.cases.contents import digests
from mingcha.base.cases.models import Case, Todo
from mingcha.base.cases.services import Opening, opened
from mingcha.base.days import local_today
from mingcha.base.ledger.models import Act
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections.models import (
    Avoidance,
    Clue,
    Correction,
    Part,
    Place,
    Plan,
    Rating,
)
from mingcha.domains.inspections.tests.onsite import PNG, a_part, an_assignment, stage
from mingcha.domains.inspections.views.checkcode import RatingForm
from mingcha.domains.officers.models import CertificateHolder, Officer
from mingcha.domains.records.models import Fact
from mingcha.domains.records.testing import CERTIFICATES, do_jobs


@pytest.fixture
def scene(request, city):
    return stage(city)


def go(client, account):
    client.force_login(account)
    return client


def move(client, account, case, name, **facts):
    url = reverse("desk:case_move", args=[case.number, name])
    return go(client, account).post(url, facts)


def said(answer):
    return answer.content.decode()


def state(case):
    return Case.objects.get(pk=case.pk).state


def begun(client, scene):
    for account in scene.accounts:
        assert move(client, account, scene.case, "confirm").status_code == 302
    move(client, scene.one, scene.case, "start", present=["1", "2"], shown="on")
    assert state(scene.case) == "under-way"


def tap(client, scene, answers, account=None, case=None):
    item = scene.assignment.items.get()
    body = [
        {"item": item.pk, "number": n, "answer": a, "note": note}
        for n, (a, note) in enumerate(answers, 1)
    ]
    url = reverse("inspections:record", args=[(case or scene.case).number])
    return go(client, account or scene.one).post(
        url,
        json.dumps(body),
        content_type="application/json",
        headers={"Accept": "application/json"},
    )


def unsigned(client, scene, case=None, account=None):
    url = reverse("inspections:statement", args=[(case or scene.case).number])
    go(client, account or scene.one).post(
        url, {"statement": "无异议", "unsigned": "负责人不在场，由店员陪同"}
    )


GOOD = [("01", ""), ("01", "")]
BAD = [("01", ""), ("02", "进货查验记录缺 3 天")]


def handed_in(client, scene, answers=GOOD, result="1"):
    begun(client, scene)
    assert tap(client, scene, answers).status_code == 200
    unsigned(client, scene)
    return move(client, scene.one, scene.case, "submit", result=result, summary="按清单逐项检查")


@pytest.mark.row("INS-5")
def test_the_task_is_in_the_inbox_and_in_my_inspections_and_both_confirm(client, scene):
    page = said(go(client, scene.one).get(reverse("inspections:parts")))
    assert "演示康达饮品店" in page and "待确认" in page
    outsider = make_account("officer", organisation=scene.body)
    assert "演示康达饮品店" not in said(go(client, outsider).get(reverse("inspections:parts")))
    assert "演示康达饮品店" in said(client.get(reverse("inspections:parts") + "?whose=all"))
    move(client, scene.one, scene.case, "confirm")
    assert state(scene.case) == "to-confirm"
    move(client, scene.one, scene.case, "confirm")  # pressed twice
    assert Place.objects.filter(confirmed_at__isnull=False).count() == 1
    refused = move(client, outsider, scene.case, "confirm")
    assert refused.status_code == 403 and "不在" in said(refused)
    move(client, scene.two, scene.case, "confirm")
    assert state(scene.case) == "confirmed"


def test_a_move_made_on_the_page_for_the_site_stays_there(client, scene):
    page = f"http://testserver{reverse('inspections:part', args=[scene.case.number])}"
    confirm = reverse("desk:case_move", args=[scene.case.number, "confirm"])

    on_site = go(client, scene.one).post(confirm, headers={"Referer": page})
    elsewhere = go(client, scene.two).post(confirm, headers={"Referer": "https://elsewhere.cn/"})

    assert on_site.url == page
    assert elsewhere.url == reverse("desk:case", args=[scene.case.number])


@pytest.mark.row("INS-4")
def test_avoidance_leaves_a_vacant_place_that_the_unit_is_told_of(client, scene):
    move(client, scene.one, scene.case, "confirm")
    answer = move(client, scene.two, scene.case, "avoid", ground="kin", reason="负责人是我的姐姐")
    assert answer.status_code == 302
    left, vacant = Place.objects.filter(number=2).order_by("pk")
    assert left.left_because.startswith("回避") and vacant.officer is None
    assert Avoidance.objects.get().officer == scene.officers[1]
    assert not Place.objects.filter(confirmed_at__isnull=False).exists()
    assert Todo.objects.filter(case=scene.case, to_know=True, unit=scene.body).exists()
    move(client, scene.one, scene.case, "confirm")
    assert state(scene.case) == "to-confirm"  # not with a vacant place
    assert "空缺" in said(
        go(client, scene.one).get(reverse("inspections:part", args=[scene.case.number]))
    )


@pytest.mark.row("INS-5")
def test_two_officers_with_valid_certificates_or_no_inspection(client, scene):
    for account in scene.accounts:
        move(client, account, scene.case, "confirm")
    alone = move(client, scene.one, scene.case, "start", present=["1"], shown="on")
    assert alone.status_code == 409 and "不得少于两人" in said(alone)
    unshown = move(client, scene.one, scene.case, "start", present=["1", "2"])
    assert unshown.status_code == 422
    Officer.objects.filter(pk=scene.officers[1].pk).update(
        valid_to=local_today() - timedelta(days=1)
    )
    over = move(client, scene.one, scene.case, "start", present=["1", "2"], shown="on")
    assert over.status_code == 409 and "执法证有效期至" in said(over)
    assert state(scene.case) == "confirmed"


@pytest.mark.row("INS-5")
def test_each_tap_is_kept_and_what_is_not_good_says_why(client, scene):
    begun(client, scene)
    silent = tap(client, scene, [("02", "")])
    assert silent.status_code == 422 and "请写明情况" in silent.json()["title"]
    answer = tap(client, scene, BAD)
    assert answer.json() | {"at": ""} == {"done": 2, "of": 2, "failed": 1, "at": ""}
    version = Case.objects.get(pk=scene.case.pk).version
    tap(client, scene, BAD)  # sent again when the answer got lost
    assert Case.objects.get(pk=scene.case.pk).version == version
    assert tap(client, scene, [*GOOD, ("01", "")]).status_code == 422  # no such line
    assert tap(client, scene, [("09", "x")]).status_code == 422
    other = make_account("officer", organisation=scene.body)
    assert tap(client, scene, GOOD, account=other).status_code == 403
    page = said(go(client, scene.one).get(reverse("inspections:part", args=[scene.case.number])))
    assert "进货查验记录缺 3 天" in page


@pytest.mark.row("INS-5")
def test_without_script_the_whole_form_is_kept_at_once(client, scene):
    begun(client, scene)
    key = f"{scene.assignment.items.get().pk}-1"
    url = reverse("inspections:record", args=[scene.case.number])
    answer = client.post(url, {f"answer-{key}": "03", f"note-{key}": "冷库停用"})
    assert answer.status_code == 302
    assert scene.part.findings.get().note == "冷库停用"


@pytest.mark.row("INS-5")
def test_evidence_is_kept_by_its_hash_and_hostile_files_are_refused(client, scene):
    begun(client, scene)
    tap(client, scene, BAD)
    url = reverse("inspections:attach", args=[scene.case.number])
    line = f"{scene.assignment.items.get().pk}-2"

    def send(name, content, **more):
        files = {"files": SimpleUploadedFile(name, content), **more}
        return client.post(url, files, headers={"Accept": "application/json"})

    kept = send("../../现场.png", PNG, line=line).json()["files"][0]
    assert kept["name"] == "现场.png" and len(kept["digest"]) == 64
    assert send("现场.png", PNG).json()["files"][0]["digest"] == kept["digest"]  # the same again
    assert scene.part.evidence.count() == 1
    for name, content in (
        ("a.exe", b"MZ....."), ("a.png", b"<script>"), ("a.svg", b"<svg/>"), ("a.jpg", PNG), ("a.png", b""),
    ):  # fmt: skip
        assert send(name, content).status_code in {400, 415, 422}, name
    got = client.get(kept["url"])
    assert got["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got["Content-Security-Policy"]
    assert b"".join(got.streaming_content) == PNG
    stranger = make_account("officer", organisation=scene.city.fire)
    assert go(client, stranger).get(kept["url"]).status_code == 404


@pytest.mark.row("INS-5")
def test_a_result_is_handed_in_whole_and_agrees_with_what_was_found(client, scene):
    begun(client, scene)
    tap(client, scene, [("01", "")])
    early = move(client, scene.one, scene.case, "submit", result="1", summary="x")
    assert early.status_code == 409 and "还有 1 项没有记录" in said(early) and "签字" in said(early)
    tap(client, scene, BAD)
    attach = reverse("inspections:attach", args=[scene.case.number])
    client.post(attach, {"files": SimpleUploadedFile("签名.png", PNG), "kind": "signature"})
    client.post(reverse("inspections:statement", args=[scene.case.number]), {"signed_by": "王某"})
    wrong = move(client, scene.one, scene.case, "submit", result="1", summary="x")
    assert wrong.status_code == 422 and "有 1 项记为不合格" in said(wrong)
    assert (
        move(client, scene.one, scene.case, "submit", result="E", summary="当场改正").status_code
        == 302
    )
    part = Part.objects.get(pk=scene.part.pk)
    assert (part.result, part.submitted_by, state(scene.case)) == ("E", scene.one, "submitted")
    assert tap(client, scene, GOOD).status_code == 409  # handed in is handed in


@pytest.mark.row("INS-5")
def test_nobody_there_is_a_result_and_open_lines_count_as_not_checked(client, scene):
    begun(client, scene)
    unsigned(client, scene)
    move(client, scene.one, scene.case, "submit", result="6", summary="门店已关，电话无人接听")
    assert set(scene.part.findings.values_list("answer", flat=True)) == {"03"}


@pytest.mark.row("INS-5")
@pytest.mark.django_db(transaction=True)
def test_another_person_returns_and_accepts_and_the_result_becomes_a_fact(client, scene):
    handed_in(client, scene)
    both = make_account("head", "officer", organisation=scene.body)
    assert move(client, scene.one, scene.case, "approve").status_code == 403
    move(client, both, scene.case, "return", reason="请补充冷链温度")
    assert state(scene.case) == "under-way"
    move(client, scene.one, scene.case, "submit", result="1", summary="已补充")
    move(client, scene.head, scene.case, "approve")
    assert state(scene.case) == "reviewed"
    do_jobs()
    record = scene.part.records.get()
    assert record.problem == ""
    fact = Fact.objects.get(pk=record.fact_id)
    assert fact.payload["check_action_code"] == f"{scene.case.number}-1"
    assert fact.payload["check_result"] == "01" and fact.payload["check_mode"] == "1"
    assert fact.payload["check_personnel_code"] == "、".join(CERTIFICATES)
    assert not Case.objects.filter(kind__in=["correction", "inspection-clue"]).exists()
    do_jobs()
    assert Fact.objects.filter(dataset="check_action").count() == 1
    assert "已入库" in said(
        go(client, scene.one).get(reverse("inspections:part", args=[scene.case.number]))
    )


@pytest.mark.row("INS-6")
@pytest.mark.django_db(transaction=True)
def test_the_fact_of_a_planned_check_cites_its_batch(client, city):
    scene = stage(city)
    with opened(Opening("inspection-plan", "年度计划", scene.body), actor=None) as case:
        plan = Plan.objects.create(case=case, body=scene.body, year=2026, title="年度计划")
        scene.task.line = plan.lines.create(
            number=1, name="食品", scope="全市", ratio="0.05", months=[11]
        )
    scene.task.save(update_fields=["line"])
    handed_in(client, scene)
    move(client, scene.head, scene.case, "approve")
    do_jobs()
    assert Fact.objects.get(dataset="check_action").payload["plan_id"] == f"{case.number}-1"


@pytest.mark.row("INS-8")
def test_an_order_to_correct_runs_whole_to_its_recheck(client, scene):
    handed_in(client, scene, BAD, "A")
    move(client, scene.head, scene.case, "approve")
    order = Correction.objects.get()
    assert "进货查验记录缺 3 天" in order.order
    assert Clue.objects.get().kind == "case"
    until = local_today() + timedelta(days=10)
    late = {
        "order": order.order,
        "basis": order.basis,
        "correct_by": local_today() - timedelta(days=1),
    }
    assert move(client, scene.one, order.case, "serve", **late).status_code == 409
    move(client, scene.one, order.case, "serve", **late | {"correct_by": until})
    assert Case.objects.get(pk=order.case.pk).due_on == until
    move(client, scene.one, order.case, "answer", answer="已补齐记录")
    move(client, scene.one, order.case, "recheck", on=local_today())
    again = Correction.objects.get().recheck
    assert again.visit.is_recheck and not again.is_counted
    early = move(client, scene.head, order.case, "corrected")
    assert early.status_code == 409 and "复查" in said(early)
    for account in scene.accounts:
        move(client, account, again.case, "confirm")
    move(client, scene.one, again.case, "start", present=["1", "2"], shown="on")
    page = said(go(client, scene.one).get(reverse("inspections:part", args=[again.case.number])))
    assert "0</span> / 1 项" in page  # only what had failed
    item = scene.assignment.items.get()
    client.post(
        reverse("inspections:record", args=[again.case.number]),
        json.dumps([{"item": item.pk, "number": 2, "answer": "01", "note": ""}]),
        content_type="application/json",
    )  # fmt: skip
    unsigned(client, scene, again.case)
    move(client, scene.one, again.case, "submit", result="1", summary="已改正")
    move(client, scene.head, again.case, "approve")
    assert state(order.case) == "corrected" and Correction.objects.get().is_corrected


@pytest.mark.row("INS-8")
@pytest.mark.parametrize(
    ("result", "kinds"),
    [("B", {"abnormal"}), ("C", {"abnormal"}), ("6", {"abnormal"}), ("8", {"uncooperative"}),
     ("A", {"case"}), ("E", set()), ("F", set()), ("7", set())],
)  # fmt: skip
def test_what_a_result_opens_is_in_the_inbox_of_the_unit_responsible(client, scene, result, kinds):
    failed = result in {"A", "B", "C", "E"}
    handed_in(client, scene, BAD if failed else GOOD, result)
    move(client, scene.head, scene.case, "approve")
    clues = Clue.objects.all()
    assert {clue.kind for clue in clues} == kinds
    for clue in clues:
        todo = Todo.objects.get(case=clue.case)
        assert todo.unit == scene.body and todo.verb == "受理后续处置线索" and "待核" in clue.rule


@pytest.mark.row("INS-8")
def test_what_is_anothers_is_handed_over_and_closed_there(client, scene):
    handed_in(client, scene)
    fire = scene.city.fire
    move(
        client,
        scene.head,
        scene.case,
        "approve",
        hand_over_to=fire.pk,
        hand_over_text="消防通道堵塞",
    )
    clue = Clue.objects.get()
    assert clue.kind == "handover" and clue.case.unit == fire
    officer = make_account("officer", organisation=fire)
    assert "移送其他机关" in said(go(client, officer).get(reverse("desk:inbox") + "?box=own"))
    move(client, officer, clue.case, "take")
    move(client, officer, clue.case, "close", outcome="责令清理", document="消监〔2026〕7号")
    assert Clue.objects.get().outcome == "责令清理" and state(clue.case) == "done"


@pytest.mark.row("BEY-10")
def test_the_check_code_shows_who_and_why_and_is_rated_once(client, scene, settings):
    settings.OPEN_FORM_SECONDS = 0
    url = reverse("inspections:check_code", args=[scene.part.visit.token])
    page = said(client.get(url))
    for words in (
        "食品安全法第一百零九条",
        CERTIFICATES[0],
        "五个严禁",
        "申请回避",
        "每年检查不超过",
    ):
        assert words in page
    assert client.post(url, {"score": "5", **sheet()}).status_code == 409
    begun(client, scene)
    client.logout()
    given = {"score": "5", "matched": "yes", "text": "态度好"}
    assert client.post(url, {**given, "website": "x"}).status_code == 422
    assert client.post(url, {**given, **sheet()}).status_code == 201
    twice = client.post(url, {**given, **sheet()})
    assert twice.status_code == 409 and "评价过" in said(twice)
    assert Rating.objects.get().score == 5
    assert client.get(reverse("inspections:check_code", args=["0" * 20])).status_code == 404


def sheet():
    return {"form_key": RatingForm().initial["form_key"]}


@pytest.mark.row("INS-5")
@pytest.mark.row("INS-8")
def test_notice_record_and_order_are_set_as_pdf(client, scene):
    handed_in(client, scene, BAD, "A")
    move(client, scene.head, scene.case, "approve")
    number, order = scene.case.number, Correction.objects.get().case.number
    go(client, scene.one)
    for name, key in (("notice_pdf", number), ("record_pdf", number), ("order_pdf", order)):
        answer = client.get(reverse(f"inspections:{name}", args=[key]))
        assert answer.status_code in {200, 501}, name
        assert answer.status_code == 501 or answer.content.startswith(b"%PDF-"), name


@pytest.mark.row("INS-7")
@pytest.mark.parametrize("mode", ["special", "patrol", "clue", "full"])
def test_the_other_ways_give_the_same_part_and_say_that_nothing_was_drawn(client, city, mode):
    scene = stage(city, mode=mode)
    page = said(go(client, scene.one).get(reverse("inspections:part", args=[scene.case.number])))
    assert "不经抽取" in page
    client.logout()
    code = said(client.get(reverse("inspections:check_code", args=[scene.part.visit.token])))
    assert "不经抽取" in code


def test_each_department_signs_its_own_result_in_one_visit(client, scene):
    fire = scene.city.fire
    people = [make_account("officer", organisation=fire) for _ in range(2)]
    officers = []
    for n, account in enumerate(people):
        officer = Officer.objects.create(
            certificate=f"XF{n}",
            name=account.real_name,
            body=fire.name,
            organisation=fire,
            fact_id=0,
        )
        CertificateHolder.objects.create(officer=officer, account=account)
        officers.append(officer)
    theirs = an_assignment(scene.task, fire, checklist=False)
    part = a_part(scene.task, theirs, scene.party, officers, visit=scene.part.visit)
    handed_in(client, scene)
    assert state(part.case) == "to-confirm"
    assert move(client, scene.one, part.case, "confirm").status_code in {403, 404}
    page = said(client.get(reverse("inspections:check_code", args=[scene.part.visit.token])))
    assert fire.name in page and scene.body.name in page
    for account in people:
        move(client, account, part.case, "confirm")
    assert (
        move(client, people[0], part.case, "start", present=["1", "2"], shown="on").status_code
        == 302
    )


@pytest.mark.django_db(transaction=True)
def test_what_was_done_is_held_to_the_ledger(client, scene):
    handed_in(client, scene, BAD, "A")
    move(client, scene.head, scene.case, "approve")
    do_jobs()
    made = [one for one in digests() if not one[0].startswith("CR-")]  # the task of the fixture
    assert {key[:2] for key, _ in made} == {"CC", "ZG", "XS"}
    for key, digest in made:
        last = Act.objects.filter(record_kind="case", record_key=key).order_by("-pk").first()
        assert b64decode(last.body[47:91]) == digest, key


@pytest.mark.row("INS-5")
def test_an_officers_own_tool_reads_the_form_and_records_through_the_api(client, scene):
    begun(client, scene)
    (mine,) = client.get("/api/v1/inspections/parts").json()
    assert (mine["number"], mine["state"]) == (scene.case.number, "under-way")
    url = f"/api/v1/inspections/parts/{scene.case.number}"
    lines = client.get(url).json()["lines"]
    taps = [{"item": one["item"], "number": one["number"], "answer": "01"} for one in lines]
    answer = client.put(f"{url}/findings", taps, content_type="application/json")
    assert (
        answer.status_code == 200
        and [one["answer"] for one in answer.json()["lines"]] == ["01"] * 2
    )
    silent = [taps[0] | {"answer": "04"}]
    refused = client.put(f"{url}/findings", silent, content_type="application/json")
    assert refused.status_code == 422 and refused.json()["type"].endswith(
        "inspections/note-missing"
    )
    stranger = make_account("officer", organisation=scene.city.fire)
    assert go(client, stranger).get(url).status_code == 404


@pytest.mark.row("INS-5")
def test_a_department_says_which_account_holds_a_certificate(client, scene):
    admin = make_account("department-admin", organisation=scene.body)
    newcomer = make_account("officer", organisation=scene.body)
    url = reverse("officers:holder", args=[CERTIFICATES[0]])
    assert go(client, scene.one).get(url).status_code == 403
    taken = go(client, admin).post(url, {"account": scene.two.pk})
    assert taken.status_code == 422 and "已与其他账号" in said(taken)
    assert client.post(url, {"account": newcomer.pk}).status_code == 302
    assert "演示康达饮品店" in said(go(client, newcomer).get(reverse("inspections:parts")))
    assert "演示康达饮品店" not in said(
        go(client, scene.one).get(reverse("inspections:parts") + "?whose=mine")
    )
