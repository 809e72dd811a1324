"""What was known when, and what its viewer could have seen then (BEY-9): through the page."""

import io
import re
import zipfile

import pytest
from django.db import transaction

from mingcha.base.days import SHANGHAI, utc_now
from mingcha.base.ledger import sealer
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.models import Act
from mingcha.base.people import services as people
from mingcha.base.people.models import Role
from mingcha.base.people.testing import make_account
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Consent, Tie, Writing
from mingcha.domains.records.services import consents
from mingcha.domains.records.testing import (
    ITEM,
    as_csv,
    hand_in,
    inspection,
    make_catalogue,
    uscc,
)

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "演示1号有限公司"
SEEN, NOT_SEEN = "演示检查", "没有这类记录"


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path):
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    settings.EXPORTS = tmp_path


@pytest.fixture(name="clerk")
def _clerk(city):
    make_catalogue()
    return city.person("clerk")


def moment():
    """Seal what is open; the moment after it, as the address of a page says it."""
    sealer.seal_once(sealer.file_signer())
    now = utc_now().astimezone(SHANGHAI)
    return {"as_of": f"{now:%Y-%m-%d}", "at": f"{now:%H:%M:%S.%f}"}


def page(client, account, *, party=None, then=False, **asked):
    """The words of a dossier's main part."""
    client.force_login(account)
    party = party or Party.objects.get(name=NAME)
    rights = {"rights": "then"} if then else {}
    answer = client.get(f"/parties/{party.public_id}/", {**asked, **rights})
    assert answer.status_code == 200
    main = answer.content.decode().partition('<main id="main"')[2].partition("</main>")[0]
    left_out = (
        r'<svg.*?</svg>|<div class="print-head".*?</div>'  # the latter says who prints and when
    )
    return re.sub(r"\s+", " ", re.sub(left_out, "", main, flags=re.DOTALL))


def give(city, clerk, *rows, table=""):
    batch = hand_in(as_csv(rows, table=table or "check_action"), provider=city.market, actor=clerk)
    assert batch.accepted_count == len(rows), [batch.run.error, batch.counts]


def consent(city, clerk, **terms):
    return consents.give(
        consents.Terms(
            city.market,
            "check_action",
            since=utc_now().date(),
            basis="演示",
            purpose="演示",
            **terms,
        ),
        actor=clerk,
    )


@pytest.mark.row("BEY-9")
@pytest.mark.row("SEC-2")
def test_a_grant_given_later_shows_rows_of_then_only_by_todays_rights(client, city, clerk):
    give(city, clerk, inspection(1))
    viewer = make_account("officer", organisation=city.fire)
    before = moment()
    people.appoint(viewer, Role.objects.get(key="head"), scope=city.market, reason="借调")
    after = moment()

    assert SEEN in page(client, viewer, **before)
    then = page(client, viewer, then=True, **before)
    assert SEEN not in then and "当时您看不到这类记录" in then
    assert "角色：执法人员（演示市消防救援局及下级）" in then and "部门负责人" not in then
    assert SEEN in page(client, viewer, then=True, **after)


@pytest.mark.row("BEY-9")
@pytest.mark.row("SEC-2")
def test_a_consent_withdrawn_since_shows_then_and_hides_today(client, city, clerk):
    give(city, clerk, inspection(1))
    viewer = make_account("officer", organisation=city.fire)
    given = consent(city, clerk)
    before = moment()
    consents.withdraw(given, reason="专项结束", actor=clerk)
    after = moment()

    assert SEEN not in page(client, viewer, **before)
    then = page(client, viewer, then=True, **before)
    assert SEEN in then and "向您开放了其他单位的 1 张表" in then
    assert SEEN not in page(client, viewer, then=True, **after)
    assert SEEN not in page(client, viewer)


@pytest.mark.row("BEY-9")
def test_the_view_of_then_says_what_it_is_leads_nowhere_else_and_leaves_an_act(client, city, clerk):
    give(city, clerk, inspection(1))
    viewer = make_account("head", organisation=city.fire)
    given = consent(city, clerk)
    before = moment()
    consents.withdraw(given, reason="专项结束", actor=clerk)

    ordinary = page(client, viewer, **before)
    then = page(client, viewer, then=True, **before)

    assert "按您今天的权限显示" in ordinary and "rights=then" in ordinary
    assert "本视图供核对当时情况，不能导出，每次查看都留痕" in then
    assert "export=" in ordinary and "export=" not in then
    assert "/versions" not in then and "/fields/" not in then and "/batches/" not in then
    assert Act.objects.filter(verb="按当时权限查看档案", actor_id=viewer.pk).count() == 1
    party = Party.objects.get(name=NAME)
    asked = {**before, "rights": "then", "export": "csv"}
    taken = b"".join(client.get(f"/parties/{party.public_id}/export", asked)).decode()
    assert SEEN not in taken


