"""A fact is drawn one way, whichever of its keys are there, and whatever it holds is escaped."""

import pytest

from mingcha.config.templatetags.looks import badge, facts, icon, seen


@pytest.mark.parametrize(
    ("fact", "drawn"),
    [
        ({"value": "甲"}, "<dd>甲</dd>"),
        ({"value": 0}, "<dd>0</dd>"),
        ({"value": ""}, '<dd><span class="quiet">—</span></dd>'),
        ({"value": None, "url": "/x"}, '<dd><span class="quiet">—</span></dd>'),
        ({}, '<dd><span class="quiet">—</span></dd>'),
        ({"value": "甲", "code": True, "url": "/x"}, "<code>甲</code>"),
        ({"value": "甲", "badge": "done"}, '<span class="badge badge--done">'),
        ({"value": "甲", "url": "/x"}, '<a href="/x">甲</a>'),
        ({"value": "", "masked": True}, "已遮盖</span>"),
        ({"value": "甲", "masked": True, "url": "/x"}, 'title="按共享级别遮盖"'),
        ({"value": "甲", "masked": True, "reveal_url": "/r"}, 'href="/r">查看'),
        ({"value": "甲", "code": False}, "<dd>甲</dd>"),
        ({"value": "甲", "under": "乙"}, '<dd>甲<span class="under">乙</span></dd>'),
        ({"value": "甲", "changed": True, "wide": True}, '<div class="wide changed">'),
    ],
)
def test_masked_before_empty_before_what_it_is(fact, drawn):
    assert drawn in facts([{"label": "名称", **fact}])


@pytest.mark.parametrize("key", ["label", "value", "under", "url", "why", "reveal_url", "badge"])
def test_nothing_a_record_holds_becomes_markup(key):
    hostile = '"><script>'
    said = {"label": "名称", "value": "甲", key: hostile}
    for more in ({}, {"masked": True}, {"code": True}):
        assert hostile not in facts([said | more])
        assert "<script" not in facts([said | more])


def test_icons_and_badges_escape_and_have_a_shape():
    assert '#other"' in icon("") and "icon--small" in icon("key", "small")
    assert "<svg" in badge("逾期", "late") and "<svg" not in badge("草稿")
    assert "<b>" not in badge("<b>", "late") and "<b>" not in icon("<b>")


def test_a_hidden_field_of_a_filter_is_not_seen():
    shown = [{"kind": "text", "name": "q"}, {"name": "month"}]
    assert seen([*shown, {"kind": "hidden", "name": "table"}]) == shown
