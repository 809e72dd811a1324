"""Records typed in by hand land like those of files: checked at once, versioned, undone with a reason."""

import pytest

from mingcha.base.days import local_today
from mingcha.base.jobs import import_jobs
from mingcha.base.ledger.models import Act
from mingcha.base.ledger.verify import verify_ledger
from mingcha.domains.records.errors import ReasonMissing, RecordMoved
from mingcha.domains.records.models import Batch, Entry, EntryDraft, EntryState, Fact
from mingcha.domains.records.queries.entry import filling, standing
from mingcha.domains.records.queries.entry.known import Known
from mingcha.domains.records.queries.entry.offers import offers
from mingcha.domains.records.services import entry as services
from mingcha.domains.records.testing import CERTIFICATES, ITEM, inspection, make_catalogue
from mingcha.standards import loader

pytestmark = pytest.mark.django_db
import_jobs("mingcha.domains.records.jobs")


@pytest.fixture(name="clerk")
def _clerk(city):
    make_catalogue()
    return city.person("clerk")


def handing(clerk, **said):
    table = loader.current().table(said.pop("table", "check_action"))
    return services.Handing(clerk, clerk.organisation, table, **said)


def known(clerk, table="check_action"):
    return Known(clerk, clerk.organisation, loader.current().table(table), today=local_today())


def landed(clerk, number=1, **changes):
    """The fact of a typed record."""
    outcome = services.hand_in(handing(clerk), [inspection(number, **changes)])
    return Fact.objects.get(pk=outcome.entries[0].fact_id)


def test_a_typed_record_is_a_fact_when_the_answer_comes(clerk):
    outcome = services.hand_in(handing(clerk), [inspection(1)])

    batch = Batch.objects.get(public_id=outcome.batch)
    assert (batch.state, batch.channel, batch.accepted_count) == ("landed", "entry", 1)
    (entry,) = outcome.entries
    assert (entry.state, entry.source_key) == (EntryState.LANDED, "JC000001")
    assert Fact.objects.get(pk=entry.fact_id).payload["check_action_name"] == "演示检查"
    assert Act.objects.filter(record_key=batch.public_id).get().verb == "在线录入"


def test_a_wrong_record_lands_nothing_and_says_where(clerk):
    outcome = services.hand_in(handing(clerk), [inspection(1, check_result="99")])

    assert outcome.state == "refused"
    assert [failure["field"] for failure in outcome.rows[0]["failures"]] == ["check_result"]
    assert not Batch.objects.exists()


def test_an_act_without_an_item_in_force_is_refused_online(clerk):
    row = inspection(1, supervise_item_implement_code="99999999999999")

    outcome = services.hand_in(handing(clerk), [row])

    assert outcome.state == "refused"
    reason = next(f for f in outcome.rows[0]["failures"] if f["check"] == "item-in-force")
    assert reason["severity"] == "refuse"
    assert "暂存待核" not in reason["reason"]


def test_a_number_in_use_is_no_new_record(clerk):
    landed(clerk)

    outcome = services.hand_in(handing(clerk), [inspection(1, check_action_name="另一次")])

    assert [f["check"] for f in outcome.rows[0]["failures"]] == ["entry.taken"]


def test_what_is_only_pointed_out_is_accepted_with_a_note(clerk):
    row = inspection(1, check_personnel="张、李、王")

    first = services.hand_in(handing(clerk), [row])
    second = services.hand_in(handing(clerk, accepts=True, note="王为见习"), [row])

    assert (first.state, second.state) == ("warned", "landed")
    assert second.entries[0].note == "王为见习"


def test_a_correction_is_a_new_version_with_its_reason(clerk):
    fact = landed(clerk)
    row = dict(fact.payload) | {"check_action_name": "更正后的检查"}

    outcome = services.hand_in(
        handing(clerk, operation="u", corrects=fact.pk, reason="名称写错"), [row]
    )

    newer = Fact.objects.get(pk=outcome.entries[0].fact_id)
    assert (newer.version, newer.operation) == (2, "u")
    assert outcome.entries[0].reason == "名称写错"
    assert Entry.objects.filter(is_latest=True).count() == 1
    with pytest.raises(RecordMoved):
        services.hand_in(handing(clerk, operation="u", corrects=fact.pk, reason="再改"), [row])


def test_a_withdrawal_needs_a_reason_and_is_the_last_version(clerk):
    fact = landed(clerk)

    with pytest.raises(ReasonMissing):
        services.withdraw(fact, reason=" ", actor=clerk)
    outcome = services.withdraw(fact, reason="重复录入", actor=clerk)

    assert outcome.entries[0].state == EntryState.WITHDRAWN
    latest = Fact.objects.filter(source_key=fact.source_key).latest("version")
    assert latest.operation == "d"


