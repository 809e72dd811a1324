"""What is kept no longer goes, what waits or must stay does not, and the ledger says how much went."""

from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from mingcha.base.days import local_today, plus_months, utc_now
from mingcha.base.events.models import Event, ReactionDone
from mingcha.base.events.services import announce
from mingcha.base.jobs import defer
from mingcha.base.keeping import jobs, services
from mingcha.base.ledger.models import Act
from mingcha.base.once.models import Answered
from mingcha.base.opendoors.models import Knock
from mingcha.base.people.testing import make_account
from mingcha.base.rules import services as rules
from mingcha.base.rules.events import RuleChanged

pytestmark = pytest.mark.django_db
TODAY = local_today()


@pytest.fixture(autouse=True)
def _rules(db):
    rules.load_shipped()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def job(status, days, name="thing", **said):
    """A job that came to this status so many days ago."""
    number = defer(name, **said)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, number])
        cursor.execute(
            "UPDATE procrastinate_events SET at = at - make_interval(days => %s) WHERE job_id = %s",
            [days, number],
        )
    return number


def event(days):
    with transaction.atomic():
        row = announce(RuleChanged(key=f"演示{days}"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args->>'event' = %s", [str(row.pk)])
    ReactionDone.objects.create(event=row, reaction="演示")
    Event.objects.filter(pk=row.pk).update(at=utc_now() - timedelta(days=days))
    return row


def left():
    return set(ProcrastinateJob.objects.values_list("pk", flat=True))


def test_jobs_go_by_how_they_ended_and_when():
    stay = {
        job("succeeded", 29), job("failed", 31), job("todo", 400), job("doing", 400),
        job("cancelled", 1),
    }  # fmt: skip
    for status, days in (("succeeded", 32), ("cancelled", 32), ("aborted", 32), ("failed", 200)):
        job(status, days)

    gone = services.forget_old(on=TODAY)

    assert left() == stay
    assert (gone["keeping.done_jobs"], gone["keeping.failed_jobs"]) == (3, 1)
    acts = Act.objects.filter(verb="清理到期数据")
    assert sorted(acts.values_list("record_key", flat=True)) == [
        "keeping.done_jobs", "keeping.failed_jobs"
    ]  # fmt: skip


def test_delivered_events_go_and_those_that_something_waits_for_stay():
    old, held, young = event(200), event(200), event(100)
    job("failed", 1, "react:demo", event=held.pk)

    services.forget_old(on=TODAY)

    assert set(Event.objects.values_list("pk", flat=True)) == {held.pk, young.pk}
    assert not ReactionDone.objects.filter(event_id=old.pk).exists()


def test_what_was_answered_and_who_came_in_go_by_their_own_rules():
    account, now = make_account("clerk"), utc_now()
    for days in (6, 9):
        row = Answered.objects.create(
            account=account, key=str(days), digest=b"", status=200, body={}
        )
        Answered.objects.filter(pk=row.pk).update(at=now - timedelta(days=days))
        Session.objects.create(
            session_key=str(days), session_data="", expire_date=now - timedelta(days=days - 6)
        )
    for days in (170, 190):
        log = AccessLog.objects.create(
            username="演示", path_info="/", user_agent="", http_accept=""
        )
        AccessLog.objects.filter(pk=log.pk).update(attempt_time=now - timedelta(days=days))

    services.forget_old(on=TODAY)

    assert [one.key for one in Answered.objects.all()] == ["6"]
    assert [one.session_key for one in Session.objects.all()] == ["6"]
    assert AccessLog.objects.count() == 1


def test_uses_of_open_doors_are_forgotten_after_a_day():
    for hours in (1, 49):
        Knock.objects.create(door="演示", hour=utc_now() - timedelta(hours=hours))

    services.forget_old(on=TODAY)

    assert [one.hour > utc_now() - timedelta(hours=2) for one in Knock.objects.all()] == [True]


def test_a_new_value_of_the_rule_counts_from_its_day():
    kept = job("succeeded", 40)
    rules.Rule.objects.filter(key="keeping.done_jobs").update(value=60)

    jobs.forget()
    assert kept in left()
    services.forget_old(on=TODAY + timedelta(days=30))

    assert kept not in left()


def test_much_goes_in_pieces_each_with_its_act(monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    for _ in range(5):
        job("succeeded", 40)

    assert services.forget_old(on=TODAY)["keeping.done_jobs"] == 5
    assert Act.objects.filter(verb="清理到期数据").count() == 3


def test_every_kind_has_a_rule_that_is_a_period():
    for rule in services.Registry.kinds:
        first = services.first_day_kept(services.in_force(rule, on=TODAY), TODAY)
        assert plus_months(TODAY, -12) < first < TODAY
