"""Who asks the API: tokens, sessions, nobody."""

from datetime import timedelta

import pytest
from django.test import Client

from mingcha.base.days import local_today
from mingcha.base.people import services
from mingcha.base.people.models import ApiToken

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/batches"


@pytest.fixture(name="token")
def _token(make_account):
    """A clerk's token: the row and its text."""
    clerk = make_account("clerk")
    day = local_today() + timedelta(days=30)
    return services.create_token(clerk, name="前置机", expires_on=day, actor=clerk)


def ask(client, text):
    return client.get(ADDRESS, headers={"authorization": f"Bearer {text}"})


@pytest.mark.row("SEC-2")
def test_a_token_may_what_its_account_may(client, token):
    row, text = token

    answer = ask(client, text)

    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.last_used_at is not None


@pytest.mark.row("SEC-2")
@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": "2026-01-01T00:00:00Z"},
        {"expires_on": "2026-01-01"},
        {"digest": "0" * 64},
    ],
)
def test_a_token_revoked_run_out_or_unknown_is_refused_alike(client, token, change):
    row, text = token
    ApiToken.objects.filter(pk=row.pk).update(**change)

    answer = ask(client, text)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:mingcha:error:people/token-refused"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic eDp5", "mc_x", "Bearer 令牌"])
def test_a_broken_header_is_refused_in_words(client, header):
    answer = client.get(ADDRESS, headers={"authorization": header})

    assert answer.status_code == 401


def test_the_text_of_a_token_is_kept_nowhere(token):
    row, text = token

    assert text not in str(vars(row))
    assert len(row.hint) < 12


def test_nobody_gets_a_problem_and_no_redirect(client):
    answer = client.get(ADDRESS)

    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:mingcha:error:base/not-signed-in"


@pytest.mark.row("SEC-3")
def test_a_session_writes_only_with_its_csrf_token(make_account):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_account("clerk"))

    forged = client.post(f"{ADDRESS}/x/cancel")
    read = client.get(ADDRESS)

    assert forged.status_code == 403
    assert forged.json()["type"] == "urn:mingcha:error:people/forged-request"
    assert read.status_code == 200
