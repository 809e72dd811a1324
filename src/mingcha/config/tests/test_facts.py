"""A fact is drawn one way, whichever of its keys are there."""

import pytest

from mingcha.config.templatetags.facts import drawn


@pytest.mark.parametrize(
    ("fact", "way"),
    [
        ({"value": "甲"}, "plain"), ({"value": 0}, "plain"), ({"value": ""}, "nothing"),
        ({"value": None, "url": "/x"}, "nothing"), ({}, "nothing"),
        ({"value": "甲", "code": True, "url": "/x"}, "code"),
        ({"value": "甲", "badge": "done"}, "badge"), ({"value": "甲", "url": "/x"}, "url"),
        ({"value": "", "masked": True}, "masked"), ({"value": "甲", "code": False}, "plain"),
    ],
)  # fmt: skip
def test_masked_before_empty_before_what_it_is(fact, way):
    (one,) = drawn([{"label": "名称", **fact}])

    assert one["as"] == way
    assert one["under"] is None and one["reveal_url"] is None
