"""Tables taken out as files: what is in them, who gets them, and how they are stopped."""

import io
import json
from datetime import timedelta

import polars as pl
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger import sealer
from mingcha.base.ledger.models import Act
from mingcha.base.people.testing import make_account
from mingcha.base.runs.models import RunState
from mingcha.domains.records.jobs import exports as jobs
from mingcha.domains.records.models import Batch, Consent, Export
from mingcha.domains.records.services import datasets as services
from mingcha.domains.records.testing import (
    as_lines,
    do_jobs,
    hand_in,
    inspection,
    make_catalogue,
    uscc,
)
from mingcha.standards import loader
from mingcha.standards.arrow import arrow_schema

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "check_action"
PERSON = {
    "administrative_cp": "张某某",
    "supervise_object": "张某某",
    "administrative_cp_na": "01",
    "administrative_cp_ce_type": "111",
    "administrative_cp_ui_code": "310101199001011230",
    "address_registered": "上海市浦东新区演示路88弄6号601室",
}


@pytest.fixture(autouse=True)
def _home(settings, tmp_path) -> None:
    settings.HOME, settings.KEYS, settings.LAKE = tmp_path, tmp_path / "keys", tmp_path / "lake"
    settings.EXPORTS = tmp_path / "exports"
    settings.ANALYTICS = settings.ANALYTICS | {"folder": tmp_path / "analytics"}
    for folder in (settings.LAKE, settings.EXPORTS):
        folder.mkdir()


@pytest.fixture
def give(city):
    """Facts of a provider, sealed."""
    make_catalogue()

    def give(provider, *rows: dict[str, str], name: str = "检查.jsonl") -> Batch:
        clerk = make_account("clerk", organisation=provider)
        data = as_lines(list(rows))
        batch = hand_in(data, provider=provider, actor=clerk, name=name, table=TABLE)
        assert batch.accepted_count == len(rows), batch.run.error
        sealer.seal_once(sealer.file_signer())
        return batch

    return give


@pytest.fixture
def head(city):
    return make_account("head", organisation=city.market)


def taken(account, form: str = "csv", **conditions) -> tuple[Export, bytes]:
    """Ask, do the job, download."""
    export = services.ask(services.Wanted(table=TABLE, form=form, **conditions), actor=account)
    do_jobs()
    export.refresh_from_db()
    assert export.run.state == RunState.DONE, export.run.error
    return export, services.take(export, actor=account).path.read_bytes()


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return pl.read_csv(io.BytesIO(data), infer_schema=False, null_values=[]).to_dicts()


def consent(provider, **dates) -> None:
    Consent.objects.create(
        provider=provider, dataset=TABLE, since=local_today() - timedelta(days=9), **dates
    )


@pytest.mark.row("BEY-12")
@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_what_goes_out_comes_in_again_unchanged(city, give, head, form):
    rows = [
        inspection(1, check_action_name="=1+1"),
        inspection(2),
        inspection(3, entrust_dept="受托中心"),
    ]
    give(city.market, *rows)

    export, data = taken(head, form)

    assert export.rows == 3 and export.size == len(data)
    assert Act.objects.filter(record_kind="export", record_key=export.public_id).count() == 2
    clerk = make_account("clerk", organisation=city.market)
    again = hand_in(data, provider=city.market, actor=clerk, name=f"导出.{form}", table=TABLE)
    assert (again.doubled_count, again.accepted_count, again.refused_count) == (3, 0, 0), (
        again.run.error, again.counts, again.notes,
    )  # fmt: skip


@pytest.mark.row("BEY-12")
def test_a_parquet_file_is_typed_as_the_standard_says(city, give, head):
    give(city.market, inspection(1), inspection(2))

    _, data = taken(head, "parquet")

    found = pq.read_table(io.BytesIO(data))
    table = loader.current().table(TABLE)
    assert found.schema.names == ["_provider_code", "_provider", *table.fields]
    assert found.select(list(table.fields)).schema.types == arrow_schema(table).types
    assert found["check_personnel"].to_pylist() == [["张演示", "李演示"]] * 2


