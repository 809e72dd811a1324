"""Checking alone: rows of 行政检查行为 with all their checks, at 0, 1 and 50 % bad rows.

Check digits, code tables, item in force for body and day, checklist, officers' certificates, cited
plan, rules between fields. A bad row has one fault of ten kinds. Rows are in memory as a reader
hands them over; nothing is signed in or stored. Beside DuckDB doing seven simple rules (not null,
length, digits, code list, date, date order) on the same table in memory with the same number of threads, by
turns in one process. The target stands for a million rows on two cores.
"""

from collections.abc import Iterator
from functools import partial

import duckdb
import numpy as np
import polars as pl
from bench import made, rig
from bench.rig import Asked, Row, Target, Took

from mingcha.standards.frames.checking import check
from mingcha.standards.loader import current

SHARES = (0.0, 0.01, 0.5)
SECONDS_PER_MILLION = 2.0
FLAT = 1.5  # at most: time at half the rows bad over time at none

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


def measure(asked: Asked) -> Iterator[Row]:
    """Every share of bad rows at every size."""
    for size in asked.sizes:
        times = rig.apart(check_all, size, asked.runs)
        clean = times[0.0][0][0].wall
        for share, (ours, limits) in times.items():
            also = []
            if size >= 1_000_000:
                also.append(Target(" s", ours[0].wall, SECONDS_PER_MILLION * size / 1e6))
            if share == max(SHARES):
                also.append(Target(" × the time of no bad rows", ours[0].wall / clean, FLAT))
            yield rig.beside(
                f"checking, {share:.0%} bad, {rig.rows_of(size)}",
                ours,
                limits,
                limit="DuckDB, 7 rules",
                also=also,
            )


def check_all(size: int, runs: int) -> dict[float, tuple[list[Took], list[Took]]]:
    """Per share of bad rows: the median run of ours, and of the limit beside it."""
    standard, world = current(), made.World()
    table, references = standard.table("check_action"), world.references()
    clean = world.inspections(size)
    found: dict[float, tuple[list[Took], list[Took]]] = {}
    for share in SHARES:
        raw = spoilt(clean, share)
        ask = partial(
            check, table, raw, codes=standard.code_tables, references=references, on=made.TODAY
        )
        _expect(ask().frame, share)
        with duckdb.connect() as engine:
            engine.execute(f"set threads = {pl.thread_pool_size()}")
            engine.register("given", raw.to_arrow())
            engine.execute("create table rows_in_memory as select * from given")
            limit = rig.median_of(runs, lambda: engine.execute(DUCKDB_RULES).fetchall())
        found[share] = [rig.median_of(runs, ask)], [limit]
    return found


def _expect(frame: pl.DataFrame, share: float) -> None:
    """Checks that find nothing would be fast."""
    bad = frame.filter((pl.col("_state") != "accepted") | pl.col("_warned")).height
    if abs(bad / frame.height - share) > 0.02:
        raise SystemExit(
            f"something was found in {bad:,} of {frame.height:,} rows, not {share:.0%}"
        )


def spoilt(rows: pl.DataFrame, share: float) -> pl.DataFrame:
    """The same rows with one fault in `share` of them, every cell with bytes of its own."""
    chance = np.random.default_rng(made.SEED + 1)
    bad = pl.Series(chance.random(rows.height) < share)
    kind = pl.Series(chance.integers(0, len(FAULTS), rows.height))
    wrong = rows.with_columns(
        pl.when(bad & (kind == n)).then(pl.lit(wrong)).otherwise(name).alias(name)
        for n, (name, wrong) in enumerate(FAULTS.items())
    )
    types = {name: pl.Int64 if name == "_row" else pl.String for name in rows.columns}
    return pl.read_csv(wrong.write_csv().encode(), schema=types)
