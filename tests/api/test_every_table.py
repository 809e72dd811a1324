"""Every table of the standard by the same door: its files are taken in, shown and given out again."""

import pytest
from tests.api.handing_in import Program

from mingcha.base.people.testing import make_account
from mingcha.domains.records.testing import as_csv, in_order, lawful, make_catalogue
from mingcha.standards import loader

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="program")
def _program(city):
    """The program of the office that may hand in every table."""
    make_catalogue()
    return Program(make_account("data-bureau", organisation=city.market))


@pytest.mark.row("DAT-1")
@pytest.mark.row("DAT-2")
@pytest.mark.slow
def test_a_lawful_row_of_every_table_is_taken_in_as_its_published_declaration_says(client, program):
    """Recognised by the labels of the dictionary page, checked by all ten national checks."""
    for table in in_order():
        published = client.get(f"/standards/{table}/")
        labels = [field["spec"].label for field in published.context["fields"]]
        data = as_csv([lawful(table, 1)], table=table)
        assert data.decode().splitlines()[0].split(",") == labels

        receipt = program.hand_in(data, f"{table}.csv")

        assert (receipt["table"], receipt["accepted"]) == (table, 1), (
            receipt["error"], program.reasons(receipt["number"]),
        )  # fmt: skip
        checks = [line["national"] for line in receipt["national"]]
        assert checks == [f"{number:02}" for number in range(1, 11)]


TABLE = """
name: noise_check
label: 噪声监测
family: inspection
basis: 示例市噪声监测办法
owner: 示例处
version: 1
since: 2020-01-01
share: public
key: {fields: [number]}
occurred_on: measured_on
subject: {scheme: uscc, value: uscc, name: firm}
headline: [decibel]
fields:
  number: {label: 监测编号, required: true, max: 30}
  firm: {label: 监测单位名称, required: true, max: 100}
  uscc: {label: 监测单位统一社会信用代码, type: uscc, required: true}
  measured_on: {label: 监测日期, type: date, required: true}
  decibel: {label: 分贝, type: number, required: true}
rules:
  - {kind: range, name: decibel-range, field: decibel, low: "0", high: "200"}
"""


@pytest.mark.row("DAT-2")
@pytest.mark.row("BEY-17")
def test_a_table_declared_in_one_file_is_published_checked_and_shown_the_same_day(
    client, program, tmp_path
):
    (tmp_path / "noise_check.yaml").write_text(TABLE, encoding="utf-8")
    loader.use([tmp_path])
    try:
        rows = [lawful("noise_check", 1, decibel="80"), lawful("noise_check", 2, decibel="300")]
        receipt = program.hand_in(as_csv(rows, table="noise_check"))
        dictionary = client.get("/standards/noise_check/").content.decode()
        schema = client.get("/api/v1/standards/noise_check/schema").json()
        client.force_login(program.account)
        (party,) = client.get("/parties/?q=1号演示监测单位").context["rows"]
        page = client.get(f"/parties/{party.public_id}/").content.decode()
    finally:
        loader.use([])

    assert (receipt["table"], receipt["accepted"], receipt["refused"]) == ("noise_check", 1, 1)
    assert "不能大于 200" in program.reasons(receipt["number"])[3]
    assert "示例市噪声监测办法" in dictionary and "凭监测单位统一社会信用代码关联" in dictionary
    assert schema["properties"]["decibel"]["title"] == "分贝"
    assert "噪声监测" in page
