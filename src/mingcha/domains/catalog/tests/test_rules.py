"""Days, citations, codes and differences, by hand."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.domains.catalog.rules.citations import citations, number
from mingcha.domains.catalog.rules.coding import Exhausted, checklist_code, main_code, sub_code
from mingcha.domains.catalog.rules.days import Span, changed, terms
from mingcha.domains.catalog.rules.differences import differences, merged, pieces
from mingcha.domains.catalog.rules.keys import covers, keys_of, stem
from mingcha.standards import loader

ITEM = loader.catalogue().table("item").catalog_as


def day(month, of_month=1, year=2026):
    return date(year, month, of_month)


def test_a_version_ends_where_the_next_one_begins():
    found = terms([Span(day(7), None, 2), Span(day(1), None, 1)])

    assert found == [Span(day(1), day(6, 30), 1), Span(day(7), None, 2)]


def test_a_stated_end_counts_unless_the_next_begins_before_it():
    found = terms(
        [Span(day(1), day(3, 31), 1), Span(day(5), day(12, 31), 2), Span(day(8), None, 3)]
    )

    assert [span.until for span in found] == [day(3, 31), day(7, 31), None]


def test_two_versions_never_begin_on_one_day():
    with pytest.raises(ValueError, match="2026-01-01"):
        terms([Span(day(1), None, 1), Span(day(1), None, 2)])


days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31))
spans = st.dictionaries(days, st.none() | st.integers(0, 900), max_size=8)


@given(spans, st.randoms(use_true_random=False))
def test_terms_never_overlap_and_do_not_depend_on_the_order_of_arrival(said, chance):
    stated = [
        Span(since, None if length is None else date.fromordinal(since.toordinal() + length), key)
        for key, (since, length) in enumerate(said.items())
    ]
    shuffled = list(stated)
    chance.shuffle(shuffled)

    found = terms(stated)

    assert terms(shuffled) == found
    for one, other in pairwise(found):
        assert one.until is not None and one.since <= one.until < other.since


def test_what_changed_is_the_days_on_which_another_version_holds():
    before = [Span(day(1), None, 1)]
    after = [Span(day(1), day(2, 28), 1), Span(day(3), day(4, 30), 2), Span(day(5), None, 1)]

    assert changed(before, after) == [(day(3), day(4, 30))]
    assert changed([], before) == [(day(1), None)]
    assert changed(before, before) == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("《甲法》", ["《甲法》"]),
        ("《甲法》第一百一十条第一款第（二）项、第一百二十六条", ["《甲法》第110条第1款第2项", "《甲法》第126条"]),
        ("《甲法》第十条之一第二款、第三款；《乙条例》第20条", ["《甲法》第10条之1第2款", "《甲法》第10条之1第3款", "《乙条例》第20条"]),
        ("《甲法》第二条：依照本法第九条处理。\n第十二条 有下列情形", ["《甲法》第2条", "《甲法》第12条"]),
        ("《关于印发〈丙办法〉的通知》（国办发〔2024〕54号）第三条", ["《关于印发〈丙办法〉的通知》第3条"]),
        ("依法实施", []),
    ],
)  # fmt: skip
def test_legal_bases_are_read_down_to_article_and_paragraph(text, places):
    assert [str(one) for one in citations(text)] == places


@pytest.mark.parametrize(
    ("text", "value"), [("十", 10), ("二十", 20), ("一百零三", 103), ("一千二百", 1200), ("44", 44)]
)
def test_chinese_figures(text, value):
    assert number(text) == value


def test_the_next_code_follows_the_last_one_under_its_prefix():
    spec = ITEM.coding

    assert main_code(spec, [], origin="3", department="31") == "33100000001000"
    assert main_code(spec, ["33100000007000"], origin="3", department="31") == "33100000008000"
    assert main_code(spec, [], origin="1", department="31") == "03100000001000"
    assert sub_code(spec, ["33100000001001"], main="33100000001000") == "33100000001002"
    assert checklist_code([], body="B" * 18, level="4", item="1" * 14).endswith("101")


def test_gaps_are_used_when_the_last_number_is_taken_and_then_nothing_is_left():
    full = [f"33100000001{n:03d}" for n in range(1, 1000)]

    assert sub_code(ITEM.coding, full[:4] + full[5:], main="33100000001000") == full[4]
    with pytest.raises(Exhausted):
        sub_code(ITEM.coding, full, main="33100000001000")


def test_differences_go_field_by_field_and_into_the_text():
    before = {"name": "食品检查", "basis": "《甲法》第三条"}
    after = {"name": "食品检查", "basis": "《甲法》第四条", "process": "抽样"}

    found = differences(["name", "basis", "process"], before, after)

    assert [(one.field, one.before, one.after) for one in found] == [
        ("basis", "《甲法》第三条", "《甲法》第四条"), ("process", "", "抽样"),
    ]  # fmt: skip
    assert [(p.kind, p.text) for p in found[0].pieces] == [
        ("same", "《甲法》第"), ("gone", "三"), ("new", "四"), ("same", "条"),
    ]  # fmt: skip


@given(
    st.text(alphabet="甲乙丙《》；\n1", max_size=40),
    st.text(alphabet="甲乙丁《》；\n2", max_size=40),
)
def test_the_pieces_of_a_text_give_both_texts_back(before, after):
    found = list(pieces(before, after))

    assert "".join(p.text for p in found if p.kind != "new") == before
    assert "".join(p.text for p in found if p.kind != "gone") == after


def test_three_versions_are_merged_field_by_field():
    base = {"a": "1", "b": "1", "c": "1", "d": "1"}
    mine = {"a": "2", "b": "1", "c": "2", "d": "2"}
    theirs = {"a": "1", "b": "3", "c": "3", "d": "2"}

    found = merged(base, mine, theirs)

    assert (found.content, found.clashes) == ({"a": "2", "b": "3", "c": "2", "d": "2"}, ["c"])


def test_a_list_that_says_cancelled_and_until_when_means_the_days_until_then():
    row = {"item_code": "1", "item_name": "甲", "effective_from": "2026-01-01"}

    ended = keys_of(ITEM, row | {"item_status": "02", "effective_to": "2026-06-30"})
    never = keys_of(ITEM, row | {"item_status": "02"})
    suspended = keys_of(ITEM, row | {"item_status": "03", "effective_to": "2026-06-30"})

    assert (ended.status, never.status, suspended.status) == ("01", "02", "03")


def test_whom_a_version_covers():
    said = ("B1", "310000", ("3", "4"))

    assert covers(said, ("B1", "310115", "4")) == ""
    assert covers(said, ("B2", "310115", "4")) == "body"
    assert covers(said, ("B1", "320000", "4")) == "region"
    assert covers(said, ("B1", "310115", "5")) == "level"
    assert covers(("", "", ()), ("B9", "110000", "1")) == ""
    assert (stem("310000"), stem("310100"), stem("310115")) == ("31", "3101", "310115")
