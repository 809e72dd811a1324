"""The lake against history made by hand, and its files against the database."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from mingcha.base.ledger import sealer
from mingcha.base.people.testing import make_account
from mingcha.domains.parties.models import Party
from mingcha.domains.records.jobs import files
from mingcha.domains.records.models import Chunk, Fact, Manifest, Tie
from mingcha.domains.records.queries import lake as door
from mingcha.domains.records.queries.lake import lake
from mingcha.domains.records.services.links import merging
from mingcha.domains.records.testing import (
    as_csv,
    as_lines,
    hand_in,
    inspection,
    make_catalogue,
    uscc,
)
from mingcha.standards import loader

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "check_action"


@pytest.fixture(autouse=True)
def _home(settings, tmp_path) -> None:
    """Folders of its own: these tests count files."""
    settings.HOME, settings.KEYS, settings.LAKE = tmp_path, tmp_path / "keys", tmp_path / "lake"
    settings.LAKE.mkdir()
    settings.ANALYTICS = settings.ANALYTICS | {"folder": tmp_path / "analytics"}


@pytest.fixture
def seal():
    """Seal what is open; gives the seal's time, as of which one may ask."""

    def seal_now() -> datetime:
        sealed = sealer.seal_once(sealer.file_signer())
        assert sealed is not None
        return sealed.time

    return seal_now


@pytest.fixture
def clerk(city):
    make_catalogue()
    return make_account("clerk", organisation=city.market)


@pytest.fixture
def give(city, clerk):
    def give(*rows: dict[str, str]) -> None:
        data = as_lines(list(rows))
        batch = hand_in(data, provider=city.market, actor=clerk, name="检查.jsonl", table=TABLE)
        assert batch.accepted_count == len(rows), batch.run.error

    return give


def seen(account, as_of: datetime | None = None) -> dict[str, str]:
    """Number of the inspection → its result."""
    rows = lake(account, TABLE, as_of).select("check_action_code", "check_result").execute()
    return dict(zip(rows["check_action_code"], rows["check_result"], strict=True))


@pytest.mark.row("BEY-9")
def test_the_past_stays_as_it_was_learnt(clerk, give, seal):
    give(inspection(1, check_result="01"), inspection(2))
    first = seal()
    give(inspection(1, check_result="03"))
    second = seal()
    give(inspection(2, cd_operation="d"))
    third = seal()
    give(inspection(2, check_result="04"))
    give(inspection(3))  # not sealed: not learnt yet

    assert seen(clerk, first) == {"JC000001": "01", "JC000002": "01"}
    assert seen(clerk, second) == {"JC000001": "03", "JC000002": "01"}
    assert seen(clerk, third) == {"JC000001": "03"}
    assert seen(clerk) == seen(clerk, third)
    fourth = seal()
    assert seen(clerk) == {"JC000001": "03", "JC000002": "04", "JC000003": "01"}

    files.gather(loader.current().table(TABLE))

    assert seen(clerk, first) == {"JC000001": "01", "JC000002": "01"}
    assert seen(clerk, third) == {"JC000001": "03"}
    assert seen(clerk, fourth) == seen(clerk)


@pytest.mark.row("BEY-9")
def test_the_party_is_that_of_the_ties_believed_then(city, clerk, give, seal):
    give(inspection(1), inspection(2))
    before = seal()
    linker = make_account("linker", organisation=city.market)
    first = Tie.objects.get(subject__value=uscc(1001), until=None).party
    there, own = (Party.objects.create(kind="1", name=f"演示{n}公司") for n in range(2))
    merging.merge(first, there, reason="同一主体", actor=linker)
    give(inspection(3))
    seal()
    give(inspection(4, administrative_cp_ui_code=uscc(1001)))
    fact = Fact.objects.get(source_key="JC000004")
    merging.split(there, merging.Cut(facts=[fact.pk], to=own), reason="另一家", actor=linker)

    assert parties(clerk, before)["JC000001"] == first.pk
    assert parties(clerk)["JC000001"] == there.pk
    seal()
    assert parties(clerk)["JC000004"] == own.pk
    assert parties(clerk, before) == {
        "JC000001": first.pk, "JC000002": Tie.objects.get(subject__value=uscc(1002)).party_id,
    }  # fmt: skip


