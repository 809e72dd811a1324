"""Joint draws, faults at the freeze, replacement, later rounds, tasks without a draw, merging."""

import json
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from mingcha.base.cases.contents import content_of
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said, advance
from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger.canonical import digest_of
from mingcha.base.ledger.models import Act
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import (
    Avoidance,
    DrawnUnit,
    Part,
    Place,
    SeedSource,
    Visit,
)
from mingcha.domains.inspections.queries import contents, frame
from mingcha.domains.inspections.services import (
    avoiding,
    drawing,
    issuing,
    lists,
    merging,
    pairing,
    replacing,
    tasks,
)
from mingcha.domains.inspections.services.avoiding import Declared
from mingcha.domains.inspections.services.tasks import Share
from mingcha.domains.inspections.states import PartState, TaskState
from mingcha.domains.inspections.testing import FOOD, Line, put_officers
from mingcha.domains.inspections.views.forms import MomentField
from mingcha.domains.parties.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture(name="line")
def _line(city):
    return Line(city)


def drawn(line, task=None):
    draw = line.frozen(task)
    SeedSource.objects.filter(task=draw.task_id).update(at=utc_now() - timedelta(minutes=1))
    return line.held(line.valued(draw))


@pytest.mark.row("INS-3")
def test_a_joint_draw_sends_one_team_of_each_department_to_one_visit(line):
    fire = line.city.fire
    put_officers(6, fire, start=100)
    item = line.listed("消防监督检查", body=fire)
    task = line.task(shares=[Share(line.body, [line.item], FOOD), Share(fire, [item], FOOD)])

    draw = drawn(line, task)

    assert (Visit.objects.count(), Part.objects.count()) == (6, 12)
    assert set(Part.objects.values_list("body__code", flat=True)) == {"market", "fire"}
    assert draw.counts["vacant"] == 0


def test_an_entity_in_two_strata_is_refused_with_its_name(line):
    strata = [{"name": "甲", "count": 2}, {"name": "乙", "where": {"regions": ["31"]}, "count": 2}]

    with pytest.raises(errors.StratumOverlaps, match="60 户同时符合分层“甲”和“乙”"):
        line.frozen(line.task(strata=strata))


def test_a_stratum_smaller_than_its_number_is_refused(line):
    with pytest.raises(errors.StratumTooSmall, match="共 60 户，不能抽取 61 户"):
        line.frozen(line.task(strata=[{"name": "全部", "count": 61}]))


def test_a_district_without_officers_is_refused_unless_vacancies_are_accepted(line):
    line.officers[0].__class__.objects.update(areas=["310101"])
    with pytest.raises(errors.NoOfficersThere, match="需 2 人，现有 0 人"):
        line.frozen()

    draw = drawn(line, line.task(exclusions={"vacancies": True}))

    assert draw.counts["vacant"] == Place.objects.filter(officer=None).count() == 12
    assert "没有可派的" in Place.objects.first().lacks


def test_a_certificate_that_ends_too_early_is_nobody_to_send(line):
    line.officers[0].__class__.objects.update(valid_to=local_today() - timedelta(days=1))

    with pytest.raises(errors.NoOfficersThere):
        line.frozen()


def test_a_source_whose_time_is_over_cannot_be_committed_to(line):
    past = line.source((utc_now() - timedelta(hours=1)).replace(microsecond=0))

    with pytest.raises(errors.TaskIncomplete, match="最早产生时间已过"):
        line.frozen(line.task(sources=[past]))


def test_two_who_press_at_the_same_moment_get_one_run(line):
    draw = line.frozen()
    SeedSource.objects.update(at=utc_now() - timedelta(minutes=1))
    line.valued(draw)

    runs = {drawing.start(draw, actor=person).pk for person in (line.manager, line.witness)}

    assert len(runs) == 1


def test_a_crash_before_the_tasks_leaves_no_draw(line):
    draw = line.frozen()
    SeedSource.objects.update(at=utc_now() - timedelta(minutes=1))
    line.valued(draw)
    line.officers[0].__class__.objects.all().delete()  # the teams cannot be written

    with pytest.raises(KeyError):
        line.held(draw)

    draw.refresh_from_db()
    assert (draw.drawn_at, DrawnUnit.objects.count(), Visit.objects.count()) == (None, 0, 0)
    assert Case.objects.get(pk=draw.task_id).state == TaskState.FROZEN


