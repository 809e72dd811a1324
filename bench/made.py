"""The small city that checking and intake are measured on: bodies, items, officers, enterprises, and
lawful inspections (行政检查行为, all 27 columns) in its files. The same for the same seed.
"""

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from bench import rig

from mingcha.domains.records.reading.model import Kind
from mingcha.domains.records.reading.writing import write_frames
from mingcha.standards import loader
from mingcha.standards.frames.references import References
from mingcha.standards.identifiers import uscc_check_character

if TYPE_CHECKING:
    from mingcha.base.people.models import Organisation

SEED = 20261122
TODAY = date(2026, 11, 22)
SINCE = date(2020, 1, 1)
VALID_TO = date(2030, 1, 1)
ITEMS, BODIES, OFFICERS, PARTIES, PLANS = 3_000, 40, 5_000, 200_000, 50
CLAIMED = 100  # items that every body has a checklist for
UNKNOWN_EVERY = 100  # one enterprise in so many is not in the register
DISTRICTS = ("01", "04", "05", "06", "07", "09", "10", "12", "13", "14", "15", "16", "17", "18")
BATCH = 50_000
A_FEW, ELSEWHERE = 500, 900_000_000  # rows of the file that warms a worker up
KINDS = {
    "csv": Kind.TEXT,
    "jsonl": Kind.JSON_LINES,
    "parquet": Kind.PARQUET,
    "xlsx": Kind.XLSX,
}


def with_digit(base: str) -> str:
    """A 17-place body with its check character (GB 32100-2015)."""
    return base + uscc_check_character(base)


class World:
    """What rows are drawn from. `parties` bounds how many enterprises there are."""

    def __init__(self, parties: int = PARTIES) -> None:
        self.bodies = [with_digit(f"11310000{n:08d}A") for n in range(BODIES)]
        self.items = [f"3101{n:010d}" for n in range(ITEMS)]
        self.officers = [f"3100{n:08d}" for n in range(OFFICERS)]
        self.parties = [with_digit(f"91310115MA{n:07d}") for n in range(parties)]
        self.plans = [f"P{n}" for n in range(PLANS)]
        self.regions = [f"3101{district}" for district in DISTRICTS]
        self.checklists = [
            (f"{body}4{item}01", body, item)
            for body in self.bodies
            for item in self.items[:CLAIMED]
        ]

    def references(self) -> References:
        """Everything in force since 2020, for every body and level."""
        return References(
            items={
                "item": pl.DataFrame({"code": self.items}).with_columns(
                    since=SINCE,
                    until=pl.lit(None, pl.Date),
                    status=pl.lit("01"),
                    levels=pl.lit(["3", "4"]),
                    body=pl.lit(None, pl.String),
                    region=pl.lit("310000"),
                    name=pl.lit("对演示事项的监督检查"),
                )
            },
            checklists={
                "checklist": pl.DataFrame(
                    self.checklists, schema=["code", "body", "item"], orient="row"
                ).select(
                    "code",
                    "item",
                    "body",
                    since=pl.lit(SINCE),
                    until=pl.lit(None, pl.Date),
                    status=pl.lit("01"),
                )
            },
            officers=pl.DataFrame({"certificate": self.officers}).with_columns(
                since=SINCE, until=VALID_TO, body=pl.lit(None, pl.String)
            ),
            regions=pl.DataFrame({"code": self.regions}).with_columns(
                since_year=pl.lit(None, pl.Int32), until_year=pl.lit(None, pl.Int32)
            ),
            keys={"random_plan.plan_id": pl.DataFrame({"key": self.plans}).with_columns(day=SINCE)},
        )

    def inspections(self, rows: int, first: int = 0) -> pl.DataFrame:
        """Faultless rows of check_action from the `first` on, all 27 columns, as text."""
        chance = np.random.default_rng([SEED, first])

        def pick(values: list[str | None]) -> pl.Series:
            return pl.Series(values).gather(chance.integers(0, len(values), rows))

        party = pl.Series(chance.integers(0, len(self.parties), rows))
        body, item = chance.integers(0, BODIES, rows), chance.integers(0, CLAIMED, rows)
        days = [(TODAY - timedelta(days=n)).isoformat() for n in range(2, 732)]
        numbers = party.cast(pl.String)
        names = "演示" + numbers.str.zfill(6) + "餐饮管理（上海）有限公司"
        door = (party % 97).cast(pl.String) + "号" + (party % 31).cast(pl.String) + "室"
        address = "上海市浦东新区演示路" + numbers + "弄" + door
        number = pl.int_range(first, first + rows, eager=True)
        bodies = pl.Series(self.bodies).gather(body)
        return pl.DataFrame(
            {
                "_row": number + 2,
                "plan_id": pick(self.plans),
                "supervise_item_implement_code": pl.Series(self.items).gather(item),
                "supervise_item_check_icode": bodies
                + "4"
                + pl.Series(self.items).gather(item)
                + "01",
                "check_action_name": "对" + names + "的行政检查",
                "check_action_code": "演示检〔2026〕" + number.cast(pl.String).str.zfill(9) + "号",
                "implement_institution": "演示执法机关" + pl.Series(body).cast(pl.String),
                "implement_institution_code": bodies,
                "entrust_dept": pick([None, "演示受委托中心"]),
                "entrust_dept_code": pick([None, "112233"]),
                "supervise_object_type": pick(["1"]),
                "supervise_object": names,
                "administrative_cp": names,
                "administrative_cp_na": pick(["02"]),
                "administrative_cp_ce_type": pick(["001"]),
                "administrative_cp_ui_code": pl.Series(self.parties).gather(party),
                "address_registered": address,
                "address_operating": address,
                "area_number": pick(self.regions),
                "check_form": pick(["01", "02"]),
                "check_type": pick(["01", "02"]),
                "check_mode": pick(["1", "2", "3"]),
                "check_result": pick(["01", "02", "03", "04"]),
                "check_date": pick(days),
                "check_personnel": pick(
                    [f"演示员{a}、演示员{b}" for a in range(99) for b in range(99)]
                ),
                "check_personnel_code": pick(self.officers) + "、" + pick(self.officers),
                "submitted_date": pl.Series([TODAY.isoformat()]).new_from_index(0, rows),
                "submitted_personnel": pick([f"演示员{a}" for a in range(99)]),
            }
        )


