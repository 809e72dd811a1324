"""The straight line: a department's file, its receipt, and the facts."""

import pytest

from mingcha.base.jobs import queued
from mingcha.domains.catalog.testing import put_checklist, put_item
from mingcha.domains.records.jobs.recheck import recheck_all
from mingcha.domains.records.models import BatchState, Chunk, Fact, Refusal, Tie
from mingcha.domains.records.queries import batches as queries
from mingcha.domains.records.services import mappings, returns
from mingcha.domains.records.testing import (
    BODY,
    CHECKLIST,
    as_csv,
    do_jobs,
    hand_in,
    inspection,
    make_catalogue,
    uscc,
)
from mingcha.standards.mapping import Mapping, Rename

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(name="clerk")
def _clerk(city):
    make_catalogue()
    return city.person("clerk")


def give(city, clerk, rows, **options):
    return hand_in(as_csv(rows), provider=city.market, actor=clerk, **options)


@pytest.mark.row("DAT-4")
def test_lawful_rows_become_facts_tied_to_parties(city, clerk):
    batch = give(city, clerk, [inspection(n) for n in range(20)])

    assert (batch.state, batch.table) == (BatchState.LANDED, "check_action"), batch.run.error
    assert (batch.read_count, batch.accepted_count, batch.refused_count) == (20, 20, 0), (
        batch.counts
    )
    assert Fact.objects.filter(version=1, operation="i").count() == 20
    assert Tie.objects.filter(is_doubtful=False).count() == 20
    assert Chunk.objects.get().rows == 20


def test_the_same_file_twice_changes_nothing(city, clerk):
    rows = [inspection(n) for n in range(5)]
    first = give(city, clerk, rows)

    again = give(city, clerk, rows)

    assert again.pk == first.pk
    assert Fact.objects.count() == 5


def test_the_same_rows_in_another_file_are_counted_as_doubled(city, clerk):
    give(city, clerk, [inspection(n) for n in range(5)])

    batch = give(city, clerk, [inspection(n) for n in range(6)])

    assert (batch.accepted_count, batch.doubled_count) == (1, 5)
    assert Fact.objects.count() == 6


def test_a_corrected_row_replaces_and_both_versions_stay(city, clerk):
    give(city, clerk, [inspection(1)])

    batch = give(city, clerk, [inspection(1, check_result="02")])

    assert (batch.accepted_count, batch.replaced_count) == (1, 1)
    results = Fact.objects.order_by("version").values_list("version", "payload__check_result")
    assert list(results) == [(1, "01"), (2, "02")]


def test_a_bad_row_comes_back_with_its_reason_and_the_others_land(city, clerk):
    rows = [inspection(1), inspection(2, check_date="2025-13-01"), inspection(3, check_type="远程")]

    batch = give(city, clerk, rows)

    assert (batch.accepted_count, batch.refused_count) == (1, 2)
    reasons = {r.row: r.reasons[0]["reason"] for r in Refusal.objects.all()}
    assert "2025-13-01" in reasons[3]
    assert "远程" in reasons[4]


def test_an_act_under_an_item_not_in_force_waits_with_that_reason(city, clerk):
    batch = give(city, clerk, [inspection(1, check_date="2024-12-31", submitted_date="")])

    assert (batch.waiting_count, batch.accepted_count) == (1, 0)
    said = " ".join(reason["reason"] for reason in Refusal.objects.get().reasons)
    assert "2025-01-01" in said


def test_every_receipt_has_the_ten_national_checks(city, clerk):
    batch = give(city, clerk, [inspection(1)])

    made = queries.receipt(batch)
    assert [line.national for line in made.national] == [f"{n:02d}" for n in range(1, 11)]


def test_two_rows_of_one_file_with_one_key_and_two_contents_contradict_each_other(city, clerk):
    batch = give(city, clerk, [inspection(1), inspection(1, check_result="02")])

    assert (batch.accepted_count, batch.refused_count) == (1, 1)
    assert "2" in Refusal.objects.get().reasons[0]["reason"]


