"""A few officers of the market bureau, as records would bring them."""

from datetime import date, timedelta

import pytest

from mingcha.base.days import local_today
from mingcha.base.rules.services import load_shipped
from mingcha.domains.officers import services
from mingcha.domains.officers.models import Officer
from mingcha.domains.officers.services import Entry

TODAY = local_today()


def entry(certificate, **said):
    """An officer with a certificate for another year."""
    usual = {
        "name": f"演示{certificate}", "body": "演示市市场监管局", "region": "310115", "fields": "食品、药品",
        "valid_to": TODAY + timedelta(days=365), "fact_id": 1, "area": "全市", "kind": "01",
    }  # fmt: skip
    return Entry(certificate=certificate, **(usual | said))


@pytest.fixture
def officers(city):
    """Four officers: one in order, one about to run out, one that has, one auxiliary."""
    load_shipped()
    services.enter([
        entry("S100"),
        entry("S200", valid_to=TODAY + timedelta(days=60)),
        entry("S300", valid_to=TODAY - timedelta(days=1)),
        entry("S400", kind="05"),
        entry("S500", body="外地某局", area="320102", region="320102", fields="", valid_to=None),
    ])  # fmt: skip
    return {officer.certificate: officer for officer in Officer.objects.all()}


@pytest.fixture
def manager(city, make_account):
    """Who answers for the market bureau's people."""
    return make_account("department-admin", organisation=city.market)


@pytest.fixture
def long_ago():
    return date(2020, 1, 1)
