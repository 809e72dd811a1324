"""Cells: every writing that departments use, against slow and obvious reference functions."""

import re
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mingcha.standards.frames.canonical import day, typed
from mingcha.standards.frames.cleaning import NULL_TOKENS, clean
from mingcha.standards.frames.columns import Column
from mingcha.standards.frames.decimals import plain_decimal, shifted
from mingcha.standards.frames.digits import lengthened, resident_id_valid, uscc_valid
from mingcha.standards.model import FieldSpec, FieldType

steady = settings(deadline=None, max_examples=60)  # a busy machine is not a fault

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def written(text: str | None, kind: FieldType) -> str | None:
    """One cell, cleaned and typed."""
    cleaned = clean(pl.Series([text], dtype=pl.String), kind)
    write = typed(FieldSpec(label="列", type=kind), None)
    if write is None:
        return cleaned.item()
    return cleaned.to_frame("cell").select(write(pl.col("cell"))).item()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02", "2026-01-02"),
        ("2026/1/2", "2026-01-02"),
        ("2026.1.2", "2026-01-02"),
        ("2026年1月2日", "2026-01-02"),
        ("２０２６年１月２日", "2026-01-02"),
        ("20260102", "2026-01-02"),
        ("20260102.0", "2026-01-02"),
        ("20260102103000", "2026-01-02"),
        ("2026-01-02 10:30:00", "2026-01-02"),
        ("2026-01-02T10:30:00.123", "2026-01-02"),
        ("2026/1/2 9:05", "2026-01-02"),
        ("2026年1月2日 上午10时30分", "2026-01-02"),
        ("46024", "2026-01-02"),
        ("46024.5", "2026-01-02"),
        ("'2026-01-02", "2026-01-02"),
        ("\ufeff 2026-01-02\u3000", "2026-01-02"),
        ("2026-01-01T20:00:00Z", "2026-01-02"),
        ("2026-01-02 00:30:00+08:00", "2026-01-02"),
        ("2024-02-29", "2024-02-29"),
        ("9999-12-31", "9999-12-31"),
        ("2026-02-29", None),
        ("2026-13-01", None),
        ("20261301", None),
        ("2026-01", None),
        ("01/02/2026", None),
        ("0", None),
        ("4602", None),
        ("长期", None),
        ("2026-01-02abc", None),
    ],
)
def test_a_date_is_read_in_every_usual_writing_and_in_no_other(text, expected):
    assert written(text, FieldType.DATE) == expected


