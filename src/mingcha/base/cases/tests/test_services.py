"""A case moves by its table: state, clock, inbox, trace and act together, or not at all."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.calendar import services as calendar
from mingcha.base.cases import errors, queries, services
from mingcha.base.cases.models import Case, Rung, Step, Todo
from mingcha.base.cases.services import clocks
from mingcha.base.cases.testing import move
from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.events.models import Event
from mingcha.base.ledger.models import Act
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.people import services as people_services
from mingcha.base.people.models import Duty


def test_numbers_have_no_gaps(kind, rules, city, people):
    def opened():
        opening = services.Opening(kind.name, "试验", city.market)
        with services.opened(opening, actor=people.clerk) as case:
            return case.number

    first = opened()
    with (
        pytest.raises(ZeroDivisionError),
        services.opened(services.Opening(kind.name, "试验", city.market), actor=people.clerk),
    ):
        raise ZeroDivisionError
    second = opened()

    year = local_today().year
    assert (first, second) == (f"SY-{year}-000001", f"SY-{year}-000002")


def test_a_move_sets_state_clock_inbox_trace_act_and_event(case, city, people):
    move(case, "submit", people.clerk, reason="请审核", on=date(2026, 9, 29))

    assert (case.state, case.due_on, case.version) == ("submitted", date(2026, 10, 12), 2)
    assert [(t.verb, t.done_at is None, t.due_on) for t in case.todos.all()] == [
        ("修改并提交", False, None), ("审核", True, date(2026, 10, 12)),
    ]  # fmt: skip
    assert [(s.label, s.source, s.target, s.reason) for s in queries.trace(case)] == [
        ("发起", "", "draft", ""), ("提交审核", "draft", "submitted", "请审核"),
    ]  # fmt: skip
    acts = Act.objects.filter(record_kind="case", record_key=case.number).order_by("pk")
    assert [act.verb for act in acts] == ["发起试验审核", "提交审核"]
    assert Event.objects.filter(subject=f"case/{case.number}").count() == 2


def test_what_the_block_refuses_changes_nothing(case, people):
    with pytest.raises(ZeroDivisionError), services.advance(case, "submit", actor=people.clerk):
        raise ZeroDivisionError

    case.refresh_from_db()
    assert (case.state, case.version, case.steps.count()) == ("draft", 1, 1)


def test_a_move_that_does_not_lead_from_here_is_refused(case, people):
    with pytest.raises(errors.MoveRefused, match="当前状态为“起草”，不能审核通过"):
        move(case, "pass", people.head)


def test_a_right_over_another_body_does_not_help(case, people):
    with pytest.raises(NotAllowed):
        move(case, "submit", people.fire_clerk)


def test_four_eyes(case, city, make_account):
    both = make_account("clerk", "head", organisation=city.market)
    move(case, "submit", both)

    with pytest.raises(errors.NotSameHand):
        move(case, "pass", both)

    refused = [one for one in queries.choices(case, both) if one.move.name == "pass"]
    assert [(one.may, "须由另一人办理" in one.why_not) for one in refused] == [(False, True)]


def test_a_return_needs_its_reason_and_goes_back_to_whoever_sent(case, people):
    move(case, "submit", people.clerk)
    with pytest.raises(errors.ReasonMissing):
        move(case, "return", people.head)

    move(case, "return", people.head, reason="依据不全")

    assert (case.state, case.handler, case.is_paused) == ("draft", people.clerk, True)
    assert list(queries.inbox(people.clerk).mine.values_list("verb", flat=True)) == ["修改并提交"]
    assert not queries.inbox(people.other_clerk).mine


def test_the_clock_stands_still_while_the_case_is_returned(case, people):
    move(case, "submit", people.clerk, on=date(2026, 9, 28))
    assert case.due_on == date(2026, 10, 10)
    move(case, "return", people.head, reason="依据不全", on=date(2026, 9, 29))
    assert case.due_on is None
    move(case, "resubmit", people.clerk, on=date(2026, 10, 9))

    assert case.due_on == date(2026, 10, 14)
    assert "扣除中止 10 天" in case.clocks.get().how


def test_an_extension_is_a_rule_with_a_reason(case, people):
    move(case, "submit", people.clerk, on=local_today())
    before = case.due_on

    (extension,) = case.of.extensions
    services.extend(case, extension, reason="案情复杂", actor=people.head)

    assert case.due_on >= before + timedelta(days=10)
    with pytest.raises(NotAllowed):
        services.extend(case, extension, reason="再延", actor=people.fire_clerk)
    with pytest.raises(errors.ExtendedAlready):
        services.extend(case, extension, reason="再延", actor=people.head)


def test_the_second_of_two_handlers_is_told_what_changed(case, people):
    seen = case.version
    move(case, "submit", people.clerk, seen=seen)

    with pytest.raises(errors.Stale, match="提交审核"):
        move(case, "drop", people.other_clerk, seen=seen)


def test_a_claim_is_one_persons_and_is_proof_of_service(case, people):
    services.claim(case, actor=people.clerk)

    todo = case.todos.get()
    assert (todo.person, todo.claimed_by, todo.opened_by) == (people.clerk,) * 3
    assert todo.delivered_at <= todo.opened_at
    with pytest.raises(errors.AlreadyClaimed, match=people.clerk.real_name):
        services.claim(case, actor=people.other_clerk)
    assert services.claim(case, actor=people.clerk).version == case.version


def test_work_is_handed_to_somebody_who_may_do_it(case, people):
    services.claim(case, actor=people.clerk)
    with pytest.raises(errors.NotOfTheUnit):
        services.hand_over(case, people.fire_clerk, reason="休假", actor=people.clerk)

    services.hand_over(case, people.other_clerk, reason="休假", actor=people.clerk)

    assert [t.case for t in queries.inbox(people.other_clerk).mine] == [case]
    assert not queries.inbox(people.clerk).mine


def test_what_nobody_can_receive_is_served_when_somebody_can(kind, rules, city, make_account):
    body = city.operator
    opening = services.Opening(kind.name, "试验", body)
    with services.opened(opening, actor=None) as case:
        pass
    assert case.todos.get().delivered_at is None
    assert services.deliver_waiting() == 0

    make_account("clerk", organisation=city.fire, scope=city.government)

    assert services.deliver_waiting() == 1
    assert case.todos.get().delivered_at is not None


def test_cases_are_seen_by_the_body_that_has_them_and_the_line_above(
    case, city, people, make_account
):
    above = make_account("inspector-of-inspectors", organisation=city.government)
    for reader in (people.clerk, people.head, above):
        assert queries.case_for(reader, case.number) == case
    with pytest.raises(NotFound):
        queries.case_for(people.fire_clerk, case.number)


def test_a_case_is_found_by_two_characters_of_its_title_or_its_number(case, people):
    for words in ("康达", case.number, case.number[:7].lower()):
        assert list(queries.cases(people.clerk, queries.Filter(words=words))) == [case]
    assert not queries.cases(people.clerk, queries.Filter(words="不在"))


def test_closing_stops_clocks_and_empties_the_inbox(case, people):
    move(case, "submit", people.clerk)
    move(case, "pass", people.head)

    assert not case.is_open
    assert not Todo.objects.filter(case=case, done_at__isnull=True).exists()
    assert not clocks.open_clocks(case).exists()
    with pytest.raises(errors.NotOpen):
        services.claim(case, actor=people.clerk)


def test_a_parent_goes_on_when_all_its_children_are_done(kind, rules, case, city, people):
    move(case, "submit", people.clerk)
    children = []
    for title in ("甲", "乙"):
        opening = services.Opening(kind.name, title, city.market, parent=case)
        with services.opened(opening, actor=people.clerk) as child:
            children.append(child)
    for child in children:
        move(child, "submit", people.clerk)
        assert Case.objects.get(pk=case.pk).state == "submitted"
        move(child, "pass", people.head)

    assert Case.objects.get(pk=case.pk).state == "done"


def test_linked_cases_are_shown_to_who_may_see_them(kind, case, city, people):
    with services.opened(services.Opening(kind.name, "另一件", city.fire), actor=None) as other:
        pass
    services.link(case, other, why="同一对象", actor=people.clerk)
    services.link(case, other, why="同一对象", actor=people.clerk)

    assert queries.linked(other, people.fire_clerk) == []
    assert queries.linked(case, people.clerk) == []
    assert case.links.count() == 1


class TestUrging:
    """Urging climbs along those who answer for the body."""

    @pytest.fixture
    def answerable(self, city, people, make_account):
        manager = make_account("data-bureau", organisation=city.bureau, scope=city.government)
        office = people_services.Office(
            Duty.LEADER, "刘副局长", date(2020, 1, 1), "演示任命", account=people.leader
        )
        people_services.appoint_responsible(city.market, office, actor=manager)
        head = people_services.Office(Duty.HEAD, "陈局长", date(2020, 1, 1), "演示任命")
        people_services.appoint_responsible(city.government, head, actor=manager)

    def test_what_is_late_climbs_a_rung_each_time_and_once_each(self, case, people, answerable):
        move(case, "submit", people.clerk, on=date(2026, 9, 8))
        assert case.due_on == date(2026, 9, 15)

        days = [date(2026, 9, 11), date(2026, 9, 12), date(2026, 9, 14), date(2026, 9, 16),
                date(2026, 9, 21), date(2026, 9, 22), date(2026, 9, 24), date(2026, 10, 20)]  # fmt: skip
        urged = [(day, services.urge_due(on=day), services.urge_due(on=day)) for day in days]

        assert [day for day, first, again in urged if first and not again] == [
            date(2026, 9, 11), date(2026, 9, 16), date(2026, 9, 20) + timedelta(days=1),
            date(2026, 9, 24),
        ]  # fmt: skip
        todo = case.todos.get(verb="审核")
        assert [(u.rung, u.to) for u in todo.urgings.all()] == [
            (Rung.HANDLER, "演示市市场监管局"), (Rung.UNIT, "（未登记）"),
            (Rung.LEADER, "刘副局长"), (Rung.HEAD, "陈局长"),
        ]  # fmt: skip
        assert [t.verb for t in queries.inbox(people.leader).to_know] == ["督促：审核"]

    def test_by_hand_by_who_opened_it_and_not_too_often(self, case, people):
        for text in ("请尽快", "请尽快办理", "请今天办理"):
            services.urge(case, text=text, actor=people.other_clerk)
        with pytest.raises(errors.UrgedLately):
            services.urge(case, text="第四次", actor=people.other_clerk)
        with pytest.raises(NotAllowed):
            services.urge(case, text="请尽快", actor=people.fire_clerk)

        assert [s.label for s in queries.trace(case)] == ["发起", "催办", "催办", "催办"]


def test_a_changed_calendar_moves_open_clocks_and_lists_them(case, people, make_account, city):
    move(case, "submit", people.clerk, on=date(2026, 9, 8))
    manager = make_account("data-bureau", organisation=city.bureau, scope=city.government)
    setting = calendar.Setting(False, "台风停工", "演示市应急〔2026〕1号")
    calendar.set_day(date(2026, 9, 10), setting, actor=manager)

    moved = clocks.recount(because="工作日历有变动")

    assert moved == {case.number: ("2026-09-15", "2026-09-16")}
    assert clocks.recount(because="再算一次") == {}
    assert Todo.objects.get(case=case, done_at__isnull=True).due_on == date(2026, 9, 16)
    listed = Act.objects.get(record_kind="cases.clocks")
    assert listed.verb == "重算办理期限"


def test_altering_a_case_by_plain_sql_is_found(case, people):
    move(case, "submit", people.clerk)
    assert [
        f for f in verify_ledger().findings if f.check == "record" or "办件" in f.sentence
    ] == []

    Case.objects.filter(pk=case.pk).update(state="done")

    assert any(case.number in finding.sentence for finding in verify_ledger().findings)


def test_two_stretches_of_standing_still_never_overlap(case, people):
    move(case, "submit", people.clerk)
    clock = case.clocks.get()
    clock.changes.create(since=date(2026, 9, 1), until=date(2026, 9, 10), reason="检验")

    with pytest.raises(IntegrityError), transaction.atomic():
        clock.changes.create(since=date(2026, 9, 5), until=date(2026, 9, 6), reason="鉴定")


def test_pages_ask_few_questions(case, people, django_assert_max_num_queries):
    move(case, "submit", people.clerk)
    head = type(people.head).objects.get(pk=people.head.pk)

    with django_assert_max_num_queries(16):
        found = queries.case_for(head, case.number)
        queries.choices(found, head)
        queries.readings(found)
        queries.trace(found)
        queries.services_of(found)
        queries.linked(found, head)

    assert Step.objects.filter(case=case).count() == 2