def test_a_csv_has_chinese_headers_and_the_guard(city, give, head):
    give(city.market, inspection(1, check_action_name="=1+1"))

    _, data = taken(head)

    assert data.startswith("\ufeff报送单位标识,报送单位,".encode())
    (row,) = csv_rows(data)
    assert row["检查行为名称"] == "'=1+1"
    assert (row["报送单位标识"], row["报送单位"]) == ("market", city.market.name)
    assert row["检查人员"] == "张演示、李演示"


@pytest.mark.row("SEC-2")
def test_rows_of_other_departments_need_their_consent(city, give, head):
    give(city.market, inspection(1))
    give(city.fire, inspection(2))
    assert [row["检查行为编号"] for row in csv_rows(taken(head)[1])] == ["JC000001"]

    consent(city.fire, until=None)
    assert len(csv_rows(taken(head)[1])) == 2

    Consent.objects.update(until=local_today() - timedelta(days=1))
    assert len(csv_rows(taken(head)[1])) == 1


@pytest.mark.row("SEC-2")
def test_natural_persons_are_masked_for_other_departments(city, give, head):
    give(city.fire, inspection(1, **PERSON), inspection(2))
    consent(city.fire)

    person, body = sorted(csv_rows(taken(head)[1]), key=lambda row: row["检查行为编号"])

    assert person["行政相对人"] == "张＊＊"
    assert person["行政相对人编码"] == "310101＊＊＊＊＊＊＊＊1230"
    assert person["注册地址"] == "上海市浦东新区演示＊＊＊"
    assert person["报送人员"] == body["报送人员"] == "王＊＊"
    assert body["行政相对人编码"] == uscc(1002)
    own = make_account("head", organisation=city.fire)
    person, _ = sorted(csv_rows(taken(own)[1]), key=lambda row: row["检查行为编号"])
    assert person["行政相对人"] == "张某某"
    assert person["行政相对人编码"] == "310101＊＊＊＊＊＊＊＊1230"  # sensitive: never by the bulk


def test_rights_are_those_of_the_moment_the_job_runs(city, give, head):
    give(city.fire, inspection(1))
    give(city.market, inspection(2))
    consent(city.fire)
    export = services.ask(services.Wanted(table=TABLE, form="jsonl"), actor=head)
    Consent.objects.all().delete()

    do_jobs()

    export.refresh_from_db()
    assert export.rows == 1
    late = services.ask(services.Wanted(table=TABLE, form="jsonl"), actor=head)
    head.grants.update(revoked_at=utc_now())
    do_jobs()
    late.refresh_from_db()
    assert late.run.state == RunState.FAILED and "权限" in late.run.error
    assert not services.folder_of(late).exists()


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"provider": "market-pudong"}, {"JC000003"}),
        ({"region": "3101"}, {"JC000001", "JC000002", "JC000003"}),
        ({"region": "310104"}, set()),
        ({"since": "2025-03-05"}, {"JC000002"}),
        ({"until": "2025-03-04"}, {"JC000001", "JC000003"}),
        ({"item": "01310000000001"}, {"JC000001", "JC000002", "JC000003"}),
        ({"item": "01310000000009"}, set()),
    ],
)
def test_the_conditions_limit(city, give, head, conditions, expected):
    later = {"check_date": "2025-04-01", "submitted_date": "2025-04-02"}
    give(city.market, inspection(1), inspection(2, **later))
    give(city.market_district, inspection(3))

    _, data = taken(head, "jsonl", **conditions)

    assert {json.loads(line)["check_action_code"] for line in data.splitlines()} == expected