def test_what_was_entered_corrected_and_withdrawn_is_held_to_its_acts(clerk):
    fact = landed(clerk)
    row = dict(fact.payload) | {"check_action_name": "更正后的检查"}
    said = handing(clerk, operation="u", corrects=fact.pk, reason="名称写错")
    newer = services.hand_in(said, [row]).entries[0].fact_id
    services.withdraw(Fact.objects.get(pk=newer), reason="重复录入", actor=clerk)

    verbs = Act.objects.filter(record_kind="batch").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["在线录入", "更正记录", "撤回记录"]
    assert [finding.sentence for finding in verify_ledger().findings] == []


def test_a_draft_handed_in_twice_is_one_record(clerk):
    table = loader.current().table("check_action")
    draft = services.start_draft(
        table, clerk.organisation, services.Writing(inspection(1)), actor=clerk
    )
    said = handing(clerk, draft=draft.public_id)

    first = services.hand_in(said, [inspection(1)])
    second = services.hand_in(said, [inspection(1)])

    assert (first.state, second.state) == ("landed", "known")
    assert first.batch == second.batch
    assert not EntryDraft.objects.exists()


def test_numbers_are_given_in_order_and_never_twice(clerk):
    rows = [inspection(n, check_action_code="") for n in range(3)]

    services.hand_in(handing(clerk, numbered=(0, 1, 2)), rows)
    again = services.hand_in(handing(clerk, numbered=(0,)), [inspection(9, check_action_code="")])

    year = local_today().year
    keys = Entry.objects.order_by("pk").values_list("source_key", flat=True)
    assert list(keys) == [f"JC{year}{serial:05d}" for serial in (1, 2, 3, 4)]
    assert again.state == "landed"


def test_what_is_refused_takes_no_number(clerk):
    bad = inspection(2, check_action_code="", check_result="99")
    rows = [inspection(1, check_action_code=""), bad, inspection(3, check_action_code="")]

    services.hand_in(handing(clerk, numbered=(0,)), [bad])
    services.hand_in(handing(clerk, numbered=(0, 1, 2), only_good=True), rows)

    year = local_today().year
    keys = Entry.objects.order_by("pk").values_list("source_key", flat=True)
    assert list(keys) == [f"JC{year}00001", f"JC{year}00002"]


def test_only_the_good_rows_of_a_grid_land_and_the_others_stay(clerk):
    rows = [inspection(1), inspection(2, check_result="99"), inspection(3)]
    table = loader.current().table("check_action")
    draft = services.start_draft(table, clerk.organisation, services.Writing(rows), actor=clerk)

    outcome = services.hand_in(handing(clerk, draft=draft.public_id, only_good=True), rows)

    assert [entry.source_key for entry in outcome.entries] == ["JC000001", "JC000003"]
    draft.refresh_from_db()
    assert [row["check_action_code"] for row in draft.values] == ["JC000002"]


def test_a_registered_party_is_filled_in_and_the_record_stands_in_its_dossier(clerk):
    landed(clerk)
    typed = {"administrative_cp_ui_code": inspection(1)["administrative_cp_ui_code"]}

    row = filling.filled(known(clerk), typed).row

    assert row["administrative_cp_ce_type"] == "001"
    assert row["administrative_cp_na"] == "02"
    assert row["implement_institution"] == clerk.organisation.name


def test_certificates_fill_in_names_and_an_item_its_only_checklist(clerk):
    typed = {
        "check_personnel_code": "、".join(CERTIFICATES),
        "supervise_item_implement_code": "yssx",
    }

    row = filling.filled(known(clerk), typed).row

    assert row["check_personnel"] == "、".join(f"演示{one}" for one in CERTIFICATES)
    assert row["supervise_item_implement_code"] == ITEM


def test_a_penalty_takes_over_what_its_inspection_says(clerk):
    fact = landed(clerk)

    row = filling.filled(known(clerk, "punish_action"), {"check_action_code": fact.source_key}).row

    assert row["administrative_cp"] == fact.payload["administrative_cp"]
    assert row["supervise_item_implement_code"] == ITEM


def test_codes_are_offered_by_code_name_and_initials(clerk):
    asked = known(clerk)

    for text in ("01", "日常", "rcjc"):
        assert offers(asked, "check_form", text, {})[0].value == "01"
    assert offers(asked, "area_number", "pdxq", {})[0].value == "310115"


def test_a_draft_is_its_writers_alone(clerk, city):
    table = loader.current().table("check_action")
    services.start_draft(table, clerk.organisation, services.Writing({}), actor=clerk)

    assert standing.drafts(clerk).count() == 1
    assert standing.drafts(city.person("clerk")).count() == 0