@pytest.mark.row("BEY-9")
def test_an_account_opened_later_could_see_nothing_then(client, city, clerk):
    give(city, clerk, inspection(1))
    before = moment()
    viewer = make_account("head", organisation=city.market)

    then = page(client, viewer, then=True, **before)

    assert "当时您的账号还没有开通或已停用，什么也看不到" in then
    assert SEEN not in then and SEEN in page(client, viewer, **before)


@pytest.mark.row("BEY-9")
def test_who_moved_sees_then_what_the_old_post_saw(client, city, clerk):
    give(city, clerk, inspection(1))
    admin = city.person("data-bureau")
    mover = make_account("head", organisation=city.market)
    before = moment()
    people.change_account(mover, {"organisation": city.fire}, actor=admin, reason="调动")
    mover.refresh_from_db()
    people.grant_role(mover, Role.objects.get(key="head"), scope=city.fire, actor=admin)

    assert SEEN not in page(client, mover, **before)
    then = page(client, mover, then=True, **before)
    assert SEEN in then and "当时您在演示市市场监管局" in then


@pytest.mark.row("BEY-9")
@pytest.mark.parametrize("then", [False, True], ids=["today's rights", "rights of then"])
def test_the_same_moment_gives_the_same_page_whatever_comes_later(client, city, clerk, then):
    give(city, clerk, inspection(1), inspection(2))
    viewer = make_account("head", organisation=city.fire)
    given = consent(city, clerk)
    asked = moment()
    before = page(client, viewer, then=then, **asked)
    assert SEEN in before

    give(city, clerk, inspection(1, check_result="02", check_action_name="改过的检查"))
    give(city, clerk, inspection(1, check_result="02") | {"cd_operation": "d"})
    give(city, clerk, inspection(3, administrative_cp_ui_code=uscc(1001), administrative_cp=NAME))
    party = Party.objects.get(name=NAME)
    tie = Tie.objects.get(party=party, until__isnull=True)
    with transaction.atomic():
        Tie.objects.filter(pk=tie.pk).update(until=utc_now(), closed_by=(said := written()))
        other = Party.objects.get(name="演示2号有限公司")
        Tie.objects.create(
            subject=tie.subject, party=other, since=utc_now(), how="code", weight=1,
            writing=said,
        )  # fmt: skip
    admin = city.person("data-bureau")
    people.change_organisation(city.market, actor=admin, name="演示市新市场监管局")
    if then:
        consents.withdraw(given, reason="专项结束", actor=clerk)
        for grant in viewer.grants.all():
            people.revoke_grant(grant, actor=admin, reason="收回")
        people.grant_role(viewer, Role.objects.get(key="officer"), scope=city.fire, actor=admin)
    moment()

    assert page(client, viewer, then=then, **asked) == before
    assert SEEN not in page(client, viewer)


def written():
    """Ties are written now, as the services write them: with an act that will be sealed."""
    left = ledger.act(None, "测试关联", ("ties", str(Writing.objects.count())), content={})
    return Writing.objects.create(act_id=left.pk, at=utc_now(), written=1, closed=0)


@pytest.mark.row("BEY-9")
def test_ties_of_then_decide_whose_dossier_a_record_is_in(client, city, clerk):
    give(city, clerk, inspection(1), inspection(2, check_action_name="另一次检查"))
    first, second = Party.objects.get(name=NAME), Party.objects.get(name="演示2号有限公司")
    before = moment()
    tie = Tie.objects.get(party=second)
    with transaction.atomic():
        Tie.objects.filter(pk=tie.pk).update(until=utc_now(), closed_by=(said := written()))
        Tie.objects.create(
            subject=tie.subject, party=first, since=utc_now(), how="merge", weight=1000,
            writing=said, reasons=["人工认定为同一对象"],
        )  # fmt: skip
    after = moment()

    assert "另一次检查" in page(client, clerk, party=second, **before)
    assert "另一次检查" not in page(client, clerk, party=first, **before)
    assert "人工认定" not in page(client, clerk, party=first, **before)
    assert "另一次检查" not in page(client, clerk, party=second, **after)
    now = page(client, clerk, party=first, **after)
    assert "另一次检查" in now and "人工认定为同一对象" in now