@steady
@given(some.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_every_day_is_read_back(on):
    spelt = [
        f"{on.year}-{on.month}-{on.day}",
        f"{on.year}年{on.month:02d}月{on.day}日",
        f"{on:%Y%m%d}",
    ]

    assert [written(text, FieldType.DATE) for text in spelt] == [on.isoformat()] * 3


@steady
@given(some.integers(10_000, 99_999))
def test_a_spreadsheet_serial_is_its_day(serial):
    expected = (date(1899, 12, 30) + timedelta(days=serial)).isoformat()

    assert written(str(serial), FieldType.DATE) == expected
    assert written(f"{serial}.75", FieldType.DATE) == expected


@steady
@given(some.integers(0, 9999), some.integers(0, 99), some.integers(0, 99))
def test_a_day_that_does_not_exist_is_not_read(year, month, on_day):
    try:
        expected = date(year, month, on_day).isoformat() if year >= 1000 else None
    except ValueError:
        expected = None

    assert written(f"{year:04d}-{month}-{on_day}", FieldType.DATE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234,567.50", "1234567.5"),
        ("１２３．４０", "123.4"),
        ("+007", "7"),
        ("-0.0", "0"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0", "0"),
        (" 1 000 ", "1000"),
        ("1,23", None),
        ("1.5E+05", None),
        ("12元", None),
        ("--1", None),
        ("1.2.3", None),
    ],
)
def test_a_number_becomes_a_plain_decimal(text, expected):
    assert written(text, FieldType.NUMBER) == expected


DECIMALS = some.decimals(-(10**15), 10**15, places=6)


def plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


@steady
@given(DECIMALS)
def test_plain_decimals_agree_with_exact_arithmetic(number):
    result = pl.DataFrame({"n": [f"{number:,f}", f"{number:f}"]}).select(plain_decimal(pl.col("n")))

    assert result.to_series().to_list() == [plain(number)] * 2


@steady
@given(DECIMALS, some.integers(-12, 12))
def test_moving_the_point_is_exact(number, places):
    cells = pl.DataFrame({"n": [plain(number), None]})

    assert cells.select(shifted(pl.col("n"), places)).to_series().to_list() == [
        plain(number.scaleb(places)),
        None,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.05", "0.05"),
        ("5%", "0.05"),
        ("12.5％", "0.125"),
        ("1", "1"),
        ("100%", "1"),
        ("5", None),
        ("-0.1", None),
    ],
)
def test_a_ratio_lies_between_nothing_and_one(text, expected):
    assert written(text, FieldType.RATIO) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("是", "是"),
        ("1", "是"),
        ("true", "是"),
        ("Y", "是"),
        ("否", "否"),
        ("0", "否"),
        ("1.0", "是"),
        ("不详", None),
    ],
)
def test_yes_and_no(text, expected):
    assert written(text, FieldType.BOOLEAN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张三、李四", "张三、李四"),
        ("张三,李四，王五", "张三、李四、王五"),
        ("张三； 李四;", "张三、李四"),
        ("张三/李四", "张三、李四"),
        ("张三\n李四", "张三、李四"),
        ("张三  李四", "张三、李四"),
        ("张三\u3000李四", "张三、李四"),
        ("王 五", "王 五"),
        ("A１、Ａ2", "A1、A2"),
        ("、", None),
        ("/", None),
    ],
)
def test_a_list_is_joined_by_the_chinese_mark(text, expected):
    assert written(text, FieldType.LIST) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026", "2026"), ("2026年度", "2026"), ("2026.0", "2026"), ("26", None), ("二〇二六", None)],
)
def test_a_year_has_four_digits(text, expected):
    assert written(text, FieldType.YEAR) == expected


@pytest.mark.parametrize(
    "token", [*NULL_TOKENS, "— —", "－", " 无 ", "\u3000", "\ufeff", "－－", "／"]
)
@pytest.mark.parametrize("kind", [FieldType.TEXT, FieldType.DATE, FieldType.USCC, FieldType.NUMBER])
def test_what_stands_for_nothing_is_nothing(token, kind):
    assert written(token, kind) is None


@pytest.mark.parametrize(
    "text", ["无锡市演示公司", "无", "NULL值说明", "未知", "0", "其他", "N", "无名氏"]
)
def test_what_only_looks_like_nothing_is_kept(text):
    assert written(text, FieldType.TEXT) == (None if text == "无" else text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeff演示\u200b公司 ", "演示公司"),
        ("ＡＢＣ１２３（上海）有限公司", "ABC123（上海）有限公司"),
        ("甲，乙：丙；丁？", "甲，乙：丙；丁？"),
        ("\u00a0演示\u3000公司\u2003", "演示 公司"),
        ("第一行\r\n第二行", "第一行\n第二行"),
        ("e\u0301", "é"),
        ("'=1+1", "=1+1"),
        ("'73演示酒吧", "'73演示酒吧"),
        ("<b>演示</b>", "<b>演示</b>"),
        ("演示\x00公司\x07", "演示公司"),
    ],
)
def test_text_is_tidied_and_chinese_punctuation_stays(text, expected):
    assert written(text, FieldType.TEXT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("９１３５０１００ｍ０００１００ｙ４３", "91350100M000100Y43"),
        (" 9135 0100 m000100y43 ", "91350100M000100Y43"),
        ("'91350100M000100Y43", "91350100M000100Y43"),
        ("9135O100M000100Y43", "9135O100M000100Y43"),
    ],
)
def test_a_credit_code_loses_its_dress_and_is_not_repaired(text, expected):
    assert written(text, FieldType.USCC) == expected


