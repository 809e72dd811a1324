"""A listing goes to whoever keeps the register; an order keeps the receipt that was signed for it."""

from base64 import b64decode
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mingcha.base.cases.contents import digests
from mingcha.base.cases.models import Todo
from mingcha.base.days import local_today
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger.models import Act
from mingcha.base.people.models import Region
from mingcha.base.people.testing import make_account
from mingcha.base.rules.errors import OutOfOrder
from mingcha.domains.inspections.models import (
    Clue,
    Correction,
    OrderReceipt,
    RegistrationOffice,
)
from mingcha.domains.inspections.queries import documents
from mingcha.domains.inspections.queries import registration as queries
from mingcha.domains.inspections.services import registration
from mingcha.domains.inspections.services.registration import OfficeSaid
from mingcha.domains.inspections.tests.onsite import PNG, stage
from mingcha.domains.inspections.tests.test_onsite import BAD, go, handed_in, move, said
from mingcha.domains.parties.models import Party
from mingcha.domains.records.testing import uscc

pytestmark = pytest.mark.django_db
SINCE = date(2026, 1, 1)


@pytest.fixture(name="scene")
def _scene(city):
    return stage(city)


def declared(client, scene, body, *, region="310115", kind="", since=SINCE):
    """A declaration by whoever keeps the rules, through the page."""
    lead = make_account("data-bureau", organisation=scene.city.bureau, scope=scene.city.government)
    given = {"region": region, "kind": kind, "body": body.pk, "since": since, "basis": "三定规定"}
    return go(client, lead).post(reverse("inspections:office_new"), given)


def missed(client, scene):
    """A check at which nobody was met, accepted: the clue to list the enterprise."""
    handed_in(client, scene, result="6")
    move(client, scene.head, scene.case, "approve")
    return Clue.objects.select_related("case__unit").get()


@pytest.mark.row("INS-8")
def test_a_listing_goes_to_the_body_that_registered_the_enterprise(client, scene):
    district = scene.city.market_district
    keeper = make_account("officer", organisation=district)
    assert declared(client, scene, district).status_code == 302

    clue = missed(client, scene)

    assert clue.case.unit == district and Todo.objects.get(case=clue.case).unit == district
    page = said(go(client, keeper).get(reverse("desk:case", args=[clue.case.number])))
    assert "送交依据" in page and "浦东新区" in page and "三定规定" in page
    listed = said(client.get(reverse("inspections:offices")))
    assert district.name in listed and "各类对象" in listed


@pytest.mark.row("INS-8")
def test_without_a_declaration_or_anybody_there_it_falls_back_and_says_so(client, scene):
    clue = missed(client, scene)
    assert clue.case.unit == scene.body and "没有设定该对象的登记机关" in clue.addressed


@pytest.mark.row("INS-8")
def test_a_register_that_nobody_follows_up_is_named_and_passed_over(client, scene):
    declared(client, scene, scene.city.fire)
    clue = missed(client, scene)
    assert clue.case.unit == scene.body and "没有办理线索的人员" in clue.addressed


def test_the_nearest_division_and_the_kind_itself_come_first(client, scene):
    city, district = scene.city.market, scene.city.market_district
    declared(client, scene, city, region="310000")
    declared(client, scene, district, region="310000", kind="1")
    firm, other = Party(kind="1", code=uscc(7)), Party(kind="3", code=uscc(7))
    today = local_today()

    assert queries.office_for(firm, on=today).body == district
    assert queries.office_for(other, on=today).body == city
    declared(client, scene, city)
    assert queries.office_for(firm, on=today).body == city
    assert queries.office_for(firm, on=SINCE - timedelta(days=1)) is None


def test_where_an_enterprise_was_registered_is_told_by_its_code_not_by_where_it_is():
    assert queries.registered_in(Party(kind="1", code=uscc(7), region="110101")) == "310115"
    assert queries.registered_in(Party(kind="2", code="", region="110101")) == "110101"


@pytest.mark.row("INS-8")
def test_a_new_declaration_ends_the_present_one_and_the_past_stays(client, scene):
    declared(client, scene, scene.city.market)
    later = declared(client, scene, scene.city.market_district, since=date(2026, 6, 1))
    assert later.status_code == 302
    first, second = RegistrationOffice.objects.order_by("since")
    assert (first.until, second.until) == (date(2026, 5, 31), None)
    early = declared(client, scene, scene.city.market, since=SINCE)
    assert early.status_code == 422 and "不晚于它" in said(early)
    assert declared(client, scene, scene.city.market, region="999999").status_code == 422
    over = said(client.get(reverse("inspections:offices"), {"standing": "over", "q": "310115"}))
    assert "已失效" in over
    export = client.get(reverse("inspections:offices"), {"export": "csv"})
    assert "登记机关" in b"".join(export.streaming_content).decode("utf-8-sig")


