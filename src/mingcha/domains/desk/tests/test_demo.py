"""The demonstration city: made from a seed, marked, dirty as declared, and taken in as foretold."""

import hashlib
import stat
from collections import Counter
from datetime import date

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from mingcha.base.people.models import Account
from mingcha.base.rules import services as rules
from mingcha.domains.desk.demo.doubts import Doubts
from mingcha.domains.desk.demo.generate import blocks, generate, read_city
from mingcha.domains.desk.demo.parcels import Maker
from mingcha.domains.desk.demo.world import Scale, World
from mingcha.domains.records.models import Batch, Fact
from mingcha.domains.records.queries import questions
from mingcha.domains.records.queries.questions import Doubt
from mingcha.standards import identifiers, loader

TODAY = date(2026, 6, 30)
SMALL = Scale("甲", 1_500, TODAY)
TINY = Scale("甲", 200, TODAY)
NAMES = {
    "check_action": "administrative_cp",
    "punish_action": "administrative_cp",
    "complaint": "respondent",
    "licence": "administrative_cp",
    "object_enterprise": "enterprise_name",
    "object_individual": "individual_name",
    "object_organization": "administrative_cp",
    "object_person": "administrative_cp",
    "officer": "officer_name",
    "item": "item_name",
    "special_device": "brand",
    "special_site": "site_name",
    "special_food": "food_name",
    "penalty_publicity": "administrative_cp",
}
CODES = {
    "object_enterprise": "uscc",
    "object_individual": "uscc",
    "object_organization": "administrative_cp_ui_code",
    "checklist": "implement_institution_code",
}


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory):
    """A small city's files: the folder and what its generator wrote down."""
    folder = tmp_path_factory.mktemp("city")
    return folder, generate(SMALL, folder)


@pytest.fixture(scope="module", name="rows")
def _rows():
    """All rows of a small city by table, before they become files."""
    world = World(SMALL)
    maker = Maker(world, loader.catalogue())
    parcels = [*maker.basics(), *(p for block in blocks(world) for p in maker.block(block))]
    tables = {}
    for parcel in parcels:
        tables.setdefault(parcel.table, []).append(parcel.rows)
    return {name: pl.concat(frames, how="diagonal_relaxed") for name, frames in tables.items()}


def test_one_seed_gives_the_same_bytes_and_another_seed_other_ones(tmp_path):
    for name, scale in (("one", TINY), ("again", TINY), ("other", Scale("乙", 200, TODAY))):
        generate(scale, tmp_path / name)

    assert digests(tmp_path / "one") == digests(tmp_path / "again")
    assert digests(tmp_path / "one") != digests(tmp_path / "other")


def test_every_name_is_marked(rows):
    for table, field in NAMES.items():
        names = rows[table][field].drop_nulls()
        assert names.str.contains("演示").all(), (table, names.filter(~names.str.contains("演示")))


def test_codes_are_right_and_can_belong_to_nobody(rows):
    for table, field in CODES.items():
        sound = rows[table].filter(pl.col("_fault").is_null())[field].drop_nulls()
        codes = {identifiers.tidied(code) for code in sound}
        assert not {code for code in codes if identifiers.uscc_problem(code)}
        assert not {code for code in codes if identifiers.uscc_warning(code)}
        assert {code[2:4] for code in codes} == {"99"}
    persons = {
        identifiers.tidied(one) for one in rows["object_person"]["administrative_cp_ui_code"]
    }
    assert not {one for one in persons if identifiers.resident_id_problem(one)}
    assert {one[:2] for one in persons} == {"99"}


def test_every_kind_of_fault_file_and_table_occurs(made):
    folder, city = made
    declared = World(SMALL).dirt["rows"]
    kinds = Counter(path.suffix for path in folder.iterdir())

    assert city.faults.keys() == declared.keys()
    assert {".xlsx", ".csv", ".jsonl", ".parquet"} <= kinds.keys()
    assert {one.table for one in city.files} == set(loader.catalogue().tables)
    starts = {path.read_bytes()[:3] for path in folder.glob("*.csv")}
    assert b"\xef\xbb\xbf" in starts  # with a mark
    assert any(_is_gbk(path) for path in folder.glob("*.csv"))


def _is_gbk(path):
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "演示" in path.read_text(encoding="gb18030")
    return False


def test_the_median_enterprise_has_eight_facts_of_four_tables(made):
    _, city = made

    assert city.median_facts >= 8
    assert city.median_tables >= 4
    assert city.facts["object_enterprise"] > 900
    assert sum(city.facts.values()) > 250_000 / 20


def test_what_was_written_is_read_again(made):
    folder, city = made

    assert read_city(folder) == city


def test_a_larger_city_is_made_in_parts():
    world = World(Scale("甲", 130_000, TODAY))
    parts = list(blocks(world))

    assert [part.number for part in parts] == [0, 1, 2]
    assert sum(sum(part.counts.values()) for part in parts) == 130_000
    assert len({part.start for part in parts}) == 3


@pytest.mark.parametrize(("parties", "of_each"), [(1_500, 2), (30_000, 10)])
def test_doubtful_cases_of_every_kind_are_planted_and_touch_nobody_else(parties, of_each):
    made = Doubts(World(Scale("甲", parties, TODAY)))

    firms, said = made.firms(), made.reports(again=False)
    assert sum(made.foretold().values()) == of_each * len(made.kinds)
    assert set(made.foretold()) == set(Doubt.values)
    codes = firms["uscc"].to_list()
    assert len(set(codes)) == len(codes)
    assert not any(identifiers.uscc_problem(one) or identifiers.uscc_warning(one) for one in codes)
    wrong = [one for one in said["respondent_code"].drop_nulls() if identifiers.uscc_problem(one)]
    fits = [len(set(identifiers.repairs(one)) & set(codes)) for one in wrong]
    assert Counter(fits) == {1: of_each, 2: of_each}
    assert not set(made.first) & set(made.world.city["trades"])


def _the_queue_holds_what_was_planted(city):
    """What is planted waits, but for what the hotline has answered; one waits for its answer."""
    linker = Account.objects.get(login="linker")
    waiting = questions.questions(linker, questions.Filter())
    found = Counter(questions.doubt_of(tie).value for tie in waiting)
    assert found + Counter(several=1) == city.doubts
    assert waiting.filter(case_number__isnull=False).count() == 1


@pytest.fixture(name="home")
def _home(settings, tmp_path):
    settings.HOME = tmp_path
    for command in ("load_regions", "load_roles"):
        call_command(command)
    rules.load_shipped()
    return tmp_path


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_city_is_taken_in_as_its_books_foretell(home, capsys):
    call_command("demo", size="small", work=True, check=True)

    accounts = home / "demo-accounts.txt"
    assert stat.S_IMODE(accounts.stat().st_mode) == 0o600
    login, password, *_ = accounts.read_text().splitlines()[1].split()
    assert Account.objects.get(login=login).check_password(password)
    assert not Account.objects.get(login=login).must_change_password
    facts, batches = Fact.objects.count(), Batch.objects.count()
    _the_queue_holds_what_was_planted(read_city(home / "demo"))

    call_command("demo")

    assert "已经装好" in capsys.readouterr().err
    assert (Fact.objects.count(), Batch.objects.count()) == (facts, batches)
    with pytest.raises(CommandError, match="不能再装另一座"):
        call_command("demo", parties=300)
