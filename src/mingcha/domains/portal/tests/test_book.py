"""Anyone reads the book: as of a day, for a body, under addresses that stay, and as files."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from pyarrow import parquet

from mingcha.base.days import local_today
from mingcha.base.rules import services as rules
from mingcha.domains.catalog.services import exceptions
from mingcha.domains.catalog.testing import put_checklist, put_item
from mingcha.domains.officers.models import Officer
from mingcha.domains.portal.jobs import answers  # noqa: F401  # answers in this process
from mingcha.domains.records.testing import uscc
from mingcha.standards import loader
from mingcha.standards.schema import json_schema

pytestmark = pytest.mark.django_db
CODE, OTHER = "01310000000001", "01310000000002"
TODAY = local_today()
BODY = uscc(1)
LIST = f"{BODY}4{CODE}001"


@pytest.fixture(name="shelf", autouse=True)
def _shelf(city):
    city.market.uscc = BODY
    city.market.save()
    put_item(CODE, item_name="对餐饮经营的监督检查", owner=city.market)
    put_item(CODE, item_name="对餐饮服务的监督检查", effective_from="2026-01-01", owner=city.market)
    put_item(OTHER, item_name="对餐饮具消毒的监督检查", exercise_levels="1", owner=city.market)
    put_checklist(LIST, CODE, body=BODY, owner=city.market)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.row("CAT-10")
def test_anyone_searches_as_of_a_day(client):
    today = text_of(client.get("/book/items/?q=餐饮"))
    before = text_of(client.get("/book/items/?q=餐饮&on=2025-06-01"))
    none = text_of(client.get("/book/items/?q=餐饮&on=2024-06-01"))

    assert "对餐饮服务的监督检查" in today and "对餐饮经营的监督检查" not in today
    assert "对餐饮经营的监督检查" in before and "2025年6月1日" in before
    assert "没有找到" in none
    assert "对餐饮经营的监督检查" not in text_of(client.get("/book/items/?q=CYJY"))


@pytest.mark.row("CAT-10")
@pytest.mark.row("CAT-4")
def test_each_version_stays_at_its_address(client):
    old, new = (text_of(client.get(f"/book/items/item/{CODE}/v{n}/")) for n in (1, 2))

    assert "对餐饮经营的监督检查" in old and "2025-01-01 至 2025-12-31" in old
    assert "对餐饮服务的监督检查" in new
    assert client.get(f"/book/items/item/{CODE}/v3/").status_code == 404
    assert client.get(f"/book/items/item/{CODE}/v99999999999/").status_code == 404
    assert client.get("/book/items/item/99999999999999/").status_code == 404


@pytest.mark.row("CAT-4")
@pytest.mark.row("CAT-5")
def test_what_was_in_force_on_that_day_for_this_body(client, city):
    ask = f"body={city.market.code}"
    yes = text_of(client.get(f"/book/items/item/{CODE}/?{ask}&on=2025-06-01"))
    early = text_of(client.get(f"/book/items/item/{CODE}/?{ask}&on=2024-06-01"))
    level = text_of(client.get(f"/book/items/item/{OTHER}/?{ask}"))

    assert f"2025年6月1日，{city.market.name}可以据此实施" in yes
    assert "自 2025-01-01 起才生效" in early and "不可以" in early
    assert "不可以" in level and "当日在用的相近事项" in level and CODE in level


@pytest.mark.row("CAT-10")
@pytest.mark.row("CAT-2")
def test_a_checklist_is_read_point_by_point(client):
    page = text_of(client.get(f"/book/checklists/checklist/{LIST}/"))

    assert "1. 证照" in page and "2. 进货查验记录" in page
    assert f"/book/items/item/{CODE}/" in page
    assert LIST in text_of(client.get("/book/checklists/"))


@pytest.mark.row("CAT-10")
def test_the_whole_book_of_a_day_is_a_file(client):
    said = b"".join(client.get("/book/items.json?on=2025-06-01").streaming_content)
    book = json.loads(said)
    rows = {row["code"]: row for row in book["rows"]}
    text = b"".join(client.get("/book/items.csv").streaming_content).decode("utf-8-sig")
    sheet = list(csv.DictReader(io.StringIO(text)))

    assert book["on"] == "2025-06-01"
    assert book["schema"].endswith("/book/items.schema.json")
    assert rows[CODE]["content"]["item_name"] == "对餐饮经营的监督检查"
    assert set(rows[CODE]["content"]) <= set(
        json_schema(loader.current().table("item"), loader.current())["properties"]
    )
    assert [row["监管事项名称"] for row in sheet] == [
        "对餐饮服务的监督检查", "对餐饮具消毒的监督检查",
    ]  # fmt: skip
    assert client.get("/book/items.exe").status_code == 404
    empty = json.loads(b"".join(client.get("/book/items.json?on=2020-01-01").streaming_content))
    assert empty["rows"] == []


def test_a_day_that_does_not_exist_is_today(client):
    assert client.get("/book/items/?on=2026-02-30").status_code == 200
    assert client.get(f"/book/items/?on={TODAY - timedelta(days=1)}&page=x").status_code == 200


@pytest.mark.row("CAT-5")
def test_anyone_looks_an_approved_exception_up(client, city, make_account):
    rules.load_shipped()
    drafter = make_account("catalog-manager", organisation=city.market)
    reviewer = make_account("catalog-reviewer", organisation=city.bureau, scope=city.government)
    asked = exceptions.Asked(
        "01310000000099",
        "预制菜经营检查",
        city.market,
        TODAY,
        TODAY + timedelta(days=30),
        "专项整治",
    )
    case = exceptions.ask(asked, actor=drafter)
    assert case.number not in text_of(client.get("/book/exceptions/"))

    exceptions.allow(case, reason="同意", actor=reviewer)

    page = text_of(client.get(f"/book/exceptions/?q={case.number}&state=now"))
    assert case.number in page and "专项整治" in page and city.market.name in page
    assert city.bureau.name in page and "有效" in page
    assert "没有找到" in text_of(client.get("/book/exceptions/?q=LW-2020-000001"))
    exceptions.end(case, reason="事项已发布", actor=reviewer)
    assert case.number in text_of(client.get("/book/exceptions/"))


@pytest.mark.row("CAT-10")
@pytest.mark.row("PUB-1")
def test_the_whole_book_of_a_day_is_a_parquet_file_that_is_written_once(client, settings, tmp_path):
    settings.EXPORTS = tmp_path
    address = "/book/checklists.parquet"
    first = client.get(address)
    rows = parquet.read_table(io.BytesIO(b"".join(first.streaming_content))).to_pylist()
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    earlier = client.get(f"{address}?on={TODAY - timedelta(days=1)}")

    assert [row["code"] for row in rows] == [LIST]
    assert rows[0]["since"].isoformat() == "2025-01-01" and rows[0]["version"] == 1
    assert rows[0]["checklist_name"] and isinstance(rows[0]["points"], list)
    assert (again.status_code, earlier["ETag"]) == (304, first["ETag"])
    assert len(list(tmp_path.glob("book/*.parquet"))) == 1


@pytest.mark.row("CAT-10")
def test_nobody_has_endless_files_written(client, settings, tmp_path):
    settings.EXPORTS, settings.OPEN_FORMS_EACH = tmp_path, 1
    days = ("2025-06-01", "2026-06-01", "2025-07-01")
    said = [client.get(f"/book/items.parquet?on={day}").status_code for day in days]

    assert said == [200, 429, 200]  # the third day says what the first one does


@pytest.mark.row("CAT-10")
@pytest.mark.row("PUB-2")
def test_officers_are_a_file_as_far_as_they_are_public(client, city, settings, tmp_path):
    settings.EXPORTS = tmp_path
    rules.load_shipped()
    until = TODAY + timedelta(days=30)
    Officer.objects.create(certificate="DM1", name="张三", body="演示局", valid_to=until, fact_id=1)
    Officer.objects.create(certificate="DM2", name="李四", body="演示局", fact_id=2, kind="05")
    now = json.loads(b"".join(client.get("/book/officers.json").streaming_content))
    later = client.get(f"/book/officers.csv?on={until + timedelta(days=1)}")
    table = parquet.read_table(
        io.BytesIO(b"".join(client.get("/book/officers.parquet").streaming_content))
    )
    schema = client.get("/book/officers.schema.json").json()

    assert [row["certificate_code"] for row in now["rows"]] == ["DM1"]
    assert set(now["rows"][0]) == set(table.column_names)
    assert set(now["rows"][0]) == set(schema["properties"]["rows"]["items"]["properties"])
    assert table.to_pylist()[0]["certificate_valid_to"] == until
    assert "张三" not in b"".join(later.streaming_content).decode()
    assert "id_number" not in table.column_names


@pytest.mark.row("CAT-10")
def test_a_file_keeps_to_its_schema_and_a_wrong_day_is_refused(client):
    said = json.loads(b"".join(client.get("/book/checklists.json").streaming_content))
    schema = client.get("/book/checklists.schema.json").json()
    row = schema["properties"]["rows"]["items"]["properties"]

    assert set(said) == set(schema["properties"]) and set(said["rows"][0]) == set(row)
    assert set(said["rows"][0]["content"]) <= set(row["content"]["properties"])
    assert client.get("/book/items.json?on=2026-02-30").status_code == 422
    assert client.get("/book/nothings.csv").status_code == 404
