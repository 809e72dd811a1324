"""The register follows the facts; absences and warnings are the platform's own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.base.cases import queries as cases
from mingcha.base.cases import services as moves
from mingcha.base.cases.models import Case, Rung, Urging
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger.models import Act
from mingcha.base.ledger.verify import verify_ledger
from mingcha.domains.officers import errors, queries, services
from mingcha.domains.officers.models import Absence, Officer, OfficerVersion
from mingcha.domains.officers.rules import Asked
from mingcha.domains.officers.tests.conftest import TODAY, entry


def certificates(found):
    return sorted(found.values_list("certificate", flat=True))


def test_a_name_that_one_body_bears_ties_the_officer_to_it(city, officers):
    assert officers["S100"].organisation == city.market
    assert officers["S500"].organisation is None
    assert officers["S100"].areas == ["3101"]
    assert officers["S100"].fields == ["食品", "药品"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(TODAY, TODAY), ["S100", "S200", "S500"]),
        (Asked(TODAY, TODAY + timedelta(days=61)), ["S100", "S500"]),
        (Asked(TODAY, TODAY, region="310104"), ["S100", "S200"]),
        (Asked(TODAY, TODAY, region="320102"), ["S500"]),
        (Asked(TODAY, TODAY, field="计量"), ["S500"]),
    ],
)
def test_who_may_inspect_is_found_in_one_question(officers, asked, found):
    assert certificates(queries.eligible(asked)) == found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.integers(-400, 400), length=st.integers(0, 30),
    region=st.sampled_from(["", "310115", "320102", "330100"]), field=st.sampled_from(["", "食品", "计量"]),
)  # fmt: skip
def test_the_question_and_the_explanation_agree(officers_forever, days, length, region, field):
    since = TODAY + timedelta(days=days)
    asked = Asked(since, since + timedelta(days=length), region, field)

    without = {o.certificate for o in officers_forever if not queries.why_not(o, asked)}

    assert set(certificates(queries.eligible(asked))) == without


@pytest.fixture
def officers_forever(officers, manager):
    """The officers with an absence, in the register for long, read once for many examples."""
    OfficerVersion.objects.update(since=TODAY - timedelta(days=500))
    services.note_absence(
        officers["S100"], since=TODAY, until=TODAY + timedelta(days=9), reason="病假", actor=manager
    )
    return list(Officer.objects.prefetch_related("absences"))


def test_an_absence_needs_a_reason_days_in_order_and_no_other(officers, manager):
    officer = officers["S100"]
    later = TODAY + timedelta(days=5)
    services.note_absence(officer, since=TODAY, until=later, reason="借调", actor=manager)

    with pytest.raises(errors.AbsenceOverlaps):
        services.note_absence(officer, since=later, until=None, reason="病假", actor=manager)
    for since, until, reason in ((later, TODAY, "病假"), (TODAY, None, " ")):
        with pytest.raises(errors.AbsenceNotLegible):
            services.note_absence(officer, since=since, until=until, reason=reason, actor=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(officer=officer, since=TODAY, reason="绕过服务")


def test_an_absence_ends_once(officers, manager):
    absence = services.note_absence(
        officers["S100"], since=TODAY, until=None, reason="借调", actor=manager
    )
    services.end_absence(absence, on=TODAY, actor=manager)

    with pytest.raises(errors.AbsenceOver):
        services.end_absence(absence, on=TODAY, actor=manager)
    assert [a.verb for a in Act.objects.filter(record_kind="officers.absence")] == [
        "登记离岗",
        "结束离岗",
    ]


def test_only_who_answers_for_the_body_notes_absences(officers, make_account, city):
    other = make_account("department-admin", organisation=city.fire)

    with pytest.raises(NotAllowed):
        services.note_absence(officers["S100"], since=TODAY, until=None, reason="x", actor=other)


def test_a_certificate_that_runs_out_is_warned_of_three_times(officers, manager, city):
    assert services.warn(on=TODAY) == 1
    assert services.warn(on=TODAY) == 0
    case = Case.objects.get()
    assert (case.title.startswith("演示S200的执法证"), case.due_on, case.unit) == (
        True, TODAY + timedelta(days=60), city.market,
    )  # fmt: skip
    assert [t.case for t in cases.inbox(manager).unclaimed] == [case]
    assert not Urging.objects.exists()

    for days, rungs in ((29, []), (30, [Rung.HANDLER]), (53, [Rung.HANDLER, Rung.UNIT])):
        services.warn(on=TODAY + timedelta(days=days))
        services.warn(on=TODAY + timedelta(days=days))
        assert list(Urging.objects.values_list("rung", flat=True)) == rungs


def test_a_new_certificate_settles_the_warning(officers):
    services.warn(on=TODAY)
    services.enter([entry("S200", valid_to=TODAY + timedelta(days=60), fact_id=2)])
    assert Case.objects.get().state == "pending"

    services.enter([entry("S200", valid_to=TODAY + timedelta(days=900), fact_id=3)])

    assert (Case.objects.get().state, Case.objects.get().is_open) == ("renewed", False)


def test_who_leaves_is_not_warned_again(officers, manager):
    services.warn(on=TODAY)
    case = Case.objects.get()
    with moves.advance(case, "leave", actor=manager, said=moves.Said(reason="已调离")):
        pass

    assert services.warn(on=TODAY) == 0


def test_a_withdrawn_record_takes_the_officer_out(officers):
    Officer.objects.filter(certificate="S100").update(fact_id=99)
    services.withdraw([99])

    assert not Officer.objects.filter(certificate="S100").exists()


def test_altering_an_absence_by_plain_sql_is_found(officers, manager):
    services.note_absence(officers["S100"], since=TODAY, until=None, reason="借调", actor=manager)
    Absence.objects.update(reason="休假")

    assert any("离岗登记" in finding.sentence for finding in verify_ledger().findings)
