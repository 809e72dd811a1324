"""The API under whatever its own OpenAPI allows: no 5xx, and answers as it promises."""

import json
from datetime import timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from ninja.responses import NinjaJSONEncoder
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)

from mingcha.base.days import local_today
from mingcha.base.people import services
from mingcha.base.people.testing import City, make_account
from mingcha.config.api import api
from mingcha.config.wsgi import application
from mingcha.domains.records.testing import as_csv, hand_in, inspection, make_catalogue

PROMISES = [
    not_a_server_error,
    response_schema_conformance,
    content_type_conformance,
    response_headers_conformance,
]
EXAMPLES = 12  # per operation

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


# Loaded without asking the server, which the tests' database would have to be up for.
described = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(), cls=NinjaJSONEncoder))
)
described.app = application


@pytest.fixture(name="token")
def _token(transactional_db):
    """A key for somebody who may do everything with data, and a batch with a refused row."""
    city = City()
    make_catalogue()
    person = make_account("data-bureau", organisation=city.bureau, scope=city.government)
    rows = [inspection(1), inspection(2, check_result="99")]
    batch = hand_in(as_csv(rows), provider=city.market, actor=person)
    tomorrow = local_today() + timedelta(days=1)
    _, text = services.create_token(person, name="模糊测试", expires_on=tomorrow, actor=person)
    return {"Authorization": f"Bearer {text}"}, batch.public_id


@pytest.mark.row("DAT-3")
@described.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
def test_every_operation_keeps_its_promises(case: Case, token):
    headers, batch = token
    case.call_and_validate(headers=headers, checks=PROMISES)
    if "number" in case.path_parameters:
        case.path_parameters["number"] = batch
        case.call_and_validate(headers=headers, checks=PROMISES)
