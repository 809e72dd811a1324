"""Headline figures read as people say them."""

import pytest

from mingcha.config.templatetags.numbers import glance


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0"), (999, "999"), (2665, "2,665"), (99_999, "99,999"), (100_000, "10.0 万"),
     (123_999, "12.3 万"), (34_000_000, "3,400.0 万"), (123_456_789, "1.2 亿"), ("—", "—"), (True, "True")],
)  # fmt: skip
def test_a_count_is_exact_while_short_and_in_chinese_units_after(value, words):
    assert glance(value) == words
