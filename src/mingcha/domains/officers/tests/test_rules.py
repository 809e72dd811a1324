"""Who may inspect, obstacle by obstacle."""

from datetime import date

import pytest

from mingcha.domains.officers.rules import Asked, Standing, areas_of, obstacles, split

DAY = date(2026, 11, 2)
ABLE = Standing(date(2027, 1, 1), "01", ("3101",), ("食品", "药品"), 7)
NAMES = {"浦东新区": "310115", "上海市": "310000", "上海市浦东新区": "310115"}


@pytest.mark.parametrize(
    ("officer", "asked", "said"),
    [
        (ABLE, Asked(DAY, DAY, "310115", "食品", 7), []),
        (ABLE, Asked(DAY, date(2027, 1, 1)), []),
        (ABLE, Asked(DAY, date(2027, 1, 2)), ["执法证有效期至 2027-01-01"]),
        (ABLE, Asked(DAY, DAY, "320102"), ["不在执法区域内"]),
        (ABLE, Asked(DAY, DAY, "", "计量"), ["执法类别不含“计量”"]),
        (ABLE, Asked(DAY, DAY, "", "", 8), ["不属于该执法主体"]),
        (Standing(None, "05", (), (), None), Asked(DAY, DAY, "320102", "计量"),
         ["执法辅助人员不得单独实施检查"]),
        (Standing(None, "01", (), (), None, ((date(2026, 10, 1), date(2026, 11, 2)),)), Asked(DAY, DAY),
         ["2026-10-01 至 2026-11-02 离岗"]),
        (Standing(None, "01", (), (), None, ((date(2026, 11, 3), None),)), Asked(DAY, DAY), []),
    ],
)  # fmt: skip
def test_each_obstacle_is_named(officer, asked, said):
    assert obstacles(officer, asked) == said


@pytest.mark.parametrize(
    ("text", "region", "areas"),
    [
        ("", "310115", ["310115"]), ("", "", []), ("全市", "310115", ["3101"]), ("全国", "310115", []),
        ("浦东新区、310104", "310000", ["310104", "310115"]), ("上海市浦东新区,上海市", "310115", ["31"]),
        ("看不懂的地方", "310000", ["31"]), ("全省", "320102", ["32"]),
    ],
)  # fmt: skip
def test_an_area_is_codes_or_their_beginnings(text, region, areas):
    assert areas_of(text, region, NAMES) == areas


def test_kinds_are_split_at_any_mark_and_named_once():
    assert split(" 食品、药品；食品 /计量") == ["食品", "药品", "计量"]
