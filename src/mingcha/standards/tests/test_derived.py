"""What follows from a declaration: dictionary, JSON Schema, Arrow schema, Excel template."""

from io import BytesIO

import openpyxl
import pyarrow as pa
import pytest
from jsonschema_rs import Draft202012Validator, meta

from mingcha.standards.arrow import arrow_schema
from mingcha.standards.dictionary import entries, entry
from mingcha.standards.loader import catalogue
from mingcha.standards.recognition import recognise
from mingcha.standards.schema import json_schema
from mingcha.standards.template import CODES, DATA, GUIDE, template

CATALOGUE = catalogue()
TABLES = tuple(CATALOGUE.tables.values())
PENALTY = CATALOGUE.table("punish_action")

every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@every_table
def test_a_template_opens_and_its_header_is_recognised_again(table):
    book = openpyxl.load_workbook(BytesIO(template(table, CATALOGUE)))
    headers = [cell.value for cell in book[DATA][1]]

    assert book.sheetnames == [DATA, GUIDE, CODES]
    assert recognise(headers, TABLES).columns == dict(enumerate(table.fields))
    assert [header.endswith("*") for header in headers] == [
        field.required for field in table.fields.values()
    ]


def test_a_template_explains_offers_and_keeps_leading_zeros():
    book = openpyxl.load_workbook(BytesIO(template(PENALTY, CATALOGUE)))
    sheet = book[DATA]
    column = {cell.value.rstrip("*"): cell for cell in sheet[1]}

    comment = column["罚款金额"].comment.text
    assert "处罚种类为“罚款”时，必须填写罚款金额。" in comment
    kinds = next(
        choice
        for choice in sheet.data_validations.dataValidation
        if f"{column['处罚种类'].column_letter}2" in choice.sqref
    )
    first, last = (ref.replace("$", "") for ref in kinds.formula1.split("!")[1].split(":"))
    offered = [row[0].value for row in book[CODES][first:last]]
    assert offered == [code.label for code in CATALOGUE.code_table("punish_type").codes]
    letter = column["监管事项目录编码"].column_letter
    assert sheet.column_dimensions[letter].number_format == "@" or letter in _text_columns(sheet)
    assert column["处罚种类"].fill.fgColor.rgb != column["罚款金额"].fill.fgColor.rgb


def _text_columns(sheet):
    return {
        letter
        for letter, dimension in sheet.column_dimensions.items()
        if dimension.number_format == "@"
    }


@every_table
def test_the_json_schema_is_a_schema(table):
    schema = json_schema(table, CATALOGUE)

    meta.validate(schema)
    assert list(schema["properties"]) == list(table.fields)


def test_the_json_schema_holds_a_record_to_the_standard():
    judge = Draft202012Validator(json_schema(CATALOGUE.table("random_check"), CATALOGUE))
    record = {"plan_id": "P1", "object_name": "演示商行", "object_id": "1"}

    assert not judge.is_valid(record)
    assert judge.is_valid(record | {"object_uscc": "91110000600037341L"})
    assert not judge.is_valid(record | {"object_uscc": "9111000060003734"})
    assert not judge.is_valid(record | {"object_uscc": "91110000600037341L", "weather": "晴"})


@every_table
def test_the_lake_has_a_typed_column_per_field(table):
    schema = arrow_schema(table)

    assert schema.names == list(table.fields)
    assert not any(pa.types.is_floating(field.type) for field in schema)


def test_money_dates_and_lists_have_their_types():
    schema = arrow_schema(PENALTY)
    assert schema.field("set_date").type == pa.date32()
    assert schema.field("fine_amount").type == pa.decimal128(28, 8)
    assert schema.field("is_hearing").type == pa.bool_()
    check = arrow_schema(CATALOGUE.table("check_action"))
    assert check.field("check_personnel").type == pa.list_(pa.string())


@every_table
def test_the_dictionary_says_everything_of_every_table(table):
    said = entry(table, CATALOGUE)

    assert [field.key for field in said.fields] == list(table.fields)
    assert all(rule.sentence.endswith("。") and rule.national_label for rule in said.rules)
    assert {rule.name for rule in (*table.rules, *table.references)} <= {r.name for r in said.rules}
    assert said.share in {"公开", "共享", "内部", "敏感"}


def test_the_dictionary_lists_every_table_once_under_its_family():
    listed = [table.name for _, tables in entries(CATALOGUE) for table in tables]
    assert sorted(listed) == sorted(CATALOGUE.tables)


def test_what_identifies_a_natural_person_is_sensitive():
    for table in TABLES:
        for name, field in table.fields.items():
            if field.type.value == "resident-id":
                assert (field.share or table.share).value == "sensitive", (table.name, name)
                assert field.mask == "id"
