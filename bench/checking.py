"""Measures checking alone: rows of 行政检查行为, all checks, at 0, 1 and 50 % bad rows.

    python bench/checking.py [ROWS] [RUNS]

Limit beside it in the same run: DuckDB doing seven simple rules (not null, length, digits, code
lists, date order) on the same table in memory. Read the ratio, not the seconds.
"""

import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import duckdb
import numpy as np
import polars as pl

from mingcha.standards.frames.checking import Checked, check
from mingcha.standards.frames.references import References
from mingcha.standards.loader import current

SEED = 20261122
TODAY = date(2026, 11, 22)
ITEMS, BODIES, OFFICERS, PARTIES = 3_000, 40, 5_000, 200_000
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def with_digit(base: str) -> str:
    """A 17-place body with its check character (GB 32100-2015)."""
    total = sum(ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(base))
    return base + ALPHABET[-total % 31]


class City:
    """The small world that rows are drawn from: bodies, items, officers, parties."""

    def __init__(self) -> None:
        self.bodies = [with_digit(f"11310000{n:08d}A") for n in range(BODIES)]
        self.items = [f"3101{n:010d}" for n in range(ITEMS)]
        self.officers = [f"3100{n:08d}" for n in range(OFFICERS)]
        self.parties = [with_digit(f"91310115MA{n:07d}") for n in range(PARTIES)]

    def references(self) -> References:
        """Everything in force since 2020, for every body and level."""
        since = date(2020, 1, 1)
        pairs = [(body, item) for body in self.bodies for item in self.items[:100]]
        items = pl.DataFrame({"code": self.items}).with_columns(
            since=since,
            until=pl.lit(None, pl.Date),
            status=pl.lit("01"),
            levels=pl.lit(["3", "4"]),
            body=pl.lit(None, pl.String),
            region=pl.lit("310000"),
        )
        checklists = pl.DataFrame(
            {
                "code": [f"{body}4{item}01" for body, item in pairs],
                "item": [item for _, item in pairs],
                "body": [body for body, _ in pairs],
            }
        ).with_columns(since=since, until=pl.lit(None, pl.Date))
        return References(
            items={"item": items},
            checklists={"checklist": checklists},
            officers=pl.DataFrame({"certificate": self.officers}).with_columns(
                since=since, until=date(2030, 1, 1), body=pl.lit(None, pl.String)
            ),
            regions=pl.DataFrame({"code": [f"3101{n:02d}" for n in range(1, 52)]}).with_columns(
                since_year=pl.lit(None, pl.Int32), until_year=pl.lit(None, pl.Int32)
            ),
            keys={"random_plan.plan_id": pl.DataFrame({"key": [f"P{n}" for n in range(50)]})},
        )


def inspections(city: City, rows: int) -> pl.DataFrame:
    """Faultless rows of check_action, all 27 columns, as text."""
    chance = np.random.default_rng(SEED)

    def pick(values: list[str]) -> pl.Series:
        return pl.Series(values).gather(chance.integers(0, len(values), rows))

    party = pl.Series(chance.integers(0, PARTIES, rows))
    body, item = chance.integers(0, BODIES, rows), chance.integers(0, 100, rows)
    days = [(TODAY - timedelta(days=n)).isoformat() for n in range(2, 732)]
    checked = pick(days)
    names = pl.Series([f"演示{n:06d}餐饮管理（上海）有限公司" for n in range(PARTIES)]).gather(
        party
    )
    streets = [f"上海市浦东新区演示路{n}弄{n % 97}号{n % 31}室" for n in range(PARTIES)]
    address = pl.Series(streets).gather(party)
    number = pl.int_range(rows, eager=True).cast(pl.String).str.zfill(9)
    return pl.DataFrame(
        {
            "_row": pl.int_range(2, rows + 2, eager=True),
            "plan_id": pick([f"P{n}" for n in range(50)]),
            "supervise_item_implement_code": pl.Series(city.items).gather(item),
            "supervise_item_check_icode": pl.Series(city.bodies).gather(body)
            + pl.Series(["4"])
            + pl.Series(city.items).gather(item)
            + pl.Series(["01"]),
            "check_action_name": pl.Series(["对"]) + names + pl.Series(["的行政检查"]),
            "check_action_code": pl.Series(["演示检〔2026〕"]) + number + pl.Series(["号"]),
            "implement_institution": pl.Series([f"演示执法机关{n}" for n in range(BODIES)]).gather(
                body
            ),
            "implement_institution_code": pl.Series(city.bodies).gather(body),
            "entrust_dept": pick(["", "演示受委托中心"]),
            "entrust_dept_code": pick(["", "112233"]),
            "supervise_object_type": pick(["1"]),
            "supervise_object": names,
            "administrative_cp": names,
            "administrative_cp_na": pick(["02"]),
            "administrative_cp_ce_type": pick(["001"]),
            "administrative_cp_ui_code": pl.Series(city.parties).gather(party),
            "address_registered": address,
            "address_operating": address,
            "area_number": pick([f"3101{n:02d}" for n in range(1, 52)]),
            "check_form": pick(["01", "02"]),
            "check_type": pick(["01", "02"]),
            "check_mode": pick(["1", "2", "3"]),
            "check_result": pick(["01", "02", "03", "04"]),
            "check_date": checked,
            "check_personnel": pick(
                [f"演示员{a}、演示员{b}" for a in range(99) for b in range(99)]
            ),
            "check_personnel_code": pick(city.officers) + pl.Series(["、"]) + pick(city.officers),
            "submitted_date": pl.Series([TODAY.isoformat()]).new_from_index(0, rows),
            "submitted_personnel": pick([f"演示员{a}" for a in range(99)]),
        }
    )


