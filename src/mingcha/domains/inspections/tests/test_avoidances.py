"""Avoidance is declared beforehand, holds in draws, is ended with a reason, and stays private."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mingcha.base.cases.models import Case
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput, NotAllowed
from mingcha.base.ledger.models import Act
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections.models import Avoidance, Place
from mingcha.domains.inspections.queries import parts, selecting
from mingcha.domains.inspections.services import avoiding
from mingcha.domains.inspections.services.avoiding import Declared
from mingcha.domains.inspections.testing import Line
from mingcha.domains.inspections.tests.onsite import stage
from mingcha.domains.officers.models import CertificateHolder
from mingcha.domains.parties.models import Party

pytestmark = pytest.mark.django_db
NEW, LIST = "/inspections/avoidances/new", "/inspections/avoidances/"
PRIVATE = "配偶是该店的股东"


@pytest.fixture(name="line")
def _line(city):
    made = Line(city)
    made.accounts = []
    for officer in made.officers[:2]:
        account = make_account("officer", organisation=made.body, real_name=officer.name)
        CertificateHolder.objects.create(officer=officer, account=account)
        made.accounts.append(account)
    made.head = make_account("head", organisation=made.body)
    made.party = Party.objects.order_by("pk").first()
    return made


def declared(line, client, account, **changes):
    client.force_login(account)
    usual = {
        "officer": line.officers[0].certificate, "parties": line.party.code, "ground": "kin",
        "since": local_today(), "note": PRIVATE, "confirm": "yes",
    }  # fmt: skip
    return client.post(NEW, usual | changes)


@pytest.mark.row("INS-4")
def test_an_officer_declares_before_anything_is_drawn_and_is_not_sent_there(line, client):
    first = declared(line, client, line.accounts[0], confirm="")
    assert first.status_code == 200 and line.party.name in first.content.decode()
    assert not Avoidance.objects.exists()  # shown to be checked, not yet declared

    answer = declared(line, client, line.accounts[0])

    found = Avoidance.objects.get()
    draw = line.frozen(line.task(strata=[{"name": "全部", "ratio": "1"}]))
    assert answer.status_code == 302
    assert (found.officer, found.party, found.until) == (line.officers[0], line.party, None)
    assert draw.counts["avoidances"] == 1
    assert Act.objects.filter(verb="登记回避").count() == 1


@pytest.mark.row("INS-4")
def test_several_are_declared_at_once_all_or_none(line, client):
    parties = list(Party.objects.order_by("pk")[:3])
    text = "\n".join([parties[0].code, parties[1].name, parties[2].code])

    wrong = declared(line, client, line.accounts[0], parties=f"{text}\n没有这一户")
    right = declared(line, client, line.accounts[0], parties=text)
    twice = declared(line, client, line.accounts[0], parties=parties[1].code)

    assert wrong.status_code == 422 and "没有这一户" in wrong.content.decode()
    assert right.status_code == 302 and Avoidance.objects.count() == 3
    assert twice.status_code == 422 and "已有回避登记" in twice.content.decode()


@pytest.mark.row("INS-4", "SEC-2")
def test_for_others_only_the_head_declares_and_only_of_the_own_body(line, client):
    for_another = declared(line, client, line.accounts[1])
    stranger = make_account("head", organisation=line.city.fire)
    from_outside = declared(line, client, stranger)
    by_planner = declared(line, client, line.manager)
    asked = declared(line, client, line.head, ground="asked")

    assert (
        for_another.status_code == 302
    )  # the field of the certificate is one's own, whatever is sent
    assert Avoidance.objects.get(declared_by=line.accounts[1]).officer == line.officers[1]
    assert from_outside.status_code == by_planner.status_code == 422
    assert asked.status_code == 302
    assert Avoidance.objects.get(officer=line.officers[0]).ground == "asked"


def test_what_a_party_asked_for_is_not_decided_by_the_officer(line, client):
    answer = declared(line, client, line.accounts[0], ground="asked")
    with pytest.raises(NotAllowed):
        avoiding.declare(
            line.officers[0], [line.party], Declared("asked", local_today()), actor=line.accounts[0]
        )

    assert answer.status_code == 422 and not Avoidance.objects.exists()


@pytest.mark.row("INS-4", "SEC-2")
def test_a_relation_is_read_by_the_officer_the_head_and_the_supervisor_only(line, client):
    declared(line, client, line.accounts[0])
    page = reverse("inspections:avoidance", args=[Avoidance.objects.get().pk])
    supervisor = make_account("inspector-of-inspectors", organisation=line.city.government)
    foreign = make_account("head", organisation=line.city.fire)

    seen = {}
    for name, account in (
        ("own", line.accounts[0]), ("head", line.head), ("supervisor", supervisor),
        ("colleague", line.accounts[1]), ("planner", line.manager), ("foreign", foreign),
    ):  # fmt: skip
        client.force_login(account)
        there = line.party.code in client.get(LIST).content.decode()
        one = client.get(page)
        seen[name] = there, one.status_code == 200 and PRIVATE in one.content.decode()

    assert [name for name, one in seen.items() if one == (True, True)] == [
        "own",
        "head",
        "supervisor",
    ]
    assert [name for name, one in seen.items() if one == (False, False)] == [
        "colleague", "planner", "foreign",
    ]  # fmt: skip
    client.force_login(supervisor)
    ended = client.post(page, {"on": local_today(), "reason": "越权"})
    assert ended.status_code in (403, 422) and Avoidance.objects.get().until is None


@pytest.mark.row("INS-4")
def test_ended_with_a_reason_and_kept(line, client):
    declared(line, client, line.accounts[0])
    found = Avoidance.objects.get()
    page = reverse("inspections:avoidance", args=[found.pk])
    yesterday = local_today() - timedelta(days=1)

    without = client.post(page, {"on": local_today(), "reason": ""})
    past = client.post(page, {"on": yesterday, "reason": "倒签"})
    done = client.post(page, {"on": local_today(), "reason": "已离婚"})

    found.refresh_from_db()
    told = client.get(page).content.decode()
    assert (without.status_code, past.status_code, done.status_code) == (422, 422, 302)
    assert (found.until, found.ended_because, found.ended_by) == (
        local_today(), "已离婚", line.accounts[0],
    )  # fmt: skip
    assert "已离婚" in told and "最后一天" not in told
    assert Act.objects.filter(verb="结束回避").count() == 1


def test_what_the_head_noted_the_officer_does_not_end(line, client):
    declared(line, client, line.head)
    found = Avoidance.objects.get()

    with pytest.raises(NotAllowed):
        avoiding.end(found, on=local_today(), reason="不想回避", actor=line.accounts[0])
    avoiding.end(found, on=local_today(), reason="经审查不需要回避", actor=line.head)
    with pytest.raises(BadInput, match="本来就到"):
        avoiding.end(found, on=local_today(), reason="再来", actor=line.head)


@pytest.mark.row("INS-4")
def test_the_list_is_searched_filtered_and_taken_out_without_the_private_words(line, client):
    other = Party.objects.order_by("pk")[1]
    declared(line, client, line.accounts[0])
    declared(line, client, line.head, officer=line.officers[1].name, parties=other.code)

    def found(query):
        page = client.get(f"{LIST}?{query}").content.decode()
        return (line.party.name in page, other.name in page)

    assert found("") == (True, True)
    assert found(f"q={other.code}") == (False, True)
    assert found(f"q={line.officers[0].name}") == (True, False)
    assert found("by=own") == (True, False) and found("by=unit") == (False, True)
    assert found("standing=over") == (False, False)
    taken = b"".join(client.get(f"{LIST}?export=csv").streaming_content).decode("utf-8-sig")
    assert other.code in taken and "近亲属关系" in taken and PRIVATE not in taken


@pytest.mark.row("INS-4")
def test_it_follows_a_party_that_has_gone_into_another(line, client):
    into = Party.objects.order_by("-pk").first()
    declared(line, client, line.accounts[0])
    Party.objects.filter(pk=line.party.pk).update(merged_into=into)

    found = selecting.avoidances(line.task(), [line.officers[0].certificate])

    assert [one.party for one in found] == [into.pk]


@pytest.mark.row("INS-4")
def test_who_keeps_away_is_not_offered_where_officers_are_named(city):
    scene = stage(city, mode="patrol")
    Place.objects.filter(part=scene.part, officer=scene.officers[1]).update(
        officer=None, certificate="", name=""
    )
    before = [certificate for certificate, _ in parts.may_go(scene.part)]
    said = Declared("interest", local_today())
    avoiding.declare(scene.officers[1], [scene.party], said, actor=scene.two)

    after = [certificate for certificate, _ in parts.may_go(scene.part)]

    assert scene.officers[1].certificate in before
    assert scene.officers[1].certificate not in after


@pytest.mark.row("INS-4")
def test_a_team_that_stands_is_named_so_that_the_officer_leaves_it(city, client):
    scene = stage(city)
    client.force_login(scene.one)

    shown = client.post(NEW, {
        "officer": scene.officers[0].certificate, "parties": scene.party.code, "ground": "kin",
        "since": local_today(),
    }).content.decode()  # fmt: skip

    assert scene.case.number in shown and "声明回避" in shown


@pytest.mark.row("INS-4")
def test_neither_a_vacant_place_nor_the_trace_tells_of_the_relation(city, client):
    scene = stage(city)
    client.force_login(scene.two)
    number = scene.case.number
    client.post(
        reverse("desk:case_move", args=[number, "avoid"]), {"ground": "kin", "reason": PRIVATE}
    )

    vacant = Place.objects.get(officer=None, left_at=None)
    client.force_login(scene.one)
    shown = client.get(reverse("desk:case", args=[number])).content.decode()
    client.logout()
    public = client.get(
        reverse("inspections:check_code", args=[scene.part.visit.token])
    ).content.decode()
    assert Case.objects.get(number=number).state == "to-confirm"
    assert vacant.lacks == "原检查人员回避"
    assert PRIVATE not in shown and PRIVATE not in public
    assert Avoidance.objects.get().note == PRIVATE


def test_who_holds_no_certificate_is_told_so(line, client):
    client.force_login(line.manager)

    page = client.get(NEW)

    assert page.status_code == 200 and "没有对应的执法证" in page.content.decode()
