"""Linking of dirty Chinese records at a small size, per kind of dirt.

The seed is not one that rules and weights were developed on, nor that of the bench.
"""

import importlib.util
import sys
from pathlib import Path

import polars as pl
import pytest

from mingcha.domains.parties.linking import link
from mingcha.domains.parties.rules import standard_weights

BENCH = Path(__file__).parents[5] / "bench"
SEED, COUNT = 20261127, 6000
# Twins of another company in the same place are made to be mistaken; theirs is the lowest floor.
FLOORS = {"sibling": (0.85, 0.90)}
FLOOR = (0.95, 0.91)


def load(name: str):
    """A module of the bench, which is no package of the product."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def linked() -> pl.DataFrame:
    dirty = load("dirty_names")
    rows = dirty.dirty_records(COUNT, seed=SEED, told=dirty.told_in(dirty.STANDARD_DIRT))
    records = rows.select("id", "name", "code", "address")
    return rows.join(link(records, standard_weights()), on="id")


def pairs(rows: pl.DataFrame, *by: str) -> int:
    size = pl.col("len").cast(pl.Int64)
    return rows.group_by(by).len().select((size * (size - 1) // 2).sum()).item()


def counts(rows: pl.DataFrame) -> tuple[int, int, int]:
    """Pairs that are right, that were made, that there are."""
    return (
        pairs(rows, "entity", "cluster"),
        pairs(rows, "cluster"),
        pairs(rows, "entity"),
    )


def test_the_whole_is_as_good_as_stated(linked):
    right, made, there = counts(linked)

    assert 2 * right / (made + there) >= 0.98


def test_every_kind_of_dirt_holds_its_floor(linked):
    whole = counts(linked)
    kinds = linked.select(pl.col("kinds").str.split(" ").explode().unique().sort()).to_series()
    measured = {}
    for kind in kinds.drop_nulls():
        rest = linked.filter(~pl.col("kinds").str.split(" ").list.contains(kind))
        right, made, there = (a - b for a, b in zip(whole, counts(rest), strict=True))
        measured[kind] = (right / max(made, 1), right / max(there, 1))

    assert len(measured) >= 8
    low = {
        kind: rates
        for kind, rates in measured.items()
        if any(rate < floor for rate, floor in zip(rates, FLOORS.get(kind, FLOOR), strict=True))
    }
    assert low == {}, measured
