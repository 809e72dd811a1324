"""The real run: San Francisco's health inspections, from the city's files to one dossier each.

The expected receipts are literals; beside each, the same number is counted from the files with
nothing but the standard library, so that every literal has its reason.
"""

import csv
import re
from collections import Counter
from datetime import date, datetime
from importlib import import_module
from pathlib import Path

import pytest

from mingcha.base.days import local_today
from mingcha.base.people import services as people
from mingcha.base.people.models import Account
from mingcha.base.rules import services as rules
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Batch, BatchState, Fact, Manifest, Refusal, Tie
from mingcha.domains.records.queries import batches, dossier
from mingcha.standards import loader

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "sf"
EXAMPLE = ROOT / "examples" / "san-francisco"
FINDING = re.compile(r"(.*?)\s*(?:\[ date violation corrected: (.*?) \])?")
FUTURE = 2 if local_today() < date(2027, 6, 26) else 1  # corrected in 2027 and in 9873

# table: read, accepted, refused, waiting, doubled, warned
RECEIPTS = {
    "sf_item": (2, 2, 0, 0, 0, 0),
    "sf_business": (6406, 6406, 0, 0, 0, 0),
    "sf_inspection": (14222, 14220, 1, 0, 1, 0),
    "sf_violation": (39042, 38098, 12, 932, 0, 118 + FUTURE),
}
CHECKS = {
    "sf_item": {},
    "sf_business": {},
    "sf_inspection": {"key.conflict": 1, "row.doubled": 1},
    "sf_violation": {
        "mapping.5": 12,
        "visit-recorded": 932,
        "corrected-after-found": 139,
        "corrected-not-future": FUTURE,
    },
}
NATIONAL = {"sf_inspection": {"05": 1, "09": 1}, "sf_violation": {"01": 12, "08": 932, "10": 141}}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DATA.is_dir(), reason="旧金山数据 ../shared/data/sf 不在这台机器上"),
]


@pytest.fixture(name="taking_in")
def _taking_in(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE)
    loader.use([EXAMPLE])
    people.load_roles()
    rules.load_shipped()
    yield import_module("taking_in")
    loader.use([])