@steady
@given(some.lists(some.none() | some.text(some.characters(exclude_categories=["Cs"])), min_size=1))
@pytest.mark.parametrize("kind", [FieldType.TEXT, FieldType.CODE, FieldType.USCC, FieldType.LIST])
def test_cleaning_twice_is_cleaning_once_and_row_by_row_is_the_same(kind, texts):
    cells = pl.Series(texts, dtype=pl.String)
    once = clean(cells, kind)

    assert clean(once, kind).to_list() == once.to_list()
    assert once.to_list() == [clean(pl.Series([t], dtype=pl.String), kind).item() for t in texts]


def uscc_by_hand(code: str) -> bool:
    """GB 32100-2015, character by character."""
    if len(code) != 18 or any(character not in USCC for character in code) or code[0] == "0":
        return False
    total = sum(USCC.index(character) * 3**place for place, character in enumerate(code[:17]))
    return USCC.index(code[17]) == (31 - total % 31) % 31


CODES = some.text(USCC, min_size=17, max_size=17).map(
    lambda base: base + USCC[(31 - sum(USCC.index(c) * 3**n for n, c in enumerate(base)) % 31) % 31]
)


@steady
@given(some.lists(CODES | some.text(USCC + "IOSVZ一 ", min_size=16, max_size=19) | some.none()))
def test_credit_codes_are_judged_as_by_hand(codes):
    result = uscc_valid(pl.Series(codes, dtype=pl.String))

    assert result.to_list() == [code is not None and uscc_by_hand(code) for code in codes]


def test_credit_codes_of_the_norm():
    good = "91110000600037341L 91110108551385082Q 91350100M000100Y43 91330203674737244W 91440300708461136T"
    bad = "91310115077567433M 91350100M000100Y4A 000000000000000000"

    assert uscc_valid(pl.Series(good.split())).all()
    assert not uscc_valid(pl.Series(bad.split())).any()


@pytest.mark.parametrize("start", ["N2", "Y1", "A1", "11", "93"])
def test_codes_that_begin_with_letters_are_legal(start):
    base = f"{start}310115MA1234567"[:17].ljust(17, "0")
    total = sum(USCC.index(c) * 3**n for n, c in enumerate(base))

    assert uscc_valid(pl.Series([base + USCC[-total % 31]])).item()


def id_by_hand(number: str) -> bool:
    """GB 11643-1999, digit by digit."""
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return born.year >= 1900 and number[17] == "10X98765432"[total % 11]


@some.composite
def ids(draw) -> str:
    born = draw(some.dates(date(1890, 1, 1), date(2026, 1, 1)))
    head = f"{draw(some.integers(110000, 659999))}{born:%Y%m%d}{draw(some.integers(0, 999)):03d}"
    return head + draw(some.sampled_from("0123456789X"))


@steady
@given(some.lists(ids() | some.text("0123456789X١", min_size=17, max_size=19) | some.none()))
def test_resident_ids_are_judged_as_by_hand(numbers):
    result = resident_id_valid(pl.Series(numbers, dtype=pl.String))

    assert result.to_list() == [number is not None and id_by_hand(number) for number in numbers]


@steady
@given(some.dates(date(1900, 1, 1), date(1999, 12, 31)), some.integers(0, 999))
def test_an_id_of_fifteen_places_becomes_the_valid_one_of_eighteen(born, serial):
    longer = lengthened(pl.Series([f"310115{born:%y%m%d}{serial:03d}"]))

    assert id_by_hand(longer.item())
    assert longer.item()[:14] == f"310115{born:%Y%m%d}"


@steady
@given(some.lists(some.none() | some.sampled_from(["甲", "乙", "", "丙"]), min_size=1, max_size=60))
def test_a_column_by_distinct_values_gives_every_row_its_own(cells):
    column = Column.of(pl.Series(cells, dtype=pl.String))
    marked = column.values == "乙"
    found = column.found("x", marked, column.values.filter(marked))

    assert column.spread(column.values).to_list() == [cell or "" for cell in cells]
    assert found.at.tolist() == [n for n, cell in enumerate(cells) if cell == "乙"]
    assert found.reason.to_list() == ["乙"] * len(found.at)


def test_typing_runs_on_an_expression():
    assert pl.DataFrame({"a": ["2026.1.2"]}).select(day(pl.col("a"))).item() == "2026-01-02"