def test_the_envelope_withdraws_a_record(city, clerk):
    give(city, clerk, [inspection(1)])

    batch = give(city, clerk, [inspection(1) | {"cd_operation": "d"}])

    assert (batch.withdrawn_count, batch.refused_count) == (1, 0)
    assert Fact.objects.order_by("-version").first().operation == "d"


def test_withdrawing_what_was_never_there_is_refused(city, clerk):
    batch = give(city, clerk, [inspection(9) | {"cd_operation": "d"}])

    assert (batch.accepted_count, batch.refused_count) == (0, 1)
    assert Refusal.objects.get().raw["检查行为编号"] == "JC000009"  # its cells as they came


def test_a_transposed_code_is_a_doubtful_tie_unless_registered_and_named_alike(city, clerk):
    give(city, clerk, [inspection(1)])
    code = uscc(1001)
    wrong = code[:13] + code[14] + code[13] + code[15:]

    batch = give(city, clerk, [inspection(2, administrative_cp_ui_code=wrong)])

    assert batch.accepted_count == 1, [r.reasons for r in Refusal.objects.all()]
    assert batch.warned_count == 1


def test_a_waiting_row_lands_when_its_item_comes_into_force(city, clerk):
    batch = give(city, clerk, [inspection(1, supervise_item_implement_code="01310000000009")])
    assert batch.waiting_count == 1
    put_item("01310000000009", item_name="后来登记的事项")
    put_checklist(CHECKLIST, "01310000000009", body=BODY)

    recheck_all()
    do_jobs()

    batch.refresh_from_db()
    assert (batch.waiting_count, batch.accepted_count) == (0, 1), Refusal.objects.get().reasons
    assert Refusal.objects.get().state == "settled"
    assert Fact.objects.count() == 1


def test_waiting_rows_are_checked_again_once_however_many_files_land(city, clerk):
    give(city, clerk, [inspection(1, supervise_item_implement_code="01310000000009")])
    do_jobs()

    recheck_all("item")
    recheck_all("checklist")

    assert len(queued("records.recheck")) == 1


@pytest.mark.row("DAT-4")
def test_refused_rows_come_back_as_a_file_and_the_corrected_file_replaces_them(city, clerk):
    rows = [inspection(1), inspection(2, check_date="2025-13-01")]
    batch = give(city, clerk, rows)
    assert returns.file_of(batch, actor=clerk) is None
    do_jobs()

    file = returns.file_of(batch, actor=clerk)

    text = file.path.read_text(encoding="utf-8-sig")
    assert file.name == "检查-退回.csv"
    assert "2025-13-01" in text and "退回原因" in text and "JC000001" not in text
    corrected = text.replace("2025-13-01", "2025-03-01").encode("utf-8-sig")
    again = hand_in(corrected, provider=city.market, actor=clerk, name=file.name)
    assert (again.accepted_count, again.refused_count) == (1, 0), again.run.error
    assert Fact.objects.count() == 2


def test_columns_with_other_names_are_taken_in_by_a_saved_mapping(city, clerk):
    plain = as_csv([inspection(1), inspection(2)]).decode()
    theirs = plain.replace("检查行为编号", "我局流水号").encode()
    batch = hand_in(theirs, provider=city.market, actor=clerk, table="check_action")
    assert batch.state == BatchState.REFUSED
    assert "检查行为编号" in batch.run.error
    headers = batch.sample["headers"]
    known = batch.sample["fields"] | {"我局流水号": "check_action_code"}
    spec = Mapping(
        table="check_action", steps=tuple(Rename(source=h, field=known[h]) for h in headers)
    )

    taken = mappings.save(batch, spec, name="我局导出", actor=city.person("data-bureau"))
    do_jobs()

    taken.refresh_from_db()
    assert (taken.state, taken.accepted_count) == (BatchState.LANDED, 2), taken.run.error
    later = theirs.replace(b"JC000001", b"JC000003")
    again = hand_in(later, provider=city.market, actor=clerk)
    assert again.accepted_count == 1
