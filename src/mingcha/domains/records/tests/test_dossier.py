"""One dossier per entity: as of today and of any past moment, and only what the viewer may see."""

from datetime import date

import pytest
from django.db import connection

from mingcha.base.days import utc_now
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger import sealer
from mingcha.base.ledger.models import Act
from mingcha.base.ledger.verify import verify_ledger
from mingcha.base.people.testing import make_account
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Consent, Fact
from mingcha.domains.records.queries import dossier
from mingcha.domains.records.testing import (
    as_csv,
    do_jobs,
    hand_in,
    inspection,
    make_catalogue,
    uscc,
)

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "演示1号有限公司"


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path):
    """A journal, seals and keys of this test's own; the database is emptied as well."""
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"


@pytest.fixture(name="clerk")
def _clerk(city):
    make_catalogue()
    return city.person("clerk")


def give(city, clerk, *rows):
    return hand_in(as_csv(rows), provider=city.market, actor=clerk)


def seal():
    sealer.seal_once(sealer.file_signer())
    return utc_now()


def seen(account, *, as_of=None):
    party = Party.objects.get(name=NAME)
    entries = dossier.opened(account, party, as_of=as_of).page().entries
    return [(entry.version, entry.headline) for entry in entries]


@pytest.mark.row("BEY-9")
def test_a_past_moment_shows_what_was_known_then(city, clerk):
    before = seal() if Act.objects.exists() else utc_now()
    give(city, clerk, inspection(1))
    first = seal()
    give(city, clerk, inspection(1, check_result="02"))
    second = seal()
    give(city, clerk, inspection(1, check_result="02") | {"cd_operation": "d"})
    seal()

    assert seen(clerk, as_of=before) == []
    assert [version for version, _ in seen(clerk, as_of=first)] == [1]
    assert [version for version, _ in seen(clerk, as_of=second)] == [2]
    now = dossier.opened(clerk, Party.objects.get(name=NAME)).page().entries
    assert [(entry.version, entry.is_withdrawn) for entry in now] == [(3, True)]


@pytest.mark.row("SEC-2")
def test_another_department_sees_shared_rows_only_while_consent_stands(city, clerk):
    give(city, clerk, inspection(1))
    other = make_account("clerk", organisation=city.fire)
    assert seen(other) == []

    consent = Consent.objects.create(
        provider=city.market, dataset="check_action", since=date(2020, 1, 1)
    )
    assert len(seen(other)) == 1

    consent.until = date(2020, 12, 31)
    consent.save()
    assert seen(other) == []
    assert len(seen(clerk)) == 1


def test_an_officials_view_masks_what_is_internal_and_keeps_the_rest(city, clerk):
    person = inspection(
        1,
        administrative_cp="张演示",
        supervise_object="张演示",
        administrative_cp_na="01",
        administrative_cp_ce_type="111",
        administrative_cp_ui_code="11010119900307803X",
    )
    batch = give(city, clerk, person)
    assert batch.accepted_count == 1, list(batch.refusals.values_list("reasons", flat=True))
    Consent.objects.create(provider=city.market, dataset="check_action", since=date(2020, 1, 1))
    party = Party.objects.get(kind="2")

    entry = dossier.opened(make_account("clerk", organisation=city.fire), party).page().entries[0]
    values = {field.field: field.value for field in entry.fields}

    assert values["administrative_cp"] == "张＊＊"
    assert "19900307" not in values["administrative_cp_ui_code"]
    assert values["check_date"] == "2025-03-04"
    own = dossier.opened(clerk, party).page().entries[0]
    assert {f.field: f.value for f in own.fields}["administrative_cp"] == "张演示"


def test_nobody_hands_in_for_another_department(city, clerk):
    make = as_csv([inspection(1)])

    with pytest.raises(NotAllowed):
        hand_in(make, provider=city.fire, actor=clerk)

    assert Fact.objects.count() == 0


@pytest.mark.row("REG-6")
@pytest.mark.parametrize("words", ["演示", "1号有", uscc(1001), uscc(1001)[:12].lower(), NAME])
def test_two_characters_of_a_name_or_the_beginning_of_a_code_find_the_entity(city, clerk, words):
    give(city, clerk, inspection(1), inspection(22))

    found = parties.search(clerk, parties.Filter(words=words))

    assert NAME in {party.name for party in found}


def test_address_region_and_kind_narrow_the_search(city, clerk):
    give(city, clerk, inspection(1), inspection(22))

    def names(**asked):
        return {party.name for party in parties.search(clerk, parties.Filter(**asked))}

    assert names(address="演示路22") == {"演示22号有限公司"}
    assert names(region="310000") == {NAME, "演示22号有限公司"}
    assert names(region="110000") == set()
    assert names(kind="2") == set()
    assert names(registered="no") == {NAME, "演示22号有限公司"}


COPIED = """
    INSERT INTO records_fact (chunk_id, row, subject_id, item, provider_id, dataset, occurred_on,
                              source_key, version, operation, payload, content_hash)
    SELECT {}, row, subject_id, item, provider_id, dataset, occurred_on, 'forged', 1, 'i', payload,
           content_hash FROM records_fact WHERE source_key = 'JC000002'
"""


@pytest.mark.row("SEC-4")
@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("""UPDATE records_fact SET payload = jsonb_set(payload, '{check_result}', '"04"')
            WHERE source_key = 'JC000002'""", "JC000002"),
        ("UPDATE records_fact SET occurred_on = '2025-05-05' WHERE source_key = 'JC000001'", "JC000001"),
        ("UPDATE records_fact SET version = 7 WHERE source_key = 'JC000002'", "版本"),
        ("DELETE FROM records_fact WHERE source_key = 'JC000001'", "删除"),
        (COPIED.format("chunk_id"), "forged"),
        (COPIED.format("chunk_id + 1000"), "没有留痕"),
    ],
    ids=["payload", "day", "version", "deleted", "inserted", "stray"],
)  # fmt: skip
def test_a_fact_altered_removed_or_inserted_by_plain_sql_is_found(city, clerk, sql, named):
    give(city, clerk, inspection(1), inspection(2))
    do_jobs()
    seal()
    assert [f.sentence for f in verify_ledger().findings] == []

    with connection.cursor() as cursor:
        cursor.execute(sql)

    (finding,) = verify_ledger().findings
    assert "入库块" in finding.sentence
    assert named in finding.sentence


@pytest.mark.parametrize("name", ["PEET'S COFFEE", "DOL-HO 餐厅", "演示（上海）T-28 店"])
def test_names_with_punctuation_are_found_by_any_two_characters(city, clerk, name):
    give(city, clerk, inspection(1, administrative_cp=name, supervise_object=name))

    for words in {name[at : at + 2] for at in range(len(name) - 1)}:
        if " " not in words:
            found = parties.search(clerk, parties.Filter(words=words))
            assert name in {party.name for party in found}, words
