"""Cells that a spreadsheet would run as a formula, made harmless in CSV and brought back again.

A cell beginning with = + - @, their full-width forms, a tab or a line break may be taken for a
formula (CSV injection, CWE-1236). Signed numbers, telephone numbers and dashes are harmless and
stay as they are. The guard is a leading apostrophe; it is also put before a cell that already
begins with apostrophes and such a sign, so that taking one away always restores the cell.
"""

import polars as pl

SIGNS = r"=+\-@＝＋－＠\t\r\n"
RISKY = rf"^'*[{SIGNS}]"
HARMLESS = r"^(?:[+-]\d[\d ]*(?:\.\d+)?%?|-+)$"
GUARDED = rf"^'('*[{SIGNS}])"


def guard(cells: pl.Expr) -> pl.Expr:
    """Text cells with an apostrophe before whatever might be run."""
    risky = cells.str.contains(RISKY) & ~cells.str.contains(HARMLESS)
    return pl.when(~risky).then(cells).otherwise(pl.lit("'") + cells)


def undo(cells: pl.Expr) -> pl.Expr:
    """Text cells as they were before the guard."""
    return cells.str.replace(GUARDED, "${1}")