def rows(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def visit(row):
    return row["business_id"], row["date"]


def day_or_none(text):
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007  # a day, no time
    except ValueError:
        return None


def facts(table):
    return Fact.objects.filter(dataset=table)


@pytest.mark.row("DAT-4")
def test_the_city_s_files_give_these_receipts_and_dossiers(taking_in, capsys):
    taking_in.take_in(DATA, work=True)
    printed = capsys.readouterr().out
    taken = {batch.table: batch for batch in Batch.objects.order_by("pk")}

    assert {name: counted(batch) for name, batch in taken.items()} == RECEIPTS
    for name, batch in taken.items():
        made = batches.receipt(batch)
        assert {line.name: line.failed for line in made.failed} == CHECKS[name]
        assert {line.national: line.failed for line in made.national if line.failed} == (
            NATIONAL.get(name, {})
        )
        assert f"读取 {batch.read_count}　接收 {batch.accepted_count}" in printed
    assert_nothing_is_lost(taken)
    assert_inspections_are_those_of_the_file()
    assert_violations_are_those_of_the_file(taken["sf_violation"])
    assert_dossiers_hold_what_the_files_say()

    taking_in.take_in(DATA, work=True)

    assert capsys.readouterr().out == printed.split("\n\n", 1)[1]  # but for the new account
    assert {b.table: counted(b) for b in Batch.objects.all()} == RECEIPTS
    assert Batch.objects.count() == len(RECEIPTS)
    assert Fact.objects.filter(version__gt=1).count() == 0


def counted(batch):
    assert batch.state == BatchState.LANDED, batch.run.error
    return (
        batch.read_count, batch.accepted_count, batch.refused_count,
        batch.waiting_count, batch.doubled_count, batch.warned_count,
    )  # fmt: skip


def assert_nothing_is_lost(taken):
    """Facts, refused, doubled and waiting rows are all rows; the lake holds all that is large."""
    for name, batch in taken.items():
        stored = facts(name).count()
        kept = Refusal.objects.filter(batch=batch)
        refused, waiting = kept.filter(state="refused"), kept.filter(state="waiting")
        assert (refused.count(), waiting.count()) == (batch.refused_count, batch.waiting_count)
        assert stored + kept.count() + batch.doubled_count == batch.read_count
        filed = set(facts(name).values_list("row", flat=True)) | set(
            kept.values_list("row", flat=True)
        )
        assert len(filed) == batch.read_count - batch.doubled_count
    large = Manifest.objects.filter(rows__gte=10_000).values_list("dataset", "rows")
    assert dict(large) == {"sf_inspection": 14220, "sf_violation": 38098}


def assert_inspections_are_those_of_the_file():
    """One is there twice; one contradicts an earlier one of the same business, day and type."""
    first: dict[tuple[str, ...], str] = {}
    same = other = 0
    for row in rows("inspections"):
        key = (*visit(row), row["type"])
        same += first.get(key) == row["score"]
        other += first.setdefault(key, row["score"]) != row["score"]
    assert (len(first), same, other) == (14220, 1, 1)
    legend = [(int(step["Minimum_Score"]), step["Description"]) for step in rows("legend")]
    label_of = loader.current().code_table("sf_score_class").label_of
    stored = {
        (business, day.replace("-", ""), kind): (score, label_of(code))
        for business, day, kind, score, code in facts("sf_inspection").values_list(
            "payload__business_id", "payload__inspected_on", "payload__inspection_type",
            "payload__score", "payload__score_class",
        )
    }  # fmt: skip
    assert stored.keys() == first.keys()
    for key, (score, label) in stored.items():
        assert score == first[key]
        assert f"（{[said for low, said in legend if low <= int(score)][-1]}）" in label


def assert_violations_are_those_of_the_file(batch):
    """Twelve corrections are times of day; 932 findings belong to visits not in inspections.csv."""
    visits = {visit(row) for row in rows("inspections")}
    unread, waiting, early, future, warned, taken = [], 0, 0, 0, 0, Counter()
    for number, row in enumerate(rows("violations"), 2):  # line 1 holds the headers
        found, said = FINDING.fullmatch(row["description"]).groups()
        corrected = day_or_none(said) if said else None
        is_early = corrected is not None and corrected.strftime("%Y%m%d") < row["date"]
        is_future = corrected is not None and corrected > local_today()
        early, future = early + is_early, future + is_future
        if said and corrected is None:
            unread.append((number, said))
        elif visit(row) not in visits:
            waiting += 1
        else:
            warned += is_early or is_future
            taken[row["business_id"], row["date"], found, corrected] += 1
    assert (len(unread), waiting, early, future) == (12, 932, 139, FUTURE)
    assert (taken.total(), warned) == (batch.accepted_count, batch.warned_count)
    stored = Counter(
        (business, day.replace("-", ""), found, corrected and date.fromisoformat(corrected))
        for business, day, found, corrected in facts("sf_violation").values_list(
            "payload__business_id", "payload__found_on", "payload__description",
            "payload__corrected_on",
        )
    )  # fmt: skip
    assert stored == taken
    for number, said in unread:
        reasons = Refusal.objects.get(batch=batch, row=number).reasons
        assert any(f"“{said}”" in reason["reason"] for reason in reasons)


def assert_dossiers_hold_what_the_files_say():
    """Every business has one party with its inspections and findings; some are opened in full."""
    businesses = rows("businesses")
    inspected = Counter(row["business_id"] for row in rows("inspections"))
    inspected.subtract({"64859": 1, "77427": 1})  # refused, doubled
    assert Tie.objects.filter(is_doubtful=False, until=None).count() == len(businesses)
    party_of = dict(
        Tie.objects.filter(subject__scheme="sf-business").values_list("subject__value", "party")
    )
    assert len(set(party_of.values())) == len(businesses) == 6406
    held = Counter(facts("sf_inspection").values_list("subject__value", flat=True))
    assert held == +inspected
    actor = Account.objects.get(login="sfdph")
    for row in [*businesses[::800], *(b for b in businesses if b["business_id"] == "489")]:
        party = Party.objects.get(pk=party_of[row["business_id"]])
        assert (party.name, party.address) == (row["name"].strip(), row["address"].strip())
        assert party.longitude == (float(row["longitude"]) if row["longitude"] else None)
        shown = dossier.opened(actor, party).counts
        found = facts("sf_violation").filter(payload__business_id=row["business_id"]).count()
        assert shown.get("sf_inspection", 0) == inspected[row["business_id"]]
        assert (shown["sf_business"], shown.get("sf_violation", 0)) == (1, found)
