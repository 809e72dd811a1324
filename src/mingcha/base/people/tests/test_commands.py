"""The operator's commands: found, appoint."""

import pytest
from django.core.management import CommandError, call_command

from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.testing import make_regions

pytestmark = pytest.mark.django_db


@pytest.mark.row("SEC-2")
def test_an_empty_node_gets_its_root_and_its_first_administrator(capsys):
    make_regions()
    call_command("load_roles")

    call_command("found", "gov-1", "演示市人民政府", region="310000")
    call_command(
        "appoint", "first", "data-bureau", organisation="gov-1", reason="任命书", name="演示甲"
    )

    first = Account.objects.get(login="first")
    assert first.holds_over("people.manage", Organisation.objects.get(code="gov-1"))
    assert first.check_password(capsys.readouterr().out.strip())


@pytest.mark.row("SEC-2")
def test_the_three_administrators_are_not_appointed_in_one_person(city, make_account):
    person = make_account("auditor", organisation=city.bureau)

    with pytest.raises(CommandError, match="三员分离"):
        call_command("appoint", person.login, "system-admin", organisation="data", reason="任命书")


@pytest.mark.parametrize(("organisation", "role"), [("nowhere", "auditor"), ("data", "king")])
def test_what_does_not_exist_is_said_so(city, make_account, organisation, role):
    person = make_account()

    with pytest.raises(CommandError, match="没有找到"):
        call_command("appoint", person.login, role, organisation=organisation, reason="x")
