"""Canonical text as typed columns: what the lake and Parquet exports hold (see arrow.py)."""

import polars as pl

from mingcha.standards.model import FieldType, Table

DECIMAL = pl.Decimal(28, 8)


def typed(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Every declared field of the rows, typed as `arrow.arrow_schema` says; absent columns are null."""
    return rows.select(
        _column(rows, name, spec.type).alias(name) for name, spec in table.fields.items()
    )


def _column(rows: pl.DataFrame, name: str, kind: FieldType) -> pl.Expr:
    text = pl.col(name) if name in rows.columns else pl.lit(None, pl.String)
    match kind:
        case FieldType.DATE:
            return text.str.to_date("%Y-%m-%d", strict=True)
        case FieldType.YEAR:
            return text.cast(pl.Int16)
        case FieldType.NUMBER | FieldType.RATIO:
            return text.cast(DECIMAL)
        case FieldType.BOOLEAN:
            return text.eq("是")
        case FieldType.LIST:
            return text.str.split("、")
        case _:
            return text
