"""A column as its distinct values, and failures as positions with reasons.

Codes, days, bodies and places repeat a thousandfold: what depends on a cell alone is worked out
once per distinct value and spread over the rows by number. Names and numbers that hardly repeat
are worked on as they stand. Either way there is no row loop.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

_SAMPLE = 16_384  # cells looked at to see whether a column repeats
_SHOWN = 40  # characters of a value that a reason quotes

# A failure as the receipt needs it: one line per row and check.
FAILURES: dict[str, type[pl.DataType]] = {
    "_row": pl.Int64,
    "check": pl.String,
    "national": pl.String,
    "severity": pl.String,
    "field": pl.String,
    "reason": pl.String,
}

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Found:
    """Where one check failed: row positions (0-based, ascending) and a sentence for each."""

    check: str
    at: Positions
    reason: pl.Series


@dataclass(frozen=True)
class Column:
    """`values` with, per row, the number of its value; without numbers the values are the rows."""

    values: pl.Series
    number: pl.Series | None

    @classmethod
    def of(cls, raw: pl.Series) -> "Column":
        """The column without nulls (an empty text instead), by distinct values if they repeat."""
        cells = raw.fill_null("") if raw.null_count() else raw
        if not _repeats(cells):
            return cls(cells, None)
        number = cells.cast(pl.Categorical(pl.Categories.random())).to_physical()
        bearer = np.zeros(int(number.max()) + 1, np.intp)  # type: ignore[arg-type]  # not empty
        bearer[number.to_numpy()] = np.arange(len(cells))  # any row that has the value
        return cls(cells.gather(bearer), number)

    def spread(self, of_values: pl.Series) -> pl.Series:
        """What was worked out per value, as one entry per row."""
        return of_values if self.number is None else of_values.gather(self.number)

    def found(self, check: str, wrong: pl.Series, reasons: pl.Series) -> Found:
        """`wrong` marks values (null = right); `reasons` has a sentence for each wrong one."""
        bad = wrong.fill_null(False).to_numpy()
        if self.number is None:
            return Found(check, np.flatnonzero(bad), reasons)
        ordinal = np.cumsum(bad) - 1
        rows = self.number.to_numpy()
        at = np.flatnonzero(bad[rows])
        return Found(check, at, reasons.gather(ordinal[rows[at]]))


def quoted(value: pl.Expr) -> pl.Expr:
    """A value in Chinese quotation marks, cut to 40 characters."""
    cut = (
        pl.when(value.str.len_chars() > _SHOWN).then(value.str.head(_SHOWN) + "…").otherwise(value)
    )
    return pl.format("“{}”", cut)


def _repeats(cells: pl.Series) -> bool:
    sample = cells.gather_every(max(1, len(cells) // _SAMPLE))
    return 0 < sample.n_unique() * 2 <= len(sample)
