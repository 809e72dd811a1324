"""Faults of whole rows (dirt.yaml): which rows have one, what it does to them, what must come of it.

A row has at most one fault. Beside the fields stand `_fault`, and after `spoil` also `_outcome`
(accepted, refused, waiting, settled, doubled) and `_checks` (names of the checks that must fail,
joined by ";"): this is the generator's own book-keeping, independent of the checking engine.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from mingcha.domains.desk.demo.acts import AHEAD
from mingcha.domains.desk.demo.codes import with_neighbours_exchanged, with_wrong_character
from mingcha.domains.desk.demo.dice import Dice, Ints
from mingcha.domains.desk.demo.world import World
from mingcha.standards.frames.catalogue import DOUBLED, KEY_CONFLICT, repairable
from mingcha.standards.model import FieldType, Table

ACCEPTED, REFUSED, WAITING, SETTLED, DOUBLE = "accepted", "refused", "waiting", "settled", "doubled"
LEAST_ROWS = 50  # a table of so many rows has each of its faults at least once
UNKNOWN_CODE = "Z9"
BAD_DAY = "2025-02-30"
MADE_WITH = ("ended-item", "expired-officer")  # chosen when the act was made
TRADITIONAL = {
    "贸": "貿",
    "华": "華",
    "东": "東",
    "龙": "龍",
    "达": "達",
    "饮": "飲",
    "兴": "興",
    "万": "萬",
    "云": "雲",
    "门": "門",
}


@dataclass(frozen=True)
class Spoiling:
    """What a fault is applied to: the table, the field it befalls, the rows, dice."""

    world: World
    table: Table
    field: str
    rows: pl.DataFrame
    dice: Dice


def assign(world: World, table: Table, rows: pl.DataFrame, part: int) -> pl.DataFrame:
    """Choose the rows that have a fault; those that have one already, or come early, stay as they are."""
    dice = Dice(world.scale.seed, "faults", table.name, part)
    if "_fault" not in rows.columns:
        rows = rows.with_columns(_fault=pl.lit(None, pl.String))
    if "_wave" not in rows.columns:
        rows = rows.with_columns(_wave=pl.lit("first"))
    fault = rows["_fault"].clone()
    free = np.flatnonzero((fault.is_null() & (rows["_wave"] != AHEAD)).to_numpy())
    for name, befalls in world.dirt["fields"].items():
        if table.name not in befalls:
            continue
        able = free[_able(name, befalls[table.name], rows).to_numpy()[free]]
        share = float(world.dirt["rows"][name])
        wanted = max(round(len(able) * share), int(rows.height >= LEAST_ROWS))
        chosen = dice.some(able, wanted)
        fault = fault.scatter(chosen, name)
        free = np.setdiff1d(free, chosen, assume_unique=True)
    return rows.with_columns(fault.alias("_fault"))


def spoil(world: World, table: Table, rows: pl.DataFrame, part: int) -> pl.DataFrame:
    """The rows with their faults in them, doubled rows behind the ones they repeat."""
    dice = Dice(world.scale.seed, "spoil", table.name, part)
    ahead = (rows["_wave"] == AHEAD) & rows["_fault"].is_null()
    early = pl.when(ahead)
    rows = rows.with_columns(
        _outcome=early.then(pl.lit(SETTLED)).otherwise(pl.lit(ACCEPTED)),
        _checks=early.then(pl.lit(_early_checks(table))).otherwise(pl.lit("")),
        _order=pl.int_range(pl.len()).cast(pl.Float64),
    )
    repeated = []
    for name in rows["_fault"].drop_nulls().unique(maintain_order=True):
        befalls = world.dirt["fields"].get(name, {})
        said = befalls.get(table.name, "")
        field = said if isinstance(said, str) else said[0]
        at = (rows["_fault"] == name).fill_null(False).arg_true().to_numpy()
        spoiling = Spoiling(world, table, field, rows[at], dice)
        rows, more = _done(rows, at, name, spoiling)
        repeated += more
    return pl.concat([rows, *repeated]).sort("_order", maintain_order=True).drop("_order")


def _done(
    rows: pl.DataFrame, at: Ints, name: str, spoiling: Spoiling
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The rows with those at `at` spoilt, and rows to be added."""
    outcome, checks = outcome_of(name, spoiling)
    if name in {"duplicate", "conflict"}:
        again = spoiling.rows
        if name == "conflict":
            again = again.with_columns(pl.col(spoiling.field) + "（另一版本）")
        told = {
            "_outcome": pl.lit(outcome),
            "_checks": pl.lit(checks),
            "_order": pl.col("_order") + 0.5,
        }
        return rows, [again.with_columns(**told)]
    changed = CHANGES[name](spoiling) if name in CHANGES else {}
    changed |= {"_outcome": pl.repeat(outcome, len(at), eager=True)}
    changed |= {"_checks": pl.repeat(checks, len(at), eager=True)}
    columns = [
        rows[column].clone().scatter(at, new).alias(column) for column, new in changed.items()
    ]
    return rows.with_columns(columns), []


