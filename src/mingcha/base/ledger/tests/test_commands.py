import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from mingcha.base.ledger import journal, services
from mingcha.base.ledger.context import Whence, acting_from
from mingcha.base.ledger.models import Act, Origin

pytestmark = pytest.mark.django_db


def test_verify_says_in_words_that_nothing_was_found(leave, seal, capsys):
    leave("1", "a")
    seal()

    call_command("verify", "ledger")

    said = capsys.readouterr().out
    assert said.startswith("未发现改动、删除或插入。已核验：封存 1，已封存留痕 1，")
    assert "仅证明前后一致，不能证明持钥者未重新签名" in said


def test_verify_names_what_it_found_and_ends_with_one(leave, seal, administrator, capsys):
    leave("1", "a")
    seal()
    administrator("DELETE FROM ledger_act")

    with pytest.raises(SystemExit) as ended:
        call_command("verify", "ledger")

    assert ended.value.code == 1
    assert "【留痕与树】第 0 号叶的留痕已被删除。" in capsys.readouterr().out


def test_verify_speaks_json(leave, seal, capsys):
    leave("1", "a")
    seal()

    call_command("verify", "ledger", "--json", "--seals", str(journal.seals_file()))

    said = json.loads(capsys.readouterr().out)
    assert (said["sound"], said["findings"]) == (True, [])
    assert said["counts"]["封存文件"] == 1


def test_verify_refuses_a_seals_file_that_is_not_there():
    with pytest.raises(CommandError, match=r"没有找到封存文件 nowhere\.jsonl"):
        call_command("verify", "ledger", "--seals", "nowhere.jsonl")


def test_seal_once_seals_all_that_is_open(leave, capsys):
    leave("1", "a", "b")

    call_command("seal", "--once")

    assert "新增封存 1 份" in capsys.readouterr().err
    assert not Act.objects.filter(leaf_no__isnull=True).exists()


def test_forget_destroys_the_addresses_of_an_account(clerk, capsys):
    with acting_from(Whence("10.1.2.3", "Firefox")):
        services.act(clerk, "登录", ("session", "1"), content={})

    call_command("forget", "7", "--because", "本人申请")

    assert "已销毁账号 7 的 1 条操作来源" in capsys.readouterr().err
    assert not Origin.objects.exists()


SERVING = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "mingcha.config.settings"
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from django.core.management import call_command
call_command("seal")
"""


@pytest.fixture
def serving(transactional_db, home):
    """The sealer's process, on the test database, with a home of its own."""
    process = subprocess.Popen(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", SERVING, connection.settings_dict["NAME"]],
        env=os.environ | {"MINGCHA_HOME": str(home)},
    )
    yield process
    process.kill()
    process.wait()


def wait_until(claim, seconds):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


def is_sealed():
    return not Act.objects.filter(leaf_no__isnull=True).exists()


def test_the_sealer_wakes_at_once_when_asked_and_stops_cleanly(serving, clerk):
    with transaction.atomic():
        services.act(clerk, "提交", ("task", "1"), content={})
    wait_until(is_sealed, 40)  # its first round
    time.sleep(0.5)

    with transaction.atomic():
        services.act(clerk, "随机抽取", ("draw", "1"), content={}, seal_now=True)
    wait_until(is_sealed, 5)  # half its period

    serving.send_signal(signal.SIGTERM)
    assert serving.wait(10) == 0