def test_a_cancelled_draw_stays_and_its_task_is_frozen_anew_under_another_number(line):
    draw = line.frozen()
    drawing.cancel(draw, because="名录库有误", actor=line.manager)
    again = line.frozen(line_task(draw))

    assert again.draw_id != draw.draw_id
    assert draw.task.draws.count() == 2
    with pytest.raises(errors.DrawCancelled, match="名录库有误"):
        drawing.start(draw, actor=line.manager)


def line_task(draw):
    task = draw.task.__class__.objects.select_related("case__unit", "case__opener", "body")
    return task.get(pk=draw.task_id)


def test_whom_the_task_leaves_out_is_counted_by_reason(line):
    named = Party.objects.order_by("pk").first()
    task = line.task(exclusions={"named": {named.code: "正在搬迁"}})

    found = frame.forecast(task)

    assert (found.taking, found.excluded) == (59, [("名单排除", 1)])
    assert [one.pk for one in frame.rows(task, reason="名单排除")] == [named.pk]


def test_the_avoidance_that_was_declared_keeps_an_officer_away(line):
    party = Party.objects.order_by("pk").first()
    for officer in line.officers[:7]:
        avoiding.declare(
            officer, [party], Declared(Avoidance.Ground.KIN, local_today()), actor=line.witness
        )
    draw = drawn(line, line.task(strata=[{"name": "全部", "ratio": "1"}]))

    mine = Place.objects.filter(part__visit__party=party, officer__isnull=False)
    assert set(mine.values_list("officer", flat=True)) <= {line.officers[7].pk}
    assert draw.counts["vacant"] >= 1


@pytest.mark.row("INS-2")
def test_only_the_next_reserve_replaces_an_entity_that_is_gone(line):
    draw = drawn(line)
    unit = draw.units.filter(is_reserve=False).first()
    asked = replacing.ask(unit, "deregistered", "登记机关 2026 年注销", actor=line.manager)
    reviewer = make_account("head", organisation=line.body)
    replacing.allow(asked.case, actor=reviewer, said=Said(reason="属实"))

    asked.refresh_from_db()
    assert asked.reserve == draw.units.filter(is_reserve=True).order_by("place").first()
    assert Part.objects.get(visit__unit=unit).case.state == PartState.VOID
    assert Part.objects.get(visit__unit=asked.reserve).case.state == PartState.TO_CONFIRM
    with pytest.raises(errors.NotToBeReplaced, match="已经提出过递补"):
        replacing.ask(unit, "moved", "再次", actor=line.manager)


@pytest.mark.row("INS-4")
def test_a_place_that_was_left_is_filled_in_a_later_round_by_somebody_else(line):
    draw = drawn(line)
    place = Place.objects.order_by("pk").first()
    case = place.part.case
    with advance(case, "avoid", actor=line.city.person("officer"), said=Said(reason="近亲属")):
        pairing.leave(place, because="近亲属")

    round_ = pairing.refill(draw, because="一人回避", actor=line.manager)

    now = Place.objects.get(part=place.part, number=place.number, left_at=None)
    assert now.round == 1 and now.officer_id not in (None, place.officer_id)
    assert place.certificate in round_.content
    with pytest.raises(errors.NothingVacant):
        pairing.refill(draw, because="再来", actor=line.manager)


@pytest.mark.row("INS-7")
@pytest.mark.parametrize("mode", ["special", "patrol", "clue", "full"])
def test_other_inspections_run_through_the_same_tasks_without_a_draw(line, mode):
    task = line.task(mode=mode, sources=[])
    with pytest.raises(errors.NotWithoutDraw):
        line.frozen(task)

    issuing.issue(task, actor=line.manager)

    assert Part.objects.filter(is_counted=mode != "clue").count() == 60
    assert Case.objects.get(pk=task.pk).state == TaskState.UNDER_WAY


