"""Every seal has a public address that never changes, and what it gives is what verify takes."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from mingcha.base.ledger import sealer
from mingcha.base.ledger.models import Act, Seal
from mingcha.base.ledger.services import act
from mingcha.base.ledger.signing import FileSigner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path, empty):
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"


def seal(*verbs):
    with transaction.atomic():
        for verb in verbs:
            act(None, verb, ("演示", verb), content={})
    return sealer.seal_once(sealer.file_signer())


def verify(*words):
    """What the command says, and whether it found nothing."""
    said = StringIO()
    try:
        call_command("verify", "ledger", *words, stdout=said)
    except SystemExit as end:
        return said.getvalue(), end.code == 0
    return said.getvalue(), True


def kept(tmp_path, answer, name="kept.json"):
    path = tmp_path / name
    path.write_bytes(b"".join(answer) if answer.streaming else answer.content)
    return str(path)


@pytest.mark.row("SEC-4")
@pytest.mark.row("EVA-2")
def test_each_seal_and_the_latest_have_a_public_address(client):
    first, second = seal("甲"), seal("乙", "丙")

    one, latest = client.get(f"/seals/{first.no}.json"), client.get("/seals/latest.json")

    assert json.loads(one.content)["size"] == 1 and json.loads(latest.content)["size"] == 3
    assert one["Content-Type"] == "application/json" and "immutable" in one["Cache-Control"]
    assert latest["Cache-Control"] == "no-cache"
    page = client.get("/seals/latest/").content.decode()
    assert bytes(second.root).hex() in page and f"http://testserver/seals/{second.no}.json" in page
    assert bytes(first.root).hex()[:24] in client.get("/seals/").content.decode()
    assert client.get(f"/seals/keys/{first.key}.pem").content.startswith(b"-----BEGIN PUBLIC KEY")
    for nothing in ("/seals/99.json", "/seals/x/", "/seals/keys/nothing.pem"):
        assert client.get(nothing).status_code == 404


def test_before_the_first_seal_the_pages_say_so(client):
    assert "没有符合条件的封签" in client.get("/seals/").content.decode()
    assert client.get("/seals/latest/").status_code == 404
    assert b"".join(client.get("/seals/seals.jsonl")) == b""


@pytest.mark.row("SEC-4")
@pytest.mark.parametrize("address", ["/seals/latest.json", "/seals/1.json", "/seals/seals.jsonl"])
def test_verify_takes_what_the_address_gives(client, tmp_path, address):
    seal("甲")
    seal("乙")

    said, is_sound = verify("--seals", kept(tmp_path, client.get(address)))

    assert is_sound and "不能证明持钥者未重新签名" not in said
    assert ("只到第 1 号封存" in said) == (address == "/seals/1.json")


@pytest.mark.row("SEC-4")
def test_a_seal_kept_outside_finds_what_was_altered_and_signed_again(client, tmp_path, settings):
    seal("甲", "乙")
    outside = kept(tmp_path, client.get("/seals/latest.json"))
    with connection.cursor() as cursor:  # whoever owns the machine, key and database in hand
        cursor.execute("TRUNCATE ledger_act, ledger_seal, ledger_node, ledger_content")
    for path in (tmp_path / "journal", tmp_path / "seals"):
        for file in path.glob("*.jsonl"):
            file.unlink()
    seal("甲", "改过的乙")

    alone, is_sound = verify()
    said, is_still_sound = verify("--seals", outside)

    assert is_sound, alone
    assert not is_still_sound and "第 1 号封存与封存文件不同" in said


def test_new_seals_are_added_to_a_file_that_is_kept(client, tmp_path):
    seal("甲")
    file = tmp_path / "outside.jsonl"
    file.write_bytes(b"".join(client.get("/seals/seals.jsonl")))
    seal("乙")
    with file.open("ab") as more:
        more.write(b"".join(client.get("/seals/seals.jsonl?after=1")))

    said, is_sound = verify("--seals", str(file))

    assert is_sound and "只到" not in said
    assert file.read_text().count("\n") == Seal.objects.count() == 2


def test_seals_are_found_by_number_and_day_and_exported(client):
    seal("甲")
    seal("乙")

    def found(address):
        return client.get(address).content.decode().count('data-label="时间"')

    assert found("/seals/") == 2
    assert found("/seals/?no=2") == 1
    assert found("/seals/?to=2020-01-01") == 0
    assert found("/seals/?no=x&from=2026-02-31") == 2
    lines = b"".join(client.get("/seals/?export=csv")).decode().splitlines()
    assert len(lines) == 3 and bytes(Seal.objects.first().root).hex() in lines[2]


def test_a_seals_file_from_another_editor_is_read(client, tmp_path):
    seal("甲")
    text = client.get("/seals/1.json").content.decode()
    path = tmp_path / "windows.json"
    path.write_text(f"\ufeff{text.strip()}\r\n\r\n", encoding="utf-8")

    assert verify("--seals", str(path))[1]


def test_a_seal_of_another_key_is_not_taken_for_ours(client, tmp_path):
    seal("甲")
    line = json.loads(client.get("/seals/1.json").content)
    other = FileSigner(tmp_path / "other.pem")
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(line | {"key": other.fingerprint}))

    said, is_sound = verify("--seals", str(path))

    assert not is_sound and "公钥" in said
    assert Act.objects.count() == 1
