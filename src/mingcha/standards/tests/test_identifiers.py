"""Credit codes and resident ids: check characters, reasons, and what a slip may have been."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.standards import identifiers
from mingcha.standards.identifiers import (
    USCC_ALPHABET,
    organisation_check_character,
    repairs,
    resident_check_character,
    resident_id_problem,
    upgraded_resident_id,
    uscc_check_character,
    uscc_problem,
    uscc_warning,
)

VALID = ["91110000600037341L", "91110108551385082Q", "91350100M000100Y43"]
VALID += ["91330203674737244W", "91440300708461136T"]


@st.composite
def usccs(draw: st.DrawFn) -> str:
    first = draw(st.sampled_from(USCC_ALPHABET[1:]))
    body = first + draw(st.text(USCC_ALPHABET, min_size=16, max_size=16))
    return body + uscc_check_character(body)


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    place = draw(st.integers(110000, 659999))
    born = draw(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
    body = f"{place}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + resident_check_character(body)


@pytest.mark.parametrize("code", VALID)
def test_real_codes_are_right(code):
    assert uscc_problem(code) == ""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91310115077567433M", "校验码不符"),
        ("91350100M000100Y4A", "校验码不符：第18位应为“3”，现为“A”"),
        ("9135010OM000100Y43", "不允许的字符“O”"),
        ("91350100M000100Y4", "应为18位，现为17位"),
        ("000000000000000000", "第1位"),
        ("", "应为18位，现为0位"),
    ],
)
def test_a_wrong_code_is_refused_with_its_reason(code, reason):
    assert reason in uscc_problem(code)


@pytest.mark.parametrize("start", ["N2310115", "Y1310115", "A1310115", "G1310115"])
def test_letters_in_the_first_places_are_legal(start):
    body = start + "MA1K35X7"
    body += organisation_check_character(body[8:])
    assert uscc_problem(body + uscc_check_character(body)) == ""


def test_a_sum_of_zero_gives_the_check_character_zero():
    body = next(
        body
        for number in range(1000)
        if uscc_check_character(body := f"91310000{number:09d}") == "0"
    )
    assert uscc_problem(body + "0") == ""


def test_a_wrong_organisation_code_inside_a_right_code_is_told_but_not_refused():
    assert uscc_warning(VALID[0]) == ""
    body = "91110000" + "600037342"
    code = body + uscc_check_character(body)

    assert uscc_problem(code) == ""
    assert uscc_warning(code) == "第9至17位作为组织机构代码的校验码不符：应为“1”，现为“2”"


@given(usccs(), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_found_out_and_the_right_code_is_among_the_repairs(
    code, place, char
):
    slip = code[:place] + char + code[place + 1 :]

    assert (uscc_problem(slip) == "") == (slip == code)
    assert slip == code or code in repairs(slip)


@given(usccs(), st.integers(0, 16))
def test_two_exchanged_neighbours_are_found_out_and_the_right_code_is_among_the_repairs(
    code, place
):
    slip = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert (uscc_problem(slip) == "") == (slip == code)
    assert slip == code or code in repairs(slip)


@given(usccs())
def test_letters_that_look_like_digits_are_read_as_these(code):
    misread = code.translate(str.maketrans("0125", "OIZS"))

    assert repairs(misread) == ((code,) if misread != code else ())


@given(st.text(max_size=20))
def test_every_repair_is_a_valid_code_and_anything_may_be_asked(text):
    assert all(uscc_problem(candidate) == "" for candidate in repairs(text))


def test_a_valid_code_needs_no_repair_and_the_likelier_come_first():
    assert repairs(VALID[0]) == ()
    found = repairs("91110000600037341M")
    assert VALID[0] in found
    warned = [bool(uscc_warning(candidate)) for candidate in found]
    assert warned == sorted(warned)


def test_a_code_is_tidied_as_it_was_meant():
    assert identifiers.tidied(" ９1110000-6000３7341l ") == VALID[0]


@given(resident_ids())
def test_a_resident_id_with_its_check_character_is_right(number):
    assert resident_id_problem(number, on=date(2026, 1, 1)) == ""


@given(resident_ids(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_in_a_resident_id_is_found_out(number, place, char):
    slip = number[:place] + char + number[place + 1 :]
    assert (resident_id_problem(slip) == "") == (slip == number)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("11010519491231002", "应为18位，现为17位"),
        ("11010519491231002x", "第18位应为数字或大写 X"),
        ("110105194913310025", "不是真实的出生日期"),
        ("110105189912310021", "不是真实的出生日期"),
        ("110105491231002", "是15位旧号码，现行号码应为18位：可能是 11010519491231002X"),
        ("110105194912310021", "校验码不符：第18位应为“X”，现为“1”"),
    ],
)
def test_a_wrong_resident_id_is_refused_with_its_reason(number, reason):
    assert reason in resident_id_problem(number)


def test_nobody_is_born_after_the_day_that_counts():
    number = "11010519491231002X"
    assert resident_id_problem(number, on=date(1949, 12, 31)) == ""
    assert "晚于1949-12-30" in resident_id_problem(number, on=date(1949, 12, 30))


def test_an_old_number_becomes_a_new_one():
    assert upgraded_resident_id("110105491231002") == "11010519491231002X"
    assert identifiers.born_on("11010519491231002X") == date(1949, 12, 31)