@pytest.mark.parametrize("strata", [[], [{"name": "一家", "count": 1}]])
def test_without_a_draw_only_those_of_the_strata_are_visited(line, strata):
    party = Party.objects.order_by("pk")[7]
    strata = [one | {"where": {"codes": [party.code]}} for one in strata]
    issuing.issue(line.task(mode="clue", sources=[], strata=strata), actor=line.manager)

    assert Part.objects.count() == (1 if strata else 60)


def test_a_moment_finer_than_a_second_is_refused_in_words(line):
    finer = line.source(utc_now() + timedelta(hours=1, microseconds=1))

    with pytest.raises(errors.TaskIncomplete, match="只能精确到秒"):
        line.task(sources=[replace(finer, at=finer.at.replace(microsecond=5))])
    with pytest.raises(ValidationError, match="只能精确到秒"):
        MomentField("时间").clean("2026-12-01T10:00:00.5")
    assert MomentField("时间").clean("2026-12-01T10:00:05").second == 5


def test_visits_that_could_be_merged_are_paged_searched_and_exported(line, client):
    first = line.task(mode="special", sources=[])
    for task in (first, line.task(mode="special", sources=[])):
        issuing.issue(task, actor=line.manager)
    client.force_login(line.manager)
    address = f"/inspections/tasks/{first.case.number}/merges"

    page = client.get(f"{address}?page=2")
    none = client.get(f"{address}?q=没有这样的对象").content.decode()
    exported = b"".join(client.get(f"{address}?export=csv").streaming_content)

    assert (page.context["pager"].total, len(page.context["candidates"])) == (60, 20)
    assert "没有找到" in none
    assert exported.decode("utf-8-sig").count("有限公司") == 60


def test_visits_of_two_tasks_to_one_entity_are_merged_when_the_other_agrees(line):
    first = line.task(mode="special", sources=[])
    other = line.task(mode="special", sources=[])
    for task in (first, other):
        issuing.issue(task, actor=line.manager)
    found = merging.candidates(first).first()
    ours = first.visits.get(party=found.party)

    asked = merging.propose(ours, found, actor=line.manager)
    merging.merge(asked.case, actor=line.manager, said=Said())

    found.refresh_from_db()
    assert found.merged_into == ours


def test_the_ledger_holds_parts_and_draws_to_what_they_are(line):
    draw = drawn(line)
    draw.refresh_from_db()
    part = Part.objects.first()
    said = Act.objects.filter(record_kind="case", record_key=part.case.number).latest("pk")
    of_draw = Act.objects.filter(record_kind="inspections.draw").latest("pk")

    assert digest_of(content_of(Case.objects.get(pk=part.pk))).hex() in content_digest(said)
    assert digest_of(contents.draw_content(draw)).hex() in content_digest(of_draw)


def content_digest(act):
    return b64decode(json.loads(act.body)["content"]).hex()


def test_what_is_said_twice_is_refused_in_words(line):
    task = line.task()
    share = Share(line.body, [line.item], FOOD)
    with pytest.raises(errors.TaskIncomplete, match="写了不止一次，请合为一行"):
        tasks.assign(task, [share, share], actor=line.manager)
    with pytest.raises(errors.TaskIncomplete, match="同一来源写了不止一次"):
        tasks.set_sources(task, [line.source(), line.source()], {}, actor=line.manager)
    lists.new_register("食品", "objects", {}, body=line.body, actor=line.manager)
    with pytest.raises(errors.NameTaken, match="本单位已有名为“食品”的检查对象名录库"):
        lists.new_register("食品", "objects", {}, body=line.body, actor=line.manager)


def test_a_merging_is_proposed_once(line):
    first, other = (line.task(mode="special", sources=[]) for _ in range(2))
    for task in (first, other):
        issuing.issue(task, actor=line.manager)
    found = merging.candidates(first).first()
    ours = first.visits.get(party=found.party)
    merging.propose(ours, found, actor=line.manager)

    with pytest.raises(errors.CannotMerge, match="已经建议过一次"):
        merging.propose(ours, found, actor=line.manager)