def parties(account, as_of: datetime | None = None) -> dict[str, int | None]:
    rows = lake(account, TABLE, as_of).select("check_action_code", "_party").to_pyarrow()
    return dict(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def test_columns_are_typed_and_say_when_they_were_learnt(clerk, give, seal):
    give(inspection(1))
    at = seal()

    row = lake(clerk, TABLE).to_pyarrow().to_pylist()[0]

    assert row["check_date"].isoformat() == "2025-03-04"
    assert row["check_personnel"] == ["张演示", "李演示"]
    assert (row["_learnt"], row["_version"]) == (at, 1)
    assert row["_occurred_on"] == row["check_date"]


def test_files_and_loose_chunks_are_read_together(clerk, give, seal):
    give(inspection(1))
    files.gather(loader.current().table(TABLE))
    give(inspection(2))
    seal()

    assert set(seen(clerk)) == {"JC000001", "JC000002"}
    assert Manifest.objects.count() == 1


def test_small_files_are_merged_and_the_old_ones_swept_a_day_later(clerk, give, seal, monkeypatch):
    table = loader.current().table(TABLE)
    for number in range(3):
        give(inspection(number))
        files.gather(table)
    seal()
    before = seen(clerk)

    assert files.compact(table) == 3
    assert files.compact(table) == 0

    assert door.live(TABLE).count() == 1
    assert Manifest.objects.count() == 4
    assert seen(clerk) == before
    assert files.check(table) == []
    assert files.sweep(table) == 0
    monkeypatch.setattr(files, "KEPT_SECONDS", -1)
    assert files.sweep(table) == 3
    assert seen(clerk) == before


def test_a_chunk_is_never_listed_twice(clerk, give):
    table = loader.current().table(TABLE)
    give(inspection(1))
    chunk = Chunk.objects.get()
    written = [files.write_file(table, [chunk.pk], _untyped(chunk.pk)) for _ in range(2)]

    for file in written:
        with transaction.atomic():
            files.list_files([file])

    assert Manifest.objects.count() == 1


def _untyped(chunk: int) -> pl.DataFrame:
    """The rows of a chunk as the intake hands them to the lake: META and canonical text."""
    facts = Fact.objects.filter(chunk=chunk)
    return pl.DataFrame(
        [
            {
                "_fact": f.pk, "_chunk": f.chunk_id, "_provider": f.provider_id,
                "_subject": f.subject_id, "_version": f.version, "_operation": f.operation,
                "_occurred_on": f.occurred_on, "_key": f.source_key, "_item": f.item, **f.payload,
            }
            for f in facts
        ]
    )  # fmt: skip


def test_the_lake_is_rebuilt_from_the_database(clerk, give, seal, settings, capsys):
    for number in range(3):
        give(inspection(number))
        files.gather(loader.current().table(TABLE))
    give(inspection(1, check_result="03"))
    seal()
    before = seen(clerk)
    call_command("lake", check=True)
    for path in _parquet(settings.LAKE):
        path.write_bytes(b"")
    with pytest.raises(CommandError):
        call_command("lake", check=True)

    call_command("lake", rebuild=True)
    call_command("lake", rebuild=True)

    call_command("lake", check=True)
    assert seen(clerk) == before
    assert "SM3" in capsys.readouterr().out


def _parquet(folder: Path) -> Iterator[Path]:
    return folder.glob("*/*.parquet")


def test_a_changed_row_is_found(clerk, give):
    table = loader.current().table(TABLE)
    give(inspection(1), inspection(2))
    files.gather(table)
    file = Manifest.objects.get()
    Fact.objects.filter(source_key="JC000002").update(payload={"check_result": "04"})

    (fault,) = files.check(table)

    assert (fault.file, fault.problem) == (file.file, "有 1 行与数据库不同")


def test_large_chunks_land_in_files_that_hold_what_the_database_holds(
    city, clerk, seal, monkeypatch
):
    monkeypatch.setattr("mingcha.domains.records.jobs.lake.OWN_FILE_ROWS", 1)
    rows = [inspection(n, plan_id="") for n in range(20)]

    hand_in(as_csv(rows), provider=city.market, actor=clerk)

    seal()
    assert door.live(TABLE).count() == 1
    assert files.unfiled(TABLE) == 0
    assert files.check(loader.current().table(TABLE)) == []
    assert len(seen(clerk)) == 20
