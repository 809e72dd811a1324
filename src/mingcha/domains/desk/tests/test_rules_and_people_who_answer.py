"""The rule table, the directory of responsible persons, and reactions that are stuck, on their pages."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from mingcha.base.cases.testing import RULE, move
from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.events import services as events
from mingcha.base.ledger.models import Act
from mingcha.base.people.models import Duty
from mingcha.base.people.services import Office, appoint_responsible
from mingcha.base.rules.queries import history, in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(city, make_account):
    return make_account("data-bureau", organisation=city.bureau, scope=city.government)


class TestRules:
    """Every dated number with its basis."""

    def test_the_list_says_what_holds_today_and_which_kinds_use_it(self, client, people, text_of):
        client.force_login(people.clerk)

        page = text_of(client.get("/rules?q=试验用规则"))

        assert "审核期限" in page
        assert "5 个工作日" in page
        assert "试验审核" in page
        assert "试验用规则" in page
        assert [row["cells"][0]["text"] for row in client.get("/rules?kind=tests-review").context["rows"]] == [
            "延长期限", "审核期限",
        ]  # fmt: skip

    @pytest.mark.row("GOV-3")
    def test_a_new_value_is_looked_at_before_it_is_set_and_moves_no_open_case(
        self, client, case, people, manager, text_of
    ):
        move(case, "submit", people.clerk)
        case.refresh_from_db()
        before, since = case.due_on, local_today() + timedelta(days=10)
        client.force_login(manager)
        said = {"value": 3, "since": since.isoformat(), "basis": "演示办法第二条"}

        look = text_of(client.post(f"/rules/{RULE}/set", said | {"do": "look"}))
        assert "在办的件不受影响" in look
        assert "试验审核 1 件" in look
        assert "改动 0 件" in look
        assert len(history(RULE)) == 1

        assert client.post(f"/rules/{RULE}/set", said | {"do": "set"}).status_code == 302
        case.refresh_from_db()
        assert case.due_on == before
        assert in_force(RULE, on=since).value == 3
        page = text_of(client.get(f"/rules/{RULE}"))
        assert "待生效" in page
        assert "演示办法第二条" in page

    def test_what_makes_no_sense_is_refused_with_a_reason(self, client, people, manager, text_of):
        client.force_login(manager)

        early = client.post(
            f"/rules/{RULE}/set",
            {"value": 3, "since": "2019-01-01", "basis": "演示", "do": "set"},
        )
        empty = client.post(f"/rules/{RULE}/set", {"value": -1, "since": "", "do": "set"})

        assert "不晚于它" in text_of(early)
        assert empty.status_code == 422
        assert client.get("/rules/no.such.rule").status_code == 404

    def test_only_who_may_sets_values(self, client, people):
        client.force_login(people.clerk)

        assert client.get(f"/rules/{RULE}").status_code == 200
        assert client.get(f"/rules/{RULE}/set").status_code == 403


class TestResponsible:
    """Who answers for what."""

    @pytest.mark.row("GOV-4")
    def test_somebody_is_entered_missed_and_ended(self, client, city, manager, text_of):
        client.force_login(manager)
        said = {
            "duty": int(Duty.HEAD), "name": "陈局长", "title": "局长", "since": "2026-01-05",
            "basis": "演示市任〔2026〕1 号", "account": manager.login,
        }  # fmt: skip
        assert "缺" in text_of(client.get("/responsible?missing=head&q=市场监管局"))

        assert client.post("/responsible/market/new", said).status_code == 302
        listed = [
            row["cells"][0]["text"]
            for row in client.get("/responsible?missing=head").context["rows"]
        ]
        page = text_of(client.get("/responsible/market"))
        assert city.market.name not in listed
        assert city.fire.name in listed
        assert "陈局长" in page
        assert "分管领导" in page  # is missing, and said to be

        office = city.market.responsible.get()
        assert (
            client.post(f"/responsible/market/{office.pk}/end", {"on": "2026-03-31"}).status_code
            == 302
        )
        assert "陈局长" in text_of(client.get("/responsible?on=2026-03-31"))
        assert "陈局长" not in text_of(client.get("/responsible?on=2026-04-01"))

    def test_entering_is_for_whoever_manages_the_body(self, client, city, make_account):
        client.force_login(make_account("department-admin", organisation=city.fire))

        assert client.get("/responsible/market").status_code == 200
        assert client.get("/responsible/market/new").status_code == 404
        assert client.get("/responsible/fire/new").status_code == 200
        assert client.get("/responsible/nobody").status_code == 404

    def test_an_account_that_is_none_is_refused_in_the_form(self, client, city, manager, text_of):
        client.force_login(manager)
        said = {"duty": 3, "name": "陈", "since": "2026-01-05", "basis": "文", "account": "nobody"}

        assert "没有这个在用的账号" in text_of(client.post("/responsible/market/new", said))

    @pytest.mark.row("GOV-4")
    def test_the_api_says_who_answers_on_a_day_the_nearest_above_included(
        self, client, city, manager
    ):
        for body, duty, name, since in (
            (city.market, Duty.HEAD, "陈局长", date(2024, 1, 1)),
            (city.market, Duty.HEAD, "刘局长", date(2026, 3, 1)),
            (city.government, Duty.LEADER, "周副市长", date(2024, 1, 1)),
        ):
            appoint_responsible(body, Office(duty, name, since, "演示任命"), actor=manager)
        client.force_login(manager)

        answer = client.get("/api/v1/responsible?body=market&on=2026-02-28").json()

        assert [(one["name"], one["is_own"]) for one in answer["responsible"]] == [
            ("陈局长", True), ("周副市长", False),
        ]  # fmt: skip
        assert client.get("/api/v1/responsible?body=nobody").status_code == 404
        assert client.get("/api/v1/responsible?body=market&on=x").status_code == 422


@dataclass(frozen=True)
class BellRang(events.Event):
    """Something of the tests."""

    bell: str

    @property
    def subject(self) -> str:
        return f"bell/{self.bell}"


@events.on(BellRang)
def answer_bell(event: BellRang) -> None:
    """应门"""


class TestStuck:
    """Reactions that keep failing."""

    @pytest.fixture
    def job(self, db):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
        with transaction.atomic():
            for _ in range(2):
                events.announce(BellRang("front"))
        first = ProcrastinateJob.objects.order_by("pk").first()
        ProcrastinateJob.objects.filter(pk=first.pk).update(
            attempts=4, scheduled_at="2031-01-01T00:00:00Z"
        )
        return first.pk

    def test_the_operator_sees_it_and_has_it_tried_now(self, client, city, job, text_of):
        client.force_login(city.person("system-admin"))

        page = text_of(client.get("/operations"))
        assert "应门" in page
        assert "bell/front" in page
        assert "4 次" in page
        assert "1 项" in page
        client.post(f"/operations/reactions/{job}/retry")

        assert ProcrastinateJob.objects.get(pk=job).scheduled_at.year < 2031
        assert Act.objects.get(verb="重试后续处理").record_key == str(job)

    def test_nobody_else_may_and_what_is_done_is_not_tried_again(self, city, job):
        with pytest.raises(NotAllowed):
            events.retry(job, actor=city.person("data-bureau"))
        ProcrastinateJob.objects.filter(pk=job).update(status="succeeded")
        with pytest.raises(NotFound):
            events.retry(job, actor=city.person("system-admin"))
