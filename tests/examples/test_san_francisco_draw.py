"""The whole line of a random inspection on a real city's record: strata from the last score.

The sizes of the strata are counted from the files with nothing but the standard library.
"""

import csv
from collections import Counter
from fractions import Fraction
from importlib import import_module
from math import ceil
from pathlib import Path

import pytest

from mingcha.base.people import services as people
from mingcha.base.rules import services as rules
from mingcha.domains.inspections.models import Draw, DrawnUnit, Part, Place, Visit
from mingcha.domains.inspections.rules.estimates import estimate
from mingcha.standards import loader

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "sf"
EXAMPLE = ROOT / "examples" / "san-francisco"
SHARES = {"差": "1", "需改进": "0.3", "尚可": "0.1", "良好": "0.05", "没有评分": "0.1"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DATA.is_dir(), reason="旧金山数据 ../shared/data/sf 不在这台机器上"),
]


def rows(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sizes():
    """How many businesses had which class of score on the eve of 2017, from the files alone."""
    last = {}
    for row in sorted(rows("inspections"), key=lambda row: row["date"]):
        if row["type"] == "routine" and row["score"] and row["date"] < "20170101":
            last[row["business_id"]] = int(row["score"])
    return Counter(
        "没有评分" if (score := last.get(row["business_id"])) is None
        else "差" if score <= 70 else "需改进" if score <= 85 else "尚可" if score <= 93 else "良好"
        for row in rows("businesses")
    )  # fmt: skip


@pytest.mark.row("BEY-2")
@pytest.mark.row("INS-2")
def test_a_draw_of_the_city_tells_how_the_whole_city_does(monkeypatch, capsys):
    monkeypatch.syspath_prepend(EXAMPLE)
    loader.use([EXAMPLE])
    people.load_roles()
    rules.load_shipped()
    import_module("taking_in").take_in(DATA, work=True)

    drawing = import_module("drawing")
    drawing.draw(work=True)

    held, expected = Draw.objects.get(), sizes()
    assert {one["name"]: one["size"] for one in held.counts["strata"]} == expected
    wanted = {name: ceil(size * Fraction(SHARES[name])) for name, size in expected.items()}
    units = list(DrawnUnit.objects.select_related("party"))
    assert Counter(one.stratum for one in units if not one.is_reserve) == wanted
    assert Visit.objects.count() == Part.objects.count() == sum(wanted.values())
    assert Place.objects.filter(officer__isnull=False).count() == 2 * sum(wanted.values())

    record = drawing.record_of(drawing.clerk())
    said = estimate(drawing.outcomes(units, held, record))
    found = Counter(record.found(row["business_id"]) for row in rows("businesses"))
    bad, clean = found[drawing.Found.VIOLATION], found[drawing.Found.CLEAN]
    assert said.bounds[0] <= bad / (bad + clean) <= said.bounds[1]
    assert abs(said.rate - bad / (bad + clean)) < 3 * (said.high - said.low) / 2
    assert f"{bad} / {bad + clean}" in capsys.readouterr().out
    loader.use([])