# One fault each, spread over the kinds of checks: what a bad row has wrong.
FAULTS = {
    "check_date": "2026-13-01",
    "check_result": "09",
    "administrative_cp_ui_code": "91310115MA0000000A",
    "supervise_item_implement_code": "31010000009999",
    "check_personnel_code": "310099999999、310000000001",
    "supervise_object": "",
    "check_action_code": "超" * 51,
    "submitted_date": "2020-01-01",
    "area_number": "999999",
    "supervise_item_check_icode": "113100000000000A",
}


def spoilt(rows: pl.DataFrame, share: float) -> pl.DataFrame:
    """The same rows with one fault in `share` of them."""
    chance = np.random.default_rng(SEED + 1)
    bad = pl.Series(chance.random(rows.height) < share)
    kind = pl.Series(chance.integers(0, len(FAULTS), rows.height))
    return as_read(
        rows.with_columns(
            pl.when(bad & (kind == n)).then(pl.lit(wrong)).otherwise(name).alias(name)
            for n, (name, wrong) in enumerate(FAULTS.items())
        )
    )


def as_read(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as a reader would hand them over: through CSV, every cell with its own bytes."""
    text = rows.write_csv().encode()
    types = {name: pl.Int64 if name == "_row" else pl.String for name in rows.columns}
    return pl.read_csv(text, schema=types)


DUCKDB_RULES = """
select
    count(*) filter (check_action_code is null or check_action_code = ''),
    count(*) filter (length(check_action_code) > 50),
    count(*) filter (not regexp_full_match(supervise_item_implement_code, '[0-9]{14}')),
    count(*) filter (check_result not in ('01', '02', '03', '04', '05', '06')),
    count(*) filter (length(administrative_cp_ui_code) <> 18),
    count(*) filter (try_cast(check_date as date) is null),
    count(*) filter (submitted_date < check_date)
from rows_in_memory
"""


def best_of(runs: int, work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the fastest run: by the wall clock, and of processor time (all threads)."""
    times = []
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    return min(times)


def main(rows: int, runs: int) -> None:
    """Print one line per share of bad rows, and the limit."""
    standard, city = current(), City()
    table, references = standard.table("check_action"), city.references()
    clean = inspections(city, rows)

    def run(raw: pl.DataFrame) -> Checked:
        return check(table, raw, codes=standard.code_tables, references=references, on=TODAY)

    duck = duckdb.connect()
    duck.execute("set threads = 2")
    duck.register("given", clean.to_arrow())
    duck.execute("create table rows_in_memory as select * from given")
    limit = best_of(runs, lambda: duck.execute(DUCKDB_RULES).fetchall())
    duck.close()
    print(f"rows {rows:,}, 27 columns, best of {runs}, {pl.thread_pool_size()} threads")
    print(f"{'DuckDB, seven simple rules (limit)':36} {limit[0]:6.2f} s {limit[1]:6.2f} cpu s")
    for share in (0.0, 0.01, 0.5):
        raw = spoilt(clean, share)
        found = run(raw)
        seconds, processor = best_of(runs, partial(run, raw))
        failed = found.frame.filter(pl.col("_state") != "accepted").height
        print(
            f"{f'all checks, {share:.0%} bad rows':36} {seconds:6.2f} s {processor:6.2f} cpu s"
            f"  {seconds / limit[0]:4.1f} x limit  {rows / seconds / 1e6:4.2f} M rows/s"
            f"  {failed:,} not accepted, {found.failures.height:,} reasons"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    print(f"peak memory of the process {peak:.1f} GB (data set and both engines)")


if __name__ == "__main__":
    arguments = [int(text) for text in sys.argv[1:]]
    main(*(arguments + [1_000_000, 3][len(arguments) :]))
