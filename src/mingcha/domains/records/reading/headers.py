"""Which rows at the top of a table are its column titles, and what the columns are called."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mingcha.domains.records.reading.model import OWN_COLUMNS, REASON_COLUMN, ROW

DEPTH = 30  # rows at the top that may hold titles
HEIGHT = 3  # rows that a merged header may take

Row = Sequence[str]
Choose = Callable[[Sequence[str]], float]
Found = tuple[float, int, int, list[str]]  # score, first and last row, titles

BETWEEN_WIDE = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
SPACES = re.compile(r"\s+")
NUMBER = re.compile(r"[\d\s.,:/%+-]+")


@dataclass(frozen=True)
class Header:
    """Titles found in rows `first` to `last` (from 0): unique names, their places, sentences."""

    first: int
    last: int
    names: tuple[str, ...]
    picks: tuple[int, ...]
    score: float
    notes: tuple[str, ...]


def find(rows: Sequence[Row], choose: Choose) -> Header | None:
    """The best header among the first rows, or None if no row has a title.

    `choose` scores a row of titles: the higher the better, nothing recognised = 0 or less. Merged
    headers are tried as the lower title (the upper where it is empty), as both joined, and joined
    only where that makes a title known. Where
    nothing is recognised, the first of the rows with the most distinct words is taken.
    """
    tops = [[_tidy(cell) for cell in row] for row in rows[:DEPTH]]
    best: Found | None = None
    for first, last, titles in _candidates(tops):
        score = choose([title for title in _without_own(titles) if title])
        rank = (score, first - last, -first)
        if score > 0 and (best is None or rank > (best[0], best[1] - best[2], -best[1])):
            best = (score, first, last, titles)
    best = _widest(tops) if best is None else _refined(tops, best, choose)
    if best is None:
        return None
    score, first, last, titles = best
    names, picks, notes = name_columns(titles)
    return Header(first, last, names, picks, score, notes) if names else None


def _tidy(cell: str) -> str:
    bare = cell.replace("\x00", "").strip().strip("\ufeff")
    return SPACES.sub(" ", BETWEEN_WIDE.sub("", bare))


def _without_own(titles: Sequence[str]) -> list[str]:
    """Titles with those of our own columns blanked, if the file is one that we returned."""
    if REASON_COLUMN not in titles:
        return list(titles)
    return ["" if title in OWN_COLUMNS else title for title in titles]


def _candidates(rows: Sequence[list[str]]) -> Iterator[tuple[int, int, list[str]]]:
    for first in range(len(rows)):
        if not any(rows[first]):
            continue
        yield first, first, rows[first]
        for last in range(first + 1, min(first + HEIGHT, len(rows))):
            stack = rows[first : last + 1]
            yield first, last, _lowest(stack)
            yield first, last, _joined(stack)


def _refined(tops: Sequence[list[str]], best: Found, choose: Choose) -> Found:
    """The header with those titles joined to what stands above them that are known only so.

    A merged title may cover two columns of a row whose other titles are whole.
    """
    score, first, last, titles = best
    for top in range(max(0, last - HEIGHT + 1), last):
        joined = _joined(tops[top : last + 1])
        titles = [*titles, *[""] * (len(joined) - len(titles))]
        for place, title in enumerate(joined):
            tried = [*titles[:place], title, *titles[place + 1 :]]
            better = choose([cell for cell in _without_own(tried) if cell]) if title else 0
            if better > score:
                score, first, titles = better, min(first, top), tried
    return score, first, last, titles


def _lowest(stack: Sequence[list[str]]) -> list[str]:
    """Each column's lowest title: 行政相对人 over 名称, 代码 gives 名称, 代码."""
    width = max(map(len, stack))
    padded = [row + [""] * (width - len(row)) for row in stack]
    return [
        next((cell for cell in reversed(column) if cell), "")
        for column in zip(*padded, strict=True)
    ]


def _joined(stack: Sequence[list[str]]) -> list[str]:
    """Upper and lower joined: 行政相对人 over 名称, 代码 gives 行政相对人名称, 行政相对人代码."""
    width = max(map(len, stack))
    padded = [row + [""] * (width - len(row)) for row in stack]
    spread = [_spread(row, below) for row, below in pairwise(padded)]
    return ["".join(column) for column in zip(*spread, padded[-1], strict=True)]


def _spread(row: Sequence[str], below: Sequence[str]) -> list[str]:
    """A merged title stands in its first cell only; give it to the others that it covers."""
    spread, title = [], ""
    for cell, under in zip(row, below, strict=True):
        title = cell or (title if under else "")
        spread.append(title)
    return spread


def _widest(rows: Sequence[list[str]]) -> Found | None:
    words = [len({c for c in row if c and not NUMBER.fullmatch(c)}) for row in rows]
    if not any(words):
        return None
    first = words.index(max(words))
    return 0.0, first, first, rows[first]


def name_columns(titles: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...]]:
    """Unique names of the columns, their places, and what is to be said about them.

    Columns without a title after the last that has one are left out, and so are our own.
    """
    kept = _without_own(titles)
    own = {i for i, title in enumerate(titles) if title and not kept[i]}
    width = max((i + 1 for i, title in enumerate(kept) if title), default=0)
    names: dict[str, int] = {}
    doubled: list[str] = []
    unnamed: list[str] = []
    for place, title in enumerate(kept[:width]):
        if place in own:
            continue
        name = title or f"第{place + 1}列"
        if not title:
            unnamed.append(str(place + 1))
        if name in names or name == ROW:
            number = next(n for n in range(2, width + 3) if f"{name}_{n}" not in names)
            doubled.append(f"“{name}”（第 {place + 1} 列，按“{name}_{number}”读取）")
            name = f"{name}_{number}"
        names[name] = place
    notes = []
    if doubled:
        notes.append(f"列标题重复：{'、'.join(doubled)}。")
    if unnamed:
        notes.append(f"第 {'、'.join(unnamed)} 列没有列标题。")
    if own:
        notes.append("这是系统退回的文件，其中“退回原因”“行号”等列不作为数据读取。")
    return tuple(names), tuple(names.values()), tuple(notes)


def note_of(header: Header) -> list[str]:
    """What the receipt says about where the titles were found."""
    notes = list(header.notes)
    if header.last > header.first:
        notes.append(f"列标题占第 {header.first + 1} 至 {header.last + 1} 行，已合并读取。")
    if header.first:
        notes.append(f"第 1 至 {header.first} 行不是列标题，已略过。")
    return notes
