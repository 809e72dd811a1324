"""A provider is asked whom its record means; its answer settles the tie."""

import pytest

from mingcha.base.cases import queries as cases
from mingcha.base.cases.services import Said
from mingcha.base.errors import NotAllowed
from mingcha.base.people.testing import make_account
from mingcha.base.rules.services import load_shipped
from mingcha.domains.records import errors
from mingcha.domains.records.models import LinkAnswer, LinkQuestion
from mingcha.domains.records.services import links
from mingcha.domains.records.tests.linking_world import (
    believed,
    find,
    make_party,
    make_subject,
    question_of,
)

pytestmark = pytest.mark.django_db
TITLE = "“演示鑫源”指的是哪个监管对象"


@pytest.fixture
def linker(city):
    load_shipped()
    return make_account("linker", organisation=city.bureau, scope=city.government)


@pytest.fixture
def asked(city, linker):
    one, two = make_party("演示鑫源贸易有限公司"), make_party("演示鑫源商贸有限公司")
    subject = make_subject("演示鑫源", city.market)
    find(subject, None, (one, 5500), (two, 4500))
    case = links.ask(question_of(subject), city.market, note="请核对", title=TITLE, actor=linker)
    return case, subject, one, two


def test_the_question_lands_in_the_providers_inbox_with_a_period(asked, city):
    case, *_ = asked
    clerk = city.person("clerk")

    (todo,) = cases.inbox(clerk).unclaimed

    assert (todo.case, todo.verb) == (case, "答复记录指的是哪个监管对象")
    assert todo.due_on is not None and todo.delivered_at is not None


@pytest.mark.parametrize("which", [0, 1])
def test_the_answer_settles_the_tie(asked, city, which):
    case, subject, *parties = asked

    links.answer(
        case, LinkAnswer.SAME, party=parties[which], said=Said(reason="是这一家", seen=case.version),
        actor=city.person("clerk"),
    )  # fmt: skip

    assert believed(subject) == {"演示鑫源": [(0, parties[which].pk)]}
    assert (case.state, case.is_open) == ("answered", False)
    assert LinkQuestion.objects.get().party == parties[which]


def test_none_of_them_leaves_its_own_party(asked, city):
    case, subject, *_ = asked

    links.answer(case, LinkAnswer.NONE, party=None, said=Said(), actor=city.person("clerk"))

    ((rank, party),) = believed(subject)["演示鑫源"]
    assert rank == 0 and party not in {one.pk for one in asked[2:]}


def test_unsure_gives_the_question_back(asked, city):
    case, subject, *_ = asked

    links.answer(
        case, LinkAnswer.UNSURE, party=None, said=Said(reason="经办人已调离"),
        actor=city.person("clerk"),
    )  # fmt: skip

    assert len(believed(subject)["演示鑫源"]) == 3
    assert case.state == "unsure"


def test_only_the_provider_answers_and_only_what_was_shown(asked, city, linker):
    case, subject, *_ = asked
    said = {"said": Said()}

    with pytest.raises(NotAllowed):
        links.answer(case, LinkAnswer.NONE, party=None, actor=linker, **said)
    with pytest.raises(errors.NotACandidate):
        links.answer(
            case, LinkAnswer.SAME, party=make_party("演示别家"), actor=city.person("clerk"), **said
        )

    assert len(believed(subject)["演示鑫源"]) == 3


def test_nobody_is_asked_twice_and_the_linkers_own_decision_takes_the_question_back(
    asked, linker, city
):
    case, subject, one, _ = asked
    with pytest.raises(errors.AskedAlready, match=case.number):
        links.ask(question_of(subject), city.market, note="", title=TITLE, actor=linker)

    links.accept(question_of(subject), one, actor=linker)

    case.refresh_from_db()
    assert (case.state, case.is_open) == ("withdrawn", False)
