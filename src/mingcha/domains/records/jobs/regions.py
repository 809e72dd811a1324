"""In which division an object is (行政区划), by what its record says: the surest source first."""

from collections.abc import Sequence

import polars as pl

from mingcha.domains.parties.linking import regions_in
from mingcha.standards.frames.digits import uscc_valid
from mingcha.standards.model import RegionBy, RegionSource

REGION, REGION_BY = "_region", "_region_by"


def placed(
    rows: pl.DataFrame, sources: Sequence[RegionSource], known: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """The division of each row and how it was found out (columns REGION, REGION_BY; null = not).

    See RegisterSpec.region for the rule. `known` are the codes of all divisions, abolished ones
    too; only what a record states outright is taken without looking it up.
    """
    region = pl.repeat(None, rows.height, dtype=pl.String, eager=True).alias(REGION)
    by = region.alias(REGION_BY)
    for source in sources:
        at = (region.is_null() | region.str.ends_with("00")).arg_true()
        if at.is_empty():
            break
        told = _told(rows[source.field].gather(at), source.by)
        if source.by is not RegionBy.STATED:
            told = told.set(~told.is_in(known.implode()), None)
        better = told.is_not_null() & _refines(told, region.gather(at))
        where = at.filter(better)
        region = region.scatter(where, told.filter(better))
        by = by.scatter(where, source.by.value)
    return region, by


def _told(cells: pl.Series, by: RegionBy) -> pl.Series:
    """The six digits that each cell gives; null where it gives none."""
    cells = cells.set(cells == "", None)
    match by:
        case RegionBy.STATED:
            return cells
        case RegionBy.AUTHORITY:
            return cells.str.extract("^([1-9][0-9]{5})")
        case RegionBy.ADDRESS:
            named = regions_in(cells)
            return named.set(named == "", None)
        case RegionBy.USCC:
            return cells.set(~uscc_valid(cells), None).str.slice(2, 6)


def _refines(told: pl.Series, before: pl.Series) -> pl.Series:
    """Whether a division lies within the one known before, or none was known."""
    pairs = pl.DataFrame({"told": told, "within": before.str.replace("(?:00)+$", "")})
    inside = pl.col("told").str.starts_with(pl.col("within")) & (pl.col("told") != before)
    return pairs.select(inside.fill_null(value=True)).to_series()
