"""Which table a header row belongs to, and which column is which field (表头识别)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mingcha.standards.errors import NoTableFits, SeveralTablesFit
from mingcha.standards.headers import plain
from mingcha.standards.model import Table

TELLING = 5  # so many required fields, all there, tell a table apart by themselves
LONGEST_HEADER = 200  # characters; a longer cell is no column title, and is not looked at
# The columns of the national envelope: source's key, time of insertion, source, batch, i/u/d.
TRANSPORT = ("cd_id", "cd_time", "cd_source", "cd_batch", "cd_operation")


@dataclass(frozen=True)
class Recognised:
    """What a header row was found to mean.

    `columns` and `transport` map the column's place (from 0) to the field's key or the transport
    column's name. Of a header that stands twice the last place counts, and `duplicates` names
    (field, all its places): the caller decides whether that is tolerable. `unknown` are
    (place, header) that mean nothing here; `missing` are required fields without a column. Columns
    without a header are left out.
    """

    table: str
    columns: Mapping[int, str]
    transport: Mapping[int, str]
    unknown: tuple[tuple[int, str], ...]
    duplicates: tuple[tuple[str, tuple[int, ...]], ...]
    missing: tuple[str, ...]

    @property
    def found(self) -> int:
        """How many fields have a column."""
        return len(set(self.columns.values()))

    @property
    def rank(self) -> int:
        """How well the row fits the table; comparable between tables for the same row."""
        return self.found - len(self.missing)


def match(headers: Sequence[str], table: Table) -> Recognised:
    """Hold one header row to one table, by label, alias or English key. Refuses nothing."""
    known = _meanings(table)
    transport = {plain(name): name for name in TRANSPORT}
    columns: dict[int, str] = {}
    carried: dict[int, str] = {}
    unknown: list[tuple[int, str]] = []
    for place, header in enumerate(headers):
        word = plain(header)
        if word in known:
            columns[place] = known[word]
        elif word in transport:
            carried[place] = transport[word]
        elif word:
            unknown.append((place, header))
    places: dict[str, list[int]] = {}
    for place, key in (*columns.items(), *carried.items()):
        places.setdefault(key, []).append(place)
    return Recognised(
        table=table.name,
        columns={place: key for place, key in columns.items() if place == places[key][-1]},
        transport={place: key for place, key in carried.items() if place == places[key][-1]},
        unknown=tuple(unknown),
        duplicates=tuple((key, tuple(at)) for key, at in places.items() if len(at) > 1),
        missing=tuple(k for k, f in table.fields.items() if f.required and k not in places),
    )


def scorer(tables: Iterable[Table]) -> Callable[[Sequence[str]], float]:
    """What says how well a row fits as the header of one of the tables: the best `rank`, or 0.

    The reader asks it of every row that might be a header, under every delimiter and merging, so
    it looks words up and holds no row to every table. It remembers the cells it has seen: use one
    for one file.
    """
    declared = list(tables)
    meant: dict[str, list[tuple[int, str]]] = {}
    for number, table in enumerate(declared):
        for word, key in _meanings(table).items():
            meant.setdefault(word, []).append((number, key))
    needed = [frozenset(k for k, f in t.fields.items() if f.required) for t in declared]
    seen: dict[str, list[tuple[int, str]]] = {}

    def meanings(cell: str) -> list[tuple[int, str]]:
        if cell not in seen:
            seen[cell] = meant.get(plain(cell), []) if len(cell) <= LONGEST_HEADER else []
        return seen[cell]

    def score(cells: Sequence[str]) -> float:
        found: dict[int, set[str]] = {}
        for cell in cells:
            for number, key in meanings(cell):
                found.setdefault(number, set()).add(key)
        ranks = (len(keys) - len(needed[number] - keys) for number, keys in found.items())
        return float(max(ranks, default=0))

    return score


def recognise(headers: Sequence[str], tables: Iterable[Table]) -> Recognised:
    """Find the table that a header row belongs to.

    A table fits if at least half of the row's headers are its fields, and at least half of its
    required fields have a column; or if all of them have one, and they are TELLING. Of those that fit, the one with most fields found over required
    fields missing. Raises NoTableFits or SeveralTablesFit, naming the nearest tables. Where the
    table is known already, use `match`.
    """
    declared = {table.name: table for table in tables}
    every = sorted((match(headers, table) for table in declared.values()), key=lambda m: -m.rank)
    nearest = [m for m in every if m.found][:3]
    fitting = [m for m in every if _fits(m, declared[m.table])]
    words = "；".join(_told(m, declared[m.table]) for m in nearest) or "无"
    if not fitting:
        raise NoTableFits(why=_why(headers, nearest), nearest=words)
    best = [m for m in fitting if m.rank == fitting[0].rank]
    if len(best) > 1:
        labels = "、".join(declared[m.table].label for m in best)
        raise SeveralTablesFit(tables=labels, nearest=words)
    return best[0]


def _fits(found: Recognised, table: Table) -> bool:
    required = sum(field.required for field in table.fields.values())
    if required >= TELLING and not found.missing:  # whatever columns of its own it has besides
        return True
    return (
        found.found > 0 and found.found >= len(found.unknown) and 2 * len(found.missing) <= required
    )


def _why(headers: Sequence[str], nearest: Sequence[Recognised]) -> str:
    if not any(plain(header) for header in headers):
        return "表头是空的"
    if not nearest:
        return "没有一个列名是数据标准中的字段"
    return "没有一张数据表能对上过半的列名和过半的必填字段"


def _told(found: Recognised, table: Table) -> str:
    said = f"{table.label}（认出 {found.found} 列"
    if found.missing:
        labels = [table.fields[key].label for key in found.missing]
        said += f"，缺少必填的{'、'.join(labels[:5])}{'等' if len(labels) > 5 else ''}"
    return said + "）"


def _meanings(table: Table) -> dict[str, str]:
    """Plain header → field key."""
    return _plain_words(tuple((k, f.label, *f.aliases) for k, f in table.fields.items()))


@lru_cache(maxsize=256)
def _plain_words(words: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    """Plain word → the first of its group. Headers come by the row, declarations once."""
    return {plain(word): group[0] for group in words for word in group}
