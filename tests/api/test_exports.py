"""What is taken out opens as a spreadsheet and as text, whole and without anything that runs."""

import csv
import io

import openpyxl
import pytest

from mingcha.base.ledger.models import Act
from mingcha.domains.parties.models import Party
from mingcha.domains.records.testing import as_csv, hand_in, inspection, make_catalogue

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "=1+1演示有限公司"


@pytest.fixture(name="party")
def _party(city):
    """An entity with an evil name, inspected twice, and a row that came back."""
    make_catalogue()
    named = {"administrative_cp": NAME, "supervise_object": NAME}
    rows = [
        inspection(1, **named),
        inspection(1, **named, check_action_code="JC9", check_action_name="再次检查"),
        inspection(2, check_result="99"),
    ]
    clerk = city.person("clerk")
    batch = hand_in(as_csv(rows), provider=city.market, actor=clerk)
    return Party.objects.get(name=NAME), batch


def body(answer):
    return b"".join(answer.streaming_content)


def book_of(answer):
    return openpyxl.load_workbook(io.BytesIO(body(answer)))


@pytest.mark.row("REG-3")
def test_a_dossier_is_a_spreadsheet_with_a_sheet_for_each_family(client, city, party):
    client.force_login(city.person("head"))

    book = book_of(client.get(f"/parties/{party[0].public_id}/export?export=xlsx"))

    assert book.sheetnames == ["对象", "行政检查"]
    about = {row[0].value: row[1] for row in book["对象"].iter_rows(min_row=2)}
    assert about["名称"].value == NAME and about["名称"].data_type == "s"
    head, *rows = book["行政检查"].iter_rows(values_only=True)
    assert head[:6] == ("数据表", "发生日期", "事项编码", "事项名称", "报送单位", "得知时间")
    assert {row[head.index("检查行为名称")] for row in rows} == {"演示检查", "再次检查"}
    assert len(rows) == 2
    assert Act.objects.filter(verb="导出档案", record_key=party[0].public_id).exists()


@pytest.mark.row("REG-3")
def test_a_dossier_as_text_has_a_line_for_each_field_and_runs_nothing(client, city, party):
    client.force_login(city.person("head"))

    text = body(client.get(f"/parties/{party[0].public_id}/export?export=csv")).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    named = [row["内容"] for row in rows if row["字段"] == "行政相对人"]
    assert named == [f"'{NAME}"] * 2


@pytest.mark.row("REG-6")
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_search_results_are_taken_out_whole(client, city, party, form):
    client.force_login(city.person("head"))

    answer = client.get(f"/parties/?q=演示有限公司&size=20&export={form}")

    assert answer.status_code == 200
    assert NAME.encode() in body(answer) or form == "xlsx"
    assert Act.objects.filter(verb="导出监管对象").exists()


@pytest.mark.row("DAT-4")
def test_refused_rows_are_taken_out_with_their_reasons(client, city, party):
    client.force_login(city.person("clerk"))

    book = book_of(client.get(f"/batches/{party[1].public_id}/refused?export=xlsx"))

    head, row = book.active.iter_rows(values_only=True)
    assert head[:3] == ("行号", "状态", "原因")
    assert row[1] == "已退回" and "检查结果" in row[2]
    assert Act.objects.filter(verb="导出未入库的行").exists()


LISTS = {
    "department-admin": ["/people", "/people/changes", "/organisations", "/batches/", "/mappings/"],
    "data-bureau": ["/regions", "/holidays"],
    "inspector-of-inspectors": ["/audit"],
}


@pytest.mark.parametrize(("role", "path"), [(r, p) for r, paths in LISTS.items() for p in paths])
def test_every_list_offers_both_formats_and_gives_them(client, city, role, path):
    client.force_login(city.person(role))

    page = client.get(path).content.decode()

    for form in ("xlsx", "csv"):
        assert f"export={form}" in page or path in {"/batches/", "/mappings/"}
        assert client.get(f"{path}?export={form}").status_code == 200