def test_only_who_keeps_the_rules_declares(scene):
    region = Region.objects.get(pk="310115")
    wanted = OfficeSaid(region, "", scene.body, SINCE, "三定规定")
    with pytest.raises(NotAllowed):
        registration.set_office(wanted, actor=scene.one)
    lead = make_account("data-bureau", organisation=scene.city.bureau, scope=scene.city.government)
    made = registration.set_office(wanted, actor=lead)
    assert Act.objects.filter(verb="设定登记机关", record_key=str(made.pk)).exists()
    with pytest.raises(OutOfOrder):
        registration.set_office(wanted, actor=lead)


def ordered(client, scene, *, served=True):
    """An order to correct, served unless told otherwise."""
    handed_in(client, scene, BAD, "A")
    move(client, scene.head, scene.case, "approve")
    order = Correction.objects.get()
    if served:
        until = local_today() + timedelta(days=10)
        facts = {"order": order.order, "basis": order.basis, "correct_by": until}
        assert move(client, scene.one, order.case, "serve", **facts).status_code == 302
    return order


def keep(client, order, *, name="回证.png", content=PNG, **changes):
    """Hand in a receipt through its page."""
    given = {"manner": "direct", "served_on": local_today(), "received_by": "王某"} | changes
    url = reverse("inspections:receipt_new", args=[order.case.number])
    return client.post(url, {**given, "file": SimpleUploadedFile(name, content)})


@pytest.mark.row("INS-8")
def test_the_signed_receipt_is_kept_by_its_hash_and_shows_in_the_case_and_the_records(
    client, scene
):
    order = ordered(client, scene)

    assert keep(client, order).status_code == 302
    assert keep(client, order).status_code == 302  # sent twice

    receipt = OrderReceipt.objects.get()
    page = said(client.get(reverse("desk:case", args=[order.case.number])))
    assert receipt.file.digest in page and "直接送达" in page and "王某签收" in page
    for made in (documents.order(receipt.correction), documents.record(scene.part)["order"]):
        assert made["receipts"][0]["digest"] == receipt.file.digest
    url = reverse("inspections:receipt", args=[order.case.number, receipt.pk])
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PNG and answer["Content-Type"] == "image/png"
    assert Act.objects.filter(verb="调取送达回证").exists()
    stranger = make_account("officer", organisation=scene.city.fire)
    assert go(client, stranger).get(url).status_code == 404
    last = Act.objects.filter(record_kind="case", record_key=order.case.number).latest("pk")
    assert b64decode(last.body[47:91]) == dict(digests())[order.case.number]


@pytest.mark.row("INS-8")
def test_a_receipt_that_cannot_be_right_is_refused_in_words(client, scene):
    order = ordered(client, scene, served=False)
    early = keep(go(client, scene.one), order)
    assert early.status_code == 422 and "待送达" in said(early)
    until = local_today() + timedelta(days=10)
    facts = {"order": order.order, "basis": order.basis, "correct_by": until}
    form = said(client.get(reverse("desk:case_move", args=[order.case.number, "serve"])))
    assert "待核" in form
    move(client, scene.one, order.case, "serve", **facts)
    for changes, why in (
        ({"received_by": ""}, "请填写签收人"),
        ({"served_on": local_today() + timedelta(days=1)}, "送达日期应在检查之日"),
        ({"name": "回证.exe", "content": b"MZ"}, "PDF、JPEG 或 PNG"),
    ):
        answer = keep(client, order, **changes)
        assert answer.status_code == 422 and why in said(answer), why
    assert not OrderReceipt.objects.exists()
    left = keep(client, order, manner="left", received_by="", note="拒绝签收，社区见证")
    assert left.status_code == 302
    assert "留置送达" in OrderReceipt.objects.get().in_words


@pytest.mark.row("INS-8")
def test_order_and_record_are_set_with_their_receipts(client, scene):
    order = ordered(client, scene)
    keep(client, order)
    for name, number in (("order_pdf", order.case.number), ("record_pdf", scene.case.number)):
        answer = client.get(reverse(f"inspections:{name}", args=[number]))
        assert answer.status_code in {200, 501}
        assert answer.status_code == 501 or answer.content.startswith(b"%PDF-")
