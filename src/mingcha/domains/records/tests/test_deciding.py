"""Decisions about ties: what each does, that it is undone exactly, and that the ledger holds it."""

import pytest
from django.db import IntegrityError, connection, transaction

from mingcha.base.errors import NotAllowed
from mingcha.base.ledger import sealer
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.people.testing import make_account
from mingcha.domains.parties.models import Party
from mingcha.domains.records import errors
from mingcha.domains.records.models import Decision, Tie, Writing
from mingcha.domains.records.services.links import deciding, merging, questions
from mingcha.domains.records.tests.linking_world import (
    believed,
    find,
    make_fact,
    make_party,
    make_subject,
    question_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def linker(city):
    return make_account("linker", organisation=city.bureau, scope=city.government)


@pytest.fixture
def asked(city):
    """A nameless record that may mean two registered companies; the first is the likelier."""
    one, two = make_party("演示鑫源贸易有限公司"), make_party("演示鑫源商贸有限公司")
    subject = make_subject("演示鑫源", city.market)
    find(subject, None, (one, 5500), (two, 4500))
    return subject, one, two


def own_party(subject):
    return Party.objects.get(name=subject.name, is_registered=False)


def test_what_was_found_stands_as_found(asked):
    subject, one, two = asked

    assert believed(subject) == {"演示鑫源": [(0, own_party(subject).pk), (1, one.pk), (2, two.pk)]}


def test_accepting_ties_the_record_and_takes_its_own_party_along(asked, linker, city):
    subject, one, _ = asked
    own = own_party(subject)
    like = make_subject("演示鑫源", city.market, value="another")
    find(like, own)

    questions.accept(question_of(subject), one, actor=linker)

    assert believed(subject) == {"演示鑫源": [(0, one.pk)]}
    assert believed(like) == {"演示鑫源": [(0, one.pk)]}
    own.refresh_from_db()
    assert (own.merged_into, own.is_void) == (one, False)


def test_refusing_leaves_the_next_candidate_and_then_its_own_party(asked, linker):
    subject, one, two = asked
    own = own_party(subject)

    questions.refuse(question_of(subject), one, actor=linker)
    assert believed(subject) == {"演示鑫源": [(0, own.pk), (1, two.pk)]}

    questions.refuse(question_of(subject), two, actor=linker)
    assert believed(subject) == {"演示鑫源": [(0, own.pk)]}


def test_a_new_entity_leaves_no_doubt(asked, linker):
    subject, *_ = asked

    questions.own(question_of(subject), actor=linker)

    assert believed(subject) == {"演示鑫源": [(0, own_party(subject).pk)]}


def test_a_question_settled_meanwhile_is_refused_and_changes_nothing(asked, linker):
    subject, one, two = asked
    seen = question_of(subject)
    questions.refuse(seen, one, actor=linker)

    with pytest.raises(errors.QuestionSettled, match="候选对象或证据有变化"):
        questions.accept(seen, one, actor=linker)
    with pytest.raises(errors.NotACandidate):
        questions.accept(question_of(subject), one, actor=linker)

    questions.accept(question_of(subject), two, actor=linker)
    with pytest.raises(errors.QuestionSettled, match="已有认定"):
        questions.own(seen, actor=linker)


def test_nobody_decides_about_records_beyond_reach(asked, city):
    subject, one, _ = asked
    before = believed(subject)
    elsewhere = make_account("linker", organisation=city.fire)

    with pytest.raises(errors.OtherProviders, match="演示市市场监管局"):
        questions.accept(question_of(subject), one, actor=elsewhere)
    with pytest.raises(NotAllowed):
        questions.accept(question_of(subject), one, actor=city.person("clerk"))

    assert believed(subject) == before
    assert not Party.objects.filter(merged_into__isnull=False).exists()


def test_a_merge_moves_the_ties_and_its_undo_moves_them_back(city, linker):
    one, two = make_party("演示甲公司"), make_party("演示乙公司")
    mine, other = make_subject("演示甲", city.market), make_subject("演示乙", city.fire)
    find(mine, one)
    find(other, two)

    merged = merging.merge(one, two, reason="同一主体重复登记", actor=linker)
    assert believed(mine, other) == {"演示甲": [(0, two.pk)], "演示乙": [(0, two.pk)]}
    late = make_subject("演示甲", city.market, value="late")
    find(late, one, how="code")  # its code still leads to the party that went into the other
    assert believed(late) == {"演示甲": [(0, two.pk)]}

    deciding.undo(merged, reason="合并有误", actor=linker)
    assert believed(mine, other) == {"演示甲": [(0, one.pk)], "演示乙": [(0, two.pk)]}
    assert believed(late) == {"演示甲": [(0, one.pk)]}
    one.refresh_from_db()
    assert one.merged_into is None


def test_a_merge_of_merges_is_undone_out_of_order(city, linker):
    a, b, c = (make_party(f"演示{n}公司") for n in "甲乙丙")
    subjects = [make_subject(f"演示{n}", city.market) for n in "甲乙丙"]
    for subject, party in zip(subjects, (a, b, c), strict=True):
        find(subject, party)
    first = merging.merge(a, b, reason="一", actor=linker)
    second = merging.merge(b, c, reason="二", actor=linker)
    assert [ties[0][1] for ties in believed(*subjects).values()] == [c.pk] * 3

    deciding.undo(first, reason="第一次有误", actor=linker)
    assert [ties[0][1] for ties in believed(*subjects).values()] == [a.pk, c.pk, c.pk]

    deciding.undo(second, reason="第二次有误", actor=linker)
    assert [ties[0][1] for ties in believed(*subjects).values()] == [a.pk, b.pk, c.pk]


def test_what_has_gone_into_another_is_not_merged_again(city, linker):
    a, b, c = (make_party(f"演示{n}公司") for n in "甲乙丙")
    merging.merge(a, b, reason="一", actor=linker)

    with pytest.raises(errors.GoneInto, match="“演示甲公司”已并入“演示乙公司”"):
        merging.merge(a, c, reason="二", actor=linker)
    with pytest.raises(errors.SameParty):
        merging.merge(c, c, reason="三", actor=linker)
    with pytest.raises(errors.DecisionReasonMissing):
        merging.merge(b, c, reason=" ", actor=linker)


def test_splitting_off_a_subject_and_a_record(city, linker):
    party = make_party("演示共用公司")
    stays, goes = make_subject("演示留", city.market), make_subject("演示走", city.market)
    mixed = make_subject("演示混", city.market, records=2)
    for subject in (stays, goes, mixed):
        find(subject, party)
    record = mixed.fact_set.order_by("pk").first()

    made = merging.split(
        party, merging.Cut(subjects=[goes.pk], facts=[record.pk], name="演示另立"),
        reason="两家", actor=linker,
    )  # fmt: skip

    assert believed(goes) == {"演示走": [(0, made.other_id)]}
    assert believed(stays, mixed) == {"演示留": [(0, party.pk)], "演示混": [(0, party.pk)]}
    apart = Tie.objects.get(fact_id=record.pk, until__isnull=True)
    assert (apart.party_id, apart.how) == (made.other_id, "split")

    deciding.undo(made, reason="其实一家", actor=linker)
    assert believed(goes) == {"演示走": [(0, party.pk)]}
    assert not Tie.objects.filter(fact_id__isnull=False, until__isnull=True).exists()
    made.other.refresh_from_db()
    assert made.other.is_void


def test_a_split_leaves_something_and_takes_something(city, linker):
    party, subject = make_party("演示甲公司"), make_subject("演示甲", city.market)
    find(subject, party)

    with pytest.raises(errors.NothingToSplit):
        merging.split(party, merging.Cut(), reason="两家", actor=linker)
    with pytest.raises(errors.NothingLeft):
        merging.split(party, merging.Cut(subjects=[subject.pk]), reason="两家", actor=linker)


def test_an_undo_is_no_more_undone_than_what_is_undone(city, linker):
    a, b = make_party("演示甲公司"), make_party("演示乙公司")
    merged = merging.merge(a, b, reason="一", actor=linker)
    undoing = deciding.undo(merged, reason="有误", actor=linker)

    for one in (merged, undoing):
        with pytest.raises(errors.UndoneAlready):
            deciding.undo(one, reason="再来", actor=linker)


def test_two_valid_codes_are_two_entities_until_confirmed(city, linker):
    a, b = make_party("演示甲公司"), make_party("演示乙公司")
    a.identifiers.create(scheme="uscc", value="91350100M000100Y43")
    b.identifiers.create(scheme="uscc", value="91110000600037341L")

    with pytest.raises(errors.CodesContradict):
        merging.merge(a, b, reason="同一主体", actor=linker)

    assert merging.merge(a, b, reason="换发代码", actor=linker, despite_codes=True)


def test_the_ledger_holds_ties_and_decisions(city, linker, settings, tmp_path):
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"
    one, subject = make_party("演示甲公司"), make_subject("演示甲", city.market, records=0)
    find(subject, None, (one, 5500))
    questions.accept(question_of(subject), one, reason="电话核实", actor=linker)
    sealer.seal_once(sealer.file_signer())

    def problems():
        return [f.sentence for f in verify_ledger().findings if "日志" not in f.sentence]

    assert problems() == []
    for table, change, where in (
        ("records_tie", "weight = weight + 1", "decision_id IS NULL"),
        ("records_tie", "until = now(), closed_by_id = writing_id", "until IS NULL"),
        ("records_decision", "reason = '另一个理由'", "true"),
        ("records_pin", f"party_id = {own_party(subject).pk}", "true"),
    ):
        with pytest.raises(ZeroDivisionError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {change} WHERE {where}")  # noqa: S608
            assert any("关联写入" in sentence for sentence in problems()), table
            raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_tie WHERE until IS NULL")
        assert any("被删除、插入或改了起止" in sentence for sentence in problems())
        raise ZeroDivisionError


def test_a_tie_cannot_end_without_a_writing(asked):
    subject, *_ = asked

    with pytest.raises(IntegrityError), transaction.atomic():
        Tie.objects.filter(subject=subject).update(until=Writing.objects.first().at)


def test_a_correction_of_a_record_split_off_follows_it(city, linker):
    party, subject = make_party("演示甲公司"), make_subject("演示甲", city.market, records=2)
    find(subject, party)
    record = subject.fact_set.order_by("pk").first()
    made = merging.split(
        party, merging.Cut(facts=[record.pk], name="演示另立"), reason="两家", actor=linker
    )

    newer = make_fact(subject, city.market, record.source_key, version=2)
    deciding.follow(subjects=[subject.pk])

    assert Tie.objects.get(fact_id=newer.pk).party_id == made.other_id
    assert Decision.objects.count() == 1
