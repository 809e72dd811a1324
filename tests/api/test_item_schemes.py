"""A city's own items stand beside the national ones, and neither vouches for the other's acts."""

import csv
import io

import pytest
from tests.api.handing_in import Program

from mingcha.base.people.testing import make_account
from mingcha.domains.records.testing import ITEM, as_csv, inspection, make_catalogue, uscc
from mingcha.standards import loader

pytestmark = pytest.mark.django_db(transaction=True)

OWN_ITEMS = """
name: own_item
label: 本市自有事项
family: catalog
basis: 示例市地方性法规
owner: 示例处
version: 1
since: 2020-01-01
share: public
key: {fields: [code, since]}
catalog_as: {kind: item, code: code, name: name, since: since}
fields:
  code: {label: 自有事项编码, required: true, max: 40}
  name: {label: 自有事项名称, required: true, max: 200}
  since: {label: 启用之日, type: date, required: true}
"""
OWN_VISITS = """
name: own_visit
label: 本市走访
family: other
basis: 示例市地方性法规
owner: 示例处
version: 1
since: 2020-01-01
share: shared
key: {fields: [number]}
occurred_on: visited_on
subject: {scheme: uscc, value: visited}
item: {item: code, scheme: own_item}
headline: [number]
fields:
  number: {label: 走访编号, required: true, max: 40}
  code: {label: 自有事项编码, required: true, max: 40}
  visited: {label: 走访对象统一社会信用代码, type: uscc, required: true}
  visited_on: {label: 走访日期, type: date, required: true}
references:
  - {name: item-in-force, field: code, to: item, scheme: own_item, national: "03"}
"""


@pytest.fixture(name="program")
def _program(city, tmp_path):
    """A city with tables of its own, and the program of the office that keeps its items."""
    make_catalogue()
    for name, text in {"own_item": OWN_ITEMS, "own_visit": OWN_VISITS}.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    loader.use([tmp_path])
    yield Program(make_account("data-bureau", organisation=city.market))
    loader.use([])


def visit(code, number="ZF1"):
    row = {"number": number, "code": code, "visited": inspection(1)["administrative_cp_ui_code"]}
    return as_csv([row | {"visited_on": "2025-03-04"}], table="own_visit")


def own_item(code, name):
    return as_csv([{"code": code, "name": name, "since": "2025-01-01"}], table="own_item")


@pytest.mark.row("DAT-2")
def test_an_act_is_checked_against_the_items_of_the_scheme_that_its_table_names(program):
    under_a_national_item = program.hand_in(visit(ITEM))
    assert under_a_national_item["waiting"] == 1
    (said,) = program.reasons(under_a_national_item["number"]).values()
    assert f"自有事项编码“{ITEM}”不在“本市自有事项”中" in said

    program.hand_in(own_item("BS-1", "沿街走访"))
    national = program.hand_in(
        as_csv([inspection(1, supervise_item_implement_code="01310000000777")])
    )
    assert national["waiting"] == 1

    assert program.hand_in(visit("BS-1", "ZF2"))["accepted"] == 1


@pytest.mark.row("DAT-2")
def test_one_code_may_be_listed_in_two_schemes_and_each_keeps_its_name(client, program):
    program.hand_in(own_item(ITEM, "同号的自有事项"))
    assert program.hand_in(visit(ITEM))["accepted"] == 1
    taken = program.hand_in(as_csv([inspection(1)]))
    assert taken["accepted"] == 1, (taken, program.reasons(taken["number"]))

    client.force_login(program.account)
    (party,) = client.get(f"/parties/?q={uscc(1001)}").context["rows"]
    export = client.get(f"/parties/{party.public_id}/export?export=csv")
    text = b"".join(export.streaming_content).decode("utf-8-sig")

    named = {(row["数据表"], row["事项名称"]) for row in csv.DictReader(io.StringIO(text))}
    assert named == {("本市走访", "同号的自有事项"), ("行政检查行为", "对演示事项的监督检查")}
