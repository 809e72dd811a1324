"""Tables as forms: every field in its place, what is known filled in, what is typed understood."""

from datetime import date

import pytest

from mingcha.standards import numbering
from mingcha.standards.form import FACTS, Fill, fills, hangs_on, number_field, propose, sections
from mingcha.standards.loader import current
from mingcha.standards.meant import amount_meant, code_meant, day_meant, meant

TODAY = date(2026, 1, 15)
TABLES = sorted(current().tables)


@pytest.mark.parametrize("name", TABLES)
def test_every_field_of_a_table_stands_in_exactly_one_section(name):
    table = current().table(name)
    placed = [field for one in sections(table) for field in (*one.fields, *one.more)]

    assert sorted(placed) == sorted(table.fields)


@pytest.mark.parametrize("name", TABLES)
def test_a_required_field_that_nothing_fills_in_is_not_folded_away(name):
    table = current().table(name)
    filled = fills(table)
    hidden = [
        field
        for section in sections(table)
        for field in section.more
        if table.fields[field].required and field not in filled
    ]

    assert hidden == []


@pytest.mark.parametrize(
    ("typed", "meant_day"),
    [
        ("20260102", "2026-01-02"),
        ("260102", "2026-01-02"),
        ("0102", "2026-01-02"),
        ("102", "2026-01-02"),
        ("1231", "2025-12-31"),
        ("0229", "2024-02-29"),
        ("1-2", "2026-01-02"),
        ("1月2日", "2026-01-02"),
        ("０１０２", "2026-01-02"),
        ("今天", "2026-01-15"),
        ("昨天", "2026-01-14"),
        ("前天", "2026-01-13"),
        ("20260230", "20260230"),
        ("2026/1/2", "2026/1/2"),
        ("13", "13"),
        ("明年", "明年"),
    ],
)
def test_a_day_is_typed_as_digits(typed, meant_day):
    assert day_meant(typed, today=TODAY) == meant_day


def test_a_day_that_may_lie_ahead_is_one_of_this_year():
    table = current().table("check_action")
    licence = current().table("licence")

    assert meant(table, "check_date", "1231", None, today=TODAY) == "2025-12-31"
    assert meant(licence, "valid_to", "1231", None, today=TODAY) == "2026-12-31"


@pytest.mark.parametrize(
    ("typed", "unit", "figure"),
    [
        ("12,000元", "元", "12000"),
        ("1.2万", "元", "12000"),
        ("1.2万元", "万元", "1.2"),
        ("3亿", "万元", "30000"),
        ("5000元", "万元", "0.5000"),
        ("5000", "万元", "5000"),
        ("１２", "", "12"),
        ("很多", "元", "很多"),
    ],
)
def test_money_is_typed_with_or_without_its_unit(typed, unit, figure):
    assert amount_meant(typed, unit=unit) == figure


@pytest.mark.parametrize(
    ("codes", "typed", "code"),
    [
        ("check_form", "1", "01"),
        ("check_form", "01 日常检查", "01"),
        ("check_form", "日常", "01"),
        ("check_form", "rcjc", "01"),
        ("check_form", "rc", "01"),
        ("check_result", "zlgz", "02"),
        ("punish_type", "fk", "02"),
        ("check_result", "fxwt", "fxwt"),
        ("check_form", "没有", "没有"),
    ],
)
def test_a_code_is_named_by_code_name_or_initials_if_only_one_fits(codes, typed, code):
    assert code_meant(current().code_table(codes), typed) == code


def test_a_pattern_numbers_records_and_reads_its_own_numbers_back():
    pattern = numbering.filled("沪检〔{年}〕{序号3}号", on=TODAY, body="market")

    assert pattern.number(7) == "沪检〔2026〕007号"
    assert pattern.serial_of("沪检〔2026〕1234号") == 1234
    assert pattern.serial_of("沪检〔2025〕007号") is None


@pytest.mark.parametrize(
    "pattern", ["JC{年}", "{序号}{序号}", "{周}{序号}", "a|{序号}", "{序号", "x" * 101]
)
def test_what_is_no_pattern_is_told(pattern):
    assert numbering.problem(pattern) != ""


def test_every_fact_that_forms_name_is_known():
    named = {
        way.fact
        for table in current().tables.values()
        for some in fills(table).values()
        for way in some
    }

    assert {fact for fact in named if not fact.startswith(("=", "cited."))} <= set(FACTS)


def test_proposals_rest_on_one_another_and_give_way_to_what_is_typed():
    table = current().table("check_action")

    def known(fact, at, values):
        party = {"party.name": "演示公司", "party.nature": "02"}
        code = values.get("administrative_cp_ui_code")
        if fact == "officer.names":
            return "张、李" if at == "A1、A2" else ""
        return party.get(fact, "") if code else ""

    def shown(name, text):
        return {"01": "日常检查"}.get(text, text)

    typed = {"administrative_cp_ui_code": "X", "check_form": "01", "check_personnel_code": "A1、A2"}
    found = propose(table, typed, known, shown=shown)

    assert found["administrative_cp"].text == "演示公司"
    assert found["check_action_name"].text == "对演示公司的日常检查"
    assert found["check_personnel"].text == "张、李"
    named = propose(table, typed | {"administrative_cp": "别名"}, known, shown=shown)
    assert named["check_action_name"].text == "对别名的日常检查"
    assert "administrative_cp" not in named
    assert "administrative_cp" not in propose(
        table, typed, known, shown=shown, cleared=["administrative_cp"]
    )


def test_what_a_field_hangs_on_is_known_before_it_is_filled():
    table = current().table("check_action")

    assert hangs_on(table, "check_personnel") == ["check_personnel_code"]
    assert hangs_on(table, "administrative_cp") == ["administrative_cp_ui_code"]
    assert hangs_on(table, "supervise_item_check_icode") == []


def test_a_key_that_names_its_subject_is_no_running_number():
    assert number_field(current().table("check_action")) == "check_action_code"
    assert number_field(current().table("object_organization")) is None
    assert number_field(current().table("licence")) is None
    assert Fill("number") in fills(current().table("complaint"))["complaint_code"]
