"""Results are published in time, taken down when revoked, sent to the publicity systems, and counted."""

import csv
import io
import json
from datetime import timedelta

import pytest

from mingcha.base.cases import services
from mingcha.base.cases.services import advance
from mingcha.base.days import local_today
from mingcha.domains.inspections.errors import NotAllPublished, ReceiptKept
from mingcha.domains.inspections.models import Part, PublicityFile, PublicStatistic, Task
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.queries import publishing as queries
from mingcha.domains.inspections.rules.frequencies import SEEDS
from mingcha.domains.inspections.services import publicity, publishing, simulating, statistics
from mingcha.domains.inspections.services.bundling import publish_draw
from mingcha.domains.inspections.states import PartState, TaskState
from mingcha.domains.inspections.tests import made
from mingcha.domains.inspections.tests.shown import Shown, case_of
from mingcha.domains.parties.models import Party
from mingcha.domains.records.services import vault

pytestmark = pytest.mark.django_db
TODAY = local_today()


@pytest.fixture(autouse=True)
def _folders(settings, tmp_path):
    settings.DRAWS = tmp_path / "draws"
    settings.DRAWS.mkdir()


@pytest.fixture(name="shown")
def _shown(city):
    return Shown(city)


@pytest.fixture(name="done")
def _done(shown):
    """A draw whose parts were all reviewed thirty days ago; the first entity had a problem."""
    draw = shown.draw()
    first = draw.units.filter(is_reserve=False).order_by("stratum", "place").first()
    shown.review(draw.task, {first.key: "E"}, days=30)
    shown.done = draw
    return shown


def parts(draw):
    return Part.objects.filter(visit__task=draw.task).select_related(
        "case__unit", "case__opener", "visit__party"
    )


@pytest.mark.row("INS-6", "PUB-2")
def test_a_reviewed_result_is_published_by_a_person_and_then_everybody_sees_it(done, client):
    publisher = done.city.person("head")
    part = parts(done.done).filter(body=done.body).first()
    number = part.case.number
    assert client.get(f"/spot-checks/results/{number}/").status_code == 404

    client.force_login(publisher)
    page = client.post("/inspections/publication/several", {"key": [number]}, follow=True)

    assert "已办理 1 项" in page.content.decode()
    client.logout()
    text = client.get(f"/spot-checks/results/{number}/").content.decode()
    assert part.visit.party.name in text and "食品经营者监督检查" in text
    assert part.visit.party.name in client.get("/spot-checks/results/").content.decode()


@pytest.mark.row("INS-6")
def test_what_nobody_publishes_the_platform_publishes_and_counts_as_late(done):
    count = publishing.publish_due(on=TODAY)

    assert count["published"] == parts(done.done).count() and count["tasks"] == 1
    assert case_of(done.done.task).state == TaskState.PUBLISHED
    assert Task.objects.get(pk=done.done.task_id).published_at
    head = done.city.person("head")
    counts = queries.counts(head, on=TODAY)
    assert counts.late == 0 and counts.published_late == counts.published > 0
    assert publishing.publish_due(on=TODAY) == {"published": 0, "withdrawn": 0, "tasks": 0}


@pytest.mark.row("INS-6")
def test_what_is_nearly_late_is_chased_and_what_was_late_is_shown(done, client):
    part = parts(done.done).first()

    assert services.urge_due(on=part.case.due_on) >= parts(done.done).count()
    publishing.publish_due(on=TODAY)
    count = parts(done.done).count()
    text = client.get("/spot-checks/results/").content.decode()
    assert f"公示检查结果 {count} 项，其中超过期限的 {count} 项" in text


def test_a_fresh_result_waits_for_a_person_first(shown):
    draw = shown.draw()
    shown.review(draw.task)

    assert publishing.publish_due(on=TODAY)["published"] == 0


def test_a_task_is_not_published_before_its_results(done):
    with pytest.raises(NotAllPublished):
        publishing.publish_task(Task.objects.get(pk=done.done.task_id), actor=None)


