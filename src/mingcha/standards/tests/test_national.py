"""The declarations held against the published fields and codes they were made from."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from mingcha.standards.loader import HERE, catalogue
from mingcha.standards.model import FieldSpec, FieldType, Table

PUBLISHED = HERE.parents[2] / ".." / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="公开的国家字段表与代码表不在旁边的 shared/data 文件夹中"
)

# What the published list says twice or not at all, and what was decided (see the fields' notes).
DECIDED = {
    ("other_action", "检查行为编号", "100"),  # stands twice; the second, of 50, is the real one
}
DATES_WITHOUT_TYPE = {
    ("special_cosmetic", "发证日期"),
    ("special_medicine", "发证日期"),
    ("special_medicine", "证书有效期"),
}
# The published list bounds them by nothing; a register's columns do.
OUR_LIMITS = {
    ("object_enterprise", "企业名称"): 600,
    ("object_enterprise", "住所"): 600,
    ("object_enterprise", "营业场所/主要经营场所/经营场所"): 600,
}
ALIASES_OF_ANOTHER = {("object_individual", "登记机关")}
OTHER_CODES = {"行业类型": "industry", "江苏省监管部门代码": "department"}


def rows(name: str) -> list[dict[str, str]]:
    path = PUBLISHED / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def fields_called(table: Table, row: dict[str, str]) -> list[FieldSpec]:
    name = row["field_zh"]
    pairs = [f for f in table.fields.values() if f.label == name]
    others = [f for f in table.fields.values() if row["alias_zh"] and row["alias_zh"] in f.aliases]
    return [f for f in pairs if f in others] or others[:1] or pairs


def described(row: dict[str, str]) -> str:
    return f"{row['table']}-{row['field_zh']}-{row['alias_zh']}"


NATIONAL = rows("national_fields.csv")


def test_all_24_tables_are_declared_under_their_chinese_names():
    published = {row["table"]: row["table_zh"] for row in NATIONAL}

    assert len(published) == 24
    assert {name: catalogue().table(name).label for name in published} == published


@pytest.mark.parametrize("row", NATIONAL, ids=described)
def test_every_field_is_declared_as_published(row):
    if (row["table"], row["field_zh"], row["max_length"]) in DECIDED:
        pytest.skip("国家字段表重复列出，已按说明取舍")
    table = catalogue().table(row["table"])
    declared = fields_called(table, row)
    if (row["table"], row["field_zh"]) in ALIASES_OF_ANOTHER:
        declared = [f for f in table.fields.values() if f.label == row["field_zh"]]

    assert len(declared) == 1
    field = declared[0]
    assert field.required == (row["required"] == "yes")
    limit = int(row["max_length"]) if row["max_length"] else None
    assert field.max == OUR_LIMITS.get((row["table"], row["field_zh"]), limit)
    assert (field.exact or "") == (int(row["exact_length"]) if row["exact_length"] else "")
    assert field.type is expected_type(row)
    assert (field.at_least or 0) == (2 if row["type"] == "list (>=2)" else 0)


@pytest.mark.parametrize("row", [r for r in NATIONAL if r["code_table"]], ids=described)
def test_every_coded_field_uses_the_published_code_table(row):
    field = fields_called(catalogue().table(row["table"]), row)[0]

    if row["code_table"] == "行政区划代码":
        assert field.type is FieldType.REGION
    elif row["code_table"] in OTHER_CODES:
        assert field.codes == OTHER_CODES[row["code_table"]]
    else:
        assert catalogue().code_table(field.codes).label == row["code_table"]


# What we added to a national table; anything else that was not published is a mistake.
OWN = {"knowledge_law": {"law_status", "changed_on", "changed_by", "successor_law"}}


def test_no_table_has_fields_that_were_not_published_but_those_marked_as_our_own():
    for name in {row["table"] for row in NATIONAL}:
        published = sum(row["table"] == name for row in NATIONAL)
        doubled = sum(table == name for table, *_ in DECIDED)
        fields = catalogue().table(name).fields
        own = {key for key, field in fields.items() if field.note.startswith("平台增加")}
        assert own == OWN.get(name, set())
        assert len(fields) - len(own) == published - doubled


def test_every_published_code_is_ours_and_what_is_added_is_marked_as_local():
    ours = {table.label: table for table in catalogue().code_tables.values()}
    published = defaultdict(dict)
    for row in rows("code_tables.csv"):
        published[row["code_table"]][row["code"]] = row["label"].strip()

    for label, codes in published.items():
        labels = ours[label].labels
        assert {code: labels[code] for code in codes} == codes
        assert all(code.startswith("L") for code in labels.keys() - codes.keys())


def test_the_industries_are_the_published_ones_with_the_middle_classes_filled_in():
    source = [(row["code"], row["name"]) for row in rows("gbt4754_2017.csv")]
    misprint = source.index(("374", "飞机制造"))
    source[misprint] = ("3741", "飞机制造")
    codes = catalogue().code_table("industry").codes

    kept = [(c.code, c.label) for c in codes if not c.note.startswith("中类")]
    assert kept == source
    assert sum(len(c.code) == 3 for c in codes) == 473


def expected_type(row: dict[str, str]) -> FieldType:
    if (row["table"], row["field_zh"]) in DATES_WITHOUT_TYPE:
        return FieldType.DATE
    if row["code_table"]:
        return FieldType.REGION if row["code_table"] == "行政区划代码" else FieldType.CODE
    formats = {"digits": "item", "uscc(18) + level 1..5 + tail": "checklist", "ratio 0..1": "ratio"}
    formats |= {name: name for name in ("uscc", "resident-id", "uscc|resident-id", "year")}
    written = formats.get(row["format"]) or row["type"].removesuffix(" (>=2)") or "text"
    return FieldType(written)


def test_the_published_lists_lie_where_they_are_looked_for():
    assert [Path(PUBLISHED / name).is_file() for name in ("national_fields.csv", "code_tables.csv")]
