import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from mingcha.base.ledger import context, journal, queries, services
from mingcha.base.ledger.canonical import canonical, digest_of
from mingcha.base.ledger.hashing import leaf_hash, sm3
from mingcha.base.ledger.models import Act, Content, Origin, PersonKey
from mingcha.base.ledger.rules import read_deed
from mingcha.base.ledger.verify import verify_ledger

pytestmark = pytest.mark.django_db


def test_an_act_says_who_did_what_to_which_record_and_what_it_is_now(clerk):
    act = services.act(clerk, "提交结果", ("task", "9"), content={"result": "1"})

    said = read_deed(act.body)
    assert (said.account, said.organisation, said.verb) == (7, "11310000000013", "提交结果")
    assert said.record == ("task", "9")
    assert said.content == digest_of({"result": "1"})
    assert said.prev == b""
    assert act.hash == leaf_hash(act.body.encode())
    assert queries.content_of(act) == '{"result":"1"}'


def test_acts_on_one_record_form_a_chain(leave):
    first, second, third = leave("1", "a", "b", "c")
    (other,) = leave("2", "a")

    assert [bytes(act.prev or b"") for act in (first, second, third, other)] == [
        b"", first.hash, second.hash, b"",
    ]  # fmt: skip


def test_a_saved_row_names_itself(clerk):
    row = Content.objects.create(act=5, text="{}")

    act = services.act(clerk, "修改", row, content={})

    assert (act.record_kind, act.record_key) == ("ledger.content", "5")
    with pytest.raises(ValueError, match="saved"):
        services.act(clerk, "修改", Content(text=""), content={})


def test_a_digest_stands_for_content_too_large_to_repeat(clerk):
    act = services.act(clerk, "数据入库", ("chunk", "1"), content=sm3(b"rows"))

    assert read_deed(act.body).content == sm3(b"rows")
    assert queries.content_of(act) == ""
    with pytest.raises(ValueError, match="32 bytes"):
        services.act(clerk, "数据入库", ("chunk", "2"), content=b"rows")


def test_the_system_acts_under_account_zero():
    act = services.act(None, "自动催办", ("case", "1"), content={})

    assert (act.actor_id, act.organisation, act.origin) == (0, "", "")


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_is_refused(clerk):
    with pytest.raises(services.OutsideTransaction, match="提交结果"):
        services.act(clerk, "提交结果", ("task", "1"), content={})


@pytest.mark.django_db(transaction=True)
def test_an_act_goes_with_its_deed_and_is_journalled_after_the_commit(clerk):
    with transaction.atomic():
        services.act(clerk, "提交结果", ("task", "1"), content={})
        transaction.set_rollback(True)
    assert list(journal.entries()) == []

    with transaction.atomic():
        act = services.act(clerk, "提交结果", ("task", "1"), content={})
        assert list(journal.entries()) == []

    assert list(journal.entries()) == [(act.pk, act.hash, False)]


@pytest.mark.django_db(transaction=True)
def test_a_journal_that_cannot_be_written_does_not_undo_the_deed(clerk, home):
    (home / "journal").write_text("in the way")

    with transaction.atomic():
        services.act(clerk, "提交结果", ("task", "1"), content={})

    assert Act.objects.count() == 1


def test_an_act_names_no_address_but_a_token_for_it(clerk, rf: RequestFactory):
    request = rf.get("/", REMOTE_ADDR="10.1.2.3", HTTP_USER_AGENT="Firefox")
    with context.acting_from(context.of_request(request)):
        first = services.act(clerk, "登录", ("session", "1"), content={})
        second = services.act(clerk, "登录", ("session", "2"), content={})
    elsewhere = services.act(clerk, "登录", ("session", "3"), content={})

    assert first.origin == second.origin != ""
    assert elsewhere.origin == ""
    assert "10.1.2.3" not in first.body
    assert Origin.objects.filter(address="10.1.2.3", device="Firefox").get().pk == first.origin
    assert queries.origin_of(elsewhere) is None


def test_two_people_at_one_machine_have_different_tokens(clerk):
    with context.acting_from(context.Whence("10.1.2.3", "Firefox")):
        mine = services.act(clerk, "登录", ("session", "1"), content={})
        clerk.pk = 8
        theirs = services.act(clerk, "登录", ("session", "2"), content={})

    assert mine.origin != theirs.origin


def test_forgotten_addresses_are_gone_and_the_acts_still_verify(clerk):
    with context.acting_from(context.Whence("10.1.2.3", "Firefox")):
        act = services.act(clerk, "登录", ("session", "1"), content={})

    assert services.forget_origins(7, because="个人信息保护法第四十七条") == 1

    assert not PersonKey.objects.exists()
    assert not Origin.objects.exists()
    assert queries.origin_of(act) is None
    assert verify_ledger().is_sound
    assert Act.objects.latest("id").verb == "删除操作来源"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_act SET verb = '改口'",
        "UPDATE ledger_act SET body = body || ' '",
        "DELETE FROM ledger_act",
        "UPDATE ledger_act SET leaf_no = 5; UPDATE ledger_act SET leaf_no = 6",
        "UPDATE ledger_act SET leaf_no = 5; UPDATE ledger_act SET leaf_no = NULL",
    ],
)
def test_even_the_owner_cannot_change_an_act_by_a_slip(leave, statement):
    leave("1", "a")

    with (
        pytest.raises(DatabaseError, match="只能新增"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_content_is_kept_in_canonical_form(clerk):
    act = services.act(clerk, "修改", ("task", "1"), content={"b": 2, "a": ["é", True]})

    text = queries.content_of(act)
    assert text.encode() == canonical(json.loads(text))
    assert sm3(text.encode()) == read_deed(act.body).content