def parties_for(rows: int) -> int:
    """Twenty inspections for each enterprise."""
    return max(1_000, min(PARTIES, rows // 20))


def delivered(rows: int, suffix: str) -> Path:
    """A file of that many inspections, Chinese headers; kept from run to run."""
    mark = rig.mark_of_module(__import__("bench.made", fromlist=["made"]), rows, suffix)
    return rig.kept(f"check_action-{rows}.{suffix}", partial(_deliver, rows, suffix), mark)


def a_few() -> bytes:
    """A small CSV of inspections that are in no other file."""
    fields = loader.current().table("check_action").fields
    rows = World(1_000).inspections(A_FEW, ELSEWHERE).select(list(fields))
    return rows.rename({key: spec.label for key, spec in fields.items()}).write_csv().encode()


def _deliver(rows: int, suffix: str, target: Path) -> None:
    world = World(parties_for(rows))
    fields = loader.current().table("check_action").fields
    titles = [spec.label for spec in fields.values()]
    frames = (
        world.inspections(min(BATCH, rows - first), first)
        .select(list(fields))
        .rename({key: spec.label for key, spec in fields.items()})
        for first in range(0, rows, BATCH)
    )
    write_frames(target, KINDS[suffix], titles, frames)


# --- The same world in a database --------------------------------------------------------------

OFFICERS_IN = """
    INSERT INTO officers_officer (certificate, name, body, kind, is_supervisor, issued_by, valid_to,
                                  region, areas, fields, fact_id)
    SELECT certificate, '演示员', '演示局', '', false, '', %s, '', '{}', '{}', 0 FROM unnest(%s::text[]) AS certificate
"""
PARTIES_IN = """
    WITH party AS (
        INSERT INTO parties_party (public_id, kind, subkind, name, code, region, region_by, industry,
                                   address, status, legal_person, is_registered)
        SELECT replace(gen_random_uuid()::text, '-', ''), '1', '',
               '演示' || lpad((n - 1)::text, 6, '0') || '餐饮管理（上海）有限公司', code, '310115',
               'stated', 'I6210', '', '存续', '', true
        FROM unnest(%s::text[]) WITH ORDINALITY AS t(code, n) WHERE n %% %s <> 0
        RETURNING id, code)
    INSERT INTO parties_identifier (scheme, value, party_id) SELECT 'uscc', code, id FROM party
"""
PLANS_IN = """
    INSERT INTO records_fact (chunk_id, row, item, provider_id, dataset, occurred_on, source_key,
                              version, operation, payload, content_hash)
    SELECT 0, n, '', %s, 'random_plan', %s, key, 1, 'i', '{}', '' FROM
    unnest(%s::text[]) WITH ORDINALITY AS t(key, n)
"""


def ground(parties: int) -> None:
    """A database with organisations, catalogue, officers, plans and (nearly all) enterprises."""
    from django.core.management import call_command
    from django.db import connection

    from mingcha.base.people.testing import City
    from mingcha.base.rules import services as rules

    rules.load_shipped()
    city, world = City(), World(parties)
    call_command("load_regions", verbosity=0)
    city.person("clerk")
    _lists(world, city.market)
    with connection.cursor() as cursor:
        cursor.execute(OFFICERS_IN, [VALID_TO, world.officers])
        cursor.execute(PARTIES_IN, [world.parties, UNKNOWN_EVERY])
        cursor.execute(PLANS_IN, [city.market.pk, SINCE, world.plans])


def _lists(world: World, owner: "Organisation") -> None:
    """The items and checklists of the world, in the book as lists bring them."""
    from mingcha.domains.catalog.services import Row, Sender, land_list

    since, tables = SINCE.isoformat(), loader.current()
    items = [
        {
            "item_code": code, "item_name": "对演示事项的监督检查", "exercise_levels": "3、4",
            "area_number": "310000", "effective_from": since, "item_status": "01",
        }
        for code in world.items
    ]  # fmt: skip
    checklists = [
        {
            "checklist_code": code, "checklist_name": "演示清单", "item_code": item,
            "implement_institution_code": body, "effective_from": since, "checklist_status": "01",
        }
        for code, body, item in world.checklists
    ]  # fmt: skip
    for name, said in {"item": items, "checklist": checklists}.items():
        land_list(tables.table(name), [Row(one, fact_id=0) for one in said], Sender(owner))