def outcome_of(name: str, spoiling: Spoiling) -> tuple[str, str]:
    """What becomes of a row with this fault, and the checks that fail."""
    table, field = spoiling.table, spoiling.field
    fixed = {
        "duplicate": (DOUBLE, DOUBLED),
        "conflict": (REFUSED, KEY_CONFLICT),
        "nameless": (ACCEPTED, ""),
        "ended-item": (WAITING, "item-in-force;checklist-in-force"),
        "expired-officer": (WAITING, "officer-certified"),
        "uncited": (WAITING, "cited-inspection"),
        "unknown-code": (REFUSED, f"{field}.code"),
        "bad-date": (REFUSED, f"{field}.form"),
        "missing": (REFUSED, f"{field}.required"),
        "lost-zero": (REFUSED, f"{field}.form"),
        "old-region": (ACCEPTED, f"{field}.abolished"),
        "one-officer": (REFUSED, "check_personnel.at_least;check_personnel_code.at_least"),
    }
    if name in fixed:
        return fixed[name]
    if name == "date-order":
        return REFUSED, ";".join(spoiling.world.dirt["fields"][name][table.name][2:])
    suffix = "uscc_digit" if table.fields[field].type is FieldType.USCC_OR_ID else "digit"
    return (ACCEPTED if repairable(table, field) else REFUSED), f"{field}.{suffix}"


def _able(name: str, befalls: str | list[str], rows: pl.DataFrame) -> pl.Series:
    """The rows that a fault can befall: its fields are filled, a code is a credit code."""
    fields = [befalls] if isinstance(befalls, str) else befalls[:2]
    able = pl.Series([True]).new_from_index(0, rows.height)
    for field in fields:
        if field:
            able &= rows[field].is_not_null()
    if name in {"wrong-check", "transposed"} and "administrative_cp_ce_type" in rows.columns:
        able &= rows["administrative_cp_ce_type"] == "001"
    return able


def _early_checks(table: Table) -> str:
    """What fails in rows that come before what they refer to."""
    return (
        "item-in-force;checklist-in-force" if table.name == "check_action" else "cited-inspection"
    )


Changed = dict[str, pl.Series]


def _wrong_check(s: Spoiling) -> Changed:
    return {s.field: with_wrong_character(s.rows[s.field], s.dice.below(29, s.rows.height))}


def _transposed(s: Spoiling) -> Changed:
    return {s.field: with_neighbours_exchanged(s.rows[s.field])}


def _nameless(s: Spoiling) -> Changed:
    """No code, and the name as people write it: traditional characters, 市 put in, no bracket."""
    name = s.table.subject.name if s.table.subject else None
    if name is None:
        return {}
    how = pl.Series(s.dice.below(3, s.rows.height))
    said = s.rows[name]
    traditional = said.str.replace_many(list(TRADITIONAL), list(TRADITIONAL.values()))
    spoken = said.str.replace("^上海", "上海市").str.replace("^上海市市", "上海市")
    half = said.str.replace("（演示）", "(演示)", literal=True)
    return {
        s.field: _empty(s),
        name: traditional.zip_with(how == 0, spoken.zip_with(how == 1, half)),
    }


def _constant(text: str) -> Callable[[Spoiling], Changed]:
    return lambda s: {s.field: pl.repeat(text, s.rows.height, eager=True)}


def _empty(s: Spoiling) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, s.rows.height)


def _date_order(s: Spoiling) -> Changed:
    earlier = s.world.dirt["fields"]["date-order"][s.table.name][1]
    back = pl.Series(1 + s.dice.below(20, s.rows.height))
    day = s.rows[earlier].str.to_date().dt.offset_by("-" + back.cast(pl.String) + "d")
    return {s.field: day.dt.strftime("%Y-%m-%d")}


def _one_officer(s: Spoiling) -> Changed:
    fields = ("check_personnel", "check_personnel_code")
    return {field: s.rows[field].str.extract("^([^、]+)") for field in fields}


def _old_region(s: Spoiling) -> Changed:
    return {s.field: s.dice.one_of(s.world.dirt["old_regions"], s.rows.height)}


CHANGES: dict[str, Callable[[Spoiling], Changed]] = {
    "wrong-check": _wrong_check,
    "transposed": _transposed,
    "nameless": _nameless,
    "unknown-code": _constant(UNKNOWN_CODE),
    "bad-date": _constant(BAD_DAY),
    "missing": lambda s: {s.field: _empty(s)},
    "lost-zero": lambda s: {s.field: s.rows[s.field].str.strip_prefix("0")},
    "date-order": _date_order,
    "one-officer": _one_officer,
    "old-region": _old_region,
    "uncited": lambda s: {s.field: s.rows[s.field].str.replace("^DMJC", "DMWB")},
}