@pytest.mark.row("INS-6", "PUB-2")
def test_a_revoked_result_is_gone_at_once_and_taken_down_by_rule(done, client):
    publishing.publish_due(on=TODAY)
    part = parts(done.done).first()
    with advance(part.case, "revoke", actor=None, said=publishing.Said(reason="行政复议撤销")):
        pass

    assert client.get(f"/spot-checks/results/{part.case.number}/").status_code == 404
    assert publishing.publish_due(on=TODAY)["withdrawn"] == 1
    part.refresh_from_db()
    assert part.withdrawn_because == "行政复议撤销"
    assert parts(done.done).get(pk=part.pk).case.state == PartState.WITHDRAWN


def test_a_result_with_a_decision_gets_the_shorter_clock(shown):
    draw = shown.draw()
    key = draw.units.filter(is_reserve=False).first().key
    shown.review(draw.task, {key: "E"})
    part = parts(draw).filter(visit__party__code=key).first()
    other = parts(draw).exclude(visit__party__code=key).first()

    assert publishing.start_sooner(part) and not publishing.start_sooner(part)
    assert not publishing.start_sooner(other)
    assert part.case.due_on < other.case.due_on


@pytest.mark.row("INS-6")
def test_files_for_the_publicity_systems_say_what_was_published_and_keep_their_receipt(
    done, client
):
    publishing.publish_due(on=TODAY)
    actor = done.city.person("head")
    client.force_login(actor)
    said = {
        "form": "check_publicity",
        "target": "gsxt",
        "body": "market",
        "first": TODAY,
        "last": TODAY,
    }

    page = client.post("/inspections/publicity/new", said, follow=True)

    file = PublicityFile.objects.get()
    assert "待登记回执" in page.content.decode()
    answer = client.get(f"/inspections/publicity/{file.pk}.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == file.rows == parts(done.done).filter(body=done.body).count()
    assert {row["抽查结果代码"] for row in rows} == {"1", "E"}
    receipt = {"receipt": "GS-2026-1", "accepted": str(file.rows), "note": "全部接收"}
    page = client.post(f"/inspections/publicity/{file.pk}/", receipt, follow=True)
    assert "GS-2026-1" in page.content.decode()
    with pytest.raises(ReceiptKept):
        publicity.keep_receipt(file, "GS-2026-2", accepted=1, actor=actor)


@pytest.mark.row("INS-6")
@pytest.mark.parametrize("form", ["random_plan", "random_check"])
def test_the_nations_exchange_tables_are_filled_as_the_standard_has_them(done, form):
    publishing.publish_due(on=TODAY)
    wanted = publicity.Wanted(form, "nation", TODAY, TODAY)

    file = publicity.make_file(wanted, body=done.body, actor=None)

    content = json.loads(vault.path_of(file.json.digest).read_text())
    assert content["rows"][0]["plan_id"] == f"{done.plan.case.number}-1"
    if form == "random_check":
        drawn = done.done.units.filter(is_reserve=False).values_list("key", flat=True)
        assert {row["object_uscc"] for row in content["rows"]} <= set(drawn)
    else:
        assert content["rows"][0]["check_ratio"] == "0.05"


@pytest.mark.row("BEY-2", "PUB-1")
def test_rates_rest_on_random_inspections_alone_and_are_published_with_their_counts(done, client):
    publishing.publish_due(on=TODAY)
    year = done.done.drawn_at.year
    statistics.count_year(year)

    page = client.get(f"/spot-checks/rates/{year}/")

    whole = page.context["whole"]
    assert (whole["drawn"], whole["violation"], whole["clean"]) == (13, 1, 12)
    assert 0 <= whole["low"] <= whole["rate"] <= whole["high"] <= 1
    text = page.content.decode()
    assert "95% 的把握" in text and "结果不足 10 户，不推算" in text
    answer = client.get(f"/api/v1/spot-checks/rates/{year}")
    assert answer.json()["rows"][0]["drawn"] == 13
    again = client.get(
        f"/api/v1/spot-checks/rates/{year}", headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304
    exported = b"".join(client.get(f"/spot-checks/rates/{year}/?export=csv").streaming_content)
    assert "95% 区间下限" in exported.decode("utf-8-sig")


@pytest.mark.row("BEY-2")
def test_targeted_checks_out_of_scope_and_unreached_are_kept_apart(shown):
    draw = shown.draw()
    keys = list(draw.units.filter(is_reserve=False).values_list("key", flat=True))
    shown.review(draw.task, {keys[0]: "F", keys[1]: "6", keys[2]: "8", keys[3]: "B"}, days=30)
    publishing.publish_due(on=TODAY)
    whole = statistics.rates(draw.drawn_at.year)["rows"][0]

    assert (whole["out"], whole["unreached"], whole["violation"], whole["drawn"]) == (1, 2, 1, 13)
    Task.objects.filter(pk=draw.task_id).update(mode=Mode.CLUE)
    assert statistics.rates(draw.drawn_at.year)["rows"] == []


def test_rates_are_not_counted_before_the_task_is_published(shown):
    draw = shown.draw()
    shown.review(draw.task)

    assert statistics.rates(draw.drawn_at.year)["rows"] == []


@pytest.mark.row("BEY-1")
def test_pairs_are_simulated_in_turns_on_the_committed_files(shown, client):
    draw = shown.draw()
    turns = 0
    while not simulating.simulate(draw, seconds=0, seeds=40):
        turns += 1
    draw.published.refresh_from_db()

    assert turns > 0 and draw.published.simulated == 40 < SEEDS
    assert 0 < draw.published.pairs["probability"] <= 1
    counts = [sum(one.values()) for one in simulating.simulated(draw)]
    assert len(counts) == 40 and min(counts) > 0
    year = draw.drawn_at.year
    statistics.count_year(year)
    content = PublicStatistic.objects.get(kind="pairs", year=year).content
    assert content["draws"] == [made.DRAW_ID]
    assert content["probability"] == draw.published.pairs["probability"]
    page = client.get(f"/spot-checks/frequencies/{year}/?which=pairs").content.decode()
    assert "如果每次抽取都公平" in page and "ZF0" in page


@pytest.mark.row("BEY-1")
def test_districts_stand_beside_their_chances(shown, client):
    draw = shown.draw()
    statistics.count_year(draw.drawn_at.year)

    page = client.get(f"/spot-checks/frequencies/{draw.drawn_at.year}/")

    shown_rows = page.context["shown"].seen
    assert sum(row.observed for row in shown_rows) == 13
    assert sum(row.intended for row in shown_rows) == pytest.approx(13)
    text = page.content.decode()
    assert "演示第0区" in text
    assert "还不能据此说抽取公平" in text or "既不能说抽取公平" in text


@pytest.mark.row("BEY-1")
def test_classes_of_the_frame_stand_beside_their_chances(shown, client):
    draw = shown.draw()
    year = draw.drawn_at.year
    statistics.count_year(year)

    page = client.get(f"/spot-checks/frequencies/{year}/?which=classes&sort=-observed&size=100")

    seen = {row.name: row for row in page.context["shown"].seen}
    for stratum, drawn in {"高风险": 6, "中风险": 3, "低风险": 4}.items():
        rows = [row for name, row in seen.items() if name.startswith(f"{stratum}·权重 ")]
        assert sum(row.observed for row in rows) == drawn
        assert sum(row.intended for row in rows) == pytest.approx(drawn)
    none = client.get(f"/spot-checks/frequencies/{year}/?which=classes&q=没有这样的层")
    assert "没有找到" in none.content.decode()
    answer = client.get(f"/api/v1/spot-checks/frequencies/{year}").json()
    assert {one["name"] for one in answer["classes"]["seen"]} == set(seen)


@pytest.mark.row("BEY-1")
def test_what_is_fixed_by_rule_is_said_to_prove_nothing(client):
    content = {
        "draws": ["SJ-2026-0001"], "seen": [["低风险", 4, 4.0, None, True]], "statistic": 0.0,
        "freedom": 0, "probability": None, "compared": 0, "detectable": None,
    }  # fmt: skip
    PublicStatistic.objects.create(kind="classes", year=2026, content=content)

    page = client.get("/spot-checks/frequencies/2026/?which=classes").content.decode()

    assert "证明不了抽取公平" in page and "次数由规则固定" in page
    assert "随机的正常范围" not in page
    answer = client.get("/spot-checks/frequencies/2026/?which=classes&export=csv")
    said = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "低风险,4,4.0000,,次数由规则固定" in said


@pytest.mark.row("BEY-1")
def test_trades_stay_as_they_were_when_the_draw_was_published(shown):
    draw = shown.draw()
    before = statistics.classes(draw.drawn_at.year, "trades")
    Party.objects.update(industry="A01")
    publish_draw(draw)

    assert statistics.classes(draw.drawn_at.year, "trades") == before
    assert sum(row[1] for row in before["seen"]) == 13
    assert {row[0] for row in before["seen"]} == {"制造业", "批发和零售业"}


def test_an_embargoed_draw_is_in_no_statistic_before_its_day(shown):
    draw = shown.draw(level="embargoed", embargo=TODAY + timedelta(days=1))
    simulating.simulate(draw, seconds=9, seeds=5)
    year = draw.drawn_at.year

    assert statistics.pairs(year)["draws"] == statistics.classes(year, "districts")["draws"] == []


def test_an_entity_gets_its_query_code_with_an_act_and_auditors_their_bundle(shown, client):
    draw = shown.draw()
    client.force_login(shown.city.person("plan-manager"))
    said = {"code": made.units(1)[0][0], "reason": "法定代表人到场，已核对"}
    page = client.post(f"/draws/{draw.draw_id}/subject-code", said)

    assert "只显示这一次" in page.content.decode()
    assert client.get(f"/draws/{draw.draw_id}/audit.zip").status_code == 403
    client.force_login(shown.city.person("auditor"))
    answer = client.get(f"/draws/{draw.draw_id}/audit.zip")
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"


@pytest.mark.row("PUB-1", "INS-6")
def test_every_public_list_is_searched_exported_and_answered_by_the_api(done, client):
    publishing.publish_due(on=TODAY)
    draw = done.done
    pages = {
        "/spot-checks/": "食品经营者监督检查", "/spot-checks/plans/": done.plan.title,
        "/spot-checks/tasks/": draw.task.name, "/draws/": draw.draw_id,
        "/spot-checks/results/": "未发现问题",
    }  # fmt: skip
    for address, words in pages.items():
        text = client.get(address).content.decode()
        assert words in text, address
        empty = client.get(f"{address}?q=没有这样的东西").content.decode()
        assert "没有找到" in empty, address
        sheet = b"".join(client.get(f"{address}?export=csv").streaming_content)
        assert words in sheet.decode("utf-8-sig"), address
    for address in ("items", "plans", "tasks", "results", "draws"):
        answer = client.get(f"/api/v1/spot-checks/{address}")
        assert answer.status_code == 200 and answer.json(), address
        same = {"If-None-Match": answer["ETag"]}
        assert client.get(f"/api/v1/spot-checks/{address}", headers=same).status_code == 304
    for address in (
        f"plans/{done.plan.case.number}", f"tasks/{draw.task.case.number}",
        f"draws/{draw.draw_id}", f"frequencies/{TODAY.year}",
    ):  # fmt: skip
        assert client.get(f"/api/v1/spot-checks/{address}").status_code == 200, address
        if not address.startswith(("draws", "freq")):
            assert client.get(f"/spot-checks/{address}/").status_code == 200
    item = done.item.item.public_id
    assert "食品安全法" in client.get(f"/spot-checks/items/{item}/").content.decode()
    asked = client.post(
        f"/api/v1/spot-checks/draws/{draw.draw_id}/ask", {"code": draw.units.first().key},
        content_type="application/json",
    )  # fmt: skip
    assert asked.json()["proof"]["path"]


@pytest.mark.row("PUB-2")
def test_a_clue_is_not_announced_and_a_natural_person_is_not_named(done, client):
    task = done.task("有因检查", mode=Mode.CLUE, level="keyed", line=None, ground="举报 12345")
    publishing.publish_due(on=TODAY)
    part = parts(done.done).first()
    party = part.visit.party
    party.kind, party.name, party.code = "2", "王小明", "310101199001011234"
    party.save()

    assert client.get(f"/spot-checks/tasks/{task.case.number}/").status_code == 404
    text = client.get("/spot-checks/results/").content.decode()
    assert "王＊＊" in text and "王小明" not in text and "310101199001011234" not in text
    found = client.get("/spot-checks/results/?q=王小明").content.decode()
    assert "没有找到" in found


def test_public_lists_ask_little(done, client, django_assert_max_num_queries):
    publishing.publish_due(on=TODAY + timedelta(days=1))
    for address in ("/spot-checks/", "/spot-checks/results/", "/draws/", "/spot-checks/tasks/"):
        client.get(address)
        with django_assert_max_num_queries(6):
            client.get(address)
