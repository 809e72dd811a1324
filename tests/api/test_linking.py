"""However a record names an entity, it comes into the one dossier; what is doubtful does not."""

import pytest
from django.test import Client
from tests.api.handing_in import Program

from mingcha.base.people.testing import make_account
from mingcha.domains.records.models import Tie
from mingcha.domains.records.testing import as_csv, inspection, lawful, make_catalogue, uscc

pytestmark = pytest.mark.django_db(transaction=True)

NAME, ADDRESS = "上海演示鑫源餐饮管理有限公司", "上海市浦东新区演示路88弄6号601室"
OLD_NUMBER = "310115000012345"
CODE = uscc(70)
WRONG = CODE[:9] + ("4" if CODE[9] != "4" else "5") + CODE[10:]

WAYS = {
    "code": {},
    "a wrong character in the code": {"administrative_cp_ui_code": WRONG},
    "the old number": {
        "administrative_cp_ui_code": OLD_NUMBER, "administrative_cp_ce_type": "099",
    },
}  # fmt: skip


@pytest.fixture(name="program")
def _program(city):
    """A firm that is registered, and the program of the office that reports on it."""
    make_catalogue()
    program = Program(make_account("data-bureau", "head", organisation=city.market))
    firm = lawful(
        "object_enterprise", 70, uscc=CODE, enterprise_name=NAME, domicile=ADDRESS,
        registration_number=OLD_NUMBER,
    )  # fmt: skip
    assert program.hand_in(as_csv([firm], table="object_enterprise"))["accepted"] == 1
    return program


def dossier(program):
    """The table and name of every record in the firm's dossier page."""
    client = Client()
    client.force_login(program.account)
    (party,) = [p for p in client.get(f"/parties/?q={CODE}").context["rows"] if p.is_registered]
    page = client.get(f"/parties/{party.public_id}/")
    events = page.context["events"]
    return sorted(e["table"].name for e in events), page.context["doubtful"]


@pytest.mark.row("REG-5")
@pytest.mark.parametrize("way", list(WAYS))
def test_a_record_that_names_it_by_a_code_is_in_its_dossier(program, way):
    said = {"administrative_cp": NAME, "administrative_cp_ui_code": CODE} | WAYS[way]
    receipt = program.hand_in(as_csv([inspection(1, **said)]))
    assert receipt["accepted"] == 1, program.reasons(receipt["number"])

    assert dossier(program) == (["check_action", "object_enterprise"], [])


@pytest.mark.row("REG-5")
def test_a_record_without_a_code_is_tied_by_name_and_address_however_written(program):
    complaint = lawful(
        "complaint", 1, respondent_code="", respondent="上海演示鑫源餐飲管理有限公司　",
        respondent_address="浦東新區演示路８８弄６號６０１室",
    )  # fmt: skip
    receipt = program.hand_in(as_csv([complaint], table="complaint"))
    assert receipt["accepted"] == 1, program.reasons(receipt["number"])

    assert dossier(program) == (["complaint", "object_enterprise"], [])


@pytest.mark.row("REG-5")
def test_what_a_firm_owns_and_bears_its_name_is_not_whom_a_complaint_is_about(program):
    """A hoarding is registered as an object of its own, under the firm's name and at its address."""
    name, address = "上海荣沃科软件有限公司", "上海市浦东新区金紫街894号"
    firm = lawful(
        "object_enterprise", 71, uscc=uscc(71), enterprise_name=f"{name}（演示）", domicile=address
    )
    hoarding = lawful(
        "special_element", 1, element_name=f"{name}户外广告设施（演示）", address_registered=address,
        address_operating=address, owner_code=uscc(71),
    )  # fmt: skip
    for table, row in (("object_enterprise", firm), ("special_element", hoarding)):
        receipt = program.hand_in(as_csv([row], table=table))
        assert receipt["accepted"] == 1, program.reasons(receipt["number"])
    complaint = lawful(
        "complaint", 1, respondent_code="", respondent=f"{name}(演示)", respondent_address=address
    )
    receipt = program.hand_in(as_csv([complaint], table="complaint"))
    assert receipt["accepted"] == 1, program.reasons(receipt["number"])

    ties = Tie.objects.filter(subject__scheme="name", until=None).select_related("party")

    assert [(tie.party.subkind, tie.is_doubtful) for tie in ties] == [("enterprise", False)]


@pytest.mark.row("REG-5")
def test_a_wrong_code_under_another_name_is_doubtful_and_stays_out(program):
    said = {"administrative_cp": "北京演示百货商店", "administrative_cp_ui_code": WRONG}
    said |= {"address_registered": "北京市朝阳区演示街1号", "address_operating": ""}
    assert program.hand_in(as_csv([inspection(1, **said)]))["accepted"] == 1

    tables, doubtful = dossier(program)

    assert tables == ["object_enterprise"]
    assert len(doubtful) == 1 and "北京演示百货商店" in doubtful[0]
