"""Declarations are read strictly: whatever is wrong is named with file, table and field."""

import subprocess
import sys
from textwrap import dedent

import pytest

from mingcha.standards import loader
from mingcha.standards.errors import StandardBroken, UnknownCodeTable, UnknownTable
from mingcha.standards.model import FieldType

PLAIN = """
    name: visit
    label: 走访
    family: other
    basis: 示例
    owner: 示例处
    version: 1
    since: 2026-01-01
    share: internal
    key: {fields: [number]}
    fields:
      number: {label: 编号, required: true}
      on: {label: 日期, type: date}
      kind: {label: 类别, type: code, codes: visit_kind}
"""
CODES = """
    visit_kind:
      label: 走访类别
      basis: 示例
      version: 1
      since: 2026-01-01
      codes: {"01": 上门, "02": 电话}
"""


@pytest.fixture
def folder(tmp_path):
    """A city's folder with one table and one code table; answers a function that alters them."""

    def written(*changes: tuple[str, str], codes: str = CODES):
        text = dedent(PLAIN)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "visit.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "codes.yaml").write_text(dedent(codes), encoding="utf-8")
        loader._catalogue.cache_clear()
        return tmp_path

    yield written
    loader._catalogue.cache_clear()


def test_a_citys_own_table_and_codes_stand_beside_ours(folder):
    found = loader.catalogue([folder()])

    assert found.table("visit").fields["on"].type is FieldType.DATE
    assert found.code_table("visit_kind").labels == {"01": "上门", "02": "电话"}
    assert found.table("check_action").label == "行政检查行为"
    assert "visit" not in loader.catalogue().tables


def test_a_city_may_add_codes_to_a_table_of_ours(folder):
    added = """
    department:
      extends: true
      codes: {L01: 城市管理综合执法局}
    """
    departments = loader.catalogue([folder(codes=dedent(CODES) + dedent(added))]).code_table(
        "department"
    )

    assert departments.label_of("L01") == "城市管理综合执法局"
    assert departments.label_of("31") == "市场监管局"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("label: 编号", "lable: 编号"), "visit.yaml的“fields.number.lable”是不认识的键"),
        (("owner: 示例处\n", ""), "visit.yaml的“owner”没有填写"),
        (("type: date", "type: day"), "不在允许的取值之内：day"),
        (("fields: [number]", "fields: [numbr]"), "的 key 提到不存在的字段“numbr”"),
        (("codes: visit_kind", "codes: vist_kind"), "的字段“kind”用到不存在的代码表“vist_kind”"),
        (("type: code, codes: visit_kind", "type: code"), "是代码，但没有写明代码表"),
        (("label: 类别", "label: 日期"), "有两个字段的中文名都是“日期”"),
        (("label: 类别", "label: 类别, aliases: [日 期]"), "“on”与“kind”都可以叫“日期”，分不清"),
        (("name: visit", "name: visits"), "与文件名不一致"),
        (("family: other", "family: other\nfamily: plan"), "键“family”出现两次"),
        (("family: other", "family: [other"), "不是合格的 YAML"),
        (
            ("\nfields:", "\nrules: [{kind: not-future, name: r, field: number}]\nfields:"),
            "规则“r”不能用于字段“number”（编号）",
        ),
        (
            ("\nfields:", "\nreferences: [{name: r, field: number, to: chek.code}]\nfields:"),
            "指向不存在的“chek.code”",
        ),
        (
            (
                "\nfields:",
                "\nreferences: [{name: r, field: number, to: item, scheme: visit}]\nfields:",
            ),
            "的引用“r”指向的“visit”不是监管事项的目录表",
        ),
        (
            ("\nfields:", "\nitem: {item: number, scheme: visit}\nfields:"),
            "的 item 所属的“visit”不是监管事项的目录表",
        ),
        (
            (
                "\nfields:",
                "\nitem: {item: number}\nreferences:\n- {name: r, field: number, to: item, scheme: own_item}\nfields:",
            ),
            "查的是“own_item”，item 却写明属于“item”",
        ),
        (
            (
                "\nfields:",
                "\nreferences: [{name: r, field: number, to: officer, scheme: item}]\nfields:",
            ),
            "只有指向事项或清单时才能写 scheme",
        ),
        (
            (
                "\nfields:",
                "\nrules: [{kind: required-when, name: r, field: on, when: kind, values: ['3']}]\nfields:",
            ),
            "规则“r”提到代码表“visit_kind”中没有的代码“3”",
        ),
        (("\nfields:", "\nrules: [{kind: oder, name: r}]\nfields:"), "规则种类不认识"),
    ],
)
def test_a_fault_is_named_in_a_sentence(folder, change, said):
    with pytest.raises(StandardBroken) as refusal:
        loader.catalogue([folder(change)])

    assert any(said in problem for problem in refusal.value.problems), refusal.value.problems
    assert refusal.value.detail


