"""A machine that got no answer asks again under the same key: done once, answered the same."""

import json

import pytest
from django.db import connection

from mingcha.base.days import local_today
from mingcha.base.jobs import import_jobs
from mingcha.base.once.models import Answered
from mingcha.base.once.services import Asked
from mingcha.base.people.testing import make_account
from mingcha.domains.records.models import Consent, Entry, Export, Fact
from mingcha.domains.records.testing import inspection, make_catalogue

pytestmark = pytest.mark.django_db
import_jobs("mingcha.domains.records.jobs")

RECORDS = "/api/v1/records/check_action?provider=market"


@pytest.fixture(name="clerk")
def _clerk(city, client):
    make_catalogue()
    client.force_login(clerk := city.person("clerk"))
    client.handler.enforce_csrf_checks = False
    return clerk


def sent(client, address, body, key):
    """An answer to a JSON body; `key` None sends no header."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(address, json.dumps(body), content_type="application/json", headers=headers)


def unnumbered(number=1, **changes):
    return inspection(number, **changes) | {"check_action_code": ""}


@pytest.mark.row("DAT-3")
def test_a_record_without_a_number_sent_again_under_its_key_is_one_record(clerk, client):
    first, again = (sent(client, RECORDS, unnumbered(), "7f1c-1") for _ in range(2))
    quoted = sent(client, RECORDS, unnumbered(), '"7f1c-1"')

    assert first.status_code == again.status_code == quoted.status_code == 201
    assert first.json() == again.json() == quoted.json()
    assert Fact.objects.count() == Entry.objects.count() == 1


@pytest.mark.row("DAT-3")
def test_without_a_key_or_under_another_it_is_another_record(clerk, client):
    keys = [
        sent(client, RECORDS, unnumbered(), key).json()["key"] for key in (None, None, "a", "b")
    ]

    assert len(set(keys)) == 4


@pytest.mark.row("DAT-3")
@pytest.mark.parametrize(
    ("address", "body"),
    [(RECORDS, unnumbered(2)), (RECORDS + "&note=1", unnumbered())],
    ids=["other body", "other question"],
)
def test_a_key_stands_for_one_request(clerk, client, address, body):
    sent(client, RECORDS, unnumbered(), "k")

    other = sent(client, address, body, "k")

    assert other.status_code == 422
    assert other.json()["type"] == "urn:mingcha:error:once/key-taken"
    assert "已经用于另一个请求" in other.json()["title"]
    assert Fact.objects.count() == 1


@pytest.mark.row("DAT-3")
def test_an_answer_that_was_lost_before_it_was_kept_makes_no_second_record(clerk, client):
    """The record is committed by another process than the one that keeps the answer."""
    first = sent(client, RECORDS, unnumbered(), "k")
    Answered.objects.all().delete()  # as when the power fails between the two

    again = sent(client, RECORDS, unnumbered(), "k")
    Answered.objects.all().delete()
    other = sent(client, RECORDS, unnumbered(2), "k")

    assert again.json() == first.json()
    assert other.json()["type"] == "urn:mingcha:error:once/key-taken"
    assert Fact.objects.count() == 1


def test_a_refusal_has_changed_nothing_and_the_key_is_free(clerk, client):
    bad = sent(client, RECORDS, unnumbered(check_result="99"), "k")
    good = sent(client, RECORDS, unnumbered(), "k")

    assert (bad.status_code, good.status_code) == (422, 201)


def test_a_key_is_its_callers_own(clerk, client, city):
    sent(client, RECORDS, unnumbered(), "k")
    client.force_login(make_account("clerk", organisation=city.market, real_name="演示另一人"))

    other = sent(client, RECORDS, unnumbered(2), "k")

    assert other.status_code == 201
    assert Fact.objects.count() == 2


@pytest.mark.parametrize("key", ["", " ", '""x y', "键", "x" * 256])
def test_what_is_no_key_is_refused_in_words(clerk, client, key):
    answer = sent(client, RECORDS, unnumbered(), key.encode().decode("latin-1"))

    assert answer.status_code == 422
    assert "可见的 ASCII 字符" in answer.json()["title"]
    assert not Fact.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_being_done_the_second_is_told_to_wait(clerk, client):
    held = f"once:{Asked(clerk.pk, 'k', b'').mark}"
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [held])
        answer = sent(client, RECORDS, unnumbered(), "k")
    other.close()

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:mingcha:error:once/still-answering"
    assert sent(client, RECORDS, unnumbered(), "k").status_code == 201


@pytest.mark.row("SEC-2")
def test_a_consent_and_an_export_asked_for_twice_are_one(clerk, client):
    consent = {
        "provider": "market", "table": "check_action", "since": str(local_today()),
        "basis": "演示依据", "purpose": "演示用途",
    }  # fmt: skip
    given = [sent(client, "/api/v1/consents", consent, "c") for _ in range(2)]
    sent(client, RECORDS, unnumbered(), None)  # something to take out
    client.force_login(make_account("head", organisation=clerk.organisation))
    asked = [sent(client, "/api/v1/exports", {"table": "check_action"}, "e") for _ in range(2)]

    assert [one.status_code for one in given] == [201, 201]
    assert given[0].json() == given[1].json()
    assert [one.status_code for one in asked] == [202, 202]
    assert asked[0].json() == asked[1].json()
    assert (Consent.objects.count(), Export.objects.count()) == (1, 1)


def test_the_documentation_of_the_api_names_the_header(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]

    for path in ("/api/v1/records/{table}", "/api/v1/consents", "/api/v1/exports"):
        named = [one["name"] for one in paths[path]["post"]["parameters"]]
        assert "Idempotency-Key" in named