@pytest.mark.row("BEY-9")
def test_a_doubtful_tie_is_told_as_of_then(client, city, clerk):
    give(city, clerk, inspection(1), inspection(2))
    first = Party.objects.get(name=NAME)
    tie = Tie.objects.get(party__name="演示2号有限公司")
    before = moment()
    with transaction.atomic():
        Tie.objects.create(
            subject=tie.subject, party=first, since=utc_now(), how="name", weight=600,
            is_doubtful=True, rank=1, writing=written(), reasons=["名称相近"],
        )  # fmt: skip
    after = moment()

    assert "名称相近" not in page(client, clerk, **before)
    assert "名称相近" in page(client, clerk, **after)


def enterprise(name, **changes):
    return {
        "pripid": "P1", "uscc": uscc(1001), "enterprise_name": name,
        "legal_representative": "演示甲", "domicile": "浦东新区演示路1号",
        "established_on": "2020-01-01",
    } | changes  # fmt: skip


@pytest.mark.row("BEY-9")
def test_the_dossier_of_then_bears_the_names_of_then(client, city, clerk):
    admin = city.person("data-bureau")
    item = {"item_code": ITEM, "item_name": "旧事项名称", "basis": "演示依据",
            "effective_from": "2025-01-01", "item_status": "01"}  # fmt: skip
    hand_in(as_csv([item], table="item"), provider=city.bureau, actor=admin, name="事项.csv")
    give(city, clerk, inspection(1))
    give(city, clerk, enterprise(NAME), table="object_enterprise")
    party = Party.objects.get(name=NAME)
    before = moment()
    give(
        city,
        clerk,
        enterprise("演示改名有限公司", domicile="浦东新区新址9号"),
        table="object_enterprise",
    )
    renamed = item | {"item_name": "新事项名称"}
    hand_in(as_csv([renamed], table="item"), provider=city.bureau, actor=admin, name="事项2.csv")
    people.change_organisation(city.market, actor=admin, name="演示市新市场监管局")
    moment()

    then = page(client, clerk, party=party, **before)
    now = page(client, clerk, party=party)

    assert f"<h1>{NAME}</h1>" in then and "今天的名称：演示改名有限公司" in then
    assert "演示路1号" in then and "新址9号" not in then
    assert "旧事项名称" in then and "新事项名称" not in then
    assert "演示市市场监管局" in then and "演示市新市场监管局" not in then
    assert "<h1>演示改名有限公司</h1>" in now and "今天的名称" not in now
    assert "新事项名称" in now and "演示市新市场监管局" in now


def test_a_person_whose_name_did_not_change_has_no_other_name_of_today(client, city, clerk):
    person = inspection(
        1, administrative_cp="张演示", supervise_object="张演示", administrative_cp_na="01",
        administrative_cp_ce_type="111", administrative_cp_ui_code="11010119900307803X",
    )  # fmt: skip
    give(city, clerk, person)
    asked = moment()

    assert "今天的名称" not in page(client, clerk, party=Party.objects.get(kind="2"), **asked)


@pytest.mark.row("BEY-9")
def test_an_entity_registered_later_was_unregistered_then_and_before_that_unknown(
    client, city, clerk
):
    earliest = moment()
    give(city, clerk, inspection(1))
    unregistered = moment()
    give(city, clerk, enterprise("演示注册名有限公司"), table="object_enterprise")
    moment()
    party = Party.objects.get(name="演示注册名有限公司")

    assert "未登记" in page(client, clerk, party=party, **unregistered)
    assert f"<h1>{NAME}</h1>" in page(client, clerk, party=party, **unregistered)
    assert "未登记" not in page(client, clerk, party=party)
    nothing = page(client, clerk, party=party, **earliest)
    assert "还没有得知关于这个对象的任何记录" in nothing and SEEN not in nothing


@pytest.mark.row("BEY-9")
def test_an_export_as_of_then_bears_the_names_of_then(client, city, clerk):
    head = make_account("head", organisation=city.market)
    give(city, clerk, inspection(1))
    give(city, clerk, enterprise(NAME), table="object_enterprise")
    party = Party.objects.get(name=NAME)
    before = moment()
    give(city, clerk, enterprise("演示改名有限公司"), table="object_enterprise")
    moment()
    client.force_login(head)

    answer = client.get(f"/parties/{party.public_id}/export", {**before, "export": "xlsx"})
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    words = "".join(
        book.read(n).decode() for n in book.namelist() if "haredStrings" in n or "sheet1" in n
    )

    assert NAME in words and "演示改名有限公司" not in words


def test_nonsense_in_the_address_is_today(client, city, clerk):
    give(city, clerk, inspection(1))

    for asked in ({"as_of": "2026-02-31"}, {"as_of": "x", "at": "25:00"}, {"as_of": "2999-01-01"}):
        assert "正在查看" not in page(client, clerk, then=True, **asked)
    assert not Consent.objects.exists()
