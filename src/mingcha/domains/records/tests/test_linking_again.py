"""What the machine looks at again, and the two cases that it never decides: through real intakes."""

import pytest

from mingcha.base.people.testing import make_account
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Fact, Tie
from mingcha.domains.records.queries import decisions, dossier, evidence, questions
from mingcha.domains.records.services import links
from mingcha.domains.records.services.links import Question
from mingcha.domains.records.testing import (
    as_csv,
    hand_in,
    inspection,
    lawful,
    make_catalogue,
    uscc,
)
from mingcha.domains.records.tests.linking_world import enterprise, nameless, party_of, question_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(city):
    make_catalogue()
    return city.person("clerk")


@pytest.fixture
def linker(city):
    return make_account("linker", organisation=city.bureau, scope=city.government)


@pytest.fixture
def give(city, clerk):
    def give(*rows: dict[str, str], table: str = "check_action") -> None:
        data = as_csv(rows, table=table)
        batch = hand_in(data, provider=city.market, actor=clerk, name=f"{table}.csv", table=table)
        assert batch.accepted_count == len(rows), list(
            batch.refusals.values_list("reasons", flat=True)
        )

    return give


@pytest.mark.row("REG-5")
def test_what_was_known_from_acts_alone_is_tied_when_it_registers(give):
    give(nameless(1, "上海鑫源演示贸易有限公司"), table="complaint")
    alone = party_of("TS000001")
    assert not alone.is_registered

    give(enterprise(2001, "上海鑫源演示贸易有限公司"), table="object_enterprise")

    party = party_of("TS000001")
    assert (party.is_registered, party.code) == (True, uscc(2001))
    alone.refresh_from_db()
    assert alone.is_void


def test_what_a_person_decided_is_asked_again_only_about_somebody_new(give, linker):
    give(
        enterprise(2001, "上海鑫源演示贸易有限公司", domicile="上海市徐汇区演示路1号"),
        table="object_enterprise",
    )
    give(nameless(1, "上海鑫源演示贸易", "演示"), table="complaint")
    subject = Fact.objects.get(source_key="TS000001").subject
    doubted = Tie.objects.filter(subject=subject, until=None, is_doubtful=True)
    if doubted.exists():
        links.own(question_of(subject), actor=linker)
    before = set(doubted.values_list("party", flat=True))

    give(
        enterprise(2002, "上海鑫源演示贸易有限公司", domicile="上海市长宁区演示路2号"),
        table="object_enterprise",
    )

    known = Party.objects.get(code=uscc(2001)).pk
    assert before == set()
    assert known not in set(doubted.values_list("party", flat=True))


@pytest.mark.row("REG-5")
def test_two_entities_with_one_name_and_one_address_are_never_told_apart_by_machine(
    give, linker, client
):
    name = "上海宏图演示餐饮管理有限公司"
    give(enterprise(2001, name), enterprise(2002, name, established_on="2023-05-06"),
         table="object_enterprise")  # fmt: skip

    give(nameless(1, name), table="complaint")

    (asked,) = questions.questions(linker, questions.Filter())
    found = evidence.evidence(linker, asked)
    assert [one.party.code for one in found.candidates] == [uscc(2001), uscc(2002)]
    assert [one.twin for one in found.candidates] == [True, True]
    assert {one.tie.weight for one in found.candidates} == {found.candidates[0].tie.weight}
    client.force_login(linker)
    page = client.get(f"/links/questions/{asked.pk}/").content.decode()
    assert "同名同址" in page


@pytest.mark.row("REG-5")
def test_a_code_used_by_two_entities_is_doubted_and_parted_by_name(give, linker):
    give(enterprise(2001, "上海鑫源演示贸易有限公司"), table="object_enterprise")
    first = Party.objects.get(code=uscc(2001))
    other = {
        "administrative_cp": "苏州宏达演示烟花有限公司", "supervise_object": "苏州宏达演示烟花有限公司",
        "address_registered": "江苏省苏州市昆山市演示大道9号",
    }  # fmt: skip
    code = {"administrative_cp_ui_code": uscc(2001)}
    mine = {"administrative_cp": first.name, "supervise_object": first.name}

    give(
        inspection(1, **mine, **code),
        inspection(2, **other, **code),
        inspection(3, **other, **code),
    )

    (asked,) = questions.questions(linker, questions.Filter(doubt="code"))
    assert (
        party_of("JC000002") == first
    )  # it stays where its code leads until a person says otherwise
    links.refuse(
        question_of(asked.subject, Fact.objects.get(pk=asked.fact_id)), first, actor=linker
    )
    second = party_of("JC000002")
    assert (second.name, second.code) == ("苏州宏达演示烟花有限公司", "")
    assert [party_of(f"JC00000{n}") for n in (1, 2, 3)] == [first, second, second]

    give(inspection(4, **other, **code), inspection(5, **mine, **code))
    assert [party_of(f"JC00000{n}") for n in (4, 5)] == [second, first]
    assert not questions.questions(linker, questions.Filter()).exists()
    keys = {e.fact_id for e in dossier.opened(linker, second).page().entries}
    assert keys == set(
        Fact.objects.filter(source_key__in=["JC000002", "JC000003", "JC000004"]).values_list(
            "pk", flat=True
        )
    )


def test_a_doubted_record_is_called_and_found_by_its_own_name(give, linker):
    give(enterprise(2001, "上海鑫源演示贸易有限公司"), table="object_enterprise")
    other = {"respondent_code": uscc(2001), "area_number": ""}
    give(
        nameless(1, "苏州宏达大酒店有限公司", "江苏省苏州市昆山市演示大道9号") | other,
        table="complaint",
    )

    def called(words):
        asked = questions.Filter(words=words)
        return [questions.called(one) for one in questions.questions(linker, asked)]

    assert called("宏达大酒店") == called("鑫源") == ["苏州宏达大酒店有限公司"]
    assert called("没有这样的名称") == []
    (tie,) = questions.questions(linker, questions.Filter())
    assert (tie.first_table, evidence.evidence(linker, tie).name) == (
        "complaint", "苏州宏达大酒店有限公司",
    )  # fmt: skip
    made = links.accept(Question(tie.subject_id, tie.fact_id, tie.pk), tie.party, actor=linker)
    said = decisions.in_words(decisions.decision_for(linker, made.pk))
    assert said == "“苏州宏达大酒店有限公司”就是“上海鑫源演示贸易有限公司”"


def test_a_name_with_a_number_behind_it_is_the_name_and_no_branch(give):
    row = lawful("special_medicine", 1, enterprise_name="上海鑫源演示制药有限公司")
    give(row, table="special_medicine")

    assert Party.objects.get().name == f"上海鑫源演示制药有限公司 {row['licence_code']}"
    assert not Tie.objects.filter(is_doubtful=True).exists()


def test_a_former_name_still_ties(give):
    give(enterprise(2001, "上海旧名演示贸易有限公司"), table="object_enterprise")
    give(enterprise(2001, "上海新号演示贸易有限公司"), table="object_enterprise")
    party = Party.objects.get(code=uscc(2001))
    assert (party.name, party.also) == ("上海新号演示贸易有限公司", "｜上海旧名演示贸易有限公司")

    give(nameless(1, "上海旧名演示贸易有限公司"), table="complaint")

    assert party_of("TS000001") == party
