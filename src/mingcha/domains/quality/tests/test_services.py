"""Scorecards count what came in; returns are followed; digests are told and read."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from mingcha.base.cases import queries as cases
from mingcha.base.cases import services as moves
from mingcha.base.cases.models import Case
from mingcha.base.days import SHANGHAI, local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger import sealer
from mingcha.base.people.testing import City
from mingcha.domains.quality import errors, queries, services
from mingcha.domains.quality.jobs.looking import look_at
from mingcha.domains.quality.models import Digest, Hint, Return, Score
from mingcha.domains.quality.rules import first_of
from mingcha.domains.records.models import Chunk
from mingcha.domains.records.testing import as_csv, hand_in, inspection, make_catalogue
from mingcha.standards import loader

MONTH = first_of(local_today())


@pytest.fixture
def clerk(transactional_db, city_for_intake):
    return city_for_intake.person("clerk")


@pytest.fixture
def city_for_intake(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    city = City()
    make_catalogue()
    return city


def give(city, clerk, *rows, name="检查.csv"):
    return hand_in(as_csv(rows), provider=city.market, actor=clerk, name=name)


def test_a_month_is_counted_from_batches_and_facts(city_for_intake, clerk):
    recent = {"check_date": local_today().isoformat(), "submitted_date": local_today().isoformat()}
    give(city_for_intake, clerk, *(inspection(n, **recent) for n in range(8)),
         inspection(8, check_result="99"), inspection(0, **recent))  # fmt: skip

    services.count_month(MONTH)
    services.count_month(MONTH)

    score = Score.objects.get()
    assert (score.batches, score.read, score.accepted, score.refused, score.doubled) == (
        1,
        10,
        8,
        1,
        1,
    )
    assert (score.facts, score.timed, score.timely, score.history) == (8, 8, 8, 0)
    assert score.filled == 8 * 23
    assert (score.about, score.tied) == (8, 0)  # nobody of them is registered


def test_five_working_days_on_the_real_calendar_and_history_apart(city_for_intake, clerk):
    days = {
        "2026-09-25": "late",
        "2026-09-30": "in time",
        "2026-10-09": "in time",
        "2026-10-12": "in time",
    }
    rows = [inspection(n, check_date=day, submitted_date=day) for n, day in enumerate(days)]
    give(
        city_for_intake,
        clerk,
        inspection(90, check_date="2026-09-20", submitted_date="2026-09-20"),
        name="first.csv",
    )
    give(
        city_for_intake,
        clerk,
        *rows,
        inspection(91, check_date="2026-03-02", submitted_date="2026-03-02"),
    )
    chunks = list(Chunk.objects.filter(dataset="check_action").order_by("pk"))
    _landed(chunks[0], date(2026, 9, 22))  # the table is docked on this day
    _landed(chunks[1], date(2026, 10, 13))

    services.count_month(date(2026, 10, 1))

    score = Score.objects.get(month=date(2026, 10, 1))
    assert (score.timed, score.timely, score.history) == (4, 3, 1)
    late = queries.rows(clerk, city_for_intake.market, "check_action", date(2026, 10, 1), "late")
    assert [fact.occurred_on.isoformat() for fact in late] == ["2026-09-25"]


@pytest.mark.row("DAT-6")
def test_every_number_of_a_card_leads_to_exactly_the_records_it_counts(
    city_for_intake, clerk, client
):
    recent = {"check_date": local_today().isoformat(), "submitted_date": local_today().isoformat()}
    give(city_for_intake, clerk, *(inspection(n, **recent) for n in range(5)),
         inspection(9, **recent, check_form=""), inspection(91))  # fmt: skip
    give(city_for_intake, clerk, inspection(0, **recent, check_action_name="更正"), name="更正.csv")
    services.count_month(MONTH)
    client.force_login(clerk)

    card = client.get(f"/quality/cards/market/check_action?month={MONTH:%Y-%m}").context
    numbers = [(m[key], m[f"{key}_url" if key != "wrong" else "url"]) for m in card["measures"]
               for key in ("right", "whole", "wrong")]  # fmt: skip
    numbers += [(one["value"], one["url"]) for one in card["figures"]]
    numbers += [tuple(f[kind].values()) for f in card["filled"] for kind in ("filled", "unfilled")]

    led = [(number, url) for number, url in numbers if "/check_action/" in url]
    assert len(led) > 30
    for number, url in led:
        answer = client.get(f"{url}&export=csv")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
        assert len(lines) - 1 == number, url
    assert all(url for number, url in numbers if number)
    unlinked = next(m for m in card["measures"] if m["label"] == "关联率")
    assert unlinked["wrong"] > 0
    assert client.get(unlinked["url"]).status_code == 200


def test_a_number_that_is_none_leads_nowhere(city_for_intake, clerk, client):
    client.force_login(clerk)
    for address in ("nonsense", "unfilled?field=nonsense"):
        assert client.get(f"/quality/cards/market/check_action/{address}").status_code == 404


def _landed(chunk, day):
    """As if the chunk had landed on a day; what lands is insert-only, so by plain SQL."""
    moment = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_chunk SET landed_at = %s WHERE id = %s", [moment, chunk.pk])


@pytest.mark.row("DAT-4", "DAT-6")
def test_a_return_is_followed_until_every_row_is_corrected(city_for_intake, clerk, client):
    wrong = [inspection(n, check_result="99") for n in range(3)]
    give(city_for_intake, clerk, inspection(9), *wrong)
    found = Return.objects.get()
    case = Case.objects.get(pk=found.pk)
    assert (found.rows, found.open_rows, case.state) == (3, 3, "open")
    assert [todo.case for todo in cases.inbox(clerk).mine] == [case]
    assert case.due_on is not None

    give(city_for_intake, clerk, *(inspection(n) for n in range(2)), name="更正一.csv")
    found.refresh_from_db()
    assert (found.open_rows, found.case.state) == (1, "open")

    client.force_login(clerk)
    assert "更正一" not in client.get("/quality/returns").content.decode()
    assert case.number in client.get("/quality/returns?standing=open").content.decode()

    give(city_for_intake, clerk, inspection(2), name="更正二.csv")
    found.refresh_from_db()
    assert (found.open_rows, found.case.state, found.case.is_open) == (0, "corrected", False)
    assert [s.label for s in cases.trace(case)] == ["发起", "部分更正", "全部更正"]


def test_what_will_not_be_corrected_needs_a_reason(city_for_intake, clerk):
    give(city_for_intake, clerk, inspection(1, check_result="99"))
    case = Case.objects.get(kind="data-return")

    with moves.advance(case, "waive", actor=clerk, said=moves.Said(reason="记录作废")):
        pass
    give(city_for_intake, clerk, inspection(1), name="又报.csv")

    case.refresh_from_db()
    assert case.state == "waived"


def test_a_file_without_returned_rows_opens_nothing(city_for_intake, clerk):
    give(city_for_intake, clerk, inspection(1))

    assert not Return.objects.exists()


def test_a_digest_is_told_once_a_week_and_reading_it_is_proved(city_for_intake, clerk, client):
    give(city_for_intake, clerk, inspection(1), inspection(2, check_result="99"))
    monday = local_today() - timedelta(days=local_today().weekday())

    assert services.send_digests(monday) == 1
    assert services.send_digests(monday) == 0

    digest = Digest.objects.get()
    assert digest.content["tables"][0]["refused"] == 1
    assert digest.content["open_rows"] == 1
    client.force_login(clerk)
    page = f"/quality/digests/{digest.case.number}"
    assert "退回未更正" in client.get(page).content.decode()
    assert digest.case.todos.get().opened_by == clerk
    client.post(page)
    digest.case.refresh_from_db()
    assert digest.case.state == "read"


def test_made_up_rows_are_hinted_at_and_explained(city_for_intake, clerk, make_account):
    day = (local_today() - timedelta(days=20)).isoformat()
    give(
        city_for_intake,
        clerk,
        *(inspection(n, check_date=day, submitted_date=day) for n in range(60)),
    )
    sealer.seal_once(sealer.file_signer())

    assert look_at(loader.current().table("check_action"), on=local_today()) > 0
    assert look_at(loader.current().table("check_action"), on=local_today()) == 0

    busy = Hint.objects.filter(kind="busy").first()
    assert busy.rows == 60
    with pytest.raises(errors.NoExplanation):
        services.explain(busy, text=" ", actor=clerk)
    with pytest.raises(NotAllowed):
        services.explain(
            busy, text="无", actor=make_account("clerk", organisation=city_for_intake.fire)
        )
    services.explain(busy, text="专项行动，多组同时进行，属实。", actor=clerk)
    assert Hint.objects.get(pk=busy.pk).explained_by == clerk
