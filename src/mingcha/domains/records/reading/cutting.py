"""Cut a block of delimited text into records, exactly and without a loop over rows.

Quotes follow RFC 4180. Departments' files do not always: a stray quote must cost its own row, not
the thousands up to the next stray quote. So a line with an odd number of quotes is joined with a
later one only if that gives a record with the right number of cells and no quote out of place.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LF, CR, QUOTE = 10, 13, 34
MAX_LINES = 500  # lines that one quoted cell may span


@dataclass(frozen=True)
class Records:
    """Records `data[starts[i]:ends[i]]`, line end left out.

    `plain` have the expected number of cells and no quote that readers might disagree about; the
    others are to be looked at one by one.
    """

    data: bytes
    starts: Ints
    ends: Ints
    plain: Bools

    def __len__(self) -> int:
        return len(self.starts)

    def slice(self, first: int, last: int) -> "Records":
        """Records `first` (included) to `last` (excluded)."""
        part = slice(first, last)
        return Records(self.data, self.starts[part], self.ends[part], self.plain[part])

    def text(self, index: int) -> str:
        """One record as it stands in the file."""
        return (
            self.data[self.starts[index] : self.ends[index]].decode("utf-8", "replace").rstrip("\r")
        )


@dataclass(frozen=True)
class _Lines:
    """Physical lines, and per line what its quotes and delimiters say."""

    starts: Ints
    ends: Ints
    first_quote: Ints  # index into all quotes of the line's first
    past_quote: Ints  # index past its last
    cells_out: Ints  # delimiters outside quotes if the line begins outside
    cells_in: Ints  # the same if the line begins inside quotes
    faults: tuple[Ints, Ints]  # running count of quotes out of place, by parity of the first


def cut(data: bytes, *, delimiter: int, width: int, hold: int | None) -> tuple[Records, int]:
    """The whole records at the start of `data`, and how many bytes they take.

    `delimiter` is a byte, `width` the expected number of cells. A cell that is still open at the
    end of `data` waits for more if it has no more than `hold` bytes; None says that no more follows
    (then a last line without line end counts, too).
    """
    array = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(array == LF)
    if hold is None and len(data) and data[-1] != LF:
        ends = np.append(ends, len(data))
    if not len(ends):
        return Records(data, ends, ends, np.zeros(0, dtype=bool)), 0
    starts = np.concatenate(([0], ends[:-1] + 1))
    delimiters = np.flatnonzero(array == delimiter)
    if b'"' not in data:
        cells = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts)
        plain = (cells == width - 1) & ~_blank(array, starts, ends)
        return Records(data, starts, ends, plain), int(ends[-1]) + 1
    lines = _survey(array, starts, ends, delimiters, delimiter)
    records, used = _join(data, lines, width, hold)
    return records, used


def _blank(array: npt.NDArray[np.uint8], starts: Ints, ends: Ints) -> Bools:
    lone = array[np.minimum(starts, len(array) - 1)] == CR
    blank: Bools = (ends == starts) | ((ends == starts + 1) & lone)
    return blank


def _survey(
    array: npt.NDArray[np.uint8], starts: Ints, ends: Ints, delimiters: Ints, delimiter: int
) -> _Lines:
    delimiters = delimiters[: np.searchsorted(delimiters, ends[-1])]
    quotes = np.flatnonzero(array == QUOTE)
    first, past = np.searchsorted(quotes, starts), np.searchsorted(quotes, ends)
    line = np.searchsorted(ends, delimiters)
    inside = (np.searchsorted(quotes, delimiters) - first[line]) % 2 == 1
    total = np.bincount(line, minlength=len(ends))
    cells_in = np.bincount(line[inside], minlength=len(ends))
    framed = np.concatenate(([LF], array, [LF]))
    before, after = framed[quotes], framed[quotes + 2]
    opens = np.isin(before, (LF, QUOTE, delimiter))
    closes = np.isin(after, (LF, CR, QUOTE, delimiter))
    even = np.arange(len(quotes)) % 2 == 0
    faults = tuple(
        np.concatenate(([0], np.cumsum(~np.where(even == begins, opens, closes))))
        for begins in (True, False)
    )
    return _Lines(starts, ends, first, past, total - cells_in, cells_in, (faults[0], faults[1]))


def _join(data: bytes, lines: _Lines, width: int, hold: int | None) -> tuple[Records, int]:
    count = len(lines.starts)
    odd = np.flatnonzero((lines.past_quote - lines.first_quote) % 2 == 1).tolist()
    inner = np.concatenate(([0], np.cumsum(lines.cells_in)))
    firsts: list[int] = []
    lasts: list[int] = []
    at = 0
    while at + 1 < len(odd):
        first, last = odd[at], odd[at + 1]
        cells = lines.cells_out[first] + inner[last + 1] - inner[first + 1]
        joins = last - first <= MAX_LINES and cells == width - 1 and _tidy(lines, first, last)
        if joins:
            firsts.append(first)
            lasts.append(last)
        at += 2 if joins else 1
    if at < len(odd) and _may_close(data, lines, odd[at], hold):
        count = odd[at]  # its end is in the data to come
    return _assemble(data, lines, width, (firsts, lasts), count)


def _may_close(data: bytes, lines: _Lines, line: int, hold: int | None) -> bool:
    waiting = len(data) - lines.starts[line]
    return hold is not None and waiting <= hold and len(lines.starts) - line <= MAX_LINES


def _tidy(lines: _Lines, first: int, last: int) -> bool:
    """Whether every quote from line `first` to line `last` opens or closes a cell or is doubled."""
    start, stop = lines.first_quote[first], lines.past_quote[last]
    faults = lines.faults[start % 2]
    return bool(faults[stop] == faults[start])


def _assemble(
    data: bytes, lines: _Lines, width: int, spans: tuple[list[int], list[int]], count: int
) -> tuple[Records, int]:
    firsts, lasts = np.array(spans[0], dtype=np.int64), np.array(spans[1], dtype=np.int64)
    start, stop = lines.first_quote, lines.past_quote
    faults = np.where(
        start % 2 == 0,
        lines.faults[0][stop] - lines.faults[0][start],
        lines.faults[1][stop] - lines.faults[1][start],
    )
    array = np.frombuffer(data, dtype=np.uint8)
    plain = (lines.cells_out == width - 1) & ((stop - start) % 2 == 0) & (faults == 0)
    plain &= ~_blank(array, lines.starts, lines.ends)
    ends = lines.ends.copy()
    plain[firsts], ends[firsts] = True, lines.ends[lasts]
    change = np.zeros(len(ends) + 1, dtype=np.int64)
    change[firsts + 1] += 1
    change[lasts + 1] -= 1
    begins = np.cumsum(change)[:-1] == 0
    begins[count:] = False
    used = int(ends[np.flatnonzero(begins)[-1]]) + 1 if begins.any() else 0
    return Records(data, lines.starts[begins], ends[begins], plain[begins]), used
