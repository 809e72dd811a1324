"""A face belongs to a kind and its moves; a kind without one has a page all the same."""

import pytest

from mingcha.base.cases import errors, faces
from mingcha.base.cases.faces import Face, MoveFace
from mingcha.base.cases.testing import FACE, move


def test_a_face_of_no_kind_or_for_no_move_is_a_bug(kind):
    with pytest.raises(ValueError, match="no kind"):
        Face("nothing").register()
    with pytest.raises(ValueError, match="fly"):
        Face(kind.name, moves={"fly": MoveFace()}).register()


def test_a_kind_without_a_face_moves_with_a_reason_and_nothing_else(case, people):
    Face.ALL.pop(FACE.kind)
    try:
        form = faces.form_of(case, "submit", actor=people.clerk, data={"reason": "请审核"})
        assert list(form.fields) == ["reason", "version"]
        faces.make(form)
    finally:
        FACE.register()

    case.refresh_from_db()
    assert case.state == "submitted"


def test_a_reason_is_asked_for_where_the_table_says_so(case, people):
    move(case, "submit", people.clerk)

    form = faces.form_of(case, "return", actor=people.head, data={"reason": " "})

    with pytest.raises(errors.FactsWrong, match="理由"):
        faces.make(form)


def test_facts_reach_the_service_of_the_domain(case, people):
    move(case, "submit", people.clerk)
    data = {"grade": "2", "reason": "可以", "version": str(case.version)}

    faces.make(faces.form_of(case, "pass", actor=people.head, data=data))

    case.refresh_from_db()
    assert case.title.endswith("（基本合格）")


@pytest.mark.parametrize("text", ["", "x", "-1", "9" * 20])
def test_a_version_that_is_none_is_not_taken_for_one(text):
    assert faces.version_in({"version": text}) is None
