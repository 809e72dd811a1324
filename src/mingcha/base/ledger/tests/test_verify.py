"""Who alters what, when, and is it found? (architecture.md 7), by plain SQL."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from django.db import ProgrammingError, connection, transaction

from mingcha.base.ledger import journal, recheck, sealer, services, tree, verify
from mingcha.base.ledger.canonical import digest_of
from mingcha.base.ledger.hashing import leaf_hash, sm3
from mingcha.base.ledger.models import PROTECTED, Act, Node, Seal
from mingcha.base.ledger.rules import Deed, read_deed, read_seal_line
from mingcha.base.ledger.verify import CAVEAT, verify_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(monkeypatch):
    """The present rows of a kind of record that is held to its acts: key → content."""
    rows = {}
    monkeypatch.setattr(verify, "_kinds", {})
    verify.register(
        "licence", "许可证", lambda: ((key, digest_of(row)) for key, row in rows.items())
    )
    return rows


@pytest.fixture
def many(db):
    """More acts than a stored group of leaves holds, on chains of three, in one insert."""
    acts = []
    for number in range(600):
        prev = acts[-1].hash if number % 3 else b""
        deed = Deed(
            at=datetime(2026, 11, 22, 8, 0, 0, number + 1, tzinfo=UTC),
            account=7,
            organisation="11310000000013",
            origin="",
            verb="提交",
            record=("task", str(number // 3)),
            content=digest_of({"n": number}),
            prev=prev,
            salt=bytes(16),
        )
        acts.append(row_of(deed))
    Act.objects.bulk_create(acts)


def row_of(deed):
    body = deed.body()
    return Act(
        at=deed.at,
        record_kind=deed.record[0],
        record_key=deed.record[1],
        verb=deed.verb,
        actor_id=deed.account,
        organisation=deed.organisation,
        prev=deed.prev or None,
        body=body,
        hash=leaf_hash(body.encode()),
    )


def sentences():
    return [finding.sentence for finding in verify_ledger().findings]


def test_a_ledger_nobody_touched_is_sound(many, seal, leave):
    seal()
    leave("1", "open")

    report = verify_ledger()

    assert report.is_sound
    assert report.counts["已封存留痕"] == 600


def test_an_empty_ledger_is_sound():
    assert verify_ledger().is_sound


def test_without_outside_seals_it_says_what_it_cannot_show(leave, seal, tmp_path):
    leave("1", "a")
    seal()

    assert CAVEAT in verify_ledger().notes
    assert CAVEAT.startswith("仅证明前后一致，不能证明持钥者未重新签名")
    assert CAVEAT not in verify_ledger(journal.seals_file()).notes


# --- The application's own role -----------------------------------------------------------


@pytest.fixture
def as_role(db):
    """Run a statement as a role that has what `PROTECTED` gives it, and no more."""

    def run(role, statement):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE ROLE ledger_test")
            for table, rights in PROTECTED.items():
                for right in ("SELECT", *rights[role]):
                    cursor.execute(f"GRANT {right} ON {table} TO ledger_test")
            cursor.execute("GRANT ledger_test TO CURRENT_USER")
            cursor.execute("SET LOCAL ROLE ledger_test")
            cursor.execute(statement)

    return run


@pytest.mark.parametrize("role", ["app", "sealer"])
@pytest.mark.parametrize("table", PROTECTED)
def test_what_lasts_cannot_be_deleted_or_emptied_by_role(role, table, as_role):
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):  # noqa: S608
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_role(role, statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("app", "UPDATE ledger_act SET verb = '改口'"),
        ("app", "UPDATE ledger_act SET leaf_no = 1"),
        ("sealer", "UPDATE ledger_act SET verb = '改口'"),
        ("app", "UPDATE ledger_content SET text = ''"),
        ("app", "UPDATE ledger_origin SET address = ''"),
        ("app", "UPDATE ledger_personkey SET key = ''"),
        ("sealer", "UPDATE ledger_seal SET size = 1"),
        ("app", "INSERT INTO ledger_node VALUES (8, 0, '', '')"),
    ],
)
def test_a_write_outside_its_task_is_refused_by_role(role, statement, as_role):
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_role(role, statement)


def test_the_sealer_may_number_acts(leave, as_role):
    leave("1", "a")

    as_role("sealer", "UPDATE ledger_act SET leaf_no = 0 WHERE leaf_no IS NULL")

    assert Act.objects.get().leaf_no == 0


# --- A sealed act -------------------------------------------------------------------------


def forge(leaf, verb="改口"):
    """A body and its hash with another verb, as an informed forger would write them."""
    body = Act.objects.get(leaf_no=leaf).body.replace("提交", verb)
    return body, leaf_hash(body.encode())


@pytest.mark.parametrize("leaf", [0, 255, 256, 599])
def test_a_sealed_body_altered_is_found_and_the_leaf_named(leaf, many, seal, administrator):
    seal()
    body, _ = forge(leaf)

    administrator("UPDATE ledger_act SET body = %s WHERE leaf_no = %s", body, leaf)

    assert f"第 {leaf} 号叶（留痕 " in sentences()[0]
    assert "正文与登记的杂凑值不符" in sentences()[0]


@pytest.mark.parametrize("leaf", [3, 300])
def test_a_sealed_body_and_its_hash_altered_are_found_and_the_leaf_named(
    leaf, many, seal, administrator
):
    seal()
    body, hash_ = forge(leaf)

    administrator(
        "UPDATE ledger_act SET body = %s, hash = %s, verb = '改口' WHERE leaf_no = %s",
        body, hash_, leaf,
    )  # fmt: skip

    assert f"第 {leaf} 号叶" in sentences()[0]
    assert "与封存时的叶不符" in sentences()[0]


def test_an_altered_leaf_in_the_loose_end_is_found_by_the_root(many, seal, administrator):
    seal()
    body, hash_ = forge(599)

    administrator(
        "UPDATE ledger_act SET body = %s, hash = %s, verb = '改口' WHERE leaf_no = 599", body, hash_
    )

    assert sentences()[0] == "第 0 至 599 号叶的留痕与第 1 号封存的树根不符。"


def test_body_hash_and_all_nodes_rebuilt_are_found_by_the_root(many, seal, administrator):
    seal()
    body, hash_ = forge(3)
    administrator(
        "UPDATE ledger_act SET body = %s, hash = %s, verb = '改口' WHERE leaf_no = 3", body, hash_
    )
    leaves = [bytes(act.hash) for act in Act.objects.order_by("leaf_no")]
    group = leaves[: sealer.GROUP]
    rising = tree.levels(leaves)
    administrator(
        "UPDATE ledger_node SET hash = %s, leaves = %s WHERE level = 8 AND index = 0",
        rising[8][0], b"".join(group),
    )  # fmt: skip
    administrator("UPDATE ledger_node SET hash = %s WHERE level = 9", rising[9][0])

    found = sentences()

    assert found[0] == "第 0 至 599 号叶的留痕与第 1 号封存的树根不符。"
    assert "它所接的上一操作已被删除、改动" in found[1]
    assert any("日志中的留痕" in sentence for sentence in found)  # the journal has the old hash


@pytest.mark.parametrize(
    "change",
    [
        "verb = '改口'",
        "actor_id = 8",
        "organisation = '99'",
        "record_key = '999'",
        "record_kind = 'other'",
        "at = at + interval '1 microsecond'",
        "origin = 'x'",
        "prev = NULL",
    ],
)
def test_a_search_column_that_no_longer_says_what_the_body_says_is_found(
    change, many, seal, administrator
):
    seal()

    administrator(f"UPDATE ledger_act SET {change} WHERE leaf_no = 4")  # noqa: S608

    assert "第 4 号叶" in sentences()[0]
    assert "检索字段与正文不符" in sentences()[0]


@pytest.mark.parametrize("leaf", [0, 255, 599])
def test_a_sealed_act_deleted_is_found_and_the_leaf_named(leaf, many, seal, administrator):
    seal()

    administrator("DELETE FROM ledger_act WHERE leaf_no = %s", leaf)

    assert sentences()[0] == f"第 {leaf} 号叶的留痕已被删除。"


def test_a_sealed_act_deleted_and_the_rest_renumbered_is_found(many, seal, administrator):
    seal()
    administrator("DELETE FROM ledger_act WHERE leaf_no = 4")
    administrator("UPDATE ledger_act SET leaf_no = leaf_no + 1000 WHERE leaf_no > 4")
    administrator("UPDATE ledger_act SET leaf_no = leaf_no - 1001 WHERE leaf_no > 1000")

    assert "号叶的留痕已被删除" in sentences()[0] or "第 4 号叶" in sentences()[0]


def test_two_sealed_acts_in_each_others_place_are_found(many, seal, administrator):
    seal()
    administrator("UPDATE ledger_act SET leaf_no = 9000 WHERE leaf_no = 4")
    administrator("UPDATE ledger_act SET leaf_no = 4 WHERE leaf_no = 5")
    administrator("UPDATE ledger_act SET leaf_no = 5 WHERE leaf_no = 9000")

    assert "第 4 号叶" in sentences()[0]


def insert_act(administrator, leaf):
    deed = read_deed(Act.objects.earliest("id").body)
    body = deed.body().replace('"提交"', '"补造"').replace('["task","0"]', '["task","new"]')
    administrator(
        "INSERT INTO ledger_act (at, record_kind, record_key, verb, actor_id, organisation, origin,"
        " body, hash, leaf_no) VALUES (%s, 'task', 'new', '补造', 7, '11310000000013', '', %s, %s, %s)",
        deed.at, body, leaf_hash(body.encode()), leaf,
    )  # fmt: skip


def test_an_act_inserted_behind_the_last_seal_is_found(many, seal, administrator):
    seal()

    insert_act(administrator, 600)

    assert "编为第 600 号叶，但没有封存包含它" in sentences()[0]


def test_an_act_inserted_past_the_application_and_sealed_is_pointed_out(leave, seal, administrator):
    leave("0", "a")
    insert_act(administrator, None)
    seal()

    report = verify_ledger()

    assert report.is_sound  # the tree is what was signed
    assert any("有 1 条留痕未经应用登记日志，自第 " in note for note in report.notes)


@pytest.mark.parametrize(("level", "what"), [(8, "hash"), (8, "leaves"), (9, "hash")])
def test_an_altered_tree_node_is_found(level, what, many, seal, administrator):
    seal()

    statement = f"UPDATE ledger_node SET {what} = %s WHERE level = %s AND index = 0"  # noqa: S608

    administrator(statement, bytes(32), level)

    assert "第 0 号叶" in sentences()[0]


def test_a_deleted_tree_node_is_found(many, seal, administrator):
    seal()

    administrator("DELETE FROM ledger_node WHERE level = 9")

    assert "其上第 9 层的树节点被改动或删除" in sentences()[0]


# --- Seals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE ledger_seal SET size = size + 1 WHERE no = 2", "第 2 号封存的内容被改动。"),
        ("UPDATE ledger_seal SET time = time + interval '1 s' WHERE no = 1", "第 1 号封存的内容被改动。"),
        ("UPDATE ledger_seal SET signature = '\\x3006020101020101' WHERE no = 2", "第 2 号封存的签名无效。"),
        ("DELETE FROM ledger_seal WHERE no = 1", "第 1 号封存已被删除。"),
    ],
)  # fmt: skip
def test_an_altered_seal_is_found(statement, expected, leave, seal, administrator):
    leave("1", "a")
    seal()
    leave("1", "b")
    seal()

    administrator(statement)

    assert sentences()[0] == expected


def test_a_seal_signed_with_another_key_is_found(leave, seal, administrator, home):
    leave("1", "a")
    made = seal()
    other = sealer.FileSigner(home / "other.pem")

    administrator("UPDATE ledger_seal SET signature = %s", other.sign(made.body.encode()))

    assert sentences()[0] == "第 1 号封存的签名无效。"


def test_a_replaced_public_key_is_found(leave, seal, home, signer):
    leave("1", "a")
    seal()
    other = sealer.FileSigner(home / "other.pem")
    journal.public_key_file(signer.fingerprint).write_bytes(other.public_pem)

    assert "缺失或被替换" in sentences()[0]


def test_the_last_seal_and_its_acts_deleted_are_found_by_the_seals_file(leave, seal, administrator):
    leave("1", "a")
    seal()
    leave("2", "b")
    seal()
    administrator("DELETE FROM ledger_seal WHERE no = 2")
    administrator("DELETE FROM ledger_act WHERE leaf_no = 1")

    found = sentences()

    assert any(sentence.startswith("封存文件中的第 2 号封存（") for sentence in found)
    assert any(sentence.startswith("日志中的留痕") for sentence in found)


def resign_everything(administrator, signer):
    """What the holder of the key can do: alter an act, build a new tree, sign it again."""
    body, hash_ = forge(0)
    administrator("UPDATE ledger_act SET body = %s, hash = %s, verb = '改口'", body, hash_)
    made = Seal.objects.get()
    said, _ = read_seal_line(journal.seals_file().read_text())
    text = made.body.replace(said.root.hex(), tree.root_of([hash_]).hex())
    administrator(
        "UPDATE ledger_seal SET root = %s, body = %s, hash = %s, signature = %s",
        tree.root_of([hash_]), text, sm3(text.encode()), signer.sign(text.encode()),
    )  # fmt: skip
    for path in (journal.seals_file(), *journal.folder().glob("*")):
        path.unlink()
    act = Act.objects.get()
    journal.append([journal.Entry(act.at, act.pk, bytes(act.hash))])
    administrator("DELETE FROM ledger_content")


def test_the_key_holder_who_signs_everything_again_is_found_by_a_seal_kept_outside_only(
    leave, seal, administrator, signer, tmp_path
):
    leave("1", "a")
    seal()
    outside = tmp_path / "printed.jsonl"
    outside.write_text(journal.seals_file().read_text())

    resign_everything(administrator, signer)

    assert verify_ledger().is_sound
    (finding,) = verify_ledger(outside).findings
    assert finding.sentence == "第 1 号封存与封存文件不同：其中的留痕被改动后重新签名。"


# --- An act before its seal ---------------------------------------------------------------


def test_an_act_deleted_before_its_seal_is_found_by_the_journal(leave, seal, administrator):
    (act,) = leave("1", "a")
    administrator("DELETE FROM ledger_act")
    administrator("DELETE FROM ledger_content")
    seal()

    assert sentences() == [f"日志中的留痕 {act.pk}（{act.hash.hex()}）已被删除或改动。"]


def test_an_act_deleted_before_its_seal_is_found_by_a_later_act_on_the_record(
    leave, seal, administrator, home
):
    first, _ = leave("1", "a", "b")
    administrator("DELETE FROM ledger_act WHERE id = %s", first.pk)
    administrator("DELETE FROM ledger_content WHERE act = %s", first.pk)
    for path in journal.folder().glob("*"):
        path.unlink()
    seal()

    (sentence,) = sentences()
    assert "它所接的上一操作已被删除" in sentence


def test_an_act_altered_before_its_seal_is_found(leave, administrator):
    (act,) = leave("1", "a")

    administrator("UPDATE ledger_act SET body = replace(body, '提交', '改口')")

    assert sentences()[0] == f"尚未封存的留痕 {act.pk}，记录 task/1：正文与登记的杂凑值不符。"


def test_with_journal_and_successors_gone_too_it_is_not_found(leave, seal, administrator):
    leave("1", "a")
    administrator("DELETE FROM ledger_act")
    administrator("DELETE FROM ledger_content")
    for path in journal.folder().glob("*"):
        path.unlink()
    seal()

    assert verify_ledger().is_sound  # said so in the contract: nothing is left that knows of it


# --- The journal --------------------------------------------------------------------------


def test_an_act_without_its_journal_line_after_a_crash_is_healed_by_the_sealer(clerk, seal):
    services.act(clerk, "提交", ("task", "1"), content={})  # its line is never written

    seal()

    report = verify_ledger()
    assert report.is_sound
    assert any("可能是应用在提交后中断" in note for note in report.notes)


def test_a_journal_from_which_lines_were_cut_is_found(leave, seal):
    leave("1", "a", "b")
    seal()
    (path,) = journal.folder().glob("*")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(
        "".join(line for line in lines if f'"act":{Act.objects.first().pk},' not in line)
    )

    assert "不在日志中，日志被删减" in sentences()[0]


def test_a_spoilt_journal_line_is_found_and_a_torn_last_one_is_not(leave, seal):
    leave("1", "a")
    seal()
    (path,) = journal.folder().glob("*")
    whole = path.read_text()

    path.write_text(whole + '{"act":1,"ha')
    assert verify_ledger().is_sound
    path.write_text("rubbish\n" + whole)
    assert "第 1 行无法识别" in sentences()[0]


# --- Contents, origins, present records ---------------------------------------------------


def test_altered_words_beside_an_act_are_found(leave, administrator):
    (act,) = leave("1", "a")

    administrator("UPDATE ledger_content SET text = '{}'")

    assert sentences() == [f"留痕 {act.pk}，记录 task/1：所附内容被改动。"]


def test_words_deleted_by_law_are_no_finding(leave, administrator):
    leave("1", "a")

    administrator("DELETE FROM ledger_content")

    assert verify_ledger().is_sound


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE ledger_origin SET address = '10.9.9.9'", "被改动"),
        ("DELETE FROM ledger_origin", "其操作来源已被删除"),
    ],
)
def test_an_altered_or_deleted_address_is_found(statement, expected, clerk, administrator):
    with services_from("10.1.2.3"):
        services.act(clerk, "登录", ("session", "1"), content={})

    administrator(statement)

    assert expected in sentences()[0]


def services_from(address):
    from mingcha.base.ledger.context import Whence, acting_from  # noqa: PLC0415

    return acting_from(Whence(address, "Firefox"))


def test_a_row_altered_past_the_application_is_found(rows, leave):
    rows["1"] = {"said": "a"}
    leave("1", "a", kind="licence")
    assert verify_ledger().is_sound

    rows["1"] = {"said": "b"}

    assert sentences() == ["记录 “许可证”1 与其最后一次留痕不符，被改动过。"]


def test_a_row_deleted_past_the_application_is_found(rows, leave):
    rows["2"] = {"said": "a"}
    leave("1", "a", kind="licence")
    leave("2", "a", kind="licence")

    assert sentences() == ["记录 “许可证”1 已被删除，留痕仍在。"]


def test_a_row_inserted_past_the_application_is_found(rows, leave):
    rows["1"] = rows["2"] = {"said": "a"}
    leave("1", "a", kind="licence")

    assert sentences() == ["记录 “许可证”2 没有留痕，是绕过应用写入的。"]


def test_a_row_deleted_with_an_act_is_no_finding_until_it_comes_back(rows, leave, clerk):
    leave("1", "a", kind="licence")
    services.act(clerk, "注销", ("licence", "1"), content=services.GONE)
    assert verify_ledger().is_sound

    rows["1"] = {"said": "a"}

    assert sentences() == ["记录 “许可证”1 没有留痕，是绕过应用写入的。"]


def test_kinds_nobody_holds_to_their_acts_are_named(rows, leave):
    leave("1", "a")

    assert any(
        "以下种类只有留痕、没有需要比对的现有记录：task。" in n for n in verify_ledger().notes
    )


# --- The fast path ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "key"), [('a"b', "c\\d"), ("e\tf", "g\nh"), ("é", "\u2028"), ("", "")]
)
def test_awkward_characters_pass_through_copy_unharmed(kind, key, clerk, seal):
    services.act(clerk, '说"不"', (kind, key), content={})
    assert verify_ledger().is_sound

    seal()

    assert verify_ledger().is_sound


def test_a_moment_without_fraction_is_compared_rightly(clerk, administrator):
    for at in ("2026-11-22T13:35:45.000000Z", "2026-11-22T13:35:45.100000Z"):
        act = services.act(clerk, "提交", ("task", at), content={})
        body = f'{{"at":"{at}"' + act.body[35:]
        administrator(
            "UPDATE ledger_act SET at = %s, body = %s, hash = %s WHERE id = %s",
            at, body, leaf_hash(body.encode()), act.pk,
        )  # fmt: skip

    assert recheck.check_open(connection.connection) is None


@pytest.mark.django_db(transaction=True)
def test_worker_processes_find_what_one_process_finds(clerk, signer, monkeypatch, administrator):
    monkeypatch.setattr(verify, "PARALLEL_FROM", 1)
    with transaction.atomic():
        for number in range(300):
            services.act(clerk, "提交", ("task", str(number)), content={})
    sealer.seal_once(signer)
    assert verify_ledger().is_sound

    administrator("UPDATE ledger_act SET verb = '改口' WHERE leaf_no = 299")

    assert "第 299 号叶" in sentences()[0]


def test_a_ledger_of_several_blocks_and_spans_is_checked_to_its_end(
    many, seal, monkeypatch, administrator
):
    monkeypatch.setattr(recheck, "BLOCK_LEVEL", 8)
    monkeypatch.setattr(recheck, "BLOCK", 256)
    monkeypatch.setattr(recheck, "SPAN", 256)
    monkeypatch.setattr(verify, "BLOCK_LEVEL", 8)
    seal()
    assert verify_ledger().is_sound

    administrator("UPDATE ledger_node SET hash = %s WHERE level = 9", bytes(32))

    assert sentences()[0] == "截至第 511 号叶的上层树节点被改动或删除。"


def test_the_report_can_be_read_by_machines(leave, administrator):
    leave("1", "a")
    administrator("UPDATE ledger_content SET text = '{}'")

    from mingcha.base.ledger.management.commands.verify import as_json  # noqa: PLC0415

    said = json.loads(as_json(verify_ledger()))
    assert said["sound"] is False
    assert said["findings"][0]["kind"] == "altered"


def test_no_digest_is_guessed_from_where_it_stands(leave):
    (act,) = leave("1", "a")

    assert act.body[47:91] == b64encode(digest_of({"said": "a"})).decode()
    assert Node.objects.count() == 0
