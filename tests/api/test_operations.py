"""The operator sees how everything runs, tries failed jobs again, and sees nothing of departments."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from mingcha.base.jobs import defer
from mingcha.base.ledger import sealer
from mingcha.base.ledger.models import Act
from mingcha.base.watch import status_file
from mingcha.domains.records.testing import as_csv, do_jobs, hand_in, inspection, make_catalogue

pytestmark = pytest.mark.django_db(transaction=True)

STANDING = {"label": "账本封存", "stop_signal": 15, "grace_seconds": 20.0, "created": 0.0}


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path):
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"


@pytest.fixture(autouse=True)
def _no_jobs(db):
    """Jobs are no table of Django's, so those of other tests are still there."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(name="operator")
def _operator(city):
    return city.person("system-admin")


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def failed_job(name="records.tie"):
    """A job that a worker tried and failed."""
    number = defer(name)
    with connection.cursor() as cursor:
        for status in ("doing", "failed"):
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = %s, attempts = 1 WHERE id = %s",
                [status, number],
            )
    return number


def status_of(number):
    return ProcrastinateJob.objects.get(pk=number).status


def test_the_operator_sees_queues_ledger_room_and_versions(client, operator):
    defer("records.tie")
    sealer.seal_once(sealer.file_signer())
    client.force_login(operator)

    said = text_of(client.get("/operations"))

    assert "关联监管对象" in said and "等待中" in said
    assert "第 1 号" in said and "PostgreSQL" in said and "磁盘总量" in said
    assert "没有守护进程" in said
    assert "没有后台任务进程在工作" in said


def test_a_process_that_is_down_is_said_to_be(client, operator, tmp_path):
    path = status_file(Path(tmp_path))
    path.parent.mkdir(parents=True)
    known = {"pid": 1, "processes": {"sealer": STANDING | {"pid": None, "restarts": 3}}}
    path.write_text(json.dumps(known))
    client.force_login(operator)

    said = text_of(client.get("/operations"))

    assert "“账本封存”没有运行，正等待重启" in said and "等待重启" in said


@pytest.mark.row("SEC-2")
@pytest.mark.row("BEY-16")
def test_the_operator_sees_nothing_a_department_handed_in(client, city, operator):
    make_catalogue()
    rows = as_csv([inspection(1), inspection(2, check_result="99")])
    batch = hand_in(rows, provider=city.market, actor=city.person("clerk"), name="机密.csv")
    failed_job()
    client.force_login(operator)

    page = text_of(client.get("/operations")).replace(operator.organisation.name, "")
    api = client.get("/api/v1/operations").content.decode()
    text = client.get("/api/v1/metrics").content.decode()

    for said in (page, api, text):
        for secret in ("机密", batch.public_id, "演示1号", city.market.name, "market", "JC000001"):
            assert secret not in said, secret
    for address in (f"/batches/{batch.public_id}/", "/parties/", "/audit", "/people"):
        assert client.get(address).status_code == 403, address


def test_failed_jobs_are_found_tried_again_or_given_up(client, operator):
    first, second, third = failed_job(), failed_job("records.compact"), failed_job()
    client.force_login(operator)
    assert "3 个任务失败" in text_of(client.get("/operations?status=failed"))
    assert "合并数据湖文件" not in text_of(client.get("/operations?q=关联")).partition("<thead")[2]

    client.post("/operations/jobs", {"key": [first], "act": "retry"})
    client.post("/operations/jobs", {"key": [second], "act": "drop"})
    again = client.post("/operations/jobs", {"key": [first, "x"], "act": "drop"}, follow=True)
    api = client.post(f"/api/v1/operations/jobs/{third}/retry")
    twice = client.post(f"/api/v1/operations/jobs/{third}/retry")

    assert [status_of(n) for n in (first, second, third)] == ["todo", "cancelled", "todo"]
    assert "不能这样处理" in text_of(again)
    assert (api.status_code, twice.status_code) == (200, 409)
    done = Act.objects.filter(record_kind="job").order_by("id").values_list("verb", "record_key")
    assert list(done) == [
        ("重试任务", str(first)), ("放弃任务", str(second)), ("重试任务", str(third)),
    ]  # fmt: skip
    do_jobs()
    assert status_of(first) == "succeeded"


def test_a_job_whose_worker_is_gone_is_stuck_and_can_be_tried_again(client, operator):
    number = defer("records.tie")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [number])
    client.force_login(operator)
    assert "卡住" in text_of(client.get("/operations?status=stuck")).partition("<tbody")[2]

    client.post("/operations/jobs", {"key": [number], "act": "retry"})

    assert status_of(number) == "todo"


def test_the_list_of_jobs_is_exported(client, operator):
    failed_job()
    client.force_login(operator)

    lines = b"".join(client.get("/operations?export=csv&status=failed")).decode()

    assert "关联监管对象,失败,default" in lines


def probe(client, token, address="127.0.0.1"):
    return client.get(
        "/api/v1/metrics", headers={"Authorization": f"Bearer {token}"}, REMOTE_ADDR=address
    )


@pytest.mark.row("SEC-2")
def test_metrics_are_for_the_right_or_for_a_probe_on_this_machine(client, city, operator):
    failed_job()
    good = probe(client, settings.METRICS_TOKEN)
    samples = dict(
        line.rsplit(" ", 1) for line in good.content.decode().splitlines() if line[0] != "#"
    )

    assert good.status_code == 200 and good["Content-Type"].startswith("text/plain; version=0.0.4")
    assert samples['mingcha_jobs{queue="default",status="failed"}'] == "1"
    assert int(samples["mingcha_disk_free_bytes"]) > 0
    assert probe(client, settings.METRICS_TOKEN, "10.1.2.3").status_code == 401
    assert probe(client, "wrong").status_code == 401
    assert client.get("/api/v1/metrics").status_code == 401
    client.force_login(city.person("clerk"))
    assert client.get("/api/v1/metrics").status_code == 403
    client.force_login(operator)
    assert client.get("/api/v1/metrics").status_code == 200


@pytest.mark.row("SEC-2")
def test_the_probes_token_opens_nothing_else(client, city):
    headers = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}

    assert client.get("/api/v1/operations", headers=headers).status_code == 401
    assert client.get("/api/v1/batches", headers=headers).status_code == 401