def test_more_rows_than_a_sheet_holds_are_refused_in_words(city, give, head, monkeypatch):
    monkeypatch.setattr(jobs, "SHEET_ROWS", 2)
    give(city.market, inspection(1), inspection(2))
    export = services.ask(services.Wanted(table=TABLE, form="xlsx"), actor=head)

    do_jobs()

    export.refresh_from_db()
    assert export.run.state == RunState.FAILED
    assert "有 2 条" in export.run.error and "CSV" in export.run.error


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_can_be_stopped(city, give, head, form, monkeypatch):
    give(city.market, inspection(1))
    queued = services.ask(services.Wanted(table=TABLE, form=form), actor=head)
    services.cancel(queued, actor=head)
    running = services.ask(services.Wanted(table=TABLE, form=form), actor=head)
    before = jobs.chosen

    def chosen(reader, table, export):
        services.cancel(export, actor=head)
        return before(reader, table, export)

    monkeypatch.setattr(jobs, "chosen", chosen)
    do_jobs()

    for export in (queued, running):
        export.refresh_from_db()
        assert export.run.state == RunState.CANCELLED
        assert not services.folder_of(export).exists()


def test_the_page_leads_from_the_table_to_the_file(city, give, head):
    give(city.market, inspection(1))
    client = Client()
    client.force_login(head)

    listed = client.get(reverse("records:datasets")).content.decode()
    assert reverse("records:dataset", args=[TABLE]) in listed
    assert "只有报送单位及其上级可以导出" in listed
    form = client.get(reverse("records:dataset", args=[TABLE])).content.decode()
    assert "行政相对人编码" in form  # sensitive for persons: said beforehand
    assert client.get(reverse("records:dataset", args=["complaint"])).status_code == 404
    wrong = client.post(
        reverse("records:dataset", args=[TABLE]),
        {"form": "csv", "since": "2025-02-02", "until": "2025-02-01"},
    )
    assert "结束日期早于开始日期" in wrong.content.decode()
    asked = client.post(reverse("records:dataset", args=[TABLE]), {"form": "csv", "region": "3101"})
    assert "正在生成文件" in client.get(asked["Location"]).content.decode()
    do_jobs()
    page = client.get(asked["Location"]).content.decode()
    assert "1 条" in page and "3101" in page
    export = Export.objects.get()
    assert client.get(reverse("records:export_progress", args=[export.public_id])).headers[
        "HX-Refresh"
    ]
    file = client.get(reverse("records:export_file", args=[export.public_id]))
    assert b"JC000001" in b"".join(file.streaming_content)
    assert export.digest in page

    other = make_account("head", organisation=city.market)
    client.force_login(other)
    for name in ("export", "export_file", "export_progress"):
        address = reverse(f"records:{name}", args=[export.public_id])
        assert client.get(address).status_code == 404


def test_the_api_does_the_same(city, give, head):
    give(city.market, inspection(1))
    client = Client()
    client.force_login(head)
    address = "/api/v1/exports"

    none = client.post(address, {"table": "complaint"}, content_type="application/json")
    assert none.status_code == 404
    asked = client.post(address, {"table": TABLE, "form": "jsonl"}, content_type="application/json")
    assert asked.status_code == 202, asked.content
    number = asked.json()["number"]
    assert client.get(f"{address}/{number}/file").status_code == 409
    do_jobs()
    shown = client.get(f"{address}/{number}").json()
    assert (shown["state"], shown["rows"], shown["percent"]) == ("done", 1, 100)
    file = client.get(f"{address}/{number}/file")
    assert json.loads(b"".join(file.streaming_content))["check_action_code"] == "JC000001"
    assert client.post(f"{address}/{number}/cancel").status_code == 409


def test_files_go_when_their_time_is_over(city, give, head):
    give(city.market, inspection(1))
    export, _ = taken(head)
    Export.objects.update(expires_at=utc_now() - timedelta(seconds=1))
    export.refresh_from_db()
    client = Client()
    client.force_login(head)

    file = client.get(reverse("records:export_file", args=[export.public_id]))
    jobs.forget_exports()

    assert file.status_code == 410
    assert not services.folder_of(export).exists()
    page = client.get(reverse("records:export", args=[export.public_id])).content.decode()
    assert "已过 7 天的保留期" in page