def test_all_faults_are_told_at_once(folder):
    with pytest.raises(StandardBroken) as refusal:
        loader.catalogue(
            [folder(("fields: [number]", "fields: [a, b]"), ("visit_kind", "nothing"))]
        )

    assert len(refusal.value.problems) == 3


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (CODES.replace("visit_kind", "check_form"), "已经存在；如要增补代码，请写 extends: true"),
        (
            CODES.replace('codes: {"01": 上门, "02": 电话}', ""),
            "没有 codes，也没有文件 visit_kind.csv",
        ),
        (CODES.replace('"02"', '"01"'), "键“01”出现两次"),
        (CODES.replace('"02"', "02"), "应是文字"),
    ],
)
def test_a_faulty_code_table_is_named(folder, codes, said):
    with pytest.raises(StandardBroken, match=said):
        loader.catalogue([folder(codes=codes)])


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StandardBroken, match="nowhere”不存在"):
        loader.catalogue([tmp_path / "nowhere"])


@pytest.mark.parametrize("table", loader.catalogue().tables.values(), ids=lambda table: table.name)
def test_what_makes_a_row_one_record_is_always_filled(table):
    assert all(table.fields[name].required for name in table.key.fields)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownTable) as refusal:
        loader.catalogue().table("check_actoin")
    assert "check_action" in refusal.value.detail

    with pytest.raises(UnknownCodeTable) as refusal:
        loader.catalogue().code_table("chek_form")
    assert "check_form" in refusal.value.detail


def test_industries_are_read_with_and_without_the_letter_of_their_section():
    writings = loader.catalogue().code_table("industry").writings

    assert writings["C1311"] == writings["1311"] == "1311"
    assert writings["C"] == "C"
    assert writings["造林和更新"] == "0220"  # the name of a middle class and of its only subclass


def test_a_label_that_may_mean_two_codes_is_not_read_as_either():
    assert "其他" not in loader.catalogue().code_table("pollution_type").writings


def test_doors_may_read_the_standard_without_loading_an_engine():
    light = ("loader", "identifiers", "recognition", "schema", "dictionary")
    code = "import sys\n" + "".join(f"import mingcha.standards.{name}\n" for name in light)
    code += "mingcha.standards.loader.catalogue()\n"
    code += "print(*{'polars', 'pyarrow', 'duckdb', 'numpy', 'xlsxwriter', 'fastexcel', 'ibis'} & set(sys.modules))"
    done = subprocess.run(  # noqa: S603  (our own words, in a fresh interpreter)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []


def test_what_was_chosen_is_current(folder, monkeypatch):
    monkeypatch.setattr(loader, "_IN_USE", [])
    monkeypatch.setenv(loader.ENVIRONMENT, str(folder()))

    assert "visit" in loader.current().tables
    assert "visit" not in loader.use([]).tables
    assert "visit" not in loader.current().tables


REGISTER = """
register_as:
  kind: "11"
  name: [number]
  identifiers: {visit: number}
"""


@pytest.mark.parametrize(
    ("register", "said"),
    [
        ((), "用到没有写明最长（max）的字段"),
        (("number}", "on}"), "没有一项是必填的，行与行无法认出同一个对象"),
        (("identifiers", "region: [kind]\n  identifiers"), "不能由字段“kind”按 stated 得出"),
        (("identifiers", "region: [{field: on, by: uscc}]\n  identifiers"), "按 uscc 得出"),
    ],
)
def test_a_register_says_by_what_it_knows_its_objects(folder, register, said):
    text = dedent(REGISTER)
    if register:
        text = text.replace(*register)
    with pytest.raises(StandardBroken) as refusal:
        loader.catalogue([folder(("\nfields:", f"{text}fields:"))])

    assert any(said in problem for problem in refusal.value.problems), refusal.value.problems
